"""Words with boxes from a PDF page by PDFium, fast: the page's text in one call, one rectangle per word.

Asking PDFium for every character's box from Python costs more than PDFium's own work; a word's rectangle costs two
calls. Only words whose characters may lie apart are looked at one by one. Text that cannot be seen (paper-coloured,
invisible mode, off the page, microscopic) is kept apart.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import Any

from app.documents.characters import clean
from app.documents.pdfium_calls import address_of, text_calls
from app.documents.rows import Placed

_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x01\x03-\x08\x0e-\x1f\x7f-\x9f]")
_SEEN = re.compile("[^\\s\x02\ufffe]")
_WORD = re.compile("[^\\s\x00-\x20\x7f\u200b\u2060\ufeff\uffff]+")
_HYPHENS = {0x02: "-", 0xFFFE: "-", 0xAD: "-", 0x2010: "-", 0x2011: "-"}
"""PDFium marks hyphens at line ends; soft hyphens in a PDF are drawn."""
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_PALE = 225
"""A colour whose darkest channel is this light cannot be read on white paper."""
_TINY = 1.6
"""Height in points of capital letters that nobody can read (a type size of about two)."""
_INVISIBLE_MODES = (3, 7)


@dataclass(slots=True)
class PageWords:
    """What stands on a page. `unseen` is text without visible ink; `pale` counts for it unless it has a dark ground."""

    words: list[Placed] = field(default_factory=list)
    pale: list[tuple[Placed, int]] = field(default_factory=list)
    """Words in a light colour, with its lightness (0 to 255)."""
    inkless: list[Placed] = field(default_factory=list)
    """Words drawn in invisible mode: the text layer under a scan, or hidden."""
    unseen: list[Placed] = field(default_factory=list)
    is_garbled: bool = False
    """The font does not say which letters its glyphs are: the words are noise."""
    is_sideways: int = 0
    """Quarters clockwise by which the page must be turned for most of its words to stand upright."""


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
        return _words(text_page.raw, frame, pdfium)
    finally:
        text_page.close()


def _words(raw: Any, frame: Frame, pdfium: Any) -> PageWords:
    found = PageWords()
    count = pdfium.FPDFText_CountChars(raw)
    if count <= 0:
        return found
    text = _characters(raw, count, pdfium)
    calls = text_calls()
    count_rects, get_rect, object_of = calls.count_rects, calls.get_rect, calls.text_object
    page = address_of(raw)
    spots = (ctypes.c_double * 4)()
    left, top, right, bottom = (ctypes.addressof(spots) + 8 * i for i in range(4))
    ink_of = _Inks(page)
    inks: dict[int, int] = {}
    words = found.words
    page_width, page_height = frame.width, frame.height
    is_upright, origin_x, origin_y = frame.rotation == 0, frame.left, frame.top
    tall = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not word.isascii() and not (word := _tidy(word)):
            continue
        start, end = match.span()
        owner = object_of(page, start)
        ink = inks.get(owner)
        if ink is None:
            ink = inks[owner] = ink_of(start, owner)
        if count_rects(page, start, end - start) == 1 and get_rect(page, 0, left, top, right, bottom):
            x0, y1, x1, y0 = spots
            if is_upright:
                placed = Placed(word, x0 - origin_x, origin_y - y1, x1 - origin_x, origin_y - y0)
            else:
                placed = Placed(word, *frame.box(x0, y0, x1, y1))
            height, width = placed.bottom - placed.top, placed.x1 - placed.x0
            is_inside = placed.x1 > 0 and placed.bottom > 0 and placed.x0 < page_width and placed.top < page_height
            if is_inside and height >= _TINY and 0 <= ink < _PALE:
                words.append(placed)
                if height > 1.3 * width and end - start > 2:
                    tall += 1
                continue
            pieces: tuple[Placed, ...] = (placed,)
        else:
            pieces = _pieces(raw, text, start, end, frame, pdfium)
        for placed in pieces:
            if placed.x1 <= 0 or placed.bottom <= 0 or placed.x0 >= page_width or placed.top >= page_height:
                found.unseen.append(placed)
            elif ink >= _PALE:
                found.pale.append((placed, ink))
            elif ink < 0:
                found.inkless.append(placed)
            elif (
                placed.bottom - placed.top < _TINY
                and placed.x1 - placed.x0 < len(placed.text)
                and _is_wordy(placed.text)
            ):
                found.unseen.append(placed)
            else:
                words.append(placed)
    found.is_garbled = _is_garbled(text)
    if tall > 2 and tall > 0.5 * sum(1 for placed in words if len(placed.text) > 2):
        found.is_sideways = _quarters(raw, text, frame, pdfium)
    return found


class _Inks:
    """How light text is drawn on one page."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.shades = (ctypes.c_uint * 4)()
        self.places = tuple(ctypes.addressof(self.shades) + 4 * i for i in range(4))
        self.mode, self.colour = text_calls().render_mode, text_calls().fill_colour

    def __call__(self, index: int, owner: int | None) -> int:
        """The lightness (0 to 255) of the text object a character belongs to; -1 if it is drawn without ink."""
        if owner and self.mode(owner) in _INVISIBLE_MODES:
            return -1
        if not self.colour(self.page, index, *self.places):
            return 0
        red, green, blue, alpha = self.shades
        return min(red, green, blue) if alpha else -1


