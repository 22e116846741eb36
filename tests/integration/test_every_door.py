"""Every page's form, whoever made it: closed to strangers, to forged requests and to those whose role may not act."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.db import Database
from app.review.routes import router
from tests.web import ORIGIN, a_read_case, browser, client

ONES_OWN = {
    "/sign-in", "/sign-in/{token}", "/sign-out", "/theme", "/settings", "/settings/mail", "/inbox/views",
    "/inbox/views/{view_id}", "/inbox/views/{view_id}/remove", "/tour/end",
}  # fmt: skip
"""What everybody who is signed in may change: nothing of anybody else's."""
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": ORIGIN}


def doors() -> list[str]:
    """The addresses of all forms of the pages (not of the API, which has keys)."""
    app = FastAPI()
    app.include_router(router)
    included = [route for route in app.router.routes if hasattr(route, "effective_route_contexts")]
    found = {route.path for one in included for route in one.effective_route_contexts() if "POST" in route.methods}
    return sorted(found - ONES_OWN)


DOORS = doors()


def address(door: str, case_id: int) -> str:
    """The door's address for a case that is there, and for other things that are not."""
    filled = (
        door.replace("{case_id}", str(case_id)).replace("{user_id}", str(uuid4())).replace("{key_id}", str(uuid4()))
    )
    return re.sub(r"\{\w+\}", "1", filled)


def everything(database: Database) -> dict[str, int]:
    """How many rows each table holds (but for who looks at what), and how often the cases changed."""
    tables = "select tablename from pg_tables where schemaname = 'public' and tablename !~ 'presence|seen|visit|here'"
    with database.transaction() as session:
        counts = {
            name: session.execute(text(f'select count(*) from "{name}"')).scalar_one()
            for name in session.scalars(text(tables))
        }
        return counts | {"versions": session.execute(text("select coalesce(sum(version), 0) from cases")).scalar_one()}


def test_there_are_doors_to_try() -> None:
    assert len(DOORS) > 30, DOORS


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_closed_to_strangers_forgers_and_lookers_on(database: Database, door: str) -> None:
    with database.transaction() as session:
        case_id = a_read_case(session).id
    path = address(door, case_id)
    stranger = client(database).post(path, headers=SAME_ORIGIN)
    assert stranger.status_code in (303, 401, 403), stranger.text
    assert "sign-in" in stranger.headers.get("location", "/sign-in")
    reviewer = browser(database, "Rita", "reviewer", "controller", "administrator", "policy_owner")
    auditor = browser(database, "Arno", "auditor")
    manager = browser(database, "Paula", "project_manager")
    before = everything(database)
    forged = reviewer.http.post(path, headers={"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"})
    assert forged.status_code in (400, 403), forged.text
    without_token = reviewer.http.post(path, headers=SAME_ORIGIN, data={"token": "x" * 64, "version": "1"})
    assert without_token.status_code in (400, 403), without_token.text
    for looker_on in (auditor, manager):
        page = looker_on.open("/inbox" if looker_on is auditor else "/questions")
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        form = {
            "token": token.group(1),
            "version": "1",
            "seen": "1",
            "reason": "other",
            "do": "close",
            "case": f"{case_id}:1",
        }
        refused = looker_on.http.post(path, headers=SAME_ORIGIN, data=form)
        assert refused.status_code in (400, 403, 404, 409, 422), (
            looker_on.person.name,
            refused.status_code,
            refused.text[:300],
        )
    assert everything(database) == before
