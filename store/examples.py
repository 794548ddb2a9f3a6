"""What a night made of the feedback: training examples and the probes it is examined on, by run.

The night writes and reads them; forgetting a correction deletes those that come from it.
"""

from collections.abc import Sequence

from store.database import rows, storable, writing
from store.light_sqlite_utils import Database
from store.records import Example, ExampleKind


def save_examples(db: Database, run_id: str, examples: Sequence[Example]) -> None:
    """Add to the examples of a run, all or none.

    Those of a correction that was forgotten meanwhile, or of a message that was deleted, are left out.
    """
    with writing(db):
        for example in examples:
            db.execute(
                """INSERT INTO examples (run_id, kind, question, answer, correction_id, message_id)
                   SELECT ?, ?, ?, ?, ?, ?
                   WHERE NOT EXISTS (SELECT 1 FROM corrections WHERE id = ? AND forgotten IS NOT NULL)
                   AND (? IS NULL OR EXISTS (SELECT 1 FROM messages WHERE id = ?))""",
                (
                    run_id, example.kind, storable(example.question), storable(example.answer),
                    example.correction_id, example.message_id, example.correction_id,
                    example.message_id, example.message_id,
                ),
            )  # fmt: skip


def examples_of(db: Database, run_id: str, kind: ExampleKind | None = None) -> list[Example]:
    """The examples of a run, all or of one kind, in the order they were saved."""
    found = rows(
        db,
        """SELECT kind, question, answer, correction_id, message_id FROM examples
           WHERE run_id = ? AND kind = coalesce(?, kind) ORDER BY number""",
        run_id,
        kind,
    )
    return [Example(**row) for row in found]


def clear_examples(db: Database, run_id: str) -> None:
    """Delete the examples of a run, for a phase that begins again."""
    db.execute("DELETE FROM examples WHERE run_id = ?", (run_id,))
