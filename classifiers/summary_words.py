"""How the summary says each reason, in English: what the sender says, and what a further matter is called."""

from __future__ import annotations

SAYS: dict[str, str] = {
    # customer_po
    "new_po": "sends a purchase order{number}{total}{term}",
    "po_change": "changes an order{number}{total}{term}",
    "po_cancellation": "cancels an order in whole or in part{number}{total}",
    "po_reference": "gives {order:an order number}{for_invoice}",
    # dispute
    "hours_quantity": "contests {quantity:the quantity billed}{issue}{on_invoice}",
    "rate_price": "contests the rate or price{issue}{on_invoice}",
    "duplicate_invoice": "says that the same was billed twice{on_invoice}{issue}",
    "scope_not_agreed": "says that work billed{on_invoice} was never agreed{issue}",
    "quality_acceptance": "says that what is billed{on_invoice} was not accepted or not delivered{issue}",
    "contract_cap": "says that {invoice:the billing} passes a budget, cap or limit{issue}{under_order}",
    "expenses": "contests travel or other expenses{issue}{on_invoice}",
    "tax": "contests the tax{issue}{on_invoice}",
    "missing_reference": "does not accept {invoice:an invoice} because a required reference is missing{issue}"
    "{number_given}",
    "missing_backup": "wants timesheets, receipts or acceptance records before paying {invoice:the invoice}{issue}",
    "wrong_entity": "says that {invoice:the invoice} names the wrong entity, address or recipient{issue}",
    "already_paid": "says that {invoice:the invoice} is already paid or credited{issue}",
    "payment_terms": "contests payment terms, due date or fees{issue}{on_invoice}",
    "currency": "contests the currency or exchange rate{issue}{on_invoice}",
    "calculation_error": "says that {invoice:the invoice} is calculated wrongly{issue}",
    "discount_rebate": "says that an agreed discount or rebate is missing{on_invoice}{issue}",
    "credit_not_received": "still waits for a credit that was promised{for_invoice}{issue}",
    "late_billing": "says that {invoice:the invoice} comes too late{issue}",
    "contract_ended": "says that contract or order had ended before the work billed{on_invoice}{issue}{under_order}",
    "po_invalid": "says that the order number on {invoice:the invoice} is not valid for it{issue}{order_named}",
    "legal_form": "says that {invoice:the invoice} lacks a mandatory mention or form{issue}",
    "description_insufficient": "cannot tell from {invoice:the invoice} what was done{issue}",
    "delay_penalty": "sets off a penalty or service credit{issue}{on_invoice}",
    # billing_discrepancy
    "unbilled_time": "reports approved work that no invoice carries{extent}{on_invoice}",
    "unapproved_time": "reports time that nobody approved{extent}{on_invoice}",
    "rate_mismatch": "reports a rate that differs from the agreement{extent}{on_invoice}",
    "quantity_mismatch": "reports a quantity that differs from what was approved or ordered{extent}{on_invoice}",
    "milestone_early": "reports a milestone invoiced before its acceptance{extent}{on_invoice}",
    "po_exceeded": "reports billing beyond the balance of an order{number}{extent}{on_invoice}",
    "po_missing": "reports that a valid purchase order is missing{extent}{on_invoice}{order_named}",
    "duplicate_billing": "reports work billed twice{extent}{on_invoice}",
    "expense_eligibility": "reports an expense billed against the contract, or not billed{extent}{on_invoice}",
    "tax_mapping": "reports tax that does not follow the customer's fiscal position{extent}{on_invoice}",
    "retainer_overage": "reports hours beyond the retainer, neither billed nor waived{extent}{on_invoice}",
    "delivery_failure": "reports that {invoice:a document of ours} was not delivered or was refused technically",
    "credit_not_issued": "reports a credit that was agreed and not issued{extent}{for_invoice}",
    # payment_notice
    "remittance": "reports a payment{total}{for_invoice}",
    "promise_to_pay": "promises payment{total}{for_invoice}",
    "short_payment": "paid less than billed{issue}{on_invoice}",
    "overpayment_refund": "paid too much or twice{issue}{on_invoice}",
    # billing_request
    "copy_or_statement": "asks for copies or a statement{for_invoice}",
    "supporting_documents": "asks for supporting documents{for_invoice}",
    "vendor_setup": "asks for supplier registration or forms",
    "contact_change": "gives new contact, address or delivery data for our invoices",
    "question": "has a question{on_invoice}{under_order}",
    # security_alert
    "bank_details_change": "raises bank details, ours or someone's: change nothing without calling back",
    "impersonation": "may not be who the message claims, or is after credentials or data",
    # no_action
    "auto_reply": "sends an automatic reply",
    "acknowledgement": "confirms or thanks, and asks for nothing",
    "bounce": "returns a mail that could not be delivered",
    "marketing": "sends advertising",
    "unrelated": "writes about something other than billing",
}
"""What the sender says, after the name. Slots are filled from fields, or by what follows the colon, or left out."""

