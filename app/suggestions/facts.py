"""What a reply to a customer says: sentences in their language, each from the case, the records or a proposal.

A reply states these facts and nothing else, whoever words it: an action is announced only where it is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from app.assessments.findings import Finding
from app.assessments.reconcile import units
from app.money import Money
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import Kind

_MARKS = {
    "de": (".", ","), "es": (".", ","), "it": (".", ","), "nl": (".", ","), "pt": (".", ","),
    "fr": ("\u202f", ","), "pl": ("\u00a0", ","),
}  # fmt: skip
"""Between thousands and before decimals; narrow and common no-break spaces in French and Polish."""
_TEMPLATES = Path(__file__).parent / "actions" / "replies.yaml"
_OPENINGS = ("dispute_received", "dispute_unreminded", "dispute_received_plain")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that the reply may say. `values` are its figures, names and references as written in it.

    `is_core`: without it the reply does not answer. `key` names the sentence in `replies.yaml`.
    """

    key: str
    text: str
    values: tuple[str, ...] = ()
    is_core: bool = True


@cache
def templates() -> dict[str, dict[str, str]]:
    """The sentences by language (ISO 639-1) and purpose."""
    import yaml

    return yaml.safe_load(_TEMPLATES.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def language_of(situation: Situation) -> str:
    """The language to answer in: a person's choice, else the message's, else that of the mailbox the answer leaves
    from; English where we have no words of it."""
    of_mailbox = situation.way_out.language if situation.way_out is not None else ""
    language = situation.assessment.answer_in or str(situation.assessment.value("language") or of_mailbox or "en")
    return language if language in templates() else "en"


def kept(facts: Sequence[Fact], language: str) -> dict[str, Any]:
    """The facts of a reply as its proposal keeps them, for whoever words it."""
    return {"facts": {"language": language, "said": [[fact.text, fact.is_core] for fact in facts]}}


def facts_of(situation: Situation, proposed: Sequence[Proposal], language: str) -> tuple[Fact, ...]:
    """What can be said to this message, in the order in which a person would say it."""
    say = _Sayer(language)
    kind, reason = situation.assessment.classification.kind, situation.reason
    number = situation.order_number
    kinds = {p.kind for p in proposed}
    if kind is Kind.CUSTOMER_PO and reason != "po_cancellation":
        if reason == "po_reference" and number and "set_customer_reference" in kinds:
            return (say("reference_added", number=number),)
        return (say("order_received", number=number) if number else say("order_received_plain"),)
    if kind is Kind.DISPUTE:
        return (_received(situation, proposed, say), *_answer(situation, proposed, say))
    if kind is Kind.PAYMENT_NOTICE:
        return (say("payment_noted"),)
    if reason in ("supporting_documents", "copy_or_statement", "vendor_setup") and "schedule_activity" in kinds:
        return (say("documents_follow"),)
    return (say("request_received"),)


class _Sayer:
    """Puts values into the sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words: Mapping[str, str] = templates()[language]

    def __call__(self, key: str, **values: str) -> Fact:
        text = self._words[key].format(**values)
        return Fact(key, text, tuple(values.values()), key not in _OPENINGS)

    def amount(self, amount: Money) -> str:
        """An amount as the reader of this language writes it: 14.700,00 EUR, 14 700,00 EUR, 14,700.00 EUR."""
        figures, currency = str(amount).split(" ")
        return f"{self._turned(figures)} {currency}"

    def quantity(self, count: Decimal, unit: str) -> str:
        """Hours or days: 7,5 Stunden, 7.5 hours."""
        words = self._words["hours" if units.is_hour(unit) else "days"]
        return words.format(count=self._turned(f"{round(count, 6).normalize():,f}"))

    def _turned(self, figures: str) -> str:
        thousands, point = _MARKS.get(self.language, (",", "."))
        return figures.translate({ord(","): thousands, ord("."): point})


def _received(situation: Situation, proposed: Sequence[Proposal], say: _Sayer) -> Fact:
    """Thanks, with the invoices as Odoo names them, else as the mail does; reminders only where a mark is proposed."""
    marked = [p.target_name for p in proposed if p.kind == "mark_disputed"]
    if marked:
        return say("dispute_unreminded", invoice=", ".join(marked))
    certain = [i.name for i in situation.books.invoices() if i.name]
    about = ", ".join(certain or (str(r) for r in situation.assessment.value("invoice_refs") or ()))
    return say("dispute_received", invoice=about) if about else say("dispute_received_plain")


def _answer(situation: Situation, proposed: Sequence[Proposal], say: _Sayer) -> list[Fact]:
    """What we can say to the matter itself: what our records show, credits that are proposed, what is planned."""
    number, kinds = situation.order_number, {p.kind for p in proposed}
    credits = [p for p in proposed if p.kind == "draft_credit_note" and p.amount is not None]
    if credits:
        return [fact for p in credits for fact in _credited(situation, p, say)]
    names = {i.id: i.name for i in situation.books.invoices()}
    shown = [fact for f in situation.books.findings if (fact := _shown(situation, f, names, say)) is not None]
    if shown:
        return shown
    if number and kinds & {"set_customer_reference", "update_invoice_narrative"}:
        return [say("reference_planned", number=number)]
    if situation.reason == "missing_backup" and "schedule_activity" in kinds:
        return [say("backup_follows")]
    return [say("under_review")]


def _credited(situation: Situation, proposal: Proposal, say: _Sayer) -> list[Fact]:
    """The arithmetic that the credit rests on, where we have words for it, then the credit."""
    facts = []
    amount, invoice = proposal.amount, proposal.target_name
    if amount is None or proposal.change is None:
        return []
    behind = [f for f in situation.books.findings if f.says == "customer" and f.invoice_id == proposal.change.record_id]
    is_plain = len(behind) == 1 and behind[0].amount == amount and len(behind[0].rows) == 3
    if is_plain and behind[0].code == "hours_over_approved" and _has_words(behind[0].unit):
        billed, approved, over = (say.quantity(r.quantity or Decimal(0), behind[0].unit) for r in behind[0].rows)
        facts.append(say("hours_checked", billed=billed, invoice=invoice, approved=approved, over=over))
    if is_plain and behind[0].code == "rate_above_order":
        rates = [r.rate for r in behind[0].rows]
        if rates[0] is not None and rates[1] is not None:
            order = behind[0].records[-1].name
            facts.append(
                say("rate_checked", invoice=invoice, billed=say.amount(rates[0]), order=order,
                    agreed=say.amount(rates[1]))
            )  # fmt: skip
    is_part = _stated_net(situation) is not None and _contests_more(situation, amount)
    key = "credit_planned_part" if is_part else "credit_planned"
    return [*facts, say(key, invoice=invoice, amount=say.amount(amount))]


def _has_words(unit: str) -> bool:
    """Whether it is hours or days: those are the units we have words for."""
    an_hour = units.per_hour(unit)
    return an_hour is not None and an_hour[1] == 1


def _stated_net(situation: Situation) -> Decimal | None:
    stated = situation.assessment.value("amount_disputed")
    try:
        return Decimal(str(stated)) if stated else None
    except ArithmeticError:
        return None


def _contests_more(situation: Situation, credit: Money) -> bool:
    """Whether they contest more than this credit, with tax as well."""
    stated = _stated_net(situation)
    with_tax = [credit.amount * i.gross.amount / i.net.amount for i in situation.books.invoices() if i.net.amount]
    return stated is not None and stated > max([credit.amount, *with_tax])


def _shown(situation: Situation, finding: Finding, names: Mapping[int, str], say: _Sayer) -> Fact | None:
    """A finding that answers the message by itself; one that supports the customer is no answer without a credit."""
    invoice, reason = names.get(finding.invoice_id or 0, ""), situation.reason
    if not invoice:
        return None
    billed = finding.rows[0].quantity if finding.rows else None
    if finding.code == "hours_approved" and reason == "hours_quantity" and billed and _has_words(finding.unit):
        return say("hours_covered", billed=say.quantity(billed, finding.unit), invoice=invoice)
    if reason != "already_paid":
        return None
    if finding.code == "already_paid":
        return say("payment_found", invoice=invoice)
    if finding.code == "nothing_paid" and finding.amount is not None:
        return say("payment_missing", invoice=invoice, amount=say.amount(finding.amount))
    if finding.code == "partly_paid" and len(finding.rows) > 1 and finding.rows[0].amount and finding.amount:
        gross, left = finding.rows[0].amount, finding.amount
        paid = say.amount(gross - left)
        return say("partly_paid", gross=say.amount(gross), invoice=invoice, paid=paid, left=say.amount(left))
    return None
