"""One shape for all that arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes as they arrived, before anybody looked inside.

    `source` names the way in (upload, api, folder, mailbox:NAME, …); `source_key` is the world's own key for this
    delivery (Message-ID, webhook id, path), so that a repeated delivery is known. `name` is the file's name if it has
    one. `arrived_at` is aware.
    """

    content: bytes
    name: str
    source: str
    source_key: str
    arrived_at: datetime
