"""Blind choices between two versions' answers to one question, and how often each was preferred."""

from store.database import rows, storable
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.records import Duel, Score, now


def begin_duel(db: Database, question: str, first: str, second: str) -> Duel:
    """Put a question to two versions, whose answers are shown in this order."""
    id = db.execute(
        "INSERT INTO duels (question, first, second, created) VALUES (?, ?, ?, ?)",
        (storable(question), first, second, now()),
    ).lastrowid
    return duel(db, int(id or 0))


def duel(db: Database, id: int) -> Duel:
    """The duel `id`. Raises NotFound."""
    found = rows(db, "SELECT id, question, first, second, preferred FROM duels WHERE id = ?", id)
    if not found:
        raise NotFound(f"There is no choice {id} to make. Ask both versions again.")
    return Duel(**found[0])


def decide_duel(db: Database, id: int, side: str) -> Duel:
    """Say which answer was better: "first", "second" or "neither"; what was said first stays.

    Raises NotFound and InputRefused.
    """
    known = duel(db, id)
    preferred = {"first": known.first, "second": known.second, "neither": ""}.get(side)
    if preferred is None:
        raise InputRefused(f"{side!r} is no choice between two answers: first, second or neither.")
    db.execute("UPDATE duels SET preferred = ? WHERE id = ? AND preferred IS NULL", (preferred, id))
    return duel(db, id)


def score(db: Database, one: str, other: str) -> Score:
    """How the choices between two versions went so far."""
    found = rows(
        db,
        "SELECT preferred FROM duels WHERE preferred IS NOT NULL AND first IN (?1, ?2) AND second IN (?1, ?2)",
        one,
        other,
    )
    chosen = [row["preferred"] for row in found]
    return Score(chosen.count(one), chosen.count(other), chosen.count(""))
