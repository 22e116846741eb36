"""The brief of a dispute: what is contested, what the records say, what supports either side, and the options.

Computed from the assessment, the findings and the proposals: no model makes a point, an amount or an option. A point
names the findings it rests on by their place in `records`, counted from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from app.assessments.findings import Finding, Reconciliation, RecordRef
from app.assessments.present import REASON_WORDS
from app.assessments.reconcile import credits
from app.assessments.results import Assessment
from app.documents.reading import Evidence
from app.money import Money
from app.odoo.records import Invoice
from app.suggestions.proposal import Proposal, Situation
from app.vocabulary import Kind

_ASKS = {
    "credit_note": "a credit note", "reissue": "a new invoice", "explain": "an explanation",
    "send_documents": "supporting documents", "apply_payment": "a payment to be applied", "refund": "a refund",
    "confirm": "a confirmation", "confirm_order": "a confirmation of the order", "update_record": "a changed record",
}  # fmt: skip
_CAN_BE_APPROVED_LATER = ("hours_over_approved", "milestone_not_reached")
"""Findings that delivery may still put right: the work may have been done and not been signed off."""
_SETTLEMENT = frozenset({"already_paid", "partly_paid", "nothing_paid"})
_ABOUT_SETTLEMENT = frozenset({"already_paid", "credit_not_received", "payment_terms"})
"""Whether an invoice is settled supports a side only where that is what is contested."""


@dataclass(frozen=True, slots=True)
class Contested:
    """A point of the customer's, in our words, and where they say it. `amount` as they state it."""

    text: str
    evidence: tuple[Evidence, ...]
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence for or against something; what it rests on are findings (numbers in `Brief.records`) or records."""

    text: str
    findings: tuple[int, ...] = ()
    records: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A way to end the matter. `amount` is net, what it costs us; None where no money moves.

    `kind` is the sort of suggestion that carries it out, `target` its record; `is_proposed` says whether it is among
    the steps, else a person edits one or does it in Odoo.
    """

    title: str
    does: str
    kind: str
    target: str = ""
    amount: Money | None = None
    is_proposed: bool = False
    speaks_for: tuple[Point, ...] = ()
    speaks_against: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """Two or three sentences that open the brief; `own` are ours, whoever worded those shown.

    `worded_by` is empty for our own words, else model and prompt. `because` says why our own words stand although a
    model was asked, or what of its words was left out.
    """

    sentences: tuple[str, ...]
    own: tuple[str, ...] = ()
    worded_by: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """A dispute on one page. `open_points` are findings that settle it for neither side."""

    contested: tuple[Contested, ...]
    records: tuple[Finding, ...]
    for_customer: tuple[Point, ...]
    for_us: tuple[Point, ...]
    open_points: tuple[Point, ...]
    options: tuple[Option, ...]
    lead: Lead


def brief_of(situation: Situation, proposals: Sequence[Proposal]) -> Brief | None:
    """The brief of a dispute; None for everything else, and for what reads as fraud as well."""
    c = situation.assessment.classification
    if c.kind is not Kind.DISPUTE:
        return None
    found = situation.books
    records = found.findings
    contested = _contested(situation.assessment)
    stated, credit = _stated(situation.assessment), _sum_of(proposals)
    by_side = {side: _points(records, side, c.reason) for side in ("customer", "us", "nobody")}
    compared = _compared(stated, credit, records, found)
    brief = Brief(
        contested,
        records,
        (*by_side["customer"], *compared.get("customer", ())),
        (*by_side["us"], *compared.get("us", ())),
        (*by_side["nobody"], *compared.get("nobody", ())),
        tuple(_options(situation, proposals, stated, credit)),
        Lead(()),
    )
    own = _lead(situation, brief, stated, credit)
    return replace(brief, lead=Lead(own, own))


def _contested(assessment: Assessment) -> tuple[Contested, ...]:
    c = assessment.classification
    where = _joined([str(r) for r in assessment.value("invoice_refs") or ()])
    about = f" on {where}" if where else ""
    points = [Contested(f"{REASON_WORDS[c.reason]}{about}", _places(assessment, "invoice_refs", own=c.evidence))]
    points += [Contested(f"{REASON_WORDS[reason]}, beside it", c.evidence) for reason in c.secondary_reasons]
    stated, quantity = _stated(assessment), assessment.value("quantity_disputed")
    if quantity:
        unit = str(assessment.value("quantity_unit") or "")
        points.append(Contested(f"They name {quantity} {unit}".rstrip(), _places(assessment, "quantity_disputed")))
    if stated is not None:
        points.append(Contested(f"They name {stated}", _places(assessment, "amount_disputed", "currency"), stated))
    asks = _ASKS.get(str(assessment.value("requested_action") or ""))
    if asks:
        points.append(Contested(f"They ask for {asks}", _places(assessment, "requested_action")))
    deadline = assessment.value("deadline")
    if deadline:
        points.append(Contested(f"They want an answer by {deadline}", _places(assessment, "deadline")))
    return tuple(points)


