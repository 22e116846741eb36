"""A person types over what was read, or says which record is meant: kept beside what was read, and compared anew."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep, typed
from app.assessments.chosen import by_a_person
from app.assessments.findings import Match, RecordRef
from app.assessments.results import Assessment, FieldValue
from app.assessments.typed import Habit
from app.audit.models import AuditEvent
from app.cases import presence
from app.cases.models import Case, CaseStep
from app.clock import now
from app.db import Database
from app.decisions import correcting
from app.decisions.correcting import Typed
from app.decisions.models import Decision
from app.errors import Malformed
from app.mirror.models import OdooCustomer, OdooInvoice
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, Shown
from app.users.access import Caller
from tests import books
from tests.builders import NOW, a_credit, a_person, a_suggestion
from tests.house import House
from tests.web import a_read_case, a_reading, asked, browser, compared, place, with_key
from workers import assessment

ENGLISH = Habit(".", True, date(2026, 11, 20))
GERMAN = Habit(",", True, date(2026, 11, 20))


def an_invoice(session: Session, record_id: int, name: str, customer: int = 14, **changes: Any) -> OdooInvoice:
    values: dict[str, Any] = {
        "id": record_id, "write_date": NOW, "company_id": 1, "name": name, "kind": "out_invoice", "state": "posted",
        "payment_state": "not_paid", "customer_id": customer, "customer_name": f"Customer {customer}",
        "currency": "EUR", "net": Decimal(100), "tax": Decimal(19), "gross": Decimal(119), "open_amount": Decimal(119),
        "reference": "", "origin": "", "invoiced_on": date(2026, 10, 31), "due_on": date(2026, 11, 30),
        "fiscal_position_id": None, "credits_invoice_id": None, "created_at": NOW,
    }  # fmt: skip
    found = OdooInvoice(**{**values, **changes})
    session.add(found)
    return found


def a_customer(session: Session, record_id: int, name: str) -> None:
    session.add(
        OdooCustomer(
            id=record_id, write_date=NOW, name=name, customer_id=record_id, company_id=None, country="DE",
            vat_id="DE123", tags=[],
        )
    )  # fmt: skip


def current(database: Database) -> Assessment:
    with database.transaction() as session:
        return keep.assessment_of(keep.current(session, 1))


# -- what a person types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "habit", "value"),
    [
        ("amount_disputed", "1,234.50", ENGLISH, "1234.50"),
        ("amount_disputed", "1.234,50", GERMAN, "1234.50"),
        ("amount_disputed", "1.234", GERMAN, "1234.00"),
        ("amount_disputed", "1.2340", ENGLISH, "1.234"),
        ("amount_disputed", "900 EUR", ENGLISH, "900.00"),
        ("quantity_disputed", "6.50", ENGLISH, "6.5"),
        ("deadline", "27.11.2026", GERMAN, "2026-11-27"),
        ("deadline", "Fri 27 Nov 2026", ENGLISH, "2026-11-27"),
        ("deadline", "27 novembre", ENGLISH, "2026-11-27"),
        ("invoice_refs", "INV/1, INV/2; INV/1", ENGLISH, ["INV/1", "INV/2"]),
        ("currency", "eur", ENGLISH, "EUR"),
        ("customer_name", "  Fehnwerder \n GmbH ", ENGLISH, "Fehnwerder GmbH"),
        ("po_number", "", ENGLISH, None),
    ],
)  # fmt: skip
def test_any_common_form_is_understood(name: str, text: str, habit: Habit, value: Any) -> None:
    assert typed.understood(name, text, habit) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("amount_disputed", "many"), ("amount_disputed", "-5"), ("amount_disputed", "1 and 2"), ("deadline", "soon"),
     ("deadline", "31.02.2026"), ("currency", "euro"), ("requested_action", "a pony"), ("lines", "x"),
     ("customer_name", "x" * 500)],
)  # fmt: skip
def test_what_cannot_be_understood_says_how_to_write_it(name: str, text: str) -> None:
    with pytest.raises(Malformed):
        typed.understood(name, text, ENGLISH)


def test_a_value_is_found_where_it_stands_in_the_source() -> None:
    reading = a_reading()
    found = typed.where("quantity_disputed", "36", reading, GERMAN, None)
    assert [(e.part, e.quote) for e in found] == [("0", "36,00")]
    assert found[0].boxes
    assert typed.where("customer_name", "fehnwerder logistik gmbh", reading, ENGLISH, None)[0].part == ""
    assert typed.where("amount_disputed", "77.00", reading, ENGLISH, None) == ()
    pointed = typed.Place("0", 16, 21)
    assert typed.where("quantity_disputed", "36", reading, GERMAN, pointed)[0].start == 16
    assert typed.where("quantity_disputed", "40", reading, GERMAN, pointed)[0].part == ""  # the words say another


# -- on the page --------------------------------------------------------------------------------------------------


def test_a_changed_field_is_kept_with_what_it_was_and_the_case_is_compared_anew(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    page = ines.open("/cases/1")
    assert 'id="f-quantity_disputed"' in page
    assert "Not stated" in page
    page = ines.send("/cases/1/fields", **{"value-quantity_disputed": "40", "value-po_number": "PO-77"})
    assert "You changed this. It was: 36.00" in page
    assert "You filled this in." in page
    assert "It is being compared with Odoo again." in page
    assert "changed contested quantity and PO number." in page or "changed PO number and contested quantity." in page
    found = current(database)
    assert (found.value("quantity_disputed"), found.value("po_number")) == ("40", "PO-77")
    assert found.fields["quantity_disputed"].evidence[0].quote == "40"  # it stands in the mail
    assert "po_number" not in found.fields  # stands nowhere: the person's word alone
    with database.transaction() as session:
        assert session.get_one(CaseStep, (1, "reconcile")).state == "waiting"
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "fields.corrected")).scalar_one()
        assert event.content["fields"]["po_number"] == {"was": None, "is": "PO-77"}
    assert "Ines changed this. It was: 36.00" in browser(database, "Marc").open("/cases/1")


def test_putting_back_what_was_read_takes_the_correction_back(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    ines.open("/cases/1")
    ines.send("/cases/1/fields", **{"value-quantity_disputed": "40"})
    page = ines.send("/cases/1/fields", **{"value-quantity_disputed": "36.00"})
    assert "It was: 36.00" not in page
    assert not current(database).corrections


def test_an_emptied_field_is_not_stated(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    ines.open("/cases/1")
    page = ines.send("/cases/1/fields", **{"value-quantity_disputed": ""})
    assert "You changed this. It was: 36.00" in page
    assert current(database).value("quantity_disputed") is None


def test_what_cannot_be_understood_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    ines.open("/cases/1")
    page = ines.send("/cases/1/fields", status=422, **{"value-amount_disputed": "a lot", "value-po_number": "PO-9"})
    assert "no number that can be read" in page
    assert not current(database).corrections


def test_nobody_types_over_what_somebody_else_changed_meanwhile(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines, marc = browser(database), browser(database, "Marc")
    marc.open("/cases/1")
    ines.open("/cases/1")
    ines.send("/cases/1/fields", **{"value-po_number": "PO-77"})
    page = marc.send("/cases/1/fields", status=409, **{"value-po_number": "PO-78"})
    assert "<b>Ines</b> changed PO number." in page
    assert "PO-78" in page  # kept to copy
    assert current(database).value("po_number") == "PO-77"


def test_who_changed_the_figures_does_not_alone_confirm_money(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit("300.00"))
    ines, marc = browser(database), browser(database, "Marc")
    ines.open("/cases/1")
    ines.send("/cases/1/fields", **{"value-amount_disputed": "300.00"})
    with database.transaction() as session:
        compared(session)
    ines.send("/cases/1/confirm")
    with database.transaction() as session:
        assert session.execute(select(Suggestion.state)).scalars().all() == ["open"]
        assert len(session.execute(select(Decision)).scalars().all()) == 1
    marc.open("/cases/1")
    marc.send("/cases/1/confirm")
    with database.transaction() as session:
        assert session.execute(select(Suggestion.state)).scalars().all() == ["confirmed"]


def test_only_reviewers_correct(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    audra = browser(database, "Audra", "auditor")
    page = audra.open("/cases/1")
    assert 'id="f-' not in page
    token = audra.form("/sign-out")["token"]
    sent = {"token": token, "version": "1", "seen": "99", "value-po_number": "X", "was-po_number": ""}
    assert audra.http.post("/cases/1/fields", data=sent, headers=audra.headers).status_code == 403


# -- which record -------------------------------------------------------------------------------------------------


def test_another_invoice_is_picked_from_the_copy_of_odoo(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
        session.get_one(Case, 1).customer_id = 14
        an_invoice(session, 76, "INV/2026/00012", net=Decimal(200))
        an_invoice(session, 77, "INV/2026/00013")
        an_invoice(session, 78, "INV/2026/00099", customer=15)
    ines = browser(database)
    page = ines.open("/cases/1")
    assert "unpaid, due" in page
    assert "records/invoice" in page
    page = ines.open("/cases/1/records/invoice")
    assert "INV/2026/00013" in page
    assert "INV/2026/00099" not in page  # another customer's: found by searching
    page = ines.open("/cases/1/records/invoice?find=00099")
    assert "INV/2026/00013" not in page
    page = ines.send("/cases/1/records", record="78")
    assert "said which invoice it is: INV/2026/00099." in page
    assert current(database).records == {"invoice": RecordRef("account.move", 78, "INV/2026/00099")}


def test_a_record_that_is_not_there_is_not_chosen(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
        an_invoice(session, 77, "INV/2026/00013")
    ines = browser(database)
    ines.open("/cases/1/records/invoice?find=00013")
    ines.send("/cases/1/records", status=404, record="99999")
    assert not current(database).records
    assert "Nothing in our copy of Odoo fits" in ines.open("/cases/1/records/order?find=S9")


def test_the_chosen_record_and_its_customer_are_certain() -> None:
    first, second = books.an_invoice(100, "INV/1"), books.an_invoice(101, "INV/2", customer_id=11)
    known = books.the_books(customers=(books.a_customer(), books.a_customer(11, "Other")), invoices=(first, second))
    matches = (
        Match("customer", RecordRef("res.partner", 10, "Fjordline"), Decimal("0.9"), True, ("named",)),
        Match("invoice", RecordRef("account.move", 100, "INV/1"), Decimal("0.9"), True, ("named",)),
    )
    found = by_a_person(matches, known, {"invoice": RecordRef("account.move", 101, "INV/2")})
    assert [(m.record.id, m.is_certain) for m in found] == [(11, True), (101, True), (10, False), (100, False)]
    gone = {"invoice": RecordRef("account.move", 999, "INV/9")}
    assert by_a_person(matches, known, gone) == matches  # Odoo has it no more


def test_a_difference_from_odoo_is_said_beside_the_field(database: Database) -> None:
    with database.transaction() as session:
        reading = a_reading()
        a_read_case(
            session, reading=reading,
            fields={"currency": FieldValue("USD", (place(reading, "42 Stunden"),)),
                    "invoice_refs": FieldValue(["INV/2026/00012"], (place(reading, "INV/2026/00012"),))},
        )  # fmt: skip
        an_invoice(session, 76, "INV/2026/00012")
        a_customer(session, 14, "Fehnwerder Logistik GmbH")
    assert "Differs from Odoo: EUR." in browser(database).open("/cases/1")


# -- the source ---------------------------------------------------------------------------------------------------


def test_the_words_of_a_page_are_for_filling_fields_and_leave_accounts_out(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    answer = ines.http.get("/documents/1/pages/0/1.words")
    assert [w[4] for w in json.loads(answer.text)["words"]] == ["Stundennachweis", "36,00", "Stunden"]
    assert 'data-words="/documents/1/pages/0/1.words"' in ines.open("/cases/1")
    assert ines.http.get("/documents/1/pages/0/9.words").status_code == 404


def test_text_is_found_in_the_source_without_a_script(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    page = ines.open("/cases/1?find=stunden")
    assert "is found at 3 places" in page
    assert '<mark class="found"' in page
    assert 'class="hit"' in page  # on the page image too
    assert "is not in the source" in ines.open("/cases/1?find=zebra")
    assert "&lt;script&gt;" in ines.open("/cases/1?find=<script>alert(1)</script>")


# -- who else, and what was before --------------------------------------------------------------------------------


def test_who_else_has_the_case_open_is_said_while_they_have(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines, marc = browser(database), browser(database, "Marc")
    assert "Nobody else is here" in ines.open("/cases/1")
    assert "Ines is here too" in marc.open("/cases/1")
    assert "Marc is here too" in ines.open("/cases/1/here")
    with database.transaction() as session:
        at = now() + presence.STAYS + presence.STAYS
        assert presence.others(session, 1, ines.person.user_id, at=at) == ()
        assert presence.forget(session, at=at) == 0
        assert presence.forget(session, at=at + timedelta(hours=1)) == 2


def test_an_open_page_hears_what_somebody_else_did(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit("300.00"))
    ines, marc = browser(database), browser(database, "Marc")
    page = marc.open("/cases/1")
    seen = page.split("/here?seen=")[1].split('"')[0]
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")
    assert "Ines confirmed the credit note." in marc.open(f"/cases/1/here?seen={seen}")


def test_earlier_cases_like_it_say_how_they_ended(database: Database) -> None:
    with database.transaction() as session:
        first = a_read_case(session)
        suggestion = a_suggestion(session, first, a_credit("300.00"))
        suggestion.state = "written"
        first.state, first.closed_at = "done", first.opened_at
        second = a_read_case(session, reading=a_reading(subject="Rechnung INV/2026/00012: noch einmal"))
        second.customer_id = first.customer_id
    page = browser(database).open("/cases/2")
    assert "Similar cases" in page
    assert "Same customer." in page
    assert "Credited" in page
    assert "Similar cases" not in browser(database).open("/cases/1")


def test_the_next_case_opens_when_nothing_is_left_to_decide(database: Database) -> None:
    with database.transaction() as session:
        for number in range(2):
            reading = a_reading(subject=f"Rechnung INV/2026/00012, {number}")
            a_suggestion(session, a_read_case(session, reading=reading), a_credit("300.00"))
    ines = browser(database)
    ines.open("/cases/1")
    answer = ines.http.post("/cases/1/confirm", data=ines.form("/cases/1/confirm"), headers=ines.headers)
    assert answer.headers["location"] == "/cases/2"
    assert "Confirmed:" in ines.open("/cases/2")  # the undo travels along


def test_a_suspect_sender_is_held_against_earlier_cases(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
        reading = a_reading(subject="Neue Bankverbindung INV/2026/00012")
        alert = a_read_case(session, reading=reading, reason="bank_details_change")
        alert.sender = "kreditoren@fehnwerder-logistik.example"
    page = browser(database).open("/cases/2")
    assert "Sender against our records" in page
    assert '<b class="odd">fehnwerder-logistik.example</b>' in page
    assert "fehnwerder.example: looks alike, and is another" in page
    assert "never: no earlier case came from there" in page
    assert "Sender against our records" not in browser(database).open("/cases/1")


def test_the_language_and_tone_of_the_reply_are_chosen_beside_it(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        reply = {"subject": "Re: INV/2026/00012", "body": "Guten Tag"}
        a_suggestion(
            session, case,
            Proposal(
                kind="draft_reply", target_name="kreditoren@fehnwerder.example", risk="advisory", because="They wait.",
                shown=(Shown("Reply", "(none)", "Guten Tag"),), effect="Keeps it.", within={"reply": reply},
            ),
        )  # fmt: skip
    ines = browser(database)
    ines.open("/cases/1")
    page = ines.send("/cases/1/reply", language="fr", tone="brief")
    assert "wants the reply in: French, brief." in page
    assert "It is being compared with Odoo again." in page
    assert (current(database).answer_in, current(database).answer_tone) == ("fr", "brief")
    ines.send("/cases/1/reply", status=403, language="xx")
    with database.transaction() as session:
        compared(session)
    ines.open("/cases/1")
    ines.send("/cases/1/confirm")  # how to word a letter is no figure: it takes nobody else to confirm it
    with database.transaction() as session:
        assert session.execute(select(Suggestion.state)).scalars().all() == ["confirmed"]


# -- from the correction to the steps -----------------------------------------------------------------------------


def test_what_a_person_corrects_changes_what_is_said_and_proposed(house: House) -> None:
    case_id = house.take_in_sample("01-hours").case_id
    assessment.assess(house.parts, case_id)
    assessment.reconcile(house.parts, case_id)
    with house.parts.database.transaction() as session:
        by = a_person(session, "Ines")
        case = session.get_one(Case, case_id)
        assert "6 hours" in case.summary
        texts = {"quantity_disputed": "5", "customer_name": case.customer_name}
        assert correct(session, case_id, texts, by) == ("quantity_disputed",)
        correcting.choose_reply(session, case_id, language="fr", tone="", by=by, at=now())
    house.time_passes()
    assessment.reconcile(house.parts, case_id)
    with house.parts.database.transaction() as session:
        assert "6 hours" not in session.get_one(Case, case_id).summary
        steps = session.execute(select(Suggestion).where(Suggestion.case_id == case_id, Suggestion.state == "open"))
        found = {s.kind: s for s in steps.scalars()}
        assert "Bonjour" in str(found["draft_reply"].command)
        assert found["draft_credit_note"].amount == Decimal(900)  # what the books support is not what a person types


def correct(session: Session, case_id: int, texts: dict[str, str], by: Caller) -> tuple[str, ...]:
    return correcting.correct_fields(session, case_id, Typed(texts, ENGLISH), by=by, at=now())


def test_a_program_corrects_for_a_person(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
        an_invoice(session, 77, "INV/2026/00013")
    http = with_key(database, "decide", "read")
    version = http.get("/v1/cases/1").json()["version"]
    wanted = {"version": version, "fields": {"po_number": "PO-77", "deadline": "2026-12-01"}}
    answer = http.post("/v1/cases/1/fields", json=wanted)
    assert answer.status_code == 200, answer.text
    assert answer.json()["deadline"] == "2026-12-01"
    assert http.get("/v1/cases/1").json()["assessment"]["corrections"]["po_number"]["value"] == "PO-77"
    stale = http.post("/v1/cases/1/record", json={"version": version, "what": "invoice", "id": 77})
    assert stale.status_code == 409
    fresh = {"version": answer.json()["version"], "what": "invoice", "id": 77}
    assert http.post("/v1/cases/1/record", json=fresh).status_code == 200
    assert current(database).records["invoice"].name == "INV/2026/00013"
    bad = {"version": fresh["version"] + 1, "fields": {"amount_total": "a lot"}}
    assert http.post("/v1/cases/1/fields", json=bad).status_code in (409, 422)
    assert with_key(database, "read", name="Rob").post("/v1/cases/1/fields", json=wanted).status_code == 403


def test_who_does_not_see_amounts_sees_what_was_said_without_them(database: Database) -> None:
    body = "42 Stunden berechnet, nur 40 abgezeichnet: Gutschrift über 300,00 EUR netto bitte."
    with database.transaction() as session:
        case = a_read_case(session, reading=a_reading(body=f"Sehr geehrte Damen,\n\n{body}"))
        a_suggestion(session, case, a_credit("300.00"))
    asked(database)
    pia = browser(database, "Pia", "project_manager")
    page = pia.open("/cases/1")
    assert "42 Stunden" in page
    assert '<b class="withheld">[amount]</b>' in page
    for amount in ("300", "6,300", "150.00"):
        assert amount not in page.split("<main")[1], amount
    assert "<img" not in page
    assert "is not in the source" in pia.open("/cases/1?find=300,00")
    for address in ("pages/0/1.png", "pages/0/1.words", "content", "parts/0"):
        assert pia.http.get(f"/documents/1/{address}").status_code == 403, address
