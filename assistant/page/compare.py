"""Two versions asked the same, side by side and without memory: what training made of the model, on any question.

Blind, the names come after the choice, and the choices are counted.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.choosing import CHOICES
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import problems_shown
from assistant.page.said import MARKDOWN, thought
from assistant.page.said import said as markdown
from assistant.page.score import score_table, so_far
from assistant.page.speech import later, say
from assistant.page.words import version_name
from models.engine import Piece, Sampling
from models.promotion import before_current
from models.version_files import BASE, current, has_files
from store import duels, versions
from store.database import opened
from store.errors import InputRefused
from store.records import ChatMessage, Duel, Score, Version

ANSWER = Sampling(max_tokens=256)
_UNKNOWN = later("The page asked for something unknown. Load the page again.")
_KEEP_INDENT = "<!---->\n\n"
"""Stands before a text for gr.Markdown, which takes away what all lines but the first are indented by."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a version said, and whether it would have gone on."""

    text: str
    cut: bool


def compare_tab(assistant: Assistant, tab: gr.Tab) -> None:
    """Build the tab inside a Blocks context; the versions to choose from are read whenever the tab is opened.

    At first those are the one that answers and the one that did before it.
    """
    home = assistant.settings.home
    with gr.Column(elem_classes="sheet"):
        gr.HTML(_intro())
        with gr.Row():
            one = gr.Dropdown([], label=say("One version"), interactive=True, min_width=240)
            other = gr.Dropdown([], label=say("Another version"), interactive=True, min_width=240)
        with gr.Row():
            question = gr.Textbox(
                "",
                label=say("Question to both"),
                show_label=False,
                placeholder=say("Ask both"),
                container=False,
                max_lines=6,
                scale=5,
            )
            ask = gr.Button(say("Ask both"), scale=0)
        blind = gr.Checkbox(True, label=say("Blind"), container=False)
        with gr.Row(elem_classes="pair", visible=False) as pair:
            sides = [*_side(), *_side()]
        result = gr.HTML()
        standing = gr.HTML()
    act = presses("compare")

    def offered(first: str | None, second: str | None) -> tuple[Any, Any]:
        with problems_shown(), opened(home) as db:
            names = choices([each for each in versions.versions(db) if has_files(home, each.id)])
            known = {id for _, id in names}
            return (
                gr.Dropdown(choices=names, value=first if first in known else before_current(db, home)),
                gr.Dropdown(choices=names, value=second if second in known else current(home)),
            )

    def asked(text: str, first: str, second: str, blind: bool) -> tuple[Any, ...]:
        with problems_shown():
            if not text.strip():
                raise InputRefused(later("The question is empty. Write what both versions are to be asked."))
            if first == second:
                raise InputRefused(later("Both are the same version. Choose another one to compare it with."))
            order = random.sample((first, second), 2) if blind else (first, second)
            answers = [by_itself(text, id) for id in order]
            same = answers[0].text == answers[1].text
            names, below = [version_name(id) for id in order], _named(same)
            if blind and not same:
                with opened(home) as db:
                    names, below = ["A", "B"], unnamed(duels.begin_duel(db, text, *order))
            shown = [part for name, said in zip(names, answers, strict=True) for part in beside(name, said)]
            return gr.Row(visible=True), *shown, below

    def scored() -> str:
        with problems_shown(), opened(home) as db:
            return score_table(duels.scores(db))

    def chosen(press: str) -> tuple[str, str]:
        with problems_shown(), opened(home) as db:
            given = read_press(press)
            if not given.get("id", "").isdigit():
                raise InputRefused(_UNKNOWN)
            made = duels.decide_duel(db, int(given["id"]), given.get("side", ""))
            return revealed(made, duels.score(db, made.first, made.second)), score_table(duels.scores(db))

    def by_itself(text: str, version: str) -> Said:
        turn = assistant.reply([ChatMessage("user", text)], version=version, with_memory=False, sampling=ANSWER)
        pieces = [piece for piece in turn if isinstance(piece, Piece)]
        return Said("".join(piece.text for piece in pieces).strip(), pieces[-1].finish == "length")

    tab.select(offered, [one, other], [one, other], **in_order("compare"))
    tab.select(scored, None, standing, **in_order("compare"))
    act.change(chosen, [act], [result, standing], **in_order("compare"))
    gr.on(
        [ask.click, question.submit],
        asked,
        [question, one, other, blind],
        [pair, *sides, result],
        api_visibility="private",
        show_progress="minimal",
        concurrency_id="comparison",
        concurrency_limit=1,
    )


def _side() -> tuple[gr.HTML, gr.Markdown, gr.HTML]:
    """One of the two answers: under which name, what it says, and whether it goes on."""
    with gr.Column(elem_classes="card"):
        return gr.HTML(), gr.Markdown(**MARKDOWN), gr.HTML()


def _intro() -> str:
    said = say(
        "The same question to both, without memory: what each knows by itself. Blind, you choose before you are told "
        "which is which, and your choices are counted."
    )
    return f'<h2 class="part">{say("Ask two versions")}</h2><p class="none">{said}</p>'


def choices(made: Sequence[Version]) -> list[tuple[str, str]]:
    """The versions by name, newest first and the original last. Pure."""
    refused = {"refused": f", {say('not passed')}"}
    return [(version_name(v.id) + refused.get(v.decision, ""), v.id) for v in reversed(made)] + [
        (version_name(BASE), BASE)
    ]


def beside(name: str, said: Said) -> tuple[str, str, str]:
    """One answer as it is shown: its heading, its text as Markdown that the page makes harmless, and its end. Pure."""
    cut = say("Cut here: it goes on beyond {count} tokens.", count=ANSWER.max_tokens)
    end = f'<p class="none">{cut}</p>' if said.cut else ""
    return f"<h3>{escape(name)}</h3>{thought(said.text)}", f"{_KEEP_INDENT}{markdown(said.text)}", end


def _named(same: bool) -> str:
    """Below two answers that have their names."""
    said = say("Word for word the same.") if same else say("Both have answered.")
    return f'<p class="none" role="status">{said}</p>'


def unnamed(duel: Duel) -> str:
    """Below two answers without names: the three things to say of them. Pure."""
    buttons = "".join(button("compare", "choose", say(text), id=duel.id, side=side) for text, side in CHOICES.items())
    which = say("Which answer is better?")
    return (
        f'<p class="none" role="status">{which}</p><div class="acts" role="group" aria-label="{which}">{buttons}</div>'
    )


def revealed(duel: Duel, score: Score) -> str:
    """Who was who, and how it stands between the two. Pure."""
    a, b = version_name(duel.first), version_name(duel.second)
    better = say("You preferred {version}", version=version_name(duel.preferred))
    title = say("You saw no difference") if duel.preferred == "" else better
    who = say("A was {a}, B was {b}.", a=a, b=b)
    return (
        f'<div class="card" role="status"><h3>{escape(title)}</h3><p>{escape(who)}</p>'
        f"<p>{escape(so_far(duel.first, duel.second, score))}</p></div>"
    )
