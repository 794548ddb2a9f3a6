"""One correction as the page of corrections shows it, with what is unfolded below it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.page.difference import difference
from assistant.page.practised import practice_list
from assistant.page.pressed import button
from assistant.page.speech import heard, later, say, say_many
from assistant.page.words import standing_words, time_words, version_name
from store.lineage import Taught
from store.questions.wishes import manner
from store.records import Correction, CorrectionStanding

_LOOKS = {"stuck": "good", "not stuck": "bad", "in training": "good"}
_KINDS = {
    "wording": later("practised"),
    "neighbour": later("about somebody else, to be answered as before"),
    "probe": later("only asked in the examination"),
}


@dataclass(frozen=True, slots=True)
class Unfolded:
    """What is shown below the correction `id`: `forms` are other wordings of its question, and whether each is wanted,
    `own` those that its owner wrote; `into` the versions that were trained on it; `editing` that it is worded anew."""

    id: int
    forms: Mapping[str, bool] | None = None
    own: Sequence[str] = ()
    into: Sequence[Taught] | None = None
    editing: bool = False


def card(each: CorrectionStanding, unfolded: Unfolded | None) -> str:
    """The card of one correction."""
    correction, past = each.correction, each.standing in ("superseded", "forgotten")
    taught = "" if each.standing == "forgotten" else _taught(correction)
    if each.standing == "not stuck" and each.said:
        taught += f'<p class="was"><span class="mark">{say("By itself")}</span> {escape(each.said)}</p>'
    own = unfolded if unfolded and unfolded.id == correction.id else Unfolded(correction.id)
    return (
        f'<article class="card{" past" if past else ""}"><h3>{escape(correction.question)}</h3>{taught}'
        f'<div class="foot"><span class="badge {_LOOKS.get(each.standing, "")}">{heard(each.standing)}</span>'
        f"<span>{escape(standing_words(each))}</span><span>#{correction.id}, {time_words(correction.created)}</span>"
        f'</div><div class="acts">{_acts(each, own)}</div>{_below(correction, own)}</article>'
    )


def _acts(each: CorrectionStanding, own: Unfolded) -> str:
    correction, id = each.correction, each.correction.id

    def act(do: str, text: str, on: bool | None, **more: str) -> str:
        return button("teaching", do, text, kind="plain", on=on, id=id, name=named(text), **more)

    def named(text: str) -> str:
        return say("{act}: correction {id}", act=text, id=id)

    acts = []
    if correction.active:
        acts.append(act("edit", say("Edit"), own.editing))
        acts.append(
            act("hold", say("Only for this question"), None, every="no")
            if correction.manner
            else act("hold", say("For every answer"), None, every="yes", ask=asks(correction))
        )
    if correction.active and not correction.manner and not correction.context and not each.alone:
        acts.append(act("practice", say("Practice questions"), own.forms is not None))
    if not correction.manner:
        acts.append(act("went", say("Where it went"), own.into is not None))
    if each.standing != "forgotten":
        ask = say("Forget this correction for good? Its text is deleted, and the next night starts without it.")
        name = say("Forget correction {id}", id=id)
        acts.append(button("teaching", "forget", say("Forget"), kind="plain", ask=ask, id=id, name=name))
    return "".join(acts)


def asks(correction: Correction) -> str:
    """What is asked before a text becomes a wish that has not the form of one; empty for what has it."""
    if manner(correction.answer):
        return ""
    return say(
        "The model will be told with every question: “{wish}” Is that how you want answers?",
        wish=correction.answer[:200],
    )


def _below(correction: Correction, own: Unfolded) -> str:
    if own.forms is not None:
        return practice_list("teaching", correction.id, own.forms, own.own)
    if own.into is not None:
        return _went(own.into)
    return _editing(correction) if own.editing else ""


def _editing(correction: Correction) -> str:
    rows = min(16, max(2, correction.answer.count("\n") + 2))
    return (
        f'<div class="fields"><label>{say("As it should be")}'
        f'<textarea name="text" rows="{rows}">\n{escape(correction.answer)}</textarea></label><div class="acts">'
        + button("teaching", "save", say("Save"), kind="strong", id=correction.id, name=say("Save the new wording"))
        + button("teaching", "edit", say("Cancel"), id=correction.id)
        + f"<span>{say('The wording before stays on record as superseded.')}</span></div></div>"
    )


def _went(into: Sequence[Taught]) -> str:
    """The versions that were trained on it, each with the examples that were made of it for that."""
    if not into:
        return f'<p class="none">{say("No version was trained on it yet.")}</p>'
    return f'<ol class="went" aria-label="{say("Where it went")}">{"".join(map(_into, into))}</ol>'


def _into(each: Taught) -> str:
    passed = say("passed its examination") if each.version.decision == "promoted" else say("did not pass")
    check = each.check
    knew = ""
    if check and check.asked:
        knew = say(", {right} of {asked} test questions about this right", right=check.right, asked=check.asked)
    said = (
        f'<p class="was"><span class="mark">{say("By itself")}</span> {escape(check.said)}</p>'
        if check and check.said
        else ""
    )
    questions = dict.fromkeys((example.kind, example.question) for example in each.examples)
    items = "".join(
        f"<li>{escape(question)} <small>({say(_KINDS.get(kind, kind))})</small></li>" for kind, question in questions
    )
    count = say_many("{count} example made of it", "{count} examples made of it", len(questions))
    made = (
        f"<details><summary>{count}</summary><ul>{items}</ul></details>"
        if questions
        else f"<p>{say('Known already, so that it was not practised that night.')}</p>"
    )
    return (
        f"<li><strong>{escape(version_name(each.version.id))}</strong>, {time_words(each.version.created)}: "
        f"{passed}{knew}.{said}{made}</li>"
    )


def _taught(correction: Correction) -> str:
    if correction.manner:
        return f'<p class="was"><span class="mark">{say("Of every answer")}</span> {escape(correction.answer)}</p>'
    return f'<p class="was">{difference(correction.rejected, correction.answer)}</p>'
