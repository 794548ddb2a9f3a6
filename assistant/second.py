"""A second answer to a question of the chat, by another version, for its owner to choose between: now and then.

Which of the two versions answers first is thrown like a coin, so that neither the order nor the place tells. Nothing is
stored but the two answers and, in the end, the choice.
"""

import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from assistant.conversation import Assistant, Begun
from assistant.prompt import ContextExceeded, as_it_went
from assistant.sampling import sampling_of
from models.promotion import before_current
from models.version_files import BASE, current, has_files
from store import conversations, documents, duels, ratings
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Duel, Message, Passage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions, in the order in which they answer."""

    first: str
    second: str


def drawn(db: Database, assistant: Assistant) -> Pair | None:
    """The two versions that the next question goes to, as often as `second_answers` says; mostly None."""
    if random.random() >= assistant.settings.second_answers:
        return None
    home = assistant.settings.home
    now = current(home)
    order = [now, before_current(db, home)]
    if now == BASE or not all(has_files(home, version) for version in order):
        return None
    random.shuffle(order)
    return Pair(*order)


def with_second(
    assistant: Assistant, pair: Pair, turn: Iterator[Message], cancelled: Callable[[], bool]
) -> Iterator[Message]:
    """Pass on the states of a `turn` that the first version answers, and have the second answer too before it ends.

    The first answer counts as being written until both are there. No choice is put where it was memory that
    answered, where one was stopped, or where both say the same.
    """
    for state in turn:
        if state.status != "complete" or state.correction_id is not None or state.version != pair.first:
            yield state
            continue
        yield replace(state, status="writing")
        try:
            with opened(assistant.settings.home) as db:
                second = _answer(db, assistant, state, pair.second, cancelled)
                if second is not None:
                    duels.begin_duel(db, "", pair.first, pair.second, messages=(state.id, second.id))
        except Exception:
            yield state  # whole all the same
            raise
        yield state


def choose(db: Database, duel_id: int, side: str) -> tuple[Duel, str]:
    """Record a choice, as a preference too; gives the duel and the message to go on with. Raises as the store does."""
    answers = list(duels.answers_of(duels.duel(db, duel_id)))
    made = duels.decide_duel(db, duel_id, side)
    if made.preferred == made.second:
        answers.reverse()
    if made.preferred:
        ratings.prefer(db, *answers)
    return made, answers[0]


def _answer(
    db: Database, assistant: Assistant, first: Message, version: str, cancelled: Callable[[], bool]
) -> Message | None:
    """The answer of `version` beside `first`, stored when it is whole and another one."""
    path = conversations.path_to(db, first.parent_id or "")
    talk = conversations.conversation(db, first.conversation_id)
    system, how = talk.system_prompt, sampling_of(talk)
    asked = [ChatMessage("system", system)] if system else []
    asked += as_it_went(db, path)
    text, finish, passages = "", None, tuple[Passage, ...]()
    try:
        for part in assistant.reply(
            asked,
            version=version,
            with_memory=assistant.settings.memory,
            sampling=how,
            owner=talk.owner,
            question=path[-1],
            cancelled=cancelled,
        ):
            if isinstance(part, Begun):
                passages = part.passages
            else:
                text, finish = text + part.text, part.finish
    except ContextExceeded:
        log.info("message %s has no second answer: the conversation is too long", first.id)
        return None
    whole = text.strip()
    if not whole or finish == "cancelled" or whole == first.content.strip():
        return None
    second = conversations.add_message(db, first.conversation_id, first.parent_id, "assistant", whole, version=version)
    documents.quote(db, second.id, passages)
    return second
