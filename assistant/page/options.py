"""The settings: what each does, what it is, where that comes from, and when a change counts.

Reads and writes `config.toml` through `store.config`. The key of a teacher is never sent to the page.
"""

import json
import os
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin, get_type_hints

import gradio as gr

from assistant.page.pressed import in_order
from assistant.page.problems import problems_shown
from assistant.page.setting_control import SettingControl
from assistant.page.speech import later, say
from store.config import AT_ONCE, NEXT_NIGHT, Source, Value, change, present
from store.settings import Settings
from store.users import require_users

SECRET = "teacher_key"
WORDS = {
    "instructions": (
        later("Instructions of new conversations"),
        later("What the model is told before the first question, unless a conversation says otherwise."),
    ),
    "memory": (
        later("Memory"),
        later("Whether your corrections are looked up before an answer."),
    ),
    "memory_threshold": (
        later("How alike a question has to be"),
        later("For memory to answer, 0 to 1; 0 is the built-in value."),
    ),
    "second_answers": (
        later("Two answers to choose between"),
        later("The share of questions, 0 to 1, that the version before answers too; each of them takes twice as long."),
    ),
    "night": (
        later("Nights"),
        later("Whether nights are planned."),
    ),
    "night_time": (
        later("Time of the night"),
        later("Local time of day, such as 03:00."),
    ),
    "night_minutes": (
        later("Length of the night"),
        later("How many minutes it may take."),
    ),
    "on_battery": (
        later("Nights on battery"),
        later("Whether a night may start while the computer runs on its battery."),
    ),
    "min_free_gib": (
        later("Free disk"),
        later("How many GiB have to be free for a night to start."),
    ),
    "keep_versions": (
        later("Versions kept"),
        later("Of how many versions that served the files are kept; older ones can be read about, not served. 0: all."),
    ),
    "teacher_url": (
        later("Teacher"),
        later(
            "The address of an OpenAI-compatible endpoint that helps to word practice questions; empty is the local "
            "model. With an address your corrections are sent there."
        ),
    ),
    "teacher_model": (
        later("Teacher's model"),
        later("Its name there."),
    ),
    "teacher_key": (
        later("Teacher's key"),
        later("The key that opens it. It is never shown; what you write takes its place."),
    ),
    "model": (
        later("Model"),
        later("A GGUF file or a Hugging Face directory; empty is the model that comes with it."),
    ),
    "engine": (
        later("Engine"),
        later("llama.cpp, transformers, or by whether there is a graphics card."),
    ),
    "serve_format": (
        later("Precision"),
        later("In how many bits the model is served; auto is 16 for a small one."),
    ),
    "context_tokens": (
        later("Context"),
        later("How much of a conversation the model sees, in tokens."),
    ),
    "threads": (
        later("Threads"),
        later("How many processor threads answer; 0 is all."),
    ),
    "host": (
        later("Address"),
        later("Where the page listens. 127.0.0.1 is only this computer; any other needs a user."),
    ),
    "port": (
        later("Port"),
        later("And on which port."),
    ),
    "public_name": (
        later("Name behind a proxy"),
        later("The host name that a reverse proxy passes on; needs a user."),
    ),
}
_PARTS = {
    later("Answers"): ("instructions", "memory", "memory_threshold", "second_answers"),
    later("Nights"): ("night", "night_time", "night_minutes", "on_battery", "min_free_gib", "keep_versions"),
    later("Teacher"): ("teacher_url", "teacher_model", "teacher_key"),
    later("Model"): ("model", "engine", "serve_format", "context_tokens", "threads"),
    later("Server"): ("host", "port", "public_name"),
}
_FROM: dict[Source, str] = {
    "flag": later("set on the command line, change it there"),
    "environment": later("set by an environment variable, change it there"),
    "file": later("from config.toml"),
    "default": later("as it comes"),
}


