"""The corrections: what was taught, where each stands, and forgetting. Reads and writes through the store only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant.page.difference import difference
from assistant.page.night_control import NightControl
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.whose import who
from assistant.page.words import standing_words, time_words
from models.version_files import current
from store import feedback
from store.database import opened
from store.errors import InputRefused
from store.owners import may_see, own_correction
from store.records import Correction, CorrectionStanding
from store.settings import Settings

SHOWN = 100
_LOOKS = {"stuck": "good", "not stuck": "bad", "in training": "good"}
_INTRO = (
    '<p class="none">A correction acts in the very next answer, from memory. In the night the model learns it, and '
    "is tested on other wordings: then it is stuck or not.</p>"
)


def teaching_tab(settings: Settings, night: NightControl, tab: gr.Tab) -> Callable[[gr.Blocks], None]:
    """Build the tab inside a Blocks context; it is read anew whenever it is opened."""
    with gr.Column(elem_classes="sheet"):
        search = gr.Textbox("", label="Search corrections", placeholder="Search", show_label=False, container=False)
        listing = gr.HTML()
    act = presses("teaching")
    unfolded = gr.Textbox("", visible="hidden", label="correction")

    def listed(sought: str, unfolded: str, request: gr.Request) -> str:
        with told(), opened(settings.home) as db:
            user = who(request)
            standings = [s for s in feedback.standings(db, current(settings.home)) if may_see(user, s.correction)]
            shown = next((each.correction for each in standings if str(each.correction.id) == unfolded), None)
            refused = feedback.refused_wordings(db).get(shown.id, frozenset()) if shown else frozenset()
            forms = {text: text not in refused for text in night.practised(shown)} if shown else {}
            return corrections_html(standings, sought, Unfolded(shown.id, forms) if shown else None)

    def pressed(press: str, sought: str, unfolded: str, request: gr.Request) -> tuple[str, str]:
        with told(), opened(settings.home) as db:
            given = read_press(press)
            do, id = given["do"], given.get("id", "")
            if not id.isdigit():
                raise InputRefused("The page asked for something unknown. Load the page again.")
            own_correction(db, who(request), int(id))
            if do == "unfold":
                unfolded = "" if id == unfolded else id
            elif do in ("leave out", "use again"):
                feedback.refuse_wording(db, int(id), given.get("wording", ""), do == "leave out")
            elif do == "forget":
                feedback.forget(db, int(id))
            else:
                raise InputRefused("The page asked for something unknown. Load the page again.")
        return listed(sought, unfolded, request), unfolded

    quick = in_order("teaching")
    search.change(listed, [search, unfolded], [listing], **quick)
    act.change(pressed, [act, search, unfolded], [listing, unfolded], **quick)
    tab.select(listed, [search, unfolded], [listing], **quick)
    return lambda blocks: blocks.load(listed, [search, unfolded], [listing], **quick)


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The correction whose practice is shown: other wordings of its question, and whether each is wanted."""

    id: int
    forms: Mapping[str, bool]


def corrections_html(standings: Sequence[CorrectionStanding], search: str, unfolded: Unfolded | None = None) -> str:
    """The corrections that have every word of `search`, newest first, the first hundred of them. Pure."""
    words = search.casefold().split()
    found = [each for each in reversed(standings) if _has(each, words)]
    if not found:
        return _INTRO + f'<p class="none">{"Nothing found." if standings else "Nothing was corrected yet."}</p>'
    more = len(found) - SHOWN
    rest = f'<p class="none">and {more} more; search to find them.</p>' if more > 0 else ""
    return _INTRO + "".join(_card(each, unfolded) for each in found[:SHOWN]) + rest


def _has(each: CorrectionStanding, words: Sequence[str]) -> bool:
    text = f"#{each.correction.id} {each.correction.question} {each.correction.answer} {each.standing}".casefold()
    return all(word in text for word in words)


def _card(each: CorrectionStanding, unfolded: Unfolded | None) -> str:
    correction, past = each.correction, each.standing in ("superseded", "forgotten")
    taught = "" if each.standing == "forgotten" else _taught(correction)
    if each.standing == "not stuck" and each.said:
        taught += f'<p class="was"><span class="mark">By itself</span> {escape(each.said)}</p>'
    ask = "Forget this correction for good? Its text is deleted, and the next night starts without it."
    forget = "" if each.standing == "forgotten" else button(
        "teaching", "forget", "Forget", kind="plain", ask=ask, id=correction.id,
        name=f"Forget correction {correction.id}",
    )  # fmt: skip
    forms = unfolded.forms if unfolded and unfolded.id == correction.id else None
    unfold = "" if correction.manner or not correction.active else button(
        "teaching", "unfold", "Practice questions", kind="plain", on=forms is not None, id=correction.id,
        name=f"Practice questions of correction {correction.id}",
    )  # fmt: skip
    made = time_words(correction.created) + (f", by {escape(correction.by)}" if correction.by else "")
    practice = "" if forms is None else _practice(correction.id, forms)
    return (
        f'<article class="card{" past" if past else ""}"><h3>{escape(correction.question)}</h3>{taught}'
        f'<div class="foot"><span class="badge {_LOOKS.get(each.standing, "")}">{each.standing}</span>'
        f"<span>{escape(standing_words(each))}</span><span>#{correction.id}, {made}</span>"
        f"{unfold}{forget}</div>{practice}</article>"
    )


def _practice(id: int, forms: Mapping[str, bool]) -> str:
    if not forms:
        return '<p class="none">It is practised as it was asked.</p>'
    items = "".join(_practised(id, text, wanted) for text, wanted in forms.items())
    return (
        '<p class="none">The night teaches the answer in these wordings, and is examined in others. '
        f"Leave out what means something else.</p><ul>{items}</ul>"
    )


def _practised(id: int, text: str, wanted: bool) -> str:
    do = "leave out" if wanted else "use again"
    label, shown = do.capitalize(), escape(text) if wanted else f"<del>{escape(text)}</del>"
    return (
        f"<li>{shown} "
        + button("teaching", do, label, kind="plain", id=id, wording=text, name=f"{label}: {text}")
        + "</li>"
    )


def _taught(correction: Correction) -> str:
    if correction.manner:
        return f'<p class="was"><span class="mark">Of every answer</span> {escape(correction.answer)}</p>'
    return f'<p class="was">{difference(correction.rejected, correction.answer)}</p>'
