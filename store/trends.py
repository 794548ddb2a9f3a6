"""How it goes from week to week: answers, corrections and thumbs. What was imported does not count."""

from collections.abc import Sequence
from typing import Literal

from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Week

LEAST = 20
SIGNIFICANT = 0.005
"""A week is looked at all the time while it grows: by chance alone, corrections or thumbs each come below this in 0.5
to 2.3 weeks of 100, by how many answers it has (1,500 simulated weeks each); below 0.05 it was 9 to 16."""
MOST_ASKED = 500


def weeks(db: Database, limit: int = 12) -> list[Week]:
    """The newest weeks with answers, newest first; a week begins on Monday, UTC.

    An answer counts as corrected when it has a correction that is no wish, in the week in which it was given.
    """
    found = rows(
        db,
        """SELECT date(created, 'weekday 0', '-6 days') AS monday, count(*) AS answers,
                  sum(corrected) AS corrected, sum(thumb = 1) AS up, sum(thumb = -1) AS down
           FROM (SELECT messages.created,
                        EXISTS (SELECT 1 FROM corrections WHERE message_id = messages.id AND manner = '') AS corrected,
                        coalesce((SELECT value FROM ratings WHERE message_id = messages.id
                                  ORDER BY number DESC LIMIT 1), 0) AS thumb
                 FROM messages JOIN conversations ON conversations.id = conversation_id
                 WHERE source IS NULL AND role = 'assistant' AND status <> 'writing')
           GROUP BY monday ORDER BY monday DESC LIMIT ?""",
        limit,
    )
    return [Week(**row) for row in found]


def asked(db: Database, owner: str, limit: int = 12) -> dict[str, list[str]]:
    """What `owner` asked in each of the newest weeks, by their Mondays; some hundreds of questions a week at most."""
    found = rows(
        db,
        """SELECT monday, content FROM (
               SELECT date(messages.created, 'weekday 0', '-6 days') AS monday, content, row_number() OVER (
                          PARTITION BY date(messages.created, 'weekday 0', '-6 days') ORDER BY number DESC) AS place,
                      dense_rank() OVER (ORDER BY date(messages.created, 'weekday 0', '-6 days') DESC) AS week
               FROM messages JOIN conversations ON conversations.id = conversation_id
               WHERE source IS NULL AND deleted IS NULL AND owner = ? AND role = 'user')
           WHERE place <= ? AND week <= ?""",
        owner,
        MOST_ASKED,
        limit,
    )
    weeks: dict[str, list[str]] = {}
    for row in found:
        weeks.setdefault(row["monday"], []).append(row["content"])
    return weeks


def drift(weeks: Sequence[Week]) -> Literal["corrections", "thumbs", ""]:
    """What was worse in the newest of `weeks` than in those before it, beyond chance. Pure."""
    if len(weeks) < 2:
        return ""
    newest, before = weeks[0], weeks[1:]
    answers, corrected = sum(w.answers for w in before), sum(w.corrected for w in before)
    voted, down = sum(w.up + w.down for w in before), sum(w.down for w in before)
    if _more(newest.corrected, newest.answers, corrected, answers):
        return "corrections"
    if _more(newest.down, newest.up + newest.down, down, voted):
        return "thumbs"
    return ""


def _more(count: int, of: int, before: int, of_before: int) -> bool:
    """Whether `count` of `of` is more than `before` of `of_before`, by Fisher's exact test."""
    if of < LEAST or of_before < LEAST or count * of_before <= before * of:
        return False
    from scipy.stats import fisher_exact  # most of a second, which a page that is opened does without

    table = [[count, of - count], [before, of_before - before]]
    return bool(fisher_exact(table, alternative="greater").pvalue < SIGNIFICANT)
