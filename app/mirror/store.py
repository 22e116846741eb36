"""The mirror's side in PostgreSQL: rows in bulk, cursors, counts, and the number of their lock."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Table, delete, func, select, text
from sqlalchemy.orm import Session

from app.mirror.models import MirrorCursor
from app.mirror.scopes import Columns, Scope
from app.mirror.source import ID_WEIGHT, Position, Standing

LOCK = 0x6D6972726F72
"""PostgreSQL's number of the lock that keeps two runs apart: "mirror" in ASCII."""


def cursor_of(session: Session, scope: Scope, asked: str) -> MirrorCursor:
    """Where the mirror of this scope stands; begun afresh when something else was asked for until now."""
    cursor = session.get(MirrorCursor, scope.model)
    if cursor is None:
        cursor = MirrorCursor(model=scope.model, asked=asked, last_id=0, is_complete=False)
        session.add(cursor)
    elif cursor.asked != asked:
        begin_again(cursor)
        cursor.asked = asked
    return cursor


def begin_again(cursor: MirrorCursor) -> None:
    """Read every record once more; those that are here stay meanwhile."""
    cursor.last_write_date, cursor.last_id, cursor.is_complete = None, 0, False


def begin_all_again(session: Session) -> None:
    """Read every record of every scope once more."""
    for cursor in session.scalars(select(MirrorCursor)):
        begin_again(cursor)


def keep(session: Session, scope: Scope, rows: Sequence[Columns]) -> int:
    """Insert or replace rows; returns how many were new or different."""
    if not rows:
        return 0
    table = scope.table
    columns = [column.name for column in table.columns]
    names = ", ".join(columns)
    new = ", ".join(f"excluded.{name}" for name in columns)
    old = ", ".join(f"{table.name}.{name}" for name in columns)
    result = session.execute(
        text(
            f"insert into {table.name} ({names}) select {names} "  # noqa: S608 - names are our own
            f"from jsonb_populate_recordset(null::{table.name}, cast(:rows as jsonb)) "
            f"on conflict (id) do update set ({names}) = row({new}) where ({old}) is distinct from ({new})"
        ),
        {"rows": json.dumps(rows)},
    )
    name_customers(session, table, [row["id"] for row in rows])
    return int(result.rowcount)  # type: ignore[attr-defined]


def drop_others(session: Session, scope: Scope, *, low: int, high: int, ids: Sequence[int]) -> int:
    """Remove rows with low <= id < high whose record is gone from Odoo or from the scope."""
    table = scope.table
    gone = delete(table).where(table.c.id >= low, table.c.id < high, table.c.id.not_in(ids))
    return int(session.execute(gone).rowcount)  # type: ignore[attr-defined]


def standing(session: Session, scope: Scope, *, is_exact: bool) -> Standing:
    """Of what is mirrored; without the sum where Odoo does not tell it either."""
    count, total = session.execute(select(func.count(), _total(scope))).one()
    return Standing(count, int(total)) if is_exact else Standing(count)


def ranges(session: Session, scope: Scope, size: int) -> dict[int, Standing]:
    """Standing by id divided by `size`."""
    key = func.div(scope.table.c.id, size)
    found = session.execute(select(key, func.count(), _total(scope)).group_by(key))
    return {int(range_): Standing(count, int(total)) for range_, count, total in found}


def last(session: Session, scope: Scope) -> Position:
    """The youngest row's place in the order of changes."""
    stamp = scope.table.c[scope.stamp]
    found = session.execute(
        select(stamp, scope.table.c.id).order_by(stamp.desc(), scope.table.c.id.desc()).limit(1)
    ).first()
    return Position(found[0], found[1]) if found else Position()


def name_customers(session: Session, table: Table, ids: Sequence[int] | None = None) -> None:
    """Put the commercial entity and its present name where Odoo has the contact, or the name of that day."""
    if table.name not in _NAMED:
        return
    some = "" if ids is None else "and d.id = any(:ids)"
    session.execute(text(_NAMED[table.name].format(some=some)), {} if ids is None else {"ids": list(ids)})


_NAMED = {
    "odoo_orders": (
        "update odoo_orders d set customer_id = e.id, customer_name = e.name from odoo_customers c "
        "join odoo_customers e on e.id = c.customer_id where c.id = d.partner_id "
        "and (d.customer_id, d.customer_name) is distinct from (e.id, e.name) {some}"
    ),
    "odoo_projects": (
        "update odoo_projects d set customer_id = c.customer_id from odoo_customers c "
        "where c.id = d.partner_id and d.customer_id is distinct from c.customer_id {some}"
    ),
    "odoo_invoices": (
        "update odoo_invoices d set customer_name = c.name from odoo_customers c "
        "where c.id = d.customer_id and d.customer_name <> c.name {some}"
    ),
}


def _total(scope: Scope):  # type: ignore[no-untyped-def]
    stamp = func.extract("epoch", scope.table.c[scope.stamp]) * 1_000_000
    return func.coalesce(func.sum(stamp + ID_WEIGHT * scope.table.c.id), 0)
