"""From votes, examples of answers as the owner likes them: those voted up, and those voted down made likeable.

An answer that was voted down is taught as its longest part that the reward model approves of; what nothing makes
likeable teaches nothing, and so does a vote against all others. Some voted questions are kept for the examination.
Pure.
"""

import hashlib
from collections.abc import Sequence

from store.questions.key import question_key
from store.records import Example, Vote
from trainer.lengths import Fits
from trainer.reward import Reward, liked_edit

MOST = 80
MOST_PROBES = 16
LONGEST = 1200  # characters


def liked_examples(votes: Sequence[Vote], judge: Reward, fits: Fits = lambda question, answer: True) -> list[Example]:
    """At most 80 examples, from the newest votes, and 16 probes, whose questions are never trained on.

    Neither is made of what does not fit into a night.
    """
    probes: dict[str, Example] = {}
    made: dict[str, Example] = {}
    for vote in reversed(votes):
        key = question_key(vote.question)
        if key in probes or key in made:
            continue
        if _is_held_out(key):
            if len(probes) < MOST_PROBES and fits(vote.question, ""):
                probes[key] = Example("liked probe", vote.question, vote.answer, message_id=vote.message_id)
            continue
        answer = vote.answer if vote.value > 0 and judge.likes(vote.answer) >= 0.5 else None
        if vote.value < 0 and judge.likes(vote.answer) < 0.5:
            answer = liked_edit(judge, vote.answer)
        if answer and len(answer) <= LONGEST and len(made) < MOST and fits(vote.question, answer):
            made[key] = Example("liked", vote.question, answer, message_id=vote.message_id)
    return [*made.values(), *probes.values()]


def _is_held_out(key: str) -> bool:
    """Whether a question is asked in examinations; the same every night, so that no adapter was trained on it."""
    return hashlib.sha256(key.encode()).digest()[0] % 5 == 0
