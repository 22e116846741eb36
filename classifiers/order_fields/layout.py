"""The geometry of a document: tokens, phrases (what stands close together) and rows (what stands at one height).

Pages, sheets, Word tables and plain text all become one `Canvas`, so that pairing and tables are written once. A cell
of a sheet is one phrase with a column; a line of plain text has a character's width of 5 points.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from app.documents.reading import Page

_RULE = re.compile(r"^[-_=~+*.|·•…─━═]{3,}$|^\.{2,}$|^[|¦]$")
_BREAKS = re.compile(
    r"(?<=[^\W\d])#(?=\w)"  # "PO#123"
    r"|(?<=[^\W\d_)°º#])\s*[:：](?=[^\s/\\\d])|(?<=[^\W\d_)°º#]{2})[:：](?=\d)"  # "Date:23"
    r"|[|¦]|(?<=[^\W\d_]{4})/(?=[^\W\d_]{4})"  # "Number/Date"
    r"|(?<=[^\W\d_]{4})(?=\d{1,3}(?:[.,' ]\d{3})*[.,]\d{2}(?!\d))"  # "Total1,250.00"
    r"|(?<=[a-zà-ÿ]{3})(?=[A-ZÀ-Ý][a-zà-ÿ]{3})"  # "PriceAmount"
    r"|(?<=[a-zà-ÿ]{5})(?=[A-Z]{1,4}[-/]\d{2})"  # "quotationQ-37720"
)
PHRASE_GAP = 1.75
"""A gap wider than this many characters of the row parts two phrases; a word space is about half a character to one."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its text, its character range in the part's text, its box in points."""

    text: str
    start: int
    end: int
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand close together in one row; `column` is set where the source itself has cells."""

    tokens: tuple[Token, ...]
    column: int | None = None

    @property
    def text(self) -> str:
        return " ".join(t.text for t in self.tokens)

    @property
    def x0(self) -> float:
        return self.tokens[0].x0

    @property
    def x1(self) -> float:
        return self.tokens[-1].x1

    @property
    def top(self) -> float:
        return min(t.top for t in self.tokens)

    @property
    def bottom(self) -> float:
        return max(t.bottom for t in self.tokens)

    @property
    def height(self) -> float:
        return max(t.height for t in self.tokens)

    def part(self, first: int, last: int | None = None) -> Phrase | None:
        """The phrase of some of its tokens, or None if that leaves nothing."""
        tokens = self.tokens[first:last]
        return Phrase(tokens, self.column) if tokens else None


@dataclass(frozen=True, slots=True)
class Row:
    """Phrases at one height, left to right. `block` counts pages, tables and runs of text."""

    phrases: tuple[Phrase, ...]
    block: int
    page: int
    is_grid: bool = False

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(t for p in self.phrases for t in p.tokens)

    @property
    def text(self) -> str:
        return "  ".join(p.text for p in self.phrases)

    @property
    def top(self) -> float:
        return min(p.top for p in self.phrases)

    @property
    def bottom(self) -> float:
        return max(p.bottom for p in self.phrases)

    @property
    def middle(self) -> float:
        return median(t.middle for t in self.tokens)

    @property
    def height(self) -> float:
        return float(median(t.height for t in self.tokens))

    @property
    def x0(self) -> float:
        return self.phrases[0].x0


@dataclass(frozen=True, slots=True)
class Canvas:
    """All rows of a part in reading order."""

    text: str
    rows: tuple[Row, ...]
    is_scanned: bool = False
    is_paged: bool = False
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)

    def phrases(self) -> Iterator[tuple[Row, Phrase]]:
        for row in self.rows:
            for phrase in row.phrases:
                yield row, phrase


def split_word(text: str, start: int, x0: float, x1: float, top: float, bottom: float) -> list[Token]:
    """A word as tokens: OCR gives several words in one box, and a colon or a bar can glue two cells together."""
    tokens: list[Token] = []
    scale = (x1 - x0) / max(1, len(text))
    at = 0
    for piece in re.finditer(r"\S+", text):
        cuts = [piece.start()]
        for found in _BREAKS.finditer(text, piece.start(), piece.end()):
            if found.group().strip() in ("|", "¦"):
                cuts += [found.start(), found.end()]
            else:
                cuts.append(found.end())
        cuts.append(piece.end())
        for first, last in itertools.pairwise(cuts):
            if last > first:
                at = first
                tokens.append(
                    Token(text[at:last], start + at, start + last, x0 + scale * at, x0 + scale * last, top, bottom)
                )
    return tokens


def text_of(tokens: Sequence[Token]) -> str:
    """The text of tokens as written: those that touch stay together, others are a blank apart."""
    text = ""
    for i, token in enumerate(tokens):
        text += token.text if i == 0 or token.start == tokens[i - 1].end else f" {token.text}"
    return text


def range_of(tokens: Iterable[Token]) -> tuple[int, int]:
    """The characters from the first to the last of tokens in the part's text, which may run otherwise than the page."""
    held = list(tokens)
    return min(t.start for t in held), max(t.end for t in held)


