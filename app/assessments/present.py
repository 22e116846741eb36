"""What the inbox shows of a case, from its assessment and the books."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import Session

from app.assessments.findings import Finding, Reconciliation
from app.assessments.results import Assessment
from app.audit import trail
from app.cases import called_back, lifecycle, priority
from app.cases.models import Case
from app.documents.reading import Reading
from app.mailboxes import of_case
from app.money import Money
from app.vocabulary import Flag, Kind

ACTOR = "software"

REASON_WORDS = {
    "new_po": "New order", "po_change": "Order change", "po_cancellation": "Order cancelled",
    "po_reference": "Order number only", "hours_quantity": "Hours or quantity", "rate_price": "Rate",
    "duplicate_invoice": "Billed twice", "scope_not_agreed": "Not ordered", "quality_acceptance": "Not accepted",
    "contract_cap": "Contract cap", "expenses": "Expenses", "tax": "Tax", "missing_reference": "Order number missing",
    "missing_backup": "Backup missing", "wrong_entity": "Wrong entity", "already_paid": "Already paid",
    "payment_terms": "Payment terms", "currency": "Currency", "calculation_error": "Arithmetic",
    "discount_rebate": "Discount missing", "credit_not_received": "Credit not received", "late_billing": "Billed late",
    "contract_ended": "Contract ended", "po_invalid": "Order number not valid", "legal_form": "Form of the invoice",
    "description_insufficient": "Description unclear", "delay_penalty": "Penalty set off",
    "unbilled_time": "Unbilled time", "unapproved_time": "Unapproved time", "rate_mismatch": "Rate differs",
    "quantity_mismatch": "Quantity differs", "milestone_early": "Milestone billed early",
    "po_exceeded": "Order exceeded", "po_missing": "No order number", "duplicate_billing": "Billed twice by us",
    "expense_eligibility": "Expense not billable", "tax_mapping": "Tax does not fit",
    "retainer_overage": "Over retainer",
    "delivery_failure": "Invoice not delivered", "credit_not_issued": "Credit not issued", "remittance": "Remittance",
    "promise_to_pay": "Promise to pay", "short_payment": "Short payment", "overpayment_refund": "Overpaid",
    "copy_or_statement": "Copy or statement", "supporting_documents": "Documents wanted",
    "vendor_setup": "Supplier registration", "contact_change": "Contact change", "question": "Question",
    "bank_details_change": "Bank details change", "impersonation": "Impersonation", "auto_reply": "Automatic reply",
    "acknowledgement": "Acknowledgement", "bounce": "Mail returned", "marketing": "Marketing", "unrelated": "Unrelated",
}  # fmt: skip

KIND_WORDS = {
    Kind.CUSTOMER_PO: "Customer PO", Kind.DISPUTE: "Dispute", Kind.BILLING_DISCREPANCY: "Discrepancy",
    Kind.PAYMENT_NOTICE: "Payment", Kind.BILLING_REQUEST: "Request", Kind.SECURITY_ALERT: "Security",
    Kind.NO_ACTION: "No action",
}  # fmt: skip


def at_stake(assessment: Assessment, findings: tuple[Finding, ...] = ()) -> Money | None:
    """The amount a case is about: contested, else ordered or paid, else a finding's; None when none is stated."""
    currency = assessment.value("currency")
    for name in ("amount_disputed", "amount_total"):
        stated = assessment.value(name)
        if stated and currency:
            try:
                return Money(Decimal(str(stated)), str(currency))
            except (InvalidOperation, ValueError):
                continue
    return next((f.amount for f in findings if f.amount is not None), None)


