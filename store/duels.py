"""Blind choices between two versions' answers to one question, and how often each was preferred."""

from store.database import rows, storable
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.records import Duel, Score, now

_DUEL = "id, question, first, second, preferred, first_message, second_message"


def begin_duel(
    db: Database, question: str, first: str, second: str, *, messages: tuple[str, str] | None = None
) -> Duel:
    """Put a question to two versions, whose answers are shown in this order.

    `messages` are the answers where they are part of a conversation, which then holds the question.
    """
    id = db.execute(
        "INSERT INTO duels (question, first, second, created, first_message, second_message) VALUES (?, ?, ?, ?, ?, ?)",
        (storable(question), first, second, now(), *(messages or (None, None))),
    ).lastrowid
    return duel(db, int(id or 0))


def duel(db: Database, id: int) -> Duel:
    """The duel `id`. Raises NotFound."""
    found = rows(db, f"SELECT {_DUEL} FROM duels WHERE id = ?", id)
    if not found:
        raise NotFound(f"There is no choice {id} to make. Ask both versions again.")
    return Duel(**found[0])


def answers_of(of: Duel) -> tuple[str, str]:
    """The messages of a choice that is made in the chat. Raises NotFound where they are gone, or never were there."""
    if not of.first_message or not of.second_message:
        raise NotFound("One of the two answers was deleted, so there is nothing left to choose.")
    return of.first_message, of.second_message


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


def duel_of(db: Database, message_id: str) -> Duel | None:
    """The newest choice that a message is one of the two answers of."""
    found = rows(
        db,
        f"""SELECT {_DUEL} FROM duels WHERE first_message = ?1
            UNION SELECT {_DUEL} FROM duels WHERE second_message = ?1 ORDER BY id DESC LIMIT 1""",
        message_id,
    )
    return Duel(**found[0]) if found else None


def scores(db: Database) -> dict[tuple[str, str], Score]:
    """How the choices went between every two versions that there were any between, the newest pair first."""
    found = rows(
        db,
        """SELECT min(first, second) AS one, max(first, second) AS other, max(id) AS newest FROM duels
           WHERE preferred IS NOT NULL GROUP BY 1, 2 ORDER BY newest DESC""",
    )
    return {(row["one"], row["other"]): score(db, row["one"], row["other"]) for row in found}
