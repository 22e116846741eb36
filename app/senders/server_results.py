"""What the mailbox's own server found of a mail's sender: its Authentication-Results (RFC 8601), and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.senders.domains import registered

NAMELESS = "microsoft-365"
"""What to enter for a server that writes no name, as Microsoft 365: then only the uppermost header is believed."""
_HEADER = "authentication-results"
_LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class ServerResults:
    """What the server says. `passed` and `refused` are methods (dmarc, dkim, spf) that answer for the sender's own
    house, or speak against it; `said` is whether it said anything at all."""

    server: str
    said: bool = False
    passed: tuple[str, ...] = ()
    refused: tuple[str, ...] = field(default=())


def server_results(headers: Sequence[tuple[str, str]], *, trusted: str, sender_domain: str) -> ServerResults:
    """Read what the trusted server wrote over a mail. `headers` in their order, the uppermost first; `trusted` is the
    server's name (authserv-id), empty for none.

    Servers write above what they receive: only the uppermost header with the name is believed, and of those that
    follow it before the mail's next station only what speaks against the sender. What a stranger wrote further down
    under the same name, or under another, counts for nothing.
    """
    trusted = trusted.strip().casefold()
    found = ServerResults(trusted)
    if not trusted or not sender_domain:
        return found
    passed: list[str] = []
    refused: list[str] = []
    is_first = True
    for name, value in headers:
        if name == "received" and not is_first:
            break
        if name != _HEADER:
            continue
        results = _results(value[:_LONGEST], trusted)
        if results is None:
            if trusted == NAMELESS:
                break  # Microsoft's own is the uppermost or it is not there
            continue
        for method, outcome, domain in results:
            if not _is_about(method, domain, sender_domain):
                continue
            if outcome == "pass" and is_first:
                passed.append(method)
            elif outcome == "fail":
                refused.append(method)
        is_first = False
        if trusted == NAMELESS:
            break
    if is_first:
        return found
    if "dkim" in passed:
        refused = [method for method in refused if method != "dkim"]  # several signatures, of which one is good
    return ServerResults(trusted, True, tuple(dict.fromkeys(passed)), tuple(dict.fromkeys(refused)))


def _results(value: str, trusted: str) -> list[tuple[str, str, str]] | None:
    """(method, outcome, domain it is about) of a header of the trusted server; None for anybody else's."""
    import authres

    value = " ".join(value.split())
    if trusted == NAMELESS:
        if not re.match(r"(spf|dkim|dmarc|arc)=", value):
            return None
        value = f"{NAMELESS}; " + re.sub(r"\b(action|reason|compauth)=[\w.-]+", "", value)
        value = re.sub(r";\s*(?=;|$)", "", value)
    try:
        parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    except (authres.core.AuthResError, ValueError, IndexError, AttributeError, TypeError):
        return None
    if str(parsed.authserv_id or "").casefold() != trusted:
        return None
    found = []
    for result in parsed.results:
        properties = {(str(p.type), str(p.name)): str(p.value) for p in result.properties}
        about = (
            properties.get(("header", "d")) or properties.get(("header", "i")) or properties.get(("header", "from"))
            or properties.get(("smtp", "mailfrom")) or ""
        )  # fmt: skip
        if result.method == "spf":
            about = properties.get(("smtp", "mailfrom"), "")
        elif result.method == "dmarc":
            about = properties.get(("header", "from"), "")
        found.append(
            (str(result.method).casefold(), str(result.result).casefold(), about.rpartition("@")[2].casefold())
        )
    return found


def _is_about(method: str, domain: str, sender_domain: str) -> bool:
    """Whether a result is of the sender's own house. A verdict on the sender (DMARC) is about the sender."""
    if method == "dmarc":
        return not domain or registered(domain) == registered(sender_domain)
    return method in ("dkim", "spf") and bool(domain) and registered(domain) == registered(sender_domain)
