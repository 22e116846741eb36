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


@dataclass(slots=True)
class _Run:
    """Words that follow each other on one line, as they came."""

    words: list[Placed]
    top: float
    bottom: float
    x0: float
    x1: float


@dataclass(slots=True)
class _Row:
    """Runs that stand beside each other; `top` and `bottom` are those of its usual letters."""

    runs: list[_Run]
    top: float
    bottom: float


def rows_of(words: list[Placed]) -> list[list[Placed]]:
    """Words grouped into visual rows from top to bottom, each row from left to right.

    Words that follow each other stay together. Such a run joins the row that it overlaps most, by at least half of the
    lower of the two (specks such as a comma or a dash join one that they touch), but never where something of the row
    stands already: a big number beside two lines of small print takes one of them.
    """
    rows: list[_Row] = []
    for run in sorted(_runs(words), key=_middle):
        best, best_share = None, 0.0
        for row in rows[:-5:-1]:
            if row.bottom < run.top - 3.0:
                continue
            share = _share(run, row)
            if share > best_share and not any(run.x0 < one.x1 - 2 and one.x0 < run.x1 - 2 for one in row.runs):
                best, best_share = row, share
        if best is None:
            rows.append(_Row([run], run.top, run.bottom))
            continue
        best.runs.append(run)
        height = best.bottom - best.top
        if height < run.bottom - run.top <= 1.6 * height or height < 3.0:
            best.top = min(best.top, run.top)
            best.bottom = max(best.bottom, run.bottom)
    return [
        row.runs[0].words if len(row.runs) == 1 else sorted((word for run in row.runs for word in run.words), key=_left)
        for row in rows
    ]


def _share(run: _Run, row: _Row) -> float:
    """How much of the lower of the two overlaps vertically; 0 if too little to be one row."""
    overlap = (run.bottom if run.bottom < row.bottom else row.bottom) - (run.top if run.top > row.top else row.top)
    height, row_height = run.bottom - run.top, row.bottom - row.top
    if height < 0.4 * row_height:
        return 0.5 if overlap > 0 or (overlap > -0.25 * row_height and height < 0.25 * row_height) else 0.0
    if row_height < 0.4 * height:
        return 0.5 if overlap > 0 else 0.0
    share = overlap / max(0.1, height if height < row_height else row_height)
    return share if share >= 0.5 else 0.0


def _runs(words: list[Placed]) -> list[_Run]:
    runs: list[_Run] = []
    run: _Run | None = None
    for word in words:
        top, bottom = word.top, word.bottom
        if run is not None:
            gap = word.x0 - run.x1
            height = run.bottom - run.top
            overlap = (bottom if bottom < run.bottom else run.bottom) - (top if top > run.top else run.top)
            lower = bottom - top if bottom - top < height else height
            if -1.0 <= gap <= (height if height > 5.0 else 5.0) and overlap >= 0.5 * lower:
                run.words.append(word)
                run.x1 = word.x1
                if top < run.top:
                    run.top = top
                if bottom > run.bottom:
                    run.bottom = bottom
                continue
        run = _Run([word], top, bottom, word.x0, word.x1)
        runs.append(run)
    return runs


_left = operator.attrgetter("x0")


def _middle(run: _Run) -> float:
    return run.top + run.bottom


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
