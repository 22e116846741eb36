"""Cases that are put off and that something new is about: a message of the same customer, a change in Odoo."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.assessments.findings import Reconciliation
from app.assessments.models import AssessmentRow
from app.cases.models import Case
from app.firm import FREE_MAIL
from app.mirror.models import OdooInvoice, OdooOrder

_PAPERS = ("invoice", "order")
_TABLES: dict[str, type[OdooInvoice] | type[OdooOrder]] = {"account.move": OdooInvoice, "sale.order": OdooOrder}
_MOST = 50


def about_the_same(session: Session, case_id: int, found: Reconciliation) -> list[int]:
    """The cases put off that are for certain about an invoice or order that this one is for certain about, from the
    same house: the same domain, at a free mail service the same address."""
    case = session.get_one(Case, case_id)
    domain = case.sender.rpartition("@")[2].casefold()
    papers = [match for what in _PAPERS if (match := found.certain(what)) is not None]
    if not papers or not domain:
        return []
    sender = func.lower(Case.sender)
    same_house = sender == case.sender.casefold() if domain in FREE_MAIL else func.split_part(sender, "@", 2) == domain
    record = [
        AssessmentRow.matches.contains(
            [{"what": m.what, "is_certain": True, "record": {"model": m.record.model, "id": m.record.id}}]
        )
        for m in papers
    ]
    query = (
        select(Case.id)
        .join(AssessmentRow, AssessmentRow.case_id == Case.id)
        .where(Case.state == "snoozed", Case.id != case_id, same_house, AssessmentRow.is_current, or_(*record))
    )
    return list(session.execute(query.order_by(Case.id).limit(_MOST)).scalars())


def changed_in_odoo(session: Session) -> list[int]:
    """The cases put off whose certain invoice or order was written to in Odoo since then, as the mirror knows it."""
    rows = session.execute(
        select(Case.id, Case.snoozed_at, AssessmentRow.matches)
        .join(AssessmentRow, AssessmentRow.case_id == Case.id)
        .where(Case.state == "snoozed", AssessmentRow.is_current)
        .order_by(Case.id)
    ).all()
    about = [
        (row.id, row.snoozed_at, str(match["record"]["model"]), int(match["record"]["id"]))
        for row in rows
        for match in row.matches
        if match["is_certain"] and match["what"] in _PAPERS and match["record"]["model"] in _TABLES
    ]
    written = {
        (model, record_id): at
        for model, table in _TABLES.items()
        for record_id, at in session.execute(
            select(table.id, table.write_date).where(table.id.in_({n for _, _, m, n in about if m == model}))
        )
    }
    found = (n for n, snoozed_at, model, record in about if (at := written.get((model, record))) and at > snoozed_at)
    return list(dict.fromkeys(found))
