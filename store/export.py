"""What the owner taught, as data sets in TRL's formats: prompt and completion, preferences, votes."""

import json
from pathlib import Path
from typing import Any, Literal

from store import feedback
from store.conversations import message
from store.database import rows
from store.light_sqlite_utils import Database

Kind = Literal["sft", "dpo", "kto"]


def export_data(db: Database, kind: Kind, out: Path) -> int:
    """Write JSON lines of one kind to `out`, whole or not at all; how many rows.

    sft: prompt, completion. dpo: prompt, chosen, rejected. kto: prompt, completion, label.
    """
    found = {"sft": _sft, "dpo": _dpo, "kto": _kto}[kind](db)
    part = out.with_name(out.name + ".part")
    part.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    part.replace(out)
    return len(found)


def _said(role: str, text: str) -> list[dict[str, str]]:
    return [{"role": role, "content": text}]


def _sft(db: Database) -> list[dict[str, Any]]:
    return [
        {"prompt": _said("user", c.question), "completion": _said("assistant", c.answer)}
        for c in feedback.active_corrections(db)
    ]


def _dpo(db: Database) -> list[dict[str, Any]]:
    found = [
        {
            "prompt": _said("user", c.question),
            "chosen": _said("assistant", c.answer),
            "rejected": _said("assistant", c.rejected),
        }
        for c in feedback.active_corrections(db)
        if c.rejected.strip()
    ]
    for chosen_id, rejected_id in feedback.preferences(db):
        chosen, rejected = message(db, chosen_id), message(db, rejected_id)
        if chosen.parent_id:
            question = message(db, chosen.parent_id).content
            pair = {"chosen": _said("assistant", chosen.content), "rejected": _said("assistant", rejected.content)}
            found.append({"prompt": _said("user", question), **pair})
    return found


def _kto(db: Database) -> list[dict[str, Any]]:
    found = []
    for row in rows(db, "SELECT DISTINCT message_id FROM ratings"):
        rating, answer = feedback.rating_of(db, row["message_id"]), message(db, row["message_id"])
        if rating and rating.value and answer.parent_id:
            question = message(db, answer.parent_id).content
            vote = {"completion": _said("assistant", answer.content), "label": rating.value > 0}
            found.append({"prompt": _said("user", question), **vote})
    return found
