"""Two answers to one question in the flow of the chat, to choose between without knowing whose they are.

Each has a row of its own, in which it is shown as any answer is; what can be said of the two is in the row below.
"""

from html import escape

from assistant.page.pressed import button
from assistant.page.score import so_far
from assistant.page.speech import later, say
from assistant.page.words import version_name
from store import conversations, duels
from store.light_sqlite_utils import Database
from store.records import Duel, Message, Score

CHOICES = {later("A is better"): "first", later("B is better"): "second", later("No difference"): "neither"}


def choice(db: Database, message: Message) -> tuple[Duel | None, Message | None, Score | None]:
    """The choice that an answer is part of, the other answer while it is there, and how all between the two went."""
    made = duels.duel_of(db, message.id)
    if made is None:
        return None, None, None
    score = duels.score(db, made.first, made.second)
    if made.first_message is None or made.second_message is None:
        return made, None, score
    other = made.second_message if message.id == made.first_message else made.first_message
    return made, conversations.message(db, other), score


def named(duel: Duel, shown: Message, rival: Message) -> dict[str, Message]:
    """Both answers by the names that they have until one is chosen. Pure."""
    first, second = (shown, rival) if shown.id == duel.first_message else (rival, shown)
    return {"A": first, "B": second}


def to_choose(duel: Duel) -> str:
    """The three things to say of two answers. Pure."""
    buttons = "".join(
        button("chat", "choose", say(text), kind="strong", id=duel.id, side=side) for text, side in CHOICES.items()
    )
    return (
        f'<div class="duel"><div class="acts" role="group" '
        f'aria-label="{say("Which answer is better?")}">{buttons}</div>'
        f'<p class="source">{say("Two versions answered. Choose, and you are told which is which.")}</p></div>'
    )


def chosen(duel: Duel | None, message: Message, score: Score | None = None) -> str:
    """What was chosen, under either answer, and how it stands between the two; empty where nothing was. Pure."""
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
    every = f'<a href="/choices" target="_blank" rel="noopener">{say("All choices so far")}</a>'
    told = f"{said} {so_far(own, other, score)}" if score else said
    return f'<p class="source" role="status">{escape(told)} {every}</p>'
