"""What becomes of answers that were replaced or taken back: two nights, and what the weights alone then say.

    .venv/bin/python tests/bench/taken_back.py [--facts 38] [--forgotten 20] [--home DIRECTORY]

Of made-up facts, a first night learns all; then some are forgotten, the others corrected anew in other words, and a
second night passes. Prints one JSON object: what memory said at once after either, and how often the weights give
the newest, the replaced and the forgotten answers, beside a base that never saw any.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assistant.llamacpp import LlamaCppEngine
from assistant.memory import Memory
from models.catalogue import base_model
from models.engine import Sampling
from models.version_files import BASE, current, model_file
from store import feedback, forgetting, runs
from store.database import opened
from store.records import ChatMessage
from tests.bench.laboratory import teach
from tests.bench.made_up import facts
from tests.trainer.killing import improve, outcome
from trainer.examine import says


def night(home: Path, count: int) -> str:
    """Let nights pass until `count` have ended; how the last one did."""
    with opened(home) as db:
        ended = [run for run in runs.runs(db) if run.state == "finished"]
    return str(ended[0].verdict) if len(ended) >= count else str(outcome(improve(home))["decision"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=38)
    parser.add_argument("--forgotten", type=int, default=20)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    made = facts(arguments.facts, 11)
    replaced, withdrawn = made[arguments.forgotten :], made[: arguments.forgotten]
    with tempfile.TemporaryDirectory() as folder:
        home = (arguments.home or Path(folder, "home")).resolve()
        home.mkdir(parents=True, exist_ok=True)
        report: dict[str, object] = {"facts": len(made)}
        with opened(home) as db:
            memory = Memory(home)
            if not feedback.corrections(db):
                for fact in made:
                    teach(db, fact.question, fact.answer)
            report["first night"] = night(home, 1)
            if len(feedback.corrections(db)) == len(made):
                for number, fact in zip([c.id for c in feedback.corrections(db)], made, strict=True):
                    if fact in withdrawn:
                        forgetting.forget(db, number)
                for fact in replaced:
                    teach(db, fact.reworded[0], fact.later)
            asked = [(q, f.answer, f.later) for f in replaced for q in (f.question, f.reworded[0])]
            found = memory.recall_all(db, [[q] for q, _, _ in asked])
            given = ["" if each is None or not each.sure else each.correction.answer for each in found]
            report["memory gives the newest"] = [sum(map(says, [n for _, _, n in asked], given)), len(asked)]
            report["memory gives the replaced"] = sum(map(says, [o for _, o, _ in asked], given))
            gone = memory.recall_all(db, [[q] for f in withdrawn for q in (f.question, f.reworded[0])])
            report["memory gives the forgotten"] = sum(each is not None and each.sure for each in gone)
            memory.close()
        report["second night"] = night(home, 2)
        base = base_model("", home)
        for version in (BASE, current(home)):
            engine = LlamaCppEngine(model_file(home, version, base), version)
            short = Sampling(max_tokens=48)
            taught = engine.answer_all([[ChatMessage("user", q)] for q, _, _ in asked], short)
            rest = [(q, f.answer) for f in withdrawn for q in (f.question, f.reworded[0])]
            said = engine.answer_all([[ChatMessage("user", q)] for q, _ in rest], short)
            report["base" if version == BASE else "weights"] = {
                "newest": [sum(map(says, [n for _, _, n in asked], taught)), len(asked)],
                "replaced": sum(
                    f" {o.casefold()}" in f" {t.casefold()}" for (_, o, _), t in zip(asked, taught, strict=True)
                ),
                "forgotten": sum(
                    f" {a.casefold()}" in f" {t.casefold()}" for (_, a), t in zip(rest, said, strict=True)
                ),
            }
            engine.close()
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
