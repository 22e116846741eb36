"""The lines of a customer's order are put right by a person: typed over, added, taken out, and compared anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep, ordered
from app.assessments.continued import continued
from app.assessments.results import Assessment, Correction, FieldValue
from app.assessments.typed import Habit, Place
from app.audit.models import AuditEvent
from app.cases.models import Case, CaseStep
from app.cases.seen import Seen
from app.clock import now
from app.db import Database
from app.decisions import correcting_lines, splitting
from app.decisions.correcting_lines import Cells, EnteredLines
from app.decisions.splitting import Matter
from app.documents.order import Order, OrderFunction, OrderLine
from app.documents.reading import Reading
from app.errors import Conflict, Malformed, NotFound, Refused
from app.review.highlights import mark_id
from app.users.access import Caller
from app.vocabulary import Kind
from tests.builders import NOW, a_person
from tests.house import House
from tests.web import a_read_case, a_reading, an_assessment, asked, browser, case_document, place, with_key
from workers import assessment

ENGLISH = Habit(".", True, date(2026, 11, 20), ",")
BODY = (
    "Bestellung PO-77, 42 Stunden im Jahr\n\n1 Review 12,00 Stunden 100,00 1.200,00\n"
    "2 Workshop 2 Tage 950,00 1.900,00\nGesamt 3.100,00"
)
LINES = (
    OrderLine("1", "Review", Decimal("12.00"), "HUR", Decimal("100.00"), Decimal("1200.00")),
    OrderLine("2", "Workshop", Decimal(2), "DAY", Decimal("950.00"), Decimal("1900.00"), starts_on=date(2026, 12, 1)),
)


def an_order(*lines: OrderLine, **more: Any) -> Order:
    values: dict[str, Any] = {"number": "PO-77", "currency": "EUR", "total_net": Decimal("3100.00")}
    return Order("layout", lines=lines or LINES, **{**values, **more})


def of_an_order(reading: Reading, order: Order | None = None) -> Assessment:
    fields = {
        "po_number": FieldValue("PO-77", (place(reading, "PO-77"),)),
        "currency": FieldValue("EUR", (place(reading, "Gesamt"),)),
        "lines": FieldValue([{"description": "Review"}], (place(reading, "1 Review 12,00 Stunden"),)),
    }
    found = an_assessment(reading, reason="new_po", prediction_set=("new_po",), fields=fields)
    return replace(found, order=order or an_order())


def an_order_case(session: Session, order: Order | None = None) -> Case:
    reading = a_reading(body=BODY)
    case = a_read_case(session, reading=reading, fields={})
    keep.keep(session, case.id, case_document(session, case), of_an_order(reading, order), at=NOW)
    session.flush()
    return case


def current(session: Session) -> Assessment:
    return keep.assessment_of(keep.current(session, 1))


def order_of(database: Database) -> Order:
    with database.transaction() as session:
        found = ordered.of(current(session))
    assert found is not None
    return found


def entered(**given: Any) -> EnteredLines:
    return EnteredLines(ENGLISH, **given)


def correct(session: Session, by: Caller, **given: Any) -> bool:
    return correcting_lines.correct_lines(session, 1, entered(**given), by=by, at=now())


@pytest.fixture
def ines(database: Database) -> Caller:
    with database.transaction() as session:
        an_order_case(session)
        return a_person(session, "Ines")


# -- what an order says with a person's word ----------------------------------------------------------------------


def test_an_order_is_as_it_was_read_where_nobody_put_anything_right() -> None:
    found = of_an_order(a_reading(body=BODY))
    assert ordered.of(found) == found.order
    assert ordered.of(replace(found, order=None)) is None


@pytest.mark.parametrize(
    ("field", "value", "name", "is_now"),
    [
        ("po_number", "PO-78", "number", "PO-78"),
        ("currency", None, "currency", ""),
        ("amount_total", "3200.00", "total_net", Decimal("3200.00")),
        ("amount_total", None, "total_net", None),
        ("valid_until", "2026-12-24", "valid_until", date(2026, 12, 24)),
        ("po_date", "2026-11-02", "issued_on", date(2026, 11, 2)),
        ("payment_terms", "30 days", "payment_terms", "30 days"),
    ],
)
def test_what_a_person_says_of_the_whole_order_holds_for_it(field: str, value: Any, name: str, is_now: Any) -> None:
    found = of_an_order(a_reading(body=BODY))
    found = replace(found, corrections={field: Correction(value, None, "Ines", NOW)})
    order = ordered.of(found)
    assert order is not None
    assert getattr(order, name) == is_now
    assert order.lines == LINES


def test_a_total_with_tax_stays_one_with_tax_and_a_change_keeps_the_orders_date() -> None:
    order = an_order(total_net=None, total_gross=Decimal(3689), function=OrderFunction.CHANGE, changed_on=NOW.date())
    found = of_an_order(a_reading(body=BODY), order)
    said = {n: Correction(v, None, "Ines", NOW) for n, v in (("amount_total", "3700"), ("po_date", "2026-11-02"))}
    anew = ordered.of(replace(found, corrections=said))
    assert anew == replace(order, total_gross=Decimal(3700))


# -- typed over, added, taken out ---------------------------------------------------------------------------------


def test_a_line_is_typed_over_and_the_case_is_compared_anew(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert correct(session, ines, changed={1: Cells({"quantity": "10", "amount": "1,000"})})
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "fields.corrected")).scalar_one()
        assert [row["quantity"] for row in event.content["fields"]["lines"]["was"]] == ["12.00"]
        assert [row["quantity"] for row in event.content["fields"]["lines"]["is"]] == ["10"]
        assert session.get_one(CaseStep, (1, "reconcile")).state == "waiting"
        found = current(session)
        assert found.fields["lines"].evidence  # what was read stays with its place
        assert found.corrections["lines"].by == "Ines"
    assert order_of(database).lines == (
        replace(LINES[0], quantity=Decimal(10), amount=Decimal("1000.00")), LINES[1],
    )  # fmt: skip


def test_lines_are_added_and_taken_out(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        travel = Cells({"description": "Travel", "amount": "250"})
        assert correct(session, ines, added=[travel, Cells({"description": " "})], taken_out=frozenset({1}))
    assert order_of(database).lines == (LINES[1], OrderLine(description="Travel", amount=Decimal("250.00")))


def test_a_line_that_is_emptied_is_taken_out(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        empty = dict.fromkeys(ordered.CELLS, "")
        assert correct(session, ines, changed={2: Cells(empty)})
    assert order_of(database).lines == LINES[:1]


def test_a_discount_is_below_zero(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert correct(session, ines, added=[Cells({"description": "Discount", "amount": "−100.00"})])
    assert order_of(database).lines[2].amount == Decimal("-100.00")


def test_an_amount_may_name_the_currency_of_the_order(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert correct(session, ines, changed={1: Cells({"unit_price": "€ 95"}), 2: Cells({"amount": "1,800.00 eur"})})
    first, second = order_of(database).lines
    assert (first.unit_price, second.amount) == (Decimal("95.00"), Decimal("1800.00"))


def test_a_matter_split_off_that_is_no_order_takes_no_lines_along(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert correct(session, ines, changed={1: Cells({"quantity": "10"})})
        case = session.get_one(Case, 1)
        session.refresh(case)
        matter = Matter("hours_quantity", "Two hours too many")
        (other,) = splitting.split(session, 1, [matter], seen=Seen(case.version), by=ines, at=now())
        assert "lines" not in keep.assessment_of(keep.current(session, other.id)).corrections
        assert "lines" in current(session).corrections


def test_putting_back_what_was_read_takes_the_correction_back(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert correct(session, ines, changed={1: Cells({"quantity": "10"})})
        assert correct(session, ines, changed={1: Cells({"quantity": "12"})})
        assert "lines" not in current(session).corrections
        assert correct(session, ines, taken_out=frozenset({1, 2}))
        assert current(session).corrections["lines"].value == []
        assert correcting_lines.put_back(session, 1, by=ines, at=now())
        assert not correcting_lines.put_back(session, 1, by=ines, at=now())
        assert "lines" not in current(session).corrections
    assert order_of(database).lines == LINES


def test_what_says_the_same_changes_nothing(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        assert not correct(session, ines, changed={1: Cells({"quantity": "12.0", "description": "Review"})})
        assert not current(session).corrections


def test_a_computed_amount_goes_with_the_figures_it_was_computed_from(database: Database) -> None:
    with database.transaction() as session:
        an_order_case(session, an_order(replace(LINES[0], is_amount_derived=True)))
        by = a_person(session, "Ines")
        assert correct(session, by, changed={1: Cells({"quantity": "10"})})
    line = order_of(database).lines[0]
    assert (line.amount, line.is_amount_derived) == (None, False)


def test_the_words_pointed_at_are_kept_as_the_place_of_a_value(database: Database, ines: Caller) -> None:
    with database.transaction() as session:
        text = a_reading(body=BODY).text
        start = text.index("950,00")
        cells = Cells({"unit_price": "950,00"}, {"unit_price": Place("", start, start + 6)})
        assert correct(session, ines, changed={1: cells})
        found = current(session).corrections["lines"]
        assert [(e.start, e.quote) for e in found.evidence] == [(start, "950,00")]
        assert found.value[0]["unit_price"] == "950.00"
        mark = mark_id(found.evidence[0])
    shown = browser(database).open("/cases/1")
    assert f'id="{mark}"' in shown  # lit in the source
    assert mark in shown.split('id="order-lines"')[1].split("</h3>")[0]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"changed": {1: Cells({"quantity": "many"})}}, Malformed),
        ({"changed": {1: Cells({"quantity": "-5"})}}, Malformed),
        ({"changed": {1: Cells({"unit_price": "1.250"})}}, Malformed),
        ({"changed": {1: Cells({"amount": "100.00-"})}}, Malformed),
        ({"changed": {1: Cells({"unit_price": "USD 95"})}}, Malformed),
        ({"added": [Cells({"description": "Travel", "amount": "-£100"})]}, Malformed),
        ({"added": [Cells({"quantity": "5"})]}, Malformed),
        ({"added": [Cells({"description": "x"})] * 500}, Malformed),
        ({"changed": {3: Cells({"quantity": "5"})}}, NotFound),
        ({"taken_out": frozenset({0})}, NotFound),
        ({"changed": {1: Cells({"number": "5"})}}, Refused),
        ({"taken_out": frozenset({1}), "seen": "0" * 16}, Conflict),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    database: Database, ines: Caller, given: dict[str, Any], error: type[Exception]
) -> None:
    with database.transaction() as session:
        with pytest.raises(error):
            correct(session, ines, **given)
        assert not current(session).corrections


def test_a_case_without_an_order_has_no_lines(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
        by = a_person(session, "Ines")
        with pytest.raises(Refused):
            correct(session, by, added=[Cells({"description": "Travel"})])
    assert 'id="order-lines"' not in browser(database).open("/cases/1")


def test_another_mail_of_the_case_does_not_overwrite_what_a_person_put_right() -> None:
    reading = a_reading(body=BODY)
    before = of_an_order(reading)
    row = {**ordered.rows(before)[0], "quantity": "10"}
    before = replace(before, corrections={"lines": Correction([row], ordered.rows(before), "Ines", NOW)})
    same = continued(before, of_an_order(reading, an_order(LINES[0])), before_document=1, mail_document=2)
    assert [(d.name, d.is_kept) for d in same.fields] == [("lines", True)]
    order = ordered.of(same.assessment)
    assert order is not None
    assert [line.quantity for line in order.lines] == [Decimal(10)]
    agrees = an_order(replace(LINES[0], quantity=Decimal(10)))
    assert not continued(before, of_an_order(reading, agrees), before_document=1, mail_document=2).fields


# -- on the page --------------------------------------------------------------------------------------------------


def test_lines_are_typed_over_on_the_page(database: Database, ines: Caller) -> None:
    page = browser(database)
    assert 'name="value-lines-1-quantity" value="12.00"' in page.open("/cases/1")
    shown = page.send("/cases/1/lines", 303, **{
        "value-lines-1-quantity": "10", "value-lines-1-amount": "", "lines-out": ["2"],
        "value-lines-new1-description": "Travel", "value-lines-new1-amount": "250",
    })  # fmt: skip
    assert "You changed these lines. Taken out: 2 Workshop: 2.00 days × 950.00 = 1,900.00" in shown
    assert "It was: 1 Review: 12.00 hours × 100.00 = 1,200.00" in shown
    assert "Added by hand." in shown
    assert "It is being compared with Odoo again." in shown
    assert "changed order lines." in shown
    assert order_of(database).lines == (
        replace(LINES[0], quantity=Decimal(10), amount=None), OrderLine(description="Travel", amount=Decimal("250.00")),
    )  # fmt: skip
    marc = browser(database, "Marc")
    assert "Ines changed these lines." in marc.open("/cases/1")
    shown = page.send("/cases/1/lines", 303, **{"as-read": "1"})
    assert "You changed these lines." not in shown
    assert "Lines added: Travel = 250.00" not in shown
    assert order_of(database).lines == LINES


def test_what_cannot_be_read_is_kept_with_its_line_and_nothing_changes(database: Database, ines: Caller) -> None:
    page = browser(database)
    page.open("/cases/1")
    changed = {"value-lines-2-unit_price": "1.250", "value-lines-new1-description": "Travel"}
    said = page.send("/cases/1/lines", 422, **changed)
    assert "Write which of the two you mean" in said
    assert "Line 2: Price" in said
    assert "New line: Description" in said
    page.open("/cases/1")
    assert "No line was changed" in page.send("/cases/1/lines", status=422)
    assert order_of(database).lines == LINES


def test_the_history_of_a_suspect_order_shows_no_account_that_a_line_names(database: Database) -> None:
    account = "DE44 5001 0517 5407 3249 31"
    line = OrderLine("1", f"Review, to be paid to IBAN {account}", Decimal(12), "HUR", Decimal(100))
    with database.transaction() as session:
        case = an_order_case(session, an_order(line, total_net=None))
        assert correct(session, a_person(session, "Ines"), changed={1: Cells({"quantity": "10"})})
        case.kind = Kind.SECURITY_ALERT
    page = browser(database).open("/cases/1")
    assert "changed order lines." in page
    assert "5001" not in page


def test_nobody_types_over_lines_that_somebody_else_changed_meanwhile(database: Database, ines: Caller) -> None:
    page, marc = browser(database), browser(database, "Marc")
    marc.open("/cases/1")
    page.open("/cases/1")
    page.send("/cases/1/lines", 303, **{"lines-out": ["1"]})
    said = marc.send("/cases/1/lines", 409, **{"value-lines-2-quantity": "3"})
    assert "<b>Ines</b> changed order lines." in said
    assert "Line 2: Quantity" in said
    assert order_of(database).lines == LINES[1:]


def test_a_form_opened_before_ones_own_change_is_not_carried_out_on_other_lines(
    database: Database, ines: Caller
) -> None:
    page, other = browser(database), browser(database)
    other.open("/cases/1")
    page.open("/cases/1")
    page.send("/cases/1/lines", 303, **{"lines-out": ["1"]})
    other.send("/cases/1/lines", 409, **{"lines-out": ["1"]})
    assert order_of(database).lines == LINES[1:]


def test_many_lines_are_typed_over_page_by_page(database: Database) -> None:
    lines = [OrderLine(str(n), f"Item {n}", Decimal(n)) for n in range(1, 96)]
    with database.transaction() as session:
        an_order_case(session, an_order(*lines, total_net=None))
    page = browser(database)
    first = page.open("/cases/1")
    assert "Lines 1 to 40 of 95" in first
    assert "Item 41" not in first
    assert "value-lines-new1-description" not in first  # a line is added at the end
    last = page.open("/cases/1?line=81")
    assert "Lines 81 to 95 of 95" in last
    page.send("/cases/1/lines", 303, **{"value-lines-95-quantity": "7", "value-lines-new1-description": "Item 96"})
    found = order_of(database).lines
    assert (len(found), found[94].quantity, found[93]) == (96, Decimal(7), lines[93])
    assert "Lines 1 to 40" in page.open("/cases/1?line=999")
    assert "Item 95" in browser(database, "Audra", "auditor").open("/cases/1")


def test_who_does_not_correct_reads_the_lines_and_who_sees_no_amounts_none(database: Database, ines: Caller) -> None:
    audra = browser(database, "Audra", "auditor")
    page = audra.open("/cases/1")
    assert "Workshop" in page
    assert "value-lines-" not in page
    token = audra.form("/sign-out")["token"]
    sent = {"token": token, "version": "1", "seen": "99", "lines-out": "1"}
    assert audra.http.post("/cases/1/lines", data=sent, headers=audra.headers).status_code == 403
    asked(database)
    assert "Order lines" not in browser(database, "Pia", "project_manager").open("/cases/1")
    assert order_of(database).lines == LINES


# -- from the correction to the steps -----------------------------------------------------------------------------


def test_the_quotation_follows_the_lines_and_takes_another_person(house: House) -> None:
    case_id = house.take_in_sample("08-order-other-rate").case_id
    house.work()
    assert "update_draft_order" in house.suggestions(case_id)
    ines, marc = house.person("Ines", "controller"), house.person("Marc", "controller")

    def typed(**texts: str) -> None:
        with house.parts.database.transaction() as session:
            said = entered(changed={1: Cells(texts)})
            assert correcting_lines.correct_lines(session, case_id, said, by=ines, at=now())
        house.time_passes()
        assessment.reconcile(house.parts, case_id)

    typed(unit_price="140", amount="8400")
    with house.parts.database.transaction() as session:
        codes = {f.code for f in keep.findings_of(keep.current(session, case_id))}
        states = session.get_one(Case, case_id).state
    assert "order_rate_differs" not in codes
    assert "order_total_wrong" in codes  # the total on the paper is still the old one
    assert states == "to_decide"
    step = house.suggestions(case_id).get("update_draft_order")
    assert step is None or step.state == "stale" or step.state == "withdrawn"
    typed(quantity="50", amount="7000")
    step = house.suggestions(case_id)["update_draft_order"]
    assert "50.00 × 140.00" in str(step.before)
    assert not house.confirm(step, ines)
    assert house.confirm(step, marc)


def test_a_program_corrects_lines_for_a_person(database: Database, ines: Caller) -> None:
    http = with_key(database, "decide", "read")
    version = http.get("/v1/cases/1").json()["version"]
    wanted = {
        "version": version, "change": {"1": {"quantity": "10", "unit": "DAY"}}, "add": [{"description": "Travel"}],
        "take_out": [2],
    }  # fmt: skip
    answer = http.post("/v1/cases/1/lines", json=wanted)
    assert answer.status_code == 200, answer.text
    told = http.get("/v1/cases/1").json()["assessment"]["corrections"]["lines"]["value"]
    assert [(row["description"], row.get("quantity"), row.get("unit")) for row in told] == [
        ("Review", "10", "DAY"), ("Travel", None, None),
    ]  # fmt: skip
    assert http.post("/v1/cases/1/lines", json=wanted).status_code == 409
    version = answer.json()["version"]
    bad = {"version": version, "change": {"1": {"amount": "a lot"}}}
    assert http.post("/v1/cases/1/lines", json=bad).status_code == 422
    assert http.post("/v1/cases/1/lines", json={"version": version, "take_out": [9]}).status_code == 404
    assert http.post("/v1/cases/1/lines", json={"version": version, "as_read": True}).status_code == 200
    assert order_of(database).lines == LINES
    assert with_key(database, "read", name="Rob").post("/v1/cases/1/lines", json=wanted).status_code == 403
