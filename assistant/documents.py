"""Documents: read once into passages, and the passages put before a question that they bear on.

`run.py add` and the page give them, every answer looks up. What is read is material, not an instruction, and is never
trained on by itself. How files become text is the business of `assistant.formats`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.reader import read_apart
from assistant.telling import Progress, unheard
from models.embedding import NAME, WIDTH, Embedder
from models.engine import Engine
from store import documents
from store.documents import NewPassage
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import ChatMessage, Document, Passage

BEARS_ON = 0.45
BEARS_ON_HERE = 0.3  # of a document that was given to this very conversation
BEARS_ON_NOTHING = 0.15
MOST_PASSAGES = 3
PASSAGE_CHARACTERS = 700
_FUSED = 10  # how soon a rank counts less; the smaller, the more the first ones count
_WORDS = 0.5  # how much the rank by words counts beside that by meaning (tests/bench/reading.py)
_POINTS = re.compile(
    r"\b(?:the|this|that|my|attached|uploaded|el|este|mi)\s+(?:\w+\s+)?"
    r"(?:file|document|pdf|attachment|paper|presentation|slides?|spreadsheet|archivo|documento)\b",
    re.IGNORECASE,
)


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises InputRefused."""
    if not path.is_file():
        raise InputRefused(f"There is no file {path}.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}.") from error


def read_passages(name: str, data: bytes) -> list[tuple[str, str]]:
    """The passages of the file `name`, each with its place. Raises InputRefused, naming the file."""
    return [(part.place, text) for part in read_apart(name, data) for text in in_passages(part.text)]


def in_passages(text: str, size: int = PASSAGE_CHARACTERS) -> list[str]:
    """`text` cut at paragraphs, and long paragraphs at sentences, into pieces of about `size` characters. Pure."""
    pieces = [
        sentence
        for paragraph in re.split(r"\n\s*\n", text)
        for sentence in (re.split(r"(?<=[.!?])\s+", paragraph) if len(paragraph) > size else [paragraph])
    ]
    found: list[str] = []
    for piece in (" ".join(piece.split()) for piece in pieces):
        if found and len(found[-1]) + len(piece) < size:
            found[-1] = f"{found[-1]}\n{piece}"
        else:
            found += [piece[start : start + size * 2] for start in range(0, len(piece), size * 2)]
    return found


def take(
    db: Database,
    embedder: Embedder,
    name: str,
    data: bytes,
    conversation_id: str | None = None,
    progress: Progress = unheard,
) -> tuple[Document, bool]:
    """Take a document in, for one conversation or for all; False beside it when it was there. Raises InputRefused.

    `progress` hears how many of its passages were read, after each.
    """
    digest = hashlib.sha256(data).hexdigest()
    if known := documents.known_document(db, digest, conversation_id):
        return known, False
    read = read_passages(name, data)
    passages: list[NewPassage] = []
    for place, text in read:
        passages.append(NewPassage(place, text, bytes(embedder.embed([text]).astype("<f4"))))
        progress(len(passages), len(read))
    return documents.add_document(db, name, digest, passages, NAME, conversation_id), True


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All passages with their vectors, as of one revision of the store."""

    revision: int = 0
    passages: tuple[Passage, ...] = ()
    vectors: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, WIDTH), dtype=np.float32))


class Library:
    """The vectors of all passages, kept in step with the store. Thread-safe."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._shelf = _Shelf()

    def look_up(
        self,
        db: Database,
        question: str,
        conversation_id: str | None = None,
        *,
        since: str = "9999",
        everywhere: bool = True,
    ) -> list[Passage]:
        """The passages that bear on `question`, best first: of the conversation's documents and those of all.

        The conversation's documents that came after `since`, and all of its own when the question points at a file, are
        read whatever is asked: from where it bears on it, or from their beginning. `everywhere` false leaves out those
        of all conversations.
        """
        shelf = self._in_step(db)
        seen = [
            at
            for at, each in enumerate(shelf.passages)
            if (each.conversation_id == conversation_id if each.conversation_id else everywhere)
        ]
        if not seen:
            return []
        passages = [shelf.passages[at] for at in seen]
        similarities = shelf.vectors[seen] @ self._embedder.embed([question])[0]
        order = ranked([each.id for each in passages], similarities.tolist(), documents.search_passages(db, question))
        near = [at for at in order if similarities[at] >= _threshold(passages[at])]
        if conversation_id and not any(passages[at].conversation_id for at in near):
            pointed = documents.added_since(db, conversation_id, "" if _POINTS.search(question) else since)
            if own := [at for at in order if passages[at].document_id in pointed]:
                begins = max(float(similarities[at]) for at in own) < BEARS_ON_NOTHING
                near = sorted(own) if begins else own
        return [passages[at] for at in near[:MOST_PASSAGES]]

    def _in_step(self, db: Database) -> _Shelf:
        revision = documents.revision(db)  # before they are read, lest one be missed
        if revision != self._shelf.revision:
            found = documents.passages(db, NAME)
            vectors = np.frombuffer(b"".join(vector for _, vector in found), dtype="<f4").reshape(-1, WIDTH)
            self._shelf = _Shelf(revision, tuple(passage for passage, _ in found), vectors)
        return self._shelf


def ranked(ids: Sequence[int], similarities: Sequence[float], by_words: Sequence[int]) -> list[int]:
    """The places of `ids` in the order in which meaning and words together put them (reciprocal rank fusion). Pure.

    `by_words` are ids, best first; one that is not among them shares no word with the question.
    """
    by_meaning = sorted(range(len(ids)), key=lambda at: -similarities[at])
    scores = {at: 1 / (_FUSED + rank) for rank, at in enumerate(by_meaning)}
    places = {id: at for at, id in enumerate(ids)}
    for rank, at in enumerate(places[id] for id in by_words if id in places):
        scores[at] += _WORDS / (_FUSED + rank)
    return sorted(scores, key=lambda at: (-scores[at], at))


def with_passages(messages: Sequence[ChatMessage], passages: Sequence[Passage]) -> list[ChatMessage]:
    """`messages` with `passages` quoted before the last question, in the order of the document. Pure."""
    if not passages:
        return list(messages)
    asked = messages[-1]
    quoted = "\n\n".join(each.text for each in sorted(passages, key=lambda each: each.id))
    text = f"Read this text:\n{quoted}\n\nAnswer from the text: {asked.content}"
    return [*messages[:-1], ChatMessage(asked.role, text)]


def with_room(engine: Engine, messages: Sequence[ChatMessage], passages: Sequence[Passage], room: int) -> list[Passage]:
    """Of `passages`, best first, as many as leave the prompt for `messages` within `room` tokens."""
    kept = list(passages)
    while kept and len(engine.prompt_tokens(with_passages(messages, kept))) > room:
        kept.pop()
    return kept


def _threshold(passage: Passage) -> float:
    return BEARS_ON if passage.conversation_id is None else BEARS_ON_HERE
