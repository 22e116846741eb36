"""Words with boxes from a PDF page by PDFium, fast: the page's text in one call, one rectangle per word.

Asking PDFium for every character's box from Python costs more than PDFium's own work; a word's rectangle costs two
calls. Only words that PDFium glued over a gap, or whose characters lie apart, are looked at character by character.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import Any

from app.documents.characters import clean
from app.documents.rows import Placed

_WORD = re.compile("[^\\s\x00-\x20\x7f\u00a0\u00ad\ufffe\uffff]+")
_HYPHEN_MARKS = ("\x02", "\ufffe")


@dataclass(slots=True)
class PageWords:
    """What stands on a page: words a reader sees, and text that is there but cannot be seen."""

    words: list[Placed] = field(default_factory=list)
    unseen: list[Placed] = field(default_factory=list)


class Frame:
    """Turns PDFium's page coordinates (origin bottom left, before rotation) into those of the page as shown."""

    def __init__(self, page: Any) -> None:
        left, bottom, right, top = page.get_bbox()
        self.rotation = page.get_rotation() % 360
        self.left, self.bottom, self.right, self.top = left, bottom, right, top
        across, up = right - left, top - bottom
        self.width, self.height = (up, across) if self.rotation in (90, 270) else (across, up)

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """(x0, top, x1, bottom) as shown."""
        if self.rotation == 0:
            return left - self.left, self.top - top, right - self.left, self.top - bottom
        if self.rotation == 90:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.rotation == 180:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        return self.top - top, self.right - right, self.top - bottom, self.right - left


def page_words(page: Any, frame: Frame) -> PageWords:
    """The words of a PDFium page, in the order of its content."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    try:
        return _words(text_page, frame, pdfium)
    finally:
        text_page.close()


def _words(text_page: Any, frame: Frame, pdfium: Any) -> PageWords:
    raw = text_page.raw
    count = pdfium.FPDFText_CountChars(raw)
    found = PageWords()
    if count <= 0:
        return found
    text = _characters(raw, count, pdfium)
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    references = tuple(ctypes.byref(v) for v in (left, top, right, bottom))
    count_rects, get_rect = pdfium.FPDFText_CountRects, pdfium.FPDFText_GetRect
    for match in _WORD.finditer(text):
        start, end = match.span()
        rects = count_rects(raw, start, end - start)
        if rects == 1 and get_rect(raw, 0, *references):
            box = frame.box(left.value, bottom.value, right.value, top.value)
            found.words.append(Placed(clean(match.group()), *box))
        elif rects > 1:
            found.words.extend(_by_character(raw, text, start, end, frame, pdfium))
    found.words = [word for word in found.words if word.text]
    return found


def _characters(raw: Any, count: int, pdfium: Any) -> str:
    """The page's characters such that string index and PDFium's character index agree."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(raw, 0, count, buffer) - 1
    text = bytes(buffer)[: 2 * max(written, 0)].decode("utf-16-le", "replace")
    if len(text) == count and written == count:
        return text
    code = pdfium.FPDFText_GetUnicode
    return "".join(chr(c) if (c := code(raw, i)) and not 0xD800 <= c < 0xE000 else " " for i in range(count))


def _by_character(raw: Any, text: str, start: int, end: int, frame: Frame, pdfium: Any) -> list[Placed]:
    """A word that PDFium sees as several rectangles: cut where its characters lie apart."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    out: list[Placed] = []
    for i in range(start, end):
        if not pdfium.FPDFText_GetCharBox(raw, i, left, right, bottom, top):
            continue
        x0, y0, x1, y1 = frame.box(left.value, bottom.value, right.value, top.value)
        last = out[-1] if out else None
        if last is not None:
            height = max(last.bottom - last.top, y1 - y0, 4.0)
            is_apart = (
                x0 - last.x1 > 0.35 * height
                or x0 < last.x0 - 2
                or min(last.bottom, y1) - max(last.top, y0) < -0.5 * height
            )
            if not is_apart:
                last.text += text[i]
                last.x0, last.top = min(last.x0, x0), min(last.top, y0)
                last.x1, last.bottom = max(last.x1, x1), max(last.bottom, y1)
                continue
        out.append(Placed(text[i], x0, y0, x1, y1))
    for word in out:
        word.text = clean(word.text)
    return out