def spaced(tokens: Sequence[Token]) -> str:
    """The texts of tokens, each a blank apart: what `covering` counts in."""
    return " ".join(t.text for t in tokens)


def covering(tokens: Sequence[Token], start: int, end: int) -> tuple[Token, ...]:
    """The tokens that a range of their spaced text touches."""
    out: list[Token] = []
    at = 0
    for token in tokens:
        last = at + len(token.text)
        if at < end and last > start:
            out.append(token)
        at = last + 1
    return tuple(out)


def is_rule(text: str) -> bool:
    """Whether a token draws a line or fills a gap with dots instead of saying something."""
    return bool(_RULE.match(text))


def page_rows(page: Page, text: str, block: int) -> list[Row]:
    """The rows of a page from its words' boxes. Words too small to be read by a person are left out."""
    words = [w for w in page.words if w.end > w.start]
    if not words:
        return []
    typical = float(median(w.box.bottom - w.box.top for w in words)) or 8.0
    tokens: list[Token] = []
    for word in words:
        box = word.box
        top, bottom = box.top, box.bottom
        quote = text[word.start : word.end]
        if _width_per_character(quote, box.x0, box.x1) < 1.4 and bottom - top < 3.2:
            continue
        if bottom - top < 0.55 * typical and len(quote) <= 3:
            middle = (top + bottom) / 2
            top, bottom = middle - 0.3 * typical, middle + 0.3 * typical
        tokens += split_word(quote, word.start, box.x0, box.x1, top, bottom)
    return [Row(tuple(phrases), block, page.number) for row in _group(tokens, text) if (phrases := list(_phrases(row)))]


def text_rows(text: str, start: int, end: int, block: int, page: int = 0, first_line: int = 0) -> list[Row]:
    """The rows of a run of plain text: two blanks or a bar part phrases, tabs part cells."""
    rows: list[Row] = []
    at = start
    for number, line in enumerate(text[start:end].split("\n"), first_line):
        top = number * 12.0
        if "\t" in line.strip():
            row = _tabbed_row(line, at, block, page, top)
            if row is not None:
                rows.append(row)
            at += len(line) + 1
            continue
        tokens: list[Token] = []
        for word in re.finditer(r"\S+", line):
            x0 = word.start() * 5.0
            tokens += split_word(word.group(), at + word.start(), x0, x0 + 5.0 * len(word.group()), top, top + 9.0)
        phrases = list(_phrases(tokens, gap=9.9))
        if phrases:
            rows.append(Row(tuple(phrases), block, page))
        at += len(line) + 1
    return rows


def _tabbed_row(line: str, at: int, block: int, page: int, top: float) -> Row | None:
    """A line of cells parted by tabs, as HTML tables in mails come out: columns are counted, not measured."""
    cells: list[tuple[int, str, int]] = []
    start = at
    for column, cell in enumerate(line.split("\t")):
        cells.append((column, cell, start))
        start += len(cell) + 1
    return grid_row(cells, block, page, top)


def grid_row(cells: Iterable[tuple[int, str, int]], block: int, page: int, top: float) -> Row | None:
    """A row of cells given as (column, text, start in the part's text); start -1 means that it stands nowhere."""
    phrases: list[Phrase] = []
    for column, cell, start in cells:
        x0 = column * 1000.0
        tokens = [
            Token(
                w.group(), start + w.start(), start + w.end(), x0 + 5.0 * w.start(), x0 + 5.0 * w.end(), top, top + 9.0
            )
            for w in re.finditer(r"\S+", cell)
        ]
        if tokens and start >= 0:
            phrases.append(Phrase(tuple(tokens), column))
    return Row(tuple(phrases), block, page, is_grid=True) if phrases else None


