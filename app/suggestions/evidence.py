"""The original document as Odoo takes it: under a clean name, and only up to a size."""

from __future__ import annotations

from app.odoo.commands import Attachment
from app.suggestions.proposal import Shown

LARGEST = 25 * 1024 * 1024
"""Bytes. The addon refuses a larger file, and the whole change with it."""
_LONGEST_NAME = 120


def attachable(document: Attachment) -> tuple[Attachment, ...]:
    """The document under a name without path and control characters; nothing where it is too large for Odoo."""
    if len(document.content) > LARGEST:
        return ()
    return (Attachment(clean_name(document.name), document.content),)


def left_out(document: Attachment) -> tuple[Shown, ...]:
    """A row that says that the document is not attached, where it is too large."""
    if len(document.content) <= LARGEST:
        return ()
    return (Shown("Original document", "in Countersign", too_large(document)),)


def too_large(document: Attachment) -> str:
    size = len(document.content) / (1024 * 1024)
    return f"stays in Countersign: {size:.0f} MB, and Odoo takes {LARGEST // (1024 * 1024)} MB at most"


def clean_name(name: str) -> str:
    """A file name without path, control characters and broken characters, its ending kept, never empty."""
    base = name.replace("\\", "/").rpartition("/")[2]
    text = "".join(c for c in base if c.isprintable()).encode("utf-8", "ignore").decode().strip()
    if len(text) > _LONGEST_NAME:
        stem, dot, ending = text.rpartition(".")
        ending = ending[:9] if stem else ""
        text = f"{(stem or text)[: _LONGEST_NAME - 10]}{dot if ending else ''}{ending}"
    return text if text.strip(". ") else "document"
