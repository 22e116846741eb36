"""Order documents attached in Odoo are read once, and again when the file changes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select

from app import config
from app.db import Database
from app.detectors.models import OrderPaperTerms
from app.errors import NotFound, Unavailable
from app.mirror.models import OdooOrderPaper
from tests.mirrored import Mirror
from workers.order_papers import read_papers
from workers.wiring import Parts

ORDER = "PURCHASE ORDER 4500-7\nOrder value: {value} EUR net\nValid until: 2026-12-31\n"


class Attachments:
    """An Odoo that has attachments and nothing else; counts what it is asked for."""

    def __init__(self) -> None:
        self.files: dict[int, bytes] = {}
        self.asked: list[tuple[int, tuple[int, ...]]] = []
        self.is_away = False

    def read(self, model: str, ids: list[int], fields: list[str], *, companies: list[int]) -> list[dict[str, Any]]:
        assert (model, fields) == ("ir.attachment", ["datas"])
        if self.is_away:
            raise Unavailable("Odoo does not answer.")
        self.asked.append((ids[0], tuple(companies)))
        if ids[0] not in self.files:
            raise NotFound("There is no such attachment.")
        return [{"id": ids[0], "datas": base64.b64encode(self.files[ids[0]]).decode()}]


@pytest.fixture
def odoo() -> Attachments:
    return Attachments()


@pytest.fixture
def parts(database: Database, postgres_url: str, odoo: Attachments) -> Iterator[Parts]:
    found = Parts(config.load().model_copy(update={"database_url": SecretStr(postgres_url)}))
    found.__dict__["odoo"] = odoo
    yield found
    found.close()


def attach(parts: Parts, odoo: Attachments, content: bytes, number: int = 1, name: str = "po.txt") -> None:
    odoo.files[number] = content
    with parts.database.transaction() as session:
        if number == 1 and session.get(OdooOrderPaper, 1) is None:
            order = Mirror(session).order(id=50)
            assert order.id == 50
        session.merge(
            OdooOrderPaper(
                id=number, order_id=50, name=name, media_type="text/plain", size=len(content),
                write_date=datetime.now(UTC), checksum=hashlib.sha1(content).hexdigest(),
            )
        )  # fmt: skip


def terms(parts: Parts) -> list[OrderPaperTerms]:
    with parts.database.transaction() as session:
        return list(session.scalars(select(OrderPaperTerms).order_by(OrderPaperTerms.paper_id)))


def test_a_paper_is_read_once_and_again_when_it_changes(parts: Parts, odoo: Attachments) -> None:
    attach(parts, odoo, ORDER.format(value="9,000.00").encode())
    assert [read_papers(parts), read_papers(parts)] == [1, 0]
    (first,) = terms(parts)
    assert (first.po_number, first.value, first.currency) == ("4500-7", Decimal(9000), "EUR")
    assert (first.order_id, first.valid_until, first.problem) == (50, date(2026, 12, 31), "")
    assert odoo.asked == [(1, (1,))]
    attach(parts, odoo, ORDER.format(value="12,000.00").encode())
    assert read_papers(parts) == 1
    assert [t.value for t in terms(parts)] == [Decimal(12000)]


def test_what_cannot_be_read_is_kept_with_the_reason_and_not_tried_again(parts: Parts, odoo: Attachments) -> None:
    attach(parts, odoo, b"%PDF-1.7 broken", name="po.pdf")
    attach(parts, odoo, b"gone", number=2)
    attach(parts, odoo, b"Minutes of a meeting", number=3, name="minutes.txt")
    odoo.files.pop(2)
    assert read_papers(parts) == 3
    broken, gone, minutes = terms(parts)
    assert broken.problem
    assert "no such attachment" in gone.problem
    assert (minutes.problem, minutes.value) == ("", None)
    assert read_papers(parts) == 0


def test_terms_go_with_their_paper_and_an_outage_is_told(parts: Parts, odoo: Attachments) -> None:
    attach(parts, odoo, ORDER.format(value="9,000.00").encode())
    read_papers(parts)
    with parts.database.transaction() as session:
        session.execute(delete(OdooOrderPaper))
    assert read_papers(parts) == 0
    assert terms(parts) == []
    odoo.is_away = True
    attach(parts, odoo, b"anything", number=2)
    with pytest.raises(Unavailable):
        read_papers(parts)
    assert terms(parts) == []
