"""The weeks in a table, with a word when the last one was worse than those before. Pure."""

from collections.abc import Sequence
from datetime import datetime

from assistant.page.speech import date, later, say
from store.records import Week
from store.trends import drift

_ALARMS = {
    "": "",
    "corrections": later("You corrected more answers this week than before."),
    "thumbs": later("You liked fewer answers this week than before."),
}


def trend(weeks: Sequence[Week]) -> str:
    """What was asked, corrected and liked, week by week, the newest first."""
    if not weeks:
        return ""
    titles = say("Week of"), say("Answers"), say("Corrected of 100"), say("Thumbs up")
    head = f"<tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr>"
    warned = f'<p class="badge bad" role="status">{warning}</p>' if (warning := alarm(weeks)) else ""
    return (
        f'<h2 class="part">{say("The weeks")}</h2><div class="card">{warned}<div class="wide"><table>'
        f"<thead>{head}</thead><tbody>{''.join(map(_row, weeks))}</tbody></table></div></div>"
    )


def alarm(weeks: Sequence[Week]) -> str:
    """Words when you corrected more of the newest week's answers, or liked fewer, than can be chance; else ""."""
    return say(_ALARMS[drift(weeks)])


def alarm_line(weeks: Sequence[Week]) -> str:
    """The same for the head of the page, with what to do; empty while there is none."""
    if not (said := alarm(weeks)):
        return ""
    where = say("The weeks stand under Night; so do the versions.")
    return f'<p class="badge bad alarm" role="status">{said} {where}</p>'


def _row(week: Week) -> str:
    votes = week.up + week.down
    liked = say("{right} of {count}", right=week.up, count=votes) if votes else ""
    day = date(datetime.fromisoformat(week.monday), say("d MMM y"))
    share = f"{100 * week.corrected / week.answers:.0f}"
    return f"<tr><td>{day}</td><td>{week.answers}</td><td>{share}</td><td>{liked}</td></tr>"
