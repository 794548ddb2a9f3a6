"""The settings: flags before environment before `config.toml` before defaults, read once by `run.py`.

A dataclass and tomllib, not pydantic-settings: that takes 0.2 s to import, and `run.py status` has half a second.
"""

import ipaddress
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import platformdirs

from store.errors import InputRefused

PREFIX = "APRENDIZ_"
CONFIG = "config.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. Empty or 0 means the program's own choice where the comment says so."""

    home: Path
    host: str = "127.0.0.1"  # any other than this computer's own needs a user
    port: int = 7860
    model: str = ""  # path of a GGUF file or a Hugging Face model directory; empty: the default model
    engine: Literal["auto", "llamacpp", "torch"] = "auto"
    serve_format: Literal["auto", "f16", "q8_0", "q4_k_m"] = "auto"
    context_tokens: int = 4096
    threads: int = 0  # 0: all cores
    instructions: str = ""  # what conversations of the page begin with
    memory: bool = True
    memory_threshold: float = 0.0  # cosine similarity; 0: built in
    second_answers: float = 0.0  # the share of questions that two versions answer, for the owner to choose
    night: bool = True
    night_time: str = "03:00"  # local time of day
    night_minutes: int = 60
    teacher_url: str = ""  # an OpenAI-compatible endpoint; empty: the local model teaches
    teacher_model: str = ""
    teacher_key: str = field(default="", repr=False)
    on_battery: bool = False  # whether a night may start on battery
    min_free_gib: float = 2.0
    keep_versions: int = 14  # of how many promoted versions the files are kept; 0: of all
    public_name: str = ""  # the host name under which a reverse proxy passes requests on; needs a user


def reaches_others(settings: Settings) -> bool:
    """Whether other computers can reach the page that these settings serve. Pure."""
    try:
        own = settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        own = False
    return not own or settings.public_name != ""


RANGES: dict[str, tuple[float, float]] = {
    "port": (1, 65_535),
    "context_tokens": (256, 1 << 20),
    "threads": (0, 1024),
    "memory_threshold": (0.0, 1.0),
    "second_answers": (0.0, 1.0),
    "night_minutes": (1, 24 * 60),
    "min_free_gib": (0.0, 1e6),
    "keep_versions": (0, 100_000),
}
_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def load_settings(home: Path | None, **flags: object) -> Settings:
    """The settings for `home`, or else for `APRENDIZ_HOME`, or else for the platform's data directory.

    `flags` that are None were not given. Raises InputRefused naming the setting, where it stands, and what would do.
    """
    place = home or Path(os.environ.get(PREFIX + "HOME") or platformdirs.user_data_dir("aprendiz"))
    place = place.expanduser().absolute()
    return settled(place, read_config(place / CONFIG), os.environ, flags)


def read_config(path: Path) -> dict[str, Any]:
    """The table in a `config.toml`; empty when there is no file. Raises InputRefused with the line of a fault."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"{path} cannot be read: {error}.") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(f"{path} is not TOML: {error}.") from error


def settled(
    home: Path, config: Mapping[str, Any], environment: Mapping[str, str], flags: Mapping[str, object]
) -> Settings:
    """The settings that come of the three sources, each checked where it was given. Pure.

    Raises InputRefused for an unknown flag or key of `config`; unknown variables are other programs' business.
    """
    names = [each.name for each in fields(Settings) if each.name != "home"]
    for source, given in ((str(home / CONFIG), config), ("The command line", flags)):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise InputRefused(f"{source} sets {unknown[0]!r}, which is no setting. There are: {', '.join(names)}.")
    values: dict[str, Any] = {}
    for name in names:
        for value, said in (
            (flags.get(name), f"--{name.replace('_', '-')}"),
            (environment.get(PREFIX + name.upper()), PREFIX + name.upper()),
            (config.get(name), f"{home / CONFIG}: {name}"),
        ):
            if value is not None and name not in values:
                values[name] = checked(name, value, said)
    return Settings(home=home, **values)


def checked(name: str, value: object, said: str) -> bool | int | float | str:
    """`value` as the setting `name` wants it; text, as an environment has it, is read. Raises InputRefused."""
    wanted = get_type_hints(Settings)[name]
    choices = get_args(wanted) if get_origin(wanted) is Literal else ()
    low, high = RANGES.get(name, (-math.inf, math.inf))
    if choices:
        if value in choices:
            return str(value)
        fault = f"one of {', '.join(choices)}"
    elif wanted is bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUE + _FALSE:
            return value.lower() in _TRUE
        fault = "true or false"
    elif wanted in (int, float):
        number = _number(value, wanted)
        if number is not None and low <= number <= high:
            return number
        fault = f"a {'whole ' if wanted is int else ''}number from {low:g} to {high:g}"
    elif name == "night_time":
        if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
            return value.zfill(5)
        fault = "a time of day such as 03:00"
    elif name in ("host", "public_name"):
        if isinstance(value, str) and (_HOST.fullmatch(value) or (name == "public_name" and not value)):
            return value
        fault = "an address or the name of a computer, such as 127.0.0.1 or 0.0.0.0"
    elif isinstance(value, str | Path):
        return str(value)
    else:
        fault = "a text in quotes"
    raise InputRefused(f"{said} is {value!r}; it must be {fault}.")


def _number(value: object, wanted: type) -> int | float | None:
    """`value` as a number of type `wanted`, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if wanted is int and isinstance(value, float):
        return None
    try:
        return int(value) if wanted is int else float(value)
    except ValueError:
        return None
