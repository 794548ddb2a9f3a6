"""How often somebody tried to log in and failed, and how long they wait after too many. Kept in this process only.

By address, and by name as well, since one who guesses may have many addresses. From this computer itself it is by both
together: all who come through a proxy that does not say for whom it asks have that address. An attempt counts as failed
from its beginning, so that many at once do not slip through.
"""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_S = 15 * 60.0
FROM_AN_ADDRESS, FOR_A_NAME = 10, 30
_MOST_KEPT = 10_000


class Attempts:
    """The failed attempts of the last quarter of an hour. For one thread, such as an event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, address: str, name: str) -> float:
        """Seconds to wait until the next attempt; 0 when this one may be made, which then counts as failed."""
        now = self._clock()
        limits = _limits(address, name)
        waits = [
            self._recent(key, now)[0] + WINDOW_S - now for key, most in limits if len(self._recent(key, now)) >= most
        ]
        if waits:
            return max(waits)
        for key, _ in limits:
            self._failed.setdefault(key, deque()).append(now)
            self._failed.move_to_end(key)
        while len(self._failed) > _MOST_KEPT:
            self._failed.popitem(last=False)
        return 0.0

    def succeeded(self, address: str, name: str) -> None:
        """The attempt that was begun last was none of the failed ones."""
        for key, _ in _limits(address, name):
            if self._failed.get(key):
                self._failed[key].pop()

    def _recent(self, key: str, now: float) -> deque[float]:
        found = self._failed.get(key, deque())
        while found and found[0] <= now - WINDOW_S:
            found.popleft()
        return found


def _limits(address: str, name: str) -> tuple[tuple[str, int], tuple[str, int]]:
    return (f"from {_visitor(address, name)}", FROM_AN_ADDRESS), (f"for {name[:64]}", FOR_A_NAME)


def _visitor(address: str, name: str) -> str:
    """What one visitor holds of addresses: one of IPv4, 64 bits of IPv6; on this computer one for each name."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    known = getattr(known, "ipv4_mapped", None) or known
    if known.is_loopback:
        return f"{known} for {name[:64]}"
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
