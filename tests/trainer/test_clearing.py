"""Of which versions the files go."""

from models.version_files import BASE
from store.records import Promotion, Version
from trainer.clearing import needless


def made(decision: str, *numbers: int) -> list[Version]:
    return [Version(f"v-{n}", BASE, None, f"2026-05-{n:02}", decision, (), {}) for n in numbers]


def test_the_newest_that_served_are_kept_and_the_last_refused():
    every = sorted(made("promoted", 1, 2, 3, 5, 8) + made("refused", 4, 6, 7), key=lambda version: version.created)
    assert needless(every, [], "v-8", 2) == ["v-1", "v-2", "v-3", "v-4"]
    assert needless(every, [], "v-8", 0) == []
    assert needless(every, [], "v-8", 5) == ["v-4"]


def test_what_serves_is_kept_however_old_and_what_served_before_it():
    back = [Promotion("v-1", "v-2", "promote", "")]
    assert needless(made("promoted", 1, 2, 3, 4, 5), back, "v-1", 1) == ["v-3", "v-4"]
