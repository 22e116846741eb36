"""The detectors on a real Odoo 19: found, decided, written with the addon, put right by hand, closed, back again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.config import Settings
from app.db import Database
from app.decisions.dossier import dossier
from app.detectors.models import Detection
from fixtures.odoo.sandbox import Sandbox
from tests.contract.peers import Peer
from tests.house import House
from workers import detection
from workers.wiring import Parts

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]


@pytest.fixture
def desk(real_odoo: Peer, database: Database, postgres_url: str) -> Iterator[House]:
    parts = Parts(Settings(database_url=SecretStr(postgres_url), countersign_secret_key=SecretStr("k" * 40)))
    parts.odoo = real_odoo.gateway
    yield House(parts, Sandbox(), real_odoo.url)
    parts.close()


def test_a_discrepancy_is_decided_written_fixed_and_found_again(desk: House, real_odoo: Peer) -> None:
    ran = detection.run(desk.parts)
    assert ran.raised is not None
    assert ran.found
    assert len(ran.raised.new) == len(ran.found)
    desk.work()
    with desk.parts.database.transaction() as session:
        query = select(Detection.case_id).where(Detection.rule.startswith("po_missing")).order_by(Detection.case_id)
        case_id = session.execute(query.limit(1)).scalar_one()
        order_id = next(m.record.id for m in dossier(session, case_id).matches if m.what == "order")

    planned = desk.suggestions(case_id)["schedule_activity"]
    assert desk.confirm(planned, desk.person("Clara", "reviewer"))
    desk.write()
    assert desk.suggestions(case_id)["schedule_activity"].state == "written"
    activities = real_odoo.as_administrator(
        "mail.activity", "search_read", fields=["summary", "note"],
        domain=[["res_model", "=", planned.target_model], ["res_id", "=", planned.target_id]],
    )  # fmt: skip
    ours = [a for a in activities if f"case {case_id}" in a["note"]]
    assert ours, activities
    assert "Rule: " in ours[0]["note"]

    before = real_odoo.as_administrator("sale.order", "read", ids=[order_id], fields=["client_order_ref"])[0]
    real_odoo.as_administrator("sale.order", "write", ids=[order_id], vals={"client_order_ref": "4500999001"})
    try:
        raised = detection.run(desk.parts).raised
        assert raised is not None
        assert case_id in raised.fixed
        assert desk.case(case_id).state in ("done", "closed")
    finally:
        old = {"client_order_ref": before["client_order_ref"]}
        real_odoo.as_administrator("sale.order", "write", ids=[order_id], vals=old)
    raised = detection.run(desk.parts).raised
    assert raised is not None
    assert case_id in raised.again
    desk.work()
    assert desk.case(case_id).state == "to_decide"


def test_the_service_user_alone_can_look_everywhere(desk: House) -> None:
    first, second = detection.run(desk.parts), detection.run(desk.parts)
    assert second.raised is not None
    assert sorted(second.raised.standing) == sorted(first.cases.values())
