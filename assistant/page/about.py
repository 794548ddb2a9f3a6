"""What the open conversation is called, told, tagged and sampled with: the fields above the chat.

One that has not begun has them too, but for its name. What they say is `assistant.page.fields`' business.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from assistant.page.fields import FIELDS, fields_of, was
from assistant.page.preset_buttons import preset_buttons
from assistant.page.pressed import button
from assistant.page.side import heading
from assistant.page.speech import later, say
from store.light_sqlite_utils import Database
from store.presets import presets
from store.records import Conversation

ABOUT = len(FIELDS) + 7  # how many components a view fills

LABELS = {
    "title": later("Name of this conversation"),
    "instructions": later("Instructions for this conversation"),
    "tags": later("Tags of this conversation"),
    "temperature": later("Variety (temperature)"),
    "top_p": later("Likely words (top_p)"),
    "max_tokens": later("Longest answer, in tokens"),
}


@dataclass(frozen=True, slots=True)
class About:
    """The fields in the order of FIELDS; `shown` is all that a view fills, `was` what it was last filled with."""

    fields: tuple[Component, ...]
    shown: tuple[Any, ...]
    was: gr.Textbox
    presets: gr.HTML
    clash: gr.HTML


def about() -> About:
    """Build the fields inside a Blocks context."""
    with gr.Column(visible=False, elem_id="about") as whole:  # until it is filled, which would cover what is written
        with gr.Row(visible=False, elem_id="naming") as naming:
            title = gr.Textbox(
                label=say(LABELS["title"]),
                show_label=False,
                container=False,
                max_lines=1,
                scale=5,
                elem_id="about-title",
            )
            acts = gr.HTML(elem_id="delete")
        clash = gr.HTML(elem_id="clash")
        with gr.Accordion(say("Instructions and more"), open=False, elem_id="instructions"):
            instructions = gr.Textbox(
                label=say(LABELS["instructions"]),
                show_label=False,
                placeholder=say("What the model is told before the first question of this conversation"),
                container=False,
                max_lines=8,
                elem_id="about-instructions",
            )
            tags = gr.Textbox(
                label=say(LABELS["tags"]),
                show_label=False,
                placeholder=say("Tags, for example: work, home"),
                container=False,
                max_lines=1,
                elem_id="about-tags",
            )
            chips = gr.HTML(elem_id="presets")
            with gr.Row(elem_id="sampling"):  # without bounds, which Gradio would tell of in English and keep nothing
                temperature = gr.Number(
                    label=say(LABELS["temperature"]),
                    step=0.1,
                    min_width=90,
                    elem_id="about-temperature",
                )
                top_p = gr.Number(
                    label=say(LABELS["top_p"]),
                    step=0.05,
                    min_width=90,
                    elem_id="about-top_p",
                )
                max_tokens = gr.Number(
                    label=say(LABELS["max_tokens"]),
                    precision=0,
                    min_width=90,
                    elem_id="about-max_tokens",
                )
            files = gr.HTML(elem_id="files")
    shown = gr.Textbox("", visible="hidden", elem_id="about-was", label="as it was shown")
    fields = (title, instructions, tags, temperature, top_p, max_tokens)
    return About(fields, (whole, naming, acts, *fields, chips, clash, files, shown), shown, chips, clash)


def about_values(db: Database, talk: Conversation, leaf: str) -> tuple[Any, ...]:
    """Values for `shown`; one that has not begun has no name yet, and nothing to be saved."""
    fields, begun = fields_of(db, talk), bool(talk.id)
    return (
        gr.Column(visible=True),
        gr.Row(visible=begun),
        heading(talk) if begun else "",
        *fields.values(),
        preset_buttons(talk, presets(db, talk.owner)),
        "",
        _files(talk, leaf) if begun else "",
        was(fields, talk.id),
    )


def about_files(talk: Conversation, leaf: str) -> tuple[Any, ...]:
    """Values for `shown` where the fields stay as they are, since something may be written in them."""
    return (*(gr.skip(),) * (ABOUT - 2), _files(talk, leaf), gr.skip())


def clash_note(clashes: Mapping[str, Any]) -> str:
    """What another tab has stored in fields that this one has changed too, and the choice between the two. Pure."""
    return "".join(_clash(name, stored) for name, stored in clashes.items())


def _clash(name: str, stored: Any) -> str:
    label, text = say(LABELS[name]), stored if isinstance(stored, str) else f"{stored:g}"
    told = say(
        "{field}: stored elsewhere meanwhile is “{text}”. What you wrote is not kept yet.", field=label, text=text
    )
    keep, take, seen = (
        say("Keep mine: {field}", field=label),
        say("Take that: {field}", field=label),
        json.dumps(stored),
    )
    mine = button("about", "keep", say("Keep mine"), name=keep, kind="strong", field=name, stored=seen)
    theirs = button("about", "take", say("Take that"), name=take, field=name, stored=seen)
    return f'<p role="alert"><span>{escape(told)}</span> {mine} {theirs}</p>'


def _files(talk: Conversation, leaf: str) -> str:
    base = f"/conversations/{talk.id}"
    return (
        f'<div class="reasons" role="group" aria-label="{say("Save this conversation")}"><span>{say("Save")}</span>'
        f'<a class="press chip" href="{base}.md?leaf={leaf}" download>{say("as Markdown")}</a>'
        f'<a class="press chip" href="{base}.json" download>{say("as JSON, all branches")}</a></div>'
    )
