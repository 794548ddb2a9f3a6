"""What the server lets in, and what it does not."""

import asyncio
import http.server
import os
import re
import socket
import subprocess
import sys
import threading

import httpx
import pytest

from assistant.guard import Guard, allowed_hosts
from assistant.server import address, bound, only_server
from store.conversations import add_message, create_conversation, delete_conversation, message
from store.database import opened
from store.errors import SetupFailed
from store.settings import Settings
from tests.assistant.chat_server import QUIET, ROOT, Served, free_port


def join(server: Served, **headers: str) -> httpx.Response:
    return httpx.post(
        server.url + "gradio_api/queue/join",
        json={"data": [], "fn_index": 0, "session_hash": "abc"},
        headers=headers,
        timeout=30,
    )


@pytest.mark.slow
def test_a_foreign_host_name_is_refused_for_reading_and_writing(server):
    for host in (
        "evil.example",
        "evil.example:80",
        f"evil.example:{server.port}",
        "127.0.0.1.evil.example",
        "[evil",
        "",
    ):
        assert httpx.get(server.url, headers={"host": host}).status_code == 403, host
        assert join(server, host=host).status_code == 403, host
    assert httpx.get(server.url, headers={"host": f"localhost:{server.port}"}).status_code == 200


@pytest.mark.slow
def test_a_foreign_origin_is_refused_when_it_writes(server):
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server.port + 1}", "http://localhost"):
        assert join(server, origin=origin).status_code == 403, origin
    assert join(server, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert join(server, origin=server.url.rstrip("/")).status_code != 403


@pytest.mark.slow
def test_every_answer_carries_a_policy_that_lets_nothing_in_from_elsewhere(server):
    for path in ("", "script/page.js", "config", "nowhere"):
        headers = httpx.get(server.url + path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "img-src 'self' data:" in policy and "http" not in policy, path
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers
        assert headers["aprendiz-started"] == httpx.get(server.url).headers["aprendiz-started"]
    page = httpx.get(server.url)
    nonce = page.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert page.text.count("<script") == page.text.count(f'<script nonce="{nonce}"') > 0


@pytest.mark.slow
def test_our_script_reads_along_before_gradio_asks_and_gradios_files_are_fetched_once(server):
    page = httpx.get(server.url).text
    files = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)
    assert page.index('src="/script/page.js"') < min(page.index(each) for each in files)
    for each in files:
        assert "immutable" in httpx.get(server.url + each).headers["cache-control"]
    assert "immutable" not in httpx.get(f"{server.url}assets/none.js").headers.get("cache-control", "")
    assert httpx.get(f"{server.url}script/page.js").headers["cache-control"] == "no-cache"
    assert httpx.get(f"{server.url}script/none.js").status_code == 404


@pytest.mark.slow
def test_no_file_can_be_read_through_the_page(server):
    store, secret = server.home / "store.db", "/etc/passwd"
    assert store.is_file()
    for base in ("gradio_api/file=", "file=", "gradio_api/file/", "file/", "gradio_api//file=", "gradio_api/%66ile="):
        for path in (str(store), secret, "store.db", "../store.db", "..%2f..%2fetc/passwd"):
            answer = httpx.get(server.url + base + path)
            assert answer.status_code in (403, 404), base + path
            assert b"SQLite format" not in answer.content and b"root:" not in answer.content
    for path in (
        "static/..%2f..%2f..%2fetc/passwd",
        "assets/..%2f..%2froutes.py",
        "script/../page.css",
        "script/..%2flook.py",
        "static//etc/passwd",
    ):
        answer = httpx.get(server.url + path)
        assert b"root:" not in answer.content and b"import " not in answer.content, path


@pytest.mark.slow
def test_the_server_fetches_nothing_for_others(server):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

    listener = http.server.HTTPServer(("127.0.0.1", free_port()), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    target = f"http://127.0.0.1:{listener.server_port}/secret"
    try:
        for path in ("gradio_api/file=", "file=", "gradio_api/proxy=", "proxy=", "gradio_api/stream/"):
            assert httpx.get(server.url + path + target).status_code == 404, path
    finally:
        listener.shutdown()
    assert asked == []


@pytest.mark.slow
def test_uploads_and_the_interfaces_of_gradio_that_nobody_needs_are_closed(server):
    assert httpx.post(server.url + "gradio_api/upload", files={"files": b"x"}).status_code == 404
    for path in (
        "gradio_api/runs",
        "monitoring",
        "gradio_api/mcp/sse",
        "docs",
        "openapi.json",
        "gradio_api/openapi.json",
    ):
        assert httpx.get(server.url + path).status_code == 404, path


def test_a_taken_port_is_told_in_one_line_with_what_to_do():
    port = free_port()
    holder = bound("127.0.0.1", port)
    try:
        with pytest.raises(SetupFailed) as told:
            bound("127.0.0.1", port)
    finally:
        holder.close()
    assert "\n" not in str(told.value)
    assert f"Port {port}" in str(told.value) and f"--port {port + 1}" in str(told.value)


@pytest.mark.slow
def test_a_second_server_of_a_home_is_refused_in_one_line_and_stops_no_answer_of_the_first(server):
    with opened(server.home) as db:
        asked = add_message(db, create_conversation(db).id, None, "user", "Tell me a story.")
        growing = add_message(db, asked.conversation_id, asked.id, "assistant", "Once upon", status="writing")
        command = [sys.executable, "run.py", "--home", server.home, "chat", "--port", str(free_port())]
        told = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, **QUIET}
        )
        assert message(db, growing.id).status == "writing"
        delete_conversation(db, asked.conversation_id)
    assert told.returncode == 1 and told.stderr.count("\n") == 1
    assert f"running for {server.home} already" in told.stderr and "--home NEW" in told.stderr


