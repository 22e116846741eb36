"""All order lines of a document: its tables, over page breaks, or lines without any table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifiers.order_fields import arithmetic
from classifiers.order_fields.columns import Heading
from classifiers.order_fields.descriptions import number_by_words, tidy
from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.figures import Notation
from classifiers.order_fields.items import lines_of
from classifiers.order_fields.layout import Canvas, Token
from classifiers.order_fields.listed_lines import listed_lines
from classifiers.order_fields.rows import body_of
from classifiers.order_fields.running_lines import running_lines


@dataclass(slots=True)
class Lines:
    """The lines, the rows they and their headings take, and where they begin."""

    drafts: list[DraftLine] = field(default_factory=list)
    first_row: int = 0
    rows: frozenset[int] = frozenset()
    """Heading and body rows: labels there are columns, not fields."""
    body_rows: frozenset[int] = frozenset()
    taken: frozenset[int] = frozenset()
    """Where the tokens of the lines begin in the part's text."""
    heading_tokens: tuple[Token, ...] = ()


def lines_in(canvas: Canvas, found: Sequence[Heading], notation: Notation) -> Lines:
    """The lines of all tables of order lines; without any, lines that arithmetic recognises."""
    lines = Lines(first_row=len(canvas.rows))
    tables = _tables(canvas, found, notation)
    headings = [table.heading for table in tables]
    taken = {n for table in tables for n in table.rows} | {n for h in headings for n in range(h.first, h.last)}
    body_rows = {n for table in tables for n in table.rows}
    for table in tables:
        arithmetic.settle(table.drafts)
        for draft in table.drafts:
            tidy(draft)
        number_by_words(table.drafts)
        lines.drafts += table.drafts
    if not lines.drafts:
        everything = range(len(canvas.rows))
        free = running_lines(canvas, everything, notation)
        listed = listed_lines(canvas, everything, notation)
        if len(listed) > len(free):
            known = {n: d for d in free for n in d.rows}
            free = [known.get(d.rows[-1], d) for d in listed]
        lines.drafts = free
        body_rows = {n for d in free for n in d.rows}
        lines.first_row = min(body_rows, default=len(canvas.rows))
    else:
        lines.heading_tokens = tuple(t for h in headings for row in canvas.rows[h.first : h.last] for t in row.tokens)
    lines.rows, lines.body_rows = frozenset(taken), frozenset(body_rows)
    lines.taken = frozenset(t.start for d in lines.drafts for t in d.tokens())
    if taken:
        lines.first_row = min(taken)
    return lines


@dataclass(frozen=True, slots=True)
class _Table:
    heading: Heading
    drafts: list[DraftLine]
    rows: frozenset[int]

    @property
    def has_money(self) -> bool:
        return any(d.amount is not None or d.unit_price is not None for d in self.drafts)


def _tables(canvas: Canvas, found: Sequence[Heading], notation: Notation) -> list[_Table]:
    """The tables of order lines; addresses below "Ordered for" and "Details" are none where others have prices."""
    furniture = _furniture(canvas)
    tables: list[_Table] = []
    taken: set[int] = set()
    for at, heading in enumerate(found):
        if heading.first in taken or (tables and not _belongs(heading, tables[0].heading)):
            continue
        stop = next((h.first for h in found[at + 1 :] if h.first >= heading.last), len(canvas.rows))
        body = body_of(canvas, heading, stop, furniture, notation)
        drafts = lines_of(body, canvas, notation)
        if not drafts:
            continue
        own = {n for d in drafts for n in d.rows}
        own |= {r.number for r in body.rows if r.kind in ("figures", "text", "carried", "heading")}
        tables.append(_Table(heading, drafts, frozenset(own)))
        taken |= own | set(range(heading.first, heading.last))
    priced = [t for t in tables if t.has_money]
    return priced if priced and not tables[0].has_money else tables


def _belongs(heading: Heading, first: Heading) -> bool:
    """Whether a further table holds order lines too: the same columns again, or quantity and money of its own."""
    if heading.roles == first.roles:
        return True
    roles = heading.roles
    return (
        bool(roles & {"quantity", "quantity_unit"})
        and bool(roles & {"amount", "unit_price"})
        and bool(roles & {"description", "code", "position"})
    )


_NUMBERS = re.compile(r"\d+")


def _furniture(canvas: Canvas) -> frozenset[int]:
    """Rows that stand on several pages at the same height: letterheads, page numbers, footers."""
    if not canvas.is_paged:
        return frozenset()
    seen: Counter[tuple[str, int]] = Counter()
    keyed: list[tuple[tuple[str, int], int, int]] = []
    for number, row in enumerate(canvas.rows):
        key = (_NUMBERS.sub("#", row.text.casefold()), round(row.top / 6))
        keyed.append((key, number, row.block))
    pages: dict[tuple[str, int], set[int]] = {}
    for key, _, block in keyed:
        pages.setdefault(key, set()).add(block)
        seen[key] += 1
    height = max(canvas.heights.values(), default=0.0)
    out = set()
    for key, number, _ in keyed:
        row = canvas.rows[number]
        is_edge = row.top < 0.2 * height or row.bottom > 0.88 * height
        if len(pages[key]) > 1 and is_edge and any(c.isalpha() for c in key[0]) and not _looks_like_line(key[0]):
            out.add(number)
    return frozenset(out)


def _looks_like_line(text: str) -> bool:
    return text.count("#") >= 4
