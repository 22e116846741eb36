"""Bring the mirror up to date with Odoo: what is new or changed is copied, what is gone is removed.

Each batch is committed with its cursor, so that a run that is cut off goes on where it was. One run at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import Database
from app.mirror import store
from app.mirror.models import MirrorCursor
from app.mirror.scopes import COPIED_NAMES, Scope, scopes
from app.mirror.source import Position, Standing, choose
from app.odoo.capabilities import capabilities
from app.odoo.gateway import OdooGateway, Row

BATCH = 2000
"""Records per call and transaction."""

RANGE = 500
"""Ids that are compared, and read again, together."""

COMPARE_EVERY = timedelta(hours=24)
"""Without the addon, changes that overtook one another are looked for this often, by comparing every write date."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is with one Odoo model; `total` is what Odoo counts."""

    model: str
    done: int
    total: int


Say = Callable[[Progress], None]


@dataclass
class SyncReport:
    """What a run did. `is_busy`: another run is at it, and this one did nothing."""

    is_busy: bool = False
    is_exact: bool = True
    """Whether Odoo's addon told exactly what changed, or Odoo's own calls had to do."""
    read: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    """Records by Odoo model: received, found new or different, and removed."""

    @property
    def anything_new(self) -> bool:
        return any(self.changed.values()) or any(self.removed.values())


def sync(
    database: Database, odoo: OdooGateway, *, companies: Sequence[int], at: datetime, say: Say | None = None
) -> SyncReport:
    """Mirror what these companies have in Odoo; `at` is now.

    Raises:
        Unavailable, Misconfigured, Refused: As the gateway; what was committed before stays and the next run goes on.
    """
    with database.alone(store.LOCK) as is_alone:
        if not is_alone:
            return SyncReport(is_busy=True)
        return _Run(database, odoo, companies, at, say or (lambda _: None)).carry_out()


