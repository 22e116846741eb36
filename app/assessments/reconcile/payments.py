"""What was paid or credited on an invoice already."""

from __future__ import annotations

from app.assessments.findings import ArithmeticRow, Books, Finding, RecordRef
from app.assessments.reconcile import credits
from app.money import Money
from app.odoo.records import Invoice, PaymentState

REASONS = frozenset(
    {
        "already_paid",
        "credit_not_received",
        "duplicate_invoice",
        "short_payment",
        "overpayment_refund",
        "remittance",
        "promise_to_pay",
        "credit_not_issued",
        "copy_or_statement",
    }
)


def check(invoice: Invoice, books: Books) -> list[Finding]:
    """Whether the invoice is settled, partly settled or open; credit notes that wait as drafts are told beside it."""
    return [*_settled(invoice, books), *_drafts(invoice, books)]


def _drafts(invoice: Invoice, books: Books) -> list[Finding]:
    waiting = [n for n in credits.notes(invoice, books) if n.is_draft]
    if not waiting:
        return []
    total = sum((n.gross for n in waiting), Money.zero(invoice.currency))
    refs = tuple(RecordRef("account.move", n.id, n.name or f"draft {n.id}") for n in waiting)
    sentence = f"A credit of {total} with tax for {invoice.name} is a draft in Odoo; it counts when it is posted."
    return [Finding("credit_in_draft", sentence, "nobody", records=refs, invoice_id=invoice.id)]


def _settled(invoice: Invoice, books: Books) -> list[Finding]:
    settled = [p for p in books.payments if p.invoice_id == invoice.id]
    own = RecordRef("account.move", invoice.id, invoice.name)
    rows = [ArithmeticRow(f"Billed on {invoice.name}, with tax", None, "", None, invoice.gross, "first", (own,))]
    for payment in settled:
        what = "credit note" if payment.credit_note_id else "payment"
        rows.append(
            ArithmeticRow(
                f"{what} {payment.document} of {payment.settled_on.isoformat()}",
                None,
                "",
                None,
                payment.amount,
                "minus",
            )
        )
    rows.append(ArithmeticRow("Open", None, "", None, invoice.open_amount, "result", (own,)))
    paid = sum((p.amount for p in settled), Money.zero(invoice.currency))
    if invoice.payment_state in (PaymentState.PAID, PaymentState.IN_PAYMENT, PaymentState.REVERSED) or (
        settled and invoice.open_amount.amount <= 0
    ):
        how = ", ".join(f"{p.document} of {p.settled_on.isoformat()}" for p in settled) or invoice.payment_state.value
        return [
            Finding(
                "already_paid",
                f"{invoice.name} is settled: {how}. Nothing is open.",
                "customer",
                None,
                rows=tuple(rows),
                records=(own,),
                invoice_id=invoice.id,
            )
        ]
    if settled:
        sentence = f"{paid} of {invoice.gross} on {invoice.name} is settled; {invoice.open_amount} is open."
        return [
            Finding(
                "partly_paid",
                sentence,
                "nobody",
                invoice.open_amount,
                rows=tuple(rows),
                records=(own,),
                invoice_id=invoice.id,
            )
        ]
    due = f", due on {invoice.due_on.isoformat()}" if invoice.due_on else ""
    sentence = f"Odoo holds no payment and no credit for {invoice.name}: {invoice.open_amount} is open{due}."
    return [
        Finding(
            "nothing_paid", sentence, "us", invoice.open_amount, rows=tuple(rows), records=(own,), invoice_id=invoice.id
        )
    ]
