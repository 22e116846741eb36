"""Two ways to ask Odoo what is new: exactly, through our addon, and plainly, where the addon is missing.

Odoo's own calls show and compare `write_date` in whole seconds, and date a change by the *beginning* of its
transaction: a record may appear long after younger ones. The addon tells counts and sums of exact dates for all models
in one call, so that any difference is noticed. Without it each model is asked, with an overlap of what a transaction
may last, and records that vanished show in the count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.mirror.scopes import COPIED_NAMES, Scope
from app.odoo.answers import AddonMissing
from app.odoo.gateway import Domain, OdooGateway, Row
from app.odoo.values import moment

LONGEST_TRANSACTION = timedelta(minutes=5)
"""Odoo ends a request after 2 minutes by default (limit_time_real); a change is visible this long after its date."""

ID_WEIGHT = 1_000_003
"""A record weighs the microseconds of its write date since 1970, and this for each of its id."""

_MICROSECOND = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many records there are and, where known exactly, the sum of their weights: equal means in step."""

    count: int
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order of changes: the last (write date, id) taken; id 0 is before every record of that moment."""

    at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some changed records, where to go on, and whether that is the end for now."""

    rows: list[Row]
    position: Position
    is_last: bool


class Source(Protocol):
    """Records of scopes, archived ones too. `is_exact` says whether write dates have their microseconds."""

    is_exact: bool

    def start(self) -> datetime | None:
        """Odoo's clock, where changes must be asked for by time."""
        ...

    def standing(self, asked: Mapping[str, Domain]) -> dict[str, Standing]:
        """Of the records of each Odoo model that fulfil its domain."""
        ...

    def by_id(self, scope: Scope, *, after: int, limit: int, up_to: int | None = None) -> list[Row]:
        """Records with a larger id, ascending."""
        ...

    def changed(self, scope: Scope, position: Position, *, limit: int) -> Page: ...

    def ranges(self, scope: Scope, size: int) -> dict[int, Standing]:
        """Standing of the records whose id, divided by `size`, is the key."""
        ...


class Exact:
    """Through the addon: one call tells the standing of all models, and pages follow (write date, id) exactly."""

    is_exact = True

    def __init__(self, odoo: OdooGateway, companies: Sequence[int]) -> None:
        self._odoo = odoo
        self._companies = companies

    def start(self) -> datetime | None:
        return None

    def standing(self, asked: Mapping[str, Domain]) -> dict[str, Standing]:
        scopes = {model: list(domain) for model, domain in asked.items()}
        answer = self._odoo.ask_addon("mirror_standing", companies=self._companies, scopes=scopes)
        return {model: Standing(count, int(total)) for model, (count, total) in answer.items()}

    def by_id(self, scope: Scope, *, after: int, limit: int, up_to: int | None = None) -> list[Row]:
        return self._rows(scope, limit=limit, after_id=after, up_to_id=up_to)

    def changed(self, scope: Scope, position: Position, *, limit: int) -> Page:
        after = [_text(position.at), position.id] if position.at else None
        rows = self._rows(scope, limit=limit, after=after, by_change=True)
        if rows:
            position = Position(moment(rows[-1]["write_date"]), rows[-1]["id"])
        return Page(rows, position, len(rows) < limit)

    def ranges(self, scope: Scope, size: int) -> dict[int, Standing]:
        answer = self._odoo.ask_addon(
            "mirror_ranges", companies=self._companies, model=scope.model, domain=list(scope.domain), size=size
        )
        return {key: Standing(count, int(total)) for key, count, total in answer}

    def _rows(self, scope: Scope, **how: object) -> list[Row]:
        rows: list[Row] = self._odoo.ask_addon(
            "mirror_rows",
            companies=self._companies,
            model=scope.model,
            domain=list(scope.domain),
            fields=list(scope.fields),
            names=list(scope.names),
            **how,
        )
        return rows


class Plain:
    """Through Odoo's own calls, in whole seconds, one model at a time."""

    is_exact = False

    def __init__(self, odoo: OdooGateway, companies: Sequence[int]) -> None:
        self._odoo = odoo
        self._companies = companies

    def start(self) -> datetime | None:
        return self._odoo.clock() - LONGEST_TRANSACTION

    def standing(self, asked: Mapping[str, Domain]) -> dict[str, Standing]:
        return {
            model: Standing(self._odoo.search_count(model, domain, companies=self._companies, archived=True))
            for model, domain in asked.items()
        }

    def by_id(self, scope: Scope, *, after: int, limit: int, up_to: int | None = None) -> list[Row]:
        where = [["id", ">", after]] + ([["id", "<=", up_to]] if up_to is not None else [])
        return self._read(scope, where, "id", limit)

    def changed(self, scope: Scope, position: Position, *, limit: int) -> Page:
        """Order within a second is unknown: a second that fills a whole page is gone through by id."""
        if position.at is None:
            rows = self.by_id(scope, after=position.id, limit=limit)
            return Page(rows, Position(None, rows[-1]["id"] if rows else position.id), len(rows) < limit)
        if position.id:
            return self._within_second(scope, position.at, position.id, limit)
        rows = self._read(scope, [["write_date", ">=", _text(position.at)]], "write_date, id", limit)
        if len(rows) < limit:
            return Page(rows, position, is_last=True)
        first, last = moment(rows[0]["write_date"]), moment(rows[-1]["write_date"])
        if last > first:
            return Page(rows, Position(last), is_last=False)
        return self._within_second(scope, first, 0, limit)

    def ranges(self, scope: Scope, size: int) -> dict[int, Standing]:
        found: dict[int, Standing] = {}
        last = 0
        while True:
            where = [*scope.domain, ["id", ">", last]]
            rows = self._odoo.search_read(
                scope.model, where, ("write_date",), companies=self._companies, limit=1000, archived=True
            )
            for row in rows:
                before = found.get(row["id"] // size, Standing(0, 0))
                weight = (moment(row["write_date"]) - _EPOCH) // _MICROSECOND + ID_WEIGHT * row["id"]
                found[row["id"] // size] = Standing(before.count + 1, (before.total or 0) + weight)
            if len(rows) < 1000:
                return found
            last = rows[-1]["id"]

    def _within_second(self, scope: Scope, second: datetime, after: int, limit: int) -> Page:
        where = [["write_date", "=", _text(second)], ["id", ">", after]]
        rows = self._read(scope, where, "id", limit)
        if len(rows) < limit:
            return Page(rows, Position(second + _SECOND), is_last=False)
        return Page(rows, Position(second, rows[-1]["id"]), is_last=False)

    def _read(self, scope: Scope, where: Sequence[object], order: str, limit: int) -> list[Row]:
        domain = [*scope.domain, *where]
        return self._odoo.search_read(
            scope.model, domain, scope.fields, companies=self._companies, limit=limit, order=order, archived=True
        )


def choose(odoo: OdooGateway, companies: Sequence[int], scopes: Sequence[Scope]) -> tuple[Source, dict[str, Standing]]:
    """The best way this Odoo offers, and what it answered to the first question.

    Only the exact way is asked about models whose names are copied: a count says nothing about names.
    """
    asked = {scope.model: scope.domain for scope in scopes}
    exact = Exact(odoo, companies)
    try:
        return exact, exact.standing(asked | {model: [] for model in COPIED_NAMES})
    except AddonMissing:
        plain = Plain(odoo, companies)
        return plain, plain.standing(asked)


def _text(at: datetime) -> str:
    """As Odoo writes it: without zone, with microseconds only where there are any."""
    return at.replace(tzinfo=None).isoformat(sep=" ")
