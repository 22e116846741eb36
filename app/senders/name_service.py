"""Asking the name service (DNS) for the keys that mail is signed with; while it is away nothing waits for it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

Lookup = Callable[[str], str | None]
"""The TXT record of a name, None where there is none. Raises `NameServiceAway`."""
LONGEST = 1.5
"""Seconds for one question."""
TOLERATED = 3
"""Questions in a row without an answer, each perhaps the fault of one domain's own servers; then it counts as away."""
PAUSE = 60.0
"""Seconds that nobody asks while it is away: a case does not wait for what will not come."""
KEPT, KEPT_NONE = 3600.0, 300.0
"""Seconds that an answer is kept, and that there is none."""
MOST = 2000


class NameServiceAway(Exception):
    """The name service did not answer, or could not."""


class NameService:
    """The machine's own resolver, with what it answered lately. Threads may share it."""

    def __init__(self, *, servers: Sequence[str] = (), port: int = 53) -> None:
        """`servers` are addresses to ask instead of those that the machine is set to."""
        self._servers, self._port = tuple(servers), port
        self._answers: OrderedDict[str, tuple[float, str | None]] = OrderedDict()
        self._away_until = 0.0
        self._unanswered = 0
        self._lock = Lock()

    def __call__(self, name: str) -> str | None:
        """The TXT record of a name, None where there is none.

        Raises:
            NameServiceAway: It did not answer, now or less than a minute ago.
        """
        name = name.casefold().rstrip(".")
        at = time.monotonic()
        with self._lock:
            known = self._answers.get(name)
            if known is not None and at - known[0] < (KEPT if known[1] is not None else KEPT_NONE):
                return known[1]
            if at < self._away_until:
                raise NameServiceAway
        try:
            answer = _asked(name, self._servers, self._port)
        except NameServiceAway:
            with self._lock:
                self._unanswered += 1
                if self._unanswered >= TOLERATED:
                    self._away_until = time.monotonic() + PAUSE
            raise
        with self._lock:
            self._unanswered = 0
            self._answers[name] = (at, answer)
            while len(self._answers) > MOST:
                self._answers.popitem(last=False)
        return answer


def _asked(name: str, servers: Sequence[str], port: int) -> str | None:
    import dns.exception
    import dns.rdatatype
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            resolver.nameservers, resolver.port = list(servers), port
        answer = resolver.resolve(name, dns.rdatatype.TXT, lifetime=LONGEST, raise_on_no_answer=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN, UnicodeError):
        return None
    except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, dns.exception.Timeout, OSError):
        raise NameServiceAway from None
    except (dns.exception.DNSException, ValueError):
        return None  # the name cannot be a name
    if answer.rrset is None:
        return None
    record = next(iter(answer.rrset), None)
    return b"".join(record.strings).decode("utf-8", "replace") if record is not None else None