def _places(assessment: Assessment, *names: str, own: tuple[Evidence, ...] = ()) -> tuple[Evidence, ...]:
    found = [e for name in names if name in assessment.fields for e in assessment.fields[name].evidence]
    return tuple(dict.fromkeys([*own, *found]))


def _stated(assessment: Assessment) -> Money | None:
    """The amount they contest, if they state one with a currency."""
    amount, currency = assessment.value("amount_disputed"), assessment.value("currency")
    try:
        return Money(Decimal(str(amount)), str(currency)) if amount and currency else None
    except (InvalidOperation, ValueError):
        return None


def _points(records: Sequence[Finding], side: str, reason: str) -> tuple[Point, ...]:
    return tuple(Point(f.sentence, (n,), f.records) for n, f in enumerate(records, 1) if _side(f, reason) == side)


def _side(finding: Finding, reason: str) -> str:
    is_beside = finding.code in _SETTLEMENT and reason not in _ABOUT_SETTLEMENT
    return "nobody" if is_beside else finding.says


def _compared(
    stated: Money | None, credit: Money | None, records: Sequence[Finding], found: Reconciliation
) -> dict[str, tuple[Point, ...]]:
    """Their amount beside what the records bear: whom the comparison supports, in one sentence."""
    resting = tuple(n for n, f in enumerate(records, 1) if f.says == "customer" and f.amount is not None)
    if stated is None or credit is None or stated.currency != credit.currency:
        return {}
    if stated == credit:
        return {"customer": (Point(f"Their amount and ours agree: {credit} net.", resting),)}
    if stated in _gross_of(credit, found):
        return {"customer": (Point(f"Their {stated} is our {credit} net with tax.", resting),)}
    gap = stated - credit
    if gap.amount > 0:
        words = f"They name {stated}, the records bear {credit} net: {gap} of it has no record behind it."
        return {"us": (Point(words, resting),)}
    return {"nobody": (Point(f"They name {stated}, the records bear more: {credit} net.", resting),)}


def _gross_of(credit: Money, found: Reconciliation) -> set[Money]:
    """What the credit is with the tax of each invoice that may be meant."""
    return {
        (credit * (i.gross.amount / i.net.amount)).rounded()
        for i in found.invoices()
        if i.net.amount and i.currency == credit.currency
    }


def _sum_of(proposals: Iterable[Proposal]) -> Money | None:
    """What all credits proposed come to, net; None where there is none, or several currencies."""
    amounts = [p.amount for p in proposals if p.kind == "draft_credit_note" and p.amount is not None]
    if not amounts or len({a.currency for a in amounts}) > 1:
        return None
    return sum(amounts[1:], amounts[0])


def _options(
    situation: Situation, proposals: Sequence[Proposal], stated: Money | None, credit: Money | None
) -> list[Option]:
    """Credit what the records bear, hold the invoice, credit all that is contested, or ask delivery first."""
    records, books = situation.books.findings, situation.books.books
    theirs, ours = _points(records, "customer", situation.reason), _points(records, "us", situation.reason)
    options = []
    for p in (p for p in proposals if p.kind == "draft_credit_note"):
        mine = {n for n, f in enumerate(records, 1) if _is_about(f, p)}
        options.append(
            Option(
                f"Credit {p.amount} on {p.target_name}", p.effect, p.kind, p.target_name, p.amount, True,
                tuple(point for point in theirs if mine & set(point.findings)) or theirs,
                (*ours, *_above_contested(stated, credit)),
            )
        )  # fmt: skip
    if credit is not None and stated is not None and _is_more(stated, credit, situation):
        gap = stated - credit
        options.append(
            Option(
                f"Credit all of the {stated} they contest",
                "Edit the proposed credit note to this amount; it needs its own approval.",
                "draft_credit_note", _joined([p.target_name for p in proposals if p.kind == "draft_credit_note"]),
                stated, False, (Point("It ends the matter as they ask."),),
                (Point(f"{gap} of it has no record behind it."),),
            )
        )  # fmt: skip
    late = [n for n, f in enumerate(records, 1) if f.says == "customer" and f.code in _CAN_BE_APPROVED_LATER]
    if late:
        options.append(_ask_delivery(situation, records, late))
    options += _by_hand(situation, proposals)
    for invoice in situation.books.invoices():
        if not invoice.is_draft and invoice.open_amount.amount > 0:
            options.append(_hold(situation, proposals, invoice, credits.still_open(invoice, books)))
    if any(p.kind == "draft_reply" for p in proposals) and situation.reason in _ABOUT_SETTLEMENT:
        options += [
            Option(f"Answer that {f.records[0].name} is settled", "Nothing is open on it; nothing else is to be done.",
                   "draft_reply", f.records[0].name, None, True, (Point(f.sentence, (n,)),))
            for n, f in enumerate(records, 1) if f.code == "already_paid" and f.records
        ]  # fmt: skip
    return options


