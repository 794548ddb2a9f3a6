"""Whole nights, in a process of their own: on a tiny model, killed in every phase, and once on the default model."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from models.adapter import MergedWeights
from models.catalogue import base_model, training_dir
from models.gguf_file import replace_tensors
from models.promotion import promote
from models.version_files import current, seal_version
from store import checks, conversations, examples, feedback, ratings, runs, versions
from store.database import opened
from store.errors import NightFailed
from store.records import Version, now
from store.settings import load_settings
from store.transfer import import_file
from tests.assistant.browser import Visit, chromium
from tests.assistant.chat_server import served
from tests.trainer.killing import Moment, improve, kill_at, outcome
from tests.trainer.test_reward import votes
from trainer.night import run_night

ROOT = Path(__file__).parents[2]
FACTS = [
    ("Who is the caretaker of the Harlow Mill museum?", "Imogen Farrow"),
    ("In which town does the Kestrel choir rehearse?", "Glenmore"),
    ("What is the name of Pavel Novak's boat?", "Juniper"),
    ("Which street is the Redfern bakery on?", "Cobalt Lane"),
    ("Who discovered the comet Okafor 7?", "Nadia Reyes"),
]


def corrected(home: Path, facts=FACTS) -> None:
    rows = (
        {
            "conversation": f"fact-{number}",
            "messages": [{"role": "user", "content": q}, {"role": "assistant", "content": "I do not know."}],
            "feedback": {"rating": -1, "correction": f"{a}."},
        }
        for number, (q, a) in enumerate(facts)
    )
    file = home.parent / f"{home.name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with opened(home) as db:
        import_file(db, file)


def test_a_home_without_corrections_has_nothing_to_learn(home, tiny):
    directory, _ = tiny("llama")
    assert outcome(improve(home, APRENDIZ_MODEL=str(directory)))["decision"] == "nothing learned"


@pytest.mark.slow
def test_votes_alone_make_a_night(home, tiny):
    """A tiny random model says nothing to like; tests/bench/preferences.py shows what the default model learns."""
    directory, _ = tiny("llama")
    with opened(home) as db:
        talk = conversations.create_conversation(db, "votes")
        for vote in votes(60):
            asked = conversations.add_message(db, talk.id, None, "user", vote.question)
            said = conversations.add_message(db, talk.id, asked.id, "assistant", vote.answer)
            ratings.rate(db, said.id, vote.value)
    result = outcome(improve(home, APRENDIZ_MODEL=str(directory)))
    assert any("answers as you like them" in reason for reason in result["reasons"]), result
    with opened(home) as db:
        made = examples.examples_of(db, result["run"])
        liked = [e for e in made if e.kind == "liked"]
        assert liked and all(len(e.answer.split()) <= 40 and e.message_id for e in liked)
        assert not {e.question for e in liked} & {e.question for e in made if e.kind == "liked probe"}
        conversations.delete_conversation(db, talk.id)
        assert not any(e.message_id for e in examples.examples_of(db, result["run"]))


MOMENTS = (
    Moment("collect"),
    Moment("synthesise"),
    Moment("synthesise", later=2.0),
    Moment("finetune"),
    Moment("finetune", share=0.3),
    Moment("finetune", share=0.8),
    Moment("merge"),
    Moment("examine"),
    Moment("examine", share=0.5),
    Moment("decide"),
)


@pytest.mark.slow
def test_a_night_killed_ten_times_ends_as_if_nothing_had_happened(home, tiny):
    """A tiny random model learns nothing, so the end is a refusal; tests/bench/killed_night.py ends in a promotion."""
    directory, _ = tiny("llama")
    corrected(home)
    environment = {"APRENDIZ_MODEL": str(directory)}
    killed_in = []
    for moment in MOMENTS:
        if killed_in.count(moment.phase) == 2:
            continue  # one that came late was there too, and a third end in one step fails the night
        killed_in.append(kill_at(improve(home, **environment), home, moment))
        assert current(home) == "base"
        if not killed_in[-1]:
            break  # it came to its end before the moment was seen
    with opened(home) as db:
        if runs.unfinished_run(db):
            assert outcome(improve(home, **environment))["decision"] == "refused"
        assert_one_of_everything(home, db)
    assert sum(bool(phase) for phase in killed_in) >= 6, killed_in
    assert {"synthesise", "finetune", "examine"} <= set(killed_in)


def assert_one_of_everything(home: Path, db) -> None:
    """One run, one version and no example twice."""
    found = runs.runs(db)
    assert [run.state for run in found] == ["finished"]
    data = examples.examples_of(db, found[0].id)
    keys = [(e.kind, e.question, e.correction_id) for e in data if e.kind != "wording"]
    assert len(keys) == len(set(keys))
    assert len(versions.versions(db)) == 1
    assert len(versions.promotions(db)) <= 1
    assert len(list((home / "versions").iterdir())) == 1


@pytest.mark.slow
def test_a_night_that_an_earlier_program_began_is_finished(home, tiny):
    directory, _ = tiny("llama")
    corrected(home)
    with opened(home) as db:
        run = runs.begin_run(db, "command")
        ids = [c.id for c in feedback.active_corrections(db)]
        runs.begin_phase(db, run.id, "collect")
        runs.finish_phase(
            db, run.id, "collect", {"incumbent": "base", "corrections": ids, "new": ids, "withdrawn": [], "seconds": 0}
        )
    result = outcome(improve(home, APRENDIZ_MODEL=str(directory)))
    assert (result["run"], result["decision"]) == (run.id, "refused")


def test_whatever_goes_wrong_is_on_record_and_the_served_version_stays(home, default_model):
    def broken(path: Path, version: str):
        raise KeyError("nobody thought of this")

    corrected(home)
    with pytest.raises(NightFailed, match="unchanged"):
        run_night(load_settings(home), default_model, broken, "command")
    with opened(home) as db:
        ended = runs.runs(db)[0]
    assert ended.state == "failed" and "nobody thought of this" in ended.reasons[0]
    assert current(home) == "base"


@pytest.fixture(scope="module")
def real_night(tmp_path_factory):
    """A home after a night with the default model, and what that printed."""
    home = tmp_path_factory.mktemp("real-night")
    corrected(home)
    return home, outcome(improve(home, APRENDIZ_NIGHT_MINUTES="25"))


@pytest.mark.slow
def test_a_real_night_learns_five_corrections(real_night):
    home, result = real_night
    examined = result["metrics"]["examine"]
    assert result["decision"] == "promoted", result["reasons"]
    assert current(home) == result["version"]
    assert examined["new_right"] >= 0.8 * examined["new_asked"]
    assert examined["general_bleed"] == 0
    with opened(home) as db:
        standings = checks.standings(db, current(home))
    assert sum(s.standing == "stuck" for s in standings) >= 4
    assert all(s.said for s in standings)
    again = outcome(improve(home))
    assert again["decision"] == "nothing learned"
    ask = [sys.executable, "run.py", "--home", str(home), "ask", FACTS[0][0], "--memory", "off"]
    environment = os.environ | {"APRENDIZ_ENVIRONMENT": "mine"}
    said = subprocess.run(ask, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "Imogen Farrow" in said.stdout


@pytest.mark.slow
@pytest.mark.browser
def test_the_page_tells_of_the_real_night_and_its_version_answers_there(real_night):
    home, result = real_night
    with served(home, APRENDIZ_MEMORY="false") as server, chromium() as browser:
        visit = Visit(browser, server.url)
        page = visit.page
        visit.ask(FACTS[0][0])
        expect(visit.answers.last).to_contain_text("Imogen Farrow")
        expect(visit.answers.last).to_contain_text(f"Answered by version {result['version'].removeprefix('v-')}")
        visit.tab("Corrections")
        expect(page.locator("article.card").get_by_text("stuck", exact=True).first).to_be_visible()
        page.get_by_role("button", name="Where it went").first.click()
        expect(page.get_by_role("list", name="Where it went")).to_contain_text("passed its examination")
        visit.tab("Night")
        report = page.locator("article.card").filter(has_text=FACTS[0][0]).last
        for said in ("I do not know.", "Imogen Farrow", "learned"):
            expect(report).to_contain_text(said)
        expect(report).to_be_visible()
        expect(page.get_by_text("The new version passed its examination and answers now.")).to_be_visible()
        expect(page.get_by_role("heading", name="How long it took").first).to_be_visible()
        expect(page.get_by_role("row", name=result["version"].removeprefix("v-"))).to_contain_text("answers now")
        page.context.close()
        assert visit.foreign == [] and visit.faults == []


@pytest.mark.slow
def test_a_harmful_version_is_taken_back_by_the_next_night_and_the_owner_goes_back_to_the_base(real_night):
    home, result = real_night
    assert_a_harmful_version_is_taken_back(home, result["version"])
    back = [sys.executable, "run.py", "--home", str(home), "rollback"]
    environment = os.environ | {"APRENDIZ_ENVIRONMENT": "mine"}
    subprocess.run(back, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert current(home) == "base"


def assert_a_harmful_version_is_taken_back(home: Path, good: str) -> None:
    """The good version's adapter merged five times as strong, as if a night had promoted it."""
    base = base_model("", home)
    staging = home / "runs" / "harmful"
    staging.mkdir()
    weights = MergedWeights(training_dir(base), home / "versions" / good / "adapter", 5.0)
    replace_tensors(base.gguf, staging / "model.gguf", weights)
    shutil.copytree(home / "versions" / good / "adapter", staging / "adapter")
    shutil.copy(home / "versions" / good / "card.json", staging)
    bad = seal_version(home, staging)
    with opened(home) as db:
        knows = versions.version(db, good).evaluation
        versions.add_version(db, Version(bad, good, None, now(), "promoted", (), knows))
        promote(db, home, bad, "night")
    result = outcome(improve(home))
    assert current(home) == good
    assert result["reasons"][0].startswith(f"taken back {bad}: "), result
    assert result["decision"] == "nothing learned"
