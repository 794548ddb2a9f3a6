"""What the owner's corrections and documents have on a question."""

import threading
from collections.abc import Sequence

from assistant.memory import Memory, Recalled
from store import conversations
from store.documents import own_digests
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Message, Passage
from store.settings import Settings

Known = tuple[Recalled | None, list[Passage]]


class Knowledge:
    """The memory with its documents, loaded on first use. One for a process; any thread may call it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._memory: Memory | None = None
        self._lock = threading.Lock()

    def take(self, settings: Settings) -> None:
        """Go by other settings from the next question on."""
        self._settings = settings
        with self._lock:
            if self._memory is not None:
                self._memory.answer_from(settings.memory_threshold)

    @property
    def memory(self) -> Memory:
        with self._lock:
            if self._memory is None:
                # On one thread: with all of them a look-up waits for the slowest, beside a night or an answer for long.
                self._memory = Memory(self._settings.home, threshold=self._settings.memory_threshold)
            return self._memory

    def recalled(self, db: Database, question: Message) -> Recalled | None:
        """What memory has on a stored question, where it was asked."""
        asked = [each.content for each in conversations.path_to(db, question.id) if each.role == "user"]
        talk = conversations.conversation(db, question.conversation_id)
        return self.memory.recall(db, *asked, documents=own_digests(db, talk.id), owner=talk.owner)

    def given(self, db: Database, question: Message) -> list[Passage]:
        """What the conversation's documents, and with memory those of all, have on a stored question."""
        earlier = [each.created for each in conversations.path_to(db, question.id)[:-1] if each.role == "user"]
        return self.memory.library.look_up(
            db,
            question.content,
            question.conversation_id,
            since=earlier[-1] if earlier else "",
            everywhere=self._settings.memory,
        )

    def on(
        self, db: Database, messages: Sequence[ChatMessage], question: Message | None, with_memory: bool, owner: str
    ) -> Known:
        """What there is on the last of `messages`, or on the stored `question` that it is."""
        if question is None:
            return self.on_all(db, [messages], with_memory, owner)[0]
        return self.recalled(db, question) if with_memory else None, self.given(db, question)

    def on_all(
        self, db: Database, talks: Sequence[Sequence[ChatMessage]], with_memory: bool, owner: str
    ) -> list[Known]:
        """What there is on the last question of each, of `owner`; nothing without memory."""
        if not with_memory:
            return [(None, [])] * len(talks)
        asked = [[said.content for said in talk if said.role == "user"] or [talk[-1].content] for talk in talks]
        passages = [self.memory.library.look_up(db, questions[-1]) for questions in asked]
        return list(zip(self.memory.recall_all(db, asked, owner=owner), passages, strict=True))

    def close(self) -> None:
        """Give its memory back."""
        if self._memory is not None:
            self._memory.close()
