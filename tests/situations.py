"""A case as an action sees it, for tests: a reason, Odoo's records, and the fields that were read."""

from __future__ import annotations

from decimal import Decimal

from app.assessments.findings import Books, Match, Reconciliation, RecordRef
from app.assessments.reconcile import reconcile
from app.assessments.results import Assessment, Classification, FieldValue
from app.documents.reading import Address, Evidence, Mail, Reading
from app.odoo.commands import Attachment
from app.suggestions import policy
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import KIND_OF, CertaintyWord
from tests.books import the_books

HERE = Evidence("", 0, 5, "words")


def a_situation(
    reason: str, books: Books | None = None, *, certain: tuple[str, ...] = ("customer", "invoice", "order"),
    also: tuple[str, ...] = (), **fields: object,
) -> Situation:  # fmt: skip
    """Read surely, matched with the first of each record; `also` are secondary reasons."""
    books = books or the_books()
    c = Classification(reason, 0.97, CertaintyWord.SURE, (reason,), secondary_reasons=also)
    assessment = Assessment(c, {k: FieldValue(v, (HERE,)) for k, v in fields.items()}, (), None, "offline", {})
    refs = (
        *(("customer", "res.partner", x.id, x.name) for x in books.customers[:1]),
        *(("invoice", "account.move", x.id, x.name) for x in books.invoices[:1]),
        *(("order", "sale.order", x.id, x.name) for x in books.orders[:1]),
    )
    matches = tuple(
        Match(what, RecordRef(model, id, name), Decimal("0.95"), what in certain, ("named",), company_id=1)
        for what, model, id, name in refs
    )
    found = reconcile(kind=KIND_OF[reason], reason=reason, secondary=also, order=None, matches=matches, books=books)
    mail = Mail(Address("Ann", "ap@fjordline.example"), None, (), (), "Invoice", "<m@x>", "", (), None, ())
    reading = Reading("", "mail.eml", "message/rfc822", "mail", "Subject\n\nwords", mail=mail)
    return Situation(7, reading, assessment, Reconciliation(matches, found, books), Attachment("mail.eml", b"x"))


def proposals_of(situation: Situation) -> dict[str, Proposal]:
    """What is proposed, by kind."""
    return {p.kind: p for p in policy.propose(situation)}
