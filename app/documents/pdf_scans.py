"""Pages that are pictures: when to recognise them, what they say, and how far to trust it."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from app.documents import ocr
from app.documents.pdf_words import Frame, PageWords
from app.documents.pdfium_calls import address_of, text_calls
from app.documents.reading import Problem
from app.documents.rows import Placed

_DPI = 200
_FEW_WORDS = 12
"""A page with fewer words and a picture over most of it is a scan with a stamp or a page number."""
_SOME_WORDS = 60
_FAINT = 165
"""Grey levels between paper and ink: good scans and screenshots have 190 and more, poor ones 150 and less."""
_STANDS_OUT = 24
"""Grey levels by which letters must differ from their ground to be seen."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a scan could be read: mean score, share of unsure letters, contrast in grey levels, words found."""

    score: float
    unsure: float
    contrast: float
    words: int

    @property
    def is_poor(self) -> bool:
        return self.words == 0 or self.score < 0.9 or self.unsure > 0.1 or self.contrast < _FAINT


@dataclass(frozen=True, slots=True)
class Scan:
    """A recognised page, turned upright."""

    words: list[Placed]
    width: float
    height: float
    turned: float
    quality: Quality


def picture_share(page: Any, frame: Frame) -> float:
    """The part of the page that pictures cover (0 to 1), overlaps counted once where one picture covers most."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    area = max(frame.width * frame.height, 1.0)
    total = 0.0
    try:
        for i, picture in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
            if i > 400:
                break
            x0, top, x1, bottom = frame.box(*picture.get_bounds())
            across = min(x1, frame.width) - max(x0, 0.0)
            down = min(bottom, frame.height) - max(top, 0.0)
            if across > 0 and down > 0:
                total += across * down / area
    except pypdfium2.PdfiumError:
        return total
    return min(total, 1.0)


def is_text_layer(page: Any, frame: Frame, seen: PageWords) -> bool:
    """Invisible words over a picture of the page are what a scanner recognised; elsewhere they are hidden."""
    if len(seen.inkless) < 5 or len(seen.inkless) < 3 * len(seen.words) or seen.is_garbled:
        return False
    return picture_share(page, frame) > 0.5


def needs_recognition(page: Any, frame: Frame, words: list[Placed]) -> bool:
    """Whether the page's matter is in pictures or drawn letters rather than in text."""
    import pypdfium2.raw as pdfium

    if len(words) >= _SOME_WORDS:
        return False
    if len(words) < _FEW_WORDS:
        share = picture_share(page, frame)
        return share > 0.1 or (not words and pdfium.FPDFPage_CountObjects(page.raw) > 20)
    return picture_share(page, frame) > 0.35


def picture(page: Any, frame: Frame, dpi: int = _DPI) -> Any:
    """The page as a Pillow picture, as large as recognition can use."""
    longest = max(frame.width, frame.height, 1.0)
    scale = min(dpi / 72, ocr.LONGEST_SIDE / longest)
    return page.render(scale=scale).to_pil()


def recognise(page: Any, frame: Frame, words: list[Placed], threads: int) -> Scan:
    """Read a page's picture; real words on it keep their place, and what was recognised there is dropped."""
    image = picture(page, frame)
    found = ocr.recognise(image, frame.width / image.width, threads)
    return from_recognised(found, words)


def from_recognised(found: ocr.Recognised, words: list[Placed]) -> Scan:
    quality = Quality(found.score, found.unsure, found.contrast, len(found.words))
    kept = list(found.words)
    if words and (round(found.turned / 90) % 4) == 0:
        kept = [word for word in kept if not any(_covers(real, word) for real in words)] + words
    return Scan(kept, found.width, found.height, found.turned, quality)


def _covers(real: Placed, word: Placed) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return real.x0 - 2 <= x <= real.x1 + 2 and real.top - 3 <= y <= real.bottom + 3


def turn(words: list[Placed], width: float, height: float, quarters: int) -> tuple[list[Placed], float, float]:
    """Words and size of a page turned clockwise by so many quarters."""
    out = []
    for w in words:
        if quarters == 1:
            out.append(Placed(w.text, height - w.bottom, w.x0, height - w.top, w.x1, w.score))
        elif quarters == 2:
            out.append(Placed(w.text, width - w.x1, height - w.bottom, width - w.x0, height - w.top, w.score))
        else:
            out.append(Placed(w.text, w.top, width - w.x1, w.bottom, width - w.x0, w.score))
    return (out, height, width) if quarters % 2 else (out, width, height)


