"""How much one document may cost to read. Beyond a limit a part comes back unread, with a sentence saying why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The defaults fit a billing desk's mail: a few attachments, a few scans."""

    file_bytes: int = 60_000_000
    """A single part, as stored or unpacked."""
    unpacked_bytes: int = 250_000_000
    """Everything unpacked out of archives and mails in one document."""
    unpack_ratio: int = 200
    """How many times larger than itself an archive member of more than a megabyte may become."""
    parts: int = 300
    depth: int = 8
    """Mails in mails, archives in archives."""
    pages: int = 300
    """Pages of one PDF or picture whose text is read; the rest is reported."""
    ocr_pages: int = 25
    """Scanned pages of one document that are recognised; the rest is reported."""
    text_chars: int = 4_000_000
    """Text kept of one part."""
    cells: int = 400_000
    """Cells read of one workbook, table or CSV."""
    image_pixels: int = 80_000_000
    text_seconds: float = 20.0
    """Wall time for a document without scans."""
    ocr_seconds: float = 240.0
    """Wall time for a document with scans."""
    text_memory: int = 1_200_000_000
    """Address space of a reading process (without OCR)."""
    ocr_memory: int = 4_000_000_000
    """Address space of a process that recognises scans: the models alone take 0.9 GB."""


DEFAULT = Limits()
