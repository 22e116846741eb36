"""Read an order from the layout of a page, a scan, a Word document, a sheet or a mail's text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from app.documents.order import Order, OrderFunction, OrderLine
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.order_fields import arithmetic, currencies, dates, labels, purpose, sums
from classifiers.order_fields.columns import headings
from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.fact import Fact
from classifiers.order_fields.figures import Figure, notation_of
from classifiers.order_fields.head_fields import Head, head_of
from classifiers.order_fields.layout import Canvas, Token, range_of, text_of
from classifiers.order_fields.names import Name
from classifiers.order_fields.pairing import Pairs
from classifiers.order_fields.parties import Parties, party
from classifiers.order_fields.sources import canvas_of
from classifiers.order_fields.tables import Lines, lines_in

Span = tuple[str, int, int]


def read_order(part: Reading, firm: Firm | None = None) -> Order | None:
    """The order a part states by its layout, with evidence for every value; None if it states none.

    `firm` is our side where it is known; otherwise the supplier is whom the document addresses. Nothing is computed:
    what the part does not print is left out, and a printed sum that is wrong stays as printed.
    """
    if not part.text.strip():
        return None
    canvas = canvas_of(part)
    if not canvas.rows:
        return None
    return _read(part, canvas, firm)


def _read(part: Reading, canvas: Canvas, firm: Firm | None) -> Order | None:
    tokens = [t for row in canvas.rows for t in row.tokens]
    notation = notation_of(tokens, part.language)
    month_first = dates.is_month_first(part.text[:60_000], part.language) if part.language in ("", "en") else False
    lines = lines_in(canvas, headings(canvas), notation)
    pairs = Pairs(canvas, skip=lines.rows, taken=lines.taken, is_month_first=month_first)
    function, said = purpose.function_of(canvas, lines.first_row)
    head = head_of(canvas, pairs, lines, function, month_first)
    if head.number is None and not lines.drafts:
        return None
    who = Parties(canvas, pairs, lines.first_row, firm)
    outside = [n for n in range(len(canvas.rows)) if n not in (lines.rows or lines.body_rows)]
    totals = sums.settle(sums.sums_of(canvas, outside, notation), arithmetic.sum_of(lines.drafts))
    asks = purpose.confirmation(part.text, [canvas.rows[n] for n in outside])
    spans: list[Span] = []
    spans += _fact_spans("number", head.number)
    for name in ("issued_on", "changed_on", "valid_from", "valid_until", "payment_terms"):
        spans += _fact_spans(name, getattr(head, name))
    for fact in head.references:
        spans += _fact_spans("references", fact)
    for name, figure in (("total_net", totals.net), ("total_tax", totals.tax), ("total_gross", totals.gross)):
        spans += [(name, start, end) for start, end in _ranges(figure.tokens if figure else ())]
    spans += _name_spans("buyer.name", who.buyer) + _name_spans("supplier.name", who.supplier)
    currency, currency_tokens = _currency(canvas, head, lines, [totals.net, totals.gross, totals.tax])
    spans += [("currency", start, end) for start, end in _ranges(currency_tokens)]
    spans.append(("function", *(said or _title_span(canvas, head))))
    if asks is not None:
        spans.append(("asks_for_confirmation", *asks))
    language = part.language or labels.language_of(pairs.labels)
    if language:
        spans.append(("language", *range_of(canvas.rows[0].tokens)))
    return Order(
        standard="sheet" if part.form == "sheet" else "layout",
        function=function,
        number=str(head.number.value) if head.number else "",
        issued_on=_day(head.issued_on),
        changed_on=_day(head.changed_on) if function is not OrderFunction.NEW else None,
        valid_from=_day(head.valid_from),
        valid_until=_day(head.valid_until),
        buyer=party(who.buyer, canvas, pairs),
        supplier=party(who.supplier, canvas, pairs),
        currency=currency,
        total_net=totals.net.value if totals.net else None,
        total_tax=totals.tax.value if totals.tax else None,
        total_gross=totals.gross.value if totals.gross else None,
        payment_terms=str(head.payment_terms.value) if head.payment_terms else "",
        references=tuple(str(f.value) for f in head.references),
        lines=tuple(_order_line(d) for d in lines.drafts),
        asks_for_confirmation=asks is not None,
        language=language,
        spans=tuple(spans),
    )


def _title_span(canvas: Canvas, head: Head) -> tuple[int, int]:
    """What shows that the document is an order: its title, else its number, else its first words."""
    found = next((w for w in purpose.titles(canvas) if w.concept == "order"), None)
    if found is not None:
        return found.start, found.end
    tokens = head.number.tokens if head.number else canvas.rows[0].tokens
    return range_of(tokens)


def _day(fact: Fact | None) -> date | None:
    return fact.value if fact is not None and isinstance(fact.value, date) else None


def _currency(
    canvas: Canvas, head: Head, lines: Lines, totals: Sequence[Figure | None]
) -> tuple[str, tuple[Token, ...]]:
    """The currency that is stated for the order, else the one that stands beside its sums, else anywhere."""
    labelled = [t for t in head.currency_signs if currencies.code_of(t.text)]
    if labelled:
        code = currencies.settle([labelled[0].text], canvas.text)
        if code:
            return code, (labelled[0],)
    beside = [t for t in lines.heading_tokens if currencies.code_of(t.text)]
    for figure in [*totals, *(f for d in lines.drafts for f in (d.amount, d.unit_price))]:
        if figure is not None and figure.currency:
            beside += figure.tokens[-1:] if currencies.code_of(figure.tokens[-1].text) else figure.tokens[:1]
    signs = [*(t.text for t in lines.heading_tokens if currencies.code_of(t.text))]
    signs += [f.currency for f in totals if f is not None and f.currency]
    signs += [f.currency for d in lines.drafts for f in (d.amount, d.unit_price) if f is not None and f.currency]
    rows = [canvas.rows[n] for n in range(len(canvas.rows)) if n not in lines.body_rows]
    if not signs:
        around = [t for row in rows for t in row.tokens if _is_currency_sign(t.text)]
        signs, beside = [t.text for t in around], around
    code = currencies.settle(signs, canvas.text)
    places = [t for t in beside if currencies.code_of(t.text) in (code, "$", "kr")] or beside
    return code, tuple(places[:1])


def _is_currency_sign(text: str) -> bool:
    bare = text.strip("().,:;")
    return bare in currencies.CODES or bare in ("€", "£", "$", "zł", "US$", "₹", "CHF", "R$")


def _order_line(draft: DraftLine) -> OrderLine:
    spans: list[Span] = []
    for name, tokens in (
        ("number", draft.number),
        ("description", draft.description),
        ("quantity", draft.quantity.tokens if draft.quantity else ()),
        ("unit", draft.unit),
        ("unit_price", draft.unit_price.tokens if draft.unit_price else ()),
        ("amount", draft.amount.tokens if draft.amount else ()),
    ):
        spans += [(name, start, end) for start, end in _ranges(tokens)]
    return OrderLine(
        number=" ".join(t.text for t in draft.number).rstrip(".)"),
        description=text_of(draft.description).strip(" |·-–;,"),
        quantity=draft.quantity.value if draft.quantity else None,
        unit=draft.unit_text,
        unit_price=_unit_price(draft),
        amount=draft.amount.value if draft.amount else None,
        is_cancelled=draft.is_cancelled,
        spans=tuple(spans),
    )


def _unit_price(draft: DraftLine) -> Decimal | None:
    return draft.unit_price.value if draft.unit_price else None


def _ranges(tokens: Iterable[Token]) -> Iterator[tuple[int, int]]:
    """Character ranges of tokens, those that follow each other in the text taken together."""
    start = end = -1
    for token in tokens:
        if start >= 0 and 0 <= token.start - end <= 2:
            end = token.end
            continue
        if start >= 0:
            yield start, end
        start, end = token.start, token.end
    if start >= 0:
        yield start, end


def _fact_spans(name: str, fact: Fact | None) -> list[Span]:
    return [(name, start, end) for start, end in _ranges(fact.tokens)] if fact is not None else []


def _name_spans(field: str, name: Name | None) -> list[Span]:
    return [(field, start, end) for start, end in _ranges(name.tokens)] if name is not None else []
