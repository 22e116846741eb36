"""The screen's words: short, present tense, what is the case and what to do. One place, so that they agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.assessments import present
from app.decisions import words
from app.review import figures
from app.review.languages import N_, Words, _, ngettext, reader
from app.vocabulary import KIND_OF, CertaintyWord, Kind

if TYPE_CHECKING:
    from app.cases.models import Case

KIND_WORDS = Words(present.KIND_WORDS)
REASON_WORDS = Words(present.REASON_WORDS)
STATE_WORDS = Words(words.STATE_WORDS)
STEP_TITLES = Words(words.STEP_TITLES)
STEP_PHRASES = Words(words.STEP_PHRASES)
REJECT_WORDS = Words(words.REJECT_WORDS)
EDIT_WORDS = Words(words.EDIT_WORDS)

STATE_TAGS = {
    "needs_approval": ("tag-ink", "person"),
    "stale": ("tag-caution", "stale"),
    "needs_attention": ("tag-caution", "warning"),
}
"""Only what differs from ordinary gets a colour: (class, icon)."""

KIND_ICONS = {
    Kind.CUSTOMER_PO: "po", Kind.DISPUTE: "dispute", Kind.BILLING_DISCREPANCY: "discrepancy",
    Kind.PAYMENT_NOTICE: "payment", Kind.BILLING_REQUEST: "request", Kind.SECURITY_ALERT: "security",
    Kind.NO_ACTION: "none",
}  # fmt: skip
STAKE_WORDS = Words({
    Kind.CUSTOMER_PO: "Order value", Kind.DISPUTE: "At stake", Kind.BILLING_DISCREPANCY: "At stake",
    Kind.PAYMENT_NOTICE: "Amount of the payment", Kind.BILLING_REQUEST: "Amount named",
    Kind.SECURITY_ALERT: "Asked for", Kind.NO_ACTION: "Amount named",
})  # fmt: skip

FLAG_WORDS = Words({
    "prompt_injection": "text aimed at software", "payment_held": "payment held", "legal_threat": "lawyer or court",
    "deadline": "deadline", "multi_issue": "several issues", "quoted_history_only": "only quoted history",
    "low_quality_scan": "poor scan",
})  # fmt: skip
QUIET_FLAGS = ("deadline",)
"""Said in another way on the page already."""

FIELD_WORDS = Words({
    "customer_name": "Customer", "po_number": "PO number", "po_date": "PO date", "valid_from": "Valid from",
    "valid_until": "Valid until", "invoice_refs": "Invoices", "order_refs": "Our references", "currency": "Currency",
    "amount_total": "Total", "amount_disputed": "Contested", "quantity_disputed": "Contested quantity",
    "quantity_unit": "Unit", "payment_terms": "Payment terms", "deadline": "Answer by",
    "requested_action": "Asks for", "language": "Language", "lines": "Order lines",
})  # fmt: skip
LINE_WORDS = Words({
    "description": "Description", "quantity": "Quantity", "unit": "Unit", "unit_price": "Price", "amount": "Amount",
})  # fmt: skip
"""What a line of an order states."""
CELL_NAME = re.compile(r"lines-((?:new)?\d{1,4})-(description|quantity|unit|unit_price|amount)")
"""How a form names a cell of an order's line: by its place from 1, or `new1` for a line to be added."""
REQUESTED_WORDS = Words({
    "credit_note": "a credit note", "reissue": "a new invoice", "explain": "an explanation",
    "send_documents": "documents", "confirm_order": "a confirmation of the order", "update_record": "a changed record",
    "apply_payment": "the payment to be applied", "refund": "a refund", "confirm": "a confirmation", "none": "nothing",
})  # fmt: skip
LANGUAGE_WORDS = Words({
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish",
})  # fmt: skip
TONE_WORDS = Words({"warm": N_("Warm"), "brief": N_("Brief")})
MATCH_WORDS = Words({"customer": "Customer", "invoice": "Invoice", "order": "Order", "project": "Project"})

RISK_WORDS = Words({
    "advisory": "advisory", "operational": "operational", "financial": "financial", "tax_sensitive": "tax-sensitive",
    "contract_sensitive": "contract-sensitive",
})  # fmt: skip
CAUTIOUS_RISKS = ("tax_sensitive", "contract_sensitive")

STEP_NOUNS = Words({
    "set_customer_reference": "the order number", "create_quotation_from_po": "the quotation",
    "update_draft_order": "the changed quotation", "update_invoice_narrative": "the invoice text",
    "draft_credit_note": "the credit note", "mark_disputed": "the dispute mark", "schedule_activity": "the follow-up",
    "post_note": "the note", "attach_evidence": "the attachment", "create_ticket": "the ticket",
    "request_approval": "the request", "update_billing_contact": "the contact", "draft_reply": "the reply",
    "merge_with_case": "the merge", "close_no_action": "the closing", "take_back": "the taking back",
})  # fmt: skip

STEP_NAMES = Words({
    "set_customer_reference": "order number", "create_quotation_from_po": "quotation",
    "update_draft_order": "changed quotation", "update_invoice_narrative": "invoice text",
    "draft_credit_note": "credit note", "mark_disputed": "dispute mark", "schedule_activity": "follow-up",
    "post_note": "note", "attach_evidence": "attachment", "create_ticket": "ticket", "request_approval": "request",
    "update_billing_contact": "contact", "draft_reply": "reply", "merge_with_case": "merge",
    "close_no_action": "closing", "take_back": "taking back",
})  # fmt: skip
"""In a list: without an article."""

