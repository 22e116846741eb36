"""Plan a follow-up on the record. Undone by cancelling the activity while it is open."""

from __future__ import annotations

from app.odoo.commands import Change, Json, OperationKind
from app.suggestions import advised
from app.suggestions.actions import draft_credit_note
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of

_WHAT = {
    "promise_to_pay": "Check that the promised payment came in",
    "remittance": "Apply the payment as the remittance says",
    "short_payment": "Clear the short payment with the customer",
    "overpayment_refund": "Decide on refund or offsetting",
    "po_cancellation": "Stop billing on the cancelled order",
    "unbilled_time": "Bill what was done and is not billed",
    "credit_not_received": "Find the promised credit and issue it",
    "credit_not_issued": "Issue the credit that was agreed",
    "delivery_failure": "Send the document again by a way that works",
    "vendor_setup": "Fill in the supplier registration",
    "missing_backup": "Send the supporting records for the invoice",
    "supporting_documents": "Send the documents asked for",
    "copy_or_statement": "Send the copy or statement asked for",
    "bank_details_change": "Call the customer back on the number known to Odoo; change nothing before",
    "impersonation": "Call the customer back on the number known to Odoo; change nothing before",
}


def propose(situation: Situation) -> list[Proposal]:
    """For matters that need somebody's hand at a later time, on a certain record."""
    if situation.advice is not None:
        return _for_discrepancy(situation)
    summary, record = _WHAT.get(situation.reason), record_of(situation)
    order = situation.books.order()
    if situation.reason == "po_change" and order is not None and not order.is_quotation:
        summary = f"Agree the customer's change of {order.name} with its salesperson"
    if summary is None or record is None:
        return []
    values: dict[str, Json] = {"summary": summary}
    due = situation.assessment.value("deadline")
    if due:
        values["due_on"] = str(due)
    if situation.reason in ("bank_details_change", "impersonation"):
        values["activity"] = "call"
    when = f"due {due}" if due else "due in two days"
    return [
        Proposal(
            kind="schedule_activity", target_name=record.name, risk="advisory", rank=4,
            shown=(Shown("Activity", "(none)", f"{summary}, {when}"),),
            because="Somebody must do this by hand, and Odoo reminds them.",
            effect=f"Plans an activity on {record.name} for whoever is responsible for it.",
            change=Change(OperationKind.SCHEDULE_ACTIVITY, record.company_id, record.model, record.id, values=values),
        )
    ]  # fmt: skip


def _for_discrepancy(situation: Situation) -> list[Proposal]:
    """What our own rule says to do, for whoever is responsible, with the arithmetic; a credit needs no reminder."""
    advice, record = situation.advice, advised.record_of(situation)
    if advice is None or record is None or draft_credit_note.propose(situation):
        return []
    if situation.reason in advised.EXTENDED and situation.books.order() is not None and _salesperson(situation):
        return []  # asked as an approval
    drafted = next((i for i in situation.books.invoices() if draft_credit_note.is_drafted(situation, i)), None)
    step = f"Check the draft credit note of {drafted.name} and post it" if drafted is not None else advice.step
    summary, note = step.rstrip(".")[:190], advised.note(situation)
    values: dict[str, Json] = {"summary": summary, "note": note}
    user = advised.responsible(situation)
    if user is not None:
        values["user_id"] = user
    elif record.model != "account.move":
        return []  # nobody is responsible for it in Odoo; a note is proposed instead
    return [
        Proposal(
            kind="schedule_activity", target_name=record.name, risk="advisory", rank=4,
            shown=(Shown("Activity", "(none)", f"{summary}, due in two days"), Shown("Its note", "(none)", note)),
            because="Somebody must put this right by hand, and Odoo reminds them.",
            effect=f"Plans an activity on {record.name} for whoever is responsible for it.",
            change=Change(OperationKind.SCHEDULE_ACTIVITY, record.company_id, record.model, record.id, values=values),
        )
    ]  # fmt: skip


def _salesperson(situation: Situation) -> bool:
    order = situation.books.order()
    return order is not None and order.salesperson_id is not None
