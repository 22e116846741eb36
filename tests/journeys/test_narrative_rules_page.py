"""Rules for the texts of invoices on a page: for every customer, for one, and by two people at once."""

from __future__ import annotations

import re

import pytest

from app.clock import now
from app.errors import NotFound
from app.narratives import rules
from app.narratives.models import FIRM
from tests.drafts import HAFENWERK
from tests.house import House
from tests.web import Browser, browser
from workers import narrating


def a_desk(house: House, name: str = "Ines", *roles: str) -> Browser:
    return browser(house.parts.database, name, *(roles or ("reviewer",)))


def form_of(desk: Browser, customer_id: int) -> dict[str, str]:
    """The form of a customer's rules as it stands on the page."""
    desk.open(f"/narratives/rules/{customer_id}")
    values = {n: v[0] for n, v in desk.form(f"/narratives/rules/{customer_id}").items()}
    for name, inside in re.findall(r'<select name="([^"]+)">(.*?)</select>', desk.page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        values[name] = chosen.group(1) if chosen else ""
    return values


def post(desk: Browser, customer_id: int, values: dict[str, str]) -> tuple[int, str]:
    answer = desk.http.post(f"/narratives/rules/{customer_id}", data=values, headers=desk.headers)
    return answer.status_code, answer.text


def customer_of(house: House) -> int:
    with house.parts.database.transaction() as session:
        return rules.customer(session, "Hafenwerk").id


def profile(house: House, customer_id: int) -> object:
    with house.parts.database.transaction() as session:
        return rules.profile_of(session, customer_id)


@pytest.fixture
def drafted(house: House) -> House:
    narrating.run(house.parts)
    return house


def test_a_customers_rules_are_set_read_again_and_forgotten(drafted: House) -> None:
    desk, customer = a_desk(drafted), customer_of(drafted)
    values = form_of(desk, customer)
    assert set(values.values()) <= {"", "as-firm", values["token"]}
    said = {
        "language": "de", "tone": "formal", "forbidden_words": "Consulting\n  nightly  load \nConsulting",
        "max_length": "600", "staff_names": "yes",
    }  # fmt: skip
    assert post(desk, customer, values | said)[0] == 303
    shown = form_of(desk, customer)
    assert (shown["language"], shown["tone"], shown["staff_names"], shown["group_by"]) == (
        "de", "formal", "yes", "as-firm",
    )  # fmt: skip
    assert shown["forbidden_words"] == "Consulting\nnightly load"
    assert "Hafenwerk Logistik AG" in desk.open("/narratives/rules")
    with drafted.parts.database.transaction() as session:
        held = rules.profile_of(session, customer)
        assert (held.language, held.max_length, held.staff_names) == ("de", 600, True)
        assert held.forbidden_words == ("Consulting", "nightly load")
    form_of(desk, customer)
    desk.send(f"/narratives/rules/{customer}/remove")
    with drafted.parts.database.transaction() as session, pytest.raises(NotFound):
        rules.remove(session, customer, by="test", at=now())


def test_a_customer_may_say_what_is_the_default_and_the_firm_something_else(drafted: House) -> None:
    desk, customer = a_desk(drafted), customer_of(drafted)
    firm = form_of(desk, FIRM)
    assert post(desk, FIRM, firm | {"language": "fr", "group_by": "week"})[0] == 303
    own = form_of(desk, customer)
    assert post(desk, customer, own | {"language": "odoo"})[0] == 303
    with drafted.parts.database.transaction() as session:
        held = rules.profile_of(session, customer)
        assert (held.language, held.group_by) == ("", "week")
    drafted.work()
    page = desk.open(f"/narratives/{HAFENWERK}")
    assert "Texts in English" in page
    assert "Week 41/2026" in page


def test_what_does_not_go_together_is_said_and_what_was_entered_stays(drafted: House) -> None:
    desk = a_desk(drafted)
    values = form_of(desk, FIRM)
    for wrong, says in (
        ({"group_by": "person"}, "names people"), ({"max_length": "many"}, "no number of characters"),
        ({"max_length": "79"}, "max_length is 79"), ({"tone": "rude"}, "cannot be read"),
        ({"forbidden_words": "x" * 200}, "forbidden_words can be"),
    ):  # fmt: skip
        status, page = post(desk, FIRM, values | wrong)
        assert status in (403, 422)
        assert says in page.replace("&#39;", "'"), wrong
        (_name, entered), *_ = wrong.items()
        assert entered in page or wrong == {"tone": "rude"}
    assert profile(drafted, FIRM) == type(profile(drafted, FIRM))()


def test_the_second_of_two_people_is_told_who_was_first(drafted: House) -> None:
    first, second = a_desk(drafted), a_desk(drafted, "Tom", "controller")
    earlier, later = form_of(first, FIRM), form_of(second, FIRM)
    assert post(first, FIRM, earlier | {"tone": "formal"})[0] == 303
    status, page = post(second, FIRM, later | {"length": "full"})
    assert status == 409
    assert "ines@firm.example changed these rules" in page
    assert re.search(r'<option value="full" selected', page)
    with drafted.parts.database.transaction() as session:
        held = rules.profile_of(session, FIRM)
        assert (held.tone, held.length) == ("formal", "normal")


def test_rules_are_for_finance_and_for_customers_that_there_are(drafted: House) -> None:
    assert a_desk(drafted, "Paul", "project_manager").open("/narratives/rules", 403)
    desk = a_desk(drafted)
    assert desk.open("/narratives/rules/999999", 404)
    assert "No customer in the mirror of Odoo is called" in desk.open("/narratives/rules?customer=Nobody+Ltd")
    values = form_of(desk, FIRM) | {"token": "x"}
    assert post(desk, FIRM, values)[0] == 403
