"""From words placed on a page to text in reading order: words of one visual row on one line, columns apart by a tab."""

from __future__ import annotations

from dataclasses import dataclass

from app.documents.reading import Box, Page, Word


@dataclass(slots=True)
class Placed:
    """A word and where it stands, in points of the page as shown. `score` is OCR's, None for real text."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    score: float | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text and its words; the words' offsets count from the start of this text."""

    text: str
    words: tuple[Word, ...]


def rows_of(words: list[Placed]) -> list[list[Placed]]:
    """Words grouped into visual rows from top to bottom, each row from left to right.

    A word joins a row when their middles are close against the smaller height; tall words (a big number beside two
    lines of small print) start their own row rather than gluing two rows together.
    """
    rows: list[list[Placed]] = []
    extents: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: (w.top + w.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        height = max(word.bottom - word.top, 0.5)
        joined = False
        for i in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            top, bottom = extents[i]
            row_middle = (top + bottom) / 2
            row_height = bottom - top
            overlap = min(bottom, word.bottom) - max(top, word.top)
            if abs(middle - row_middle) <= 0.5 * max(min(row_height, height), 4.0) and overlap >= 0.4 * min(
                row_height, height
            ):
                rows[i].append(word)
                if height > row_height and height <= 1.6 * row_height:
                    extents[i] = (min(top, word.top), max(bottom, word.bottom))
                joined = True
                break
        if not joined:
            rows.append([word])
            extents.append((word.top, word.bottom))
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def compose(words: list[Placed]) -> PageText:
    """The page's text and its words in reading order."""
    parts: list[str] = []
    out: list[Word] = []
    position = 0
    for row in rows_of(words):
        if parts:
            parts.append("\n")
            position += 1
        heights = sorted(word.bottom - word.top for word in row)
        gap_limit = 1.6 * max(heights[len(heights) // 2], 5.0)
        previous: Placed | None = None
        for word in row:
            if previous is not None:
                gap = word.x0 - previous.x1
                parts.append("\t" if gap > gap_limit else " ")
                position += 1
            parts.append(word.text)
            end = position + len(word.text)
            out.append(Word(position, end, Box(word.x0, word.top, word.x1, word.bottom), word.score))
            position = end
            previous = word
    return PageText("".join(parts), tuple(out))


def page(number: int, width: float, height: float, text: PageText, start: int, *, is_scanned: bool = False) -> Page:
    """A page whose text begins at `start` in the part's text."""
    words = text.words
    if start:
        words = tuple(Word(w.start + start, w.end + start, w.box, w.score) for w in words)
    return Page(number, round(width, 2), round(height, 2), start, start + len(text.text), words, is_scanned)
