"""From words placed on a page to text in reading order: words of one visual row on one line, columns apart by a tab."""

from __future__ import annotations

import operator
from dataclasses import dataclass

from app.documents.reading import Box, Word


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
    """A page's text and its words in reading order."""

    text: str
    words: tuple[Word, ...]


def rows_of(words: list[Placed]) -> list[list[Placed]]:
    """Words grouped into visual rows from top to bottom, each row from left to right.

    A word joins a row that it overlaps for at least half of the lower of the two; specks such as a comma or a dash
    join the row they touch. A tall word (a big number beside two lines of small print) does not stretch its row, so
    that it cannot glue two rows together.
    """
    rows: list[list[Placed]] = []
    tops: list[float] = []
    bottoms: list[float] = []
    for word in sorted(words, key=_middle):
        top, bottom = word.top, word.bottom
        height = bottom - top
        last = len(rows) - 1
        for i in range(last, last - 4 if last > 4 else -1, -1):
            row_top, row_bottom = tops[i], bottoms[i]
            row_height = row_bottom - row_top
            overlap = (bottom if bottom < row_bottom else row_bottom) - (top if top > row_top else row_top)
            if height < 0.4 * row_height:
                joins = overlap > 0 or (overlap > -0.25 * row_height and height < 0.25 * row_height)
            elif row_height < 0.4 * height:
                joins = overlap > 0
            else:
                joins = overlap >= 0.5 * (height if height < row_height else row_height)
            if joins:
                rows[i].append(word)
                if row_height < height <= 1.6 * row_height or row_height < 3.0:
                    tops[i] = min(row_top, top)
                    bottoms[i] = max(row_bottom, bottom)
                break
        else:
            rows.append([word])
            tops.append(top)
            bottoms.append(bottom)
    for row in rows:
        if len(row) > 1:
            row.sort(key=_left)
    return rows


_left = operator.attrgetter("x0")


def _middle(word: Placed) -> float:
    return word.top + word.bottom


def compose(words: list[Placed], start: int = 0) -> PageText:
    """The page's text and its words in reading order; offsets count from `start`."""
    parts: list[str] = []
    out: list[Word] = []
    position = start
    for row in rows_of(words):
        if parts:
            parts.append("\n")
            position += 1
        height = sum([word.bottom - word.top for word in row]) / len(row)
        gap_limit = 1.6 * (height if height > 5.0 else 5.0)
        edge: float | None = None
        for word in row:
            if edge is not None:
                parts.append("\t" if word.x0 - edge > gap_limit else " ")
                position += 1
            parts.append(word.text)
            end = position + len(word.text)
            out.append(Word(position, end, Box(word.x0, word.top, word.x1, word.bottom), word.score))
            position = end
            edge = word.x1
    return PageText("".join(parts), tuple(out))
