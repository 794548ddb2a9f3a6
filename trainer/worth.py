"""Whether a night is worth its while: for what is new, or, when a week was worse than before, for what is weak."""

from collections.abc import Sequence

from store import runs
from store.light_sqlite_utils import Database
from store.records import Week
from store.trends import drift, weeks
from trainer.collect import Ledger
from trainer.reward import ENOUGH


def worth_a_night(ledger: Ledger, alarm: bool = False) -> bool:
    """Whether there is something to teach. Pure.

    Votes alone are when there are many new ones and they follow a rule. With an alarm, a few are, and what the model
    was taught and does not know.
    """
    votes = ledger.rule is not None and ledger.fresh_votes >= (1 if alarm else ENOUGH)
    return bool(ledger.new - ledger.held or ledger.withdrawn or votes or (alarm and ledger.weak))


def alarmed(db: Database) -> bool:
    """Whether the newest week was worse than those before it, and no night has answered to that yet."""
    found = weeks(db)
    return bool(drift(found)) and not _answered(db, found)


def _answered(db: Database, found: Sequence[Week]) -> bool:
    """Whether a night of this week ran for an alarm to its end: one a week, lest the same be practised every night."""
    return any(
        run.started >= found[0].monday and (runs.finished_phase(db, run.id, "collect") or {}).get("alarm")
        for run in runs.runs(db)
        if run.state == "finished"
    )
