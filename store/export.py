"""What the owner said, as training data for other programs: JSON lines in the forms that TRL reads.

`run.py export` calls it. A prompt is the talk up to the question, with corrected answers in place of wrong ones.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from store.conversations import NOT_DELETED, conversation, message, path_to
from store.database import opened, rows
from store.errors import InputRefused, NotFound
from store.feedback import active_corrections, correction_of
from store.forgetting import FORGOTTEN
from store.light_sqlite_utils import Database
from store.ratings import preferences
from store.whole_file import whole_file

Form = Literal["sft", "dpo", "kto"]
Row = dict[str, Any]
_FROM = {
    "sft": "a correction or a thumb up",
    "dpo": "a correction or a preference between two answers",
    "kto": "a thumb or a correction",
}


def export_data(home: Path, what: Form, out: Path) -> int:
    """Write the feedback of `home` to `out`, readable by its owner alone; say how many rows. The whole file or none.

    `sft`: `prompt`, `completion`. `dpo`: `prompt`, `chosen`, `rejected`. `kto`: `prompt`, `completion`, `label`.
    All but `label` are lists of messages. Raises NotFound when there is no such feedback, and InputRefused when
    `out` exists or cannot be written.
    """
    if out.exists():
        raise InputRefused(f"{out} exists already; an export is not written over it. Choose another name.")
    if not out.parent.is_dir():
        raise InputRefused(f"{out} cannot be written: No such file or directory. Nothing was exported.")
    make = {"sft": _completions, "dpo": _pairs, "kto": _labelled}[what]
    with opened(home) as db:
        made = list(make(db))
    if not made:
        raise NotFound(f"There is nothing to export yet: {what} is made from {_FROM[what]}.")
    try:
        with whole_file(out) as part:
            part.touch(0o600)
            with part.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in made)
    except OSError as error:
        raise InputRefused(f"{out} cannot be written: {error.strerror}. Nothing was exported.") from error
    return len(made)


def _completions(db: Database) -> Iterator[Row]:
    """Answers as they should be: corrections, and what was found good."""
    for each in active_corrections(db):
        yield {"prompt": _prompt(db, each.message_id, each.question), "completion": _answer(each.answer)}
    for message_id, text, value in _rated(db):
        if value > 0 and correction_of(db, message_id) is None:
            yield {"prompt": _prompt(db, message_id), "completion": _answer(text)}


def _pairs(db: Database) -> Iterator[Row]:
    """A better and a worse answer to one question."""
    for each in active_corrections(db):
        if each.rejected.strip() not in ("", FORGOTTEN, each.answer.strip()):
            yield {
                "prompt": _prompt(db, each.message_id, each.question),
                "chosen": _answer(each.answer),
                "rejected": _answer(each.rejected),
            }
    for chosen_id, rejected_id in preferences(db):
        chosen, rejected = message(db, chosen_id).content, message(db, rejected_id).content
        if chosen != rejected and not {chosen, rejected} & {"", FORGOTTEN}:
            yield {"prompt": _prompt(db, chosen_id), "chosen": _answer(chosen), "rejected": _answer(rejected)}


def _labelled(db: Database) -> Iterator[Row]:
    """Single answers, good or bad; what was corrected was bad, unless it was also praised."""
    rated = {message_id: (text, value > 0) for message_id, text, value in _rated(db)}
    for each in active_corrections(db):
        if each.rejected.strip() and each.rejected != FORGOTTEN:
            rated.setdefault(each.message_id, (each.rejected, False))
        yield {"prompt": _prompt(db, each.message_id, each.question), "completion": _answer(each.answer), "label": True}
    for message_id, (text, good) in rated.items():
        yield {"prompt": _prompt(db, message_id), "completion": _answer(text), "label": good}


def _rated(db: Database) -> list[tuple[str, str, int]]:
    """Message, text and value of every rating that counts."""
    found = rows(
        db,
        f"""SELECT message_id, content, value FROM ratings JOIN messages ON messages.id = message_id
           WHERE ratings.number IN (SELECT max(number) FROM ratings GROUP BY message_id)
           AND {NOT_DELETED} AND value <> 0 AND trim(content) <> '' AND content <> ? ORDER BY ratings.number""",
        FORGOTTEN,
    )
    return [(row["message_id"], row["content"], row["value"]) for row in found]


def _prompt(db: Database, answer_id: str, question: str = "") -> list[dict[str, str]]:
    """What was said before an answer, the system prompt first, each wrong answer as it was corrected.

    Of a conversation that was deleted only the `question` is left.
    """
    try:
        *before, answered = path_to(db, answer_id)
        system = conversation(db, answered.conversation_id).system_prompt
    except NotFound:
        return [{"role": "user", "content": question}]
    said = [{"role": "system", "content": system}] if system else []
    for each in before:
        corrected = correction_of(db, each.id) if each.role == "assistant" else None
        said.append({"role": each.role, "content": corrected.answer if corrected else each.content})
    return said


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