def settings_tab(settings: Settings, control: SettingControl, tab: gr.Tab) -> None:
    """Build the tab inside a Blocks context; it is read anew whenever it is opened. `settings` are the ones begun with.

    A tab of the browser that was opened earlier changes only what was changed in it.
    """
    names = [name for part in _PARTS.values() for name in part]
    with gr.Column(elem_classes="sheet", elem_id="settings"):
        parts: list[Any] = []
        for title, inside in _PARTS.items():
            gr.HTML(f'<h2 class="part">{say(title)}</h2>')
            parts += [_field(name) for name in inside]
        save = gr.Button(say("Save settings"), variant="primary")
        result = gr.HTML(elem_id="settings-result")
    seen = gr.Textbox("", visible="hidden", label="seen")

    def look(seen: str = "", *values: Any) -> list[Any]:
        """The settings as they are; a field that was changed and not saved stays as it is."""
        with problems_shown():
            now, origin = present(settings.home, os.environ, control.flags)
        filled = [_filled(name, now, settings, origin[name]) for name in names]
        shown = json.dumps([each["value"] for each in filled])
        for name in edited(names, values, json.loads(seen)) if seen else ():
            del filled[names.index(name)]["value"]
        return [shown, *filled]

    def saved(seen: str, *values: Any) -> list[Any]:
        with problems_shown():
            earlier = json.loads(seen) if seen else [None] * len(names)
            now, new = change(settings.home, edited(names, values, earlier), os.environ, control.flags, require_users)
            control.take(now)
        return [f'<p class="none" role="status">{saved_words(new, now)}</p>', *look()]

    quick = in_order("settings")
    tab.select(look, [seen, *parts], [seen, *parts], **quick)
    save.click(saved, [seen, *parts], [result, seen, *parts], **quick)


def edited(names: Sequence[str], values: Sequence[Any], seen: Sequence[Any]) -> dict[str, Value]:
    """Those of `values` that were changed from what was `seen`, by name; white space around a text is none. Pure."""
    read = {name: (_read(value), _read(before)) for name, value, before in zip(names, values, seen, strict=True)}
    return {name: value for name, (value, before) in read.items() if value != before}


def saved_words(new: list[str], now: Settings) -> str:
    """What was changed, and from when on it counts. Pure."""
    if not new:
        return say("Nothing was changed.")
    told = []
    for these, when in (
        ([name for name in new if name in AT_ONCE], later("{names}: counts from now on.")),
        ([name for name in new if name in NEXT_NIGHT], later("{names}: counts from the next night on.")),
        (
            [name for name in new if name not in (*AT_ONCE, *NEXT_NIGHT)],
            later("{names}: counts when you have started Aprendiz again."),
        ),
    ):
        if these:
            told.append(say(when, names=", ".join(say(WORDS[name][0]) for name in these)))
    if "teacher_url" in new and now.teacher_url:
        told.append(f"<strong>{say('In the nights your corrections are sent to that address.')}</strong>")
    return " ".join((say("Saved."), *told))


def _field(name: str) -> Any:
    """The field in which a setting is changed."""
    wanted, label = get_type_hints(Settings)[name], say(WORDS[name][0])
    if wanted is bool:
        return gr.Checkbox(label=label, info=" ")
    if get_origin(wanted) is Literal:
        return gr.Dropdown(list(get_args(wanted)), label=label, info=" ", filterable=False)
    return gr.Textbox(label=label, info=" ", max_lines=1, type="password" if name == SECRET else "text")


def _filled(name: str, now: Settings, begun: Settings, origin: Source) -> dict[str, Any]:
    """What a field shows: the value, what the setting does, where the value comes from, and whether it counts yet."""
    value = getattr(now, name)
    waits = name not in (*AT_ONCE, *NEXT_NIGHT) and value != getattr(begun, name)
    waiting = f", {say('counts when you have started Aprendiz again')}" if waits else ""
    info = f"{say(WORDS[name][1])} ({name}: {say(_FROM[origin])}{waiting})"
    if name == SECRET:
        value, info = "", f"{info} {say('It is set.') if value else say('None is set.')}"
    shown: Value = value if isinstance(value, bool) else _written(value)
    filled: dict[str, Any] = gr.update(value=shown, info=info, interactive=_open(origin))
    return filled


def _open(origin: Source) -> bool:
    return origin in ("file", "default")


def _written(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _read(value: Any) -> Value:
    return value if isinstance(value, bool) else str(value or "").strip()
