"""Nothing leaves the machine: the loop runs without a network, and nothing even tries to reach one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trainer.test_night import corrected

ROOT = Path(__file__).parents[1]

WATCH = """
import os, sys
def _watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(host, bytes):
            host = host.decode(errors="replace")
        here = ("127.0.0.1", "localhost", "::1", "", None, "0.0.0.0")
        if host not in here and not str(host).startswith(("/", "\\0")):
            with open(os.environ["WATCH_LOG"], "a") as file:
                file.write(f"{event} {host} {' '.join(sys.argv[:5])}\\n")
sys.addaudithook(_watch)
"""

LOOP = """
import fcntl, os, socket, struct, subprocess, sys, time, urllib.request
root, home, questions, answers = sys.argv[1:5]
if os.environ.get("OWN_NETWORK"):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    request = struct.pack("16sh", b"lo", 0x1 | 0x40) + bytes(14)
    fcntl.ioctl(s, 0x8914, request)
    assert len(socket.if_nameindex()) == 1, socket.if_nameindex()
def run(*words):
    subprocess.run([sys.executable, "run.py", "--home", home, *words], cwd=root, check=True)
run("ask", "--batch", questions, "--out", answers, "--max-tokens", "8")
run("improve", "--json")
run("status")
try:
    socket.getaddrinfo("asked-by-the-test.invalid", 1)
except OSError:
    pass
server = subprocess.Popen([sys.executable, "run.py", "--home", home, "chat", "--port", "7866"], cwd=root)
try:
    for attempt in range(240):
        time.sleep(0.5)
        try:
            page = urllib.request.urlopen("http://127.0.0.1:7866/", timeout=20).read()
            break
        except OSError:
            assert server.poll() is None
    else:
        raise SystemExit("the page never came")
    assert b"<html" in page.lower()
finally:
    server.terminate()
    server.wait(20)
print("LOOP DONE")
"""


@pytest.mark.slow
def test_the_loop_runs_without_a_network_and_never_asks_for_one(home, tiny, tmp_path_factory):
    directory, _ = tiny("llama")
    corrected(home)
    place = tmp_path_factory.mktemp("watch")
    (place / "sitecustomize.py").write_text(WATCH)
    (place / "loop.py").write_text(LOOP)
    questions = place / "questions.jsonl"
    questions.write_text(json.dumps({"id": 1, "prompt": "Hello?"}) + "\n")
    log = place / "connections.log"
    unshare = shutil.which("unshare")
    alone = bool(unshare) and subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode == 0
    command = [
        sys.executable,
        str(place / "loop.py"),
        str(ROOT),
        str(home),
        str(questions),
        str(place / "answers.jsonl"),
    ]
    environment = os.environ | {
        "PYTHONPATH": str(place),
        "WATCH_LOG": str(log),
        "APRENDIZ_ENVIRONMENT": "mine",
        "APRENDIZ_MODEL": str(directory),
        "APRENDIZ_NIGHT_MINUTES": "2",
        "APRENDIZ_NIGHT": "false",
        "OWN_NETWORK": "1" if alone else "",
    }
    environment.pop("HF_HUB_OFFLINE", None)
    done = subprocess.run(
        [unshare, "-rn", *command] if alone else command, env=environment, capture_output=True, text=True, timeout=900
    )
    assert "LOOP DONE" in done.stdout, done.stderr[-3000:]
    asked = log.read_text().splitlines()
    assert [line.split()[1] for line in asked] == ["asked-by-the-test.invalid"], "it watches, and sees nothing else"
    assert alone or not os.environ.get("CI"), "CI has to be able to take the network away (unshare -rn)"