MATTER: dict[str, str] = {
    "new_po": "a new order", "po_change": "a change of the order", "po_cancellation": "a cancellation",
    "po_reference": "an order number", "hours_quantity": "the hours or quantity", "rate_price": "the rate",
    "duplicate_invoice": "a duplicate invoice", "scope_not_agreed": "work not agreed",
    "quality_acceptance": "acceptance",
    "contract_cap": "a budget or cap", "expenses": "expenses", "tax": "tax", "missing_reference": "a missing reference",
    "missing_backup": "missing records", "wrong_entity": "the billed entity or address",
    "already_paid": "an earlier payment",
    "payment_terms": "payment terms", "currency": "the currency", "calculation_error": "arithmetic",
    "discount_rebate": "a discount", "credit_not_received": "a promised credit", "late_billing": "late billing",
    "contract_ended": "work after the end of the contract", "po_invalid": "an invalid order number",
    "legal_form": "mandatory mentions", "description_insufficient": "an unclear description",
    "delay_penalty": "a penalty", "unbilled_time": "unbilled work", "unapproved_time": "unapproved time",
    "rate_mismatch": "a differing rate", "quantity_mismatch": "a differing quantity",
    "milestone_early": "a milestone billed early", "po_exceeded": "an exceeded order", "po_missing": "a missing order",
    "duplicate_billing": "double billing", "expense_eligibility": "an expense", "tax_mapping": "a tax setting",
    "retainer_overage": "hours beyond the retainer", "delivery_failure": "a failed delivery",
    "credit_not_issued": "a credit not issued", "remittance": "a payment", "promise_to_pay": "a promised payment",
    "short_payment": "a short payment", "overpayment_refund": "an overpayment",
    "copy_or_statement": "copies or a statement",
    "supporting_documents": "supporting documents", "vendor_setup": "supplier registration",
    "contact_change": "new contact data", "question": "a question", "bank_details_change": "bank details",
    "impersonation": "a doubtful sender", "auto_reply": "an automatic reply", "acknowledgement": "an acknowledgement",
    "bounce": "a returned mail", "marketing": "advertising", "unrelated": "something else",
}  # fmt: skip
"""What a reason is called as a further matter."""

WANTED: dict[str, str] = {
    "credit_note": "a credit note",
    "reissue": "a corrected invoice",
    "explain": "an explanation",
    "send_documents": "documents",
    "confirm_order": "a confirmation of the order",
    "update_record": "an update of our records",
    "apply_payment": "the allocation of the payment",
    "refund": "a refund",
    "confirm": "a confirmation",
}
"""What a requested action is, as a thing: for messages of our own."""

ASKS: dict[str, str] = {
    "credit_note": "ask for a credit note",
    "reissue": "ask for a corrected invoice",
    "explain": "ask for an explanation",
    "send_documents": "ask for documents",
    "confirm_order": "ask us to confirm the order",
    "update_record": "ask us to update our records",
    "apply_payment": "ask us to allocate the payment",
    "refund": "ask for a refund",
    "confirm": "ask for a confirmation",
}
"""What a requested action is, after "They"."""

SPECIAL: dict[str, str] = {
    "payment_held": "payment is held",
    "legal_threat": "legal steps are mentioned",
    "quoted_history_only": "the matter stands in the quoted history",
    "low_quality_scan": "a scan is hard to read",
    "prompt_injection": "the message holds text that gives instructions to software (not followed)",
}
"""What a flag means for the reviewer."""

SAID_ALREADY: dict[str, tuple[str, ...]] = {
    "copy_or_statement": ("send_documents",), "supporting_documents": ("send_documents",),
    "vendor_setup": ("send_documents",),
    "missing_backup": ("send_documents",), "contact_change": ("update_record",), "po_reference": ("update_record",),
}  # fmt: skip
"""Actions that the first sentence of a reason says already."""

SAME_BREATH = frozenset({("missing_reference", "po_reference"), ("po_invalid", "po_reference")})
"""Reasons whose first sentence says the further matter too."""
