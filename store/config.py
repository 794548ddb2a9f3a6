"""Changing `config.toml` from the page: checked as when it is read, written whole or not at all, comments kept.

`store.settings` says what a setting may be and reads the file; this writes it, and says where each value comes from.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import tomlkit

from store.errors import InputRefused
from store.settings import CONFIG, PREFIX, Settings, checked, read_config, settled
from store.whole_file import whole_file

Source = Literal["flag", "environment", "file", "default"]

AT_ONCE = (
    "instructions",
    "memory",
    "memory_threshold",
    "second_answers",
    "night",
    "night_time",
    "night_minutes",
    "on_battery",
    "min_free_gib",
)
NEXT_NIGHT = ("teacher_url", "teacher_model", "teacher_key", "keep_versions")
"""What a night reads when it begins; everything else counts from the next start of the server on."""

Value = bool | int | float | str


def present(
    home: Path, environment: Mapping[str, str], flags: Mapping[str, object]
) -> tuple[Settings, dict[str, Source]]:
    """The settings as they are now, and where each comes from. Raises InputRefused as `settled` does."""
    config = read_config(home / CONFIG)
    return settled(home, config, environment, flags), sources(config, environment, flags)


def sources(
    config: Mapping[str, Any], environment: Mapping[str, str], flags: Mapping[str, object]
) -> dict[str, Source]:
    """Where the value of each setting comes from. Pure."""
    found: dict[str, Source] = {}
    for name in (each.name for each in fields(Settings) if each.name != "home"):
        if flags.get(name) is not None:
            found[name] = "flag"
        elif PREFIX + name.upper() in environment:
            found[name] = "environment"
        else:
            found[name] = "file" if name in config else "default"
    return found


def change(
    home: Path,
    given: Mapping[str, Value],
    environment: Mapping[str, str],
    flags: Mapping[str, object],
    allowed: Callable[[Settings], None] = lambda settings: None,
) -> tuple[Settings, list[str]]:
    """Write what is new of `given` to the home's `config.toml`; the settings then, and the names of what changed.

    Nothing is written when one value will not do, or `allowed` raises. Raises InputRefused for that, and for a setting
    that the command line or the environment gives, since one in the file would not count.
    """
    now, origin = present(home, environment, flags)
    new = {name: checked(name, value, name) for name, value in given.items() if name in origin}
    new = {name: value for name, value in new.items() if value != getattr(now, name)}
    for name in new:
        if origin[name] in ("flag", "environment"):
            place = "on the command line" if origin[name] == "flag" else f"by {PREFIX}{name.upper()}"
            raise InputRefused(f"{name} is set {place}; the file would not count. Change it there.")
    if not new:
        return now, []
    later = replace(now, **new)  # type: ignore[arg-type]
    allowed(later)
    path = (home / CONFIG).resolve()
    after = changed(path.read_bytes().decode("utf-8-sig") if path.exists() else "", new)
    _write(path, after)
    return later, list(new)


def changed(text: str, values: Mapping[str, Value]) -> str:
    """The text of a `config.toml` with other values; comments and order stay. Pure."""
    document = tomlkit.parse(text)
    for name, value in values.items():
        document[name] = value
    return tomlkit.dumps(document)


def running(begun: Settings, now: Settings) -> Settings:
    """The settings that a server goes on with that began with `begun`: of those `now`, what needs no restart. Pure."""
    return replace(begun, **{name: getattr(now, name) for name in (*AT_ONCE, *NEXT_NIGHT)})


def _write(path: Path, text: str) -> None:
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        with whole_file(path) as part:
            part.touch(0o600)
            part.chmod(mode)
            part.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputRefused(f"{path} cannot be written: {error.strerror}. Nothing was changed.") from error
