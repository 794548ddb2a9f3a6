"""POST /documents: a file that was dropped into the chat, as raw bytes with its name, read at once.

What takes longer than a second tells how far it is.

Behind the guard like all else, so that no page from elsewhere can write here. Nothing is kept of a file but its
passages. A conversation is begun for it when there is none yet.
"""

import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.conversation import Assistant
from assistant.formats import MOST_BYTES
from assistant.page.speech import heard, number, say
from assistant.page.words import left_words
from assistant.telling import Progress, told_by
from assistant.visitor import visitor
from store import conversations
from store.database import opened
from store.errors import AprendizError, InputRefused
from store.owners import require_own

log = logging.getLogger(__name__)

RAW = "application/octet-stream"
MOST_NAME = 120
TOLD_S = 1.0

Said = dict[str, Any]


def accept_documents(app: FastAPI, assistant: Assistant) -> None:
    """Add the route to `app`. It answers {"id", "name", "conversation", "passages"}, or {"error"} in one line.

    Before it, where it takes long, come lines of {"reading"}, about one a second: how far it is, in words.
    """

    async def receive(request: Request, name: str = "", conversation: str = "") -> Response:
        if request.headers.get("content-type") != RAW:  # which a form of another page cannot send
            return JSONResponse({"error": f"A file is sent as {RAW}."}, 415)
        try:
            plain = plain_name(name)
            data = await _body(request, plain)
        except AprendizError as error:
            return JSONResponse(_fault(error), 400)
        owner = visitor(request.scope).name
        told = told_by(lambda tell: _read(assistant, plain, data, conversation, owner, tell))
        first = await anext(told)
        if "reading" in first:
            return StreamingResponse(_lines(first, told), media_type="application/jsonl")
        return JSONResponse(first, 400 if "error" in first else 200)

    app.post("/documents", include_in_schema=False)(receive)


def plain_name(name: str) -> str:
    """The last part of a file's name, without what cannot be shown. Raises InputRefused for none. Pure."""
    last = PurePath(unquote(name).replace("\\", "/")).name
    plain = "".join(character for character in last if character.isprintable()).strip()
    if not plain:
        raise InputRefused("The file has no name.")
    stem, suffix = PurePath(plain).stem, PurePath(plain).suffix
    return stem[: MOST_NAME - len(suffix)] + suffix


async def _body(request: Request, name: str) -> bytes:
    """The body, no longer than a document may be. Raises InputRefused as soon as it is."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise InputRefused(f"{name} has more than {MOST_BYTES / 1e6:.0f} MB. Split it.")
    return bytes(data)


async def _lines(first: Said, more: AsyncIterator[Said]) -> AsyncIterator[str]:
    yield json.dumps(first) + "\n"
    async for said in more:
        yield json.dumps(said) + "\n"


def _read(
    assistant: Assistant, name: str, data: bytes, conversation: str, owner: str, tell: Callable[[Said], None]
) -> Said:
    with opened(assistant.settings.home) as db:
        begun = ""
        try:
            if conversation:
                require_own(db, owner, [conversation])
                conversations.conversation(db, conversation)
            else:
                instructions = assistant.settings.instructions
                made = conversations.create_conversation(db, system_prompt=instructions, owner=owner)
                begun = conversation = made.id
            read = assistant.memory.read_here(db, name, data, conversation, _in_words(name, tell))
        except AprendizError as error:
            if begun:
                conversations.delete_conversation(db, begun)
            return _fault(error)
    log.info("document %d was read into %d passages", read.id, read.passages)
    return {"id": read.id, "name": read.name, "conversation": conversation, "passages": read.passages}


def _in_words(name: str, tell: Callable[[Said], None]) -> Progress:
    """Tells how far a document is read and how long it will take, once a second."""
    began = told = time.monotonic()

    def read(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if done and now - told >= TOLD_S:
            told, left = now, left_words((now - began) / done * (total - done))
            far = say(
                "{name}: {done} of {total} passages, {left}",
                name=name,
                done=number(done),
                total=number(total),
                left=left,
            )
            tell({"reading": far})

    return read


def _fault(error: AprendizError) -> Said:
    return {"error": heard(str(error))}
