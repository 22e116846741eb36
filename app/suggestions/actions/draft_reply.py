"""An answer to the customer in their language, from facts only. Sent, and kept on the record, when a person confirms.

Sentences are templates; the only figures and names in them are the document's or Odoo's own. Papers to attach are
proposed by name: a person ticks what goes along, and what is ticked is kept with the reply.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.automatic import automatic
from app.odoo.commands import Change, Json, OperationKind
from app.suggestions import by_mail, papers
from app.suggestions.facts import Fact, facts_of, kept, language_of, templates
from app.suggestions.proposal import Proposal, Shown, Situation
from app.suggestions.target import record_of
from app.vocabulary import Kind

__all__ = ["letter", "propose", "templates"]


def propose(situation: Situation, proposed: Sequence[Proposal]) -> list[Proposal]:
    """For disputes, requests, orders and payment notices from a customer; never for a suspected fraud.

    `proposed` are the other proposals of the case: the reply announces these and nothing else.
    """
    if situation.advice is not None:
        return _ask_for_number(situation) if situation.reason == "po_missing" else []
    kind = situation.assessment.classification.kind
    if kind in (Kind.SECURITY_ALERT, Kind.NO_ACTION, Kind.BILLING_DISCREPANCY) or situation.reading.mail is None:
        return []
    if (found := automatic(situation.reading)) is not None and found.is_quiet:
        return []  # software wrote it, and software would read the answer
    language = language_of(situation)
    subject = _subject(situation.reading.mail.subject)
    facts, tone = facts_of(situation, proposed, language), situation.assessment.answer_tone
    body = letter(_in_tone(facts, language, tone), language)
    record = record_of(situation)
    values: dict[str, Json] = {"subject": subject, "body": body}
    attached = papers.proposed(situation)
    way = by_mail.planned(situation.way_out, facts, proposed, language)
    return [
        Proposal(
            kind="draft_reply", target_name=situation.reading.mail.sender.email, risk="advisory", rank=7,
            shown=(
                *(by_mail.rows(way) if way else ()), Shown("Subject", "(none)", subject),
                Shown("Reply", "(none)", body), *papers.rows(attached),
            ),
            because="The sender waits for an answer; this says what is known and announces only what is proposed here.",
            effect=by_mail.effect(way)
            if way
            else "Keeps the reply with the record, ready to be sent; no mail leaves by itself.",
            change=Change(OperationKind.DRAFT_REPLY, record.company_id, record.model, record.id, values=values)
            if record
            else None,
            within=({} if record else {"reply": values}) | papers.as_json(attached)
            | by_mail.as_json(way)
            | ({} if tone else kept(facts, language)),  # a tone that a person chose is not worded by a model
        )
    ]  # fmt: skip


def _in_tone(facts: Sequence[Fact], language: str, tone: str) -> list[str]:
    """The sentences in a tone: brief leaves the thanks out where something else is said, warm offers help."""
    said = [fact.text for fact in facts]
    if tone == "brief":
        return [fact.text for fact in facts if fact.is_core] or said
    return [*said, templates()[language]["gladly"]] if tone == "warm" else said


def _ask_for_number(situation: Situation) -> list[Proposal]:
    """A letter to the customer, in the language Odoo has for them, that asks for the number we lack."""
    order, customer = situation.books.order(), situation.books.customer()
    if order is None or customer is None:
        return []
    texts = templates()
    words = texts.get(customer.language[:2].casefold(), texts["en"])
    subject = words["order_number_subject"].format(order=order.name)
    body = "\n\n".join([words["greeting"], words["order_number_wanted"].format(order=order.name), words["closing"]])
    return [
        Proposal(
            kind="draft_reply", target_name=customer.name, risk="advisory", rank=3,
            shown=(Shown("Subject", "(none)", subject), Shown("Reply", "(none)", body)),
            because="Only the customer knows the number, and their invoices may be refused without it.",
            effect="Keeps the letter with the order, ready to be sent; no mail leaves by itself.",
            change=Change(
                OperationKind.DRAFT_REPLY, order.company_id, "sale.order", order.id,
                values={"subject": subject, "body": body},
            ),
        )
    ]  # fmt: skip


def letter(sentences: Sequence[str], language: str) -> str:
    """The sentences as a letter: greeting, a paragraph each, closing."""
    words = templates()[language]
    return "\n\n".join([words["greeting"], *sentences, words["closing"]])


def _subject(subject: str) -> str:
    return subject if subject.casefold().startswith(("re:", "aw:")) else f"Re: {subject}"
