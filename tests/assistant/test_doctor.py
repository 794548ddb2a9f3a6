"""The doctor: a healthy home is well, and each fault is found with its remedy."""

import socket
from pathlib import Path

import pytest

from assistant.doctor import LOOKS, Finding, findings
from models.version_files import BASE, clear_files, point_to, seal_version
from store import runs, versions
from store.database import STORE, opened
from store.records import Version, now
from store.settings import Settings


@pytest.fixture
def settings(home: Path, tiny, default_home: Path) -> Settings:
    with opened(home):
        pass
    _, gguf = tiny("llama")
    return Settings(home=home, model=str(gguf), port=free_port())


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def looked(what: str, settings: Settings) -> list[Finding]:
    """The findings of one look."""
    return [Finding(what, well, said) for well, said in LOOKS[what](settings)]


def sealed(home: Path, content: bytes = b"merged", *, known: bool = True) -> str:
    staging = home / "staging"
    staging.mkdir()
    (staging / "model.gguf").write_bytes(content)
    id = seal_version(home, staging)
    if known:
        with opened(home) as db:
            versions.add_version(db, Version(id, BASE, None, now(), "promoted", (), {}))
    return id


def the_fault(what: str, settings: Settings) -> str:
    """What is said about the one thing that is wrong."""
    (bad,) = [each for each in looked(what, settings) if not each.well]
    assert "\n" not in bad.said
    return bad.said


def test_a_healthy_home_is_well_in_everything(settings):
    found = findings(settings)
    assert {each.what for each in found} == set(LOOKS)
    others = [each for each in found if each.what != "environment"]
    assert all(each.well for each in others), [each for each in others if not each.well]


def test_a_home_that_is_not_there_yet_is_well_and_is_not_made(home):
    settings = Settings(home=home / "new")
    for what in ("home", "store", "last night", "versions", "disk"):
        assert all(each.well for each in looked(what, settings)), what
    assert not settings.home.exists()


def test_a_home_that_others_can_read_is_told_with_the_command_that_closes_it(settings):
    settings.home.chmod(0o755)
    assert f"chmod go-rwx '{settings.home}'" in the_fault("home", settings)


def test_too_little_room_is_told_with_the_setting(home):
    assert "min_free_gib" in the_fault("disk", Settings(home=home, min_free_gib=1e6))


def test_a_damaged_store_is_told_with_the_way_to_a_backup(settings):
    path = settings.home / STORE
    path.write_bytes(b"no database" * 1000)
    (bad,) = [each for each in findings(settings) if each.what == "store"]
    assert not bad.well and "restore" in bad.said


def test_damage_inside_the_store_is_a_finding_of_every_look_that_meets_it(settings):
    with opened(settings.home) as db:
        db.execute("PRAGMA wal_checkpoint (TRUNCATE)")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (settings.home / STORE).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert [each.said for each in findings(settings) if "restore a backup" in each.said and each.what == "last night"]


def test_a_changed_version_that_serves_is_told_with_the_way_back(settings):
    id = sealed(settings.home)
    point_to(settings.home, id)
    assert all(each.well for each in looked("versions", settings))
    (settings.home / "versions" / id / "model.gguf").write_bytes(b"mergeD")
    said = the_fault("versions", settings)
    assert "model.gguf was changed" in said and "run.py promote base" in said


def test_versions_without_files_and_files_without_a_record_are_told(settings):
    gone = sealed(settings.home)
    cleared = sealed(settings.home, b"old")
    clear_files(settings.home, cleared)
    assert all(each.well for each in looked("versions", settings)), "what was cleared away is not missing"
    (settings.home / "versions" / gone / "model.gguf").unlink()
    assert f"the files of {gone} are gone" in the_fault("versions", settings)
    stray = sealed(settings.home, b"other", known=False)
    bad = [each.said for each in looked("versions", settings) if not each.well]
    assert len(bad) == 2 and stray in bad[1]


def test_the_last_nights_failure_and_interruption_are_told(settings):
    with opened(settings.home) as db:
        first = runs.begin_run(db, "command")
    (interrupted,) = looked("last night", settings)
    assert interrupted.well and "interrupted" in interrupted.said and "run.py improve" in interrupted.said
    with opened(settings.home) as db:
        runs.fail_run(db, first.id, "OSError: the disk is full.")
    assert "the disk is full" in the_fault("last night", settings)


def test_a_port_that_another_program_has_is_told(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        taken.settimeout(0)
        assert f"Port {settings.port}" in the_fault("port", settings)


def test_a_model_that_must_not_be_served_is_told(home, settings):
    broken = home / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing")
    found = findings(Settings(home=home, model=str(broken), port=settings.port))
    (bad,) = [each for each in found if each.what == "base model"]
    assert not bad.well and "broken.gguf" in bad.said
