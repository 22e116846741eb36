"""What is certain by form alone: structured orders, structured answers to an invoice, returned mail, absence notices.

A rule is certain or silent. What the codes of structured answers mean stands in `app.documents.answers.meaning`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.assessments.results import Vote
from app.documents.answers.meaning import suggested_reasons
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order, OrderFunction
from app.documents.reading import Reading
from classifiers.triage.envelope import Envelope
from classifiers.triage.lexicon import lexicon
from classifiers.triage.passages import Passage

LAYOUTS = frozenset({"layout", "sheet"})
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,120}")
_FUNCTION = {
    OrderFunction.NEW: "new_po",
    OrderFunction.CHANGE: "po_change",
    OrderFunction.CANCELLATION: "po_cancellation",
}


def structured_order(reading: Reading) -> Order | None:
    """The first order that came as data, not as a page's layout."""
    found = (p.order for p in reading.walk() if p.order is not None)
    return next((order for order in found if order.standard not in LAYOUTS), None)


def structured_answer(reading: Reading) -> InvoiceAnswer | None:
    """The first structured answer to an invoice of ours."""
    return next((p.invoice_answer for p in reading.walk() if p.invoice_answer is not None), None)


def suggested(reading: Reading) -> dict[str, float]:
    """Reasons that the codes of a message's structured answers suggest: 1 for the likeliest, less for the others."""
    found: dict[str, float] = {}
    for part in reading.walk():
        if part.invoice_answer is not None:
            for place, reason in enumerate(suggested_reasons(part.invoice_answer)):
                found[reason] = max(found.get(reason, 0.0), 1.0 / (1 + place))
    return found


def lone_order(reading: Reading, orders: Mapping[str, Order] | None) -> Order | None:
    """The order that a document is, when it came as a file of its own, without a mail around it."""
    if reading.mail is not None:
        return None
    from classifiers.order_fields.document import is_order_document

    order = (orders or {}).get(reading.path)
    return order if order is not None and (order.number or order.lines) and is_order_document(reading) else None


def vote(
    reading: Reading, found: Sequence[Passage], about: Envelope, orders: Mapping[str, Order] | None = None
) -> Vote:
    """The rules' vote: a reason where the form leaves no doubt, otherwise none."""
    if about["own_staff"] or about["own_system"]:
        return Vote("rules", None)
    if (order := structured_order(reading)) is not None:
        return Vote("rules", _FUNCTION[order.function], because=f"structured order ({order.standard})")
    if (order := lone_order(reading, orders)) is not None:
        return Vote("rules", _FUNCTION[order.function], because="the document is an order")
    if (answer := structured_answer(reading)) is not None:
        named = suggested_reasons(answer)
        if len(named) == 1:
            return Vote("rules", named[0], because=f"structured answer to an invoice (status {answer.status})")
    if about["daemon"] or about["delivery_report"]:
        if carries_our_paper(reading, found):
            return Vote(
                "rules", "delivery_failure", because="returned mail that carried an invoice, credit or reminder"
            )
        return Vote("rules", "bounce", because="returned mail without an invoice")
    return Vote("rules", None)


def carries_our_paper(reading: Reading, found: Sequence[Passage]) -> bool:
    """Whether a returned message speaks of an invoice, a credit note or a reminder of ours."""
    known = lexicon()
    wanted = {known.concepts.index(name) for name in ("invoice", "credit_note", "reminder")}
    texts = (_ADDRESS.sub(" ", passage.text) for passage in found)
    return any(wanted & known.find(text, "") for text in texts)  # the notice and what it carried differ in language