def show_assessment(session: Session, case: Case, reading: Reading, assessment: Assessment, *, at: datetime) -> None:
    """Put what we think into the case and bring it before a person, or into attention when its text is not readable."""
    c = assessment.classification
    if c.kind is Kind.SECURITY_ALERT and case.kind not in (None, Kind.SECURITY_ALERT):
        called_back.begin_anew(session, case.id, actor=ACTOR, at=at)
    case.kind, case.reason, case.reading = c.kind.value, c.reason, c.reading.value
    case.confidence = Decimal(str(round(c.confidence, 4)))
    case.flags = list(c.flags)
    case.title = _title(assessment, reading)
    case.summary = " ".join(claim.text for claim in assessment.summary)
    case.customer_name = str(assessment.value("customer_name") or "")
    case.unsure_because = c.unsure_because
    if reading.mail:
        case.sender = reading.mail.sender.email
        case.thread_key = reading.mail.message_id
    case.here_because = _here_because(assessment)
    _rank(case, assessment, (), at)
    trail.record(
        session, "case.assessed", case_id=case.id, actor=ACTOR, at=at, kind=case.kind, reason=c.reason,
        reading=c.reading.value, prediction_set=list(c.prediction_set), flags=list(c.flags), engine=assessment.engine,
        versions=dict(assessment.versions), votes={v.reader: v.reason for v in c.votes},
    )  # fmt: skip
    problem = next((p for part in reading.walk() for p in part.problems if p.is_fatal), None)
    if problem is not None:
        lifecycle.ask_for_attention(session, case, problem.message, at=at)
    elif case.state in ("received", "needs_attention"):
        lifecycle.move(session, case, "to_decide", actor=ACTOR, at=at, because="Read and assessed.")
    case.updated_at = at


def show_findings(session: Session, case: Case, assessment: Assessment, found: Reconciliation, *, at: datetime) -> None:
    """Add what the books say: the customer as Odoo names it, the amount, the rank."""
    case.unsure_because = assessment.classification.unsure_because
    customer = found.certain("customer")
    case.customer_id = customer.record.id if customer else None
    case.customer_name = customer.record.name if customer else str(assessment.value("customer_name") or "")
    paper = found.certain("invoice") or found.certain("order")
    case.company_id = paper.company_id if paper else of_case.company_of(session, case.id)
    _rank(case, assessment, found.findings, at)
    trail.record(
        session, "case.reconciled", case_id=case.id, actor=ACTOR, at=at,
        matches=[[m.what, m.record.model, m.record.id, str(m.score), m.is_certain] for m in found.matches],
        findings=[[f.code, f.says, str(f.amount) if f.amount else None] for f in found.findings],
    )  # fmt: skip
    case.updated_at = at


def say_odoo_is_away(case: Case, assessment: Assessment, why: str, *, at: datetime) -> None:
    """Tell the reviewer that the books have not been asked yet; the case can be read and sorted meanwhile."""
    unsure = assessment.classification.unsure_because
    case.unsure_because = f"{unsure} Odoo has not been asked yet: {why}".strip()
    case.updated_at = at


def _rank(case: Case, assessment: Assessment, findings: tuple[Finding, ...], at: datetime) -> None:
    amount = at_stake(assessment, findings)
    case.at_stake, case.currency = (amount.amount, amount.currency) if amount else (None, None)
    deadline = assessment.value("deadline")
    case.deadline = date.fromisoformat(str(deadline)) if deadline else None
    ranked = priority.rank(
        assessment.classification.kind, flags=case.flags, at_stake=amount, deadline=case.deadline, today=at.date()
    )
    case.priority, case.priority_because = ranked.rank, ranked.because


def _title(assessment: Assessment, reading: Reading) -> str:
    who = assessment.value("customer_name") or (
        reading.mail.sender.name or reading.mail.sender.email if reading.mail else ""
    )
    what = REASON_WORDS[assessment.classification.reason]
    references = assessment.value("invoice_refs") or (
        [assessment.value("po_number")] if assessment.value("po_number") else []
    )
    about = f": {', '.join(str(r) for r in references[:2])}" if references else ""
    return f"{who}, {what[0].lower() + what[1:]}{about}" if who else f"{what}{about}"


def _here_because(assessment: Assessment) -> str:
    c = assessment.classification
    if len(c.prediction_set) > 1 and c.reading.value == "Unsure":
        fits = " or ".join(REASON_WORDS[r].lower() for r in c.prediction_set[:3])
        return f"Here because a person must say which reading fits: {fits}."
    if Flag.PROMPT_INJECTION in c.flags:
        return f"Here as {KIND_WORDS[c.kind].lower()}; it also holds text aimed at software, which was not followed."
    return f"Here as {KIND_WORDS[c.kind].lower()} ({REASON_WORDS[c.reason].lower()}), read {c.reading.value.lower()}."
