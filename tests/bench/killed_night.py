"""A night on the default model, killed ten times and each time begun again: what is there in the end.

    .venv/bin/python tests/bench/killed_night.py

Five made-up corrections in a temporary home. After every kill the served model must answer; in the end there must
be one finished run, one version, one promotion and no example twice.
"""

import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from models.version_files import BASE, current
from store import examples, runs, versions
from store.database import opened
from tests.trainer.killing import Moment, improve, kill_at, outcome
from tests.trainer.test_night import corrected

MOMENTS = (
    Moment("collect"),
    Moment("synthesise", later=5.0),
    Moment("synthesise", later=25.0),
    Moment("finetune", later=3.0),
    Moment("finetune", share=0.5),
    Moment("finetune", share=0.95),
    Moment("merge", later=0.3),
    Moment("examine", share=0.3),
    Moment("decide"),
    Moment("promote"),
)


def main() -> None:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        home.mkdir()
        corrected(home)
        killed_in, served = [], []
        for moment in MOMENTS:
            killed_in.append(kill_at(improve(home), home, moment))
            if not killed_in[-1]:
                break  # it came to its end before the moment was seen
            version = current(home)
            served.append(version == BASE or (home / "versions" / version / "model.gguf").is_file())
            print(json.dumps({"wanted": moment.phase, "killed_in": killed_in[-1], "serves": version}), flush=True)
        with opened(home) as db:
            last = outcome(improve(home)) if runs.unfinished_run(db) else None
            found = runs.runs(db)
            data = Counter(
                (e.kind, e.question, e.answer, e.correction_id) for e in examples.examples_of(db, found[0].id)
            )
            doubles = sum(count - 1 for (kind, *_), count in data.items() if kind != "wording")
            print(json.dumps({
                "kills": sum(bool(phase) for phase in killed_in), "phases": sorted(set(killed_in)),
                "served_model_missing": served.count(False), "decision": last and last["decision"],
                "runs": [(run.state, run.verdict) for run in found], "versions": len(versions.versions(db)),
                "version_directories": len(list((home / "versions").iterdir())),
                "promotions": len(versions.promotions(db)), "examples_twice": doubles, "serves": current(home),
                "minutes": round((time.monotonic() - started) / 60, 1)}))  # fmt: skip


if __name__ == "__main__":
    main()
