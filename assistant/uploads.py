"""POST /documents: a file that was dropped into the chat, as raw bytes with its name, read at once.

Behind the guard like all else, so that no page from elsewhere can write here. Nothing is kept of a file but its
passages. A conversation is begun for it when there is none yet.
"""

import logging
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from assistant.conversation import Assistant
from assistant.formats import MOST_BYTES
from assistant.page.speech import heard
from assistant.visitor import visitor
from store import conversations
from store.database import opened
from store.errors import AprendizError, InputRefused
from store.owners import require_own

log = logging.getLogger(__name__)

RAW = "application/octet-stream"
MOST_NAME = 120


def accept_documents(app: FastAPI, assistant: Assistant) -> None:
    """Add the route to `app`. It answers {"id", "name", "conversation", "passages"}, or {"error"} in one line."""

    async def receive(request: Request, name: str = "", conversation: str = "") -> JSONResponse:
        if request.headers.get("content-type") != RAW:  # which a form of another page cannot send
            return JSONResponse({"error": f"A file is sent as {RAW}."}, 415)
        try:
            plain = plain_name(name)
            data = await _body(request, plain)
            owner = visitor(request.scope).name
            return JSONResponse(await run_in_threadpool(_read, assistant, plain, data, conversation, owner))
        except AprendizError as error:
            return JSONResponse({"error": heard(str(error))}, 400)

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


def _read(assistant: Assistant, name: str, data: bytes, conversation: str, owner: str) -> dict[str, Any]:
    with opened(assistant.settings.home) as db:
        if conversation:
            require_own(db, owner, [conversation])
            conversations.conversation(db, conversation)
            begun = ""
        else:
            begun = conversation = conversations.create_conversation(db, owner=owner).id
        try:
            read = assistant.memory.read_here(db, name, data, conversation)
        except AprendizError:
            if begun:
                conversations.delete_conversation(db, begun)
            raise
    log.info("document %d was read into %d passages", read.id, read.passages)
    return {"id": read.id, "name": read.name, "conversation": conversation, "passages": read.passages}
