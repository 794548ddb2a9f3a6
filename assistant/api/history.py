"""Which stored message each message of a request is.

A client sends its whole conversation again with every question and knows no ids, so what was stored is recognised
by what was said up to there. It is kept in this process only: after a restart, when the client has changed what was
said, or when the conversation was deleted, one begins anew.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import takewhile

from store import conversations, feedback
from store.database import writing
from store.errors import NotFound
from store.light_sqlite_utils import Database
from store.owners import require_own
from store.records import ChatMessage, Message

MOST_KNOWN = 10_000


class History:
    """The stored messages of `owner` that were last seen, by what was said up to each. Thread-safe."""

    def __init__(self, owner: str = "") -> None:
        self._owner = owner
        self._lock = threading.Lock()
        self._ids: OrderedDict[str, str] = OrderedDict()

    def as_it_should_be(self, db: Database, messages: Sequence[ChatMessage]) -> list[ChatMessage]:
        """`messages` with the correction in place of every answer that has one, as a talk goes on in the chat."""
        result = []
        for message, said in zip(messages, said_up_to(messages), strict=True):
            id = self._ids.get(said) if message.role == "assistant" else None
            correction = feedback.correction_of(db, id) if id else None
            result.append(ChatMessage(message.role, correction.answer) if correction else message)
        return result

    def keep(self, db: Database, messages: Sequence[ChatMessage]) -> Message:
        """The stored question that `messages` end in; what is not stored yet is stored below what is.

        The same question at the same place again is the same message, so that its answers are siblings. What the system
        says before anybody else is the conversation's system prompt; a message that says nothing is left out.
        """
        said = said_up_to(messages)
        known = [self._stored(db, each) for each in said]
        begin = max((place + 1 for place, message in enumerate(known) if message), default=0)
        last = known[begin - 1] if begin else None
        new = [each for each in zip(messages[begin:], said[begin:], strict=True) if each[0].content.strip()]
        with writing(db):
            if last is None:
                first = list(takewhile(lambda each: each[0].role == "system", new))
                system, new = "\n\n".join(message.content for message, _ in first), new[len(first) :]
                conversation_id = conversations.create_conversation(db, system_prompt=system, owner=self._owner).id
            else:
                conversation_id = last.conversation_id
            for message, at in new:
                last = _added(db, conversation_id, last, message)
                self._know(at, last.id)
        if last is None:
            raise ValueError("there is no question to keep")
        return last

    def answered(self, messages: Sequence[ChatMessage], answer: str, message_id: str) -> None:
        """Know the answer to `messages` when it comes back as a part of the next request."""
        self._know(said_up_to([*messages, ChatMessage("assistant", answer)])[-1], message_id)

    def _stored(self, db: Database, said: str) -> Message | None:
        id = self._ids.get(said)
        try:
            if id:
                require_own(db, self._owner, [id])  # which changes when the first user is added
            found = conversations.message(db, id) if id else None
            if found:
                conversations.conversation(db, found.conversation_id)
        except NotFound:
            return None
        return found

    def _know(self, said: str, id: str) -> None:
        with self._lock:
            self._ids[said] = id
            self._ids.move_to_end(said)
            while len(self._ids) > MOST_KNOWN:
                self._ids.popitem(last=False)


def _added(db: Database, conversation_id: str, last: Message | None, message: ChatMessage) -> Message:
    """Store a message below `last`; an answer that memory had given is known for one, to go when that is forgotten."""
    answers = message.role == "assistant" and last is not None and last.role == "user"
    correction_id = feedback.behind(db, last.content, message.content) if answers and last else None
    place = (conversation_id, last.id if last else None)
    return conversations.add_message(db, *place, message.role, message.content, correction_id=correction_id)


def said_up_to(messages: Sequence[ChatMessage]) -> list[str]:
    """For each message a digest of all that was said up to and with it, white space around a text aside. Pure."""
    digest = hashlib.sha256()
    result = []
    for message in messages:
        text = message.content.strip().encode()
        digest.update(f"{message.role} {len(text)} ".encode() + text)
        result.append(digest.hexdigest())
    return result
