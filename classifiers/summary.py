"""The reviewer's summary: two to four short sentences in English from extracted fields, flags and quotes, nothing else.

Every figure, date, reference and name in it is a field's value or stands in the message; every claim carries the words
it rests on. Amounts read "1,147.50 EUR", dates "27 Nov 2026".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from app.assessments.results import Claim, Classification, FieldValue
from app.documents.order import Order
from app.documents.reading import Evidence, Reading
from app.firm import Firm
from app.money import minor_unit
from app.vocabulary import Kind, RequestedAction
from classifiers.flags import Flagged
from classifiers.summary_words import ASKS, MATTER, SAID_ALREADY, SAME_BREATH, SAYS, SPECIAL, WANTED
from classifiers.triage.envelope import is_own_staff
from classifiers.triage.passages import passages

_SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_A_NAME = re.compile(r"[^\W\d_][\w .,'’&()+/-]{1,58}")
_A_REFERENCE = re.compile(r"[\w][\w ./#:&+-]{0,38}")
_ROBOT = re.compile(
    r"no-?_?reply|notif|mailer|daemon|postmaster|odoo|robot|\bbot\b|system|control|alert", re.IGNORECASE
)
_DAEMON = re.compile(r"mailer-?daemon|postmaster", re.IGNORECASE)
_SHOWN_REFERENCES = 2
_LONGEST_QUOTE = 160
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class _Used:
    """The evidence of what a sentence has used so far."""

    evidence: list[Evidence] = field(default_factory=list)


def summarise(
    reading: Reading,
    classification: Classification,
    fields: Mapping[str, FieldValue],
    order: Order | None = None,
    *,
    flagged: Sequence[Flagged] = (),
    firm: Firm | None = None,
) -> tuple[Claim, ...]:
    """Who says what about how much and which invoice, what is special, what they want and by when.

    `flagged` grounds what is said of flags; flags without it rest on the classification's evidence.
    """
    basis = _basis(reading, classification)
    claims = [_first(reading, classification, fields, order, firm, basis)]
    claims.append(_special(classification, flagged, basis))
    claims.append(_wanted(reading, classification, fields))
    return tuple(claim for claim in claims if claim is not None and claim.evidence)


def _basis(reading: Reading, classification: Classification) -> tuple[Evidence, ...]:
    if classification.evidence:
        return classification.evidence[:2]
    found = passages(reading)
    first = next((p for p in found if p.zone == "new"), found[0] if found else None)
    return (reading.part(first.part).evidence(first.start, first.end),) if first else ()


def _first(
    reading: Reading,
    classification: Classification,
    fields: Mapping[str, FieldValue],
    order: Order | None,
    firm: Firm | None,
    basis: tuple[Evidence, ...],
) -> Claim | None:
    used = _Used()
    slots = _Slots(fields, used)
    who = _who(reading, classification, fields, order, firm, used)
    text = _SLOT.sub(lambda m: slots.fill(m.group(1), m.group(2) or ""), SAYS[classification.reason])
    evidence = tuple(dict.fromkeys((*used.evidence, *(basis if not used.evidence else ()))))
    return Claim(f"{who} {text}.", evidence)


def _who(
    reading: Reading,
    classification: Classification,
    fields: Mapping[str, FieldValue],
    order: Order | None,
    firm: Firm | None,
    used: _Used,
) -> str:
    mail = reading.mail
    address = mail.sender.email if mail else ""
    if classification.kind is Kind.SECURITY_ALERT and mail and _A_NAME.fullmatch(address.partition("@")[0][:40] or " "):
        return f"The sender {address}" if re.fullmatch(r"[\w.+-]{1,64}@[\w.-]{1,120}", address) else "The sender"
    own = mail is not None and is_own_staff(mail, firm)
    if classification.kind is Kind.BILLING_DISCREPANCY and own and mail is not None:
        name = _plain_name(mail.sender.name)
        is_robot = bool(_ROBOT.search(address.partition("@")[0])) or not name
        return "Our own control" if is_robot else f"{name} (own staff)"
    if (customer := fields.get("customer_name")) is not None and _A_NAME.fullmatch(str(customer.value)):
        used.evidence += customer.evidence[:1]
        return str(customer.value)
    if order is not None and _A_NAME.fullmatch(order.buyer.name) and (found := _place(reading, order.buyer.name)):
        used.evidence.append(found)
        return order.buyer.name
    local = address.partition("@")[0]
    if _DAEMON.search(local):
        return "A mail server"
    if mail is not None and (name := _plain_name(mail.sender.name)) and not _ROBOT.search(local):
        return name
    if re.fullmatch(r"[\w.+-]{1,64}@[\w.-]{1,120}", address):
        return address
    return "The sender" if mail else "The document"


def _place(reading: Reading, text: str) -> Evidence | None:
    for part in reading.walk():
        if (at := part.text.find(text)) >= 0:
            return part.evidence(at, at + len(text))
    return None


def _plain_name(name: str) -> str:
    """A display name that is fit to be shown: short and without anything but a name's characters."""
    name = " ".join(name.split())
    return name if _A_NAME.fullmatch(name) and len(name.split()) <= 6 else ""


