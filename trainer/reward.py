"""What the owner likes, learned from votes: a logistic regression on how an answer is written.

With some dozens of votes only plain properties of an answer can be learned honestly, and those an owner can read.
It is trusted only when it foretells votes that it has not seen; the night then uses it to choose among answers. Pure.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import mannwhitneyu

from store.records import Vote

ENOUGH = 20
ENOUGH_OF_EACH = 4
TRUSTED = 0.75
SIGNIFICANCE = 0.003
LIKELY = 0.8
_FOLDS = 5
_RIDGE = 0.1

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_PLEASANTRY = re.compile(
    r"^(?:sure|certainly|of course|great|absolutely|thank|i'm sorry|i apologi[sz]e|hello|hi)\b", re.I
)
_MARKUP = re.compile(r"\*\*|^#", re.M)
_BROKEN_OFF = re.compile(r"([:,;]|(^|\s)(\d+|\w)[.)])\s*$")  # before a list, or after its number

Vector = npt.NDArray[np.float64]


def _lines(answer: str) -> list[str]:
    return [line for line in answer.splitlines() if line.strip()] or [""]


PROPERTIES: dict[tuple[str, str], Callable[[str], float]] = {
    ("longer", "shorter"): lambda a: float(np.log1p(len(a.split()))),
    ("longer sentences", "shorter sentences"): lambda a: float(np.log1p(len(a.split()) / len(_SENTENCE.split(a)))),
    ("more lists", "fewer lists"): lambda a: sum(bool(_ITEM.match(line)) for line in _lines(a)) / len(_lines(a)),
    ("code", "no code"): lambda a: float("```" in a),
    ("headings and bold type", "no headings or bold type"): lambda a: float(bool(_MARKUP.search(a))),
    ("exclamations", "no exclamations"): lambda a: float("!" in a),
    ("a question at the end", "no question at the end"): lambda a: float(a.rstrip().endswith("?")),
    ("a pleasantry first", "no pleasantry first"): lambda a: float(bool(_PLEASANTRY.match(a.strip()))),
}
"""What is looked at in an answer, by what the owner reads when there should be more of it, and when less."""


@dataclass(frozen=True, slots=True)
class Reward:
    """How much each of `PROPERTIES` speaks for an answer, from its usual value (`mean`) in units of its `spread`.

    `foretold` is the share of unseen votes it foretells, the mean of that for up and for down.
    """

    weights: tuple[float, ...]
    bias: float
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    foretold: float = 0.0

    def likes(self, answer: str) -> float:
        """The probability that the owner would vote `answer` up."""
        return self.likes_measured(measured(answer))

    def likes_measured(self, values: Vector) -> float:
        """The same, of an answer with these values of `PROPERTIES`."""
        given = (values - np.array(self.mean)) / np.array(self.spread)
        return float(expit(given @ np.array(self.weights) + self.bias))

    @property
    def in_words(self) -> str:
        """What was learned, the strongest first: "shorter, no code"."""
        strong = sorted(zip(self.weights, PROPERTIES, strict=True), key=lambda pair: -abs(pair[0]))
        return ", ".join(more if weight > 0 else less for weight, (more, less) in strong[:3] if abs(weight) > 0.5)


def reward(votes: Sequence[Vote]) -> Reward | None:
    """What `votes` say, or None when they are too few or follow no rule that can be seen."""
    ups = sum(vote.value > 0 for vote in votes)
    if len(votes) < ENOUGH or min(ups, len(votes) - ups) < ENOUGH_OF_EACH:
        return None
    values = np.stack([measured(vote.answer) for vote in votes])
    up = np.array([vote.value > 0 for vote in votes])
    likely = np.zeros(len(votes))
    folds = np.empty(len(votes), dtype=int)
    for kind in (up, ~up):
        folds[kind] = np.random.default_rng(0).permutation(int(kind.sum())) % _FOLDS
    for fold in range(_FOLDS):
        seen = folds != fold
        judge = fitted(values[seen], up[seen])
        likely[~seen] = [judge.likes_measured(each) for each in values[~seen]]
    share, surely = foretells(likely, up)
    if not surely:
        return None
    whole = fitted(values, up)
    return Reward(whole.weights, whole.bias, whole.mean, whole.spread, round(share, 3))


def foretells(likely: Vector, up: npt.NDArray[np.bool_]) -> tuple[float, bool]:
    """What share of unseen votes `likely` foretells, the mean of that for up and for down, and if it is trusted."""
    share = float(((likely[up] >= 0.5).mean() + (likely[~up] < 0.5).mean()) / 2)
    by_chance = mannwhitneyu(likely[up], likely[~up], alternative="greater").pvalue
    return share, bool(share >= TRUSTED and by_chance <= SIGNIFICANCE)


def liked_edit(judge: Reward, answer: str) -> str | None:
    """`answer` with as little taken away as makes it likely to be liked; None when nothing does."""
    fitting = [edit for edit in edits(answer) if judge.likes(edit) >= LIKELY]
    return max(fitting, key=len, default=None)


def edits(answer: str) -> list[str]:
    """`answer` itself, and with something taken away: its end, its lists, its marks, its opening."""
    found = [answer]
    found += [answer[: match.start()].rstrip() for match in re.finditer(r"\n\s*\n|(?<=[.!?])\s+", answer)]
    prose = "\n".join(line for line in answer.splitlines() if not _ITEM.match(line)).strip()
    plain = re.sub(r"\*\*|^#+\s*", "", answer, flags=re.M).strip()
    opened = _SENTENCE.split(answer.strip(), maxsplit=1)
    found += [prose, plain, *(opened[1:] if _PLEASANTRY.match(answer.strip()) else [])]
    return [text for text in dict.fromkeys(found) if len(text.split()) >= 2 and not _BROKEN_OFF.search(text)]


def measured(answer: str) -> Vector:
    """The values of `PROPERTIES`, in their order."""
    return np.array([measure(answer) for measure in PROPERTIES.values()])


def fitted(values: Vector, up: npt.NDArray[np.bool_]) -> Reward:
    """Regularised logistic regression on the `values` (n, properties); both kinds of votes count the same in all."""
    mean, spread = values.mean(0), values.std(0)
    spread[spread < 1e-6] = 1.0
    given, signs = (values - mean) / spread, np.where(up, 1.0, -1.0)
    counts = np.where(up, 0.5 / max(1, up.sum()), 0.5 / max(1, (~up).sum())) * len(up)

    def cost(parameters: Vector) -> tuple[float, Vector]:
        margins = signs * (given @ parameters[:-1] + parameters[-1])
        pull = -counts * signs * expit(-margins)
        ridge = _RIDGE * parameters[:-1]
        gradient = np.append(pull @ given + ridge, pull.sum())
        return float(counts @ np.logaddexp(0, -margins) + ridge @ parameters[:-1] / 2), gradient

    found = minimize(cost, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return Reward(tuple(map(float, found[:-1])), float(found[-1]), tuple(map(float, mean)), tuple(map(float, spread)))
