"""The one protocol for what generates text, and what it takes and gives.

`assistant.llamacpp` and `assistant.torch_engine` fulfil it; the night is handed one by `run.py`. It stands here,
below both wings, because both speak it. Nothing here is heavy to import.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from store.errors import InputRefused
from store.records import ChatMessage

Finish = Literal["", "stop", "length", "cancelled"]
ASKS_S = 0.1
_SPARE = 8  # tokens


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to choose tokens. `temperature` 0 is greedy; `schema` is a JSON schema that the answer must follow.

    The penalties are taken from the logit of what was generated before, once or as often as it was, as in OpenAI's API.
    With `top_logprobs` pieces say how likely their tokens were, and so many of the likeliest.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    schema: dict[str, Any] | None = None
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    top_logprobs: int | None = None


GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class TokenOdds:
    """A token's bytes and its log-probability in nats; `others` are the likeliest ones, itself perhaps among them."""

    token: bytes
    logprob: float
    others: tuple[tuple[bytes, float], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of an answer, and on the last piece why it ended. `tokens` counts those generated so far.

    `odds` has the tokens of the text, when they were asked for.
    """

    text: str
    tokens: int
    finish: Finish = ""
    odds: tuple[TokenOdds, ...] = ()


def template_refuses(error: Exception) -> InputRefused:
    """What an engine raises for messages that its chat template raised `error` for, such as two questions in a row."""
    return InputRefused(f"The model's chat template does not take these messages: {error}.")


class Engine(Protocol):
    """Generates text with one model version. Calls are serialised by the engine itself: one lock, no crash."""

    version: str
    context_tokens: int

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The token ids that the model reads for `messages`, up to where its answer begins. Raises InputRefused."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling = GREEDY,
        cancelled: Callable[[], bool] = lambda: False,
        begun: str = "",
    ) -> Iterator[Piece]:
        """The answer in pieces; ends within a token or two of `cancelled` turning true, or while it waits for another.

        With `begun`, the beginning of an answer, the pieces are what comes after it.
        """
        ...

    def answer_all(
        self,
        conversations: Sequence[Sequence[ChatMessage]],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """One answer for each conversation, generated in parallel sequences."""
        ...

    def go_on(
        self,
        beginnings: Sequence[str],
        sampling: Sampling = GREEDY,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[str]:
        """How the model itself goes on with messages of a user that begin so: what follows each, spaces and all.

        Each has to leave room (`has_room`); `stop` and `schema` are not looked at.
        """
        ...

    def logprobs(self, conversations: Sequence[Sequence[ChatMessage]], answers: Sequence[str]) -> list[list[float]]:
        """Log-probability, in nats, of each token of each answer after its conversation."""
        ...

    def close(self) -> None:
        """Give the model's memory back; the engine is not used after."""
        ...


@contextmanager
def in_turn(lock: "threading.RLock", cancelled: Callable[[], bool]) -> Iterator[bool]:
    """Hold `lock` for the length of the block; False, without it, when `cancelled` turned true before it was free."""
    while not (held := lock.acquire(timeout=ASKS_S)) and not cancelled():
        pass
    try:
        yield held
    finally:
        if held:
            lock.release()


def withheld(text: str, stop: Sequence[str]) -> int:
    """How many characters at the end of `text` may become a word of `stop`, and are not shown yet. Pure."""
    return max((n for word in stop for n in range(1, len(word)) if text.endswith(word[:n])), default=0)


def has_room(engine: Engine, question: str, sampling: Sampling) -> bool:
    """Whether a question and what is to be said to it fit into what the model reads, with some tokens to spare."""
    return (
        len(engine.prompt_tokens([ChatMessage("user", question)]))
        < engine.context_tokens - sampling.max_tokens - _SPARE
    )


def answer(engine: Engine, question: str, sampling: Sampling = GREEDY) -> str:
    """The whole answer to one question."""
    return "".join(piece.text for piece in engine.stream([ChatMessage("user", question)], sampling))
