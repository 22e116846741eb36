"""The strip on pages where one decides, when a peer is away: what is the case, what is safe, what happens next."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from app.health import Pulse
from app.review import figures
from app.review.health_dot import model_out_since, pulse_of
from app.review.languages import _, ngettext
from app.writebacks.queries import waiting_for_odoo


@dataclass(frozen=True, slots=True)
class Banner:
    """`tone` is caution, or quiet where nobody need do anything."""

    tone: str
    strong: str
    text: str


def banner(session: Session, request: Request) -> Banner | None:
    """What everybody who decides should know now; None on an ordinary day."""
    found = pulse_of(request)
    if found is not None and found.odoo.state == "fails" and found.odoo.since is not None:
        return _odoo_away(session, found)
    usual = found.queue("celery") if found is not None else None
    if found is not None and (found.broker.state == "fails" or (usual is not None and not usual.readers)):
        return Banner(
            "caution", _("Nothing new is read now, and nothing is written to Odoo."),
            _("You can go on deciding: what you confirm is kept, and carried out when workers are back."),
        )  # fmt: skip
    out = model_out_since(session, request.app.state.settings)
    if out is not None:
        return Banner(
            "quiet", _("The language model has not answered since %(time)s.", time=figures.time(out)),
            _("New cases are read by rules and the trained model alone; their summaries come from templates."),
        )  # fmt: skip
    return None


def _odoo_away(session: Session, found: Pulse) -> Banner:
    waiting = waiting_for_odoo(session)
    strong = _("Odoo has not answered since %(time)s.", time=figures.time(found.odoo.since)) if found.odoo.since else ""
    if not waiting:
        return Banner("caution", strong, _("You can go on deciding. Changes are written when it is back."))
    text = ngettext(
        "You can go on deciding. Changes are written when it is back; %(num)s waits now.",
        "You can go on deciding. Changes are written when it is back; %(num)s wait now.", waiting,
    )  # fmt: skip
    return Banner("caution", strong, text)
