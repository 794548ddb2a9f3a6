"""The gate on versions made bad on purpose, and on good ones: what it lets through.

    .venv/bin/python tests/bench/bad_versions.py --home DIRECTORY [--sets 0 1 2 3 4] [--facts 5]

Each set of made-up facts gives a night's data, two versions trained as a night does (two seeds), and eight that
something was done to. Every version is examined as a night examines it, and judged. One line of JSON a version is
appended to `judged.jsonl` in the directory, and what is there is not done again; in the end the confusion table. Two
processes may work on different sets of one directory.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np

from models.adapter import MergedWeights
from models.gguf_file import replace_tensors
from store.records import Example
from tests.bench.laboratory import Material, adapter, examined, material, merged
from tests.bench.made_up import facts
from trainer import finetune
from trainer.finetune import FinetuneConfig
from trainer.gate import decide

PLAIN = FinetuneConfig()
Make = Callable[[Material, Path], Path]


def trained(data: Callable[[Sequence[Example]], Sequence[Example]] = tuple, **config: object) -> Make:
    """A version trained on changed data or in a changed way."""

    def make(made: Material, work: Path) -> Path:
        done = adapter(made, work, data(made.examples), replace(PLAIN, **config))
        return merged(made, work, done)

    return make


def shuffled(examples: Sequence[Example]) -> list[Example]:
    """Every correction's wordings with the answer of another correction."""
    answers = {e.correction_id: e.answer for e in examples if e.kind == "wording"}
    ids = list(answers)
    others = dict(zip(ids, [answers[id] for id in ids[1:] + ids[:1]], strict=True))
    return [replace(e, answer=others[e.correction_id]) if e.kind == "wording" else e for e in examples]


def taught_only(examples: Sequence[Example]) -> list[Example]:
    """Nothing that holds the rest in its place."""
    return [e for e in examples if e.kind == "wording"]


def one_answer(examples: Sequence[Example]) -> list[Example]:
    """The same answer to everything."""
    return [replace(e, kind="wording", answer=examples[0].answer) for e in examples]


def never_ending(made: Material, work: Path) -> Path:
    """Trained to go on with a new line where an answer should end."""

    def new_line(tokenizer: object) -> int:
        return tokenizer.encode("\n", add_special_tokens=False)[0]  # type: ignore[attr-defined]

    with mock.patch.object(finetune, "_end_of_turn", new_line):
        return trained()(made, work)


def unapplied(made: Material, work: Path) -> Path:
    """The base, called a new version."""
    del work
    return made.base.gguf


def scaled(scale: float) -> Make:
    """The good version's adapter, merged too strong or too weak."""
    return lambda made, work: merged(made, work, work.parent / "good" / "adapter", scale)


def half_empty(made: Material, work: Path) -> Path:
    """The good version with every other of its trained tensors all zeros."""
    weights = MergedWeights(made.training, work.parent / "good" / "adapter")
    file = work / "model.gguf"
    replace_tensors(made.base.gguf, file, _Half(weights))
    return file


class _Half(Mapping):  # type: ignore[type-arg]
    def __init__(self, weights: MergedWeights) -> None:
        self._weights = weights
        self._empty = frozenset(sorted(weights)[::2])

    def __getitem__(self, name: str) -> "np.ndarray":
        weight = self._weights[name]
        return np.zeros_like(weight) if name in self._empty else weight

    def __iter__(self):
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)


ARMS: dict[str, Make] = {
    "good": trained(),
    "good, another seed": trained(seed=1),
    "answers shuffled": trained(shuffled),
    "learning rate x 20": trained(learning_rate=PLAIN.learning_rate * 20),
    "nothing kept": trained(taught_only),
    "one answer everywhere": trained(one_answer),
    "no end of turn": never_ending,
    "adapter not applied": unapplied,
    "half the tensors zero": half_empty,
    "wrong scale": scaled(4.0),
}


def read(journal: Path) -> list[dict[str, object]]:
    """The versions that were judged so far."""
    return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sets", type=int, nargs="+", default=list(range(5)))
    parser.add_argument("--facts", type=int, default=5)
    arguments = parser.parse_args()
    home = arguments.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    journal = home / "judged.jsonl"
    done = {(row["set"], row["version"]) for row in read(journal)}
    for number in arguments.sets:
        missing = [name for name in ARMS if (number, name) not in done]
        if not missing:
            continue
        folder = home / f"set-{number}"
        made = material(folder, facts(arguments.facts, 100 + number), home)
        base = examined(made, made.base.gguf)
        for name in missing:
            started = time.monotonic()
            work = folder / name.replace(" ", "-")
            work.mkdir(exist_ok=True)
            made_of = ARMS[name] if name != "wrong scale" else scaled((4.0, 0.25)[number % 2])
            file = made_of(made, work)
            found = examined(made, file) if file != made.base.gguf else base
            decision = decide(found, None, base)
            row = {"set": number, "version": name, "promoted": decision.promoted, "reasons": decision.reasons,
                   "seconds": round(time.monotonic() - started)}  # fmt: skip
            with journal.open("a") as lines:
                lines.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
            if file != made.base.gguf:
                file.unlink()
            if name != "good":
                shutil.rmtree(work)
        shutil.rmtree(folder / "good", ignore_errors=True)
    for name in ARMS:
        rows = [row for row in read(journal) if row["version"] == name]
        print(f"{name:24} promoted {sum(row['promoted'] for row in rows)} of {len(rows)}")


if __name__ == "__main__":
    main()
