"""What the page needs to change settings. `run.py` fills it in, since it knows who lives by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from store.settings import Settings


@dataclass(frozen=True, slots=True)
class SettingControl:
    """`flags` are what the command line gave; `take` has the rest of the program go by other settings from now on."""

    flags: Mapping[str, object]
    take: Callable[[Settings], None]