def test_a_server_waits_for_the_one_before_it_to_leave(home, monkeypatch):
    there, leave = threading.Event(), threading.Event()

    def first():
        with only_server(home):
            there.set()
            leave.wait(30)

    serving = threading.Thread(target=first)
    serving.start()
    there.wait(30)
    with monkeypatch.context() as patched, pytest.raises(SetupFailed, match="--home NEW"):
        patched.setattr("assistant.server.LEAVING_S", 0.1)
        with only_server(home):
            pass
    threading.Timer(0.3, leave.set).start()
    with only_server(home):
        serving.join()


def test_only_the_names_of_this_computer_are_hosts():
    assert allowed_hosts("127.0.0.1", "room") == {"127.0.0.1", "localhost", "::1"}
    guard = Guard(None, "0.0.0.0")
    assert guard._known("192.168.1.7") and guard._known("localhost") and not guard._known("evil.example")
    assert not Guard(None, "127.0.0.1")._known("192.168.1.7")


def test_other_computers_may_call_this_one_by_its_name_in_letters_of_any_size():
    for host in ("0.0.0.0", "192.168.1.7"):
        names = allowed_hosts(host, "Living-Room.lan")
        assert {"living-room", "living-room.lan", "living-room.local"} < names and "living-room.evil" not in names
    assert "shelf" in allowed_hosts("Shelf", "") and "room.local" not in allowed_hosts("::1", "room")
    own = socket.gethostname()
    assert all(Guard(None, "0.0.0.0")._known(name) for name in (own.lower(), f"{own.partition('.')[0]}.local".lower()))


def test_who_calls_by_an_unknown_name_is_told_the_address_that_helps():
    said = []

    async def send(message):
        said.append(message)

    headers = [(b"host", b"printer.lan")]
    for server in (("192.168.1.7", 7860), ("::ffff:192.168.1.7", 7860), ("fd00::7", 80)):
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "server": server}
        asyncio.run(Guard(None, "::")(scope, None, send))
    texts = [each["body"].decode() for each in said if each["type"] == "http.response.body"]
    for text, told in zip(texts, ("192.168.1.7:7860", "192.168.1.7:7860", "[fd00::7]:80"), strict=True):
        assert f"this computer's address, http://{told}, or set the name under public_name" in text


def test_the_address_that_is_told_can_be_opened(home):
    assert address(Settings(home=home, host="0.0.0.0", port=80)) == "http://127.0.0.1:80"
    assert address(Settings(home=home, host="::1", port=81)) == "http://[::1]:81"
