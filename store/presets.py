"""Presets of one's own: the instructions and the sampling of a conversation, kept under a name to be used in others.

Called by the page. Each user has their own; a preset is a copy, so it stays as it is when its conversation changes.
"""

from store.conversations import conversation, instruct, sample
from store.database import rows, storable, writing
from store.errors import InputRefused, NotFound
from store.light_sqlite_utils import Database
from store.records import OwnPreset

LONGEST = 40
MOST = 24


def presets(db: Database, owner: str) -> list[OwnPreset]:
    """The presets of `owner`, in the order in which they were kept."""
    asked = "SELECT name, instructions, temperature, top_p, max_tokens FROM presets WHERE owner = ? ORDER BY rowid"
    return [OwnPreset(**row) for row in rows(db, asked, owner)]


def keep_preset(db: Database, conversation_id: str, name: str) -> None:
    """Keep how a conversation is instructed and sampled, for its owner; one of that name is replaced.

    Raises NotFound, and InputRefused for a name that cannot be or one preset too many.
    """
    called = " ".join(storable(name).split())
    if not 0 < len(called) <= LONGEST:
        raise InputRefused(f"The name of a preset has 1 to {LONGEST} characters, not {len(called)}.")
    with writing(db):
        talk = conversation(db, conversation_id)
        there = {each.name for each in presets(db, talk.owner)}
        if called not in there and len(there) >= MOST:
            raise InputRefused(f"{MOST} presets are as many as can be kept. Remove one first.")
        db.execute(
            "INSERT OR REPLACE INTO presets VALUES (?, ?, ?, ?, ?, ?)",
            (talk.owner, called, talk.system_prompt, talk.temperature, talk.top_p, talk.max_tokens),
        )


def use_preset(db: Database, conversation_id: str, name: str) -> None:
    """Instruct and sample a conversation as a preset of its owner says. Raises NotFound."""
    with writing(db):
        talk = conversation(db, conversation_id)
        found = next((each for each in presets(db, talk.owner) if each.name == name), None)
        if found is None:
            raise NotFound(f"There is no preset “{name}” any more.")
        instruct(db, talk.id, found.instructions)
        sample(db, talk.id, found.temperature, found.top_p, found.max_tokens)


def remove_preset(db: Database, owner: str, name: str) -> None:
    """Keep a preset no longer; conversations that use it stay as they are."""
    db.execute("DELETE FROM presets WHERE owner = ? AND name = ?", (owner, storable(name)))
