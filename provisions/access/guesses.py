"""Wrong passwords, counted: guessing is slowed down, and nobody can lock somebody else out.

By account and address together, and by address, an attempt is refused for the rest of a minute, right or wrong. Counted
over all addresses together nobody is refused: each attempt just waits a little.
"""

import threading
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address

WINDOW_SECONDS = 60.0
BY_ACCOUNT = 6
BY_ADDRESS = 10
OVERALL = 60
OVERALL_PAUSE_SECONDS = 1.0
_MOST_KEYS = 10_000
_OF_ONE = 64  # bits of an address of version 6 that a provider gives to one customer, who chooses the rest for each connection


def counted_as(address: str) -> str:
    """As what an address is counted: of version 6 the network that one customer has; of version 4 in its clothes, that one.

    >>> counted_as("2001:db8::1:2"), counted_as("::ffff:192.0.2.7"), counted_as("192.0.2.7"), counted_as("")
    ('2001:db8::', '192.0.2.7', '192.0.2.7', '')
    """
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address) or read.is_loopback:
        return str(read)
    return str(read.ipv4_mapped or IPv6Network((read, _OF_ONE), strict=False).network_address)


class Guesses:
    """``now`` is a monotonic clock in seconds. Safe to ask from several threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._wrong: dict[tuple[str, ...], deque[float]] = {}
        self._overall: deque[float] = deque(maxlen=OVERALL)
        self._refused: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, account: str, address: str) -> float:
        """Seconds until this account may be tried from this address; 0 when it may now."""
        with self._lock:
            return self._longest(account, address)

    def heard(self, account: str, address: str, *, right: bool) -> float:
        """Seconds until this account may be tried from this address; 0 when whoever tried may hear whether it was ``right``.

        What is wrong counts at the same moment: so of a hundred that are tried together no more are told than one by one.
        """
        with self._lock:
            wait = self._longest(account, address)
            if wait <= 0 and not right:
                self._count(account, address)
            return wait

    def is_news(self, address: str) -> bool:
        """Whether this address is refused for the first time in a minute: that is worth a line, and the rest is the same."""
        address = counted_as(address)
        with self._lock:
            moment = self._now()
            if self._refused.get(address, -WINDOW_SECONDS) > moment - WINDOW_SECONDS:
                return False
            if len(self._refused) >= _MOST_KEYS:
                self._refused.clear()
            self._refused[address] = moment
            return True

    def pause(self) -> float:
        """Seconds that each attempt takes longer now, because very many are wrong."""
        with self._lock:
            full = len(self._overall) == OVERALL and self._overall[0] > self._now() - WINDOW_SECONDS
            return OVERALL_PAUSE_SECONDS if full else 0.0

    def _count(self, account: str, address: str) -> None:
        moment, address = self._now(), counted_as(address)
        self._overall.append(moment)
        for key, most in (((address,), BY_ADDRESS), ((address, account), BY_ACCOUNT)):
            if key not in self._wrong and len(self._wrong) >= _MOST_KEYS:
                del self._wrong[next(iter(self._wrong))]
            self._wrong.setdefault(key, deque(maxlen=most)).append(moment)

    def _longest(self, account: str, address: str) -> float:
        address = counted_as(address)
        return max(self._wait((address,), BY_ADDRESS), self._wait((address, account), BY_ACCOUNT))

    def _wait(self, key: tuple[str, ...], most: int) -> float:
        recent = self._wrong.get(key)
        if recent is None:
            return 0.0
        while recent and recent[0] <= self._now() - WINDOW_SECONDS:
            recent.popleft()
        if not recent:
            del self._wrong[key]
            return 0.0
        return recent[0] + WINDOW_SECONDS - self._now() if len(recent) == most else 0.0
