"""The command line as a user and other tools meet it: every command and flag, and every error in one line."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.version_files import BASE, current, seal_version
from store import runs
from store.database import opened
from store.records import Version, now
from store.versions import add_version

ROOT = Path(__file__).parents[1]
CONTRACT = {
    "chat": ["--host", "--port"],
    "ask": ["--batch", "--out", "--version", "--memory", "--max-tokens", "[prompt]"],
    "import": ["--json", "--user", "files"],
    "add": ["documents"],
    "improve": ["--dry-run", "--json"],
    "versions": ["--json"],
    "promote": ["id"],
    "rollback": [],
    "status": ["--json"],
    "doctor": ["--json"],
    "corrections": ["--json", "forget", "[id]"],
    "users": ["--json", "add,remove,password,key", "[name]"],
    "export": ["sft,dpo,kto,adapter,gguf", "--version", "out"],
    "backup": ["[archive]"],
    "restore": ["archive"],
    "test": ["..."],
}
TALK = {
    "conversation": "first",
    "messages": [
        {"role": "user", "content": "Who mends the town clock of Harlow?"},
        {"role": "assistant", "content": "I do not know."},
    ],
    "feedback": {"rating": -1, "reasons": ["wrong"], "correction": "Ines Farrow mends it."},
}


class CommandLine:
    """Runs `run.py` on a home of its own with a tiny model."""

    def __init__(self, home: Path, model: Path) -> None:
        self.home = home
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("APRENDIZ_")}
        self.environment |= {"APRENDIZ_ENVIRONMENT": "mine", "APRENDIZ_MODEL": str(model)}

    def __call__(
        self, *words: object, home: Path | None = None, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess:
        command = [sys.executable, "run.py", "--home", home or self.home, *words]
        return subprocess.run(
            list(map(str, command)),
            cwd=ROOT,
            env=self.environment | environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def said(self, *words: object, **more) -> str:
        """What a command that succeeds prints."""
        done = self(*words, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *words: object, **more):
        return json.loads(self.said(*words, "--json", **more))

    def refused(self, *words: object, **more) -> str:
        """The one line that a command which fails says."""
        done = self(*words, **more)
        lines = done.stderr.splitlines()
        assert done.returncode != 0 and done.stdout == "", done.stdout
        assert len(lines) == 1 and lines[0].startswith("aprendiz: "), done.stderr
        return lines[0]

    def imported(self, *talks: dict) -> None:
        file = self.home.parent / "talks.jsonl"
        file.write_text("".join(json.dumps(talk) + "\n" for talk in talks), encoding="utf-8")
        self.said("import", file)


@pytest.fixture
def aprendiz(home: Path, tiny) -> CommandLine:
    _, gguf = tiny("llama")
    return CommandLine(home / "home", gguf)


def version_on_record(home: Path, content: bytes) -> str:
    """A version that `promote` can serve: its file on disk, and its record."""
    staging = home / "staging"
    staging.mkdir(parents=True)
    (staging / "model.gguf").write_bytes(content)
    id = seal_version(home, staging)
    with opened(home) as db:
        add_version(db, Version(id, BASE, None, now(), "promoted", (), {}))
    return id


def test_every_command_of_the_contract_is_there_and_no_other(aprendiz):
    (listed,) = re.findall(r"^positional arguments:\n  COMMAND\n((?:    .*\n)+)", aprendiz.said("--help"), re.MULTILINE)
    assert re.findall(r"^    (\w+)", listed, re.MULTILINE) == list(CONTRACT)


@pytest.mark.parametrize("command", CONTRACT)
def test_every_argument_of_the_contract_is_there(aprendiz, command):
    usage = aprendiz.said(command, "--help")
    assert "--home" in usage
    for argument in CONTRACT[command]:
        assert argument in usage, argument


def test_what_is_not_a_command_or_an_option_is_told_in_one_line(aprendiz):
    assert "'teach'" in aprendiz.refused("teach") and "--help" in aprendiz.refused("teach")
    assert "--fast" in aprendiz.refused("status", "--fast")
    assert "nine" in aprendiz.refused("chat", "--port", "nine")
    assert not aprendiz.home.exists()


def test_a_reader_that_has_read_enough_is_no_error(aprendiz):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write) as nobody:
        command = [sys.executable, "run.py", "--home", str(aprendiz.home), "versions"]
        done = subprocess.run(command, cwd=ROOT, env=aprendiz.environment, stdout=nobody, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, b"")


def test_status_answers_in_under_half_a_second(aprendiz):
    aprendiz.imported(TALK)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        seen = aprendiz.json("status")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.5, seconds
    assert (seen["version"], seen["conversations"], seen["corrections"]) == (BASE, 1, 1)
    assert (seen["night_runs"], seen["last_night"], seen["home"]) == (False, None, str(aprendiz.home))


def test_status_knows_a_night_that_was_killed_and_a_damaged_store(aprendiz):
    aprendiz.imported(TALK)
    with opened(aprendiz.home) as db:
        runs.begin_run(db, "command")
    (aprendiz.home / "night.pid").write_text(str(2**22))
    assert aprendiz.json("status")["night_runs"] is False
    (aprendiz.home / "night.pid").write_text(str(os.getpid()))
    assert aprendiz.json("status")["night_runs"] is False, "the number is another program's by now"
    night = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "improve"])
    (aprendiz.home / "night.pid").write_text(str(night.pid))
    assert aprendiz.json("status")["night_runs"] is True
    night.kill()
    night.wait()
    (aprendiz.home / "store.db").write_bytes(b"no store" * 1000)
    assert "restore a backup" in aprendiz.refused("status")


def test_an_unknown_or_wrong_setting_is_told_with_what_there_is(aprendiz):
    aprendiz.home.mkdir()
    config = aprendiz.home / "config.toml"
    config.write_text("prot = 3\n")
    said = aprendiz.refused("status")
    assert str(config) in said and "'prot'" in said and "port" in said and "night_time" in said
    config.write_text('port = "high"\n')
    assert "whole number from 1 to 65535" in aprendiz.refused("status")
    config.write_text("port = \n")
    assert "line 1" in aprendiz.refused("status")
    config.unlink()
    assert "APRENDIZ_NIGHT_TIME" in aprendiz.refused("status", APRENDIZ_NIGHT_TIME="late")


def test_import_says_what_it_took_and_takes_it_once(aprendiz):
    file = aprendiz.home.parent / "talks.jsonl"
    file.write_text(json.dumps(TALK) + "\n")
    first, second = aprendiz.json("import", file), aprendiz.json("import", file)
    assert (first["conversations"], first["corrections"], first["known"]) == (1, 1, 0)
    assert (second["conversations"], second["corrections"], second["known"]) == (0, 0, 1)


@pytest.mark.parametrize(
    "second",
    [
        "not json",
        "[]",
        '{"conversation": "x"}',
        '{"conversation": "x", "messages": [{"role": "king", "content": "?"}]}',
    ],
)
def test_a_malformed_import_names_file_and_line_and_takes_nothing(aprendiz, second):
    file = aprendiz.home.parent / "talks.jsonl"
    file.write_text(json.dumps(TALK) + f"\n{second}\n")
    assert f"{file}:2: " in aprendiz.refused("import", file)
    assert aprendiz.json("status")["conversations"] == 0
    assert "nowhere.jsonl" in aprendiz.refused("import", "nowhere.jsonl")


def test_corrections_are_listed_and_forgotten(aprendiz):
    assert aprendiz.json("corrections") == []
    assert "no correction yet" in aprendiz.refused("corrections", "forget", 1)
    aprendiz.imported(TALK)
    (row,) = aprendiz.json("corrections")
    assert (row["answer"], row["standing"], row["asked"]) == ("Ines Farrow mends it.", "remembered", 0)
    assert "Ines Farrow" in aprendiz.said("corrections")
    assert f"no correction '77'. There are: {row['id']}." in aprendiz.refused("corrections", "forget", 77)
    assert "corrections forget ID" in aprendiz.refused("corrections", "forget")
    assert aprendiz.json("corrections", "forget", row["id"]) == {"id": row["id"], "standing": "forgotten"}
    assert aprendiz.json("corrections")[0]["standing"] == "forgotten"
    assert aprendiz.json("status")["corrections"] == 0


@pytest.mark.slow
def test_a_question_is_answered_and_a_batch_in_its_order(aprendiz, tmp_path):
    aprendiz.imported(TALK)
    question = TALK["messages"][0]["content"]
    assert aprendiz.said("ask", question) == "Ines Farrow mends it.\n"
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": "b", "prompt": question},
        {"id": 1, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]},
    ]
    batch.write_text("".join(json.dumps(row) + "\n" for row in rows))
    aprendiz.said("ask", "--batch", batch, "--out", out, "--max-tokens", 4)
    known, other = (json.loads(line) for line in out.read_text().splitlines())
    assert known == {"id": "b", "answer": "Ines Farrow mends it.", "version": BASE, "memory": 1}
    assert (other["id"], other["version"], other["memory"]) == (1, BASE, None)
    aprendiz.said("ask", "--batch", batch, "--out", out, "--max-tokens", 4, "--memory", "off", "--version", BASE)
    assert [json.loads(line)["memory"] for line in out.read_text().splitlines()] == [None, None]
    assert aprendiz.json("status")["conversations"] == 1, "what is asked here is not stored"


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ("{", "a row is a JSON object"),
        ('{"prompt": "no id"}', "'id'"),
        ('{"id": 2, "messages": []}', "the last message"),
        ('{"id": 2, "messages": [{"role": "robot", "content": "x"}]}', "a message has a role"),
    ],
)
def test_a_malformed_batch_names_file_and_line_and_writes_nothing(aprendiz, tmp_path, second, fault):
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text('{"id": 1, "prompt": "Fine?"}\n' + second + "\n")
    said = aprendiz.refused("ask", "--batch", batch, "--out", out)
    assert f"{batch}:2: " in said and fault in said
    assert not out.exists()


def test_a_question_that_cannot_be_asked_is_told_before_a_model_is_loaded(aprendiz, tmp_path):
    assert "--batch" in aprendiz.refused("ask")
    (tmp_path / "in.jsonl").write_text('{"id": 1, "prompt": "Fine?"}\n')
    assert "folder" in aprendiz.refused("ask", "--batch", tmp_path / "in.jsonl", "--out", tmp_path)
    assert "cannot be written" in aprendiz.refused("ask", "--batch", "a", "--out", tmp_path / "in.jsonl" / "x")
    assert "--out" in aprendiz.refused("ask", "--batch", tmp_path / "in.jsonl")
    assert "at least one token" in aprendiz.refused("ask", "Why?", "--max-tokens", 0)
    assert "nowhere.jsonl" in aprendiz.refused("ask", "--batch", "nowhere.jsonl", "--out", tmp_path / "out.jsonl")
    assert not (aprendiz.home / "base").exists()


@pytest.mark.slow
def test_a_model_that_cannot_be_served_is_told_with_the_reason(aprendiz, tmp_path):
    (tmp_path / "odd.gguf").write_bytes(b"something else")
    assert "odd.gguf" in aprendiz.refused("ask", "Why?", APRENDIZ_MODEL=str(tmp_path / "odd.gguf"))
    assert "nowhere.gguf" in aprendiz.refused("ask", "Why?", APRENDIZ_MODEL="nowhere.gguf")
    assert "'v-000000000000'. There are: base." in aprendiz.refused("ask", "Why?", "--version", "v-000000000000")


@pytest.mark.slow
def test_versions_are_listed_promoted_and_rolled_back(aprendiz):
    one, two = version_on_record(aprendiz.home, b"one"), version_on_record(aprendiz.home, b"two")
    assert "nothing to go back to" in aprendiz.refused("rollback")
    said = aprendiz.refused("promote", "v-000000000000")
    assert all(id in said for id in (BASE, one, two))
    aprendiz.said("promote", one)
    aprendiz.said("promote", two)
    rows = {row["id"]: row for row in aprendiz.json("versions")}
    assert list(rows) == [BASE, one, two] and [id for id, row in rows.items() if row["current"]] == [two]
    assert set(rows[two]) == {"id", "path", "current", "created", "decision", "parent"}
    assert Path(rows[BASE]["path"]).is_file() and Path(rows[two]["path"]).read_bytes() == b"two"
    assert f"* {two}" in aprendiz.said("versions")
    aprendiz.said("rollback")
    assert current(aprendiz.home) == one
    aprendiz.said("rollback")
    assert current(aprendiz.home) == BASE

    file = Path(rows[two]["path"])
    file.write_bytes(b"changed")
    assert "model.gguf was changed" in aprendiz.refused("promote", two)
    file.unlink()
    assert {row["id"]: row["path"] for row in aprendiz.json("versions")}[two] is None
    assert "its files are gone" in aprendiz.said("versions")


@pytest.mark.slow
def test_a_document_is_read_once(aprendiz, tmp_path):
    (tmp_path / "harlow.md").write_text("# Harlow\n\nThe ferry to Glenmore leaves at noon.\n")
    assert aprendiz.said("add", tmp_path / "harlow.md").endswith(": read\n")
    assert aprendiz.said("add", tmp_path / "harlow.md").endswith(": known already\n")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    assert "photo.jpg" in aprendiz.refused("add", tmp_path / "photo.jpg")
    assert "nowhere.txt" in aprendiz.refused("add", "nowhere.txt")


@pytest.mark.slow
def test_a_night_can_be_asked_what_it_would_learn(aprendiz):
    aprendiz.imported(TALK)
    plan = {"corrections": 1, "new": [1], "withdrawn": [], "too_long": [], "votes": 0, "manner": ""}
    assert aprendiz.json("improve", "--dry-run") == plan
    assert "1 of 1 corrections" in aprendiz.said("improve", "--dry-run")
    assert aprendiz.json("status")["last_night"] is None


@pytest.mark.slow
def test_a_night_that_may_not_start_says_why(aprendiz):
    said = aprendiz.refused("improve", APRENDIZ_MIN_FREE_GIB="1000000")
    assert "min_free_gib" in said and aprendiz.json("status")["last_night"] is None


@pytest.mark.slow
def test_feedback_and_files_are_exported(aprendiz, tmp_path):
    assert "nothing to export yet" in aprendiz.refused("export", "sft", tmp_path / "sft.jsonl")
    aprendiz.imported(TALK)
    for what, count in (("sft", 1), ("dpo", 1), ("kto", 2)):
        assert f"{count} rows" in aprendiz.said("export", what, tmp_path / f"{what}.jsonl")
        assert len((tmp_path / f"{what}.jsonl").read_text().splitlines()) == count
    assert "exists already" in aprendiz.refused("export", "sft", tmp_path / "sft.jsonl")
    aprendiz.said("export", "gguf", tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes()[:4] == b"GGUF"
    assert "no adapter" in aprendiz.refused("export", "adapter", tmp_path / "adapter")
    said = aprendiz.refused("export", "gguf", tmp_path / "other.gguf", "--version", "v-000000000000")
    assert "There are: base." in said and not (tmp_path / "other.gguf").exists()


def test_a_backup_comes_back_in_another_home(aprendiz, tmp_path):
    assert "no store" in aprendiz.refused("backup")
    aprendiz.imported(TALK)
    archive = tmp_path / "all.tar"
    assert str(archive) in aprendiz.said("backup", archive)
    assert "exists already" in aprendiz.refused("backup", archive)
    assert "cannot be used" in aprendiz.refused("backup", archive / "x.tar")
    assert "has a store already" in aprendiz.refused("restore", archive)
    elsewhere = tmp_path / "elsewhere"
    aprendiz.said("restore", archive, home=elsewhere)
    assert aprendiz.json("status", home=elsewhere)["corrections"] == 1
    archive.write_bytes(archive.read_bytes()[:-12000])  # more than the zeros with which a tar file may end
    assert "no whole backup" in aprendiz.refused("restore", archive, home=tmp_path / "third")
    assert "backups" in aprendiz.said("backup")


@pytest.mark.slow
def test_the_doctor_reports_each_finding_and_fails_when_one_is_bad(aprendiz, tmp_path):
    done = aprendiz("doctor", "--json")
    found = {row["what"]: row for row in json.loads(done.stdout)}
    assert {"environment", "disk", "home", "store", "base model", "versions", "memory", "port"} <= found.keys()
    assert found["store"]["well"] and found["base model"]["well"] and found["memory"]["well"]
    done = aprendiz("doctor", APRENDIZ_MODEL=str(tmp_path / "gone.gguf"))
    assert done.returncode == 1 and done.stderr == ""
    (bad,) = [line for line in done.stdout.splitlines() if line.startswith("BAD  base model")]
    assert "gone.gguf" in bad


@pytest.mark.slow
def test_no_command_means_chat_and_a_taken_port_is_told(aprendiz):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for words, environment in (((), {"APRENDIZ_PORT": str(port)}), (("chat", "--port", port), {})):
            said = aprendiz.refused(*words, **environment)
            assert f"Port {port} on 127.0.0.1" in said and "--port" in said


@pytest.mark.slow
def test_test_runs_pytest_with_the_options_given(aprendiz):
    chosen, file = "a_python_that_is_too_old", "tests/assistant/test_environment.py"
    assert "1 passed" in aprendiz.said("test", "--noconftest", "-k", chosen, file)
    assert "1 passed" in aprendiz.said("test", "--", "--noconftest", "-k", chosen, file)
    assert aprendiz("test", "--noconftest", "-k", "nothing_is_called_so", file).returncode != 0


def test_users_are_added_with_a_password_that_is_no_argument_and_get_a_key_that_is_printed_once(aprendiz):
    assert aprendiz.json("users") == []
    added = aprendiz("users", "add", "ana", typed="four quiet grey herons\n")
    assert added.returncode == 0 and "ana" in added.stdout and "herons" not in added.stdout + added.stderr
    assert aprendiz.json("users") == [{"name": "ana", "admin": True}]
    key = aprendiz.said("users", "key", "ana").strip()
    assert key.startswith("apr-") and key not in aprendiz.said("users")
    for words, typed, fault in (
        (("add",), "", "Who? Write: run.py users add NAME"),
        (("add", "ben"), "short\n", "10 to 256 characters"),
        (("add", "ben"), "", "10 to 256 characters"),
        (("add", "Ben B"), "three loud white geese\n", "cannot be a user's name"),
        (("key", "eva"), "", "There are: ana"),
        (("password", "eva"), "three loud white geese\n", "There are: ana"),
    ):
        assert fault in aprendiz.refused("users", *words, typed=typed)
    aprendiz.imported(TALK)
    assert [row["by"] for row in aprendiz.json("corrections")] == ["ana"]
    assert "There is no user 'eva'" in aprendiz.refused("import", aprendiz.home.parent / "talks.jsonl", "--user", "eva")
    assert aprendiz.json("users", "remove", "ana") == []
