"""The questions in which a correction is practised: shown to be left out, used again and added to, on any tab."""

from collections.abc import Mapping, Sequence
from html import escape

from assistant.page.night_control import NightControl
from assistant.page.pressed import button
from assistant.page.speech import say
from store import feedback
from store.light_sqlite_utils import Database
from store.records import Correction
from store.wordings import add_wording, own_wordings, remove_wording

CHANGES = ("leave out", "use again", "add", "remove")


def practice_of(db: Database, night: NightControl, correction: Correction) -> tuple[dict[str, bool], tuple[str, ...]]:
    """The wordings that the night makes of its question, with whether each is wanted, and those its owner wrote."""
    refused, own = feedback.refused_wordings(db), own_wordings(db).get(correction.id, ())
    unwanted = refused.get(correction.id, frozenset())
    return {text: text not in unwanted for text in night.practised(correction) if text not in own}, own


def practice_list(to: str, id: int, forms: Mapping[str, bool], own: Sequence[str]) -> str:
    """The list with its buttons, which are of the tab `to`. Pure."""
    said = (
        say(
            "The night teaches the answer in these wordings, and is examined in others. Leave out what means something "
            "else."
        )
        if forms
        else say("It is practised as it was asked.")
    )
    items = [_written(to, id, text) for text in own]
    items += [_made(to, id, text, wanted) for text, wanted in forms.items()]
    listed = f"<ul>{''.join(items)}</ul>" if items else ""
    return f'<p class="none">{said}</p>{listed}{_another(to, id)}'


def change_practice(db: Database, id: int, press: Mapping[str, str]) -> None:
    """Do what one of those buttons, which are CHANGES, asks for. Raises NotFound and InputRefused."""
    if press["do"] == "add":
        add_wording(db, id, press.get("text", ""))
    elif press["do"] == "remove":
        remove_wording(db, id, press.get("wording", ""))
    else:
        feedback.refuse_wording(db, id, press.get("wording", ""), press["do"] == "leave out")


def _another(to: str, id: int) -> str:
    """A field for a wording of the owner's own."""
    return (
        f'<div class="fields"><label>{say("In your own words")}'
        '<input name="text" type="text" autocomplete="off"></label><div class="acts">'
        + button(to, "add", say("Add"), id=id, name=say("Have the question practised in these words"))
        + "</div></div>"
    )


def _written(to: str, id: int, text: str) -> str:
    label = say("Remove")
    return (
        f"<li>{escape(text)} <small>({say('yours')})</small> "
        + button(to, "remove", label, kind="plain", id=id, wording=text, name=f"{label}: {text}")
        + "</li>"
    )


def _made(to: str, id: int, text: str, wanted: bool) -> str:
    do, label = ("leave out", say("Leave out")) if wanted else ("use again", say("Use again"))
    shown = escape(text) if wanted else f"<del>{escape(text)}</del>"
    return f"<li>{shown} " + button(to, do, label, kind="plain", id=id, wording=text, name=f"{label}: {text}") + "</li>"
