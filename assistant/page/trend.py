"""The weeks in a table, with a word when the last one was worse than those before. Pure."""

from collections.abc import Sequence
from datetime import date

from store.records import Week

LEAST = 20
SIGNIFICANT = 0.05


def trend(weeks: Sequence[Week]) -> str:
    """What was asked, corrected and liked, week by week, the newest first."""
    if not weeks:
        return ""
    head = "<tr><th>Week of</th><th>Answers</th><th>Corrected of 100</th><th>Thumbs up</th></tr>"
    warned = f'<p class="badge bad" role="status">{warning}</p>' if (warning := alarm(weeks)) else ""
    return (
        f'<h2 class="part">The weeks</h2><div class="card">{warned}<div class="wide"><table><thead>{head}</thead>'
        f"<tbody>{''.join(map(_row, weeks))}</tbody></table></div></div>"
    )


def alarm(weeks: Sequence[Week]) -> str:
    """Words when you corrected more of the newest week's answers, or liked fewer, than can be chance; else ""."""
    newest, before = weeks[0], weeks[1:]
    answers, corrected = sum(w.answers for w in before), sum(w.corrected for w in before)
    voted, down = sum(w.up + w.down for w in before), sum(w.down for w in before)
    if _more(newest.corrected, newest.answers, corrected, answers):
        return "You corrected more answers this week than before."
    if _more(newest.down, newest.up + newest.down, down, voted):
        return "You liked fewer answers this week than before."
    return ""


def _more(count: int, of: int, before: int, of_before: int) -> bool:
    """Whether `count` of `of` is more than `before` of `of_before`, by Fisher's exact test."""
    if of < LEAST or of_before < LEAST:
        return False
    from scipy.stats import fisher_exact

    table = [[count, of - count], [before, of_before - before]]
    return bool(fisher_exact(table, alternative="greater").pvalue < SIGNIFICANT)


def _row(week: Week) -> str:
    votes = week.up + week.down
    liked = f"{week.up} of {votes}" if votes else ""
    day = date.fromisoformat(week.monday).strftime("%-d %b %Y")
    share = f"{100 * week.corrected / week.answers:.0f}"
    return f"<tr><td>{day}</td><td>{week.answers}</td><td>{share}</td><td>{liked}</td></tr>"
