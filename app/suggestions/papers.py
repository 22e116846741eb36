"""Papers that a reply could carry: what each is and which records of Odoo it comes from. A person ticks them.

None is fetched or sent here. What is ticked when the reply is confirmed is kept with the step that was confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from app.assessments.findings import RecordRef
from app.assessments.reconcile import units
from app.odoo.records import Invoice
from app.suggestions.proposal import Shown, Situation
from app.vocabulary import Kind

MOST = 6
_SHOWS_TIME = frozenset(
    {"hours_quantity", "missing_backup", "supporting_documents", "description_insufficient", "scope_not_agreed"}
)
_ASKS_FOR_TIME = frozenset({"missing_backup", "supporting_documents"})
_SHOWS_ORDER = frozenset({"rate_price", "discount_rebate", "contract_cap", "scope_not_agreed"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A file by the name it would have, what it is, and its source in Odoo. `is_ticked`: it goes with the reply."""

    name: str
    what: str
    model: str
    record_ids: tuple[int, ...]
    is_ticked: bool


def proposed(situation: Situation) -> tuple[Paper, ...]:
    """The invoices contested, the approved time behind them, and the order where its terms are contested.

    Time is ticked only where they ask for it: entries hold names and remarks, so a person looks at them first.
    """
    kind, reason = situation.assessment.classification.kind, situation.reason
    if kind not in (Kind.DISPUTE, Kind.BILLING_REQUEST):
        return ()
    reasons = {reason, *situation.assessment.classification.secondary_reasons}
    found: list[Paper] = []
    for invoice in (i for i in situation.books.invoices() if i.name and not i.is_draft):
        if kind is Kind.DISPUTE or reason in ("copy_or_statement", "supporting_documents"):
            found.append(_invoice(invoice))
        if reasons & _SHOWS_TIME:
            found += _time(situation, invoice, is_ticked=bool(reasons & _ASKS_FOR_TIME))
    order = situation.books.order()
    if order is not None and not order.is_quotation and reasons & _SHOWS_ORDER:
        found.append(
            Paper(f"{_file_name(order.name)}.pdf", f"our order {order.name}, as Odoo prints it", "sale.order",
                  (order.id,), True)
        )  # fmt: skip
    return tuple(found[:MOST])


def _invoice(invoice: Invoice) -> Paper:
    return Paper(
        f"{_file_name(invoice.name)}.pdf", f"invoice {invoice.name}, as Odoo prints it", "account.move", (invoice.id,),
        True,
    )  # fmt: skip


def _time(situation: Situation, invoice: Invoice, *, is_ticked: bool) -> list[Paper]:
    sheets = [t for t in situation.books.books.timesheets if t.invoice_id == invoice.id and t.is_approved]
    if not sheets:
        return []
    hours, days = sum((t.hours for t in sheets), Decimal(0)), [t.worked_on for t in sheets]
    entries = "1 timesheet" if len(sheets) == 1 else f"{len(sheets)} timesheets"
    what = f"{units.count(hours)} h on {entries}, {min(days).isoformat()} to {max(days).isoformat()}"
    ids = tuple(sorted(t.id for t in sheets))
    return [Paper(f"Timesheets_{_file_name(invoice.name)}.pdf", what, "account.analytic.line", ids, is_ticked)]


def _file_name(name: str) -> str:
    """A record's name as Odoo writes it in file names: INV_2026_0100."""
    return "".join(c if c.isalnum() or c in "-." else "_" for c in name).strip(".") or "document"


def rows(papers: Sequence[Paper]) -> tuple[Shown, ...]:
    """What of it is attached, for the table of before and after."""
    return tuple(Shown(p.name, _NOT, f"attached: {p.what}" if p.is_ticked else f"{_NOT}: {p.what}") for p in papers)


_NOT = "not attached"


def as_json(papers: Sequence[Paper]) -> dict[str, Any]:
    """As they are kept in a proposal's `within`; nothing where there are none."""
    return {"papers": [{**asdict(p), "record_ids": list(p.record_ids)} for p in papers]} if papers else {}


def of_json(within: Mapping[str, Any]) -> tuple[Paper, ...]:
    """The papers that a proposal keeps."""
    return tuple(Paper(**{**p, "record_ids": tuple(p["record_ids"])}) for p in within.get("papers") or ())


def ticked(papers: Sequence[Paper], names: Sequence[str]) -> tuple[Paper, ...]:
    """The same papers with exactly these ticked."""
    return tuple(replace(p, is_ticked=p.name in names) for p in papers)


def source(paper: Paper) -> RecordRef:
    """The first of the records it comes from."""
    return RecordRef(paper.model, paper.record_ids[0], paper.name)
