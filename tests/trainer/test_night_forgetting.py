"""What is forgotten while a night runs, or while one waits to be finished: it is on record, or not in the version."""

import json

import pytest

from assistant.llamacpp import LlamaCppEngine
from models.catalogue import base_model
from models.version_files import current, version_dir
from store import checks, examples, feedback, forgetting, runs, versions
from store.database import opened
from store.settings import Settings
from tests.trainer.test_night import FACTS, corrected
from trainer.night import run_night

pytestmark = pytest.mark.slow


class Gone(BaseException):
    """What ends a night's process, as no night catches it."""


@pytest.fixture
def night(home, tiny):
    """A function: does a night on a tiny model, and calls `seen` with every progress that it tells."""
    directory, _ = tiny("llama")
    base = base_model(str(directory), home)

    def run(seen=lambda phase, done, total: None):
        return run_night(
            Settings(home=home),
            base,
            lambda path, version: LlamaCppEngine(path, version, context_tokens=1024),
            "command",
            progress=lambda phase, done, total, note: seen(phase, done, total),
        )

    corrected(home)
    return run


def gone_in(phase: str, share: float = 0.0):
    def seen(now: str, done: int, total: int) -> None:
        if now == phase and done >= share * total:
            raise Gone

    return seen


def recorded(home, db, version: str) -> list[int]:
    """What a version was trained on, as its record and its card say alike."""
    known = versions.version(db, version).evaluation["corrections"]
    assert json.loads((version_dir(home, version) / "card.json").read_text())["corrections"] == known
    return known


@pytest.mark.parametrize(("phase", "share"), [("finetune", 0.8), ("decide", 0.0)])
def test_what_was_forgotten_between_two_processes_of_a_night_is_not_in_its_version(home, night, phase, share):
    with pytest.raises(Gone):
        night(gone_in(phase, share))
    with opened(home) as db:
        run, *_ = runs.runs(db)
        ids = [c.id for c in feedback.active_corrections(db)]
        assert phase == "decide" or (home / "runs" / run.id / "checkpoints").is_dir()
        forgetting.forget(db, ids[0])
        with pytest.raises(Gone):
            night(gone_in("finetune"))
        left = {path.name for path in (home / "runs" / run.id).iterdir()}
        assert not left & {"adapter", "checkpoints", "trained.json", "version.sealed"}
        assert not list((home / "versions").glob("*"))
        assert not any(FACTS[0][0] in e.question for e in examples.examples_of(db, run.id))
        again = runs.finished_phase(db, run.id, "synthesise")
        ended = night()
        assert runs.finished_phase(db, run.id, "synthesise") == again, "it is left out once"
        assert (ended.run, ended.decision) == (run.id, "refused")
        assert recorded(home, db, ended.version) == ids[1:]
        assert [path.name for path in (home / "versions").iterdir()] == [ended.version]


def test_what_was_forgotten_while_a_night_trained_on_it_is_on_record(home, night):
    with opened(home) as db:
        ids = [c.id for c in feedback.active_corrections(db)]

        def seen(phase: str, done: int, total: int) -> None:
            if phase == "finetune" and done:
                forgetting.forget(db, ids[0])

        ended = night(seen)
        assert recorded(home, db, ended.version) == ids
        assert ids[0] not in {check.correction.id for check in checks.checks(db, ended.version)}


def test_what_was_replaced_between_two_processes_of_a_night_is_on_record(home, night):
    with pytest.raises(Gone):
        night(gone_in("finetune", 0.8))
    with opened(home) as db:
        first, *others = feedback.active_corrections(db)
        feedback.correct(db, first.message_id, "Somebody else.")
        ended = night()
        assert recorded(home, db, ended.version) == [first.id, *(c.id for c in others)]


def test_a_night_whose_corrections_were_all_forgotten_ends_well(home, night):
    with pytest.raises(Gone):
        night(gone_in("finetune", 0.8))
    with opened(home) as db:
        for each in feedback.active_corrections(db):
            forgetting.forget(db, each.id)
        ended = night()
        assert ended.decision == "nothing learned"
        assert examples.examples_of(db, ended.run) == [] == versions.versions(db)
    assert current(home) == "base"
