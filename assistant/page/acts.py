"""What each press of the chat does, and the conversation and branch that are shown then."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import gradio as gr

from assistant.page.fields import keep_all
from assistant.page.preset_buttons import choose
from assistant.page.speech import heard, say
from assistant.second import choose as prefer
from store import conversations, ratings, shelves
from store.branches import branch_at, branch_through
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.owners import own_correction, own_duel
from store.presets import keep_preset, remove_preset, use_preset
from store.records import Message, User
from store.revising import hold_for_every_answer

Branch = Sequence[Message]

LEAVING = ("open", "begin", "show", "delete", "new", "bring-back")


class Press(NamedTuple):
    """What was pressed, what it is about and carries, by whom, and the conversation and message that were shown."""

    do: str
    id: str
    carried: dict[str, str]
    at: str
    leaf: str
    user: User


def done(db: Database, press: Press) -> tuple[str, Branch]:
    """Do what a press asks for; the conversation and the branch to show then. Refuses what is not known."""
    if leads := _LEADS.get(press.do):
        return leads(db, press)
    change = _CHANGES.get(press.do)
    if change is None:
        raise InputRefused(f"The page asked for {press.do!r}, which is not known here. Load the page again.")
    change(db, press)
    return _here(db, press)


def _here(db: Database, press: Press) -> tuple[str, Branch]:
    return press.at, conversations.path_to(db, press.leaf) if press.leaf else ()


def _open(db: Database, press: Press) -> tuple[str, Branch]:
    return press.id, branch_at(db, press.id, press.carried.get("message", ""))


def _begin(db: Database, press: Press) -> tuple[str, Branch]:
    for fault in keep_all(db, press.id, press.carried)[1]:
        gr.Warning(heard(fault), title=say("That did not work"))
    return _open(db, press)


def _show(db: Database, press: Press) -> tuple[str, Branch]:
    return press.at, branch_through(db, press.id)


def _choose(db: Database, press: Press) -> tuple[str, Branch]:
    own_duel(db, press.user, int(press.id))
    return press.at, branch_through(db, prefer(db, int(press.id), press.carried["side"])[1])


def _delete(db: Database, press: Press) -> tuple[str, Branch]:
    (shelves.delete if press.do == "delete" else shelves.delete_for_good)(db, press.id)
    return ("", ()) if press.id == press.at else _here(db, press)


def _bring_back(db: Database, press: Press) -> tuple[str, Branch]:
    shelves.bring_back(db, press.id)
    return _here(db, press) if press.at else (press.id, branch_at(db, press.id, ""))


def _reason(db: Database, press: Press) -> None:
    rating = ratings.rating_of(db, press.id)
    if rating is not None and rating.value != 0:
        reason = press.carried["reason"]
        kept = [each for each in rating.reasons if each != reason]
        chosen = kept if reason in rating.reasons else [*kept, reason]
        ratings.rate(db, press.id, rating.value, chosen, rating.note)


def _note(db: Database, press: Press) -> None:
    rating = ratings.rating_of(db, press.id)
    if rating is not None and rating.value != 0:
        ratings.rate(db, press.id, rating.value, rating.reasons, press.carried.get("note", "").strip())


def _hold(db: Database, press: Press) -> None:
    taught = own_correction(db, press.user, int(press.carried["correction"]))
    hold_for_every_answer(db, taught.id, press.carried["every"] == "yes")


_LEADS: dict[str, Callable[[Database, Press], tuple[str, Branch]]] = {
    "open": _open,
    "begin": _begin,
    "show": _show,
    "new": lambda db, press: ("", ()),
    "choose": _choose,
    "delete": _delete,
    "delete-for-good": _delete,
    "bring-back": _bring_back,
}

_CHANGES: dict[str, Callable[[Database, Press], object]] = {
    "archive": lambda db, press: shelves.archive(db, press.id, True),
    "unarchive": lambda db, press: shelves.archive(db, press.id, False),
    "pin": lambda db, press: conversations.pin_conversation(db, press.id, True),
    "unpin": lambda db, press: conversations.pin_conversation(db, press.id, False),
    "preset": lambda db, press: choose(db, press.id, press.carried["preset"]),
    "keep-preset": lambda db, press: keep_preset(db, press.id, press.carried.get("preset", "")),
    "use-preset": lambda db, press: use_preset(db, press.id, press.carried["preset"]),
    "drop-preset": lambda db, press: remove_preset(db, press.user.name, press.carried["preset"]),
    "rate": lambda db, press: ratings.rate(db, press.id, int(press.carried["value"])),
    "reason": _reason,
    "note": _note,
    "hold": _hold,
    "look": lambda db, press: None,
    "stop": lambda db, press: None,
    "shelf": lambda db, press: None,
    "more": lambda db, press: None,
    "list": lambda db, press: None,
}
