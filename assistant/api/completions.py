"""POST /v1/chat/completions: a conversation answered on the same route as a turn on the page, whole or as a stream.

The stored message, who answered and whether memory did stand in the field `aprendiz` of every answer and chunk.
"""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.api.errors import Refused, error_body
from assistant.api.forms import ChatRequest
from assistant.api.history import History
from assistant.api.models import require_model
from assistant.api.running import Running
from assistant.conversation import CHAT, Assistant, Begun
from assistant.visitor import visitor
from models.engine import Piece, Sampling, TokenOdds
from store.database import opened
from store.records import ChatMessage

MOST_ANSWERS = 16
SEEDS = 2**32 - 1  # llama.cpp reads the one after the last as "any"

Answered = Begun | Piece


class Completions:
    """Answers chat requests. One for a server."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._histories: dict[str, History] = {}
        self._threads = ThreadPoolExecutor(MOST_ANSWERS, thread_name_prefix="api")

    async def complete(self, asked: ChatRequest, request: Request) -> Response:
        """The answer, or its stream once it has begun. A client that goes away stops it. Raises before it begins."""
        owner = visitor(request.scope).name
        running = Running(self._threads, lambda cancelled: self._pieces(asked, owner, cancelled))
        pieces = aiter(running)
        try:
            begun = await anext(pieces)
            if not isinstance(begun, Begun):
                raise TypeError(f"an answer begins with {type(begun).__name__}")
            answer = Telling(f"chatcmpl-{uuid4().hex}", int(time.time()), asked.model, begun)
            if not asked.stream:
                return JSONResponse(await _while_there(request, _whole(answer, pieces)))
            with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
            return _Stream(_events(answer, pieces, with_usage), running.stop)
        except BaseException:
            running.stop()
            raise

    def _pieces(self, asked: ChatRequest, owner: str, cancelled: Callable[[], bool]) -> Iterator[Answered]:
        settings = self._assistant.settings
        history = self._histories.setdefault(owner, History(owner))
        require_model(settings.home, asked.model)
        messages = spoken(asked)
        with_memory = asked.memory is not False and settings.memory
        read: Sequence[ChatMessage] = messages
        if with_memory:
            with opened(settings.home) as db:
                read = history.as_it_should_be(db, messages)
        text, message_id = "", None
        for event in self._assistant.reply(
            read,
            version=asked.model,
            with_memory=with_memory,
            sampling=sampling(asked),
            keep=None if asked.store is False else lambda db: history.keep(db, messages),
            owner=owner,
            cancelled=cancelled,
        ):
            if isinstance(event, Begun):
                message_id = event.message_id
            else:
                text += event.text
                if event.finish and message_id:
                    history.answered(messages, text, message_id)
            yield event


@dataclass(frozen=True, slots=True)
class Telling:
    """What every part of one answer says: its id, when it began, the model that was asked for, who answers."""

    id: str
    created: int
    model: str
    begun: Begun

    def whole(self, text: str, last: Piece) -> dict[str, Any]:
        """The answer in one piece."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": odds_told(last.odds), "finish_reason": _reason(last)}
        return self._told("chat.completion", [choice]) | {"usage": self.usage(last)}

    def chunk(self, delta: dict[str, str], last: Piece | None = None, odds: Sequence[TokenOdds] = ()) -> dict[str, Any]:
        """One piece of the stream; the one with `last` says why it ended."""
        reason = _reason(last) if last else None
        choice = {"index": 0, "delta": delta, "logprobs": odds_told(odds), "finish_reason": reason}
        return self._told("chat.completion.chunk", [choice])

    def usage_chunk(self, last: Piece) -> dict[str, Any]:
        """The chunk after the last, with the usage only."""
        return self._told("chat.completion.chunk", []) | {"usage": self.usage(last)}

    def usage(self, last: Piece) -> dict[str, int]:
        """How many tokens were read and generated; none when memory answered."""
        read = self.begun.prompt_tokens
        return {"prompt_tokens": read, "completion_tokens": last.tokens, "total_tokens": read + last.tokens}

    def _told(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        begun = self.begun
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": begun.version,
            "choices": choices,
            "aprendiz": {
                "message_id": begun.message_id,
                "version": begun.version,
                "memory": begun.correction_id,
                "document": begun.passages[0].document if begun.passages else None,
                "passages": [
                    {"document": each.document, "place": each.place, "text": each.text} for each in begun.passages
                ],
            },
        }


