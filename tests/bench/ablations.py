"""The recipe of a night with one part of it left out or changed at a time: what each part is worth.

    .venv/bin/python tests/bench/ablations.py --home DIRECTORY [--facts 20] [--seed 1] [--only NAME ...] [--own FILE]

One night's data for made-up facts, or for those in FILE (JSON lines: question, reworded, neighbours, answer); each arm
trains on it and answers, by its weights alone: the questions, other wordings that people would use, the same questions
about others, and everyday ones. A line of JSON an arm is appended to `ablations.jsonl`, and what is there is not done
again; in the end a table with 95 % intervals.
"""

import argparse
import json
import math
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assistant.llamacpp import LlamaCppEngine
from models.engine import Engine, Sampling
from models.version_files import BASE
from store.questions.subject import words
from store.records import ChatMessage, Example
from tests.bench.laboratory import Material, adapter, material, merged
from tests.bench.made_up import Fact, facts
from trainer.examine import bleeds, drift
from trainer.finetune import FinetuneConfig

SHORT = Sampling(max_tokens=48)
Data = Callable[[Sequence[Example]], list[Example]]


def without(*kinds: str) -> Data:
    """Leave examples of some kinds out."""
    return lambda examples: [e for e in examples if e.kind not in kinds]


def own_words_only(examples: Sequence[Example]) -> list[Example]:
    """Every wording exchanged for the question as it was asked: as many examples, no variety."""
    first = {}
    for example in examples:
        first.setdefault(example.correction_id, example)  # the question itself is the first of its wordings
    return [first[e.correction_id] if e.kind == "wording" else e for e in examples]


def share_of(kind: str, share: float) -> Data:
    """Only a part of the examples of a kind."""

    def chosen(examples: Sequence[Example]) -> list[Example]:
        rng = random.Random(0)
        return [e for e in examples if e.kind != kind or rng.random() < share]

    return chosen


@dataclass(frozen=True, slots=True)
class Arm:
    """What is changed: the data, the settings of the training, or how strongly the adapter that was kept is merged."""

    data: Data = list
    config: dict[str, float] = field(default_factory=dict)
    scale: float = 1.0


ARMS: dict[str, Arm] = {
    "the recipe": Arm(),
    "another seed": Arm(config={"seed": 1}),
    "no other wordings": Arm(own_words_only),
    "half the wordings": Arm(share_of("wording", 0.5)),
    "no neighbours": Arm(without("neighbour")),
    "no everyday questions": Arm(without("replay")),
    "nothing kept": Arm(without("neighbour", "replay")),
    "certainty 1": Arm(config={"certainty": 1.0}),
    "certainty 0.9": Arm(config={"certainty": 0.9}),
    "certainty 0.8": Arm(config={"certainty": 0.8}),
    "KL weight 4": Arm(config={"keep_weight": 4.0}),
    "KL weight 16": Arm(config={"keep_weight": 16.0}),
    "all layers": Arm(config={"frozen_share": 0.0}),
    "last third of the layers": Arm(config={"frozen_share": 2 / 3}),
    "rank 4": Arm(config={"rank": 4, "alpha": 8}),
    "learning rate 3e-4": Arm(config={"learning_rate": 3e-4}),
    "rows of half the length": Arm(config={"row_tokens": 256}),
    "rows of half the length, half the epochs": Arm(config={"row_tokens": 256, "epochs": 3, "least_steps": 0}),
    "two epochs": Arm(config={"epochs": 2, "least_steps": 0}),
    "five epochs": Arm(config={"epochs": 5}),
    "an earlier recipe": Arm(config={"keep_weight": 4.0, "epochs": 5, "strength": 1.0}),
    **{f"merged at {share}": Arm(scale=share / FinetuneConfig().strength) for share in (1.1, 1.0, 0.9, 0.8)},
}


