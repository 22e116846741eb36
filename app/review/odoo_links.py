"""Addresses of records in Odoo, for people: a page of Odoo opens, which asks for their own sign-in."""

from __future__ import annotations

from app.assessments.findings import RecordRef

_WITH_A_PAGE = frozenset({
    "account.move", "sale.order", "res.partner", "project.project", "project.task", "hr.expense", "helpdesk.ticket",
    "account.analytic.line", "project.milestone",
})  # fmt: skip
"""Models that Odoo shows a form of at /odoo/MODEL/ID; lines are seen on the document they are of."""


def link(base: str, record: RecordRef) -> str:
    """The address of a record, empty where Odoo has no page of its own for it or no Odoo is connected."""
    if not base.startswith(("http://", "https://")) or record.model not in _WITH_A_PAGE:
        return ""
    return f"{base.rstrip('/')}/odoo/{record.model}/{record.id}"
