"""An owner who votes answers of more than 40 words down and shorter ones up: what a night makes of it.

    .venv/bin/python tests/bench/preferences.py [--votes 200] [--unseen 60] [--facts 0] [--home DIRECTORY]
        [--by night|kto|dpo] [--rate 1e-4] [--beta 0.1] [--epochs 3]

Questions are made up by the base model; those asked in the end were never voted on. Prints one JSON object: words of
the median answer before and after, how often the owner's rule prefers the new answer where it prefers either, drift
in nats per token on the base's own answers, and with `--facts` what of those corrections the version knows. A
directory keeps the home, and a night that was interrupted in it goes on. Instead of a night trl's trainers can learn
from the same votes: KTO from each, DPO from those voted down against their longest part that would be liked.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assistant.llamacpp import LlamaCppEngine
from models.adapter import MergedWeights
from models.catalogue import base_model, training_dir
from models.engine import Sampling
from models.gguf_file import replace_tensors
from models.version_files import BASE, current, model_file
from store import conversations, ratings, versions
from store.database import opened
from store.records import ChatMessage, Example
from tests.bench.by_trl import trained, turn
from tests.trainer.killing import improve, outcome
from tests.trainer.test_night import FACTS, corrected
from trainer.examine import drift
from trainer.replay import replay, sampled
from trainer.reward import liked_edit, reward

WORDS = 40
VOTED = Sampling(max_tokens=256, temperature=0.7, top_p=0.9, seed=1)
ASKED = Sampling(max_tokens=256)


def questions(home: Path, count: int) -> list[str]:
    """Questions that the base makes up, other ones than those a night holds it to; kept in `home`."""
    kept = home / "questions.json"
    if not kept.is_file():
        base = base_model("", home)
        kept.write_text(json.dumps(sampled(training_dir(base), count, seed=7)))
    found: list[str] = json.loads(kept.read_text())
    return found


def vote(home: Path, engine: LlamaCppEngine, asked: list[str]) -> int:
    """Answer and vote on every question; how many were voted up."""
    answers = engine.answer_all([[ChatMessage("user", q)] for q in asked], VOTED)
    ups = 0
    with opened(home) as db:
        for question, answer in zip(asked, answers, strict=True):
            talk = conversations.create_conversation(db, question[:40])
            above = conversations.add_message(db, talk.id, None, "user", question)
            said = conversations.add_message(db, talk.id, above.id, "assistant", answer, version=BASE)
            short = len(answer.split()) <= WORDS
            ratings.rate(db, said.id, 1 if short else -1)
            ups += short
    return ups


def by_trl(home: Path, options: argparse.Namespace) -> Path:
    """The base with an adapter that trl's KTO or DPO trainer made of the votes: the file."""
    with opened(home) as db:
        votes = ratings.votes(db)
    if options.by == "kto":
        rows: list[dict[str, Any]] = [
            {"prompt": turn("user", v.question), "completion": turn("assistant", v.answer), "label": v.value > 0}
            for v in votes
        ]
    else:
        judge = reward(votes)
        assert judge, "the votes follow no rule"
        edits = [(v, liked_edit(judge, v.answer)) for v in votes if v.value < 0]
        rows = [
            {
                "prompt": turn("user", v.question),
                "chosen": turn("assistant", edit),
                "rejected": turn("assistant", v.answer),
            }
            for v, edit in edits
            if edit
        ]
    training, folder = training_dir(base_model("", home)), home / options.by
    seconds = trained(
        options.by.upper(),
        training,
        rows,
        folder,
        num_train_epochs=options.epochs,
        per_device_train_batch_size=8,
        learning_rate=options.rate,
        beta=options.beta,
        max_length=384,
        precompute_ref_log_probs=True,
    )
    print(json.dumps({"by": options.by, "rows": len(rows), "seconds": round(seconds)}), flush=True)
    file = folder / "model.gguf"
    replace_tensors(base_model("", home).gguf, file, MergedWeights(training, folder / "adapter"))
    return file


def measured(home: Path, unseen: list[str], file: Path) -> dict[str, object]:
    """What the model in `file` says to `unseen`, beside the base."""
    base = base_model("", home)
    before = LlamaCppEngine(base.gguf, BASE)
    after = LlamaCppEngine(file, "v-voted")
    talks = [[ChatMessage("user", q)] for q in unseen]
    old, new = before.answer_all(talks, ASKED), after.answer_all(talks, ASKED)
    wins = sum(len(n.split()) <= WORDS < len(o.split()) for o, n in zip(old, new, strict=True))
    losses = sum(len(o.split()) <= WORDS < len(n.split()) for o, n in zip(old, new, strict=True))
    _, general = replay(training_dir(base), base.folder, before)
    own = [Example("probe", q, a) for q, a in zip(unseen, old, strict=True)]
    result = {
        "median_words": [statistics.median(len(a.split()) for a in said) for said in (old, new)],
        "preferred": [wins, wins + losses],
        "empty": sum(not a.strip() for a in new),
        "drift_32_tokens": drift(after, before, general),
        "drift_whole_answers": drift(after, before, own),
        "examples": [{"asked": q, "said": n} for q, n in list(zip(unseen, new, strict=True))[:5]],
    }
    before.close()
    after.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=200)
    parser.add_argument("--unseen", type=int, default=60)
    parser.add_argument("--facts", type=int, default=0)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--by", choices=("night", "kto", "dpo"), default="night")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--epochs", type=float, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (arguments.home or Path(folder, "home")).resolve()
        home.mkdir(parents=True, exist_ok=True)
        made = questions(home, arguments.votes + arguments.unseen)
        voted, unseen = made[: arguments.votes], made[arguments.votes :]
        with opened(home) as db:
            begun = bool(ratings.votes(db))
        if not begun:
            engine = LlamaCppEngine(base_model("", home).gguf, BASE)
            print(json.dumps({"votes": len(voted), "up": vote(home, engine, voted)}), flush=True)
            engine.close()
            if arguments.facts:
                corrected(home, FACTS[: arguments.facts])
        if arguments.by != "night":
            print(json.dumps(measured(home, unseen, by_trl(home, arguments)), indent=1), flush=True)
            return
        with opened(home) as db:
            ended = None if versions.versions(db) else outcome(improve(home))
        print(json.dumps({"night": ended}), flush=True)
        served = model_file(home, current(home), base_model("", home))
        print(json.dumps(measured(home, unseen, served), indent=1), flush=True)


if __name__ == "__main__":
    main()
