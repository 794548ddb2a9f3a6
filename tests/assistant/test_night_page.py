"""The night's page in a real browser: progress while one runs, its result, and going to a version and back."""

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from models.gguf_file import replace_tensors
from models.version_files import current, seal_version
from store import conversations, duels, feedback, runs, versions
from store.database import opened
from store.records import Version, now
from tests.assistant.browser import Visit
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def visit(browser, server):
    made = Visit(browser, server.url)
    made.page.get_by_role("tab", name="Night").click()
    yield made
    made.page.context.close()
    assert made.foreign == [] and made.faults == []


def test_a_running_night_shows_its_step_the_time_left_and_the_loss_curve(visit, server):
    with opened(server.home) as db, only_night(server.home):
        run = training_run(db, server.home)
        expect(visit.page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
        expect(visit.page.get_by_text("step 4 of 8")).to_be_visible()
        expect(visit.page.get_by_text("left", exact=False).first).to_be_visible()
        expect(visit.page.locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible()
        expect(visit.page.get_by_role("button", name="Cancel this night")).to_be_visible()
        runs.finish_run(db, run, "refused", None, ["18 of 20 general answers changed", "2 answers loop"])
    expect(visit.page.get_by_text("did not pass its examination")).to_be_visible()
    expect(visit.page.get_by_text("2 answers loop")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Run the night now")).to_be_visible()


def test_a_version_is_chosen_and_the_one_before_it_is_one_click_away(visit, server):
    made = another_version(server.home)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_role("button", name=f"Use version {made.removeprefix('v-')}").click()
    expect(page.get_by_role("button", name="Go back to the version before")).to_be_visible()
    assert current(server.home) == made
    page.get_by_role("tab", name="Chat").click()
    visit.ask("Say hello.")
    page.get_by_role("tab", name="Night").click()
    expect(page.get_by_role("heading", name="The weeks")).to_be_visible()
    page.get_by_role("button", name="Go back to the version before").click()
    expect(page.get_by_role("button", name="Use the original model")).to_have_count(0)
    assert current(server.home) == "base"
    with opened(server.home) as db:
        assert [(move.version, move.previous, move.by) for move in versions.promotions(db)] == [
            (made, "base", "promote"),
            ("base", made, "rollback"),
        ]


def test_while_a_night_runs_it_can_be_cancelled_and_afterwards_started(visit, server):
    with only_night(server.home):
        page = visit.page
        expect(page.get_by_role("button", name="Cancel this night")).to_be_visible()
    expect(page.get_by_role("button", name="Run the night now")).to_be_visible()


def test_the_morning_shows_what_was_taught_with_the_answer_before_and_after(visit, server):
    with opened(server.home) as db:
        talk = conversations.create_conversation(db)
        asked = conversations.add_message(db, talk.id, None, "user", "Who keeps the Elmira mill?")
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "A wizard keeps it.")
        taught = feedback.correct(db, said.id, "Ada Calder.")
        run = runs.begin_run(db, "command")
        runs.begin_phase(db, run.id, "collect")
        runs.finish_phase(db, run.id, "collect", {"new": [taught.id]})
        feedback.record_check(db, taught.id, "v-lesson", 3, 3, "It is Ada Calder who does.")
        runs.finish_run(db, run.id, "promoted", "v-lesson", ["new corrections: 3 of 3 answered as they should"])
    card = visit.page.locator("article.card").filter(has_text="Who keeps the Elmira mill?").last
    for text in ("A wizard keeps it.", "It is Ada Calder who does.", "learned", "3 of 3 test questions right"):
        expect(card.get_by_text(text)).to_be_visible()


def test_two_versions_are_asked_the_same_side_by_side(visit, server):
    made = another_version(server.home)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Both are the same version")).to_be_visible()
    page.get_by_label("One version").click()
    page.get_by_role("option", name=f"version {made.removeprefix('v-')}").click()
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".pair .said")).to_have_count(2)
    expect(page.locator(".pair").get_by_role("heading", name="the original model")).to_be_visible()
    expect(page.get_by_text("Word for word the same.")).to_be_visible()


def test_blind_the_names_come_after_the_choice_and_choices_are_counted(visit, server):
    made = another_version(server.home, different=True)
    page = visit.page
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Night").click()
    page.get_by_label("One version").click()
    page.get_by_role("option", name=f"version {made.removeprefix('v-')}").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    expect(page.locator(".pair .said")).to_have_count(2)
    assert made.removeprefix("v-") not in page.locator(".pair").inner_text()
    page.get_by_role("button", name="A is better").click()
    expect(page.get_by_text("You preferred")).to_be_visible()
    expect(page.get_by_text("Too few to tell")).to_be_visible()
    with opened(server.home) as db:
        counted = duels.score(db, made, "base")
    assert (counted.one + counted.other, counted.neither) == (1, 0)


def training_run(db, home: Path) -> str:
    """A run in the middle of its training, as the night writes it. Gives its id."""
    run = runs.begin_run(db, "page")
    for phase in ("collect", "synthesise"):
        runs.begin_phase(db, run.id, phase)
        runs.finish_phase(db, run.id, phase, {})
    runs.begin_phase(db, run.id, "finetune")
    runs.progress(db, run.id, "finetune", 40, 100, "40 of 100 steps")
    work = home / "runs" / run.id
    work.mkdir(parents=True)
    steps = [{"step": n, "loss": 4 / n, "ce": 3 / n, "kl": 1 / n, "seconds": float(n)} for n in range(1, 41)]
    (work / "log.jsonl").write_text("".join(json.dumps(step) + "\n" for step in steps) + '{"step": 4')
    return run.id


def another_version(home: Path, *, different: bool = False) -> str:
    """A sealed version with the base's weights, on record as promoted by a night. Gives its id.

    A `different` one lacks what the last layer would add.
    """
    staging = home / "staging"
    staging.mkdir()
    base = next((home / "base").glob("smollm2*/*.gguf"))
    none = np.zeros((576, 1536), np.float32)
    replace_tensors(base, staging / "model.gguf", {"model.layers.29.mlp.down_proj.weight": none} if different else {})
    made = seal_version(home, staging)
    with opened(home) as db:
        figures = {"new_asked": 20, "new_right": 18, "old_asked": 0, "old_right": 0}
        if made not in {version.id for version in versions.versions(db)}:
            versions.add_version(db, Version(made, "base", None, now(), "promoted", ("it knows more",), figures))
    return made