class _Slots:
    """Fills a template's slots from fields; each filled slot leaves its evidence with the sentence."""

    def __init__(self, fields: Mapping[str, FieldValue], used: _Used) -> None:
        self._fields, self._used = fields, used

    def fill(self, slot: str, default: str) -> str:
        fillers: dict[str, Callable[[], str]] = {
            "quantity": self.quantity, "issue": self.issue, "extent": self.extent, "invoice": self.invoice,
            "on_invoice": self.on_invoice, "for_invoice": self.for_invoice, "number": self.number,
            "under_order": self.under_order, "order_named": self.order_named, "number_given": self.number_given,
            "order": self.order, "total": self.total, "term": self.term,
        }  # fmt: skip
        return fillers[slot]() or default

    def _money(self, name: str) -> str:
        found = self._fields.get(name)
        amount = _decimal(found.value) if found else None
        if found is None or amount is None:
            return ""
        self._used.evidence += found.evidence[:1]
        currency = self._fields.get("currency")
        code = str(currency.value) if currency and re.fullmatch(r"[A-Z]{3}", str(currency.value)) else ""
        if code and currency:
            self._used.evidence += currency.evidence[:1]
        return f"{shown_amount(amount, code)} {code}".rstrip()

    def _references(self, name: str) -> str:
        found = self._fields.get(name)
        values = [found.value] if found and isinstance(found.value, str) else list(found.value) if found else []
        shown = [str(value) for value in values if _A_REFERENCE.fullmatch(str(value))]
        if not shown or found is None:
            return ""
        self._used.evidence += found.evidence[: _SHOWN_REFERENCES + 1]
        return _listed(shown if len(shown) <= _SHOWN_REFERENCES + 1 else [*shown[:_SHOWN_REFERENCES], "others"])

    def quantity(self) -> str:
        found = self._fields.get("quantity_disputed")
        quantity = _decimal(found.value) if found else None
        if found is None or quantity is None:
            return ""
        self._used.evidence += found.evidence[:1]
        unit = self._fields.get("quantity_unit")
        named = str(unit.value) if unit and str(unit.value) in ("hours", "days", "units") else "units"
        return f"{_shown_number(quantity)} {named.removesuffix('s') if quantity == 1 else named}"

    def issue(self) -> str:
        return _in_brackets(self._money("amount_disputed"))

    def extent(self) -> str:
        return _in_brackets(", ".join(part for part in (self.quantity(), self._money("amount_disputed")) if part))

    def invoice(self) -> str:
        return self._references("invoice_refs")

    def on_invoice(self) -> str:
        return _after(" on ", self._references("invoice_refs"))

    def for_invoice(self) -> str:
        return _after(" for ", self._references("invoice_refs"))

    def number(self) -> str:
        return _after(", ", self._references("po_number"))

    def under_order(self) -> str:
        return _after(" under order ", self._references("po_number"))

    def number_given(self) -> str:
        return _after("; the order number given is ", self._references("po_number"))

    def order_named(self) -> str:
        return _after("; the order named is ", self._references("po_number"))

    def order(self) -> str:
        return _after("order number ", self._references("po_number"))

    def total(self) -> str:
        return _after(", " if "po_number" in self._fields else " of ", self._money("amount_total"))

    def term(self) -> str:
        begins, ends = (self._date(name) for name in ("valid_from", "valid_until"))
        if begins and ends:
            return f", valid from {begins} to {ends}"
        return _after(", valid until ", ends) or _after(", valid from ", begins)

    def _date(self, name: str) -> str:
        found = self._fields.get(name)
        shown = shown_date(found.value) if found else ""
        if shown and found:
            self._used.evidence += found.evidence[:1]
        return shown


