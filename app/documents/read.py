"""The one door to reading: bytes in, a tree of text with positions out. Never raises for bad input."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import replace

from app.documents import sniff
from app.documents.limits import DEFAULT, Limits
from app.documents.part import Part, Spending
from app.documents.reading import Reading

_READERS = {
    sniff.MAIL: ("mail", "read_mail"),
    sniff.MSG: ("msg", "read_msg"),
    sniff.PDF: ("pdf", "read_pdf"),
    sniff.XLSX: ("sheets", "read_workbook"),
    sniff.XLSB: ("sheets", "read_workbook"),
    sniff.XLS: ("sheets", "read_workbook"),
    sniff.ODS: ("sheets", "read_workbook"),
    sniff.CSV: ("texts", "read_text"),
    sniff.DOCX: ("word", "read_word"),
    sniff.RTF: ("texts", "read_rtf"),
    sniff.HTML: ("texts", "read_html"),
    sniff.XML: ("texts", "read_text"),
    sniff.EDIFACT: ("texts", "read_text"),
    sniff.X12: ("texts", "read_text"),
    sniff.TEXT: ("texts", "read_text"),
    sniff.ZIP: ("archive", "read_zip"),
    sniff.GZIP: ("archive", "read_gzip"),
}
PAPER_BYTES = 2048
"""A file of fewer bytes may be the same by chance, or stand for nothing: it is not noted by what it is known again."""
_NO_MEMORY = ("Cannot allocate memory", "failed to map segment")
"""What an import says when a library finds no room; other failed imports are faults of the installation."""
_IMAGE = ("images", "read_image")
_PACKED = (sniff.XLSX, sniff.XLSB, sniff.ODS, sniff.DOCX)
"""Formats that are archives inside and may be bombs."""
_UNSUPPORTED = {
    sniff.TNEF: ("Outlook's winmail.dat", "ask the sender to send the mail as HTML or plain text"),
    sniff.DOC: ("Word files of the old kind (.doc)", "open it by hand or ask for a PDF"),
    sniff.ODT: ("OpenDocument texts", "open it by hand or ask for a PDF"),
    "application/x-7z-compressed": ("7z archives", "unpack it by hand or ask for a ZIP"),
    "application/vnd.rar": ("RAR archives", "unpack it by hand or ask for a ZIP"),
}


def read(
    content: bytes, name: str, limits: Limits = DEFAULT, *, may_recognise: bool = True, threads: int = 1
) -> Reading:
    """Read a document of any supported kind with all its parts; `threads` is for OCR.

    What cannot be read comes back as a part of form "unread" whose problems say what to do. A file that hangs or kills
    its reader is not contained here: `app.documents.sandbox` does that.

    Raises:
        NeedsRecognition: The document holds a scan, and `may_recognise` is False.
    """
    spending = Spending(limits, may_recognise=may_recognise, threads=threads)
    return open_part(Part(content, name, "", spending, open_part))


def open_part(part: Part) -> Reading:
    """Read one part of any kind; what it contains is opened by `part.open`."""
    media_type = sniff.media_type(part.content, part.name)
    refused = part.refusal(media_type)
    if refused is not None:
        return refused
    if not part.content:
        return part.unread(media_type, "empty", "The file is empty: ask the sender to send it again.")
    try:
        reading = _read(part, media_type)
        return replace(reading, sha256=_digest(part.content)) if _is_a_paper(reading, part.content) else reading
    except RecursionError:
        return part.unread(media_type, "corrupt", "The file is nested beyond reason and was not read: open it by hand.")
    except ImportError as error:
        if not any(sign in str(error) for sign in _NO_MEMORY):
            raise
        return part.unread(media_type, "memory", "Reading the file needs too much memory: open it by hand.")
    except MemoryError:
        return part.unread(media_type, "memory", "Reading the file needs too much memory: open it by hand.")
    except Exception as error:  # noqa: BLE001 - parsers of foreign formats raise anything; a part must not sink its mail
        return part.unread(
            media_type, "corrupt", f"The file could not be read ({type(error).__name__}): open it by hand."
        )


def _is_a_paper(reading: Reading, content: bytes) -> bool:
    if reading.form in ("mail", "archive", "unread"):
        return False
    return len(content) >= PAPER_BYTES or reading.order is not None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(part: Part, media_type: str) -> Reading:
    if media_type in _PACKED:
        from app.documents.archive import bomb

        refused = bomb(part, media_type)
        if refused is not None:
            return refused
    reader = _reader(media_type)
    if reader is not None:
        return reader(part, media_type)
    if media_type == sniff.ENCRYPTED_OFFICE:
        return part.unread(
            media_type, "encrypted", "The file is protected by a password: ask the sender for an open copy."
        )
    what, action = _UNSUPPORTED.get(media_type, ("Files of this kind", "open it by hand or ask for a PDF"))
    return part.unread(media_type, "unsupported", f"{what} cannot be read: {action}.")


def _reader(media_type: str) -> Callable[[Part, str], Reading] | None:
    """The function that reads this kind of content; its module is imported only now."""
    where = _IMAGE if media_type.startswith("image/") else _READERS.get(media_type)
    if where is None:
        return None
    module, function = where
    found: Callable[[Part, str], Reading] = getattr(importlib.import_module(f"app.documents.{module}"), function)
    return found
