"""The product's vocabulary: kinds, reasons, flags, fields and readings. Everything reads it from here.

Source: the annotation guidelines (evals/datasets/GUIDELINES.md), second version.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a case is."""

    CUSTOMER_PO = "customer_po"
    DISPUTE = "dispute"
    BILLING_DISCREPANCY = "billing_discrepancy"
    PAYMENT_NOTICE = "payment_notice"
    BILLING_REQUEST = "billing_request"
    SECURITY_ALERT = "security_alert"
    NO_ACTION = "no_action"


REASONS: dict[Kind, tuple[str, ...]] = {
    Kind.CUSTOMER_PO: ("new_po", "po_change", "po_cancellation", "po_reference"),
    Kind.DISPUTE: (
        "hours_quantity", "rate_price", "duplicate_invoice", "scope_not_agreed", "quality_acceptance", "contract_cap",
        "expenses", "tax", "missing_reference", "missing_backup", "wrong_entity", "already_paid", "payment_terms",
        "currency", "calculation_error", "discount_rebate", "credit_not_received", "late_billing", "contract_ended",
        "po_invalid", "legal_form", "description_insufficient", "delay_penalty",
    ),
    Kind.BILLING_DISCREPANCY: (
        "unbilled_time", "unapproved_time", "rate_mismatch", "quantity_mismatch", "milestone_early", "po_exceeded",
        "po_missing", "duplicate_billing", "expense_eligibility", "tax_mapping", "retainer_overage",
        "delivery_failure", "credit_not_issued",
    ),
    Kind.PAYMENT_NOTICE: ("remittance", "promise_to_pay", "short_payment", "overpayment_refund"),
    Kind.BILLING_REQUEST: ("copy_or_statement", "supporting_documents", "vendor_setup", "contact_change", "question"),
    Kind.SECURITY_ALERT: ("bank_details_change", "impersonation"),
    Kind.NO_ACTION: ("auto_reply", "acknowledgement", "bounce", "marketing", "unrelated"),
}  # fmt: skip

KIND_OF: dict[str, Kind] = {reason: kind for kind, reasons in REASONS.items() for reason in reasons}
"""A reason's name is unique, so it says its kind."""


def label(reason: str) -> str:
    """`kind/reason`, the form used in prediction sets and reports."""
    return f"{KIND_OF[reason]}/{reason}"


class Flag(StrEnum):
    """What is special about a case, whatever its kind."""

    PROMPT_INJECTION = "prompt_injection"
    PAYMENT_HELD = "payment_held"
    LEGAL_THREAT = "legal_threat"
    DEADLINE = "deadline"
    MULTI_ISSUE = "multi_issue"
    QUOTED_HISTORY_ONLY = "quoted_history_only"
    LOW_QUALITY_SCAN = "low_quality_scan"


class RequestedAction(StrEnum):
    """The main thing the sender asks for."""

    CREDIT_NOTE = "credit_note"
    REISSUE = "reissue"
    EXPLAIN = "explain"
    SEND_DOCUMENTS = "send_documents"
    CONFIRM_ORDER = "confirm_order"
    UPDATE_RECORD = "update_record"
    APPLY_PAYMENT = "apply_payment"
    REFUND = "refund"
    CONFIRM = "confirm"
    NONE = "none"


class CertaintyWord(StrEnum):
    """What a person sees instead of a score."""

    BY_RULE = "By rule"
    SURE = "Sure"
    LIKELY = "Likely"
    UNSURE = "Unsure"


# Field names and how their values are written: text, reference, references, date, decimal, lines, choice.
FIELDS: dict[str, str] = {
    "customer_name": "text",
    "po_number": "reference",
    "po_date": "date",
    "valid_from": "date",
    "valid_until": "date",
    "invoice_refs": "references",
    "order_refs": "references",
    "currency": "currency",
    "amount_total": "decimal",
    "amount_disputed": "decimal",
    "quantity_disputed": "decimal",
    "quantity_unit": "choice",
    "payment_terms": "text",
    "deadline": "date",
    "lines": "lines",
    "requested_action": "choice",
    "language": "language",
}

LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt", "pl")
"""Languages the engine is built and measured for (ISO 639-1)."""
