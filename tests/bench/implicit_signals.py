"""Would retries, copies and stops help to learn what an owner likes? Simulated, by the same regression as votes.

    .venv/bin/python tests/bench/implicit_signals.py [--owners 60] [--votes 24] [--signals 96]

An owner votes by a rule, some of the votes wrongly, and leaves four times as many signals: a copied answer counts as
liked, one that was retried or stopped as disliked, each a tenth or a quarter of a vote. How often a signal agrees with
the rule is what nobody knows: half of the time (people retry what is wrong, not what is too long) to eight times of
ten. Prints how often the rule is trusted, by votes that were not seen, and how many of 600 other answers are judged
right. Takes half a minute; no model is needed.
"""

import argparse
import random
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from trainer.reward import Reward, Vector, fitted, foretells, measured

WORDS = "the mill stands by a slow river and its keeper counts boats every morning".split()
LENGTHS = (10, 20, 30, 35, 38, 43, 50, 60, 80, 120)
FOLDS = 5
Ups = npt.NDArray[np.bool_]


def answer(rng: random.Random) -> str:
    """An answer in sentences, now and then a list, or with a pleasantry first."""
    left, sentences = rng.choice(LENGTHS), []
    while left > 0:
        length = min(left, rng.randint(6, 14))
        sentences.append(" ".join(rng.choices(WORDS, k=length)).capitalize() + ".")
        left -= length
    text = ("\n- " if rng.random() < 0.2 else " ").join(sentences)
    return f"Sure! {text}" if rng.random() < 0.2 else text


def learned(votes: Vector, up: Ups, signals: Vector, liked: Ups, copies: int) -> Reward:
    """Fitted to votes, each `copies` times, and to signals once."""
    many = [votes] * copies
    return fitted(np.concatenate([*many, signals]), np.concatenate([*[up] * copies, liked]))


def trusted(votes: Vector, up: Ups, signals: Vector, liked: Ups, copies: int) -> bool:
    """Whether votes that were not seen are foretold."""
    likely = np.zeros(len(up))
    folds = np.random.default_rng(0).permutation(len(up)) % FOLDS
    for fold in range(FOLDS):
        seen = folds != fold
        judge = learned(votes[seen], up[seen], signals, liked, copies)
        likely[~seen] = [judge.likes_measured(each) for each in votes[~seen]]
    return foretells(likely, up)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--owners", type=int, default=60)
    parser.add_argument("--votes", type=int, default=24)
    parser.add_argument("--signals", type=int, default=96)
    options = parser.parse_args()
    rng = random.Random(1)
    texts = [answer(rng) for _ in range(4000)]
    looks = np.stack([measured(text) for text in texts])
    short = np.array([len(text.split()) <= 40 for text in texts])
    plain = np.array(["\n- " not in text for text in texts])
    for rule, truth, wrong in (
        ("short", short, 0.0),
        ("short", short, 0.15),
        ("short and no list", short & plain, 0.1),
    ):
        for agrees, copies in ((None, 1), *((share, parts) for share in (0.5, 0.65, 0.8) for parts in (10, 4))):
            found, right = 0, []
            for owner in range(options.owners):
                lot = np.random.default_rng(owner)
                chosen = lot.choice(len(texts), options.votes + options.signals, replace=False)
                flipped = lot.random(len(chosen)) < np.where(
                    np.arange(len(chosen)) < options.votes, wrong, 1 - (agrees or 0)
                )
                said = truth[chosen] ^ flipped
                cut = options.votes
                end = len(chosen) if agrees else cut
                given = looks[chosen[:cut]], said[:cut], looks[chosen[cut:end]], said[cut:end]
                found += trusted(*given, copies)
                judge, others = learned(*given, copies), lot.choice(len(texts), 600)
                right.append(np.mean([(judge.likes_measured(looks[i]) >= 0.5) == truth[i] for i in others]))
            signals = f"signals agree {agrees:.0%}, 1/{copies} of a vote" if agrees else "votes alone"
            print(f"{rule}, {wrong:.0%} of votes wrong; {signals}: trusted {found} of {options.owners}, "
                  f"{np.mean(right):.3f} judged right", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
