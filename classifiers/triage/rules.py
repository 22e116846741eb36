"""What is certain by form alone: structured orders, structured answers to an invoice, returned mail, absence notices.

A rule is certain or silent. Codes: UBL/CII/cXML/EDIFACT/X12 order functions; Peppol BIS Invoice Response 3.0
(UNCL4343 status, OPStatusReason clarification); French life cycle CDAR statuses (XP Z12-012) and their reasons.
"""

from __future__ import annotations

from app.assessments.results import Vote
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order, OrderFunction
from app.documents.reading import Reading
from classifiers.triage.envelope import Envelope

STRUCTURED = frozenset({"ubl", "cii", "cxml", "edifact", "x12", "idoc"})
_FUNCTION = {
    OrderFunction.NEW: "new_po",
    OrderFunction.CHANGE: "po_change",
    OrderFunction.CANCELLATION: "po_cancellation",
}
_STATUS = {"AB": "acknowledgement", "IP": "acknowledgement", "AP": "acknowledgement", "PD": "remittance"}
_LIFE_CYCLE = dict.fromkeys(("200", "201", "202", "203", "204", "205", "209", "212"), "acknowledgement") | {
    "211": "remittance",
    "213": "delivery_failure",
}
_CLARIFICATION = {
    "REF": "missing_reference",
    "LEG": "legal_form",
    "REC": "wrong_entity",
    "QUA": "quality_acceptance",
    "DEL": "quality_acceptance",
    "PRI": "rate_price",
    "QTY": "hours_quantity",
    "PAY": "payment_terms",
    "UNR": "scope_not_agreed",
    "PPD": "short_payment",
    # reasons of the French life cycle
    "TX_TVA_ERR": "tax",
    "MONTANTTOTAL_ERR": "calculation_error",
    "CALCUL_ERR": "calculation_error",
    "NON_CONFORME": "legal_form",
    "DOUBLON": "duplicate_invoice",
    "DOUBLE_FACT": "duplicate_invoice",
    "DEST_ERR": "wrong_entity",
    "DEST_INC": "wrong_entity",
    "ADR_ERR": "wrong_entity",
    "SIRET_ERR": "wrong_entity",
    "TRANSAC_INC": "scope_not_agreed",
    "CONTRAT_TERM": "contract_ended",
    "CMD_ERR": "missing_reference",
    "REF_ERR": "missing_reference",
    "REF_CT_ABSENT": "missing_reference",
    "PU_ERR": "rate_price",
    "REM_ERR": "discount_rebate",
    "QTE_ERR": "hours_quantity",
    "QUALITE_ERR": "quality_acceptance",
    "LIVR_INCOMP": "quality_acceptance",
    "MODPAI_ERR": "payment_terms",
    "JUSTIF_ABS": "missing_backup",
}


def structured_order(reading: Reading) -> Order | None:
    """The first order that came as data, not as a page's layout."""
    found = (p.order for p in reading.walk() if p.order is not None)
    return next((order for order in found if order.standard in STRUCTURED), None)


def structured_answer(reading: Reading) -> InvoiceAnswer | None:
    """The first structured answer to an invoice of ours."""
    return next((p.invoice_answer for p in reading.walk() if p.invoice_answer is not None), None)


def reason_of_answer(answer: InvoiceAnswer) -> str | None:
    """The reason that a structured answer's codes name without a doubt, or None."""
    if answer.is_platform_refusal:
        return "delivery_failure"
    status = answer.status.upper()
    if settled := _STATUS.get(status) or _LIFE_CYCLE.get(status):
        return settled
    named = {_CLARIFICATION[code] for code, _ in answer.reasons if code in _CLARIFICATION}
    return named.pop() if len(named) == 1 else None


def reasons_of_answers(reading: Reading) -> set[str]:
    """Every reason that the codes of a message's structured answers name."""
    named: set[str] = set()
    for part in reading.walk():
        if (answer := part.invoice_answer) is not None:
            settled = reason_of_answer(answer)
            named |= {settled} if settled else {_CLARIFICATION[c] for c, _ in answer.reasons if c in _CLARIFICATION}
    return named


def vote(reading: Reading, about: Envelope) -> Vote:
    """The rules' vote: a reason where the form leaves no doubt, otherwise none."""
    if about["own_staff"] or about["own_system"]:
        return Vote("rules", None)
    if (order := structured_order(reading)) is not None:
        return Vote("rules", _FUNCTION[order.function], because=f"structured order ({order.standard})")
    if (answer := structured_answer(reading)) is not None and (reason := reason_of_answer(answer)):
        return Vote("rules", reason, because=f"structured answer to an invoice (status {answer.status})")
    return Vote("rules", None)
