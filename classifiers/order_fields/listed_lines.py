"""Order lines as a numbered list with one sum each: "1) Concept and design, fixed price  9,600 EUR"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.layout import Canvas, Token
from classifiers.order_fields.total_rows import total_label
from classifiers.order_fields.word_sets import word_set

_WORD = re.compile(
    r"^(?:item|line|pos|position|ligne|poste|lot|línea|partida|regel|riga|voce|linha|pozycja|poz)\.?$", re.IGNORECASE
)
_NUMBER = re.compile(r"^\(?(\d{1,4})[.):]?$")
_PER_TIME = word_set(
    "hourly daily monthly weekly yearly annually per /h /hour /day stündlich täglich monatlich horaire "
    "journalier mensuel diario mensile"
)
_LEFT_OVER = word_set("eur usd gbp net netto fixed price pauschal for =")


def listed_lines(canvas: Canvas, rows: Sequence[int], notation: Notation) -> list[DraftLine]:
    """Lines of a numbered list, if at least two numbers run on or a word says that they are lines."""
    found: list[tuple[int, DraftLine]] = []
    is_said = False
    for number in rows:
        row = canvas.rows[number]
        opened = _opening(row.tokens)
        if opened is None or total_label(row, canvas.is_scanned) is not None:
            continue
        value, marker, has_word = opened
        line = _line(row.tokens, marker, number, notation, canvas.is_scanned)
        if line is not None:
            is_said = is_said or has_word
            found.append((value, line))
    values = [value for value, _ in found]
    step = values[1] - values[0] if len(values) > 1 else 0
    runs_on = step > 0 and all(b - a == step for a, b in itertools.pairwise(values))
    return [line for _, line in found] if runs_on or (is_said and found) else []


def _opening(tokens: Sequence[Token]) -> tuple[int, int, bool] | None:
    """The number that opens a row, how many tokens it takes, and whether a word says that it is a line's."""
    has_word = len(tokens) > 1 and bool(_WORD.match(tokens[0].text))
    at = 1 if has_word else 0
    found = _NUMBER.match(tokens[at].text) if len(tokens) > at + 1 else None
    if found is None:
        return None
    return int(found.group(1)), at + 1, has_word


def _line(tokens: Sequence[Token], marker: int, row: int, notation: Notation, is_scanned: bool) -> DraftLine | None:
    rest = tokens[marker:]
    money = [f for f in figures(rest, notation, is_scanned) if not f.is_percent and (f.currency or f.decimals == 2)]
    if not money or not any(sum(c.isalpha() for c in t.text) > 2 for t in rest):
        return None
    figure = money[-1]
    line = DraftLine(number=(tokens[marker - 1],), rows=[row])
    words = [t for t in rest if t.x1 <= figure.x0 + 0.5 and t not in figure.tokens]
    while words and words[-1].text.casefold().strip(".,:=") in _LEFT_OVER:
        words.pop()
    if words and words[-1].text.casefold() in _PER_TIME:
        line.unit, line.unit_text = (words[-1],), words[-1].text
        words.pop()
        line.unit_price = figure
    else:
        _keep_unit_behind(line, rest, figure)
        line.amount = figure
    if not any(any(c.isalpha() for c in t.text) for t in words):
        return None
    line.description = words
    return line


def _keep_unit_behind(line: DraftLine, rest: Sequence[Token], figure: Figure) -> None:
    """Words such as "lump sum" behind the amount."""
    behind = [t for t in rest if t.x0 >= figure.x1 and any(c.isalpha() for c in t.text)]
    if 0 < len(behind) <= 2:
        line.unit, line.unit_text = tuple(behind), " ".join(t.text for t in behind)
