"""An open store, and the smallest conversation that can be corrected."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.conversations import add_message, create_conversation
from store.database import opened
from store.light_sqlite_utils import Database
from store.records import Message


@pytest.fixture
def db(home: Path) -> Iterator[Database]:
    with opened(home) as database:
        yield database


@pytest.fixture
def answered(db: Database) -> Callable[[str, str], Message]:
    """Writes a conversation of one question and its answer; gives the answer."""

    def write(question: str, answer: str) -> Message:
        into = create_conversation(db)
        asked = add_message(db, into.id, None, "user", question)
        return add_message(db, into.id, asked.id, "assistant", answer, version="base")

    return write
