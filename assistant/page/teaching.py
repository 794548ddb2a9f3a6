"""The corrections: what was taught, where each stands, editing, forgetting. Reads and writes through the store."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from assistant.page.correction_card import Unfolded, card
from assistant.page.night_control import NightControl
from assistant.page.practised import CHANGES, change_practice, practice_of
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import problems_shown
from assistant.page.speech import heard, later, say
from assistant.page.whose import who
from models.version_files import current
from store import checks, forgetting
from store.database import opened
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.lineage import went_into
from store.owners import may_see, own_correction
from store.records import Correction, CorrectionStanding, User
from store.revising import hold_for_every_answer, revise
from store.settings import Settings

SHOWN = 100
ALL, COUNTING, WISHES = later("all"), later("that count"), later("wishes")
STANDINGS = (ALL, COUNTING, "remembered", "in training", "stuck", "not stuck", WISHES, "superseded", "forgotten")
_UNKNOWN = later("The page asked for something unknown. Load the page again.")


def teaching_tab(settings: Settings, night: NightControl, tab: gr.Tab) -> Callable[[gr.Blocks], None]:
    """Build the tab inside a Blocks context; it is read anew whenever it is opened."""
    with gr.Column(elem_classes="sheet"):
        with gr.Row(elem_id="sought"):
            search = gr.Textbox(
                "",
                label=say("Search corrections"),
                placeholder=say("Search"),
                show_label=False,
                container=False,
                scale=3,
            )
            standing = gr.Dropdown(
                [(heard(each), each) for each in STANDINGS],
                value=ALL,
                label=say("Which corrections"),
                show_label=False,
                container=False,
                scale=1,
            )
        listing = gr.HTML()
    act = presses("teaching")
    unfolded, page = (gr.Textbox(value, visible="hidden", label=name) for name, value in (("part", ""), ("page", "0")))
    asked: list[Any] = [search, standing, unfolded, page]

    def listed(sought: str, which: str, part: str, page: str, request: gr.Request) -> str:
        with problems_shown(), opened(settings.home) as db:
            user = who(request)
            standings = [s for s in checks.standings(db, current(settings.home)) if may_see(user, s.correction)]
            shown = _unfolded(db, night, part, user)
            return corrections_html(standings, sought, shown, night.too_long, which=which, page=int(page))

    def begun_anew(sought: str, which: str, part: str, request: gr.Request) -> tuple[str, str]:
        return listed(sought, which, part, "0", request), "0"

    def pressed(press: str, sought: str, which: str, part: str, page: str, request: gr.Request) -> tuple[str, str, str]:
        with problems_shown(), opened(settings.home) as db:
            given = read_press(press)
            do, id = given["do"], given.get("id", "")
            if not id.isdigit():
                raise InputRefused(_UNKNOWN)
            if do != "page":
                own_correction(db, who(request), int(id))
            if do == "page":
                page = id
            elif do in CHANGES:
                change_practice(db, int(id), given)
            elif do in ("practice", "edit", "went"):
                part = "" if part == f"{do} {id}" else f"{do} {id}"
            elif do == "editing":  # asked again by a page that was loaded anew, until it is unfolded
                part = f"edit {id}"
            elif do == "save":
                revise(db, int(id), given.get("text", ""))
                part = ""
            elif do == "hold":
                hold_for_every_answer(db, int(id), given.get("every") == "yes")
            elif do == "forget":
                forgetting.forget(db, int(id))
            else:
                raise InputRefused(_UNKNOWN)
        return listed(sought, which, part, page, request), part, page

    quick = in_order("teaching")
    gr.on([search.change, standing.change], begun_anew, [search, standing, unfolded], [listing, page], **quick)
    act.change(pressed, [act, *asked], [listing, unfolded, page], **quick)
    tab.select(listed, asked, [listing], **quick)
    return lambda blocks: blocks.load(listed, asked, [listing], **quick)


def _unfolded(db: Database, night: NightControl, part: str, user: User) -> Unfolded | None:
    """What is shown below one of the corrections: `part` is its name and the id, such as "edit 3"."""
    name, _, id = part.partition(" ")
    if not id.isdigit():
        return None
    try:
        known = own_correction(db, user, int(id))
    except NotFound:
        return None
    if name == "practice":
        made, own = practice_of(db, night, known)
        return Unfolded(known.id, forms=made, own=own)
    if name == "went":
        return Unfolded(known.id, into=went_into(db, known.id))
    return Unfolded(known.id, editing=known.active)


def corrections_html(
    standings: Sequence[CorrectionStanding],
    search: str,
    unfolded: Unfolded | None = None,
    too_long: Callable[[Correction], bool] = lambda _: False,
    *,
    which: str = ALL,
    page: int = 0,
) -> str:
    """The corrections that have every word of `search` and stand as `which` says, newest first, a hundred a page.

    Pure.
    """
    words = search.casefold().split()
    found = [each for each in reversed(standings) if stands(each, which) and _has(each, words)]
    if not found:
        none = say("Nothing found.") if standings else say("Nothing was corrected yet.")
        return f'{_intro()}<p class="none">{none}</p>'
    page = max(0, min(page, (len(found) - 1) // SHOWN))
    shown = [replace(s, too_long=too_long(s.correction)) for s in found[page * SHOWN : (page + 1) * SHOWN]]
    return _intro() + "".join(card(each, unfolded) for each in shown) + _pages(page, len(shown), len(found))


def _intro() -> str:
    said = say(
        "A correction acts in the very next answer, from memory. In the night the model learns it, and is tested on "
        "other wordings: then it is stuck or not."
    )
    return f'<p class="none">{said}</p>'


def stands(each: CorrectionStanding, which: str) -> bool:
    """Whether a correction is one of those that `which` names. Pure."""
    if which in (ALL, ""):
        return True
    if which in (COUNTING, WISHES):
        return each.correction.active and (which == COUNTING or bool(each.correction.manner))
    return each.standing == which


def _pages(page: int, shown: int, found: int) -> str:
    if found <= SHOWN:
        return ""
    first = page * SHOWN + 1
    newer = button("teaching", "page", say("Newer"), kind="plain", id=page - 1) if page else ""
    older = button("teaching", "page", say("Older"), kind="plain", id=page + 1) if first + shown <= found else ""
    place = say("{first} to {last} of {count}", first=first, last=first + shown - 1, count=found)
    at = f'<span role="status">{place}</span>'
    return f'<nav class="pages" aria-label="{say("Pages of corrections")}">{newer}{at}{older}</nav>'


def _has(each: CorrectionStanding, words: Sequence[str]) -> bool:
    said = each.correction
    text = f"#{said.id} {said.question} {said.answer} {heard(each.standing)}".casefold()
    return all(word in text for word in words)
