"""From a discrepancy in Odoo to the case, the decision, the write, and the case's end when it is put right."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.audit import checkpoints
from app.audit.models import AuditEvent
from app.cases.models import Case
from app.detectors.models import Detection
from app.jobs import send_nudges_with
from app.sources import odoo_events
from app.sources.models import DetectionWish
from tests.builders import NOW
from tests.command_line import Run
from tests.house import House
from workers import detection


def case_of(house: House, reason: str) -> int:
    with house.parts.database.transaction() as session:
        query = select(Detection.case_id).where(Detection.rule.startswith(reason)).order_by(Detection.case_id)
        return session.execute(query.limit(1)).scalar_one()


def story(house: House, case_id: int) -> list[str]:
    with house.parts.database.transaction() as session:
        query = select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        return list(session.execute(query).scalars())


def order_of(house: House, case_id: int) -> int:
    """The order that a case is about."""
    from app.decisions.dossier import dossier

    with house.parts.database.transaction() as session:
        return next(m.record.id for m in dossier(session, case_id).matches if m.what == "order")


def test_what_is_found_is_decided_written_and_then_found_no_more(house: House) -> None:
    first = detection.run(house.parts)
    assert first.raised is not None
    assert len(first.raised.new) == len(first.found) > 0
    house.work()
    case_id = case_of(house, "rate_mismatch")
    credit = house.suggestions(case_id)["draft_credit_note"]
    assert credit.amount == Decimal("378")
    assert house.confirm(credit, house.person("Clara", "reviewer"))
    house.write()
    assert house.case(case_id).state == "done"
    notes = [m for m in house.odoo.books.all("account.move") if m["reversed_entry_id"] == credit.target_id]
    assert [(n["move_type"], n["state"]) for n in notes] == [("out_refund", "draft")]
    waiting = detection.run(house.parts)
    assert waiting.raised is not None
    assert case_id in waiting.raised.standing, "a draft takes nothing back yet"
    assert house.case(case_id).state == "done"
    house.odoo.books.write("account.move", notes[0]["id"], {"state": "posted", "name": "RGS/2026/00009"})
    second = detection.run(house.parts)
    assert second.raised is not None
    assert case_id in second.raised.fixed
    assert [(d.rule, d.finding.sentence) for d in second.found if second.cases[d.key] in second.raised.new] == []
    assert house.case(case_id).state == "done"
    assert story(house, case_id)[-1] == "detection.fixed"
    with house.parts.database.snapshot() as session:
        assert checkpoints.verify(session, key=b"k" * 40).holds


def test_what_is_put_right_in_odoo_closes_its_case_and_opens_it_when_it_comes_back(house: House) -> None:
    detection.run(house.parts)
    house.work()
    case_id = case_of(house, "po_missing")
    order_id = order_of(house, case_id)
    order = house.odoo.books.get("sale.order", order_id)
    before = order["client_order_ref"]
    house.odoo.books.write("sale.order", order_id, {"client_order_ref": "4500077113"})
    raised = detection.run(house.parts).raised
    assert raised is not None
    assert raised.fixed == (case_id,)
    case = house.case(case_id)
    assert case.state == "closed"
    assert not [s for s in house.suggestions(case_id).values() if s.state == "open"]
    house.odoo.books.write("sale.order", order_id, {"client_order_ref": before})
    raised = detection.run(house.parts).raised
    assert raised is not None
    assert raised.again == (case_id,)
    house.work()
    assert house.case(case_id).state == "to_decide"
    assert [s.kind for s in house.suggestions(case_id).values() if s.state == "open"]


def test_a_run_with_nothing_new_changes_nothing(house: House) -> None:
    found = detection.run(house.parts)
    house.work()
    with house.parts.database.transaction() as session:
        before = session.execute(select(Case.id, Case.version).order_by(Case.id)).all()
    again = detection.run(house.parts)
    assert again.raised is not None
    assert sorted(again.raised.standing) == sorted(found.cases.values())
    with house.parts.database.transaction() as session:
        assert session.execute(select(Case.id, Case.version).order_by(Case.id)).all() == before


def test_a_day_that_passes_changes_nothing_of_what_stands(house: House) -> None:
    """What a person closed would come back every morning otherwise."""
    day = date(2026, 12, 24)
    first = detection.run(house.parts, today=day)
    for more in (1, 9, 33):
        raised = detection.run(house.parts, today=day + timedelta(days=more)).raised
        assert raised is not None
        assert raised.changed == ()
        assert raised.again == ()
    assert first.found


def test_one_run_at_a_time(house: House) -> None:
    with house.parts.database.alone(detection.LOCK) as is_alone:
        assert is_alone
        assert detection.run(house.parts).is_busy
    assert not detection.run(house.parts).is_busy


def test_two_runs_at_once_raise_each_thing_once(house: House) -> None:
    results: list[Any] = []
    threads = [
        threading.Thread(target=lambda: results.append(detection.run(house.parts, wait=120))) for _ in range(2)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert sorted(len(r.raised.new) > 0 for r in results) == [False, True]
    with house.parts.database.transaction() as session:
        cases = session.execute(select(Detection.case_id)).scalars().all()
    assert len(cases) == len(set(cases)) == len(results[0].found)


def test_only_the_companies_asked_for_are_looked_at(house: House) -> None:
    everything = detection.run(house.parts)
    assert everything.raised is not None
    some = min(d.company_id for d in everything.found)
    only = detection.run(house.parts, companies=[some])
    assert only.raised is not None
    assert {d.company_id for d in only.found} == {some}
    assert only.raised.fixed == (), "what another company still has is not fixed because nobody looked there"


def test_an_event_of_odoo_has_its_company_looked_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.parts.odoo is not None
    company = house.parts.odoo.companies()[0]
    monkeypatch.setattr("workers.detection.parts", lambda: house.parts)
    with house.parts.database.transaction() as session:
        assert odoo_events.wish_for_detection(session, company, at=NOW)
        assert not odoo_events.wish_for_detection(session, company, at=NOW)
    detection.wished_task()
    with house.parts.database.transaction() as session:
        assert session.execute(select(DetectionWish)).first() is None
        looks = select(Detection.company_id, Detection.last_seen_at).order_by(Detection.key)
        seen = session.execute(looks).all()
    assert {c for c, _ in seen} == {company}
    detection.run_task(str(company))  # the nudge comes late: its wish was taken
    with house.parts.database.transaction() as session:
        assert session.execute(looks).all() == seen


def test_with_odoo_away_nothing_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.errors import Unavailable

    detection.run(house.parts)
    gateway = house.parts.odoo
    assert gateway is not None

    class Away:
        def companies(self) -> list[int]:
            raise Unavailable("Odoo does not answer.")

    house.parts.odoo = Away()  # type: ignore[assignment]
    monkeypatch.setattr("workers.detection.parts", lambda: house.parts)
    with pytest.raises(Unavailable):
        detection.run(house.parts)
    detection.run_task()  # the worker says so in its log and goes on
    house.parts.odoo = gateway
    with house.parts.database.transaction() as session:
        assert set(session.execute(select(Detection.state)).scalars()) == {"open"}


def test_a_wish_stands_again_when_nothing_came_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.errors import Unavailable
    from workers import order_papers

    assert house.parts.odoo is not None
    company = house.parts.odoo.companies()[0]
    monkeypatch.setattr("workers.detection.parts", lambda: house.parts)
    with house.parts.database.transaction() as session:
        odoo_events.wish_for_detection(session, company, at=NOW)

    def away(_: object) -> int:
        raise Unavailable("Odoo does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(order_papers, "read_papers", away)
        detection.wished_task()
    with house.parts.database.transaction() as session:
        assert session.execute(select(DetectionWish.company_id)).scalars().all() == [company]
    detection.wished_task()
    with house.parts.database.transaction() as session:
        assert session.execute(select(DetectionWish)).first() is None


def test_the_rules_look_at_a_mirror_at_rest(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.errors import Unavailable
    from app.mirror import store
    from workers import mirroring

    detection.run(house.parts)
    monkeypatch.setattr(detection, "MIRRORING", 0.6)
    with house.parts.database.alone(store.LOCK) as is_ours:
        assert is_ours
        with pytest.raises(Unavailable, match="another process"):
            detection.run(house.parts)
    assert not mirroring.run(house.parts).is_busy
    assert detection.run(house.parts).raised is not None


# -- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("workers.wiring.parts", lambda: house.parts)
    monkeypatch.setattr("workers.celery_app.send", lambda *_: None)
    yield house
    send_nudges_with(None)


def test_detect_tells_programs_what_it_found(desk: House, run: Run) -> None:
    said = run("detect", "--json")
    assert said.code == 0
    (told,) = said.lines
    assert told["counts"]["found"] == told["counts"]["new"] == len(told["findings"]) > 0
    for finding in told["findings"]:
        assert finding["kind"] == "billing_discrepancy"
        assert finding["rule"].partition(".")[0] == finding["reason"]
        assert finding["case_id"]
        assert finding["records"]
        assert all({"model", "id", "name"} == set(r) for r in finding["records"])
        assert isinstance(finding["amount"], str | None)
        for key in ("company", "company_id", "currency", "customer", "order", "sentence", "explains", "step"):
            assert key in finding
    again = run("detect", "--json").lines[0]
    assert again["counts"]["new"] == 0
    assert again["counts"]["standing"] == len(told["findings"])
    assert again["findings"] == told["findings"]


def test_a_dry_run_raises_nothing(desk: House, run: Run) -> None:
    told = run("detect", "--dry-run", "--json").lines[0]
    assert told["counts"] == {"found": len(told["findings"])}
    assert {f["case_id"] for f in told["findings"]} == {None}
    with desk.parts.database.transaction() as session:
        assert session.execute(select(Case)).first() is None


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_detect_tells_people_what_it_found(desk: House, run: Run, columns: int) -> None:
    said = run("detect", columns=columns)
    assert said.code == 0
    assert max(len(line) for line in said.out.splitlines()) <= columns
    for word in ("Unbilled time", "discrepancies", "16,000.00 EUR", "new"):
        assert word in said.out
    if columns >= 100:
        assert re.search(r"16,000\.00 EUR +2026-10-23 +\d+$", said.out, re.MULTILINE)
    assert "known" in run("detect", columns=columns).out


def test_a_company_that_is_not_ours_is_named(desk: House, run: Run) -> None:
    said = run("detect", "--company", "4711")
    assert said.code == 1
    assert "Odoo shows us no company 4711" in said.err


def test_without_odoo_it_says_what_to_set(desk: House, run: Run) -> None:
    odoo, desk.parts.odoo = desk.parts.odoo, None
    said = run("detect", "--json")
    desk.parts.odoo = odoo
    assert (said.code, said.out) == (1, "")
    assert "ODOO_URL" in said.err


def test_show_tells_the_rule_instead_of_a_sender(desk: House, run: Run) -> None:
    case_id = next(iter(detection.run(desk.parts).cases.values()))
    desk.work()
    said = run("show", str(case_id))
    assert said.code == 0
    assert "The rule" in said.out
    assert "They say" not in said.out
