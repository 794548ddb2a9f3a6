"""The questions in which a correction is practised: to be left out, used again, reworded and added to, on any tab."""

from collections.abc import Mapping, Sequence
from html import escape

from assistant.page.night_control import NightControl
from assistant.page.pressed import button
from assistant.page.speech import say
from store import wordings
from store.light_sqlite_utils import Database
from store.records import Correction
from store.wordings import add_wording, own_wordings, remove_wording, replace_wording

CHANGES = ("leave out", "use again", "replace", "add", "remove")


def practice_of(db: Database, night: NightControl, correction: Correction) -> tuple[dict[str, bool], tuple[str, ...]]:
    """The wordings that the night makes of its question, with whether each is wanted, and those its owner wrote."""
    refused, own = wordings.refused_wordings(db), own_wordings(db).get(correction.id, ())
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
    elif press["do"] == "replace":
        replace_wording(db, id, press.get("wording", ""), press.get("text", ""))
    elif press["do"] == "remove":
        remove_wording(db, id, press.get("wording", ""))
    else:
        wordings.refuse_wording(db, id, press.get("wording", ""), press["do"] == "leave out")


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
    press = button(to, do, label, kind="plain", id=id, wording=text, name=f"{label}: {text}")
    return f"<li>{shown} {press}{_reworded(to, id, text) if wanted else ''}</li>"


def _reworded(to: str, id: int, text: str) -> str:
    """The field in which a wording of the night's becomes one of the owner's."""
    name = say("Edit") + f": {text}"
    save = button(to, "replace", say("Save"), id=id, wording=text, name=say("Save") + f": {text}")
    return (
        f'<details class="reword"><summary aria-label="{escape(name)}">{say("Edit")}</summary><div class="fields note">'
        f'<input name="text" type="text" autocomplete="off" value="{escape(text)}" aria-label="{escape(name)}">{save}'
        "</div></details>"
    )
