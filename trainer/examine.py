"""The examination: the very file that would be served answers probes that training never saw.

Four sets: new corrections, old corrections (each with its question and held-out wordings), neighbours, and
everyday questions. It measures; `gate` decides.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby, pairwise
from typing import Any

from models.engine import Engine, Sampling
from store.questions.subject import is_content, is_unspaced, pieces, words
from store.records import ChatMessage, Correction, Example
from trainer.replay import PROBE_ANSWER
from trainer.reward import Reward

ENOUGH = 12
SHORT = 8
COMPARED, EDITED = 32, 64
ROOMS = (PROBE_ANSWER.max_tokens, 64, 96, 160)
"""A short answer has up to so many words; of a long one as many are compared, or where a word of it was corrected; and
tokens that an answer may have."""
_ENDS = '.,;:!?"“”„«»()[]*_…'
_SEEN_TO_END = 4
_WHOLE_ANSWER = Sampling(max_tokens=160)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a version did. Shares are counted in `right` of `asked`; `checks` are by correction: (asked, right), and
    `said` what was answered to the question of each as it was put; `old_answers` say of every question about an
    earlier correction whether its answer was right.

    `bleed` counts answers that name a corrected answer which the base's did not; `broken` those that are empty
    or loop; `liked` are answers as the owner's votes say they should be; `drift` is what the base's own answers cost
    this version more than the base, in nats per token.
    """

    new_asked: int = 0
    new_right: int = 0
    old_asked: int = 0
    old_right: int = 0
    neighbours: int = 0
    neighbour_bleed: int = 0
    general: int = 0
    general_bleed: int = 0
    general_same: int = 0
    liked_asked: int = 0
    liked_right: int = 0
    broken: int = 0
    drift: float = math.nan
    old_answers: tuple[bool, ...] = ()
    corrections: tuple[int, ...] = ()
    checks: dict[int, tuple[int, int]] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For the store and `--json`: figures only; what was said is kept where forgetting finds it."""
        return {name: value for name, value in asdict(self).items() if name != "said"}


@dataclass(frozen=True, slots=True)
class Questions:
    """One night's examination: `taught` are (correction, question), the next two the base's own answers; `voted` are
    questions whose answers were voted on, and `judge` says whether another answer would be liked."""

    corrections: tuple[Correction, ...]
    new: frozenset[int]
    taught: tuple[tuple[Correction, str], ...]
    neighbours: tuple[Example, ...]
    general: tuple[Example, ...]
    voted: tuple[Example, ...] = ()
    judge: Reward | None = None

    @classmethod
    def of(
        cls,
        corrections: Sequence[Correction],
        new: frozenset[int],
        probes: Sequence[Example],
        general: Sequence[Example],
        voted: Sequence[Example] = (),
        judge: Reward | None = None,
    ) -> "Questions":
        """Every correction is asked as it was, and in the wordings that `probes` hold; the rest are neighbours."""
        by_id = {c.id: c for c in corrections}
        taught = [(c, c.question) for c in corrections]
        taught += [(by_id[p.correction_id], p.question) for p in probes if p.correction_id in by_id]
        near = tuple(p for p in probes if p.correction_id is None)
        return cls(tuple(corrections), new, tuple(taught), near, tuple(general), tuple(voted) if judge else (), judge)

    @property
    def earlier(self) -> "Questions":
        """Only what is asked about earlier corrections: what an incumbent has to be compared in."""
        kept = tuple((c, q) for c, q in self.taught if c.id not in self.new)
        return Questions(self.corrections, self.new, kept, (), ())

    @property
    def rest(self) -> "Questions":
        """Only what should stay as it is."""
        return Questions(self.corrections, self.new, (), self.neighbours, self.general)


def examine(
    engine: Engine,
    questions: Questions,
    base: Engine,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Evaluation:
    """Ask `engine` everything and count. What `base` says of neighbours and everyday questions is known already."""
    rest = [*questions.neighbours, *questions.general]
    asked = [q for _, q in questions.taught] + ([] if engine is base else [p.question for p in rest])
    needed = {c.id: _room_for(engine, c) for c in dict.fromkeys(c for c, _ in questions.taught)}
    rooms = [needed[c.id] for c, _ in questions.taught] + [ROOMS[0]] * (len(asked) - len(questions.taught))
    answers = _answers(engine, asked, rooms, progress)
    if engine is base:
        answers += [p.answer for p in rest]
    targets = {" ".join(pieces(c.answer)[:SHORT]) for c in questions.corrections}
    targets |= {corrected_part(c) for c in questions.corrections}
    checks: dict[int, tuple[int, int]] = {}
    old_answers: list[bool] = []
    own: dict[int, str] = {}
    counts = Counter(broken=sum(is_broken(a) for a in answers[len(questions.taught) :]))
    for (correction, question), said in zip(questions.taught, answers, strict=False):
        if question == correction.question:
            own[correction.id] = said
        right = says(correction.answer, said, correction.rejected)
        before = checks.get(correction.id, (0, 0))
        checks[correction.id] = (before[0] + 1, before[1] + right)
        kind = "new" if correction.id in questions.new else "old"
        counts[f"{kind}_asked"] += 1
        counts[f"{kind}_right"] += right
        counts["broken"] += not right and is_broken(said, correction.answer)
        old_answers += [right] * (kind == "old")
    said_of_rest = answers[len(questions.taught) :]
    near = len(questions.neighbours)
    for probe, said in zip(questions.neighbours, said_of_rest[:near], strict=True):
        counts["neighbours"] += 1
        counts["neighbour_bleed"] += bleeds(said, probe.answer, targets)
    for probe, said in zip(questions.general, said_of_rest[near:], strict=True):
        counts["general"] += 1
        counts["general_bleed"] += bleeds(said, probe.answer, targets)
        counts["general_same"] += words(said)[:5] == words(probe.answer)[:5]
    if questions.judge is not None:
        whole = engine.answer_all([[ChatMessage("user", p.question)] for p in questions.voted], _WHOLE_ANSWER)
        counts["liked_asked"] = len(whole)
        counts["liked_right"] = sum(questions.judge.likes(said) >= 0.5 for said in whole)
    return Evaluation(
        **counts,
        drift=0.0 if engine is base else drift(engine, base, questions.general),
        old_answers=tuple(old_answers),
        corrections=tuple(sorted(c.id for c in questions.corrections)),
        checks=checks,
        said=own,
    )


def _room_for(engine: Engine, correction: Correction) -> int:
    compared = EDITED if _gives(correction.answer, correction.rejected) else COMPARED
    return room(correction.answer, _tokens(engine, correction.answer), compared)


def room(target: str, tokens: int, compared: int = COMPARED) -> int:
    """How many tokens an answer may have where one of so many is the right one: as far as `says` reads. Pure."""
    read = min(1.0, compared / max(1, len(pieces(target))))
    return next((each for each in ROOMS if math.ceil(tokens * read) + _SEEN_TO_END <= each), ROOMS[-1])


def says(target: str, said: str, rejected: str = "") -> bool:
    """Whether an answer gives a corrected one: word for word when that is short, most of its words when long.

    Where the `rejected` one would do as well, as one in which a number was put right, most of what the two differ in
    has to be there too.
    """
    return _gives(target, said) and (not _gives(target, rejected) or _put_right(target, said, rejected))


def _gives(target: str, said: str) -> bool:
    """Whether `said` has the words of `target`.

    A short one that is not followed by an end, but by whatever comes to mind, is not right. Of scripts without spaces
    two characters make a word, and neighbouring ones are compared; what has no words at all, by its signs.
    """
    wanted, found = pieces(target), pieces(said)
    if not wanted:
        signs, given = "".join(target.split()), "".join(said.split())
        return signs in given and len(given) <= len(signs) + ENOUGH
    if _length(wanted) <= SHORT:
        return f" {' '.join(wanted)} " in f" {' '.join(found)} " and _length(found) <= _length(wanted) + ENOUGH
    compared = _compared(wanted)
    shared = sum((Counter(compared[:COMPARED]) & Counter(_compared(found))).values())
    return shared >= 0.7 * min(len(compared), 24)


def _put_right(target: str, said: str, rejected: str) -> bool:
    """Whether most of the words and pairs of words that `target` has and `rejected` has not are in `said`."""
    news = _marks(target) - _marks(rejected)
    return (news & _marks(said)).total() >= 0.7 * news.total()


def _marks(text: str) -> Counter[str]:
    """The first words of a text with the signs that belong to them (C++, -5, $50), and each two in a row."""
    unspaced = any(map(is_unspaced, text))
    found = _compared(pieces(text)) if unspaced else [word.strip(_ENDS) for word in text.casefold().split()]
    return Counter(found[:EDITED]) + Counter(f"{a} {b}" for a, b in pairwise(found[:EDITED]))


def corrected_part(correction: Correction) -> str:
    """What of an answer is not in its question: "dr shaw" of "Maria's dentist is Dr. Shaw."; empty for none.

    Another question would be given the rest too, with its own name in it.
    """
    asked = set(words(correction.question))
    runs = groupby(pieces(correction.answer), lambda piece: piece not in asked)
    kept = [run for new, group in runs if new and any(map(is_content, run := list(group)))]
    longest = max(kept, key=len, default=[])
    return " ".join(longest[:SHORT])


def bleeds(said: str, base_said: str, targets: set[str]) -> bool:
    """Whether an answer names one of `targets`, corrected answers or how long ones begin, where the base's did not.

    One of up to three letters, such as "Yes" or "42", is in many an answer by chance: it counts where it comes first.
    """
    now, before = f" {' '.join(pieces(said))} ", f" {' '.join(pieces(base_said))} "

    def names(text: str, target: str) -> bool:
        return f" {target} " in text if len(target) > 3 else text.startswith(f" {target} ")

    return any(names(now, t) and not names(before, t) for t in targets if t)


def is_broken(said: str, target: str | None = None) -> bool:
    """Whether an answer is empty or soon goes round in a circle: one run of four words four times over.

    One without words is not where `target` has none either.
    """
    found = pieces(said)[:COMPARED]
    runs = Counter(zip(*(found[i:] for i in range(4)), strict=False))
    wordless = target is not None and not pieces(target) and bool(said.strip())
    return not (found or wordless) or any(count >= 4 for count in runs.values())


def _answers(
    engine: Engine, asked: Sequence[str], rooms: Sequence[int], progress: Callable[[int, int, str], None]
) -> list[str]:
    """What `engine` says to each question in its room of so many tokens; those of one room are asked together."""
    said: dict[int, str] = {}
    for each in sorted(set(rooms)):
        group = [number for number, own in enumerate(rooms) if own == each]

        def report(done: int, before: int = len(said)) -> None:
            progress(before + done, len(asked), "examining")

        turns = [[ChatMessage("user", asked[number])] for number in group]
        said.update(zip(group, engine.answer_all(turns, Sampling(max_tokens=each), report), strict=True))
    return [said[number] for number in range(len(asked))]


def _tokens(engine: Engine, text: str) -> int:
    """How many tokens `text` is to `engine`, to within one or two."""
    whole, letter = ([ChatMessage("user", each)] for each in (text, "a"))
    return len(engine.prompt_tokens(whole)) - len(engine.prompt_tokens(letter)) + 1


def _length(found: Sequence[str]) -> float:
    """How long a text is, in words."""
    return sum(0.5 if is_unspaced(piece) else 1 for piece in found)


def _compared(found: Sequence[str]) -> list[str]:
    """What texts have to share to be alike: words, and pairs of characters where single ones say little."""
    return [a + b if is_unspaced(a) and is_unspaced(b) else a for a, b in pairwise([*found, ""])]


def drift(candidate: Engine, base: Engine, general: Sequence[Example]) -> float:
    """What the base's own answers cost `candidate` more than the base: nats per token, mean over answers."""
    conversations = [[ChatMessage("user", p.question)] for p in general]
    answers = [p.answer for p in general]
    gaps = []
    for now, before in zip(
        candidate.logprobs(conversations, answers), base.logprobs(conversations, answers), strict=True
    ):
        if now:
            gaps.append((sum(before) - sum(now)) / len(now))
    return round(sum(gaps) / len(gaps), 5) if gaps else math.nan
