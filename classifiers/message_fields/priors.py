"""Rules of thumb of the trade as weights: where the learned weights start from and are drawn back to."""

from __future__ import annotations

_RANKING = {
    "mark:bare": -1.5, "mark:figure": -0.3, "rounded": -1.0, "negative": -0.3, "is_rate": -2.0, "always_rate": -2.5,
    "unmarked": -0.5,
    "zone:new": 0.5, "zone:forwarded": 0.5, "zone:subject": 0.5, "zone:quoted": -1.0, "zone:signature": -2.0,
    "zone:document": -0.3, "zone:answer": 0.5, "zone:attached_mail": -2.0, "repeated": 0.3,
    "before:threshold": -1.6, "before:limit": -1.2, "after:limit": -0.5, "before:rate": -0.3,
}  # fmt: skip

PRIORS: dict[str, dict[str, float]] = {
    "amount_disputed": {
        **_RANKING,
        "table_row": -0.6, "before:threshold": -2.4, "sum_of:expense_eligibility": 1.0, "sum_of:unbilled_time": 1.0,
        "sum_of:unapproved_time": 1.0,
        "zone:invoice_copy": -1.5,
        "expected:before": 1.2, "expected:after": 1.0, "expected:label": 1.5, "expected:sentence_before": 0.3,
        
        "before:contested": 1.0, "after:contested": 1.0, "before:difference": 1.5, "after:difference": 0.5,
        "before:excess": 0.8,
        "after:excess": 1.5, "before:credit": 1.0, "after:credit": 0.7, "before:deducted": 1.2, "after:deducted": 0.8,
        "before:removed": 0.7, "after:removed": 0.7, "before:overpaid": 0.8, "before:refund": 0.8,
        "before:penalty": 0.5,
        "label:difference": 1.5, "label:contested": 1.5, "label:deducted": 1.5, "label:credit": 1.0,
        "label:balance": -1.0,
        "before:balance": -1.0, "before:previous": -0.6, "before:should_be": -0.8, "before:undisputed": -1.5,
        "after:undisputed": -1.5, "before:paid": -0.6, "after:paid": -0.5, "before:total": -0.6,
        "after:gross:withheld": 1.3,
        "before:gross:withheld": 1.3, "after:net:withheld": -1.3, "before:net:withheld": -1.0, "after:gross": -0.2,
        "largest:line": -0.2, "before:item:line": 1.5, "after:item:line": 0.5, "before:item:part": 0.3,
        "before:total:line": -1.0, "after:gross:line": -0.8, "before:gross:line": -0.5,
        "after:gross:part": -0.5, "before:gross:part": -0.4, "before:limit": -2.2, "label:limit": -1.0,
        "difference_of": 1.2, "difference_of:part": 1.2, "product_of": 0.5, "share_of": 0.7, "largest": 0.0,
        "largest:whole": 0.5,
        "largest:part": -0.6, "copy:line:gross": -0.5, "only": 1.0, "first": 0.2, "after_reference": 0.2,
        "copy:withheld:gross": 4.5, "copy:withheld:total": 1.5, "copy:withheld:net": -0.5, "copy:withheld:tax": -1.5,
        "copy:tax:tax": 3.5, "copy:tax:gross": -1.0, "copy:tax:net": -1.0, "share_of:tax": 1.0,
        "copy:whole:gross": 0.8, "label:rate": -0.8, "label:billed": 0.3,
        "share_of:discount_rebate": 1.0, "difference_of:discount_rebate": -1.0, "share_of:delay_penalty": 1.0,
        "product_of:hours_quantity": 0.2,
        "product_of:rate_price": 0.0, "product_of:delay_penalty": 0.7, "difference_of:calculation_error": 0.7,
        "product_of:calculation_error": -1.0, "product_of_difference": 1.5, "complement_of": -0.6,
        "partial_sum:part": 1.0, "sum_after_parts:part": 1.0, "whole_of_part": -1.8, "part_of_whole": 0.6,
        "before:ordered": -0.4,
        "product_of_difference:calculation_error": -1.0, "share_of:calculation_error": -1.0,
        "sum_of:calculation_error": -0.7,
        "difference_of:contract_cap": 0.7,
        "none": 1.0, "none:settled": 3.0, "none:withheld": 0.5, "none:remittance": 1.5, "none:legal_form": 0.5,
        "none:already_paid": 0.5,
        "none:po_exceeded": 1.5,
        "none:no_currency": 0.7, "none:unwritten": 1.5,
    },
    "amount_total": {
        **_RANKING,
        "table_row": -0.8,
        "zone:invoice_copy": -3.0, "zone:document": 0.3,
        "before:total": 1.2, "after:total": 0.6, "label:total": 1.8, "before:paid": 1.0, "after:paid": 0.6,
        "label:paid": 1.8,
        "before:net": 0.4, "after:net": 0.6, "label:net": 0.8, "before:balance": -0.8, "label:balance": -0.8,
        "before:deducted": -1.0,
        "label:deducted": -1.0, "before:difference": -1.0, "before:tax": -0.8, "label:tax": -1.2,
        "before:previous": -2.0, "label:rate": -1.5,
        "after:previous": -0.3, "before:ordered": 0.6, "sum_of": 1.5, "largest": 1.0, "only": 1.0,
        "before:limit": 0.5, "label:limit": 0.8,
        "before:promise": 0.3, "label:ordered": 0.8, "before:contested": -0.7, "before:threshold": -0.8,
        "after:gross": -0.4, "label:gross": -0.2,
        "none": 0.8, "none:promise_to_pay": 0.5, "none:po": 0.3, "none:no_currency": 1.0,
    },
}  # fmt: skip

PRIORS["deadline"] = {
    "near:by": 2.0, "near:firm": 0.7, "asked": 0.5, "asked_by": 1.2, "before:request": 0.4, "after:request": 0.4,
    "earlier:request": 0.3,
    "before:not_ours": -1.2, "after:not_ours": -0.6, "near:from": -1.5, "today": -0.3, "far": -0.4, "very_far": -1.5,
    "zone:subject": -0.3,
    "zone:quoted": -1.0, "has_year": 0.3, "kind:no_action": -2.0, "kind:payment_notice": -1.0, "none": 2.2,
}  # fmt: skip

PRIORS["quantity_disputed"] = {
    "difference_of": 1.5, "only": 0.5, "least": 0.2, "most": -0.6, "zone:document": -1.0, "zone:quoted": -1.0,
    "is_term_or_rate": -2.5,
    "before:difference": 1.5, "after:difference": 1.3, "before:excess": 0.8, "after:excess": 1.5,
    "before:contested": 1.3, "after:contested": 1.2, "before:credit": 0.7,
    "after:credit": 0.3, "before:deducted": 0.7, "before:removed": 0.8, "after:removed": 1.0, "before:issue": 1.0,
    "after:issue": 1.2, "before:good": -0.8,
    "after:good": -1.0, "before:should_be": -0.7, "before:undisputed": -1.0, "before:billed": -0.3,
    "after:billed": -0.3, "before:limit": -1.0, "after:limit": -0.5,
    "before:threshold": -0.6, "before:rate": -0.5, "none": 0.2, "none:other": 2.5, "none:scope_not_agreed": 1.2,
    "before:period": -2.0,
    "none:duplicate_invoice": 1.0, "none:duplicate_billing": 1.0,
}  # fmt: skip
