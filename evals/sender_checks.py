"""How often the checks of a sender warn, on labelled mails: `python -m evals.sender_checks [FOLDER] [--json]`.

Every mail is looked at twice: `known`, where Odoo has an address of every honest sender's house but its own look-alike
cannot be known, and `new`, where it has one of everybody's but this sender's: the worst day, on which each writes for
the first time. A warning on a mail that is no security alert is a false one. Our own domains are those that a mail is
addressed to. The corpus holds no signatures, so that this measures names and addresses.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from app.documents.read import read
from app.documents.reading import Mail
from app.firm import FREE_MAIL
from app.senders.check import Around, check
from app.senders.domains import registered
from evals import cases

FOLDER = Path(__file__).parent / "datasets" / "messages"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def no_name(name: str) -> None:
    """A name service that knows no name."""
    return None  # noqa: RET501 - as the protocol says


def ours_of(mail: Mail) -> frozenset[str]:
    """The domains that a mail is addressed to."""
    return frozenset(registered(a.domain) for a in (*mail.to, *mail.cc) if a.domain) - FREE_MAIL


def measure(folder: Path) -> dict[str, dict[str, object]]:
    """Figures for `known` and `new`: mails, warnings and rate, of alerts and of the rest, and warnings by code."""
    mails: list[tuple[str, bool, Mail, bytes]] = []
    for case in cases.load(folder):
        content = case.path.read_bytes()
        reading = read(content, case.file)
        if reading.mail is not None and reading.mail.sender.domain:
            mails.append((case.id, case.gold.get("kind") == "security_alert", reading.mail, content))
    honest = {registered(m.sender.domain) for _, is_alert, m, _ in mails if not is_alert} - FREE_MAIL
    found: dict[str, dict[str, object]] = {}
    for name in ("known", "new"):
        codes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        warned: dict[bool, list[str]] = {True: [], False: []}
        for case_id, is_alert, mail, content in mails:
            ours = ours_of(mail)
            known = honest - ours - ({registered(mail.sender.domain)} if name == "new" else set())
            checked = check(
                mail, content, Around(AT, {domain: domain for domain in known}, ours, as_sent=True), no_name
            )
            codes[is_alert].update(checked.failed)
            warned[is_alert] += [case_id] if checked.failed else []
        found[name] = {
            kind: {
                "mails": (total := sum(is_alert is of for _, is_alert, _, _ in mails)), "warned": len(warned[of]),
                "rate": round(len(warned[of]) / total, 4) if total else None, "by_check": dict(codes[of]),
                "which": warned[of],
            }
            for kind, of in (("alerts", True), ("others", False))
        }  # fmt: skip
    return found


def main() -> None:
    given = [a for a in sys.argv[1:] if not a.startswith("-")]
    print(json.dumps(measure(Path(given[0]) if given else FOLDER), indent=1))


if __name__ == "__main__":
    main()
