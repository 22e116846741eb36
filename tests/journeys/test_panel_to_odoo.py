"""From a customer's mail to a change that is confirmed in Odoo's panel, carried out by Odoo, and reported."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from sqlalchemy import select

from app.assessments import keep
from app.audit import checkpoints
from app.audit.models import AuditEvent
from app.odoo.commands import Attachment, Change, Mandate, OperationKind, WriteCommand
from app.odoo.gateway import Receipt
from app.suggestions.models import Suggestion
from tests.builders import NOW
from tests.house import House
from tests.odoo_link import DATABASE, OdooServer, odoo_server
from tests.web import SECRET


def carried_out(house: House, apply: dict[str, Any]) -> Receipt:
    """What Odoo does with the arguments it was handed: here the sandbox, by the same method of the addon."""
    record, mandate = apply["record"], apply["mandate"]
    change = Change(
        OperationKind(apply["kind"]), record["company_id"], record["model"], record["id"], values=apply["values"],
        expected=apply["expected"],
        attachments=tuple(Attachment(a["name"], base64.b64decode(a["content"])) for a in apply["attachments"]),
    )  # fmt: skip
    assert change.digest() == apply["digest"]
    assert house.parts.odoo is not None
    return house.parts.odoo.apply(WriteCommand(change, Mandate(**mandate)), key=apply["key"])


def at_work(house: House, **people: tuple[int, str]) -> OdooServer:
    """Odoo calling the service of this house; people by name with their user in Odoo and their role."""
    from app.users import odoo_people

    for name, (uid, role) in people.items():
        person = house.person(name, role)
        with house.parts.database.transaction() as session:
            odoo_people.link(session, person.email, database=DATABASE, uid=uid, login=name, by="test", at=NOW)
    return odoo_server(house.parts.database)


def test_contested_hours_are_credited_from_the_panel_by_two_people(house: House) -> None:
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    credit = house.suggestions(case_id)["draft_credit_note"]
    server = at_work(house, Clara=(7, "reviewer"), Tom=(8, "controller"))
    invoice, companies = ("account.move", credit.target_id or 0), [credit.company_id]

    def shown(uid: int) -> dict[str, Any]:
        found = server.panel(invoice, uid=uid, companies=companies)["suggestions"]
        return next(s for s in found if s["kind"] == "draft_credit_note")

    seen = shown(7)
    assert (seen["amount"], seen["certainty"], seen["rule"]) == ("900.00", "Sure", "CN-2")
    quotes = {e["source"].partition(":")[0].partition(" from ")[0] for e in seen["evidence"]}
    assert {"mail", "Odoo"} <= quotes
    assert server.decide(seen, about=invoice, claims={"companies": companies}).json()["result"] == "waits"
    second = server.decide(shown(8), about=invoice, uid=8, claims={"companies": companies}).json()
    done = carried_out(house, second["apply"])
    server.receipt(second["apply"]["key"], done.status.value, result=dict(done.result))

    made = [m for m in house.odoo.books.all("account.move") if m["move_type"] == "out_refund" and m["state"] == "draft"]
    assert [m["amount_untaxed"] for m in made] == [900.0]
    assert house.suggestions(case_id)["draft_credit_note"].state == "written"
    house.time_passes()
    house.write()
    assert [m for m in house.odoo.books.all("account.move") if m["id"] > made[0]["id"]] == []
    with house.parts.database.transaction() as session:
        told = session.execute(
            select(AuditEvent.action, AuditEvent.content["via"].astext)
            .where(AuditEvent.case_id == case_id, AuditEvent.action.like("decision.%"))
            .order_by(AuditEvent.seq)
        ).all()
    assert [tuple(t) for t in told] == [("decision.confirm", f"odoo:{DATABASE}:{uid}") for uid in (7, 8)]
    with house.parts.database.snapshot() as session:
        assert checkpoints.verify(session, key=SECRET.encode()).holds


def test_odoo_carried_it_out_and_its_report_was_lost(house: House) -> None:
    from sqlalchemy import text

    from app.writebacks.models import WriteBack
    from workers import writeback

    taken = house.take_in_sample("02-order-number")
    house.work()
    reference = house.suggestions(taken.case_id)["set_customer_reference"]
    server = at_work(house, Clara=(7, "reviewer"))
    order = ("sale.order", reference.target_id or 0)
    answer = server.decide(reference, about=order, claims={"companies": [reference.company_id]}).json()
    assert carried_out(house, answer["apply"]).status.value == "applied"
    with house.parts.database.transaction() as session:
        session.execute(text("update write_backs set next_at = next_at - interval '2 minutes'"))
        row = session.execute(select(WriteBack.id)).scalar_one()
    writeback.deliver(house.parts, row)
    with house.parts.database.transaction() as session:
        assert session.execute(select(WriteBack.receipt["status"].astext)).scalar_one() == "already"
        assert session.get_one(Suggestion, reference.id).state == "written"


@pytest.mark.parametrize("differs", [[], [{"field": "client_order_ref", "expected": False, "actual": "PO-1"}]])
def test_odoo_refused_the_person_and_its_report_was_lost(house: House, differs: list[dict[str, Any]]) -> None:
    from sqlalchemy import text

    from app.writebacks.models import WriteBack
    from fixtures.odoo.operations import keep_refusal
    from workers import writeback

    taken = house.take_in_sample("02-order-number")
    house.work()
    reference = house.suggestions(taken.case_id)["set_customer_reference"]
    server = at_work(house, Clara=(7, "reviewer"))
    order = ("sale.order", reference.target_id or 0)
    answer = server.decide(reference, about=order, claims={"companies": [reference.company_id]}).json()
    before = dict(house.odoo.books.record("sale.order", order[1]) or {})
    keep_refusal(house.odoo.books, answer["apply"], "Your rights in Odoo do not allow this step.", differs)
    with house.parts.database.transaction() as session:
        session.execute(text("update write_backs set next_at = next_at - interval '2 minutes'"))
        row = session.execute(select(WriteBack.id)).scalar_one()
    writeback.deliver(house.parts, row)
    with house.parts.database.transaction() as session:
        written = session.get_one(WriteBack, row)
        assert written.state == ("stale" if differs else "refused")
        assert "Your rights in Odoo" in written.last_error
        assert session.get_one(Suggestion, reference.id).state == written.state
    assert house.odoo.books.record("sale.order", order[1]) == before


def test_what_is_raised_in_odoo_is_matched_with_its_record_for_certain(house: House) -> None:
    def id_of(value: Any) -> int:
        return int(value[0] if isinstance(value, list) else value)

    theirs = [m for m in house.odoo.books.all("account.move") if m["move_type"] == "out_invoice" and m["name"]]
    invoice = theirs[0]
    other = next(m for m in theirs if id_of(m["commercial_partner_id"]) != id_of(invoice["commercial_partner_id"]))
    company = id_of(invoice["company_id"])
    server = at_work(house)
    note = f"{invoice['name']}: only 40 of 42 hours were signed off, says the customer. Unlike {other['name']}."
    server.event(
        "exception.raised", model="account.move", id=invoice["id"], company_id=company, note=note, raised_by="Clara",
        login="clara",
    )  # fmt: skip
    house.work()
    [shown] = server.panel(("account.move", invoice["id"]), companies=[company])["cases"]
    case = house.case(shown["case_id"])
    assert (case.company_id, case.customer_id) == (company, id_of(invoice["commercial_partner_id"]))
    assert case.here_because.startswith("Somebody raised it in Odoo. Here as ")
    with house.parts.database.transaction() as session:
        certain = [m for m in keep.matches_of(keep.current(session, case.id)) if m.is_certain and m.what == "invoice"]
    assert [m.record.id for m in certain] == [invoice["id"]]
    assert server.panel(("account.move", other["id"]), companies=[id_of(other["company_id"])])["cases"] == []
