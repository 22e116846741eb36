"""Checking the sender of a document that came in: what is known is read first, then the name service is asked."""

from __future__ import annotations

from datetime import datetime

from app.db import Database
from app.documents.reading import Reading
from app.firm import Firm
from app.senders import known
from app.senders.check import check
from app.senders.checked import Checked
from app.senders.name_service import Lookup, NameService

LARGEST = 50 * 1024 * 1024
"""Bytes of a mail whose signatures are verified: one of 40 MB takes three seconds for each."""
_OUTLOOK = b"\xd0\xcf\x11\xe0"
"""How Outlook's own files begin: the mail in them is not the one that was sent, byte for byte."""


class SenderChecks:
    """Checks senders with what this database knows; one for a process. Threads may share it."""

    def __init__(self, database: Database, firm: Firm | None, lookup: Lookup | None = None) -> None:
        self._database = database
        self._lookup: Lookup = lookup or NameService()
        self._known = known.KnownHouses(firm)

    def check(self, document_id: int, reading: Reading, content: bytes, *, at: datetime) -> Checked | None:
        """Check who a document is from; None where it is no mail. Call it outside of any transaction: it may wait for
        the name service, two seconds at most for each signature."""
        if reading.mail is None:
            return None
        with self._database.transaction() as session:
            around = known.around(session, document_id, reading.mail, self._known.of(session), at=at)
        is_checkable = len(content) <= LARGEST and not content.startswith(_OUTLOOK)
        return check(reading.mail, content if is_checkable else None, around, self._lookup)