def spoken(asked: ChatRequest) -> list[ChatMessage]:
    """The conversation as an engine reads it; a developer speaks as the system. Pure."""
    return [
        ChatMessage("system" if message.role == "developer" else message.role, message.content)
        for message in asked.messages
    ]


def sampling(asked: ChatRequest) -> Sampling:
    """How to choose tokens: as in the chat where the request says nothing. Without a seed, one by chance."""
    seed = asked.seed if asked.seed is not None else secrets.randbelow(SEEDS)
    return Sampling(
        max_tokens=asked.max_completion_tokens or asked.max_tokens or CHAT.max_tokens,
        temperature=CHAT.temperature if asked.temperature is None else asked.temperature,
        top_p=CHAT.top_p if asked.top_p is None else asked.top_p,
        seed=seed % SEEDS,
        stop=tuple(asked.stop or ()),
        schema=asked.response_format.schema_followed if asked.response_format else None,
        presence_penalty=asked.presence_penalty or 0.0,
        frequency_penalty=asked.frequency_penalty or 0.0,
        top_logprobs=(asked.top_logprobs or 0) if asked.logprobs else None,
    )


def odds_told(odds: Sequence[TokenOdds]) -> dict[str, Any] | None:
    """The tokens' odds as OpenAI tells them; None when there are none. Pure."""

    def told(token: bytes, logprob: float) -> dict[str, Any]:
        return {"token": token.decode(errors="replace"), "bytes": list(token), "logprob": logprob}

    content = [
        told(each.token, each.logprob) | {"top_logprobs": [told(*other) for other in each.others]} for each in odds
    ]
    return {"content": content, "refusal": None} if content else None


class _Stream(StreamingResponse):
    """Server-sent events; however the sending ends, `ended` is called."""

    def __init__(self, events: AsyncIterator[str], ended: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"cache-control": "no-cache"})
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


async def _events(answer: Telling, pieces: AsyncIterator[Answered], with_usage: bool) -> AsyncIterator[str]:
    between = {"usage": None} if with_usage else {}
    yield _event(answer.chunk({"role": "assistant", "content": ""}) | between)
    try:
        async for piece in pieces:
            if isinstance(piece, Begun):
                continue
            if piece.text or piece.odds:
                yield _event(answer.chunk({"content": piece.text}, odds=piece.odds) | between)
            if piece.finish:
                yield _event(answer.chunk({}, piece) | between)
                if with_usage:
                    yield _event(answer.usage_chunk(piece))
    except Exception as error:
        yield _event(error_body(error)[1])
        raise
    yield "data: [DONE]\n\n"


async def _whole(answer: Telling, pieces: AsyncIterator[Answered]) -> dict[str, Any]:
    text, last, odds = "", Piece("", 0), list[TokenOdds]()
    async for piece in pieces:
        if isinstance(piece, Piece):
            text, last = text + piece.text, piece
            odds += piece.odds
    return answer.whole(text, replace(last, odds=tuple(odds)))


async def _while_there(request: Request, answering: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """What `answering` gives, unless the client goes away first: raises Refused then, which nobody reads."""
    answered, gone = asyncio.ensure_future(answering), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({answered, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answered.done():
            raise Refused("The client went away.", status=499)
        return answered.result()
    finally:
        answered.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _reason(last: Piece) -> str:
    return "length" if last.finish == "length" else "stop"
