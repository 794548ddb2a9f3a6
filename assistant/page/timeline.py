"""The versions in the order they were made: what each learned, how its examination went, when it answered. Pure."""

from collections.abc import Collection, Mapping, Sequence
from html import escape

from assistant.page import words
from assistant.page.pressed import button
from assistant.page.report import checked_briefly
from assistant.page.speech import heard, later, say, say_many
from models.version_files import BASE
from store.checks import STUCK_SHARE
from store.lineage import Content
from store.records import Promotion, TakenBack, Version

_MADE = {
    "wording": later("{count} practice questions"),
    "neighbour": later("{count} questions about somebody else"),
    "replay": later("{count} everyday questions"),
    "liked": later("{count} answers that you liked"),
    "probe": later("{count} test questions"),
}


def versions_table(
    made: Sequence[Version],
    moves: Sequence[Promotion],
    now: str,
    there: Collection[str],
    back: Sequence[TakenBack] = (),
    unfolded: str = "",
) -> str:
    """The versions, newest first and the original last, each with the button that has it answer if it is `there`.

    Those that nights took `back`, and refused ones, are asked about before.
    """
    titles = say("Version"), say("Made"), say("Knows"), say("Examination")
    head = f"<tr>{''.join(f'<th>{title}</th>' for title in titles)}<th></th></tr>"
    why_back = {each.version: each.reasons for each in back}
    body = "".join(
        _row(each, moves, now, each.id in there, why_back.get(each.id, ()), each.id == unfolded)
        for each in reversed(made)
    )
    original = (
        f"<tr><td>{say('The original model')}{_served(moves, BASE, bool(made))}</td><td></td><td></td><td></td>"
        f"<td>{_choice(BASE, now, True)}</td></tr>"
    )
    before = button("morning", "rollback", say("Go back to the version before"), kind="plain") if now != BASE else ""
    return (
        f'<h2 class="part">{say("Versions")}</h2><div class="card"><div class="wide"><table><thead>{head}</thead>'
        f'<tbody>{body}{original}</tbody></table></div><div class="foot">{before}</div></div>'
    )


def inside(version: Version, held: Sequence[Content], counts: Mapping[str, int]) -> str:
    """What a version was trained on: every correction, in how many wordings, and whether it knows it by itself."""
    examples = ", ".join(say(form, count=counts[kind]) for kind, form in _MADE.items() if counts.get(kind))
    night = say("The night made {examples}.", examples=examples) if examples else ""
    manner = version.evaluation.get("votes")
    votes = say("It also went by {count} votes.", count=manner) if manner else ""
    items = "".join(map(_held, held)) or f'<p class="none">{say("No corrections.")}</p>'
    return (
        f'<h2 class="part" id="inside">{_inside_words(version)}</h2>'
        f'<p class="none">{_descent(version)} {night} {votes}</p>{items}'
    )


def _inside_words(version: Version) -> str:
    return escape(say("What is in {version}", version=words.version_name(version.id)))


def _held(each: Content) -> str:
    correction = each.correction
    gone = correction.forgotten is not None
    answer = say("(forgotten since; the next version is made without it)") if gone else correction.answer
    new = f'<span class="badge">{say("new then")}</span>' if each.new else ""
    practised = (
        say_many("practised in {count} wording", "practised in {count} wordings", each.practised)
        if each.practised
        else say("not practised that night")
    )
    known = ""
    if each.check and each.check.asked:
        good = each.check.right / each.check.asked >= STUCK_SHARE
        knew = say("knew it") if good else say("did not know it")
        known = (
            f'<span class="badge {"good" if good else "bad"}">{knew}</span>'
            f"<span>{words.right_words(each.check.right, each.check.asked)}</span>"
        )
    return (
        f'<article class="card"><h3>{escape(correction.question)}</h3><p class="was">{escape(answer)}</p>'
        f'<div class="foot">{new}{known}<span>{practised}</span><span>#{correction.id}</span></div></article>'
    )


