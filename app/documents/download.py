"""Handing a stored document out as a file: found, named, and never shown by a browser."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath
from urllib.parse import quote

from sqlalchemy.orm import Session, undefer

from app.documents import readings
from app.documents.models import Document
from app.errors import NotFound

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control and bidirectional characters: in a file name they only disguise (`invoice_fdp.exe`)."""
LONGEST_NAME = 200


def found(session: Session, document_id: int, *, with_content: bool = False) -> Document:
    """The document. Raises NotFound when there is none."""
    options = [undefer(Document.content)] if with_content else []
    document = session.get(Document, document_id, options=options)
    if document is None:
        raise NotFound(f"There is no document {document_id}.", document=document_id)
    return document


def file_name(name: str, media_type: str = "") -> str:
    """A name fit to keep and to show: no path, no control characters, not empty; a suffix if the type tells one."""
    plain = _CONTROL.sub("", name.replace("\\", "/")).strip()
    base = PurePosixPath(plain).name if plain not in ("", ".", "..") else ""
    if base:
        stem, dot, suffix = base.rpartition(".")
        return base if len(base) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - 10]}{dot}{suffix[:9]}"
    kind = media_type.split(";")[0].strip().casefold()
    guessed = ".eml" if kind == "message/rfc822" else mimetypes.guess_extension(kind) or ""
    return ("message" if guessed == ".eml" else "document") + guessed


def part_name(session: Session, document_id: int, path: str) -> str:
    """The name of a part of a document that has been read. Raises NotFound when there is none."""
    for part in readings.load(session, document_id).walk():
        if part.path == path:
            return file_name(part.name, part.media_type)
    raise NotFound(f"Document {document_id} has no part {path}.", document=document_id)


def headers(name: str) -> dict[str, str]:
    """Response headers that make a browser save the bytes under this name and run none of them (RFC 6266)."""
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
    }