def _tidy(word: str) -> str:
    return clean(word.translate(_HYPHENS)).translate(_LIGATURES)


def _characters(raw: Any, count: int, pdfium: Any) -> str:
    """The page's characters such that string index and PDFium's character index agree."""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(raw, 0, count, buffer) - 1
    text = bytes(buffer)[: 2 * max(written, 0)].decode("utf-16-le", "replace")
    if len(text) == count == written:
        return text
    code = pdfium.FPDFText_GetUnicode
    return "".join(chr(c) if (c := code(raw, i)) and not 0xD800 <= c < 0xE000 else " " for i in range(count))


def _pieces(raw: Any, text: str, start: int, end: int, frame: Frame, pdfium: Any) -> tuple[Placed, ...]:
    """A word that PDFium sees as several rectangles, or as none: cut where its characters lie apart."""
    page = address_of(raw)
    spots = (ctypes.c_double * 4)()
    left, right, bottom, top = (ctypes.addressof(spots) + 8 * i for i in range(4))
    has_size = text_calls().count_rects(page, start, end - start) > 0
    loose = pdfium.FS_RECTF()
    out: list[Placed] = []
    for i in range(start, end):
        if has_size and text_calls().char_box(page, i, left, right, bottom, top):
            x0, y0, x1, y1 = frame.box(spots[0], spots[2], spots[1], spots[3])
        elif not has_size and pdfium.FPDFText_GetLooseCharBox(raw, i, loose):  # the font does not size its glyphs
            x0, y0, x1, y1 = frame.box(loose.left, loose.bottom, loose.right, loose.top)
        else:
            continue
        letter = _tidy(text[i])
        last = out[-1] if out else None
        if last is not None:
            size = max(last.bottom - last.top, y1 - y0, 4.0)
            is_above = min(last.bottom, y1) - max(last.top, y0) < -0.5 * size
            if not (x0 - last.x1 > 0.35 * size or x0 < last.x0 - 0.5 * size or is_above):
                last.text += letter
                last.x0, last.top = min(last.x0, x0), min(last.top, y0)
                last.x1, last.bottom = max(last.x1, x1), max(last.bottom, y1)
                continue
        out.append(Placed(letter, x0, y0, x1, y1))
    return tuple(placed for placed in out if placed.text)


def _is_wordy(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _is_garbled(text: str) -> bool:
    """Most characters are of private use, replacement or control: glyph numbers instead of letters."""
    sample = text[:4000]
    if _STRANGE.search(sample) is None:
        return False
    strange = len(_STRANGE.findall(sample))
    return strange > 10 and strange > 0.4 * len(_SEEN.findall(sample))


def _quarters(raw: Any, text: str, frame: Frame, pdfium: Any) -> int:
    """How sideways text runs: quarters clockwise that would set it upright on the page as shown."""
    import math

    votes = [0, 0, 0, 0]
    for i in [i for i, c in enumerate(text) if c.isalnum()][:400:7]:
        angle = (
            math.degrees(pdfium.FPDFText_GetCharAngle(raw, i)) + frame.rotation
        )  # clockwise, as drawn, then as shown
        votes[round(angle / 90) % 4] += 1
    return (-votes.index(max(votes))) % 4
