"""Opening, migrating and refusing the store; several processes at once; processes that are killed."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store.conversations import close_interrupted, create_conversation, list_conversations, newest_path
from store.database import check, opened, storable, writing
from store.documents import documents
from store.errors import SetupFailed, StoreDamaged
from store.examples import examples_of, save_examples
from store.light_sqlite_utils import Database
from store.migrations import NAMES, migrations
from store.records import Example

ROOT = Path(__file__).parents[2]


def program(text: str, *arguments: object) -> subprocess.Popen:
    """Another process that runs `text` with the project to import from."""
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_new_store_is_private_and_set_up(home):
    new = home / "deep" / "home"
    with opened(new) as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert [each.name for each in migrations.applied(db)] == list(NAMES)
        create_conversation(db)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (new, *new.iterdir())}
    assert modes == {"home": 0o700, "store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_an_old_store_is_brought_up_to_date_and_copied_before(home):
    """The home of a first version: its first migration, as it was released, and a conversation."""
    with opened_as_of(home, "m002_feedback") as old:
        old.execute("INSERT INTO conversations VALUES ('c', 'Old', '', NULL, '2026-01-01T00:00:00.000Z', '2026')")
        old.execute(
            """INSERT INTO messages (id, conversation_id, role, content, status, created)
               VALUES ('m', 'c', 'user', 'from long ago', 'complete', '2026')"""
        )
    with opened(home) as db:
        assert [each.title for each in list_conversations(db, search="long ago")] == ["Old"]
        assert [each.content for each in newest_path(db, "c")] == ["from long ago"]
        assert check(db.conn) == []
        assert [each.name for each in migrations.applied(db)] == list(NAMES)
    copy = home / "backups" / "before-m002_feedback.db"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT content FROM messages").fetchall() == [("from long ago",)]
    assert kept.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("m001_conversations",)]
    kept.close()


def test_the_examples_of_earlier_nights_are_still_there(home):
    with opened_as_of(home, "m005_liked_examples") as old:
        old.execute("INSERT INTO runs VALUES ('r', 'command', NULL, 'running', '2026', NULL, NULL, NULL, '[]')")
        old.execute("INSERT INTO examples (run_id, kind, question, answer) VALUES ('r', 'replay', 'Hello?', 'Hello.')")
    with opened(home) as db:
        assert examples_of(db, "r") == [Example("replay", "Hello?", "Hello.")]
        save_examples(db, "r", [Example("liked", "Hi?", "Hi.")])
        assert [each.kind for each in examples_of(db, "r")] == ["replay", "liked"]
        assert check(db.conn) == []


def test_what_an_earlier_program_left_of_a_forgotten_correction_is_wiped(home):
    """The second correction was of what memory had answered from the first, which was forgotten; so was the third."""
    with opened_as_of(home, "m017_forgotten_for_good") as old:
        old.execute(
            "INSERT INTO conversations (id, title, system_prompt, created, updated) VALUES ('c', '', '', '', '')"
        )
        columns = "message_id, question, question_key, rejected, answer, created, forgotten"
        for made in (
            ("m1", "Who?", "who", "Nobody.", "", "2026", "2026"),
            ("m2", "Who?", "who", "Quetzalcoatl.", "Ada.", "2026", None),
            ("m3", "Where?", "where", "In Quetzalcoatl.", "", "2026", "2026"),
            ("m4", "When?", "when", "Never.", "Now.", "2026", None),
        ):
            old.execute(f"INSERT INTO corrections ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", made)
        for id, said_by in (("m1", None), ("m2", 1), ("m4", None)):
            old.execute(
                """INSERT INTO messages (id, conversation_id, role, content, status, correction_id, created)
                   VALUES (?, 'c', 'assistant', '', 'complete', ?, '2026')""",
                (id, said_by),
            )
        for id, said in ((1, "Quetzalcoatl."), (4, "Now.")):
            old.execute("INSERT INTO checks VALUES (?, 'v-1', 1, 1, '2026', ?)", (id, said))
    old.close()
    with opened(home) as db:
        assert [row["rejected"] for row in db.query("SELECT rejected FROM corrections ORDER BY id")] == [
            "", "", "", "Never.",
        ]  # fmt: skip
        assert [row["correction_id"] for row in db.query("SELECT correction_id FROM checks")] == [4]
        assert all(b"Quetzalcoatl" not in path.read_bytes() for path in home.iterdir() if path.is_file())


def test_what_was_given_to_all_before_is_the_first_users(home):
    with opened_as_of(home, "m018_documents_by") as old:
        old.execute("INSERT INTO documents (name, sha256, added) VALUES ('a.md', '1', '2026')")
    with opened(home) as db:
        assert [(each.name, each.by) for each in documents(db, None)] == [("a.md", "")]


def test_questions_that_differ_in_signs_are_told_apart_in_an_old_store_too(home):
    with opened_as_of(home, "m020_signs_in_keys") as old:
        columns = "message_id, question, question_key, rejected, answer, created"
        for sign in ("{}", "[]"):
            made = ("m", f"What does {sign} mean?", "what does mean", "?", "!", "2026")
            old.execute(f"INSERT INTO corrections ({columns}) VALUES (?, ?, ?, ?, ?, ?)", made)
    old.close()
    with opened(home) as db:
        keys = [row["question_key"] for row in db.query("SELECT question_key FROM corrections ORDER BY id")]
        assert keys == ["what does {} mean", "what does [] mean"]


def test_what_users_asked_of_themselves_and_another_replaced_counts_again(home):
    with opened_as_of(home, "m022_each_for_oneself") as old:
        columns = "id, message_id, question, question_key, rejected, answer, created, superseded_by, by"
        said = ((1, 2, "ana", "my name"), (2, 3, "ben", "my name"), (3, None, "ana", "my name"),
                (4, 5, "ben", "my dog"), (5, None, "ana", "my dog"), (6, 7, "ben", "our name"),
                (7, None, "ana", "our name"))  # fmt: skip
        old.execute("PRAGMA foreign_keys = off")
        for id, later, by, what in said:
            made = (id, "m", f"What is {what}?", f"what is {what}", "?", "!", "2026", later, by)
            old.execute(f"INSERT INTO corrections ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", made)
    old.close()
    with opened(home) as db:
        found = {row["id"]: row["superseded_by"] for row in db.query("SELECT id, superseded_by FROM corrections")}
    assert found == {1: 3, 2: None, 3: None, 4: None, 5: None, 6: 7, 7: None}


def test_an_old_store_that_cannot_be_migrated_stays_as_it_was(home):
    with opened_as_of(home, "m002_feedback") as old:
        old.execute("CREATE TABLE versions (something_else)")  # in the way of the third migration
    with pytest.raises(SetupFailed, match="versions"), opened(home):
        pass
    left = Database(home / "store.db", execute_plugins=False)
    assert [each.name for each in migrations.applied(left)] == ["m001_conversations"]
    assert "corrections" not in left.table_names()
    left.close()


def opened_as_of(home: Path, stop_before: str) -> Database:
    db = Database(home / "store.db", execute_plugins=False)
    migrations.apply(db, stop_before=stop_before)
    return db


def test_a_store_of_a_newer_program_is_refused_and_says_what_to_do(home):
    with opened(home) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('aprendiz', 'm999_later', '')"
        )
    with (
        pytest.raises(
            StoreDamaged, match=r"newer Aprendiz \(its schema is m999_later, .*\)\. Use the newer program\.$"
        ),
        opened(home),
    ):
        pass
    (home / "backups").mkdir()
    (home / "backups" / "before-m999_later.db").touch()
    with pytest.raises(StoreDamaged, match=r"or put .*before-m999_later\.db in its place"), opened(home):
        pass


def test_a_file_that_is_no_store_is_refused_and_left_alone(home):
    (home / "store.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreDamaged, match="restore a backup into a new home"), opened(home):
        pass
    assert (home / "store.db").read_bytes() == b"not a database at all" * 100


def test_a_home_that_cannot_be_made_is_told(home):
    (home / "file").touch()
    with pytest.raises(SetupFailed, match="--home"), opened(home / "file" / "below"):
        pass


def test_writes_of_a_block_are_kept_together_or_not_at_all(home):
    with opened(home) as db:
        with pytest.raises(KeyError), writing(db):
            create_conversation(db, "lost")
            raise KeyError
        with writing(db):
            create_conversation(db, "kept")
            with pytest.raises(KeyError), writing(db):
                create_conversation(db, "inner, lost")
                raise KeyError
        assert [each.title for each in list_conversations(db)] == ["kept"]


def test_a_disk_that_is_full_is_told_also_after_the_store_was_opened(home):
    with pytest.raises(SetupFailed, match="Is the disk full"), opened(home) as db:
        db.execute("PRAGMA max_page_count = 1")
        db.execute("CREATE TABLE t AS SELECT zeroblob(1000000)")
    with pytest.raises(sqlite3.OperationalError, match="no such table"), opened(home) as db:
        db.execute("SELECT 1 FROM what_the_program_got_wrong")


def test_text_that_is_no_unicode_is_made_storable():
    assert storable("plain") == "plain"
    assert storable("\ud83d\ude00 é") == "😀 é"
    assert storable("cut \ud83d off") == "cut \ufffd off"


WRITER = """
import sys
from pathlib import Path
from store.conversations import add_message, create_conversation
from store.database import opened, writing
home, name = Path(sys.argv[1]), sys.argv[2]
for number in range(40):
    with opened(home) as db, writing(db):
        last = db.execute("SELECT count(*) FROM messages").fetchone()[0]
        made = create_conversation(db, name)
        add_message(db, made.id, None, "user", f"{last}")
