"""Conversations as files, out and in: plain downloads, and a file from the page taken in as `run.py import` does.

Behind the same guard as everything else: a foreign page can neither read a download nor send a file.
"""

import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from assistant.page.speech import heard, number, say, say_many
from assistant.page.words import left_words
from assistant.telling import told_by
from assistant.visitor import visitor
from store.conversations import conversation, path_to
from store.database import opened
from store.errors import AprendizError, InputRefused, NotFound
from store.import_files import read_export
from store.import_forms import Talk
from store.owners import require_own
from store.transcript import all_lines, all_markdown, as_line, as_markdown
from store.transfer import ImportCount, take_all

log = logging.getLogger(__name__)

MOST_BYTES = 512 * 1024 * 1024
PRIVATE = {"cache-control": "no-store"}
TEXT = "text/plain; charset=utf-8"


def exchange(home: Path) -> APIRouter:
    """The routes below /conversations."""
    routes = APIRouter(prefix="/conversations", include_in_schema=False)

    @routes.get("/all.jsonl")
    def everything(request: Request) -> Response:
        with opened(home) as db:
            text = "".join(f"{line}\n" for line in all_lines(db, visitor(request.scope).name))
        return _download(text, "application/jsonl", "conversations.jsonl")

    @routes.get("/all.md")
    def everything_readable(request: Request) -> Response:
        with opened(home) as db:
            text = "\n---\n\n".join(all_markdown(db, visitor(request.scope).name))
        return _download(text, "text/markdown", "conversations.md")

    @routes.get("/{id}.json")
    def whole(id: str, request: Request) -> Response:
        try:
            with opened(home) as db:
                require_own(db, visitor(request.scope).name, [id])
                return _download(as_line(db, id) + "\n", "application/json", _name(conversation(db, id).title, "json"))
        except NotFound as error:
            return _error_response(error, 404)

    @routes.get("/{id}.md")
    def readable(id: str, request: Request, leaf: str = "") -> Response:
        try:
            with opened(home) as db:
                require_own(db, visitor(request.scope).name, [id, leaf])
                branch = [each for each in path_to(db, leaf) if each.conversation_id == id] if leaf else []
                return _download(as_markdown(db, id, branch), "text/markdown", _name(conversation(db, id).title, "md"))
        except NotFound as error:
            return _error_response(error, 404)

    @routes.post("")
    async def taken(request: Request, name: str = "the file") -> Response:
        data, owner = bytearray(), visitor(request.scope).name
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                return _error_response(
                    InputRefused(f"{name} is larger than {MOST_BYTES >> 20} MiB. Split it into parts."), 413
                )
        try:
            talks = await run_in_threadpool(read_export, name, bytes(data), MOST_BYTES)
        except AprendizError as error:
            return _error_response(error, 400)
        return StreamingResponse(_lines(lambda tell: _take(home, talks, owner, tell)), headers=PRIVATE, media_type=TEXT)

    return routes


def count_words(count: ImportCount) -> str:
    """What an import added, as a sentence. Pure."""
    new = (
        (count.conversations, say_many("{count} conversation", "{count} conversations", count.conversations)),
        (count.messages, say_many("{count} message", "{count} messages", count.messages)),
        (count.ratings, say_many("{count} rating", "{count} ratings", count.ratings)),
        (count.corrections, say_many("{count} correction", "{count} corrections", count.corrections)),
    )
    parts = [words for found, words in new if found]
    known = say("{count} had been taken before.", count=number(count.known)) if count.known else ""
    if not parts:
        return say("Nothing new: {known}", known=known) if known else say("There was no conversation in it.")
    return say("Taken: {parts}.", parts=", ".join(parts)) + (f" {known}" if known else "")


async def _lines(work: Callable[[Callable[[str], None]], str]) -> AsyncIterator[str]:
    """What an import tells, a line each; where it broke off that too."""

    def worked(tell: Callable[[str], None]) -> str:
        try:
            return work(tell)
        except Exception as error:
            log.exception("an import broke off")
            fault = heard(str(error)) if isinstance(error, AprendizError) else str(error)
            return say(
                "It broke off: {fault} What was taken stays; give the same file again for the rest.", fault=fault
            )

    async for line in told_by(worked):
        yield f"{line}\n"


def _take(home: Path, talks: Sequence[Talk], owner: str, tell: Callable[[str], None]) -> str:
    began = time.monotonic()

    def told(done: int, total: int) -> None:
        left = left_words((time.monotonic() - began) / done * (total - done))
        if done < total:
            tell(say("{done} of {total} conversations, {left}", done=number(done), total=number(total), left=left))

    with opened(home) as db:
        return count_words(take_all(db, talks, owner, told))


def _error_response(error: AprendizError, status: int) -> Response:
    return PlainTextResponse(heard(str(error)), status, PRIVATE)


def _download(text: str, kind: str, name: str) -> Response:
    as_named = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(text.encode(), media_type=kind, headers={"content-disposition": as_named, **PRIVATE})


def _name(title: str, ending: str) -> str:
    """A file name that any system takes, after the title."""
    kept = re.sub(r"[^\w .,-]+", " ", title).strip(" .")[:80]
    return f"{kept or 'conversation'}.{ending}"
