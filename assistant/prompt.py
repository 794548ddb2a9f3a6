"""What the model reads of a conversation: answers as they should have been, wishes, and what it has room for.

The prompt of a turn on the page, of a batch and of the API is made here; the chat template is the engine's.
"""

from collections.abc import Sequence

from assistant.reasoning import parted
from models.engine import Engine, Sampling
from store import feedback
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Correction, Message

LEAST_ROOM = 16  # tokens that a reply needs at least


class ContextExceeded(InputRefused):
    """The conversation is longer than what the model can read."""


def with_wishes(messages: Sequence[ChatMessage], wishes: Sequence[Correction]) -> list[ChatMessage]:
    """`messages` with what the owner wishes of every answer after the last question.

    As a system prompt it would take the place of the one that a chat template has by itself, and some know none.
    """
    if not wishes:
        return list(messages)
    asked = messages[-1]
    wished = " ".join(each.answer for each in wishes)
    return [*messages[:-1], ChatMessage(asked.role, f"{asked.content}\n\n{wished}")]


def readable_tokens(engine: Engine, messages: Sequence[ChatMessage]) -> int:
    """How many tokens the model reads for `messages`. Raises ContextExceeded, and InputRefused."""
    tokens = len(engine.prompt_tokens(messages))
    if tokens > engine.context_tokens - LEAST_ROOM:
        raise ContextExceeded(
            f"The conversation is {tokens} tokens long and this model reads {engine.context_tokens - LEAST_ROOM} at "
            "most. Leave the oldest messages out, or raise context_tokens in config.toml."
        )
    return tokens


def require_room(engine: Engine, asked: Sequence[ChatMessage]) -> None:
    """Raises ContextExceeded when `asked`, a question with what always goes with it, is more than the model reads."""
    tokens, most = len(engine.prompt_tokens(asked)), engine.context_tokens - LEAST_ROOM
    if tokens > most:
        raise ContextExceeded(
            f"The question is {tokens} tokens long, with instructions and wishes, and this model reads {most} at most. "
            "Shorten it, or raise context_tokens in config.toml."
        )


def fitting(engine: Engine, messages: Sequence[ChatMessage], sampling: Sampling) -> Sequence[ChatMessage]:
    """`messages` without the oldest turns that the model has no room for; a system prompt stays."""
    head = [m for m in messages[:1] if m.role == "system"]
    turns = list(messages[len(head) :])
    room = engine.context_tokens - min(sampling.max_tokens, engine.context_tokens // 4)
    while len(turns) > 2 and len(engine.prompt_tokens([*head, *turns])) > room:
        turns = turns[2:]
    return [*head, *turns]


def as_it_went(db: Database, path: Sequence[Message]) -> list[ChatMessage]:
    """What was said up to the last question, each answer as it should have been.

    A question that got no word for an answer, as when it was stopped at once, is left out with it: many chat templates
    take no two questions in a row.
    """
    turns: list[ChatMessage] = []
    for message in path:
        said = ChatMessage(message.role, as_it_should_be(db, message))
        if said.content:
            turns.append(said)
        elif turns and turns[-1].role == "user":
            turns.pop()
    return turns


def as_it_should_be(db: Database, message: Message) -> str:
    """What was said, or for a corrected answer the correction, so that the talk goes on from what is right.

    Without what a model thought aloud.
    """
    correction = feedback.correction_of(db, message.id) if message.role == "assistant" else None
    if correction:
        return correction.answer
    return parted(message.content)[1] if message.role == "assistant" else message.content