"""


def test_two_processes_that_write_at_once_wait_for_each_other(home):
    """Also the making of the store is a race here, which one of them wins."""
    writers = [program(WRITER, home, name) for name in ("a", "b")]
    for writer in writers:
        _, fault = writer.communicate(timeout=60)
        assert writer.returncode == 0, fault
    with opened(home) as db:
        counted = [int(row["content"]) for row in db.query("SELECT content FROM messages ORDER BY number")]
        assert counted == list(range(80)), "each saw what the other had written before"
        assert check(db.conn) == []


OPENER = """
import sys, time
from pathlib import Path
from store.database import opened
go, homes = Path(sys.argv[1]), Path(sys.argv[1]).with_name("homes")
print("ready", flush=True)
for number in range(8):
    while not go.with_name(str(number)).exists():
        time.sleep(0.0005)
    with opened(homes / str(number)):
        print("opened", flush=True)
"""


def test_a_home_that_several_programs_open_for_the_first_time_at_once_is_made_once(home):
    openers = [program(OPENER, home / "go") for _ in range(4)]
    assert [opener.stdout.readline() for opener in openers] == ["ready\n"] * 4
    for number in range(8):
        (home / str(number)).touch()
    for opener in openers:
        told, fault = opener.communicate(timeout=60)
        assert (opener.returncode, told) == (0, "opened\n" * 8), fault


INTERRUPTED = """
import sys
from pathlib import Path
from store.conversations import add_message, create_conversation, write_progress
from store.database import opened, writing
with opened(Path(sys.argv[1])) as db:
    made = create_conversation(db, "")
    asked = add_message(db, made.id, None, "user", "Count!")
    answer = add_message(db, made.id, asked.id, "assistant", "", status="writing", version="base")
    for number in range(1, 4):
        write_progress(db, answer.id, " ".join(map(str, range(number + 1))))
    with writing(db):
        create_conversation(db, "half done")
        print("ready", flush=True)
        sys.stdin.read()
        import time; time.sleep(60)
