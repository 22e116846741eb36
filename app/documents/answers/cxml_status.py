"""cXML StatusUpdateRequest about an invoice: what a buyer's network says of it (rejected, paid, in process)."""

from __future__ import annotations

from lxml import etree

from app.documents.answers.found import FoundAnswer
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.values import day, number
from app.documents.orders.xml import attribute, first, value, values, within


def answers(root: etree._Element) -> list[FoundAnswer]:
    """Status updates about an invoice in a file."""
    updates = within(root, ("StatusUpdateRequest",))
    return [_answer(root, update, status) for update in updates for status in update.iterfind("InvoiceStatus")]


def _answer(root: etree._Element, update: etree._Element, status: etree._Element) -> FoundAnswer:
    document = first(status, "InvoiceIDInfo", "InvoiceID")
    coded = first(update, "Status")
    reason = (attribute(coded, "code"), attribute(coded, "text"))
    notes = [*values(status, "Comments"), *values(update, "Comments"), value(coded, ".")]
    partial = first(status, "PartialAmount/Money")
    amount = number(value(partial, "."))
    answer = InvoiceAnswer(
        standard="cxml",
        status=attribute(status, "type").casefold(),
        invoice_number=attribute(document, "invoiceID") or value(document, "."),
        sender=value(root, "Header/From/Credential/Identity"),
        issued_on=day(attribute(root, "timestamp")),
        effective_on=day(attribute(status, "paymentNetDueDate")),
        reasons=(reason,) if reason[1] and reason[0] != "200" else (),
        notes=tuple(dict.fromkeys(note for note in notes if note)),
        amounts=(("Partial amount", amount, attribute(partial, "currency")),) if amount is not None else (),
    )
    return FoundAnswer(answer, "Invoice status update", (("Invoice date", attribute(document, "invoiceDate")[:10]),))
