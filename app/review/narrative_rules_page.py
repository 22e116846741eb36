"""How customers want the texts of their invoices: what holds for every customer, and what one has differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.clock import now
from app.errors import Conflict, Malformed, NotFound, Refused
from app.mirror.models import OdooCustomer
from app.narratives import anew, rules
from app.narratives.models import FIRM, NarrativeRules
from app.narratives.profile import GROUPINGS, LENGTHS, LONGEST, PLACES, PO_PLACES, SHORTEST, TONES, Profile
from app.review import figures, sessions, wording
from app.review.areas import require
from app.review.forms import sent_form, text_of
from app.review.languages import N_, _
from app.review.sessions import SignedIn, Visit
from app.review.shell import page, shell
from app.vocabulary import LANGUAGES

router = APIRouter()
CustomerId = Annotated[int, Path(ge=0, le=2**63 - 1)]
Sent = Annotated[FormData, Depends(sent_form)]

_NAMES = {
    "po_number": N_("The customer’s order number stands"),
    "staff_names": N_("Our people are named"),
    "group_by": N_("Work is grouped by"),
    "length": N_("How much is told"),
    "max_length": N_("Longest text, in characters"),
    "forbidden_words": N_("Words never to use"),
    "tone": N_("Tone"),
    "per": N_("The text stands"),
    "language": N_("Language"),
}
_CHOICES: dict[str, dict[str, str]] = {
    "po_number": {"first": N_("first"), "last": N_("last"), "none": N_("nowhere")},
    "staff_names": {"no": N_("never"), "yes": N_("where an entry names them")},
    "group_by": {
        "task": N_("task"), "week": N_("week"), "person": N_("person (needs names)"),
        "activity": N_("activity (equal remarks together)"),
    },
    "length": {
        "short": N_("groups and hours"), "normal": N_("what was done in each group"),
        "full": N_("each piece of work with its days"),
    },
    "tone": {"plain": N_("plain"), "formal": N_("formal")},
    "per": {"line": N_("on each line"), "invoice": N_("at the foot, one for the invoice")},
}  # fmt: skip
_ORDER = ("language", "per", "po_number", "group_by", "length", "tone", "staff_names", "max_length", "forbidden_words")
_ALLOWED = {
    "po_number": PO_PLACES, "group_by": GROUPINGS, "length": LENGTHS, "tone": TONES, "per": PLACES,
    "staff_names": ("no", "yes"), "language": ("odoo", *LANGUAGES),
}  # fmt: skip
NOT_SAID = "as-firm"
"""The choice that says nothing: what holds for every customer holds."""


@dataclass(frozen=True, slots=True)
class Field:
    """A rule on the form: its choices as (value, words), what is chosen, and what holds without a choice."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    value: str
    without: str


@router.get("/narratives/rules")
def list_rules(request: Request, visit: SignedIn) -> Response:
    """What holds for every customer, and who has it differently; `customer=` opens the rules of one."""
    require(visit.person, "narratives")
    wanted = parse_qs(request.url.query, max_num_fields=5).get("customer", [""])[0][:200].replace("\x00", "").strip()
    trouble = ""
    with request.app.state.database.transaction() as session:
        if wanted:
            try:
                return RedirectResponse(f"/narratives/rules/{rules.customer(session, wanted).id}", 303)
            except NotFound as error:
                trouble = error.message
        own = [
            (row, [f"{_(_NAMES[n])}: {_said(n, v)}" for n, v in rules.values_of(row).items()])
            for row in rules.every(session)
            if row.customer_id != FIRM
        ]
        firm = rules.profile_of(session, FIRM)
        context = {
            "firm": [(_(_NAMES[n]), _said(n, getattr(firm, n))) for n in _ORDER], "own": own, "wanted": wanted,
            "trouble": trouble,
        }  # fmt: skip
        return page(request, "narrative_rules.html", context, around=shell(session, request, visit, at=now()))


@router.get("/narratives/rules/{customer_id}")
def show_rules(request: Request, visit: SignedIn, customer_id: CustomerId) -> HTMLResponse:
    """The form of a customer's rules; 0 stands for every customer."""
    require(visit.person, "narratives")
    with request.app.state.database.transaction() as session:
        return _form(session, request, visit, customer_id)


@router.post("/narratives/rules/{customer_id}")
def set_rules(request: Request, visit: SignedIn, customer_id: CustomerId, form: Sent) -> Response:
    """Keep the rules sent, and have the drafts that they are for told anew."""
    require(visit.person, "narratives")
    sessions.require_own_form(request, visit, text_of(form, "token"))
    at = now()
    try:
        with request.app.state.database.transaction() as session:
            name = _name(session, customer_id)
            _require_as_seen(session, customer_id, text_of(form, "version"))
            rules.put(session, customer_id, name, _values(form), by=visit.person.email, at=at)
            anew.of_customer(session, customer_id or None, at=at)
    except (Refused, Malformed, Conflict) as error:
        with request.app.state.database.transaction() as session:
            status = 409 if isinstance(error, Conflict) else 422
            return _form(session, request, visit, customer_id, trouble=error.message, sent=form, status=status)
    return RedirectResponse("/narratives/rules", 303)


