"""Two versions asked the same, side by side and without memory: what training made of the model, on any question."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.conversation import Assistant
from assistant.page.chat import GENERATION
from assistant.page.pressed import in_order
from assistant.page.problems import told
from assistant.page.words import version_name
from models.engine import Sampling
from models.version_files import BASE, current
from store import versions
from store.database import opened
from store.errors import InputRefused
from store.records import ChatMessage, Version

ANSWER = Sampling(max_tokens=256)
_INTRO = (
    '<h2 class="part">Ask two versions</h2><p class="none">The same question to both, without memory: what each '
    "knows by itself. Nothing of it is stored.</p>"
)


def compare(assistant: Assistant, tab: gr.Tab) -> None:
    """Build the part inside a Blocks context; the versions to choose from are read whenever the tab is opened."""
    home = assistant.settings.home
    with gr.Column(elem_classes="sheet"):
        gr.HTML(_INTRO)
        with gr.Row():
            one = gr.Dropdown([], label="One version", interactive=True)
            other = gr.Dropdown([], label="Another version", interactive=True)
        with gr.Row():
            question = gr.Textbox(
                "",
                label="Question to both",
                show_label=False,
                placeholder="Ask both",
                container=False,
                max_lines=6,
                scale=5,
            )
            ask = gr.Button("Ask both", scale=0)
        result = gr.HTML()

    def to_choose(first: str | None, second: str | None) -> tuple[Any, Any]:
        with told(), opened(home) as db:
            names = choices(versions.versions(db))
            known = {id for _, id in names}
            return (
                gr.Dropdown(choices=names, value=first if first in known else BASE),
                gr.Dropdown(choices=names, value=second if second in known else current(home)),
            )

    def asked(text: str, first: str, second: str) -> str:
        with told():
            if not text.strip():
                raise InputRefused("The question is empty. Write what both versions are to be asked.")
            if first == second:
                raise InputRefused("Both are the same version. Choose another one to compare it with.")
            return side_by_side({version_name(id): by_itself(text, id) for id in (first, second)})

    def by_itself(text: str, version: str) -> str:
        turn = [[ChatMessage("user", text)]]
        return assistant.answer_rows(turn, version=version, with_memory=False, sampling=ANSWER)[0].text

    tab.select(to_choose, [one, other], [one, other], **in_order("compare"))
    gr.on(
        [ask.click, question.submit],
        asked,
        [question, one, other],
        [result],
        api_visibility="private",
        show_progress="minimal",
        concurrency_id=GENERATION,
        concurrency_limit=1,
    )


def choices(made: Sequence[Version]) -> list[tuple[str, str]]:
    """The versions by name, newest first and the original last. Pure."""
    refused = {"refused": ", not passed"}
    return [(version_name(v.id) + refused.get(v.decision, ""), v.id) for v in reversed(made)] + [
        (version_name(BASE), BASE)
    ]


def side_by_side(answers: dict[str, str]) -> str:
    """The answers, each under the name of who gave it. Pure."""
    cards = "".join(
        f'<article class="card"><h3>{escape(name)}</h3><p class="said">{escape(text)}</p></article>'
        for name, text in answers.items()
    )
    same = '<p class="none">Word for word the same.</p>' if len(set(answers.values())) == 1 else ""
    return f'<div class="pair" role="status">{cards}</div>{same}'
