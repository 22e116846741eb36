"""Lists of the inbox: whose cases, what they are narrowed to, what is counted, saved and selected."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.queries import Filter
from app.clock import now
from app.db import Database
from app.review.list_state import ListState
from app.users import people
from tests.builders import NOW, a_case
from tests.inbox_pages import count_of, shown
from tests.web import Browser, a_read_case, browser


def some_case(session: Session, number: int, **values: Any) -> Case:
    """A dispute of a customer, with some values changed."""
    case = a_case(session, content=f"case {number}".encode())
    case.kind, case.reason, case.title, case.opened_at = "dispute", "hours_quantity", f"Title {number}", now()
    case.customer_name = f"Customer {number}"
    for name, value in values.items():
        setattr(case, name, value)
    session.flush()
    return case


def test_mine_and_my_teams_are_the_readers(database: Database) -> None:
    ines, marc = browser(database), browser(database, "Marc")
    with database.transaction() as session:
        people.set_teams(session, "ines@firm.example", ["Receivables"], at=NOW, by="test")
        people.set_teams(session, "marc@firm.example", ["Receivables"], at=NOW, by="test")
        mine = some_case(session, 1, owner_id=ines.person.user_id).id
        teams = some_case(session, 2, team="Receivables").id
        marcs = some_case(session, 3, owner_id=marc.person.user_id).id
        nobodys = some_case(session, 4).id
        other = some_case(session, 5, team="Orders").id
    page = ines.open("/inbox?view=mine")
    assert shown(page) == [mine]
    assert "you</span>" in page
    assert count_of(page, "Mine") == "1"
    assert count_of(page, "My team’s") == "3"
    assert set(shown(ines.open("/inbox?view=team"))) == {mine, teams, marcs}
    assert shown(ines.open("/inbox?owner=nobody")) == [nobodys]
    assert shown(ines.open(f"/inbox?owner={marc.person.user_id}")) == [marcs]
    assert set(shown(ines.open("/inbox"))) == {mine, teams, marcs, nobodys, other}
    assert shown(marc.open("/inbox?view=mine")) == [marcs]
    assert "My team’s" not in browser(database, "Ada").open("/inbox")  # she is in none


def test_ageing_amounts_marks_and_customers_narrow_a_list(database: Database) -> None:
    with database.transaction() as session:
        old = some_case(session, 1, opened_at=now() - timedelta(days=12), at_stake=Decimal(9000), currency="EUR").id
        small = some_case(session, 2, at_stake=Decimal(900), currency="EUR", flags=["legal_threat"]).id
        some_case(session, 3, kind="customer_po", reason="new_po")
    ines = browser(database)
    page = ines.open("/inbox")
    assert count_of(page, "Ageing") == "1"
    assert count_of(page, "Disputes over 5,000") == "1"
    assert count_of(page, "Dispute") == "2"
    assert count_of(page, "5,000 or more") == "1"
    assert count_of(page, "more than 10 days") == "1"
    assert count_of(page, "Lawyer or court") == "1"
    assert shown(ines.open("/inbox?view=ageing")) == [old]
    assert shown(ines.open("/inbox?view=disputes")) == [old]
    assert shown(ines.open("/inbox?over=5000")) == [old]
    assert shown(ines.open("/inbox?older=10&kind=dispute")) == [old]
    assert shown(ines.open("/inbox?flag=legal_threat")) == [small]
    page = ines.open("/inbox?customer=Customer+2")
    assert shown(page) == [small]
    assert "900 EUR at stake" in re.sub(r"<[^>]+>", "", page)
    page = ines.open("/inbox?flag=legal_threat&over=5000")  # each is counted under the others
    assert shown(page) == []
    assert "No case fits all of this" in page


def test_more_than_a_thousand_are_not_counted_to_the_end(database: Database) -> None:
    with database.transaction() as session:
        for n in range(4):
            some_case(session, n)
        assert queries.counts(session, [Filter(), Filter(kinds=("customer_po",))], most=2) == [3, 0]
        assert queries.light(session, Filter(), most=3) is None
        assert len(queries.light(session, Filter(), most=4) or []) == 4


@pytest.mark.parametrize("sort", [*queries.SORTS, "customer"])
def test_pages_and_neighbours_follow_every_order(database: Database, sort: str) -> None:
    with database.transaction() as session:
        for n in range(11):
            some_case(
                session, n, priority=n % 3, at_stake=Decimal(n % 4) if n % 5 else None, currency="EUR",
                deadline=NOW.date() + timedelta(days=n % 2) if n % 3 else None, customer_name=f"Customer {n % 2}",
                opened_at=NOW + timedelta(hours=n % 4),
            )  # fmt: skip
        found, cursor = [], ""
        while True:
            page = queries.page(session, Filter(), sort=sort, cursor=cursor, limit=3)
            found += page.cases
            cursor = page.next_cursor
            if not cursor:
                break
        assert len({c.id for c in found}) == len(found) == 11
        keys = [queries.ORDERS[sort].values(c) for c in found]
        typed = [tuple(Decimal(v) if sort == "amount" and isinstance(v, str) else v for v in key) for key in keys]
        assert typed == sorted(typed, reverse=queries.ORDERS[sort].is_descending)
        for before, case, after in zip(found, found[1:], found[2:], strict=False):
            assert queries.neighbours(session, Filter(), case, sort=sort) == (before.id, after.id)
        assert queries.neighbours(session, Filter(), found[0], sort=sort)[0] is None
        assert queries.neighbours(session, Filter(), found[-1], sort=sort)[1] is None


def test_a_grouped_list_names_each_customer_once_with_the_number_of_cases(database: Database) -> None:
    with database.transaction() as session:
        for n, name in enumerate(("Beta", "Alpha", "Beta", "")):
            some_case(session, n, customer_name=name, priority=n)
    page = browser(database).open("/inbox?sort=customer")
    heads = re.findall(r'<tr role="row" class="group-row">(.*?)</tr>', page)
    assert [re.sub(r"<[^>]+>", "", head) for head in heads] == ["Customer not known yet", "Alpha 1", "Beta 2"]
    assert shown(page) == [4, 2, 3, 1]
    assert 'href="/inbox?customer=Beta"' in page


def test_snoozed_cases_say_until_when_and_why(database: Database) -> None:
    with database.transaction() as session:
        some_case(
            session, 1, state="snoozed", snoozed_until=now() + timedelta(days=3), snoozed_because="Waits for the sheet"
        )
    ines = browser(database)
    assert shown(ines.open("/inbox")) == []
    page = ines.open("/inbox?view=snoozed")
    assert "Waits for the sheet" in page
    assert "Until " in page


def test_a_list_is_saved_renamed_and_removed(database: Database) -> None:
    with database.transaction() as session:
        big = some_case(session, 1, at_stake=Decimal(9000), currency="GBP").id
        some_case(session, 2)
    ines = browser(database)
    page = ines.open("/inbox?over=5000&density=compact&sort=amount")
    link = re.search(r'href="(/inbox/views/new[^"]*)"', page)
    assert link
    assert 'data-dialog data-command="save-view"' in page
    ines.open(link.group(1).replace("&amp;", "&"))
    assert "needs a name" in ines.send("/inbox/views", 422, name="   ")
    page = ines.send("/inbox/views", name="UK  month end ")
    assert "<h1>UK month end</h1>" in page
    assert shown(page) == [big]
    assert count_of(page, "UK month end") == "1"
    assert "density-compact" not in page  # how it looks is not what it holds
    ines.open("/inbox/views")
    page = ines.send("/inbox/views/1", name="Month end")
    assert 'value="Month end"' in page
    ines.open("/inbox/views/new?kind=dispute")
    ines.send("/inbox/views", name="Disputes")
    ines.open("/inbox/views")
    assert "is called “Disputes”" in ines.send("/inbox/views/1", 422, name="Disputes")
    assert "Month end" not in ines.send("/inbox/views/1/remove")


def test_saved_views_are_a_persons_own(database: Database) -> None:
    ines, marc = browser(database), browser(database, "Marc")
    ines.open("/inbox/views/new?kind=dispute")
    ines.send("/inbox/views", name="Mine alone")
    assert "Mine alone" not in marc.open("/inbox")
    token = re.search(r'name="token" value="([^"]+)"', marc.page)
    assert token
    for path, values in (("/inbox/views/1", {"name": "Taken"}), ("/inbox/views/1/remove", {})):
        answer = marc.http.post(path, data={"token": token.group(1), **values}, headers=marc.headers)
        assert answer.status_code == 404
    assert marc.http.post("/inbox/views/1/remove", data={"token": "x"}, headers=marc.headers).status_code == 403
    assert "Mine alone" in ines.open("/inbox")


def test_only_who_handles_cases_can_tick_them_and_confirming_is_not_among_it(database: Database) -> None:
    with database.transaction() as session:
        case = some_case(session, 1)
        box = f'name="case" value="{case.id}:{case.version}"'
    page = browser(database).open("/inbox")
    assert box in page
    bar = page[page.index('id="bulk"') :]
    bar = bar[: bar.index("</form>")]
    assert re.findall(r'name="do" value="(\w+)"', bar) == ["assign", "snooze", "merge", "close"]
    assert "Confirming is done case by case" in bar
    page = browser(database, "Ada", "auditor").open("/inbox")
    assert shown(page) == [1]
    assert "data-select" not in page
    assert 'id="bulk"' not in page


def test_project_managers_see_what_they_were_asked_and_no_amounts(database: Database) -> None:
    from app.cases.models import CaseQuestion

    ines, aoife = browser(database), browser(database, "Aoife", "project_manager")
    with database.transaction() as session:
        asked = a_read_case(session)
        some_case(session, 2, at_stake=Decimal(5000), currency="EUR")
        session.add(
            CaseQuestion(
                case_id=asked.id, asked_by=ines.person.user_id, asked_to=aoife.person.user_id, text="Delivered?",
                asked_at=NOW,
            )
        )  # fmt: skip
        number = asked.id
    assert shown(aoife.open("/inbox?q=gutschrift")) == []
    page = aoife.open("/inbox?q=fehnwerder")
    assert shown(page) == [number]
    assert shown(aoife.open("/inbox")) == [number]
    assert "300.00" not in page
    assert "at stake" not in page.casefold()
    assert "In the source" not in page
    assert "300.00" not in aoife.open(f"/inbox/preview/{number}")
    aoife.open(f"/inbox/preview/{number + 1}", 404)


def test_the_preview_says_what_the_case_says(database: Database) -> None:
    with database.transaction() as session:
        number = a_read_case(session).id
    ines = browser(database)
    said = ines.open(f"/inbox/preview/{number}")
    assert "Fehnwerder contests 2 of 42 hours." in said
    assert "2 h are without approval" in said
    assert f'href="/cases/{number}"' in said
    assert "<html" not in said
    assert f'data-peek="/inbox/preview/{number}"' in ines.open("/inbox")
    ines.open("/inbox/preview/999", 404)


def test_htmx_gets_the_list_alone(database: Database) -> None:
    with database.transaction() as session:
        some_case(session, 1)
    ines: Browser = browser(database)
    part = ines.http.get("/inbox", headers={"hx-request": "true"}).text
    assert part.lstrip().startswith('<div id="cases"')
    assert shown(part) == [1]
    assert "<nav" not in part


def test_an_address_says_nothing_of_who_reads_it() -> None:
    person = UUID(int=7)
    wanted = ListState.of("view=mine&sort=customer&owner=bogus&over=17&older=x&flag=bogus&saved=x")
    assert wanted.address() == "/inbox?view=mine&sort=customer"
    assert wanted.filter.is_nothing
    assert str(person) not in ListState(view=wanted.view, person=person).address()
