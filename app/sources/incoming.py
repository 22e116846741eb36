"""One shape for all that arrives."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

LONGEST_NAME = 300
LONGEST_KEY = 500
"""Characters kept of a file's name and of a delivery's key; a longer key goes on as its SHA-256."""


@dataclass(frozen=True, slots=True)
class InPieces:
    """The bytes of a large arrival that lie in the database already, piece by piece: under which delivery, how many
    they are, and their SHA-256."""

    delivery: UUID
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes as they arrived, before anybody looked inside.

    `source` names the way in (upload, api, folder, mailbox:NAME, …); `source_key` is the world's own key for this
    delivery (Message-ID, webhook id, path), so that a repeated delivery is known. `name` is the file's name if it has
    one. `arrived_at` is aware. What is too large to be held whole has no `content` here, but `in_pieces`.
    """

    content: bytes
    name: str
    source: str
    source_key: str
    arrived_at: datetime
    in_pieces: InPieces | None = None

    @property
    def size(self) -> int:
        return self.in_pieces.size if self.in_pieces is not None else len(self.content)

    def __post_init__(self) -> None:
        name = storable(self.name)
        if len(name) > LONGEST_NAME:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if len(ending) < 10 else name[:LONGEST_NAME]
        key = storable(self.source_key)
        if len(key) > LONGEST_KEY or key != self.source_key:
            digest = hashlib.sha256(self.source_key.encode("utf-8", "surrogatepass")).hexdigest()
            key = f"{key[: LONGEST_KEY - len(digest) - 1]}#{digest}"
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "source_key", key)


def storable(text: str) -> str:
    """The text as the database can keep it: no NUL, and bytes of a file's name that are no UTF-8 as question marks."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
