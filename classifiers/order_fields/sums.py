"""The order's totals: without tax, tax, with tax. A printed total stays as printed, whatever the lines add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from classifiers.order_fields import labels
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.layout import Canvas, Phrase, Row, Token
from classifiers.order_fields.word_sets import word_set

_NET = word_set(
    "excl exclusive excluding ex net netto ht htva hors without zzgl before exkl ohne exclusief neto liquido "
    "iliquido sin sem esclusa senza bez hors"
)
_GROSS = word_set(
    "incl including inclusive inc ttc brutto bruto gross inkl inclusief con com compresa inclusa ivato tvac "
    "mit comprises incluido lordo"
)
_TAX_WORDS = word_set("vat tax taxes mwst ust tva iva btw gst umsatzsteuer steuer taxe impuestos impostos")
_BARE = word_set(
    "net netto neto gross brutto lordo bruto liquido tax vat mwst ust tva iva btw sum summe suma amount value "
    "price betrag wert zusammen samen"
)
"""Labels that also are words of a sentence ("net 45"): they need a sum with decimals or a currency."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A labelled sum. `is_part` tells a subtotal, to which carriage or a discount may still be added."""

    kind: str
    figure: Figure
    row: int
    is_part: bool
    key: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals an order states."""

    net: Figure | None = None
    tax: Figure | None = None
    gross: Figure | None = None


def sums_of(canvas: Canvas, rows: Iterable[int], notation: Notation) -> list[Sum]:
    """The labelled sums in some rows, top to bottom."""
    found: list[Sum] = []
    for number in rows:
        row = canvas.rows[number]
        for p, phrase in enumerate(row.phrases):
            found += _in_phrase(canvas, number, row, p, phrase, notation)
    return found


def _in_phrase(canvas: Canvas, number: int, row: Row, p: int, phrase: Phrase, notation: Notation) -> list[Sum]:
    out: list[Sum] = []
    tokens = phrase.tokens
    at = 0
    is_opening = True
    while at < len(tokens):
        if not any(c.isalnum() for c in tokens[at].text):
            is_opening, at = True, at + 1
            continue
        label = labels.find(tokens, "totals", first=at, is_scanned=canvas.is_scanned) if is_opening else None
        if label is None:
            is_opening = tokens[at].text[-1] in ";:,|·" or bool(figures([tokens[at]], notation))
            at += 1
            continue
        last = label.last
        while last < len(tokens) and (last - label.last) < 12 and not _is_new_label(tokens, last, canvas.is_scanned):
            last += 1
        words = labels.plain_words(" ".join(t.text for t in tokens[label.first : last]))
        figure = _figure(tokens[label.last : last], notation, canvas.is_scanned)
        if last >= len(tokens) and figure is not None and _may_be_ordinal(figure):
            figure = _beside(canvas, row, p, notation) or figure  # "Subtotal 2", the sum in the next column
        if figure is None and last >= len(tokens):
            figure = _beside(canvas, row, p, notation) or _below(canvas, number, phrase, notation)
        if figure is not None and (label.key not in _BARE or figure.decimals or figure.currency):
            out.append(Sum(_kind(label, words), figure, number, label.key in labels.keys("part_totals"), label.key))
        at = max(last, label.last)
        is_opening = True
    return out


def _is_new_label(tokens: Sequence[Token], at: int, is_scanned: bool) -> bool:
    before = tokens[at - 1].text
    return (
        before in ("·", "|", "•", ";", "/")
        and labels.find(tokens, "totals", first=at, is_scanned=is_scanned) is not None
    )


def _kind(label: labels.Label, words: Sequence[str]) -> str:
    concept = label.concepts[0]
    rest = set(words)
    if concept == "total" and rest & _NET and not rest & _GROSS:
        return "net"
    if (
        concept in ("total", "net")
        and rest & _GROSS
        and rest & _TAX_WORDS | (rest & {"ttc", "brutto", "gross", "ivato", "tvac"})
        and not rest & _NET
    ):
        return "gross"
    return concept


def _figure(tokens: Sequence[Token], notation: Notation, is_scanned: bool) -> Figure | None:
    """The sum among tokens: the last figure that is no percentage and no bracketed rate."""
    found = [f for f in figures(tokens, notation, is_scanned) if not f.is_percent]
    money = [f for f in found if f.decimals or f.currency or abs(f.value) >= 100]
    chosen = money or found
    return chosen[-1] if chosen else None


def _may_be_ordinal(figure: Figure) -> bool:
    return not figure.decimals and not figure.currency and figure.value < 100


def _beside(canvas: Canvas, row: Row, p: int, notation: Notation) -> Figure | None:
    for other in row.phrases[p + 1 : p + 5]:
        figure = _figure(other.tokens, notation, canvas.is_scanned)
        if figure is not None:
            later = [
                f for q in row.phrases[p + 2 :] if (f := _figure(q.tokens, notation, canvas.is_scanned)) is not None
            ]
            is_rate = figure.value < 100 and not figure.decimals and later
            return later[-1] if is_rate else figure
        if labels.find(other.tokens, "totals", is_scanned=canvas.is_scanned) is not None:
            return None
    return None


def _below(canvas: Canvas, number: int, phrase: Phrase, notation: Notation) -> Figure | None:
    """A sum under its label, in a row of boxes."""
    row = canvas.rows[number]
    for below in canvas.rows[number + 1 : number + 3]:
        if below.block != row.block or below.top - phrase.bottom > 2.2 * max(phrase.height, 6.0):
            return None
        for other in below.phrases:
            if phrase.column is not None:
                if other.column != phrase.column:
                    continue
            elif (other.x0 > phrase.x1 + 4 or other.x1 < phrase.x0 - 4) and (
                len(below.phrases) > 1 or abs(other.x0 - phrase.x1) > 6 * max(phrase.height, 6.0)
            ):
                continue
            if labels.find(other.tokens, "totals", is_scanned=canvas.is_scanned) is not None:
                return None
            figure = _figure(other.tokens, notation, canvas.is_scanned)
            if figure is not None and len(other.tokens) <= len(figure.tokens) + 1:
                return figure
    return None


def settle(sums: Sequence[Sum], of_lines: Decimal | None) -> Totals:
    """The totals among labelled sums; `of_lines` is what the lines add up to and breaks ties."""
    taxes = [s for s in sums if s.kind == "tax"]
    grosses = [s for s in sums if s.kind == "gross"]
    totals = [s for s in sums if s.kind == "total"]
    nets = [s for s in sums if s.kind == "net" and not s.is_part]
    parts = [s for s in sums if s.kind == "net" and s.is_part]
    tax = _last(taxes)
    gross = _last(grosses)
    net = _net(nets, grosses + totals, taxes, of_lines)
    if net is None and of_lines is not None and not any(t.figure.value for t in taxes):
        exact = [s.figure for s in (*totals, *grosses) if s.figure.value == of_lines]
        if exact:
            return Totals(exact[-1], tax, None)  # no tax: whatever it is called, it is what the lines come to
    if net is None and parts:
        net, tax, gross = _from_parts(parts, totals, taxes, grosses, of_lines)
        return Totals(net, tax, gross)
    if net is not None:
        if gross is None:
            above = [s.figure for s in totals if s.figure.value >= net.value and s.figure is not net]
            gross = above[-1] if above and tax is not None and tax.value else None
        return Totals(net, tax, gross)
    if not totals:
        cap = _last([s for s in sums if s.kind == "cap"]) if gross is None else None
        return Totals(cap, tax, gross)
    total = _best_total(totals, of_lines)
    if gross is not None and gross is not total and total.value < gross.value:
        return Totals(total, tax, gross)
    if tax is not None and tax.value and _is_with_tax(total, tax, of_lines, totals):
        lower = [s.figure for s in totals if s.figure.value < total.value and s.figure.value + tax.value == total.value]
        return Totals(lower[-1] if lower else None, tax, total)
    return Totals(total, tax, gross)


def _last(sums: Sequence[Sum]) -> Figure | None:
    return sums[-1].figure if sums else None


def _net(nets: Sequence[Sum], above: Sequence[Sum], taxes: Sequence[Sum], of_lines: Decimal | None) -> Figure | None:
    """Of several totals without tax the one that adds up with the tax, or with the lines, else the last."""
    if not nets:
        return None
    for net in reversed(nets):
        if any(net.figure.value + t.figure.value == g.figure.value for t in taxes for g in above if t.figure.value):
            return net.figure
    if of_lines is not None:
        for net in reversed(nets):
            if net.figure.value == of_lines:
                return net.figure
    return max(nets, key=lambda s: (s.figure.value, s.row)).figure


def _from_parts(
    parts: Sequence[Sum], totals: Sequence[Sum], taxes: Sequence[Sum], grosses: Sequence[Sum], of_lines: Decimal | None
) -> tuple[Figure | None, Figure | None, Figure | None]:
    """A subtotal and what follows it: with tax it is the net total, without it carriage or a discount made another."""
    part = next((s for s in reversed(parts) if of_lines is not None and s.figure.value == of_lines), parts[-1])
    taxed = [t for t in taxes if t.figure.value]
    tax = _last(taxes)
    end = _last(grosses) or (_best_total(totals, None) if totals else None)
    if taxed or end is None:
        between = [
            s.figure for s in totals
            if end is not None and s.figure is not end and taxed
            and s.figure.value + taxed[-1].figure.value == end.value
        ]  # fmt: skip
        return (between[-1] if between else part.figure), tax, end
    if grosses and end is not None:
        return part.figure, tax, end
    return end, tax, None


def _best_total(totals: Sequence[Sum], of_lines: Decimal | None) -> Figure:
    if of_lines is not None:
        for total in reversed(totals):
            if total.figure.value == of_lines:
                return total.figure
    high = max(s.figure.value for s in totals)
    return next(s.figure for s in reversed(totals) if s.figure.value == high)


def _is_with_tax(total: Figure, tax: Figure, of_lines: Decimal | None, totals: Sequence[Sum]) -> bool:
    if of_lines is not None:
        return abs(of_lines - total.value) > Decimal("0.05")
    return any(s.figure.value + tax.value == total.value for s in totals)
