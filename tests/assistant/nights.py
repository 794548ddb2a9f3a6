"""Nights and versions as the store has them, written without a night: for the tests of the page, and its pictures."""

import json
from pathlib import Path

import numpy as np

from assistant.page.night_control import NightControl, Plan
from models.gguf_file import replace_tensors
from models.version_files import seal_version
from store import checks, conversations, examples, feedback, runs, versions
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import Correction, Example, Version, now

CANDIDATE = {
    "old_asked": 6, "old_right": 5, "old_answers": [True, True, True, True, True, False],
    "neighbours": 80, "neighbour_bleed": 4, "general": 40, "general_bleed": 0, "general_same": 38,
    "broken": 1, "drift": 0.03,
}  # fmt: skip

NO_NIGHT = NightControl(
    lambda: None, lambda: False, lambda: None, lambda: None, lambda _: (), lambda: Plan((), 0, 0, "")
)
"""One that never comes and has nothing to do."""


def corrected(db: Database, question: str, said: str, answer: str) -> Correction:
    """A question, what was said to it, and the correction of that."""
    talk = conversations.create_conversation(db)
    asked = conversations.add_message(db, talk.id, None, "user", question)
    return feedback.correct(db, conversations.add_message(db, talk.id, asked.id, "assistant", said).id, answer)


def night_about(db: Database, *taught: Correction) -> str:
    """A run that has collected what it is to teach. Gives its id."""
    run = runs.begin_run(db, "page").id
    runs.begin_phase(db, run, "collect")
    runs.finish_phase(db, run, "collect", {"new": [each.id for each in taught]})
    return run


def training_log(home: Path, run: str) -> Path:
    """What forty steps of training leave."""
    log = home / "runs" / run / "log.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    steps = [{"step": n, "loss": 4 / n, "ce": 3 / n, "kl": 1 / n, "seconds": float(n)} for n in range(1, 41)]
    log.write_text("".join(json.dumps(step) + "\n" for step in steps))
    return log


def training_run(db, home: Path) -> str:
    """A run in the middle of its training, as the night writes it. Gives its id."""
    run = runs.begin_run(db, "page")
    for phase in ("collect", "synthesise"):
        runs.begin_phase(db, run.id, phase)
        runs.finish_phase(db, run.id, phase, {})
    examples.save_examples(
        db, run.id, [Example("neighbour", f"Who keeps mill {number}?", "I do not know.") for number in range(3)]
    )
    runs.begin_phase(db, run.id, "finetune")
    runs.progress(db, run.id, "finetune", 40, 100, "40 of 100 steps")
    with training_log(home, run.id).open("a") as log:
        log.write('{"step": 4')  # a line that is being written
    return run.id


def another_version(home: Path, *, different: bool = False, refused: tuple[str, ...] = ()) -> str:
    """A sealed version with the base's weights, on record as promoted by a night. Gives its id.

    A `different` one lacks what the last layer would add, one that was `refused` for these reasons the layer before it.
    """
    staging = home / "staging"
    staging.mkdir()
    base = next((home / "base").glob("smollm2*/*.gguf"))
    none = np.zeros((576, 1536), np.float32)
    lacking = [f"model.layers.{layer}.mlp.down_proj.weight" for layer, out in ((29, different), (28, refused)) if out]
    replace_tensors(base, staging / "model.gguf", dict.fromkeys(lacking, none))
    made = seal_version(home, staging)
    with opened(home) as db:
        figures = {"new_asked": 20, "new_right": 18, "old_asked": 0, "old_right": 0}
        if made not in {version.id for version in versions.versions(db)}:
            decision = "refused" if refused else "promoted"
            why = refused or ("it knows more",)
            versions.add_version(db, Version(made, "base", None, now(), decision, why, figures))
    return made


def refused_night(db, home) -> str:
    """A night that taught two corrections, one of them without success. Gives the id of its run."""
    taught = [corrected(db, f"Who keeps <mill> {number}?", "A <wizard>.", "Ada.") for number in (1, 2)]
    made = night_about(db, *taught)
    results = {
        "finetune": {},
        "examine": {"candidate": CANDIDATE, "base": {"broken": 2}},
    }
    for phase, result in results.items():
        runs.begin_phase(db, made, phase)
        runs.finish_phase(db, made, phase, result)
    db.execute("UPDATE phases SET started = strftime('%Y-%m-%dT%H:%M:%fZ', started, '-5 minutes')")  # else it took none
    checks.record_check(db, taught[0].id, "v-111111111111", 3, 0, "A <wizard>.")
    checks.record_check(db, taught[1].id, "v-111111111111", 3, 3, "Ada.")
    training_log(home, made)
    runs.finish_run(db, made, "refused", "v-111111111111", ["too many neighbours moved"])
    return made
