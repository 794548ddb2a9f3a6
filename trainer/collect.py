"""What there is to learn: the corrections that count, and which of them no served version was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

from store import feedback
from store.light_sqlite_utils import Database
from store.records import Correction, Version


@dataclass(frozen=True, slots=True)
class Ledger:
    """All active corrections, the ids that are `new` to the current version, and what it knows that was withdrawn."""

    corrections: tuple[Correction, ...]
    new: frozenset[int]
    withdrawn: frozenset[int]

    @property
    def worth_a_night(self) -> bool:
        """Whether another version would differ from the current one."""
        return bool(self.new or self.withdrawn)


def collect(db: Database, versions: Sequence[Version], current: str) -> Ledger:
    """The ledger as of the version `current`; what was tried in a refused version counts as new."""
    active = tuple(feedback.active_corrections(db))
    trained: list[int] = next((v.evaluation.get("corrections", []) for v in versions if v.id == current), [])
    ids = {c.id for c in active}
    return Ledger(active, frozenset(ids - set(trained)), frozenset(set(trained) - ids))
