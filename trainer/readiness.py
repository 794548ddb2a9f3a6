"""Whether the computer is in a state to work for an hour: disk, battery, and not in the middle of something else."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from store.settings import Settings

BUSY = 1.5


@dataclass(frozen=True, slots=True)
class Machine:
    """What was seen: free space in GiB, plugged in (None without a battery), load for each core over five minutes."""

    free_gib: float
    plugged_in: bool | None
    load: float


def machine(home: Path) -> Machine:
    """Look at the computer."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    load = os.getloadavg()[1] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    return Machine(shutil.disk_usage(home).free / 2**30, battery.power_plugged if battery else None, load)


def hindrances(seen: Machine, settings: Settings, *, unattended: bool) -> list[str]:
    """What speaks against starting now, each with its remedy; empty when nothing does. Pure.

    A night that was asked for by hand is only stopped by a full disk.
    """
    found = []
    if seen.free_gib < settings.min_free_gib:
        found.append(
            f"{seen.free_gib:.1f} GiB are free and a night needs {settings.min_free_gib:g}: "
            "make room, or set min_free_gib"
        )
    if unattended and seen.plugged_in is False and not settings.on_battery:
        found.append("the computer runs on its battery: plug it in, or set on_battery = true")
    if unattended and seen.load > BUSY:
        found.append(f"the computer is busy (load {seen.load:.1f} for each core): the night waits")
    return found
