"""What a project manager was asked about opens to them, and nothing through it: no records, dialogs, sums or cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.cases.models import Case, CaseQuestion
from app.clock import now
from app.db import Database
from app.decisions.approval_matrix import checked
from app.errors import Misconfigured
from app.mirror.models import OdooCustomer, OdooInvoice
from tests.builders import NOW, a_credit, a_person, a_suggestion, the_policy
from tests.web import a_read_case, a_reading, asked, browser, with_key

BODY = "Sehr geehrte Frau Osterloh, die Summe 7.654,32 EUR ist falsch: 42 Stunden statt 36,00 Stunden."
DIALOGS = ("merge", "split", "assign", "close", "fraud", "snooze", "ask", "reopen", "take-out", "call-back", "genuine")


@pytest.fixture
def stake(database: Database) -> str:
    """Two cases, one of which any project manager is asked about; what that one is worth."""
    with database.transaction() as session:
        case = a_read_case(session, reading=a_reading(body=BODY))
        a_suggestion(session, case, a_credit("300.00"))
        case.at_stake, case.currency = Decimal("7654.32"), "EUR"
        other = a_read_case(session, reading=a_reading(body="zweite Sache 42 Stunden 36,00 Stunden Sehr geehrte"))
        other.title, other.customer_name = "Another customer's secret", case.customer_name
        session.add(
            OdooCustomer(
                id=77, write_date=NOW, name="Secret AG", customer_id=77, company_id=None, country="DE", vat_id="DE1",
                tags=[],
            )
        )  # fmt: skip
        session.add(
            OdooInvoice(
                id=900, write_date=NOW, company_id=1, name="INV/2026/09999", kind="out_invoice", state="posted",
                payment_state="not_paid", customer_id=77, customer_name="Secret AG", currency="EUR",
                net=Decimal(99999), tax=Decimal(0), gross=Decimal(99999), open_amount=Decimal(99999), reference="",
                origin="", invoiced_on=date(2026, 10, 31), due_on=date(2026, 11, 30), fiscal_position_id=None,
                credits_invoice_id=None, created_at=NOW,
            )
        )  # fmt: skip
    asked(database)
    return "7654.32"


@pytest.mark.parametrize("what", ["customer", "invoice", "order"])
def test_records_of_odoo_are_for_who_corrects(database: Database, stake: str, what: str) -> None:
    pia = browser(database, "Pia", "project_manager")
    assert "Secret" not in pia.open(f"/cases/1/records/{what}?find=Secret", 403).replace("find=Secret", "")
    assert browser(database).http.get(f"/cases/1/records/{what}?find=Secret").status_code == 200


@pytest.mark.parametrize("role", ["project_manager", "auditor"])
@pytest.mark.parametrize("dialog", DIALOGS)
def test_a_form_about_a_case_opens_only_to_who_may_send_it(
    database: Database, stake: str, dialog: str, role: str
) -> None:
    pia = browser(database, "Pia", role)
    answer = pia.http.get(f"/cases/1/{dialog}")
    assert answer.status_code in (403, 404)
    assert "secret" not in answer.text
    assert "/cases/2" not in answer.text


def test_a_form_that_is_sent_without_the_role_is_refused_without_drawing_it(database: Database, stake: str) -> None:
    pia = browser(database, "Pia", "project_manager")
    pia.open("/cases/1")
    token = pia.form("/cases/1/delivery")["token"]
    answer = pia.http.post(
        "/cases/1/merge", data={"token": token, "version": "1", "into": "2"}, headers=pia.headers
    )  # fmt: skip
    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_a_key_says_whether_work_was_delivered_only_where_that_was_asked(database: Database, stake: str) -> None:
    key = with_key(database, "read", "decide", roles=("project_manager",), name="Pia")
    said = {"was_delivered": False, "note": "Never."}
    refused = key.post("/v1/cases/2/delivery", json=said)
    assert refused.status_code == 404
    answer = key.post("/v1/cases/1/delivery", json=said)
    assert answer.status_code == 200
    line = answer.json()
    assert line["id"] == 1
    assert line["at_stake"] is None
    assert (line["title"], line["summary"], line["priority_because"]) == ("", "", "")
    assert stake not in answer.text
    ines = with_key(database, "read", name="Ines")
    whole, other = ines.get("/v1/cases/1").json(), ines.get("/v1/cases/2").json()
    assert whole["at_stake"] == stake
    assert "delivery.answered" in [event["action"] for event in whole["events"]]
    assert "delivery.answered" not in [event["action"] for event in other["events"]]


@pytest.mark.parametrize(
    "query",
    ["over=5000", "over=20000", "view=disputes", "sort=amount", "view=disputes&over=20000&sort=amount&q=Fehnwerder"],
)
def test_a_list_without_amounts_does_not_depend_on_them(database: Database, stake: str, query: str) -> None:
    pia = browser(database, "Pia", "project_manager")

    def listed(at_stake: str) -> bool:
        with database.transaction() as session:
            session.get_one(Case, 1).at_stake = Decimal(at_stake)
        return 'href="/cases/1' in pia.open(f"/inbox?{query}")

    assert [listed(amount) for amount in ("1", "7654.32", "99999")] == [True, True, True]
    for way in ("over=", "view=disputes", "sort=amount"):
        assert way not in pia.page.replace(query.replace("&", "&amp;"), ""), way


@pytest.mark.parametrize("words", ["7.654,32", "7654", "300", "Summe", "6.300"])
def test_words_of_the_source_and_of_what_was_read_find_nothing_for_who_sees_no_amounts(
    database: Database, stake: str, words: str
) -> None:
    assert 'href="/cases/1' not in browser(database, "Pia", "project_manager").open(f"/inbox?q={words}")


@pytest.mark.parametrize("words", ["fehnwerd", "kreditoren", "INV/2026/00012", "Fehnwerder Logistik"])
def test_customer_sender_and_title_are_found(database: Database, stake: str, words: str) -> None:
    pia = browser(database, "Pia", "project_manager")
    page = pia.open(f"/inbox?q={words}")
    assert 'href="/cases/1' in page
    assert 'href="/cases/2' not in page


def test_a_question_that_was_withdrawn_is_closed_to_whom_it_was_put(database: Database, stake: str) -> None:
    pia = browser(database, "Pia", "project_manager")
    pia.open("/questions/1")
    with database.transaction() as session:
        question = session.execute(select(CaseQuestion)).scalar_one()
        question.withdrawn_at = now()
    late = pia.send("/questions/1", 409, delivered="yes", answer="It was.")
    assert "This question was withdrawn" in late
    assert "Stunden" not in late
    pia.open("/questions/1", 404)
    browser(database).open("/questions/1")


def test_who_answered_a_question_still_reads_it(database: Database, stake: str) -> None:
    pia = browser(database, "Pia", "project_manager")
    with database.transaction() as session:
        question = session.execute(select(CaseQuestion)).scalar_one()
        question.answered_by, question.answered_at = a_person(session, "Pia", "project_manager").user_id, NOW
    pia.open("/questions/1")


@pytest.mark.parametrize("role", ["auditor", "reviewer", "controller", "policy_owner"])
def test_a_policy_that_would_hide_amounts_from_other_roles_is_refused(role: str) -> None:
    content = the_policy().content
    duties = {**content["duties"], "amounts_hidden_from": ["project_manager", role]}
    with pytest.raises(Misconfigured, match=role):
        checked({**content, "duties": duties}, "The policy")


def test_a_policy_may_show_amounts_to_everybody() -> None:
    policy = the_policy()
    duties = {**policy.content["duties"], "amounts_hidden_from": []}
    assert checked({**policy.content, "duties": duties}, "The policy").amounts_hidden_from == ()
    assert policy.amounts_hidden_from == ("project_manager",)
