"""`run.py ask --batch`: questions from a file of JSON lines, answers into another, whole or not at all."""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.conversation import Answer
from store.database import storable
from store.errors import InputRefused
from store.records import ChatMessage
from store.whole_file import whole_file

_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its id, whatever JSON that is, and the conversation to answer."""

    id: Any
    messages: tuple[ChatMessage, ...]


def read_batch(path: Path) -> list[Row]:
    """The rows of a file, `{"id", "prompt"}` or `{"id", "messages"}`. Raises InputRefused naming line and fault."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # other ends of a line may stand in a JSON text
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{path} cannot be read: {error}.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_row(json.loads(line)))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            form = f"a row is a JSON object with id, and prompt or messages ({type(error).__name__}: {error})"
            raise InputRefused(f"{path}:{number}: {form}. Nothing was answered.") from error
        except InputRefused as fault:
            raise InputRefused(f"{path}:{number}: {fault}. Nothing was answered.") from fault
    return rows


def writable(path: Path) -> None:
    """Raise InputRefused where answers cannot be written to `path`, before they are worked out."""
    if path.is_dir():
        raise InputRefused(f"{path} is a folder. Name a file in it with --out. Nothing was answered.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror}. Nothing was answered.") from error


def write_answers(path: Path, rows: Sequence[Row], answers: Sequence[Answer]) -> None:
    """Write `{"id", "answer", "version", "memory"}` for every row; `memory` is the correction that answered, by id."""
    with whole_file(path) as part, part.open("w", encoding="utf-8") as file:
        for row, answer in zip(rows, answers, strict=True):
            said = {"id": row.id, "answer": answer.text, "version": answer.version, "memory": answer.correction_id}
            file.write(json.dumps(said, ensure_ascii=False) + "\n")


def _row(row: Any) -> Row:
    said = row["messages"] if "messages" in row else [{"role": "user", "content": row["prompt"]}]
    messages = tuple(ChatMessage(m["role"], m["content"]) for m in said)
    if any(m.role not in _ROLES or not isinstance(m.content, str) for m in messages):
        raise InputRefused("a message has a role of system, user, assistant and a text as content")
    messages = tuple(ChatMessage(m.role, storable(m.content)) for m in messages)
    if not messages or messages[-1].role != "user":
        raise InputRefused("the last message has to be the user's")
    return Row(row["id"], messages)
