"""Earlier cases like this one, in a sentence each on how they ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.decisions import similar
from app.decisions.similar import Similar
from app.review import figures, wording
from app.review.languages import _, ngettext


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier case, and how it ended."""

    case: Similar
    ended: str


def of(session: Session, case: Case, today: date) -> tuple[Told, ...]:
    """Cases like this one, those of the same customer first."""
    return tuple(Told(found, f"{_ended(found)} {_when(found, today)}".strip()) for found in similar.to(session, case))


def _ended(found: Similar) -> str:
    if found.ended == "open":
        return _("Not decided yet.")
    if found.credited is not None:
        if found.at_stake is not None and found.credited == found.at_stake:
            return _("Credited in full.")
        return _("Credited %(amount)s.", amount=figures.money(found.credited))
    if found.ended == "written":
        steps = wording.joined([wording.STEP_NOUNS[kind] for kind in found.kinds_written[:3]])
        return _("Confirmed without a credit: %(steps)s.", steps=steps)
    if found.ended == "rejected":
        reason = wording.REJECT_WORDS.get(found.reject_reason, found.reject_reason)
        return _("Rejected: %(reason)s.", reason=wording.within(reason))
    return _("Closed without a step in Odoo.")


def _when(found: Similar, today: date) -> str:
    if found.closed_at is None:
        return ""
    days = (found.closed_at.date() - found.opened_at.date()).days
    if days == 0:
        return _("On the same day.")
    return ngettext("After %(num)s day.", "After %(num)s days.", days)
