"""Read the order documents that are attached to sales orders in Odoo: their terms stand nowhere else."""

from __future__ import annotations

import base64
import binascii
import logging

from sqlalchemy import select

from app.clock import now
from app.detectors import order_terms
from app.detectors.order_terms import PaperTerms
from app.errors import NotFound, Refused
from app.mirror.models import OdooOrder, OdooOrderPaper
from workers.wiring import Parts

log = logging.getLogger(__name__)
_ATTACHMENT = "ir.attachment"


def read_papers(parts: Parts) -> int:
    """Read every paper that is new or changed since it was read; the number read.

    Each is fetched and kept on its own, so that a run that is cut off goes on where it was. What cannot be read is kept
    with the reason and not tried again until the file changes.

    Raises:
        Unavailable, Misconfigured: Odoo cannot be asked.
    """
    if parts.odoo is None:
        return 0
    with parts.database.transaction() as session:
        order_terms.forget_gone(session)
        rows = session.execute(select(OdooOrder.id, OdooOrder.company_id))
        companies = {row.id: row.company_id for row in rows}
        papers = [(paper, companies.get(paper.order_id)) for paper in order_terms.unread(session)]
    for paper, company_id in papers:
        terms = _terms(parts, paper, company_id)
        with parts.database.transaction() as session:
            order_terms.keep(session, paper, terms, at=now())
    return len(papers)


def _terms(parts: Parts, paper: OdooOrderPaper, company_id: int | None) -> PaperTerms:
    from classifiers.order_terms import read_terms

    if paper.size > parts.reader.limits.file_bytes:
        return PaperTerms(problem="The file is too large to be read: open it by hand.")
    if company_id is None:
        return PaperTerms(problem="The order it is attached to is not known.")
    assert parts.odoo is not None
    try:
        rows = parts.odoo.read(_ATTACHMENT, [paper.id], ["datas"], companies=[company_id])
        content = base64.b64decode(rows[0]["datas"] or "", validate=False)
    except (NotFound, Refused) as error:
        return PaperTerms(problem=f"Odoo does not show the file: {error.message}")
    except (binascii.Error, TypeError):
        return PaperTerms(problem="Odoo's answer holds no file.")
    if not content:
        return PaperTerms(problem="The file is empty.")
    terms = read_terms(parts.reader.read(content, paper.name), parts.settings.firm)
    if terms.problem:
        log.info("order paper %s was not read: %s", paper.id, terms.problem)
    return terms
