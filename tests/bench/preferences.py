"""An owner who votes answers of more than 40 words down and shorter ones up: what a night makes of it.

    .venv/bin/python tests/bench/preferences.py [--votes 200] [--unseen 60] [--facts 0] [--home DIRECTORY]

Questions are made up by the base model; those asked in the end were never voted on. Prints one JSON object: words of
the median answer before and after, how often the owner's rule prefers the new answer where it prefers either, drift
in nats per token on the base's own answers, and with `--facts` what of those corrections the version knows. A
directory keeps the home, and a night that was interrupted in it goes on.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "3000")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assistant.llamacpp import LlamaCppEngine
from models.catalogue import base_model, training_dir
from models.engine import Sampling
from models.version_files import BASE, current, model_file
from store import conversations, feedback, versions
from store.database import opened
from store.records import ChatMessage, Example
from tests.trainer.killing import improve, outcome
from tests.trainer.test_night import FACTS, corrected
from trainer.examine import drift
from trainer.replay import replay, sampled

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
            feedback.rate(db, said.id, 1 if short else -1)
            ups += short
    return ups


def measured(home: Path, unseen: list[str]) -> dict[str, object]:
    """What the current version of `home` says to `unseen`, beside the base."""
    base = base_model("", home)
    before = LlamaCppEngine(base.gguf, BASE)
    after = LlamaCppEngine(model_file(home, current(home), base), current(home))
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
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (arguments.home or Path(folder, "home")).resolve()
        home.mkdir(parents=True, exist_ok=True)
        made = questions(home, arguments.votes + arguments.unseen)
        voted, unseen = made[: arguments.votes], made[arguments.votes :]
        with opened(home) as db:
            begun = bool(feedback.votes(db))
        if not begun:
            engine = LlamaCppEngine(base_model("", home).gguf, BASE)
            print(json.dumps({"votes": len(voted), "up": vote(home, engine, voted)}), flush=True)
            engine.close()
            if arguments.facts:
                corrected(home, FACTS[: arguments.facts])
        with opened(home) as db:
            ended = None if versions.versions(db) else outcome(improve(home))
        print(json.dumps({"night": ended}), flush=True)
        print(json.dumps(measured(home, unseen), indent=1), flush=True)


if __name__ == "__main__":
    main()
