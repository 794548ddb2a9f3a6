"""Versions and promotions are append-only."""

import sqlite3
from dataclasses import replace

import pytest

from store.errors import NotFound
from store.records import Version
from store.runs import begin_run
from store.versions import add_version, promotions, record_promotion, version, versions

MADE = Version("v-0123456789ab", "base", None, "2026-01-01", "refused", ("worse",), {"probes": {"right": 3}})


def test_a_version_is_put_on_record_once(db):
    made = replace(MADE, run_id=begin_run(db, "page").id)
    add_version(db, made)
    add_version(db, replace(made, decision="promoted"))
    second = replace(made, id="v-ba9876543210", parent=made.id, reasons=())
    add_version(db, second)
    assert versions(db) == [made, second]
    assert version(db, made.id) == made


def test_the_base_is_a_version_without_a_parent(db):
    assert version(db, "base").parent == ""
    assert versions(db) == []


def test_an_unknown_version_is_told_with_those_there_are(db):
    add_version(db, MADE)
    with pytest.raises(NotFound, match=r"no version 'v-x'\. There are: base, v-0123456789ab\."):
        version(db, "v-x")


def test_each_move_of_the_pointer_is_recorded_once(db):
    first = record_promotion(db, "v-1", "base", "night")
    assert record_promotion(db, "v-1", "base", "night") == first, "told again by a night that was killed"
    back = record_promotion(db, "base", "v-1", "rollback")
    again = record_promotion(db, "v-1", "base", "promote")
    assert promotions(db) == [first, back, again]


@pytest.mark.parametrize("table", ["versions", "promotions"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET created = ''"])
def test_what_is_on_record_cannot_be_changed(db, table, change):
    add_version(db, MADE)
    record_promotion(db, MADE.id, "base", "promote")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(change.format(table))
    assert len(versions(db)) == len(promotions(db)) == 1