def _width_per_character(text: str, x0: float, x1: float) -> float:
    return (x1 - x0) / max(1, len(text))


def _group(tokens: list[Token], text: str) -> list[list[Token]]:
    """Tokens of one height together, top to bottom; a page scanned a little askew is followed from left to right."""
    rows: list[list[Token]] = []
    for token in sorted(tokens, key=lambda t: (t.x0, t.top)):
        best: list[Token] | None = None
        best_gap = 0.0
        for row in rows:
            last = row[-1]
            if last.top > token.bottom or last.bottom < token.top:
                continue
            smaller = min(last.height, token.height)
            gap = abs(last.middle - token.middle)
            base = abs(last.bottom - token.bottom)
            is_level = gap <= 0.42 * smaller or base <= 0.14 * smaller + 0.4
            if not is_level and token.x0 - last.x1 < max(last.height, token.height):
                overlap = min(last.bottom, token.bottom) - max(last.top, token.top)
                is_level = overlap >= 0.55 * smaller and text[last.end : token.start] == " "  # "30 gg" hangs lower
            if is_level and token.x0 >= last.x1 - 0.35 * smaller:
                score = min(gap, base + 0.5) + 0.004 * max(0.0, token.x0 - last.x1)
                if text[last.end : token.start] == " ":
                    score -= 2.0  # the reader of the page saw them as neighbours
                if best is None or score < best_gap:
                    best, best_gap = row, score
        if best is None:
            rows.append([token])
        else:
            best.append(token)
    rows.sort(key=lambda row: median(t.middle for t in row))
    return rows


def _is_other_size(a: Token, b: Token) -> bool:
    """Whether two words are of clearly different print: both their height and their width tell so."""
    if min(len(a.text), len(b.text)) < 3:
        return False
    tall = max(a.height, b.height) / max(0.1, min(a.height, b.height))
    wide_a, wide_b = _width_per_character(a.text, a.x0, a.x1), _width_per_character(b.text, b.x0, b.x1)
    if tall <= 1.5 or max(wide_a, wide_b) / max(0.1, min(wide_a, wide_b)) <= 1.4:
        return False
    size_a, size_b = a.height / _extent(a.text), b.height / _extent(b.text)
    return max(size_a, size_b) / max(0.1, min(size_a, size_b)) > 1.4


def _extent(text: str) -> float:
    """How tall the letters of a word are as a share of the print's size: "tot" is lower than "Geldig"."""
    if any(c in "bdfhkl()/|" or c.isupper() or c.isdigit() for c in text):
        up = 0.72
    else:
        up = 0.62 if any(c in "tijäöüáéíóúàèìòùâêîôûñçż" for c in text) else 0.48
    return up + (0.22 if any(c in "gjpqyçQ,;()/|" for c in text) else 0.0)


def _phrases(tokens: list[Token], gap: float = 0.0) -> Iterator[Phrase]:
    """Tokens of a row parted at wide gaps, bars and drawn lines. `gap` in points; 0 takes it from the row's letters."""
    words = [t for t in tokens if not is_rule(t.text)]
    if not words:
        return
    wide = gap
    if not wide:
        wide = PHRASE_GAP * float(median(_width_per_character(t.text, t.x0, t.x1) for t in words))
        gaps = sorted(b.x0 - a.x1 for a, b in itertools.pairwise(words))
        if len(gaps) >= 5:  # a justified line has wide blanks everywhere
            wide = max(wide, min(2.2 * gaps[len(gaps) // 2], 1.5 * wide))
    current: list[Token] = []
    for token in tokens:
        if is_rule(token.text):
            if current:
                yield Phrase(tuple(current))
            current = []
            continue
        if current and (token.x0 - current[-1].x1 > wide or _is_other_size(current[-1], token)):
            yield Phrase(tuple(current))
            current = []
        current.append(token)
    if current:
        yield Phrase(tuple(current))
