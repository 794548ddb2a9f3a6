"""What the open conversation is called, told, tagged and sampled with: the fields above the chat.

A field is stored when it is left or entered, and only when it says something else than this tab was shown: a tab
that was left open never puts back what another one has changed since.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from assistant.page.pressed import button
from assistant.page.side import heading
from assistant.page.speech import heard, say
from assistant.sampling import ANSWER_TOKENS, PRESETS, preset_of
from store import conversations
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.presets import LONGEST, presets
from store.records import Conversation, OwnPreset
from store.tags import read_tags, tag, tags_of

FIELDS = ("title", "instructions", "tags", "temperature", "top_p", "max_tokens")
ABOUT = len(FIELDS) + 5  # how many components a view fills


@dataclass(frozen=True, slots=True)
class About:
    """The fields in the order of FIELDS; `shown` is all that a view fills, `was` what it was last filled with."""

    fields: tuple[Component, ...]
    shown: tuple[Any, ...]
    was: gr.Textbox
    presets: gr.HTML


def about() -> About:
    """Build the fields inside a Blocks context."""
    with gr.Column(visible=False, elem_id="about") as whole:
        with gr.Row(elem_id="naming"):
            title = gr.Textbox(
                label=say("Name of this conversation"),
                show_label=False,
                container=False,
                max_lines=1,
                scale=5,
                elem_id="about-title",
            )
            acts = gr.HTML(elem_id="delete")
        with gr.Accordion(say("Instructions and more"), open=False, elem_id="instructions"):
            instructions = gr.Textbox(
                label=say("Instructions for this conversation"),
                show_label=False,
                placeholder=say("What the model is told before the first question of this conversation"),
                container=False,
                max_lines=8,
                elem_id="about-instructions",
            )
            tags = gr.Textbox(
                label=say("Tags of this conversation"),
                show_label=False,
                placeholder=say("Tags, for example: work, home"),
                container=False,
                max_lines=1,
                elem_id="about-tags",
            )
            chips = gr.HTML(elem_id="presets")
            with gr.Row(elem_id="sampling"):  # without bounds, which Gradio would tell of in English and keep nothing
                temperature = gr.Number(
                    label=say("Variety (temperature)"),
                    step=0.1,
                    min_width=90,
                    elem_id="about-temperature",
                )
                top_p = gr.Number(
                    label=say("Likely words (top_p)"),
                    step=0.05,
                    min_width=90,
                    elem_id="about-top_p",
                )
                max_tokens = gr.Number(
                    label=say("Longest answer, in tokens"),
                    precision=0,
                    min_width=90,
                    elem_id="about-max_tokens",
                )
            files = gr.HTML(elem_id="files")
    was = gr.Textbox("", visible="hidden", elem_id="about-was", label="as it was shown")
    fields = (title, instructions, tags, temperature, top_p, max_tokens)
    return About(fields, (whole, acts, *fields, chips, files, was), was, chips)


def about_values(db: Database, talk: Conversation | None, leaf: str) -> tuple[Any, ...]:
    """Values for `shown`; nothing of it is visible while no conversation is open."""
    if talk is None:
        return gr.Column(visible=False), "", "", "", "", 0, 1, ANSWER_TOKENS, "", "", ""
    fields = _fields(db, talk)
    return (
        gr.Column(visible=True),
        heading(talk),
        *fields.values(),
        preset_buttons(talk, presets(db, talk.owner)),
        _files(talk, leaf),
        was(fields, talk),
    )


def about_files(talk: Conversation, leaf: str) -> tuple[Any, ...]:
    """Values for `shown` where the fields stay as they are, since something may be written in them."""
    return (*(gr.skip(),) * (ABOUT - 2), _files(talk, leaf), gr.skip())


def keep(db: Database, id: str, given: dict[str, Any], shown: str) -> tuple[Conversation, set[str], list[str]]:
    """Store the fields that say something else than was shown: the conversation then, and which fields those were.

    A value that cannot be keeps no other field from being stored; why it cannot is given last. Raises NotFound.
    """
    before = read_was(shown, id)
    changed, faults = set[str](), list[str]()
    for name in FIELDS:
        if before and given[name] != before[name]:
            try:
                _store(db, conversations.conversation(db, id), name, given[name])
                changed.add(name)
            except InputRefused as error:
                faults.append(str(error))
    return conversations.conversation(db, id), changed, faults


def _store(db: Database, talk: Conversation, name: str, value: Any) -> None:
    """Store one field. Raises InputRefused for a value that cannot be."""
    if name == "title":
        if str(value).strip():
            conversations.rename_conversation(db, talk.id, str(value))
    elif name == "instructions":
        conversations.instruct(db, talk.id, str(value or ""))
    elif name == "tags":
        tag(db, talk.id, read_tags(str(value or "")))
    else:
        conversations.sample(
            db,
            talk.id,
            _number(value, 0.0) if name == "temperature" else talk.temperature,
            _number(value, 1.0) if name == "top_p" else talk.top_p,
            int(_number(value, ANSWER_TOKENS)) if name == "max_tokens" else talk.max_tokens,
        )


def was(fields: dict[str, Any], talk: Conversation) -> str:
    """What a tab was shown of a conversation."""
    return json.dumps({"id": talk.id, **fields})


def read_was(text: str, id: str) -> dict[str, Any]:
    """What a tab was shown; nothing when that was another conversation. Pure."""
    try:
        shown = json.loads(text)
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) and shown.get("id") == id and set(FIELDS) <= set(shown) else {}


def preset_buttons(talk: Conversation, own: Sequence[OwnPreset]) -> str:
    """The presets, with the one that is set and what it is for; below, those of the owner's own. Pure."""
    now = preset_of(talk)
    chips = "".join(
        button("chat", "preset", heard(each.name), kind="chip", on=each is now, id=talk.id, preset=each.name)
        for each in PRESETS
    )
    meaning = heard(now.meaning) if now else say("as set below")
    inner = f"<span>{say('Answers')}</span>{chips}<span>{meaning}</span>"
    group = f'<div class="reasons" role="group" aria-label="{say("How answers are chosen")}">{inner}</div>'
    return group + _own_presets(talk, own)


