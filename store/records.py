"""The records that rooms hand to each other. Frozen; times are UTC ISO 8601; dicts stop at the store.

One conversation is a tree of messages: a retry is a sibling, an edited question starts a branch, and
nothing is overwritten. Feedback points at messages and never changes them. Examples know the correction
they come from, runs know their phases, versions and promotions are append-only.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
MessageStatus = Literal["writing", "complete", "stopped", "failed"]
CorrectionKind = Literal["answer", "wish"]
Standing = Literal["remembered", "in training", "stuck", "not stuck", "superseded", "forgotten"]
ExampleKind = Literal["wording", "neighbour", "replay", "probe", "liked", "liked probe"]
Happening = Literal[
    "begun", "phase begun", "phase again", "phase done", "busy", "paused", "resumed", "stopped", "ended"
]
RunState = Literal["running", "finished", "failed", "cancelled"]
Verdict = Literal["promoted", "refused", "nothing learned", "failed", "cancelled"]


def now() -> str:
    """The current time, UTC, to the millisecond: `2026-01-31T04:05:06.789Z`."""
    return at(datetime.now(UTC))


def at(moment: datetime) -> str:
    """A time as it is stored; `moment` is UTC."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What an engine reads: a role and a text."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may log in. Nights, versions and settings are for the `admin` alone."""

    name: str
    admin: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """`max_tokens` None is the program's own bound. `archived` and `deleted` say since when, None that it is not.
    `owner` is a user's name, empty where there are no users."""

    id: str
    title: str
    system_prompt: str
    created: str
    updated: str
    pinned: int = 0
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int | None = None
    archived: str | None = None
    deleted: str | None = None
    owner: str = ""


@dataclass(frozen=True, slots=True)
class OwnPreset:
    """How a conversation is instructed and sampled, under a name; its values are those of `Conversation`."""

    name: str
    instructions: str
    temperature: float
    top_p: float
    max_tokens: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation in a list, with its tags; its title, and a snippet of what was found in it, in pieces, each with
    whether it was sought. `message` is the id of the message that the snippet is of, empty without one."""

    conversation: Conversation
    tags: tuple[str, ...]
    title: tuple[tuple[str, bool], ...]
    snippet: tuple[tuple[str, bool], ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One node of a conversation. `version` and `correction_id` say who answered and whether memory took part.

    `cut` is 1 for an answer that ended only because it had reached the longest that was allowed.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    content: str
    status: MessageStatus
    version: str | None
    correction_id: int | None
    tokens: int | None
    first_token_s: float | None
    seconds: float | None
    created: str
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """-1, 0 (taken back) or 1, with reasons and a note; the newest of a message counts."""

    message_id: str
    value: int
    reasons: tuple[str, ...]
    note: str
    created: str


@dataclass(frozen=True, slots=True)
class Vote:
    """That the owner liked (1) or disliked (-1) the way in which a question was answered."""

    message_id: str
    question: str
    answer: str
    value: int


@dataclass(frozen=True, slots=True)
class Correction:
    """The answer as it should have been. `question` is the user message before it, `rejected` what was answered.

    Where `manner` names an aspect of answering, such as "language", `answer` is no answer but a wish that holds for
    every one of who made it: "Answer in Spanish." `by` is the user who did, empty where there are no users.
    `context` is what the question points at (`store.questions.context`), empty for one that is understood by itself.
    """

    id: int
    message_id: str
    question: str
    rejected: str
    answer: str
    created: str
    superseded_by: int | None
    forgotten: str | None
    manner: str = ""
    by: str = ""
    context: str = ""

    @property
    def active(self) -> bool:
        return self.superseded_by is None and self.forgotten is None


@dataclass(frozen=True, slots=True)
class CorrectionStanding:
    """Where one correction stands: `version` was right in `right` of `asked` wordings; `said` answers the plain one.

    `too_long` is what no night can teach, as far as who shows it knows; `alone` is what is asked of oneself in a home
    of several users, which none does.
    """

    correction: Correction
    standing: Standing
    version: str | None
    asked: int
    right: int
    said: str = ""
    too_long: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """How one version did with one correction: `right` of `asked`, and what it `said` to the question itself."""

    correction: Correction
    asked: int
    right: int
    said: str


@dataclass(frozen=True, slots=True)
class Duel:
    """Two versions, in the order in which their answers were shown; `preferred` is one of them, "" for neither, None
    while nothing was chosen. The messages are those of a choice made in the chat."""

    id: int
    question: str
    first: str
    second: str
    preferred: str | None
    first_message: str | None = None
    second_message: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How often `one` was preferred, how often the other, and how often neither."""

    one: int
    other: int
    neither: int


@dataclass(frozen=True, slots=True)
class Week:
    """What one week brought: `answers`, how many of them were `corrected`, and how many got a thumb up or down."""

    monday: str
    answers: int
    corrected: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Example:
    """One piece of training or examination data.

    A probe is examined and never trained on. `correction_id` and `message_id` say which feedback it comes from, a
    neighbour from the correction that it stands beside; both are None for replay, which comes from the base model
    itself, and for probes of neighbours. `answer` is what should be said: the correction, the base's own words, or an
    answer as the owner likes it.
    """

    kind: ExampleKind
    question: str
    answer: str
    correction_id: int | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    run_id: str
    name: str
    state: RunState
    started: str
    ended: str | None
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a night's journal: when, `what` happened, and to which phase or with what it was busy."""

    time: str
    what: Happening
    note: str


@dataclass(frozen=True, slots=True)
class Run:
    """One night's work. `local_date` is the owner's calendar date when the schedule last began it or went on with
    it, None where it was only asked for by hand."""

    id: str
    trigger: Literal["schedule", "command", "page"]
    local_date: str | None
    state: RunState
    started: str
    ended: str | None
    verdict: Verdict | None
    version: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A version that a night took back, and why."""

    version: str
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All of it in words."""
        return f"taken back {self.version}: {'; '.join(self.reasons)}"


@dataclass(frozen=True, slots=True)
class Version:
    """A model version: `id` is `v-` and the first 12 hex digits of the merged GGUF's SHA-256."""

    id: str
    parent: str
    run_id: str | None
    created: str
    decision: Literal["promoted", "refused"]
    reasons: tuple[str, ...]
    evaluation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Promotion:
    """`current` was moved from `previous` to `version`: by a night, by hand, or back."""

    version: str
    previous: str
    by: Literal["night", "promote", "rollback"]
    created: str


@dataclass(frozen=True, slots=True)
class Document:
    """What the owner gave to read, in so many `passages`: in one conversation, or in all where that is None.

    `by` is the user who gave it to all, empty for the first one.
    """

    id: int
    name: str
    added: str
    conversation_id: str | None
    passages: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that the owner gave to read; `place` is its page, slide or sheet, where there are such."""

    id: int
    document: str
    text: str
    place: str = ""
    document_id: int = 0
    conversation_id: str | None = None

    @property
    def source(self) -> str:
        """Where it stands: "notes.pdf, page 3"."""
        return f"{self.document}, {self.place}" if self.place else self.document


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage that an answer was given from. `text` is None when its document was removed since."""

    document: str
    place: str
    text: str | None
