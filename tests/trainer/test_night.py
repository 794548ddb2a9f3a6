"""Whole nights, in a process of their own: on a tiny model, killed in every phase, and once on the default model."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.version_files import current
from store import examples, feedback, runs, versions
from store.database import opened
from store.transfer import import_file

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


def improve(home: Path, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "run.py", "--home", str(home), "improve", "--json"],
        cwd=ROOT,
        env=os.environ | {"APRENDIZ_ENVIRONMENT": "mine"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(night: subprocess.Popen) -> dict:
    out, err = night.communicate(timeout=2400)
    assert night.returncode == 0, err[-3000:]
    return json.loads(out.strip().splitlines()[-1])


def test_a_home_without_corrections_has_nothing_to_learn(home, tiny):
    directory, _ = tiny("llama")
    assert outcome(improve(home, APRENDIZ_MODEL=str(directory)))["decision"] == "nothing learned"


@pytest.mark.slow
def test_a_night_killed_ten_times_ends_as_if_nothing_had_happened(home, tiny):
    """A tiny random model learns nothing, so the end is a refusal; promotion is killed in test_version_files."""
    directory, _ = tiny("llama")
    corrected(home)
    environment = {"APRENDIZ_MODEL": str(directory), "APRENDIZ_NIGHT_MINUTES": "3"}
    killed_in = []
    for attempt in range(10):
        night = improve(home, **environment)
        until = time.monotonic() + 4 + attempt * 1.7
        while time.monotonic() < until and night.poll() is None:
            time.sleep(0.05)
        if night.poll() is not None:
            break
        night.send_signal(signal.SIGKILL)
        night.communicate()
        with opened(home) as db:
            run = runs.unfinished_run(db)
            killed_in.append(runs.phases(db, run.id)[-1].name if run and runs.phases(db, run.id) else "start")
        assert current(home) == "base"
    if night.returncode != 0:
        night = improve(home, **environment)
        assert outcome(night)["decision"] in ("refused", "promoted")
    with opened(home) as db:
        found = runs.runs(db)
        assert [r.state for r in found] == ["finished"], killed_in
        data = examples.examples_of(db, found[0].id)
        keys = [(e.kind, e.question, e.correction_id) for e in data if e.kind in ("probe", "neighbour", "replay")]
        assert len(keys) == len(set(keys))
        assert len(versions.versions(db)) == 1
        assert len(versions.promotions(db)) <= 1
    assert len(list((home / "versions").iterdir())) == 1
    assert len(killed_in) >= 3


@pytest.mark.slow
def test_a_real_night_learns_five_corrections_and_can_be_taken_back(home):
    corrected(home)
    result = outcome(improve(home, APRENDIZ_NIGHT_MINUTES="25"))
    examined = result["metrics"]["examine"]
    assert result["decision"] == "promoted", result["reasons"]
    assert current(home) == result["version"]
    assert examined["new_right"] >= 0.8 * examined["new_asked"]
    assert examined["general_bleed"] == 0
    with opened(home) as db:
        standings = feedback.standings(db, current(home))
    assert sum(s.standing == "stuck" for s in standings) >= 4
    again = outcome(improve(home))
    assert again["decision"] == "nothing learned"
    ask = [sys.executable, "run.py", "--home", str(home), "ask", FACTS[0][0], "--memory", "off"]
    environment = os.environ | {"APRENDIZ_ENVIRONMENT": "mine"}
    said = subprocess.run(ask, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "Imogen Farrow" in said.stdout
    back = [sys.executable, "run.py", "--home", str(home), "rollback"]
    subprocess.run(back, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert current(home) == "base"