STEP_EFFECTS = Words({
    "set_customer_reference": "writes the order number on {target}",
    "create_quotation_from_po": "drafts a quotation for {target}", "update_draft_order": "changes {target}",
    "update_invoice_narrative": "changes the draft’s text", "draft_credit_note": "drafts a credit of {amount}",
    "mark_disputed": "pauses reminders", "schedule_activity": "plans a follow-up", "post_note": "leaves a note",
    "attach_evidence": "attaches the original", "create_ticket": "opens a ticket",
    "request_approval": "asks for approval", "update_billing_contact": "changes the contact",
    "draft_reply": "keeps the reply, ready to send", "merge_with_case": "folds it into {target}",
    "close_no_action": "closes the case", "take_back": "takes {target} back",
})  # fmt: skip

UNIT_WORDS = Words({
    "HUR": "hours", "DAY": "days", "MON": "months", "ANN": "years", "WEE": "weeks", "MIN": "minutes", "C62": "pieces",
    "H87": "pieces", "EA": "pieces", "PCE": "pieces", "LS": "lump sum", "E48": "services", "KMT": "km", "P1": "percent",
})  # fmt: skip
"""UN/ECE Recommendation 20 codes that services are ordered in."""


READING_WORDS = Words({
    CertaintyWord.BY_RULE: "By rule", CertaintyWord.SURE: "Sure", CertaintyWord.LIKELY: "Likely",
    CertaintyWord.UNSURE: "Unsure",
})  # fmt: skip

ROLE_WORDS = Words({
    "reviewer": "finance reviewer", "controller": "finance controller", "project_manager": "project manager",
    "policy_owner": "policy owner", "automation": "automation", "auditor": "auditor",
    "administrator": "administrator",
})  # fmt: skip


def kind_word(kind: str | None) -> str:
    """A kind as people say it."""
    return KIND_WORDS[Kind(kind)] if kind else _("Not read yet")


def reason_word(reason: str | None) -> str:
    return REASON_WORDS[reason] if reason else _("Being read")


def sort_of(case: Case) -> tuple[str, str]:
    """(what, kind) of a case as people say them: "Rate", "Dispute". A text of ours is no message."""
    if case.is_own_draft:
        return _("Invoice text"), _("Draft")
    return reason_word(case.reason), kind_word(case.kind)


_GERMAN_SMALL = {
    "Alle", "Automatische", "Bereits", "Doppelt", "Eine", "Einen", "Falsche", "Fremde", "Gültig", "Kein", "Keine",
    "Nach", "Neu", "Neue", "Neuer", "Nicht", "Noch", "Nur", "Ohne", "Über", "Von", "Vorgetäuschter", "Wieder", "Zu",
}  # fmt: skip
"""First words of ours that German writes small inside a sentence; its nouns keep their capital."""


def within(word: str) -> str:
    """A word as it is written inside a sentence."""
    keeps = reader().language == "de" and word.partition(" ")[0] not in _GERMAN_SMALL
    return word if keeps or word[:2].isupper() else f"{word[:1].lower()}{word[1:]}"


def full_reason(reason: str) -> str:
    """Kind and reason: "Dispute: hours or quantity"."""
    return _("%(kind)s: %(reason)s", kind=KIND_WORDS[KIND_OF[reason]], reason=within(REASON_WORDS[reason]))


def reasons_by_kind() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every reason as (code, words) under the words of its kind, in the vocabulary's order."""
    return [(KIND_WORDS[kind], [(r, REASON_WORDS[r]) for r in KIND_OF if KIND_OF[r] is kind]) for kind in Kind]


def question(prediction_set: tuple[str, ...]) -> str:
    """The title of a case of which two readings fit: "Hours or quantity, or backup missing?"."""
    found = [REASON_WORDS[r] for r in prediction_set[:2]]
    return _("%(one)s, or %(other)s?", one=found[0], other=within(found[1]))


def role_word(role: str) -> str:
    return ROLE_WORDS.get(role, role.replace("_", " "))


def reading_word(reading: str) -> str:
    """How certain a reading is, in a word."""
    return READING_WORDS.get(reading, reading)


_LIKELIHOODS = ((0.95, N_("very likely"), 66), (0.8, N_("likely"), 56), (0.55, N_("more likely"), 42))


def likelihood(probability: float) -> tuple[str, int]:
    """How likely, in words, and how long the bar is (of 72); the number itself is never shown."""
    for least, word, bar in _LIKELIHOODS:
        if probability >= least:
            return _(word), bar
    return (_("quite possible"), 28) if probability >= 0.25 else (_("unlikely"), 6)


def plural(count: int, one: str, many: str) -> str:
    """A count and its noun, both forms of which are in the catalogue: `ngettext` with a whole sentence says more."""
    return f"{figures.count(count)} {ngettext(one, many, count)}"


def joined(parts: list[str]) -> str:
    """A sentence's list: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


def sentence(text: str) -> str:
    """The text with a full stop, unless it has one."""
    return text if not text or text[-1] in ".?!”»“" else f"{text}."


def entry_word(name: str) -> str:
    """What a person's entry is called, by its name in the form."""
    if (cell := CELL_NAME.fullmatch(name)) is None:
        return EDIT_WORDS.get(name) or FIELD_WORDS.get(name) or _("Note")
    if cell[1].startswith("new"):
        return _("New line: %(cell)s", cell=LINE_WORDS[cell[2]])
    return _("Line %(number)s: %(cell)s", number=cell[1], cell=LINE_WORDS[cell[2]])


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
