"""How the blind choices between versions went: in a table with intervals, and as a page of its own for every user.

Reads the store and changes nothing. It counts the choices of the whole home, and shows nothing that was asked.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse

from assistant.page.printed import plain_page
from assistant.page.speech import percent, say
from assistant.page.words import version_name
from store import duels
from store.database import opened
from store.records import Score

LEAST = 8


def score_page(home: Path) -> HTMLResponse:
    """The page with the table of all choices, or with a word where there were none."""
    with opened(home) as db:
        found = duels.scores(db)
    return HTMLResponse(plain_page(say("Choices between versions"), score_table(found) or f"<p>{say('None yet.')}</p>"))


def score_table(scores: Mapping[tuple[str, str], Score]) -> str:
    """Every pair of versions that was chosen between, with the share of the first and its interval. Pure."""
    if not scores:
        return ""
    titles = say("One"), say("The other"), say("Choices"), say("The first is preferred in")
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = "".join(_score_row(*pair, score) for pair, score in scores.items())
    intro = say(
        "Here and in the chat. An interval that leaves out half of all questions says that one version is the better "
        "one."
    )
    return (
        f'<h2 class="part">{say("Your choices so far")}</h2><p class="none">{intro}</p>'
        f'<div class="card"><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        "</div>"
    )


def _score_row(one: str, other: str, score: Score) -> str:
    better, worse = (one, other) if score.one >= score.other else (other, one)
    won, lost = max(score.one, score.other), min(score.one, score.other)
    choices = say("{won} : {lost}, no difference {neither}", won=won, lost=lost, neither=score.neither)
    return (
        f"<tr><td>{escape(version_name(better))}</td><td>{escape(version_name(worse))}</td><td>{choices}</td>"
        f"<td>{escape(_share(won, won + lost))}</td></tr>"
    )


def _share(won: int, decided: int) -> str:
    """The share and its interval in words."""
    if not decided:
        return say("no choice was made for either")
    low, high = interval(won, decided)
    shares = {"share": percent(won / decided), "low": percent(low), "high": percent(high)}
    if low > 0.5:
        return say("{share} of the questions ({low} to {high} with 95 % certainty)", **shares)
    return say("{share} of the questions ({low} to {high} with 95 % certainty; not certain yet)", **shares)


def interval(won: int, decided: int) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 %. Pure; `decided` is above 0."""
    from scipy.stats import binomtest

    likely = binomtest(won, decided).proportion_ci(method="wilson")
    return float(likely.low), float(likely.high)


def so_far(one: str, other: str, score: Score) -> str:
    """How the choices between two versions went, and whether that says something. Pure."""
    counted = say(
        "All choices between the two: {a} {one}, {b} {other}, no difference {neither}.",
        a=version_name(one),
        b=version_name(other),
        one=score.one,
        other=score.other,
        neither=score.neither,
    )
    return f"{counted} {how_sure(score)}"


def how_sure(score: Score) -> str:
    """Whether as many choices say something, and what. Pure."""
    decided = score.one + score.other
    if decided < LEAST:
        return say("Too few to tell; {least} choices say something.", least=LEAST)
    low, high = map(percent, interval(max(score.one, score.other), decided))
    return say("The better one is preferred in {low} to {high} of all questions (95 %).", low=low, high=high)