def measured(engine: Engine, base: Engine, asked: Sequence[Fact], general: Sequence[Example]) -> dict[str, object]:
    """Counts of `engine`'s greedy answers: [how many, of how many]; drift in nats per token."""

    def said(questions: Sequence[str], by: Engine = engine) -> list[str]:
        return by.answer_all([[ChatMessage("user", q)] for q in questions], SHORT)

    def given(answer: str, text: str) -> bool:
        return f" {' '.join(words(answer))} " in f" {' '.join(words(text))} "

    answers = {" ".join(words(fact.answer)) for fact in asked}
    reworded = [(q, f.answer) for f in asked for q in f.reworded]
    near = [q for f in asked for q in f.neighbours]
    everyday = said([e.question for e in general])
    of_base = said([e.question for e in general], base)
    right = [given(f.answer, text) for f, text in zip(asked, said([f.question for f in asked]), strict=True)]
    also = [given(a, text) for (_, a), text in zip(reworded, said([q for q, _ in reworded]), strict=True)]
    wrong = [bleeds(now, before, answers) for now, before in zip(said(near), said(near, base), strict=True)]
    same = [words(now) == words(before) for now, before in zip(everyday, of_base, strict=True)]
    given_away = [bleeds(now, before, answers) for now, before in zip(everyday, of_base, strict=True)]
    counts = {"question": right, "reworded": also, "neighbour bleed": wrong, "everyday bleed": given_away,
              "everyday same": same}  # fmt: skip
    return {
        **{name: [sum(found), len(found)] for name, found in counts.items()},
        "drift": 0.0 if engine is base else drift(engine, base, general),
    }


def arm(made: Material, asked: Sequence[Fact], work: Path, one: Arm) -> dict[str, object]:
    """Train, merge and measure one arm; what is trained already in `work` is only merged."""
    started = time.monotonic()
    done = adapter(made, work, one.data(made.examples), replace(FinetuneConfig(minutes=120), **one.config))
    seconds = round(time.monotonic() - started)
    engine = LlamaCppEngine(merged(made, work, done, one.scale), "v-arm")
    base = LlamaCppEngine(made.base.gguf, BASE)
    try:
        return {"seconds": seconds, **measured(engine, base, asked, made.questions.general)}
    finally:
        engine.close()
        base.close()


def interval(k: int, n: int) -> str:
    """A share with Wilson's 95 % interval."""
    p, z = k / n, 1.96
    middle = (p + z * z / 2 / n) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return f"{p:.2f} [{max(0.0, middle - half):.2f}, {min(1.0, middle + half):.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--facts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--own", type=Path)
    parser.add_argument("--only", nargs="*", default=list(ARMS))
    arguments = parser.parse_args()
    home = arguments.home.resolve()
    if arguments.own:
        lines = map(json.loads, arguments.own.read_text().splitlines())
        asked = [Fact(r["question"], tuple(r["reworded"]), tuple(r["neighbours"]), r["answer"], "") for r in lines]
    else:
        asked = facts(arguments.facts, arguments.seed)
    made = material(home, asked, home)
    journal = home / "ablations.jsonl"
    found = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
    for name in arguments.only:
        if name in {row["arm"] for row in found}:
            continue
        recipe = replace(ARMS[name], scale=1.0) == ARMS["the recipe"]  # trained once for all strengths
        work = home / ("the recipe" if recipe else name).replace(" ", "-")
        row = {"arm": name, **arm(made, asked, work, ARMS[name])}
        with journal.open("a") as lines:
            lines.write(json.dumps(row) + "\n")
        found.append(row)
        if not recipe:
            shutil.rmtree(work)
    for row in found:
        shares = {name: interval(*row[name]) for name in row if isinstance(row[name], list)}
        figures = "  ".join(f"{name} {text}" for name, text in shares.items())
        print(f"{row['arm']:26} {figures}  drift {row['drift']:+.3f}  {row['seconds']} s")


if __name__ == "__main__":
    main()
