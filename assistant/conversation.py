"""One turn of a conversation: the only way in which a chat is answered and written.

A question that the model can read is stored before anything is generated, the answer grows in the store while it is
written, and what was stopped or broken off stays, marked. The page, the API and `run.py ask` call this; how an answer
is shown is theirs to decide.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from assistant.being_written import BeingWritten, Cancelled
from assistant.documents import with_passages, with_room
from assistant.knowledge import Knowledge
from assistant.memory import Memory, Recalled
from assistant.prompt import LEAST_ROOM, as_it_went, fitting, readable_tokens, require_room, with_wishes
from assistant.sampling import ANSWER_TOKENS, sampling_of, sampling_of_another
from assistant.serving import Serving
from assistant.written import begin, said_again, written
from models.catalogue import BaseModel
from models.engine import Engine, Piece, Sampling
from store import conversations, feedback
from store.answering import answering
from store.database import opened, storable, writing
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Conversation, Correction, Message, Passage
from store.settings import Settings
from store.users import main_owner

CHAT = Sampling(max_tokens=ANSWER_TOKENS)
ALWAYS_READ_BYTES = 128  # no token is shorter than a byte, and context_tokens is at least 256


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not part of a stored conversation: its text, who gave it, and the correction behind it."""

    text: str
    version: str
    correction_id: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A reply that begins: who gives it, the message it is stored as, the correction it is or the passages it is from.

    `prompt_tokens` is how many tokens the model reads, none for a correction.
    """

    version: str
    message_id: str | None
    correction_id: int | None
    passages: tuple[Passage, ...]
    prompt_tokens: int


class Assistant:
    """Answers turns with the current version and the memory. One for a process; any thread may call it."""

    def __init__(self, settings: Settings, base: BaseModel) -> None:
        self.settings = settings
        self.serving = Serving(settings, base)
        self.knowledge = Knowledge(settings)
        self.being_written = BeingWritten()

    def take(self, settings: Settings) -> None:
        """Go by other settings from the next answer on; the engines stay those that were opened."""
        self.settings = settings
        self.knowledge.take(settings)

    def send(
        self,
        conversation_id: str | None,
        text: str,
        *,
        parent_id: str | None = None,
        version: str = "current",
        owner: str = "",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Message]:
        """Store the question, then yield the answer as it grows; the last one is complete, stopped or failed.

        Where memory does not, `version` answers. Without `conversation_id` a conversation of `owner` is begun;
        without `parent_id` the question follows its newest branch. Raises InputRefused for an empty question, and
        ContextExceeded for one that is too long; then nothing is stored.
        """
        if not text.strip():
            raise InputRefused("The question is empty. Write something to be answered.")
        with opened(self.settings.home) as db:
            talk = conversations.conversation(db, conversation_id) if conversation_id else self.unbegun(owner)
            self.require_room(db, talk, text, version=version)
            if conversation_id is None:
                conversation_id = begin_talk(db, talk, text)
            elif parent_id is None:
                branch = conversations.newest_path(db, conversation_id)
                parent_id = branch[-1].id if branch else None
            question = conversations.add_message(db, conversation_id, parent_id, "user", text)
            yield from self._first_answered(db, question, cancelled, version)

    def unbegun(self, owner: str) -> Conversation:
        """A conversation of `owner` as one begins; it is not stored, and has no id."""
        return Conversation("", "", self.settings.instructions, "", "", owner=owner)

    def require_room(self, db: Database, talk: Conversation, text: str, *, version: str = "current") -> None:
        """Raises ContextExceeded for a question that the model could not even read alone, with instructions and wishes.

        For a short one no model is loaded.
        """
        asked = [*_instructions(talk), ChatMessage("user", storable(text))]
        asked = with_wishes(asked, self._wishes(db, talk.owner))
        if sum(len(each.content.encode()) for each in asked) > ALWAYS_READ_BYTES:
            with self.serving.engine(version) as engine:
                require_room(engine, asked)

    def retry(self, message_id: str, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Message]:
        """Answer the question before `message_id` once more: a sibling, sampled, and without memory's word for it."""
        with opened(self.settings.home) as db:
            message = conversations.message(db, message_id)
            if message.role != "assistant" or message.parent_id is None:
                raise InputRefused("Only an answer can be tried again.")
            question = conversations.message(db, message.parent_id)
            again = sampling_of_another(conversations.conversation(db, question.conversation_id))
            yield from self._answered(db, question, cancelled, again, with_memory=False)

    def go_on(self, message_id: str, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Message]:
        """Continue an answer that was stopped, broken off or cut at its longest, by the version that began it.

        Raises InputRefused for one that had come to its end, NotFound when that version is gone.
        """
        taken = time.monotonic()
        with answering(self.settings.home), opened(self.settings.home) as db:
            message = conversations.message(db, message_id)
            question = conversations.message(db, message.parent_id or message.id)
            passages = self.knowledge.given(db, question)
            with self.serving.engine(message.version or "current") as engine:
                begun = conversations.take_up(db, message_id)
                sampling = sampling_of(conversations.conversation(db, message.conversation_id))
                yield from self._generated(db, question, engine, sampling, cancelled, taken, passages, begun)

    def reword(self, message_id: str, text: str, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Message]:
        """Ask the question `message_id` in other words: a branch beside it, which stays. Raises as `send` does."""
        if not text.strip():
            raise InputRefused("The question is empty. Write something to be answered.")
        with opened(self.settings.home) as db:
            message = conversations.message(db, message_id)
            if message.role != "user":
                raise InputRefused("Only a question can be asked in other words; an answer is corrected.")
            self.require_room(db, conversations.conversation(db, message.conversation_id), text)
            question = conversations.add_message(db, message.conversation_id, message.parent_id, "user", text)
            yield from self._first_answered(db, question, cancelled, "current")

    def answer_rows(
        self,
        rows: Sequence[Sequence[ChatMessage]],
        *,
        version: str = "current",
        with_memory: bool = True,
        sampling: Sampling = CHAT,
    ) -> list[Answer]:
        """Answers to conversations that are not stored, in parallel: the same route as a turn on the page."""
        with answering(self.settings.home):
            return self._answered_rows(rows, version, with_memory, sampling)

    def reply(
        self,
        messages: Sequence[ChatMessage],
        *,
        version: str = "current",
        with_memory: bool = True,
        sampling: Sampling = CHAT,
        keep: Callable[[Database], Message] | None = None,
        owner: str = "",
        question: Message | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Begun | Piece]:
        """Answer `messages` of `owner` in pieces, after a `Begun` that says who answers, as a turn on the page does.

        Where they end in a stored `question`, what its conversation was given to read is read too.

        `keep` stores the question, once nothing stands against an answer, which then grows below it. Where a
        schema is asked for, a correction answers only when it is JSON itself. No turn is left out to make room:
        raises ContextExceeded; InputRefused for what the chat template does not take, NotFound for the version.
        """
        taken = time.monotonic()
        with answering(self.settings.home), opened(self.settings.home) as db:
            found, passages = self.knowledge.on(db, messages, question, with_memory, owner)
            while found is not None and found.sure and (sampling.schema is None or _is_json(found.correction.answer)):
                name, said = self._name(version), found.correction
                kept = said_again(db, partial(keep, db), said, name) if keep else None
                if kept or (keep is None and not feedback.correction(db, said.id).forgotten):
                    yield Begun(name, kept.id if kept else None, said.id, (), 0)
                    yield Piece(said.answer, 0, "stop")
                    return
                # It was forgotten meanwhile.
                found, passages = self.knowledge.on(db, messages, question, with_memory, owner)
            wishes = feedback.wishes(db, owner) if with_memory else []
            with self.serving.engine(self._route(version, found, with_memory)) as engine:
                tokens = readable_tokens(engine, read := with_wishes(messages, wishes))
                if passages := with_room(engine, read, passages, engine.context_tokens - LEAST_ROOM):
                    tokens = readable_tokens(engine, read := with_wishes(with_passages(messages, passages), wishes))
                begun = Begun(engine.version, None, None, tuple(passages), tokens)
                if keep is None:
                    yield begun
                    yield from engine.stream(read, sampling, self.being_written.ends(cancelled))
                    return
                answer = begin(db, keep(db), engine, passages)
                with (
                    self.being_written.message(answer.id, cancelled) as ends,
                    closing(written(db, answer, lambda: engine.stream(read, sampling, ends), taken)) as states,
                ):
                    yield replace(begun, message_id=answer.id)
                    for piece, _ in states:
                        yield piece

    @property
    def memory(self) -> Memory:
        """The memory, loaded on first use."""
        return self.knowledge.memory

    def warm_up(self) -> None:
        """Load the memory and the current model, so that the first answer does not wait for them."""
        _ = self.memory
        with self.serving.engine():
            pass

    def close(self) -> None:
        """Have every answer that is being written end within a token or two, and give all memory back."""
        self.being_written.stop_all()
        self.serving.close()
        self.knowledge.close()

    def _answered_rows(
        self, rows: Sequence[Sequence[ChatMessage]], version: str, with_memory: bool, sampling: Sampling
    ) -> list[Answer]:
        with opened(self.settings.home) as db:
            owner = main_owner(db)
            found_all = self.knowledge.on_all(db, rows, with_memory, owner)
            wishes = feedback.wishes(db, owner) if with_memory else []
        answers: dict[int, Answer] = {}
        routes: dict[str, list[int]] = {}
        for index, (found, _) in enumerate(found_all):
            if found is not None and found.sure:
                said = Answer(found.correction.answer, self._name(version), found.correction.id)
                answers[index] = said
            else:
                routes.setdefault(self._route(version, found, with_memory), []).append(index)
        for route, indices in routes.items():
            with self.serving.engine(route) as engine:
                read = [with_wishes(_with_passages(engine, rows[i], found_all[i][1]), wishes) for i in indices]
                asked = [fitting(engine, each, sampling) for each in read]
                texts = engine.answer_all(asked, sampling)
                answers.update({i: Answer(text, engine.version, None) for i, text in zip(indices, texts, strict=True)})
        return [answers[index] for index in range(len(rows))]

    def _first_answered(
        self, db: Database, question: Message, cancelled: Callable[[], bool], version: str
    ) -> Iterator[Message]:
        """Answer a question that was just stored. Where no answer could begin, a failed one comes before the error."""
        begun = False
        try:
            for state in self._answered(db, question, cancelled, version=version):
                begun = True
                yield state
        except Exception:
            if not begun:
                place, by = (question.conversation_id, question.id), self._name(version)
                yield conversations.add_message(db, *place, "assistant", "", status="failed", version=by)
            raise

    def _answered(
        self,
        db: Database,
        question: Message,
        cancelled: Callable[[], bool],
        sampling: Sampling | None = None,
        *,
        with_memory: bool = True,
        version: str = "current",
    ) -> Iterator[Message]:
        taken = time.monotonic()
        sampling = sampling or sampling_of(conversations.conversation(db, question.conversation_id))
        with answering(self.settings.home):
            yield from self._turn(db, question, cancelled, taken, sampling, with_memory, version)

    def _turn(
        self,
        db: Database,
        question: Message,
        cancelled: Callable[[], bool],
        taken: float,
        sampling: Sampling,
        with_memory: bool,
        version: str,
    ) -> Iterator[Message]:
        found = self.knowledge.recalled(db, question) if self.settings.memory else None
        while with_memory and found is not None and found.sure:
            if again := said_again(db, lambda: question, found.correction, self.serving.version):
                yield again
                return
            found = self.knowledge.recalled(db, question)  # it was forgotten while it was looked up
        passages = self.knowledge.given(db, question)
        with self.serving.engine(self._route(version, found, self.settings.memory)) as engine:
            yield from self._generated(db, question, engine, sampling, cancelled, taken, passages)

    def _generated(
        self,
        db: Database,
        question: Message,
        engine: Engine,
        sampling: Sampling,
        cancelled: Callable[[], bool],
        taken: float,
        passages: Sequence[Passage] = (),
        begun: Message | None = None,
    ) -> Iterator[Message]:
        path = conversations.path_to(db, question.id)
        talk = conversations.conversation(db, question.conversation_id)
        head, wishes = _instructions(talk), self._wishes(db, talk.owner)
        spoken = [*head, *as_it_went(db, path)]
        alone = with_wishes([*head, spoken[-1]], wishes)
        if begun is None:
            require_room(engine, alone)
        passages = with_room(engine, spoken[-1:], passages, engine.context_tokens // 2)
        passages = with_room(engine, alone, passages, engine.context_tokens - LEAST_ROOM)
        spoken = with_wishes(with_passages(spoken, passages), wishes)
        shown = begun or begin(db, question, engine, passages)
        there = shown.content

        def stream(ends: Cancelled) -> Iterator[Piece]:
            read = fitting(engine, [*spoken, ChatMessage("assistant", there)] if there else spoken, sampling)
            return engine.stream(read[:-1] if there else read, sampling, ends, there)

        # A copy, so that what there is already is shown before anything is added to it.
        with (
            self.being_written.message(shown.id, cancelled) as ends,
            closing(written(db, replace(shown), lambda: stream(ends), taken)) as states,
        ):
            try:
                for _, answer in states:
                    if answer is not shown:
                        shown = answer
                        yield answer
            except Exception:
                yield conversations.message(db, shown.id)  # as it ended, for whoever shows it
                raise

    def _wishes(self, db: Database, owner: str) -> list[Correction]:
        return feedback.wishes(db, owner) if self.settings.memory else []

    def _route(self, version: str, found: Recalled | None, with_memory: bool) -> str:
        """Away from every correction what was not corrected stays as it was."""
        return self.serving.elsewhere if version == "current" and with_memory and found is None else version

    def _name(self, version: str) -> str:
        return self.serving.version if version == "current" else version


def _instructions(talk: Conversation) -> list[ChatMessage]:
    """What a conversation begins with for the model."""
    return [ChatMessage("system", talk.system_prompt)] if talk.system_prompt else []


def _with_passages(engine: Engine, messages: Sequence[ChatMessage], passages: Sequence[Passage]) -> list[ChatMessage]:
    """`messages` with as many of `passages` before the last question as fit into half of what the model reads."""
    return with_passages(messages, with_room(engine, messages[-1:], passages, engine.context_tokens // 2))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def begin_talk(db: Database, talk: Conversation, question: str) -> str:
    """Store a conversation that has not begun, instructed and sampled as it says, under its first question; its id."""
    with writing(db):
        title = conversations.title_from(question)
        made = conversations.create_conversation(db, title, system_prompt=talk.system_prompt, owner=talk.owner)
        conversations.sample(db, made.id, talk.temperature, talk.top_p, talk.max_tokens)
    return made.id
