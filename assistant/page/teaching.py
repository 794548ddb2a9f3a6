"""The corrections: what was taught, where each stands, and forgetting. Reads and writes through the store only."""

from collections.abc import Callable, Sequence
from html import escape

import gradio as gr

from assistant.page.difference import difference
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.words import standing_words, time_words
from models.version_files import current
from store import feedback
from store.database import opened
from store.errors import InputRefused
from store.records import Correction, CorrectionStanding
from store.settings import Settings

SHOWN = 100
_LOOKS = {"stuck": "good", "not stuck": "bad", "in training": "good"}
_INTRO = (
    '<p class="none">A correction acts in the very next answer, from memory. In the night the model learns it, and '
    "is tested on other wordings: then it is stuck or not.</p>"
)


def teaching_tab(settings: Settings, tab: gr.Tab) -> Callable[[gr.Blocks], None]:
    """Build the tab inside a Blocks context; it is read anew whenever it is opened."""
    with gr.Column(elem_classes="sheet"):
        search = gr.Textbox("", label="Search corrections", placeholder="Search", show_label=False, container=False)
        listing = gr.HTML()
    act = presses("teaching")

    def listed(sought: str) -> str:
        with told(), opened(settings.home) as db:
            return corrections_html(feedback.standings(db, current(settings.home)), sought)

    def pressed(press: str, sought: str) -> str:
        with told(), opened(settings.home) as db:
            given = read_press(press)
            if given["do"] != "forget" or not given.get("id", "").isdigit():
                raise InputRefused("The page asked for something unknown. Load the page again.")
            feedback.forget(db, int(given["id"]))
        return listed(sought)

    quick = in_order("teaching")
    search.change(listed, [search], [listing], **quick)
    act.change(pressed, [act, search], [listing], **quick)
    tab.select(listed, [search], [listing], **quick)
    return lambda blocks: blocks.load(listed, [search], [listing], **quick)


def corrections_html(standings: Sequence[CorrectionStanding], search: str) -> str:
    """The corrections that have every word of `search`, newest first, the first hundred of them. Pure."""
    words = search.casefold().split()
    found = [each for each in reversed(standings) if _has(each, words)]
    if not found:
        return _INTRO + f'<p class="none">{"Nothing found." if standings else "Nothing was corrected yet."}</p>'
    more = len(found) - SHOWN
    rest = f'<p class="none">and {more} more; search to find them.</p>' if more > 0 else ""
    return _INTRO + "".join(_card(each) for each in found[:SHOWN]) + rest


def _has(each: CorrectionStanding, words: Sequence[str]) -> bool:
    text = f"#{each.correction.id} {each.correction.question} {each.correction.answer} {each.standing}".casefold()
    return all(word in text for word in words)


def _card(each: CorrectionStanding) -> str:
    correction, past = each.correction, each.standing in ("superseded", "forgotten")
    taught = "" if each.standing == "forgotten" else _taught(correction)
    if each.standing == "not stuck" and each.said:
        taught += f'<p class="was"><span class="mark">By itself</span> {escape(each.said)}</p>'
    ask = "Forget this correction for good? Its text is deleted, and the next night starts without it."
    forget = "" if each.standing == "forgotten" else button(
        "teaching", "forget", "Forget", kind="plain", ask=ask, id=correction.id,
        name=f"Forget correction {correction.id}",
    )  # fmt: skip
    return (
        f'<article class="card{" past" if past else ""}"><h3>{escape(correction.question)}</h3>{taught}'
        f'<div class="foot"><span class="badge {_LOOKS.get(each.standing, "")}">{each.standing}</span>'
        f"<span>{escape(standing_words(each))}</span><span>#{correction.id}, {time_words(correction.created)}</span>"
        f"{forget}</div></article>"
    )


def _taught(correction: Correction) -> str:
    if correction.manner:
        return f'<p class="was"><span class="mark">Of every answer</span> {escape(correction.answer)}</p>'
    return f'<p class="was">{difference(correction.rejected, correction.answer)}</p>'
