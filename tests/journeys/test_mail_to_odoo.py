"""From a customer's mail to a confirmed change in Odoo, and every way it can go wrong."""

from __future__ import annotations

from sqlalchemy import select

from app.assessments import keep
from app.audit.models import AuditEvent
from app.writebacks.models import WriteBack
from fixtures.odoo.sandbox import Fault
from tests.house import House


def credit_notes(house: House) -> list[dict[str, object]]:
    return [m for m in house.odoo.books.all("account.move") if m["move_type"] == "out_refund" and m["state"] == "draft"]


def a_contested_invoice(house: House) -> int:
    taken = house.take_in_sample("01-hours")
    house.work()
    return taken.case_id


def test_contested_hours_become_a_draft_credit_note_after_two_people_said_yes(house: House) -> None:
    case_id = a_contested_invoice(house)
    case = house.case(case_id)
    assert (case.state, case.reason, case.customer_name) == ("to_decide", "hours_quantity", "Hafenwerk Logistik AG")
    assert str(case.at_stake) == "900.0000"
    credit = house.suggestions(case_id)["draft_credit_note"]
    assert str(credit.amount) == "900.0000"
    assert not house.confirm(credit, house.person("Clara", "reviewer"))
    house.write()
    assert credit_notes(house) == []
    assert house.confirm(credit, house.person("Tom", "controller"))
    house.write()
    (made,) = credit_notes(house)
    assert (made["amount_untaxed"], made["amount_total"]) == (900.0, 1071.0)
    assert house.suggestions(case_id)["draft_credit_note"].state == "written"
    with house.parts.database.transaction() as session:
        actions = session.execute(
            select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        ).scalars()
        assert [a for a in actions if a.startswith(("decision", "write"))] == [
            "decision.confirm", "decision.confirm", "write.queued", "write.done",
        ]  # fmt: skip


def test_an_order_number_reaches_the_order(house: House) -> None:
    taken = house.take_in_sample("02-order-number")
    house.work()
    reference = house.suggestions(taken.case_id)["set_customer_reference"]
    assert reference.target_name == "S00002"
    house.confirm(reference, house.person("Clara", "reviewer"))
    house.write()
    order = next(o for o in house.odoo.books.all("sale.order") if o["name"] == "S00002")
    assert order["client_order_ref"] == "BS-2611-047"
    notes = [
        m for m in house.odoo.books.all("mail.message") if m["model"] == "sale.order" and m["res_id"] == order["id"]
    ]
    assert any("Clara (reviewer)" in str(n["body"]) and f"/cases/{taken.case_id}" in str(n["body"]) for n in notes)


def test_a_change_in_odoo_meanwhile_stops_the_write_and_shows_both_values(house: House) -> None:
    taken = house.take_in_sample("02-order-number")
    house.work()
    house.confirm(house.suggestions(taken.case_id)["set_customer_reference"], house.person("Clara", "reviewer"))
    order = next(o for o in house.odoo.books.all("sale.order") if o["name"] == "S00002")
    order["client_order_ref"] = "typed by somebody"
    house.write()
    assert order["client_order_ref"] == "typed by somebody"
    assert house.case(taken.case_id).state == "stale"
    with house.parts.database.transaction() as session:
        differs = session.execute(select(WriteBack.differs)).scalar_one()
    assert differs == [{"what": "client_order_ref", "seen": None, "now": "typed by somebody"}]


def test_a_lost_answer_is_asked_for_again_and_nothing_happens_twice(house: House) -> None:
    case_id = a_contested_invoice(house)
    mark = house.suggestions(case_id)["mark_disputed"]
    house.odoo.faults.extend([Fault("drop", only="countersign.operation/apply")] * 3)
    house.confirm(mark, house.person("Clara", "reviewer"))
    house.write()
    done = [r for r in house.odoo.books.all("countersign.operation") if r["kind"] == "mark_disputed"]
    assert len(done) == 1
    with house.parts.database.transaction() as session:
        row = session.execute(select(WriteBack)).scalar_one()
        assert row.state in ("waiting", "written")
        row.next_at = row.queued_at
    house.odoo.faults.clear()
    house.write()
    assert house.suggestions(case_id)["mark_disputed"].state == "written"
    assert len([r for r in house.odoo.books.all("countersign.operation") if r["kind"] == "mark_disputed"]) == 1


def test_with_odoo_down_intake_and_review_go_on(house: House) -> None:
    house.odoo.faults.extend([Fault("unavailable")] * 50)
    taken = house.take_in_sample("01-hours")
    house.work()
    case = house.case(taken.case_id)
    assert (case.state, case.reason) == ("to_decide", "hours_quantity")
    assert "Odoo has not been asked yet" in case.unsure_because
    house.odoo.faults.clear()
    house.work()
    assert "draft_credit_note" in house.suggestions(taken.case_id)
    assert "Odoo has not been asked yet" not in house.case(taken.case_id).unsure_because


def test_text_aimed_at_software_changes_nothing_but_its_flag(house: House) -> None:
    taken = house.take_in_sample("21-text-for-software")
    house.work()
    case = house.case(taken.case_id)
    assert (case.kind, case.reason) == ("dispute", "missing_backup")
    assert "prompt_injection" in case.flags
    assert "draft_credit_note" not in house.suggestions(taken.case_id)


def test_a_locked_attachment_waits_for_a_person_with_a_sentence(house: House) -> None:
    taken = house.take_in_sample("22-locked")
    house.work()
    case = house.case(taken.case_id)
    assert case.state == "needs_attention"
    assert "password" in case.attention


def test_a_suspected_fraud_is_first_in_the_queue_and_proposes_no_answer(house: House) -> None:
    for sample in ("01-hours", "12-new-bank", "16-statement"):
        last = house.take_in_sample(sample)
    house.work()
    from app.cases import queries

    with house.parts.database.transaction() as session:
        first = queries.page(session, queries.Filter()).cases[0]
    assert first.kind == "security_alert"
    assert "draft_reply" not in house.suggestions(first.id)
    assert last.case_id != first.id


def test_what_cannot_be_read_at_all_is_kept_and_shown(house: House) -> None:
    taken = house.take_in(b"%PDF-1.7\n" + bytes(range(256)) * 20, "broken.pdf")
    house.work()
    case = house.case(taken.case_id)
    assert case.state == "needs_attention"
    assert case.attention


def test_two_order_numbers_read_the_wrong_way_round_are_put_right_by_the_books(house: House) -> None:
    taken = house.take_in_sample("02-order-number")
    house.work()
    with house.parts.database.transaction() as session:
        thought = keep.assessment_of(keep.current(session, taken.case_id))
    assert (thought.value("po_number"), thought.value("order_refs")) == ("BS-2611-047", ["S00002"])
    assert [e.quote for e in thought.fields["po_number"].evidence] == ["BS-2611-047"]
    case = house.case(taken.case_id)
    assert "BS-2611-047" in case.summary
    assert "number S00002" not in case.summary
    assert case.state == "to_decide"