def _special(classification: Classification, flagged: Sequence[Flagged], basis: tuple[Evidence, ...]) -> Claim | None:
    """What is special, in one sentence."""
    grounds = {one.flag.value: one.evidence for one in flagged}
    parts, evidence = [], []
    for flag in SPECIAL:
        if flag in classification.flags and (flag, classification.reason) != ("payment_held", "missing_backup"):
            parts.append(SPECIAL[flag])
            evidence += list(grounds.get(flag, basis)[:1])
    if "multi_issue" in classification.flags:
        further = (r for r in classification.secondary_reasons if (classification.reason, r) not in SAME_BREATH)
        others = [MATTER[reason] for reason in further if reason in MATTER][:3]
        parts.append(f"it also concerns {_listed(others)}" if others else "it raises several matters")
        evidence += list(grounds.get("multi_issue", basis)[:1])
    elif "short_payment" in classification.secondary_reasons:
        parts.append("part of it was paid")
        evidence += list(basis[:1])
    if not parts:
        return None
    text = _listed(parts)
    return Claim(f"{text[0].upper()}{text[1:]}.", tuple(dict.fromkeys(evidence)))


def _wanted(reading: Reading, classification: Classification, fields: Mapping[str, FieldValue]) -> Claim | None:
    """What they want and by when; for a question, its words."""
    if classification.kind in (Kind.NO_ACTION, Kind.SECURITY_ALERT):
        return None
    action, due = fields.get("requested_action"), fields.get("deadline")
    by = f" by {shown_date(due.value)}" if due and shown_date(due.value) else ""
    evidence = list(due.evidence[:1]) if due and by else []
    if classification.reason == "question" and (quote := _question(reading, classification)):
        return Claim(f"They ask{by}: “{_short(quote.quote)}”", (quote, *evidence))
    if action is not None and str(action.value) in SAID_ALREADY.get(classification.reason, ()):
        return Claim(f"They want it{by}.", tuple(evidence)) if by else None
    if action is not None and classification.kind is Kind.BILLING_DISCREPANCY and str(action.value) in WANTED:
        text = f"Asked for: {WANTED[str(action.value)]}{by}."
        return Claim(text, tuple(dict.fromkeys((*action.evidence[:1], *evidence))))
    if action is not None and str(action.value) in ASKS:
        return Claim(f"They {ASKS[str(action.value)]}{by}.", tuple(dict.fromkeys((*action.evidence[:1], *evidence))))
    if by:
        return Claim(f"They expect an answer{by}.", tuple(evidence))
    if action is not None and action.value == RequestedAction.NONE.value:
        return Claim("They ask for nothing.", action.evidence[:1])
    return None


def _question(reading: Reading, classification: Classification) -> Evidence | None:
    """The first sentence of the new text that ends in a question mark, unless someone speaks to software."""
    if "prompt_injection" in classification.flags:
        return None
    for passage in passages(reading):
        if passage.zone == "new" and passage.text.rstrip(" \"'”»)").endswith("?"):
            return reading.part(passage.part).evidence(passage.start, passage.end)
    return None


def _short(quote: str) -> str:
    quote = " ".join(quote.split())
    if len(quote) <= _LONGEST_QUOTE:
        return quote
    return quote[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _after(lead: str, text: str) -> str:
    return f"{lead}{text}" if text else ""


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def shown_amount(amount: Decimal, currency: str) -> str:
    """An amount with thousands separated by commas and at least the currency's minor digits: 1147.5 is 1,147.50."""
    digits = max(-int(minor_unit(currency or "EUR").as_tuple().exponent), -int(amount.as_tuple().exponent), 0)
    return f"{amount:,.{min(digits, 6)}f}"


def _shown_number(number: Decimal) -> str:
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def shown_date(value: object) -> str:
    """An ISO date as "27 Nov 2026"; anything else is the empty string."""
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return ""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
