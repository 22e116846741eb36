"""Words for people that page, panel and command line share: states, steps, reasons to reject, values to edit."""

from __future__ import annotations

STATE_WORDS = {
    "received": "Being read", "to_decide": "To decide", "needs_approval": "Needs approval", "writing": "On its way",
    "stale": "Stale", "needs_attention": "Needs attention", "snoozed": "Snoozed", "done": "Decided and written",
    "closed": "Closed",
}  # fmt: skip

STEP_TITLES = {
    "set_customer_reference": "Write the customer’s order number",
    "create_quotation_from_po": "Draft a quotation from the order",
    "update_draft_order": "Change the quotation to what was ordered",
    "update_invoice_narrative": "Change the text of the draft invoice", "draft_credit_note": "Draft a credit note",
    "mark_disputed": "Mark the invoice as disputed", "schedule_activity": "Plan a follow-up",
    "post_note": "Put a note on the record", "attach_evidence": "Attach the original",
    "create_ticket": "Open a ticket", "request_approval": "Ask for approval",
    "update_billing_contact": "Change the billing contact", "draft_reply": "Answer the sender",
    "merge_with_case": "Fold into the case it belongs to", "close_no_action": "Close without action",
    "take_back": "Take back what was written",
}  # fmt: skip
STEP_PHRASES = {
    "set_customer_reference": "write the order number on {target}",
    "create_quotation_from_po": "draft a quotation for {target}", "update_draft_order": "change {target} to the order",
    "update_invoice_narrative": "change the text of {target}", "draft_credit_note": "draft a credit note of {amount}",
    "mark_disputed": "pause reminders", "schedule_activity": "plan a follow-up", "post_note": "leave a note",
    "attach_evidence": "attach the original", "create_ticket": "open a ticket", "request_approval": "ask for approval",
    "update_billing_contact": "change the billing contact", "draft_reply": "answer in {language}",
    "merge_with_case": "fold it into {target}", "close_no_action": "close it without action",
    "take_back": "take {target} back",
}  # fmt: skip
REJECT_WORDS = {
    "wrong_reading": "It was read wrongly", "wrong_amount": "Wrong amount or arithmetic",
    "wrong_record": "Wrong customer or record", "already_handled": "Already handled, or agreed otherwise",
    "not_ours": "Not ours to handle", "other": "Something else",
}  # fmt: skip
EDIT_WORDS = {
    "reference": "Order number", "quantity": "Quantity to credit", "amount": "Amount to credit, net",
    "reason": "Reason", "body": "Text", "subject": "Subject", "summary": "What to do", "due_on": "Due on",
    "name": "Name", "description": "Description", "narration": "Text", "email": "Mail address",
    "papers": "Papers that go with it", "to": "To",
}  # fmt: skip
