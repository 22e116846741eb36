"""How a rule states what it found: the value that raising and telling work with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.assessments.findings import ArithmeticRow, Finding, RecordRef
from app.detectors.discrepancy import Discrepancy
from app.detectors.ledger import Ledger
from app.mirror.models import OdooInvoice, OdooOrder
from app.money import Money


def state(
    ledger: Ledger,
    rule: str,
    about_ids: Sequence[object],
    *,
    company_id: int,
    customer: tuple[int | None, str],
    title: str,
    sentence: str,
    amount: Money | None,
    rows: Sequence[ArithmeticRow],
    records: Iterable[RecordRef],
    step: str,
    explains: str,
    order: OdooOrder | None = None,
    invoice: OdooInvoice | None = None,
    about: RecordRef | None = None,
    since: date | None = None,
    says: str = "us",
    quantity: Decimal | None = None,
    unit: str = "",
    rate: Money | None = None,
    line_id: int | None = None,
    matter: str = "",
) -> Discrepancy:
    """`about_ids` makes the key: ids (and months) of the matter, never amounts. `matter` stands for the rule in the key
    where several rules see one matter in turn. `says`: customer where we billed too much, us where too little, nobody
    where it is undecided."""
    order_ref = RecordRef("sale.order", order.id, order.name) if order else None
    invoice_ref = ledger.invoice_ref(invoice) if invoice else None
    distinct = {(r.model, r.id): r for r in records}
    held = tuple(distinct[k] for k in sorted(distinct))
    finding = Finding(
        rule.replace(".", "_"), _capital(sentence), says, amount, quantity=quantity, unit=unit, rate=rate,
        rows=tuple(rows), records=held, invoice_id=invoice.id if invoice else None, line_id=line_id,
    )  # fmt: skip
    return Discrepancy(
        rule=rule, key=":".join([matter or rule, str(company_id), *map(str, about_ids)])[:200], company_id=company_id,
        company=ledger.companies[company_id].name, customer_id=customer[0], customer=customer[1], title=_capital(title),
        finding=finding, step=step, explains=explains, order=order_ref, invoice=invoice_ref,
        about=about or invoice_ref or order_ref, since=since,
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def row(
    what: str, amount: Money | None, role: str = "first", *, quantity: Decimal | None = None, unit: str = "",
    rate: Money | None = None, records: Iterable[RecordRef] = (),
) -> ArithmeticRow:  # fmt: skip
    """A row of the arithmetic; `role` is first, minus, plus or result."""
    return ArithmeticRow(what, quantity, unit, rate, amount, role, tuple(records))


def amounts_to(*parts: Money) -> Money:
    """Their sum, rounded once."""
    return sum(parts[1:], parts[0]).rounded()