@router.post("/narratives/rules/{customer_id}/remove")
def remove_rules(request: Request, visit: SignedIn, customer_id: CustomerId, form: Sent) -> Response:
    """Forget what a customer (or the firm) has differently."""
    require(visit.person, "narratives")
    sessions.require_own_form(request, visit, text_of(form, "token"))
    at = now()
    with request.app.state.database.transaction() as session:
        rules.remove(session, customer_id, by=visit.person.email, at=at)
        anew.of_customer(session, customer_id or None, at=at)
    return RedirectResponse("/narratives/rules", 303)


def _form(
    session: Session, request: Request, visit: Visit, customer_id: int, *, trouble: str = "",
    sent: FormData | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    name = _name(session, customer_id)
    row = session.get(NarrativeRules, customer_id)
    own = rules.values_of(row) if row is not None else {}
    base = rules.profile_of(session, FIRM) if customer_id != FIRM else Profile()
    fields = [_field(n, own.get(n), base, sent) for n in _ORDER]
    context = {
        "customer_id": customer_id, "customer_name": name, "fields": fields, "trouble": trouble,
        "version": _version(row), "has_own": row is not None, "firm_words": base.forbidden_words,
        "shortest": SHORTEST, "longest": LONGEST, "not_said": NOT_SAID,
        "waiting": anew.count(session, customer_id or None),
    }  # fmt: skip
    around = shell(session, request, visit, at=now())
    return page(request, "narrative_rules_form.html", context, status=status, around=around)


def _field(name: str, own: object, base: Profile, sent: FormData | None) -> Field:
    value = text_of(sent, name) if sent is not None else _value(name, own)
    without = _said(name, getattr(base, name))
    if name in ("max_length", "forbidden_words"):
        return Field(name, _(_NAMES[name]), (), value, without)
    if name == "language":
        choices = (("odoo", _("the customer’s in Odoo")), *((c, str(wording.LANGUAGE_WORDS[c])) for c in LANGUAGES))
    else:
        choices = tuple((code, _(words)) for code, words in _CHOICES[name].items())
    return Field(name, _(_NAMES[name]), choices, value or NOT_SAID, without)


def _value(name: str, own: object) -> str:
    """What a row says, as the form sends it; empty where it says nothing."""
    if own is None:
        return ""
    if isinstance(own, list | tuple):
        return "\n".join(map(str, own))
    if isinstance(own, bool):
        return "yes" if own else "no"
    return "odoo" if name == "language" and own == "" else str(own)


def _said(name: str, value: object) -> str:
    """A rule's value in words."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _("none")
    if name == "language":
        return str(wording.LANGUAGE_WORDS[str(value)]) if value else _("the customer’s in Odoo")
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int):
        return figures.count(value)
    words = _CHOICES.get(name, {}).get(str(value))
    return _(words) if words else str(value)


def _values(form: FormData) -> dict[str, Any]:
    """All rules as the form says them; None takes one back.

    Raises:
        Malformed: A value that the form does not offer.
    """
    values: dict[str, Any] = {}
    for name, allowed in _ALLOWED.items():
        said = text_of(form, name)
        if said in ("", NOT_SAID):
            values[name] = None
        elif said not in allowed:
            raise Malformed(_("This form cannot be read. Open the page again and set the rules there."))
        else:
            values[name] = said == "yes" if name == "staff_names" else "" if said == "odoo" else said
    length = text_of(form, "max_length")
    if length and not (length.isascii() and length.isdecimal() and len(length) < 6):
        raise Malformed(
            _("“%(said)s” is no number of characters. Write a whole number from %(least)s to %(most)s.",
              said=length[:40], least=SHORTEST, most=LONGEST)
        )  # fmt: skip
    values["max_length"] = int(length) if length else None
    words = [" ".join(w.split()) for w in text_of(form, "forbidden_words").splitlines()]
    values["forbidden_words"] = tuple(dict.fromkeys(w for w in words if w)) or None
    return values


def _version(row: NarrativeRules | None) -> str:
    return row.set_at.isoformat() if row is not None else ""


def _require_as_seen(session: Session, customer_id: int, version: str) -> None:
    row = session.get(NarrativeRules, customer_id, with_for_update=True)
    if _version(row) != version:
        who = row.set_by if row is not None else _("somebody")
        raise Conflict(
            _("%(who)s changed these rules since you opened them. Nothing of yours was kept in them; it stands below. "
              "Compare, then save again.", who=who)
        )  # fmt: skip


def _name(session: Session, customer_id: int) -> str:
    if customer_id == FIRM:
        return ""
    customer = session.get(OdooCustomer, customer_id)
    if customer is None or customer.customer_id != customer.id:
        raise NotFound(_("There is no such customer in the mirror of Odoo. Look for it by name."))
    return customer.name
