"""The pointer and its record move together, also when the program died between them."""

import shutil

import pytest

from models.promotion import promote, roll_back, version_before
from models.version_files import current, point_to, seal_version
from store import versions
from store.database import opened
from store.errors import InputRefused, NotFound
from store.records import Promotion, Version


@pytest.fixture
def db(home):
    with opened(home) as db:
        for content in (b"one", b"two"):
            staging = home / content.decode()
            staging.mkdir()
            (staging / "model.gguf").write_bytes(content)
            id = seal_version(home, staging)
            versions.add_version(db, Version(id, "base", None, "", "promoted", (), {}))
        yield db


def moves(db) -> list[tuple[str, str, str]]:
    return [(m.previous, m.version, m.by) for m in versions.promotions(db)]


def test_the_version_before_is_the_one_that_was_left_not_the_one_that_was_gone_back_from():
    moves = [Promotion("a", "base", "night", ""), Promotion("b", "a", "night", ""), Promotion("a", "b", "rollback", "")]
    there = {"base", "a", "b"}
    assert version_before(moves[:2], "b", there) == "a" and version_before(moves[:2], "b", {"base"}) == "base"
    assert version_before(moves, "a", there) == "base" and version_before([], "a", there) == "base"


def test_forward_and_back(db, home):
    first, second = (v.id for v in versions.versions(db))
    assert promote(db, home, first) == "base"
    assert promote(db, home, second, "night") == first
    assert roll_back(db, home) == first
    assert roll_back(db, home) == "base"
    assert current(home) == "base"
    assert [by for *_, by in moves(db)] == ["promote", "night", "rollback", "rollback"]
    with pytest.raises(InputRefused):
        roll_back(db, home)


def test_a_version_whose_files_are_gone_is_passed_over_on_the_way_back(db, home):
    first, second = (v.id for v in versions.versions(db))
    for version in (first, second, first):
        promote(db, home, version)
    shutil.rmtree(home / "versions" / second)
    assert roll_back(db, home) == "base"
    promote(db, home, first)
    shutil.rmtree(home / "versions" / first)
    assert roll_back(db, home) == "base"
    assert current(home) == "base"


def test_a_move_is_recorded_once_and_completed_after_a_crash(db, home):
    first = versions.versions(db)[0].id
    point_to(home, first)
    assert promote(db, home, first, "night") == "base"
    promote(db, home, first, "night")
    assert moves(db) == [("base", first, "night")]


def test_an_unknown_version_is_named_with_those_there_are(db, home):
    with pytest.raises(NotFound, match=versions.versions(db)[0].id):
        promote(db, home, "v-9")
    assert current(home) == "base"
