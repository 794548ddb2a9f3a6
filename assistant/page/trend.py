"""The weeks in a table with bars, and a word when the last one was worse than those before. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from types import MappingProxyType

from assistant.page.report import bar
from assistant.page.speech import date, later, say
from store.questions.subject import content_words, subject
from store.records import Week
from store.trends import drift

_ALARMS = {
    "": "",
    "corrections": later("You corrected more answers this week than before."),
    "thumbs": later("You liked fewer answers this week than before."),
}


TOPICS = 4


def trend(weeks: Sequence[Week], asked: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """What was asked, corrected and liked, week by week, the newest first; `asked` are questions by Monday."""
    if not weeks:
        return ""
    titles = say("Week of"), say("Answers"), say("Corrected of 100"), say("Thumbs up"), say("Asked about")
    head = f"<tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr>"
    warned = f'<p class="badge bad" role="status">{warning}</p>' if (warning := alarm(weeks)) else ""
    most = max(week.corrected / week.answers for week in weeks)
    rows = "".join(_row(week, asked.get(week.monday, ()), most) for week in weeks)
    return (
        f'<h2 class="part">{say("The weeks")}</h2><div class="card">{warned}<div class="wide"><table>'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table></div></div>"
    )


def alarm(weeks: Sequence[Week]) -> str:
    """Words when you corrected more of the newest week's answers, or liked fewer, than can be chance; else ""."""
    return say(_ALARMS[drift(weeks)])


def alarm_line(weeks: Sequence[Week], night: str = "") -> str:
    """The same for the head of the page, with the `night` that it brings, in words; empty while there is none."""
    if not (said := alarm(weeks)):
        return ""
    where = say("The weeks stand under Night; so do the versions.")
    return f'<p class="badge bad alarm" role="status">{escape(" ".join(filter(None, (said, night, where))))}</p>'


def topics(questions: Sequence[str]) -> list[str]:
    """What several of `questions` are about, the commonest first, as it was written last. Pure."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for question in questions:
        named = subject(question)
        capitals = {word.casefold(): word for word in re.findall(r"\w+", question)[1:] if word[0].isupper()}
        for word in {named.casefold(), *content_words(question)} - {""}:
            counts[word] += 1
            written[word] = named if word == named.casefold() else capitals.get(word, written.get(word, word))
    found: list[str] = []
    for word, count in sorted(counts.items(), key=lambda each: (-each[1], -len(each[0]), each[0])):
        if count > 1 and len(word) > 2 and not any(word in other.casefold() for other in found):
            found.append(written[word])
    return found[:TOPICS]


def _row(week: Week, asked: Sequence[str], most: float) -> str:
    """One week; its bar of corrections is as long as a cell where `most` of the answers were corrected."""
    votes, share = week.up + week.down, week.corrected / week.answers
    liked = say("{right} of {count}", right=week.up, count=votes) if votes else ""
    thumbs = bar(week.up / votes, f"{say('Thumbs up')}: {liked}") if votes else ""
    corrected = f"{100 * share:.0f}"
    drawn = bar(share / most if most else 0.0, f"{say('Corrected of 100')}: {corrected}")
    day = date(datetime.fromisoformat(week.monday), say("d MMM y"))
    about = escape(", ".join(topics(asked)))
    return (
        f"<tr><td>{day}</td><td>{week.answers}</td><td>{corrected}{drawn}</td><td>{liked}{thumbs}</td>"
        f"<td>{about}</td></tr>"
    )
