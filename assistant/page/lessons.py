"""What a night taught: for each correction the answer before, and what the new version says by itself. Pure."""

from collections.abc import Sequence
from html import escape

from assistant.page.speech import say
from assistant.page.words import right_words
from store.checks import STUCK_SHARE
from store.records import Check

SHOWN = 20
CHARACTERS = 240


def lessons(taught: Sequence[Check], *, promoted: bool) -> str:
    """A card for each of `taught`, those not learned first, twenty of them at most."""
    if not taught:
        return ""
    first = sorted(taught, key=lambda each: (_learned(each), each.correction.id))[:SHOWN]
    counts = {"known": sum(map(_learned, taught)), "count": len(taught)}
    knows = (
        say("The new version knows {known} of {count} by itself.", **counts)
        if promoted
        else say("The version that did not pass knows {known} of {count} by itself.", **counts)
    )
    memory = say("Memory answers all of them, and what is not learned yet is practised again.")
    more = say("and {count} more, all under Corrections.", count=len(taught) - SHOWN)
    rest = f'<p class="none">{more}</p>' if taught[SHOWN:] else ""
    return (
        f'<h2 class="part">{say("What it was taught")}</h2><p class="none">{knows} {memory}</p>'
        + "".join(map(_card, first))
        + rest
    )


def _learned(check: Check) -> bool:
    return check.asked > 0 and check.right / check.asked >= STUCK_SHARE


def why_not(check: Check) -> str:
    """Why a correction does not count as learned, as far as its answers tell; empty when it does. Pure."""
    said, taught = _plain(check.said), _plain(check.correction.answer)
    if _learned(check):
        return ""
    if not check.asked:
        return say("It could not be examined.")
    if not said:
        return say("It gave no answer to your question.")
    if taught in said and check.right:
        return say("It knows the answer to your question, but not yet when asked in other words.")
    if taught in said:
        return say("It gives the answer, but does not stop there.")
    if said == _plain(check.correction.rejected):
        return say("It still says what it said before.")
    return say("It says something else by now, but not what you taught.")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .!")


def _card(check: Check) -> str:
    before_and_after = {
        say("Before"): check.correction.rejected,
        say("You taught"): check.correction.answer,
        say("Now, by itself"): check.said,
    }
    lines = "".join(
        f'<p class="was"><span class="mark">{name}</span> {escape(_cut(text))}</p>'
        for name, text in before_and_after.items()
        if text
    )
    look, badge = ("good", say("learned")) if _learned(check) else ("bad", say("not yet"))
    return (
        f'<article class="card"><h3>{escape(check.correction.question)}</h3>{lines}<div class="foot">'
        f'<span class="badge {look}">{badge}</span><span>{right_words(check.right, check.asked)}</span>'
        f"<span>{escape(why_not(check))}</span>"
        "</div></article>"
    )


def _cut(text: str) -> str:
    return text if len(text) <= CHARACTERS else text[:CHARACTERS] + " …"