class _Run:
    """One run: its parts, and what it counts."""

    def __init__(self, database: Database, odoo: OdooGateway, companies: Sequence[int], at: datetime, say: Say) -> None:
        self._database = database
        self._odoo = odoo
        self._companies = sorted(companies)
        self._at = at
        self._say = say
        self._scopes = scopes(capabilities(odoo, afresh=True).timesheet_approvals)
        self._source, self._there = choose(odoo, self._companies, self._scopes)
        self._began = self._source.start()
        self.report = SyncReport(is_exact=self._source.is_exact)

    def carry_out(self) -> SyncReport:
        self._look_at_names()
        touched = [scope for scope in self._scopes if self._catch_up(scope)]
        if touched and self._source.is_exact:
            self._there = self._source.standing({scope.model: scope.domain for scope in touched})
        for scope in touched:
            self._make_good(scope)
        with self._database.transaction() as session:
            for scope in self._scopes:
                store.name_customers(session, scope.table)
                self._cursor(session, scope).checked_at = self._at
        return self.report

    def _look_at_names(self) -> None:
        """A new name of a unit or tag changes no record that has it: those are all read again."""
        with self._database.transaction() as session:
            for model, others in COPIED_NAMES.items():
                there = self._there.get(model)
                if there is None:
                    continue
                standing = f"{there.count}:{there.total}"
                cursor = session.get(MirrorCursor, model) or MirrorCursor(model=model, last_id=0, asked="")
                if cursor.asked != standing:
                    for scope in self._scopes:
                        if scope.model in others:
                            store.begin_again(self._cursor(session, scope))
                cursor.asked, cursor.is_complete, cursor.checked_at = standing, True, self._at
                session.add(cursor)

    def _catch_up(self, scope: Scope) -> bool:
        """Read what is new; False when nothing could be."""
        with self._database.transaction() as session:
            cursor = self._cursor(session, scope)
            session.flush()
            is_complete = cursor.is_complete
            if not is_complete and not cursor.last_id and cursor.last_write_date is None:
                cursor.last_write_date = self._began
        if not is_complete:
            self._walk(scope)
            if not self._source.is_exact:
                self._follow(scope)
            return True
        if self._source.is_exact and self._is_in_step(scope):
            return False
        self._follow(scope)
        return True

    def _make_good(self, scope: Scope) -> None:
        """Whatever still differs after the changes were read: records deleted, or dated before what we had."""
        is_due = False
        if not self._source.is_exact:
            with self._database.transaction() as session:
                compared = self._cursor(session, scope).compared_at
                is_due = compared is not None and self._at - compared >= COMPARE_EVERY
        if is_due or not self._is_in_step(scope):
            self._compare(scope)
        with self._database.transaction() as session:
            cursor = self._cursor(session, scope)
            if self._source.is_exact:
                end = store.last(session, scope)
                cursor.last_write_date, cursor.last_id = end.at, end.id
            cursor.compared_at = cursor.compared_at or self._at

    def _walk(self, scope: Scope) -> None:
        """The first time: all records by id."""
        with self._database.transaction() as session:
            after = self._cursor(session, scope).last_id
        while True:
            rows = self._source.by_id(scope, after=after, limit=BATCH)
            columns = scope.read(rows, self._odoo, self._companies)
            with self._database.transaction() as session:
                self._count(scope, rows, store.keep(session, scope, columns))
                cursor = self._cursor(session, scope)
                is_end = len(rows) < BATCH
                cursor.is_complete = is_end
                cursor.last_id = 0 if is_end else rows[-1]["id"]
                self._begin_others_again(session, scope)
            if is_end:
                return
            after = rows[-1]["id"]

    def _follow(self, scope: Scope) -> None:
        """Later: records in the order of their change, from the cursor on."""
        with self._database.transaction() as session:
            cursor = self._cursor(session, scope)
            position = Position(cursor.last_write_date, cursor.last_id)
        while True:
            page = self._source.changed(scope, position, limit=BATCH)
            columns = scope.read(page.rows, self._odoo, self._companies)
            position = page.position
            if page.is_last and self._began is not None:
                position = Position(self._began)
            with self._database.transaction() as session:
                changed = store.keep(session, scope, columns)
                self._count(scope, page.rows, changed)
                cursor = self._cursor(session, scope)
                cursor.last_write_date, cursor.last_id = position.at, position.id
                if changed:
                    self._begin_others_again(session, scope)
            if page.is_last:
                return

    def _compare(self, scope: Scope) -> None:
        """Find the ranges of ids that differ, and read those again."""
        there = self._source.ranges(scope, RANGE)
        with self._database.transaction() as session:
            here = store.ranges(session, scope, RANGE)
        for key in sorted(k for k in there.keys() | here.keys() if there.get(k) != here.get(k)):
            low, high = key * RANGE, (key + 1) * RANGE
            rows = self._source.by_id(scope, after=low - 1, up_to=high - 1, limit=RANGE) if key in there else []
            columns = scope.read(rows, self._odoo, self._companies)
            with self._database.transaction() as session:
                self._count(scope, rows, store.keep(session, scope, columns))
                gone = store.drop_others(session, scope, low=low, high=high, ids=[row["id"] for row in rows])
                self.report.removed[scope.model] = self.report.removed.get(scope.model, 0) + gone
        with self._database.transaction() as session:
            self._cursor(session, scope).compared_at = self._at

    def _is_in_step(self, scope: Scope) -> bool:
        there: Standing = self._there[scope.model]
        with self._database.transaction() as session:
            return store.standing(session, scope, is_exact=self._source.is_exact) == there

    def _begin_others_again(self, session: Session, scope: Scope) -> None:
        for other in self._scopes:
            if other.model in scope.also:
                store.begin_again(self._cursor(session, other))

    def _cursor(self, session: Session, scope: Scope) -> MirrorCursor:
        way = "exact" if self._source.is_exact else "plain"
        return store.cursor_of(session, scope, f"{way}:{scope.fingerprint}")

    def _count(self, scope: Scope, rows: Sequence[Row], changed: int) -> None:
        self.report.read[scope.model] = self.report.read.get(scope.model, 0) + len(rows)
        self.report.changed[scope.model] = self.report.changed.get(scope.model, 0) + changed
        done = self.report.read[scope.model]
        self._say(Progress(scope.model, done, max(done, self._there[scope.model].count)))