def _row(
    version: Version, moves: Sequence[Promotion], now: str, there: bool, back: Sequence[str], unfolded: bool
) -> str:
    measured = version.evaluation
    asked = int(measured.get("new_asked", 0)) + int(measured.get("old_asked", 0))
    right = int(measured.get("new_right", 0)) + int(measured.get("old_right", 0))
    knows = say("{right} of {asked} test questions", right=right, asked=asked) if asked else ""
    result, ask = _result(version, back)
    checked = "".join(f"<br><small>{escape(line)}</small>" for line in checked_briefly(measured))
    more = button(
        "morning", "inside", say("What is in it"), kind="plain", on=unfolded, id=version.id,
        name=say("What is in {version}", version=words.version_name(version.id)),
    )  # fmt: skip
    return (
        f"<tr><td>{escape(version.id)}{_served(moves, version.id, False)}</td>"
        f"<td>{words.time_words(version.created)}<br><small>{_descent(version)}{_night(version)}</small></td>"
        f"<td>{knows}</td><td>{escape(result)}{checked}</td>"
        f"<td>{_choice(version.id, now, there, ask)}{more}</td></tr>"
    )


def _result(version: Version, back: Sequence[str]) -> tuple[str, str]:
    """How the examinations of a version ended, and what is asked before one that did not pass them answers."""
    if version.decision == "promoted" and not back:
        return say("passed"), ""
    reasons = "; ".join(map(heard, back or version.reasons))
    ask = say(
        "The examination spoke against {version}: {reasons}. Have it answer all the same? You can go back at any time.",
        version=words.version_name(version.id),
        reasons=reasons,
    )
    taken = say("passed, and not when it was looked at again: {reasons}", reasons=reasons)
    return taken if back else say("not passed: {reasons}", reasons=reasons), ask


def _night(version: Version) -> str:
    """The way to the report of the night that made it."""
    if version.run_id is None:
        return ""
    name = escape(say("Report of its night: {version}", version=words.version_name(version.id)))
    where = f'href="/night/{escape(version.run_id)}" target="_blank" rel="noopener" aria-label="{name}"'
    return f"<br><a {where}>{say('Report of its night')}</a>"


def _descent(version: Version) -> str:
    """What a version was trained on top of."""
    start = version.evaluation.get("from")
    on = say("Goes on from {version}.", version=words.version_name(start))
    return escape(on if start else say("Begun anew from the original model."))


def _served(moves: Sequence[Promotion], version: str, from_the_first: bool) -> str:
    """When a version answered, as a small line; `from_the_first` where it did before any move."""
    spans = served(moves, version)
    text = "; ".join(
        say("{begun} to {ended}", begun=words.time_words(begun), ended=words.time_words(ended))
        if ended
        else say("since {begun}", begun=words.time_words(begun))
        for begun, ended in spans
        if begun
    )
    first = next((ended for begun, ended in spans if not begun and ended), "") if from_the_first else ""
    parts = [say("until {ended}", ended=words.time_words(first)) if first else "", text]
    told = "; ".join(part for part in parts if part)
    return f"<br><small>{escape(say('answered {when}', when=told))}</small>" if told else ""


def served(moves: Sequence[Promotion], version: str) -> list[tuple[str, str | None]]:
    """From when to when a version answered; "" for the beginning of all, None for what goes on."""
    found: list[tuple[str, str | None]] = [("", None)] if version == BASE else []
    for move in moves:
        if move.version == version:
            if not found or found[-1][1] is not None:
                found.append((move.created, None))
        elif found and found[-1][1] is None:
            found[-1] = (found[-1][0], move.created)
    return found


def _choice(id: str, now: str, there: bool, ask: str = "") -> str:
    """The button that has a version answer, which may `ask` first; none for one whose files are not `there`."""
    if id == now:
        return f'<span class="badge good">{say("answers now")}</span>'
    if not there:
        return f'<span class="badge">{say("its files were cleared away")}</span>'
    use = say("Use {version}", version=words.version_name(id))
    return button("morning", "promote", say("Use this one"), kind="plain", name=use, ask=ask, id=id)