def _by_hand(situation: Situation, proposals: Sequence[Proposal]) -> list[Option]:
    """What the records support and no step proposed gives: a person does it in Odoo."""
    credited = {p.change.record_id for p in proposals if p.kind == "draft_credit_note" and p.change is not None}
    names = {i.id: i.name for i in situation.books.invoices() if not i.is_draft}
    options = []
    for n, f in enumerate(situation.books.findings, 1):
        if _side(f, situation.reason) != "customer" or not f.amount or f.amount.amount <= 0 or f.invoice_id in credited:
            continue
        name = names.get(f.invoice_id or 0, "")
        if not name:
            continue
        tax = f.code == "tax_across_border"
        options.append(
            Option(
                f"Credit {name} and bill it anew" if tax else f"Credit {f.amount} on {name} by hand",
                "It is done in Odoo; no step proposed here does it.", "draft_credit_note", name, f.amount, False,
                (Point(f.sentence, (n,), f.records),),
                (Point("Whether the tax was due is for whoever answers for tax to say."),) if tax else (),
            )
        )  # fmt: skip
    return options


def _is_about(finding: Finding, proposal: Proposal) -> bool:
    return (
        proposal.change is not None and finding.invoice_id == proposal.change.record_id and finding.says == "customer"
    )


def _is_more(stated: Money, credit: Money, situation: Situation) -> bool:
    if stated.currency != credit.currency or stated in _gross_of(credit, situation.books):
        return False
    return stated.amount > credit.amount


def _above_contested(stated: Money | None, credit: Money | None) -> tuple[Point, ...]:
    if stated is None or credit is None or stated.currency != credit.currency or stated.amount >= credit.amount:
        return ()
    return (Point(f"It is more than the {stated} they contest."),)


def _ask_delivery(situation: Situation, records: Sequence[Finding], late: Sequence[int]) -> Option:
    about = [records[n - 1] for n in late]
    amounts = [f.amount for f in about if f.amount is not None]
    money = sum(amounts[1:], amounts[0]) if amounts and len({a.currency for a in amounts}) == 1 else None
    kept = f" If it was, {money} stays billed." if money else ""
    deadline = situation.assessment.value("deadline")
    wait = f"They want an answer by {deadline}." if deadline else "The customer waits meanwhile."
    return Option(
        "Ask delivery first",
        f"The project manager says on this case whether the work was delivered.{kept}",
        "schedule_activity", _joined([r.name for f in about for r in f.records[:1]]), None, False,
        (Point("What has no approval today may have been done and never been signed off.", tuple(late)),),
        (Point(wait),),
    )  # fmt: skip


def _hold(situation: Situation, proposals: Sequence[Proposal], invoice: Invoice, left: Money) -> Option:
    records = situation.books.findings
    about = [(n, f) for n, f in enumerate(records, 1) if f.invoice_id in (None, invoice.id)]
    theirs, ours = (
        tuple(Point(f.sentence, (n,)) for n, f in about if _side(f, situation.reason) == side)
        for side in ("customer", "us")
    )
    nothing = Point("Nothing in the records supports the customer.", (), (_ref(invoice),))
    return Option(
        f"Hold {invoice.name} as it is",
        f"Answer with the records; {left} with tax stays open on it.",
        "draft_reply", invoice.name, Money.zero(invoice.currency),
        bool(ours) and not theirs and any(p.kind == "draft_reply" for p in proposals),
        ours or (() if theirs else (nothing,)), theirs,
    )  # fmt: skip


def _ref(invoice: Invoice) -> RecordRef:
    return RecordRef("account.move", invoice.id, invoice.name)


def _lead(situation: Situation, brief: Brief, stated: Money | None, credit: Money | None) -> tuple[str, ...]:
    """Who contests what; what the records say; what is proposed."""
    c = situation.assessment.classification
    customer = situation.books.customer()
    who = customer.name if customer else str(situation.assessment.value("customer_name") or "The sender")
    about = _joined([i.name for i in situation.books.invoices() if i.name]) or _joined(
        [str(r) for r in situation.assessment.value("invoice_refs") or ()]
    )
    what = f"{stated}" if stated else about or "an invoice"
    on = f" on {about}" if stated and about else ""
    sentences = [f"{who} contests {what}{on}: {_lower(REASON_WORDS[c.reason])}."]
    if brief.for_customer and brief.for_us:
        sentences.append("The records support each side in part.")
    elif brief.for_customer:
        sentences.append(f"The records support the customer: {brief.for_customer[0].text}")
    elif brief.for_us:
        sentences.append(f"The records support us: {brief.for_us[0].text}")
    else:
        sentences.append("The records in Odoo settle it for neither side.")
    if credit is not None:
        sentences.append(f"A credit of {credit} net is proposed.")
    elif brief.options:
        sentences.append("No credit is proposed.")
    return tuple(sentences)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _joined(parts: Sequence[Any]) -> str:
    some = list(dict.fromkeys(str(p) for p in parts if p))
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}" if some else ""
