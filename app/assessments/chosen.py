"""Matches where a person said which record is meant: that one is certain, and what does not fit it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from app.assessments.findings import Books, Match, RecordRef

BECAUSE = "a person said so"


def by_a_person(matches: tuple[Match, ...], books: Books, records: Mapping[str, RecordRef]) -> tuple[Match, ...]:
    """The matches with the chosen records certain, and the customer they belong to.

    Another record of the same sort stays as a candidate only; a document of another customer is not certain any more.
    A chosen record that Odoo has no more is left out: the others then stand as they were found.
    """
    owners = {("account.move", i.id): i.customer_id for i in books.invoices}
    owners |= {("sale.order", o.id): o.customer_id for o in books.orders}
    customers = {c.id: c for c in books.customers}
    meant = {
        what: record for what, record in records.items()
        if (record.model, record.id) in owners or (what == "customer" and record.id in customers)
    }  # fmt: skip
    if not meant:
        return matches
    owner = meant["customer"].id if "customer" in meant else next(
        (owners[(r.model, r.id)] for r in meant.values() if (r.model, r.id) in owners), None
    )  # fmt: skip
    if "customer" not in meant and owner in customers:
        meant = {"customer": RecordRef("res.partner", customers[owner].id, customers[owner].name), **meant}
    companies = {("account.move", i.id): i.company_id for i in books.invoices}
    companies |= {("sale.order", o.id): o.company_id for o in books.orders}
    certain = [
        Match(what, record, Decimal(1), True, (BECAUSE if what in records else "it is theirs",), record.name,
              companies.get((record.model, record.id)))
        for what, record in meant.items()
    ]  # fmt: skip
    chosen = {(r.model, r.id) for r in meant.values()}
    others = [
        replace(m, is_certain=m.is_certain and m.what not in meant and _is_theirs(m, owners, owner))
        for m in matches
        if (m.record.model, m.record.id) not in chosen
    ]
    return (*certain, *others)


def _is_theirs(match: Match, owners: Mapping[tuple[str, int], int], owner: int | None) -> bool:
    found = owners.get((match.record.model, match.record.id))
    return found is None or owner is None or found == owner
