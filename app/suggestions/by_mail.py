"""A reply that leaves by mail: to whom, from which mailbox, and what must have happened first. Frozen with the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from app.suggestions.facts import Fact
from app.suggestions.proposal import Proposal, Shown, WayOut, part_of

PLACE = "mail"
TO = "To"
_NOBODY = "(nobody yet)"
_ANNOUNCES = {
    "reference_added": ("set_customer_reference",),
    "reference_planned": ("set_customer_reference", "update_invoice_narrative"),
    "dispute_unreminded": ("mark_disputed",),
    "credit_planned": ("draft_credit_note",),
    "credit_planned_part": ("draft_credit_note",),
    "documents_follow": ("schedule_activity",),
    "backup_follows": ("schedule_activity",),
}
"""Which steps a sentence of a reply announces (see replies.yaml)."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A step that a reply announces, as it is found again."""

    kind: str
    model: str
    record_id: int | None
    part: tuple[int, ...]
    name: str


@dataclass(frozen=True, slots=True)
class ByMail:
    """What of a reply concerns its way; `to` empty: it does not leave before a person has chosen an address."""

    mailbox_id: int
    sender: str
    to: str
    choices: tuple[str, ...]
    warns: str
    answers: int | None
    announces: tuple[Announced, ...]
    language: str = ""
    is_chosen: bool = False
    """A person chose the address."""


def planned(
    way: WayOut | None, facts: Sequence[Fact], proposed: Sequence[Proposal], language: str
) -> ByMail | None:  # fmt: skip
    """The way of a reply that says these facts in this language; None where no mailbox can send."""
    if way is None:
        return None
    kinds = {kind for fact in facts for kind in _ANNOUNCES.get(fact.key, ())}
    announces = tuple(
        Announced(
            p.kind, p.change.model if p.change else "", p.change.record_id if p.change else None,
            part_of(p.kind, p.command()), p.target_name,
        )
        for p in proposed if p.kind in kinds
    )  # fmt: skip
    to = "" if way.warns else way.choices[0]
    return ByMail(way.mailbox_id, way.address, to, way.choices, way.warns, way.answers, announces, language)


def effect(mail: ByMail) -> str:
    """One line for beneath the button."""
    if not mail.choices:
        return f"Keeps the reply; no mail leaves. {mail.warns}"
    if not mail.to:
        return f"Keeps the reply; no mail leaves until somebody chooses whom it goes to. {mail.warns}"
    return f"Sends this reply to {mail.to} from {mail.sender}."


def rows(mail: ByMail) -> tuple[Shown, ...]:
    """Whom it goes to, for the table of before and after."""
    return (Shown(TO, "(none)", mail.to or _NOBODY),)


def as_json(mail: ByMail | None) -> dict[str, Any]:
    """As it is kept in a proposal's `within`; nothing where no mail leaves."""
    if mail is None:
        return {}
    announces = [{**asdict(a), "part": list(a.part)} for a in mail.announces]
    return {PLACE: {**asdict(mail), "choices": list(mail.choices), "announces": announces}}


def of_json(within: Mapping[str, Any]) -> ByMail | None:
    """The way that a proposal keeps."""
    kept = within.get(PLACE)
    if not kept:
        return None
    announces = tuple(Announced(**{**a, "part": tuple(a["part"])}) for a in kept["announces"])
    return ByMail(**{**kept, "choices": tuple(kept["choices"]), "announces": announces})


def leaves(within: Mapping[str, Any]) -> bool:
    """Whether a proposal's reply leaves by mail once it is confirmed."""
    mail = of_json(within)
    return mail is not None and bool(mail.to)


def asked_anew(proposal: Proposal, *, others: Sequence[str], warns: str) -> Proposal:
    """The reply to nobody yet, with further addresses that it could go to, and why a person must choose."""
    mail = of_json(proposal.within)
    if mail is None:
        return proposal
    choices = tuple({a.casefold(): a for a in reversed((*mail.choices, *others))}.values())[::-1]
    now = replace(mail, to="", is_chosen=False, choices=choices, warns=warns)
    shown = (*rows(now), *(row for row in proposal.shown if row.what != TO))
    return replace(proposal, within={**proposal.within, **as_json(now)}, shown=shown, effect=effect(now))


def sent_to(proposal: Proposal, address: str) -> Proposal | None:
    """The reply to another of the addresses it could go to, which a person chose; None where it is none of them."""
    mail = of_json(proposal.within)
    if mail is None or address not in ("", *mail.choices):
        return None
    now = replace(mail, to=address, is_chosen=bool(address))
    others = tuple(row for row in proposal.shown if row.what != TO)
    within = {**proposal.within, **as_json(now)}
    return replace(proposal, within=within, shown=(*rows(now), *others), effect=effect(now))
