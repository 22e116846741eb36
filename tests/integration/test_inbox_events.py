"""New cases are counted for whoever has a list open, and sent as server-sent events."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from app.cases.queries import Filter
from app.db import Database
from app.review import new_cases
from app.review.languages import speaking
from app.users import access
from tests.builders import a_case, a_person
from tests.web import SECRET, browser, served, settings


def test_cases_that_came_since_are_counted(database: Database) -> None:
    waiting = Filter(states=("to_decide",))
    with database.transaction() as session:
        a_case(session, content=b"1")
        unread = a_case(session, content=b"2", state="received")
        since = new_cases.mark(session, waiting)
        assert new_cases.come_since(session, waiting, since) == 0
        a_case(session, content=b"3", state="received")
        assert new_cases.come_since(session, waiting, since) == 0  # not in this list yet
        unread.state = "to_decide"  # was there before, and comes into the list now
        session.flush()
        assert new_cases.come_since(session, waiting, since) == 1
        late = a_case(session, content=b"4")
        assert new_cases.come_since(session, waiting, since) == 2
        late.state = "done"
        session.flush()
        assert new_cases.come_since(session, waiting, since) == 1


def test_the_count_is_a_sentence() -> None:
    assert [new_cases.label(n) for n in (0, 1, 2, 1001)] == ["", "1 new case", "2 new cases", "1,000+ new cases"]
    with speaking("de"):
        assert "2" in new_cases.label(2)


def test_a_page_says_where_to_listen_and_strangers_hear_nothing(database: Database) -> None:
    with database.transaction() as session:
        number = a_case(session).id
    page = browser(database).open("/inbox?view=to_decide")
    assert f'data-events="/inbox/events?view=to_decide&amp;after={number}&amp;had=0"' in page
    from tests.web import client

    assert client(database).get("/inbox/events").status_code == 303


@pytest.fixture
def address(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The app on a real port, which looks often."""
    monkeypatch.setattr(new_cases, "EVERY_SECONDS", 0.05)
    with served(settings(), database) as url:
        yield url


def test_events_come_while_a_page_is_open(database: Database, address: str) -> None:
    with database.transaction() as session:
        person = a_person(session, "Ines")
        number = a_case(session, content=b"1").id
    with httpx.Client(base_url=address, timeout=20) as http:
        http.post(access.sign_in_link(address, SECRET, person.user_id), headers={"sec-fetch-site": "same-origin"})
        with http.stream("GET", f"/inbox/events?after={number}&had=0") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            lines = answer.iter_lines()
            assert next(lines).startswith("retry:")
            for content, said in ((b"2", "1 new case"), (b"3", "2 new cases")):
                with database.transaction() as session:
                    a_case(session, content=content)
                assert next(line for line in lines if line.startswith("data:")) == f"data: {said}"
