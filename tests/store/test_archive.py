"""A backup is whole or is not there, and comes back only where nothing is lost by it."""

import io
import json
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from store import documents, users
from store.archive import backup, restore
from store.conversations import create_conversation, list_conversations
from store.database import opened
from store.errors import InputRefused, NotFound, StoreDamaged

VERSION = "v-0123456789ab"


@pytest.fixture
def lived_in(home: Path) -> Path:
    """A home with a conversation, settings, and a promoted version."""
    lived = home / "lived"
    with opened(lived) as db:
        create_conversation(db, "Kept")
    (lived / "config.toml").write_text("port = 8000\n")
    (lived / "current").write_text(VERSION + "\n")
    (lived / "versions" / VERSION / "adapter").mkdir(parents=True)
    (lived / "versions" / VERSION / "model.gguf").write_bytes(b"GGUF" + bytes(3_000_000))
    (lived / "versions" / VERSION / "card.json").write_text("{}")
    (lived / "versions" / VERSION / "adapter" / "adapter.safetensors").write_bytes(b"x")
    (lived / "versions" / f"{VERSION}.part").mkdir()
    (lived / "base").mkdir()
    (lived / "base" / "big.gguf").write_bytes(bytes(10))
    return lived


def titles(home: Path) -> list[str]:
    with opened(home) as db:
        return [each.title for each in list_conversations(db)]


def repacked(archive: Path, change) -> Path:
    """A copy of `archive` whose members went through `change(name, content)`, which may leave some out."""
    target = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(target, "w") as new:
        for member in old:
            changed = change(member.name, old.extractfile(member).read())
            if changed is not None:
                entry = tarfile.TarInfo(changed[0])
                entry.size = len(changed[1])
                new.addfile(entry, io.BytesIO(changed[1]))
    return target


def test_a_backup_comes_back_into_a_new_home(lived_in, home):
    archive = backup(lived_in)
    assert archive.parent == lived_in / "backups"
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    new = home / "new"
    restore(new, archive)
    assert titles(new) == ["Kept"]
    for name in (
        "config.toml",
        "current",
        f"versions/{VERSION}/model.gguf",
        f"versions/{VERSION}/adapter/adapter.safetensors",
    ):
        assert (new / name).read_bytes() == (lived_in / name).read_bytes()
    assert sorted(path.name for path in new.iterdir()) == ["config.toml", "current", "store.db", "versions"]
    assert stat.S_IMODE(new.stat().st_mode) == 0o700


def test_a_backup_is_of_one_moment_while_others_write(lived_in, home):
    with opened(lived_in) as db:
        db.conn.execute("BEGIN IMMEDIATE")
        create_conversation(db, "Not committed yet")
        archive = backup(lived_in, home / "out" / "now.tar")
        db.conn.execute("ROLLBACK")
    restore(home / "new", archive)
    assert titles(home / "new") == ["Kept"]


def test_a_backup_is_not_written_over_another(lived_in, home):
    archive = backup(lived_in, home / "one.tar")
    with pytest.raises(InputRefused, match="exists already"):
        backup(lived_in, archive)
    with pytest.raises(NotFound, match="no store"):
        backup(home / "empty")


def test_a_home_in_use_is_not_restored_over(lived_in, home):
    archive = backup(lived_in)
    with pytest.raises(InputRefused, match="has a store already"):
        restore(lived_in, archive)
    with opened(home / "untouched"):
        pass
    restore(home / "untouched", archive)
    assert titles(home / "untouched") == ["Kept"]


def a_user(db):
    users.add_user(db, "ana", "four quiet grey herons")


def a_document(db):
    documents.add_document(db, "notes.txt", "0" * 64, [documents.NewPassage("", "Text.", bytes(1536))], "m", None)


def a_preset(db):
    db.execute("INSERT INTO presets VALUES ('', 'Brief', 'Be brief.', 0, 1, NULL)")


@pytest.mark.parametrize("given", [a_user, a_document, a_preset])
def test_a_home_in_which_anything_was_put_is_not_restored_over(lived_in, home, given):
    archive = backup(lived_in)
    with opened(home / "new") as db:
        given(db)
    before = (home / "new" / "store.db").read_bytes()
    with pytest.raises(InputRefused, match="has a store already"):
        restore(home / "new", archive)
    assert (home / "new" / "store.db").read_bytes() == before


def test_restoring_again_after_a_kill_in_the_middle_ends_well(lived_in, home):
    archive = backup(lived_in)
    new = home / "new"
    shutil.copytree(lived_in / "versions" / VERSION, new / "versions" / VERSION)
    (new / ".restore-killed").mkdir()
    restore(new, archive)
    assert titles(new) == ["Kept"]


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: (name, content.replace(b"GGUF", b"EVIL")),
        lambda name, content: None if name.endswith("model.gguf") else (name, content),
        lambda name, content: None if name == "manifest.json" else (name, content),
        lambda name, content: None if name == "store.db" else (name, content),
        lambda name, content: ("../" + name, content),
        lambda name, content: ("/tmp/" + name, content),
        lambda name, content: (name.replace("config.toml", f"versions/{VERSION}/../../../x"), content),
        lambda name, content: (name, b"[]" if name == "manifest.json" else content),
    ],
)
def test_a_changed_archive_is_refused_and_nothing_of_it_stays(lived_in, home, change):
    archive = repacked(backup(lived_in), change)
    with pytest.raises(StoreDamaged):
        restore(home / "new", archive)
    assert list((home / "new").iterdir()) == []
    assert not (home / "x").exists()


def test_links_and_cut_or_foreign_files_are_refused(lived_in, home):
    archive = backup(lived_in)
    linked = home / "linked.tar"
    with tarfile.open(linked, "w") as tar:
        entry = tarfile.TarInfo("store.db")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(entry)
    cut = home / "cut.tar"
    cut.write_bytes(archive.read_bytes()[:-2_000_000])
    foreign = home / "foreign.tar"
    foreign.write_text("no archive")
    for bad in (linked, cut, foreign):
        with pytest.raises(StoreDamaged):
            restore(home / "new", bad)
    with pytest.raises(NotFound):
        restore(home / "new", home / "nothing.tar")


def test_a_damaged_store_in_a_well_formed_archive_is_refused(lived_in, home):
    import hashlib

    junk = b"SQLite format 3\x00" + bytes(5000)

    def change(name, content):
        if name == "store.db":
            return name, junk
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["sha256"]["store.db"] = hashlib.sha256(junk).hexdigest()
            return name, json.dumps(manifest).encode()
        return name, content

    with pytest.raises(StoreDamaged):
        restore(home / "new", repacked(backup(lived_in), change))