def _own_presets(talk: Conversation, own: Sequence[OwnPreset]) -> str:
    """The presets of the owner's own, and a field for the name of another one."""
    now = next((each.name for each in reversed(own) if _as_in(talk, each)), "")
    ask = say("The instructions of this conversation are replaced by those of the preset.")
    elsewhere = not talk.system_prompt or any(talk.system_prompt == each.instructions for each in own)
    kept = {"kept": talk.system_prompt} if elsewhere else {}

    def chip(each: OwnPreset) -> str:
        name, on = each.name, _as_in(talk, each)
        used = button("chat", "use-preset", name, kind="chip", on=on, ask=ask, id=talk.id, preset=name, **kept)
        sure, gone = say("Remove the preset “{name}”?", name=name), say("Remove the preset “{name}”", name=name)
        removed = button("chat", "drop-preset", "×", name=gone, ask=sure, id=talk.id, preset=name)
        return f'<span class="own">{used}{removed}</span>'

    chips = "".join(map(chip, sorted(own, key=lambda each: each.name.casefold())))
    listed = (
        f'<div class="reasons" role="group" aria-label="{say("Presets of your own")}"><span>{say("Yours")}</span>'
        f"{chips}</div>"
        if own
        else ""
    )
    named = f'aria-label="{say("Name of a preset")}" placeholder="{say("Name of a preset")}"'
    field = f'<input name="preset" maxlength="{LONGEST}" autocomplete="off" {named} value="{escape(now)}">'
    hint = say("Keep these instructions and values as a preset")
    saved = button("chat", "keep-preset", say("Keep as a preset"), name=hint, id=talk.id)
    return f'{listed}<div class="fields note">{field}{saved}</div>'


def _as_in(talk: Conversation, preset: OwnPreset) -> bool:
    """Whether a conversation is instructed and sampled as a preset says."""
    set_to = (talk.system_prompt, talk.temperature, talk.top_p, talk.max_tokens)
    return set_to == (preset.instructions, preset.temperature, preset.top_p, preset.max_tokens)


def choose(db: Database, id: str, name: str) -> None:
    """Set a conversation to a preset. Raises NotFound."""
    talk = conversations.conversation(db, id)
    for each in PRESETS:
        if each.name == name:
            conversations.sample(db, id, each.temperature, each.top_p, talk.max_tokens)


def _fields(db: Database, talk: Conversation) -> dict[str, Any]:
    tags = ", ".join(tags_of(db, [talk.id]).get(talk.id, ()))
    most = talk.max_tokens or ANSWER_TOKENS
    return dict(zip(FIELDS, (talk.title, talk.system_prompt, tags, talk.temperature, talk.top_p, most), strict=True))


def _files(talk: Conversation, leaf: str) -> str:
    base = f"/conversations/{talk.id}"
    return (
        f'<div class="reasons" role="group" aria-label="{say("Save this conversation")}"><span>{say("Save")}</span>'
        f'<a class="press chip" href="{base}.md?leaf={leaf}" download>{say("as Markdown")}</a>'
        f'<a class="press chip" href="{base}.json" download>{say("as JSON, all branches")}</a></div>'
    )


def _number(value: Any, otherwise: float) -> float:
    return otherwise if value is None or value == "" else float(value)
