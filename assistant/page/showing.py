"""A branch of a conversation as the page shows it: messages for the Chatbot, and what stands under each answer.

Reads the store and writes nothing. The Chatbot is given the text with its formulas marked; everything about a
text, from its source to its buttons, is HTML that `script/placing.js` puts under it, row by row.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from assistant.page.choosing import choice, chosen, named, to_choose
from assistant.page.correction_card import asks
from assistant.page.difference import difference
from assistant.page.formulas import mark_formulas
from assistant.page.pressed import button
from assistant.page.said import said, thought
from assistant.page.shelf import quoted
from assistant.page.speech import number, say
from assistant.page.words import REASONS, version_name
from assistant.reasoning import parted
from store import conversations, documents, feedback, ratings
from store.errors import NotFound
from store.light_sqlite_utils import Database
from store.owners import owner_of
from store.records import Correction, Duel, Message, Quote, Rating, Score


@dataclass(frozen=True, slots=True)
class Shown:
    """One message with all that is said about it. As one of two to choose between it has but a `name`."""

    message: Message
    siblings: tuple[str, ...] = ()
    correction: Correction | None = None
    rating: Rating | None = None
    source: Correction | None = None
    wish: Correction | None = None
    quotes: tuple[Quote, ...] = ()
    duel: Duel | None = None
    rival: Message | None = None
    score: Score | None = None
    owner: str = ""
    name: str = ""
    followed: bool = False
    """Whether it is being written, and the tab that shows it does not get it piece by piece."""

    @property
    def to_choose(self) -> dict[str, Message]:
        """The two answers by their names, of which this is one and none is chosen yet."""
        if self.duel is None or self.rival is None or self.duel.preferred is not None:
            return {}
        return named(self.duel, self.message, self.rival)

    @property
    def text(self) -> str:
        """What was said, without what was thought, or how it should have been."""
        if self.correction:
            return self.correction.answer
        if self.message.role != "assistant":
            return self.message.content
        before, answer = parted(self.message.content)
        return answer or ("…" if before and self.message.status == "writing" else "")


def shown(db: Database, message: Message) -> Shown:
    """Look up what is said about `message`."""
    siblings = tuple(each.id for each in conversations.siblings(db, message.id))
    if message.role != "assistant":
        return Shown(message, siblings)
    return Shown(
        message,
        siblings,
        feedback.correction_of(db, message.id),
        ratings.rating_of(db, message.id),
        _source(db, message.correction_id),
        feedback.wish_of(db, message.id),
        tuple(documents.quotes(db, message.id)),
        *choice(db, message),
        owner_of(db, message.id),
        followed=message.status == "writing",
    )


def chat_value(branch: Sequence[Shown]) -> list[dict[str, Any]]:
    """The branch for the Chatbot, which has no row for what a program said as the system.

    The text goes as an item, since a plain string would lose its indentation.
    """
    return [
        {
            "role": each.message.role,
            "content": [{"type": "text", "text": _markdown(each)}],
            "metadata": {"id": each.message.id},
        }
        for each in _in_rows(branch)
    ]


def _markdown(each: Shown) -> str:
    if each.to_choose:
        return ""  # they have rows of their own
    return said(each.message.content, each.name) if each.name else mark_formulas(each.text)


def under(branch: Sequence[Shown]) -> str:
    """What stands under the messages, each part marked with the row it belongs to.

    It carries the text as it was written, to be copied and edited, once it is whole.
    """
    return "".join(
        f'<div class="under" data-row="{row}" data-id="{each.message.id}"{_as_written(each)}>'
        f"{_under_question(each) if each.message.role != 'assistant' else _under_answer(each, each is branch[-1])}"
        "</div>"
        for row, each in enumerate(_in_rows(branch))
    )


def _as_written(each: Shown) -> str:
    whole = each.message.status != "writing" and not each.name and not each.to_choose
    return f' data-text="{escape(each.text)}"' if whole else ""


def under_asked(row: int) -> str:
    """What stands under a question that is on its way; its answer may have to wait for others. Pure."""
    return f'<div class="under" data-row="{row}"><p class="source">{say("Writing…")}</p></div>'


def _in_rows(branch: Sequence[Shown]) -> list[Shown]:
    """A row for each message that is shown; before a choice one for either answer, too."""
    return [
        row
        for each in branch
        if each.message.role != "system"
        for row in (*(Shown(answer, name=name) for name, answer in each.to_choose.items()), each)
    ]


def address_mark(at: str, branch: Sequence[Shown]) -> str:
    """Which conversation is shown and the message at the end of its branch, for the page's address.

    And whether that is to be looked at again, since it is not whole.
    """
    leaf = branch[-1].message.id if branch else ""
    writing = f' data-writing="{time.time()}"' if branch and branch[-1].followed else ""
    return f'<i hidden data-talk="{escape(at)}" data-message="{escape(leaf)}"{writing}></i>'


def _under_question(each: Shown) -> str:
    id = each.message.id
    if not id:
        return ""
    acts = button("chat", "edit", say("Ask differently"), id=id) + _switch(each)
    editing = _editing(say("Ask differently"), say("Ask"))
    return f'<div class="acts" role="group" aria-label="{say("This question")}">{acts}</div>{editing}'


def _under_answer(each: Shown, last: bool) -> str:
    message = each.message
    if each.name:
        return f'<div class="rival">{thought(message.content)}</div>'
    if message.status == "writing":
        stop = button("chat", "stop", say("Stop"), id=message.id) if each.followed else ""
        return f'{thought(message.content)}<p class="source">{say("Writing…")} {stop}</p>'
    if each.duel and each.to_choose:
        return to_choose(each.duel)
    changed = ""
    if each.correction:
        words = difference(parted(message.content)[1], each.correction.answer)
        changed = (
            f'<p class="difference"><span class="mark">{say("You corrected this")}</span> {words}</p>'
            f"{_kind(each.correction)}"
        )
    if each.wish:
        wished = f"“{escape(_cut(each.wish.answer))}”"
        changed += f'<p class="difference"><span class="mark">{say("You wish of every answer")}</span> {wished}</p>'
        changed += _kind(each.wish)
    read = quoted(each.quotes)
    source = f'<p class="source">{_source_words(each)}</p>{chosen(each.duel, message, each.score)}'
    editing = _editing(say("Correct this answer"), say("Save correction"))
    return f"{thought(message.content)}{source}{read}{changed}{_acts(each, last)}{_reasons(each)}{editing}"


def _source_words(each: Shown) -> str:
    message = each.message
    ended = {"stopped": say("stopped"), "failed": say("broken off")}.get(message.status, "")
    ended = say("longest answer reached") if message.cut and not ended else ended
    ended = f" · {ended}" if ended else ""
    if message.correction_id is None:
        by = say("Answered by {version}", version=version_name(message.version))
        return f"{escape(by)}{_speed(message)}{ended}"
    if each.source and each.source.by != each.owner:
        whose = say("From a correction by {user}", user=each.source.by or say("somebody"))
        return f'<span class="mark memory">{escape(whose)}</span>{ended}'
    question = f": “{escape(_cut(each.source.question))}”" if each.source else ""
    own = say("From your correction #{id}", id=message.correction_id)
    return f'<span class="mark memory">{own}</span>{question}{ended}'


def _speed(message: Message) -> str:
    """How fast it was written, once it is."""
    tokens, first, seconds = message.tokens, message.first_token_s, message.seconds
    if not tokens or first is None or seconds is None or seconds <= first:
        return ""
    return " · " + say(
        "{tokens} tokens, {speed} a second, the first after {first} s",
        tokens=number(tokens),
        speed=number(tokens / (seconds - first), "0"),
        first=number(first, "0.00"),
    )


def _acts(each: Shown, last: bool) -> str:
    id, value = each.message.id, each.rating.value if each.rating else 0
    return (
        f'<div class="acts" role="group" aria-label="{say("This answer")}">'
        + button("chat", "rate", "👍", name=say("Good answer"), on=value == 1, id=id, value=0 if value == 1 else 1)
        + button("chat", "rate", "👎", name=say("Bad answer"), on=value == -1, id=id, value=0 if value == -1 else -1)
        + button("chat", "edit", say("Correct"), kind="strong", id=id)
        + (button("again", "continue", say("Continue"), kind="strong", id=id) if last and _goes_on(each) else "")
        + button("again", "retry", say("Try again"), id=id)
        + button("chat", "copy", say("Copy"), id=id)
        + _switch(each)
        + "</div>"
    )


def _goes_on(each: Shown) -> bool:
    """A corrected answer is not continued: what it says now is another text."""
    return conversations.can_go_on(each.message) and each.correction is None


def _reasons(each: Shown) -> str:
    rating = each.rating
    if rating is None or rating.value == 0:
        return ""
    chips = "".join(
        button(
            "chat", "reason", say(reason), kind="chip", on=reason in rating.reasons, id=each.message.id, reason=reason
        )
        for reason in REASONS[rating.value]
    )
    title = say("What was good?") if rating.value == 1 else say("What was wrong?")
    return f'<div class="reasons" role="group" aria-label="{title}"><span>{title}</span>{chips}</div>{_note(rating)}'


def _note(rating: Rating) -> str:
    """The field for a note about a thumb, with what was noted."""
    named = f'aria-label="{say("Note")}" placeholder="{say("Note")}"'
    field = f'<input name="note" maxlength="1000" {named} value="{escape(rating.note)}">'
    saved = say("Save note") if not rating.note else say("Change note")
    return f'<div class="fields note">{field}{button("chat", "note", saved, id=rating.message_id)}</div>'


def _kind(correction: Correction) -> str:
    """What a correction is, as a switch: the answer to its question, or a wish for every answer."""
    wish = bool(correction.manner)

    def kind(text: str, on: bool, every: str, ask: str = "") -> str:
        given = {"correction": str(correction.id), "every": every}
        return button("chat", "hold", text, kind="chip", ask=ask, on=on, id=correction.message_id, **given)

    return (
        f'<div class="acts" role="group" aria-label="{say("What this correction is")}"><span>{say("It is")}</span>'
        + kind(say("this answer"), not wish, "no")
        + kind(say("my way of wanting answers"), wish, "yes", "" if wish else asks(correction))
        + "</div>"
    )


def _switch(each: Shown) -> str:
    """‹ 2/3 › between the siblings, when there are some."""
    count = len(each.siblings)
    if count < 2:
        return ""
    at = each.siblings.index(each.message.id)
    before, after = each.siblings[(at - 1) % count], each.siblings[(at + 1) % count]
    back, on = (
        (say("Previous answer"), say("Next answer"))
        if each.message.role == "assistant"
        else (say("Previous wording"), say("Next wording"))
    )
    return (
        '<span class="switch">'
        + button("chat", "show", "‹", name=back, id=before)
        + f'<span aria-live="polite">{at + 1}/{count}</span>'
        + button("chat", "show", "›", name=on, id=after)
        + "</span>"
    )


def _source(db: Database, correction_id: int | None) -> Correction | None:
    if correction_id is None:
        return None
    try:
        return feedback.correction(db, correction_id)
    except NotFound:
        return None


def _cut(text: str, most: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _editing(label: str, save: str) -> str:
    return (
        f'<div class="editing" role="group" aria-label="{label}"><button type="button" class="press strong" '
        f'data-do="save">{save}</button><button type="button" class="press" data-do="cancel">{say("Cancel")}</button>'
        f"<span>{say('Ctrl + Enter saves, Esc cancels')}</span></div>"
    )
