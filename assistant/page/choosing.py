"""Two answers to one question in the flow of the chat, to choose between without knowing whose they are."""

from html import escape

from assistant.page.pressed import button
from assistant.page.speech import later, say
from assistant.page.words import version_name
from store import conversations, duels
from store.light_sqlite_utils import Database
from store.records import Duel, Message

CHOICES = {later("A is better"): "first", later("B is better"): "second", later("No difference"): "neither"}


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
        button("chat", "choose", say(text), kind="strong", id=duel.id, side=side) for text, side in CHOICES.items()
    )
    return (
        f'<div class="duel"><div class="pair">{answers}</div><div class="acts" role="group" '
        f'aria-label="{say("Which answer is better?")}">{buttons}</div>'
        f'<p class="source">{say("Two versions answered. Choose, and you are told which is which.")}</p></div>'
    )


def chosen(duel: Duel | None, message: Message) -> str:
    """What was chosen, under either answer; empty where nothing was. Pure."""
    if duel is None or duel.preferred is None:
        return ""
    own, other = (duel.first, duel.second) if message.id == duel.first_message else (duel.second, duel.first)
    names = {"own": version_name(own), "other": version_name(other)}
    if duel.preferred == "":
        said = say("You saw no difference between this answer by {own} and the other one by {other}.", **names)
    elif duel.preferred == own:
        said = say("You preferred this answer by {own} to the one by {other}.", **names)
    else:
        said = say("You preferred the answer by {other} to this one by {own}.", **names)
    return f'<p class="source" role="status">{escape(said)}</p>'
