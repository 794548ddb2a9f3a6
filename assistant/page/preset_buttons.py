"""The presets as buttons: those that come along, and those of one's own.

Where a conversation has begun, the server does what they say; before, the browser writes it into the fields.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from assistant.page.pressed import button
from assistant.page.speech import heard, say
from assistant.sampling import ANSWER_TOKENS, PRESETS, Preset, preset_of
from store import conversations
from store.light_sqlite_utils import Database
from store.presets import LONGEST
from store.records import Conversation, OwnPreset


def preset_buttons(talk: Conversation, own: Sequence[OwnPreset]) -> str:
    """The presets, with the one that is set and what it is for; below, those of the owner's own. Pure."""
    now = preset_of(talk)

    def chip(each: Preset) -> str:
        name, on = heard(each.name), each is now
        if talk.id:
            return button("chat", "preset", name, kind="chip", on=on, id=talk.id, preset=each.name)
        values = {"temperature": f"{each.temperature:g}", "top_p": f"{each.top_p:g}"}
        return button("about", "fill", name, kind="chip", on=on, **values)

    chips = "".join(map(chip, PRESETS))
    meaning = heard(now.meaning) if now else say("as set below")
    inner = f"<span>{say('Answers')}</span>{chips}<span>{meaning}</span>"
    group = f'<div class="reasons" role="group" aria-label="{say("How answers are chosen")}">{inner}</div>'
    return group + _own_presets(talk, own)


def _own_presets(talk: Conversation, own: Sequence[OwnPreset]) -> str:
    """The presets of the owner's own, and for a conversation that has begun a field for the name of another one."""
    now = next((each.name for each in reversed(own) if _as_in(talk, each)), "")
    ask = say("The instructions of this conversation are replaced by those of the preset.")
    elsewhere = not talk.system_prompt or any(talk.system_prompt == each.instructions for each in own)
    kept = {"kept": talk.system_prompt} if elsewhere else {}

    def chip(each: OwnPreset) -> str:
        name, on = each.name, _as_in(talk, each)
        if not talk.id:
            return button("about", "fill", name, kind="chip", on=on, ask=ask, **kept, **_values(each))
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
    if not talk.id:
        return listed
    named = f'aria-label="{say("Name of a preset")}" placeholder="{say("Name of a preset")}"'
    field = f'<input name="preset" maxlength="{LONGEST}" autocomplete="off" {named} value="{escape(now)}">'
    hint = say("Keep these instructions and values as a preset")
    saved = button("chat", "keep-preset", say("Keep as a preset"), name=hint, id=talk.id)
    return f'{listed}<div class="fields note">{field}{saved}</div>'


def _as_in(talk: Conversation, preset: OwnPreset) -> bool:
    """Whether a conversation is instructed and sampled as a preset says."""
    set_to = (talk.system_prompt, talk.temperature, talk.top_p, talk.max_tokens)
    return set_to == (preset.instructions, preset.temperature, preset.top_p, preset.max_tokens)


def _values(preset: OwnPreset) -> dict[str, Any]:
    """What a preset says, by the fields that show it."""
    most = preset.max_tokens or ANSWER_TOKENS
    return {
        "instructions": preset.instructions,
        "temperature": f"{preset.temperature:g}",
        "top_p": f"{preset.top_p:g}",
        "max_tokens": most,
    }


def choose(db: Database, id: str, name: str) -> None:
    """Set a conversation to a preset. Raises NotFound."""
    talk = conversations.conversation(db, id)
    for each in PRESETS:
        if each.name == name:
            conversations.sample(db, id, each.temperature, each.top_p, talk.max_tokens)