def on_dark_ground(page: Any, frame: Frame, pale: list[tuple[Placed, int]]) -> tuple[list[Placed], list[Placed]]:
    """Pale words that stand out from what is behind them, and those that do not.

    A dark filled shape under a word settles it cheaply; what is left is looked at in a picture of the page.
    """
    shapes = _filled_shapes(page, frame)
    settled: list[Placed] = []
    open_: list[tuple[Placed, int]] = []
    for word, lightness in pale:
        if _ground(shapes, word) < lightness - _STANDS_OUT:
            settled.append(word)
        else:
            open_.append((word, lightness))
    if not open_:
        return settled, []
    seen, unseen = _look_at(page, frame, open_)
    return settled + seen, unseen


def _filled_shapes(page: Any, frame: Frame) -> list[tuple[float, float, float, float, int]]:
    """Boxes of the page's filled shapes in the order in which they are drawn, with their lightness."""
    import pypdfium2.raw as pdfium

    calls = text_calls()
    sheet = address_of(page.raw)
    spots = (ctypes.c_float * 4)()
    left, bottom, right, top = (ctypes.addressof(spots) + 4 * i for i in range(4))
    shades = (ctypes.c_uint * 4)()
    red, green, blue, alpha = (ctypes.addressof(shades) + 4 * i for i in range(4))
    out = []
    for i in range(min(pdfium.FPDFPage_CountObjects(page.raw), 5000)):
        shape = calls.object_at(sheet, i)
        if (
            calls.object_type(shape) == pdfium.FPDF_PAGEOBJ_PATH
            and calls.object_bounds(shape, left, bottom, right, top)
            and calls.object_colour(shape, red, green, blue, alpha)
            and shades[3] > 200
        ):
            out.append((*frame.box(*spots), max(shades[:3])))
    return out


def _ground(shapes: list[tuple[float, float, float, float, int]], word: Placed) -> int:
    """The lightness of the last shape drawn that holds the word; 255, paper, if there is none."""
    for x0, top, x1, bottom, lightness in reversed(shapes):
        if x0 <= word.x0 + 1 and word.x1 - 1 <= x1 and top <= word.top + 1 and word.bottom - 1 <= bottom:
            return lightness
    return 255


def _look_at(page: Any, frame: Frame, pale: list[tuple[Placed, int]]) -> tuple[list[Placed], list[Placed]]:
    x0 = max(0.0, min(word.x0 for word, _ in pale) - 1)
    top = max(0.0, min(word.top for word, _ in pale) - 1)
    x1 = min(frame.width, max(word.x1 for word, _ in pale) + 1)
    bottom = min(frame.height, max(word.bottom for word, _ in pale) + 1)
    around = (x0, frame.height - bottom, frame.width - x1, top)  # what to leave out: left, bottom, right, top
    image = page.render(scale=1.0, grayscale=True, crop=around).to_pil().convert("L")
    visible: list[Placed] = []
    invisible: list[Placed] = []
    for word, lightness in pale:
        box = (
            max(0, int(word.x0 - x0)),
            max(0, int(word.top - top)),
            min(image.width, int(word.x1 - x0) + 1),
            min(image.height, int(word.bottom - top) + 1),
        )
        if box[2] <= box[0] or box[3] <= box[1]:
            invisible.append(word)
            continue
        shades = image.crop(box).histogram()
        ground = _percentile(shades, 0.3)
        (visible if lightness - ground > _STANDS_OUT else invisible).append(word)
    return visible, invisible


def _percentile(histogram: list[int], share: float) -> int:
    wanted = share * sum(histogram)
    for level, count in enumerate(histogram):
        wanted -= count
        if wanted <= 0:
            return level
    return 255


def verdict(scans: list[tuple[int, Quality]]) -> list[Problem]:
    """What a reviewer must know about the scanned pages."""
    poor = [number for number, quality in scans if quality.is_poor]
    if not poor:
        return []
    which = (
        "The scan is"
        if len(scans) == 1
        else f"Page {poor[0]} is a scan of"
        if len(poor) == 1
        else "Several pages are scans of"
    )
    unread = all(quality.words == 0 for _, quality in scans)
    sentence = (
        "Nothing could be read in the picture: open it by hand."
        if unread
        else f"{which} poor quality: check what was read against the picture."
    )
    return [Problem("low_quality_scan", sentence, False)]
