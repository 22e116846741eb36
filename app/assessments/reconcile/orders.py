"""A customer's order against the sales order or quotation it answers to, and against its own arithmetic."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.matching import UNLIKE, alike, is_same_vat_id
from app.assessments.reconcile import catalogue, units
from app.assessments.reconcile.units import count
from app.documents.order import Order, OrderLine
from app.money import Money, minor_unit
from app.odoo.records import SalesOrder, SalesOrderLine


def check(ordered: Order, sales_order: SalesOrder | None, books: Books) -> list[Finding]:
    """The order's own sums, then customer, currency, lines, total, validity and terms against the sales order.

    Without a sales order: what keeps the order from being entered as it stands.
    """
    found = own_arithmetic(ordered)
    if ordered.lines and not is_currency(ordered.currency):
        found.append(
            Finding("order_currency_missing", "The order names no currency: ask for it before entering it.", "nobody")
        )
    if sales_order is None:
        return found + [_unknown(line) for line in catalogue.without_product(ordered, books)]
    own = (RecordRef("sale.order", sales_order.id, sales_order.name),)
    found += _customer(ordered, sales_order, books)
    if is_currency(ordered.currency) and ordered.currency != sales_order.currency:
        sentence = f"The order is in {ordered.currency}, {sales_order.name} in {sales_order.currency}."
        return [*found, Finding("order_currency_differs", sentence, "nobody", records=own)]
    quoted = [line for line in books.order_lines if line.order_id == sales_order.id]
    if ordered.lines:  # a change told in a sentence has none, and takes none away
        found += _lines(ordered, sales_order, quoted)
    found += _total(ordered, sales_order, own)
    if sales_order.valid_until and ordered.issued_on and ordered.issued_on > sales_order.valid_until:
        sentence = (
            f"The order is dated {ordered.issued_on}, "
            f"quotation {sales_order.name} was valid until {sales_order.valid_until}."
        )
        found.append(Finding("quotation_expired", sentence, "nobody", records=own))
    found += _terms(ordered, sales_order, own)
    return found


def is_currency(written: str) -> bool:
    """Whether a currency is written as ISO 4217 does it."""
    return len(written) == 3 and written.isascii() and written.isalpha() and written.isupper()


def _unknown(line: OrderLine) -> Finding:
    return Finding(
        "product_unknown",
        f"No product in Odoo is like “{_first(line.description) or line.number}”: choose one when you enter the order.",
        "nobody",
    )


def _customer(ordered: Order, sales_order: SalesOrder, books: Books) -> list[Finding]:
    """The buyer on the paper is another house than the one the sales order is for: by VAT id, else by name."""
    customer = next((c for c in books.customers if c.id == sales_order.customer_id), None)
    buyer = ordered.buyer
    if customer is None or not (buyer.name or buyer.vat_id):
        return []
    if buyer.vat_id and customer.vat_id:
        differs = not is_same_vat_id(buyer.vat_id, customer.vat_id)
    else:
        differs = bool(buyer.name) and alike(buyer.name, customer.name) < UNLIKE
    if not differs:
        return []
    who = f"{buyer.name} ({buyer.vat_id})" if buyer.name and buyer.vat_id else buyer.name or buyer.vat_id
    sentence = f"The order is from {who}, {sales_order.name} is for {customer.name}."
    refs = (
        RecordRef("sale.order", sales_order.id, sales_order.name),
        RecordRef("res.partner", customer.id, customer.name),
    )
    return [Finding("order_customer_differs", sentence, "nobody", records=refs)]


def own_arithmetic(ordered: Order) -> list[Finding]:
    """Lines whose quantity × price is not their amount, and a net total that is not the sum of the lines.

    A difference of one minor unit per line is rounding, not an error.
    """
    found: list[Finding] = []
    currency = ordered.currency
    if not is_currency(currency):
        return found
    cent = minor_unit(currency)
    for line in ordered.lines:
        if line.quantity is None or line.unit_price is None or line.amount is None or line.is_amount_derived:
            continue
        product = Money(line.quantity * line.unit_price, currency).rounded()
        if abs(product.amount - line.amount) > cent:
            sentence = (
                f"Line {line.number or line.description}: {line.quantity} × {line.unit_price} is {product}, "
                f"the order says {Money(line.amount, currency)}."
            )
            found.append(
                Finding("order_line_arithmetic", sentence, "nobody", Money(abs(product.amount - line.amount), currency))
            )
    amounts = [line.amount for line in ordered.lines if not line.is_cancelled]
    if ordered.total_net is not None and amounts and all(a is not None for a in amounts):
        total = sum((a for a in amounts if a is not None), Decimal(0))
        if abs(total - ordered.total_net) > cent * len(amounts):
            rows = (
                ArithmeticRow(f"Sum of {len(amounts)} lines", None, "", None, Money(total, currency), "first"),
                ArithmeticRow("total on the order", None, "", None, Money(ordered.total_net, currency), "minus"),
                ArithmeticRow("Difference", None, "", None, Money(total - ordered.total_net, currency), "result"),
            )
            sentence = (
                f"The lines add up to {Money(total, currency)}, the order says {Money(ordered.total_net, currency)}."
            )
            found.append(
                Finding(
                    "order_total_wrong", sentence, "nobody", Money(abs(total - ordered.total_net), currency), rows=rows
                )
            )
    return found


def _lines(ordered: Order, sales_order: SalesOrder, quoted: list[SalesOrderLine]) -> list[Finding]:
    found: list[Finding] = []
    left = list(quoted)
    for line in ordered.lines:
        partner = _partner(line, left)
        if partner is None:
            sentence = f"“{line.description}” is ordered, and {sales_order.name} has no line for it."
            amount = Money(line.amount, sales_order.currency) if line.amount is not None else None
            found.append(Finding("order_line_unquoted", sentence, "nobody", amount))
            continue
        left.remove(partner)
        found += _differences(line, partner, sales_order)
    for missing in left:
        sentence = f"“{_first(missing.description)}” is on {sales_order.name} and not ordered."
        found.append(Finding("order_line_not_ordered", sentence, "nobody", missing.net, line_id=missing.id))
    return found


def _differences(line: OrderLine, partner: SalesOrderLine, sales_order: SalesOrder) -> list[Finding]:
    found = []
    currency = sales_order.currency
    ref = (RecordRef("sale.order.line", partner.id, sales_order.name),)
    what = _first(partner.description) or line.description
    quoted_on = f"quoted on {sales_order.name}"
    if line.unit_price is not None and line.unit_price != partner.unit_price.amount:
        times = line.quantity if line.quantity is not None else partner.quantity
        rate, quoted = Money(line.unit_price, currency), partner.unit_price
        gap = ((rate - quoted) * times).rounded()
        rows = (
            ArithmeticRow("Ordered", times, line.unit, rate, (rate * times).rounded(), "first"),
            ArithmeticRow(quoted_on, times, partner.unit, quoted, (quoted * times).rounded(), "minus", ref),
            ArithmeticRow("Difference", times, line.unit, rate - quoted, gap, "result"),
        )
        sentence = (
            f"“{what}”: ordered at {units.rate(rate)}, quoted at {units.rate(quoted)}: {_more(gap)} for {count(times)}."
        )
        found.append(
            Finding(
                "order_rate_differs", sentence, "nobody", Money(abs(gap.amount), currency), quantity=times,
                unit=line.unit, rate=rate, rows=rows, records=ref, line_id=partner.id,
            )
        )  # fmt: skip
    if line.quantity is not None and line.quantity != partner.quantity:
        rate = partner.unit_price
        more = line.quantity - partner.quantity
        gap = (rate * more).rounded()
        rows = (
            ArithmeticRow("Ordered", line.quantity, line.unit, rate, (rate * line.quantity).rounded(), "first"),
            ArithmeticRow(
                quoted_on, partner.quantity, partner.unit, rate, (rate * partner.quantity).rounded(), "minus", ref
            ),
            ArithmeticRow("Difference", more, line.unit, rate, gap, "result"),
        )
        sentence = f"“{what}”: {count(line.quantity)} ordered, {count(partner.quantity)} quoted."
        found.append(
            Finding(
                "order_quantity_differs", sentence, "nobody", Money(abs(gap.amount), currency), quantity=line.quantity,
                unit=line.unit, rate=rate, rows=rows, records=ref, line_id=partner.id,
            )
        )  # fmt: skip
    return found


def _more(gap: Money) -> str:
    return f"{Money(abs(gap.amount), gap.currency)} {'more' if gap.amount > 0 else 'less'}"


def _total(ordered: Order, sales_order: SalesOrder, own: tuple[RecordRef, ...]) -> list[Finding]:
    if ordered.total_net is None:
        return []
    total = Money(ordered.total_net, sales_order.currency)
    gap = total - sales_order.net
    rows = (
        ArithmeticRow("Ordered, net", None, "", None, total, "first"),
        ArithmeticRow(f"quoted on {sales_order.name}", None, "", None, sales_order.net, "minus", own),
        ArithmeticRow("Difference", None, "", None, gap, "result"),
    )
    if gap.amount:
        sentence = f"The order is worth {total}, {sales_order.name} {sales_order.net}: {_more(gap)}."
        return [
            Finding(
                "order_total_differs", sentence, "nobody", Money(abs(gap.amount), gap.currency), rows=rows, records=own
            )
        ]
    return [
        Finding(
            "order_total_agrees", f"The order's {total} is what {sales_order.name} says.", "us", rows=rows, records=own
        )
    ]


def _terms(ordered: Order, sales_order: SalesOrder, own: tuple[RecordRef, ...]) -> list[Finding]:
    """Payment terms differ when both name days and the longest is not the same."""
    import re

    wanted = [int(d) for d in re.findall(r"\b(\d{1,3})\b(?!\s*%)", ordered.payment_terms)]
    agreed = [int(d) for d in re.findall(r"\b(\d{1,3})\b(?!\s*%)", sales_order.payment_term)]
    if not wanted or not agreed or max(wanted) == max(agreed):
        return []
    sentence = f"The order asks for “{ordered.payment_terms}”, {sales_order.name} says “{sales_order.payment_term}”."
    return [Finding("order_terms_differ", sentence, "nobody", records=own)]


def _partner(line: OrderLine, left: list[SalesOrderLine]) -> SalesOrderLine | None:
    """The quoted line that is meant: by figures and words together, words alone when they are very alike."""
    from rapidfuzz import fuzz

    def fit(candidate: SalesOrderLine) -> float:
        words = fuzz.token_set_ratio(line.description.casefold(), candidate.description.casefold())
        figures = 40 * (line.quantity == candidate.quantity) + 40 * (line.unit_price == candidate.unit_price.amount)
        return float(words + figures)

    best = max(left, key=lambda c: (fit(c), -c.id), default=None)
    return best if best is not None and fit(best) >= 75 else None


def _first(text: str) -> str:
    return text.splitlines()[0] if text else ""