"""


def test_a_process_killed_while_it_writes_leaves_what_was_said_so_far(home):
    killed = program(INTERRUPTED, home)
    assert killed.stdout.readline() == "ready\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.communicate()
    with opened(home) as db:
        assert close_interrupted(db) == 1
        (conversation,) = list_conversations(db, search="count")
        question, answer = newest_path(db, conversation.id)
        assert (question.content, answer.content, answer.status) == ("Count!", "0 1 2 3", "stopped")
        assert len(list_conversations(db)) == 1
        assert [each.id for each in list_conversations(db, search="2 3")] == [conversation.id], "indexed after all"
        assert check(db.conn) == []
        assert close_interrupted(db) == 0


def test_importing_the_store_leaves_the_heavy_libraries_out():
    text = """
import sys
import store.database, store.versions, store.runs, store.settings, store.feedback, store.conversations
print(sorted({"pandas", "numpy", "pydantic", "torch"} & set(sys.modules)))
import pandas
"""
    other = program(text)
    out, fault = other.communicate(timeout=60)
    assert out == "[]\n"
    assert other.returncode == 0, fault


def test_opening_a_store_takes_milliseconds(home):
    with opened(home):
        pass
    began = time.perf_counter()
    for _ in range(20):
        with opened(home):
            pass
    assert (time.perf_counter() - began) / 20 < 0.02
