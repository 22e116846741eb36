"""The policy page: the rules in words, what a step would need, and a changed policy held against the past."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from app.clock import now
from app.db import Database
from app.decisions import decide
from app.decisions.explaining import RISK_OF
from app.suggestions.proposal import KINDS
from tests.builders import a_case, a_credit, a_person, a_suggestion, the_policy
from tests.web import browser

PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", ["reviewer", "project_manager", "administrator"])
def test_the_policy_is_for_its_owners_controllers_and_auditors(database: Database, role: str) -> None:
    browser(database, "Ines", role).open("/policy", 403)


def test_every_rule_in_force_is_shown_with_who_must_confirm(database: Database) -> None:
    page = browser(database, "Petra", "policy_owner").open("/policy")
    for rule in the_policy().content["rules"]:
        assert f'id="rule-{rule["id"]}"' in page
    assert the_policy().hash[:12] in page


@pytest.mark.parametrize(
    ("query", "rule", "says"),
    [
        ("action=draft_credit_note&amount=499.99&currency=EUR", "CN-1", "1 person"),
        ("action=draft_credit_note&amount=500&currency=EUR", "CN-2", "2 people"),
        ("action=draft_credit_note&amount=500,00&currency=EUR", "CN-2", "2 people"),
        ("action=draft_credit_note&amount=10&currency=JPY", "CN-2", "no rate for JPY"),
        ("action=draft_credit_note&currency=EUR", "CN-2", "no amount is stated"),
        ("action=post_note", "OPS-1", "1 person"),
    ],
)
def test_what_would_be_needed_is_answered_by_the_rule_that_decides(
    database: Database, query: str, rule: str, says: str
) -> None:
    page = browser(database, "Petra", "policy_owner").open(f"/policy?{query}")
    answer = page.partition('id="explain"')[2]
    assert f"Rule {rule}" in answer
    assert says in answer


def test_the_answer_says_whether_one_person_could_do_it_alone(database: Database) -> None:
    petra = browser(database, "Petra", "policy_owner")
    with database.transaction() as session:
        ines, tom = a_person(session, "Ines"), a_person(session, "Tom", "controller")
    ask = "/policy?action=draft_credit_note&amount=900&currency=EUR&person="
    assert "somebody else must as well" in petra.open(ask + str(ines.user_id))
    assert "Petra cannot confirm this." in petra.open(ask + str(petra.person.user_id))
    small = "/policy?action=draft_credit_note&amount=90&currency=EUR&person="
    assert "can confirm this alone, as finance controller" in petra.open(small + str(tom.user_id))


@pytest.mark.parametrize("amount", ["much", "12 EUR", "-5", "9" * 40])
def test_what_is_no_amount_is_refused_with_an_example(database: Database, amount: str) -> None:
    page = browser(database, "Petra", "policy_owner").open(f"/policy?action=draft_credit_note&amount={amount}", 422)
    assert "is no amount" in page


def test_a_changed_threshold_shows_which_confirmations_would_have_lacked_somebody(database: Database) -> None:
    petra = browser(database, "Petra", "policy_owner")
    with database.transaction() as session:
        ines = a_person(session, "Ines")
        case = a_case(session)
        step = a_suggestion(session, case, a_credit("300.00"))
        decide.confirm(session, step.id, content_hash=step.content_hash, by=ines, policy=the_policy(), at=now())
        case_id = case.id
    before = _everything(database)
    page = petra.open("/policy/simulate?days=30&CN-1.below=200.00")
    assert f'href="/cases/{case_id}"' in page
    assert re.search(r"Would have lacked a confirmation</dt><dd[^>]*>1<", page)
    assert "CN-1" in page
    assert "CN-2" in page
    same = petra.open("/policy/simulate?days=30&CN-1.below=500.00")
    assert "nothing differs" in same
    assert re.search(r"Would have lacked a confirmation</dt><dd[^>]*>0<", same)
    assert _everything(database) == before


def test_asking_for_fewer_people_is_shown_as_less(database: Database) -> None:
    petra = browser(database, "Petra", "policy_owner")
    with database.transaction() as session:
        ines, tom = a_person(session, "Ines"), a_person(session, "Tom", "controller")
        step = a_suggestion(session, a_case(session), a_credit("900.00"))
        for person in (ines, tom):
            decide.confirm(session, step.id, content_hash=step.content_hash, by=person, policy=the_policy(), at=now())
    page = petra.open("/policy/simulate?days=30&CN-2.approvals=1")
    assert re.search(r"Less is asked for</dt><dd[^>]*>1<", page)
    assert re.search(r"Would have lacked a confirmation</dt><dd[^>]*>0<", page)


def test_the_risk_of_each_step_is_the_one_of_the_documentation() -> None:
    below = PAGE.partition("\n## The fifteen steps\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in below.splitlines() if line.startswith("| `")]
    documented = {row[0].strip(" `"): row[4].strip() for row in rows}
    assert documented == RISK_OF
    assert tuple(RISK_OF) == KINDS


def _everything(database: Database) -> list[int]:
    tables = ("decisions", "suggestions", "audit_events", "write_backs")
    with database.transaction() as session:
        return [session.execute(text(f"select count(*) from {t}")).scalar_one() for t in tables]
