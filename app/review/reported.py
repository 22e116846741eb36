"""Which time, company and customer a report's address asks for, and the address that asks for them again."""

from __future__ import annotations

from datetime import date
from typing import TypedDict
from urllib.parse import parse_qs, urlencode

from fastapi import Request

from app.errors import Malformed
from app.patterns.asked import Asked
from app.review.languages import _

_LONGEST = 300


class Given(TypedDict):
    """What an address says; None and empty for what it does not."""

    since: date | None
    until: date | None
    customer: str
    company_id: int | None


def one(request: Request, name: str) -> str:
    """The first value of a name in the address; empty where there is none."""
    return parse_qs(request.url.query, max_num_fields=40).get(name, [""])[0][:_LONGEST].replace("\x00", "")


def given(request: Request) -> Given:
    """What the address says.

    Raises:
        Malformed: A day is none.
    """
    company = one(request, "company")
    return {
        "since": _day(one(request, "from")),
        "until": _day(one(request, "to")),
        "customer": one(request, "customer"),
        "company_id": int(company) if company.isascii() and company.isdigit() and len(company) < 9 else None,
    }


def query(asked: Asked, **more: str) -> str:
    """As the query of an address, with what else it says."""
    said = {"from": asked.since.isoformat(), "to": asked.until.isoformat()}
    if asked.customer:
        said["customer"] = asked.customer
    if asked.company_id is not None:
        said["company"] = str(asked.company_id)
    return urlencode(said | more)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed(_("“%(text)s” is no day. Write it as 2026-11-20.", text=text[:40])) from None
