"""GET /v1/models: what can be asked for by name. `current` is whatever is served, `base` never learned."""

from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.api.errors import Refused
from models.version_files import BASE, current, version_dir
from store.database import opened
from store.errors import NotFound
from store.versions import versions

CURRENT = "current"


def models(home: Path) -> list[dict[str, Any]]:
    """`current`, `base` and every version whose files are there, in OpenAI's form; times are Unix time."""
    with opened(home) as db:
        made = {version.id: version.created for version in versions(db) if _there(home, version.id)}
    times = {BASE: 0} | {id: int(datetime.fromisoformat(created).timestamp()) for id, created in made.items()}
    times = {CURRENT: times.get(current(home), 0)} | times
    return [{"id": id, "object": "model", "created": created, "owned_by": "aprendiz"} for id, created in times.items()]


def require_model(home: Path, id: str) -> dict[str, Any]:
    """The model `id`. Raises Refused as OpenAI does, naming those there are."""
    there = {model["id"]: model for model in models(home)}
    if id not in there:
        message = f"There is no model {id!r}. There are: {', '.join(there)}."
        raise Refused(message, param="model", code="model_not_found", status=404)
    return there[id]


def _there(home: Path, version: str) -> bool:
    try:
        return version_dir(home, version).is_dir()
    except NotFound:
        return False
