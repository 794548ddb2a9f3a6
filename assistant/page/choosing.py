"""Two answers to one question in the flow of the chat, to choose between without knowing whose they are."""

from html import escape

from assistant.page.pressed import button
from assistant.page.words import version_name
from store import conversations, duels
from store.light_sqlite_utils import Database
from store.records import Duel, Message

_CHOICES = {"A is better": "first", "B is better": "second", "No difference": "neither"}


def choice(db: Database, message: Message) -> tuple[Duel | None, Message | None]:
    """The choice that an answer is part of, and the other answer while it is there."""
    made = duels.duel_of(db, message.id)
    if made is None or made.first_message is None or made.second_message is None:
        return made, None
    other = made.second_message if message.id == made.first_message else made.first_message
    return made, conversations.message(db, other)


def to_choose(duel: Duel, shown: Message, rival: Message) -> str:
    """Both answers side by side without names, and the three things to say of them. Pure."""
    first, second = (shown, rival) if shown.id == duel.first_message else (rival, shown)
    answers = "".join(
        f'<article class="card"><h3>{name}</h3><p class="said">{escape(each.content)}</p></article>'
        for name, each in (("A", first), ("B", second))
    )
    buttons = "".join(
        button("chat", "choose", text, kind="strong", id=duel.id, side=side) for text, side in _CHOICES.items()
    )
    return (
        f'<div class="duel"><div class="pair">{answers}</div><div class="acts" role="group" '
        f'aria-label="Which answer is better?">{buttons}</div>'
        '<p class="source">Two versions answered. Choose, and you are told which is which.</p></div>'
    )


def chosen(duel: Duel | None, message: Message) -> str:
    """What was chosen, under either answer; empty where nothing was. Pure."""
    if duel is None or duel.preferred is None:
        return ""
    own, other = (duel.first, duel.second) if message.id == duel.first_message else (duel.second, duel.first)
    names = escape(version_name(own)), escape(version_name(other))
    if duel.preferred == "":
        said = f"You saw no difference between this answer by {names[0]} and the other one by {names[1]}."
    elif duel.preferred == own:
        said = f"You preferred this answer by {names[0]} to the one by {names[1]}."
    else:
        said = f"You preferred the answer by {names[1]} to this one by {names[0]}."
    return f'<p class="source" role="status">{said}</p>'
