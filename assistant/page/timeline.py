"""The versions in the order they were made: what each learned, how its examination went, when it answered. Pure."""

from collections.abc import Mapping, Sequence
from html import escape

from assistant.page import words
from assistant.page.pressed import button
from models.version_files import BASE
from store.feedback import STUCK_SHARE
from store.lineage import Content
from store.records import Promotion, Version


def versions_table(made: Sequence[Version], moves: Sequence[Promotion], now: str, unfolded: str = "") -> str:
    """The versions, newest first and the original last, each with the button that has it answer."""
    head = "<tr><th>Version</th><th>Made</th><th>Knows</th><th>Examination</th><th></th></tr>"
    body = "".join(_row(each, moves, now, unfolded) for each in reversed(made))
    original = (
        f"<tr><td>The original model{_served(moves, BASE, bool(made))}</td><td></td><td></td><td></td>"
        f"<td>{_choice(BASE, now)}</td></tr>"
    )
    ask = "Go back to the version that answered before this one?"
    back = button("morning", "rollback", "Go back to the version before", kind="plain", ask=ask) if now != BASE else ""
    return (
        f'<h2 class="part">Versions</h2><div class="card"><div class="wide"><table><thead>{head}</thead>'
        f'<tbody>{body}{original}</tbody></table></div><div class="foot">{back}</div></div>'
    )


def inside(version: Version, held: Sequence[Content], counts: Mapping[str, int]) -> str:
    """What a version was trained on: every correction, in how many wordings, and whether it knows it by itself."""
    name = escape(words.version_name(version.id))
    made = {
        "wording": "practice questions",
        "neighbour": "questions about somebody else",
        "replay": "everyday questions",
        "liked": "answers that you liked",
        "probe": "test questions",
    }
    examples = ", ".join(f"{counts[kind]} {what}" for kind, what in made.items() if counts.get(kind))
    manner = version.evaluation.get("votes")
    votes = f" It also went by {manner} votes." if manner else ""
    items = "".join(map(_held, held)) or '<p class="none">No corrections.</p>'
    return (
        f'<h2 class="part" id="inside">What is in {name}</h2><p class="none">{_descent(version)} '
        f"{f'The night made {examples}.' if examples else ''}{votes}</p>{items}"
    )


def _held(each: Content) -> str:
    correction = each.correction
    gone = correction.forgotten is not None
    answer = "(forgotten since; the next version is made without it)" if gone else correction.answer
    new = '<span class="badge">new then</span>' if each.new else ""
    practised = f"practised in {each.practised} wordings" if each.practised else "not practised that night"
    known = ""
    if each.check and each.check.asked:
        good = each.check.right / each.check.asked >= STUCK_SHARE
        known = (
            f'<span class="badge {"good" if good else "bad"}">{"knew it" if good else "did not know it"}</span>'
            f"<span>{each.check.right} of {each.check.asked} test questions right</span>"
        )
    return (
        f'<article class="card"><h3>{escape(correction.question)}</h3><p class="was">{escape(answer)}</p>'
        f'<div class="foot">{new}{known}<span>{practised}</span><span>#{correction.id}</span></div></article>'
    )


def _row(version: Version, moves: Sequence[Promotion], now: str, unfolded: str) -> str:
    measured = version.evaluation
    asked = int(measured.get("new_asked", 0)) + int(measured.get("old_asked", 0))
    right = int(measured.get("new_right", 0)) + int(measured.get("old_right", 0))
    knows = f"{right} of {asked} test questions" if asked else ""
    passed = "passed" if version.decision == "promoted" else f"not passed: {'; '.join(version.reasons)}"
    more = button(
        "morning", "inside", "What is in it", kind="plain", on=version.id == unfolded, id=version.id,
        name=f"What is in {words.version_name(version.id)}",
    )  # fmt: skip
    return (
        f"<tr><td>{escape(version.id)}{_served(moves, version.id, False)}</td>"
        f"<td>{words.time_words(version.created)}<br><small>{_descent(version)}</small></td><td>{knows}</td>"
        f"<td>{escape(passed)}</td><td>{_choice(version.id, now)}{more}</td></tr>"
    )


def _descent(version: Version) -> str:
    """What a version was trained on top of."""
    start = version.evaluation.get("from")
    return escape(f"Goes on from {words.version_name(start)}." if start else "Begun anew from the original model.")


def _served(moves: Sequence[Promotion], version: str, from_the_first: bool) -> str:
    """When a version answered, as a small line; `from_the_first` where it did before any move."""
    spans = served(moves, version)
    text = "; ".join(
        f"{words.time_words(begun)} to {words.time_words(ended)}" if ended else f"since {words.time_words(begun)}"
        for begun, ended in spans
        if begun
    )
    first = next((ended for begun, ended in spans if not begun and ended), "") if from_the_first else ""
    parts = [f"until {words.time_words(first)}" if first else "", text]
    told = "; ".join(part for part in parts if part)
    return f"<br><small>answered {escape(told)}</small>" if told else ""


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


def _choice(id: str, now: str) -> str:
    if id == now:
        return '<span class="badge good">answers now</span>'
    name = words.version_name(id)
    ask = f"Have {name} answer from now on? You can go back at any time."
    return button("morning", "promote", "Use this one", kind="plain", name=f"Use {name}", ask=ask, id=id)
