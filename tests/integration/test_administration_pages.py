"""Settings pages for those who run the product: who may open them, and what they change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.cases import steps
from app.cases.models import CaseStep
from app.clock import now
from app.db import Database
from app.decisions import decide
from app.errors import Refused
from app.suggestions.models import Suggestion
from app.users import access, administration
from app.users.models import ApiKey, User
from app.writebacks import deliver, queue
from app.writebacks.models import WriteBack
from tests.builders import a_case, a_credit, a_person, a_suggestion, the_policy
from tests.web import browser, client

ADMIN_PAGES = ("/settings/people", "/settings/keys", "/settings/odoo", "/settings/webhooks")


@pytest.mark.parametrize("path", ADMIN_PAGES)
@pytest.mark.parametrize("role", ["reviewer", "controller", "auditor", "project_manager", "policy_owner"])
def test_only_an_administrator_opens_the_settings_of_others(database: Database, path: str, role: str) -> None:
    answer = browser(database, "Ines", role).open(path, 403)
    assert "Only an administrator" in answer


@pytest.mark.parametrize("path", [*ADMIN_PAGES, "/settings/failures", "/system"])
def test_the_pages_open_for_an_administrator_and_for_nobody_without_a_session(database: Database, path: str) -> None:
    page = browser(database, "Nora", "administrator").open(path)
    assert re.search(r"<h1>[^<]+</h1>", page)
    assert client(database).get(path).headers["location"] == "/sign-in"


def test_an_administrator_adds_a_person_who_can_sign_in_by_the_link_that_is_shown_once(database: Database) -> None:
    nora = browser(database, "Nora", "administrator")
    nora.open("/settings/people")
    page = nora.send(
        "/settings/people", email="Marc@Firm.example", name="Marc Delorme", role=["controller"], teams="North, South "
    )
    assert "Marc Delorme" in page
    with database.transaction() as session:
        marc = access.user_by_email(session, "marc@firm.example")
    assert (marc.roles, marc.teams) == (["controller"], ["North", "South"])
    shown = nora.send(f"/settings/people/{marc.id}/link", status=200)
    link = re.search(r"http://testserver(/sign-in/[^<]+)", shown)
    assert link
    assert link.group(1) not in nora.open("/settings/people")
    answer = client(database).post(link.group(1), headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    with database.transaction() as session:
        made = session.execute(select(AuditEvent).where(AuditEvent.action == "person.link_made")).scalar_one()
    assert (made.actor, made.content["email"]) == ("nora@firm.example", "marc@firm.example")


def test_a_deactivated_person_is_out_at_once_and_nobody_changes_their_own_roles(database: Database) -> None:
    nora, ines = browser(database, "Nora", "administrator"), browser(database, "Ines")
    nora.open(f"/settings/people/{ines.person.user_id}")
    nora.send(f"/settings/people/{ines.person.user_id}/active")
    assert ines.http.get("/inbox").headers["location"] == "/sign-in"
    nora.open(f"/settings/people/{nora.person.user_id}")
    assert "own roles" in nora.send(
        f"/settings/people/{nora.person.user_id}", status=403, role=["administrator", "controller"]
    )
    with database.transaction() as session:
        assert session.get_one(User, nora.person.user_id).roles == ["administrator"]


def test_the_last_administrator_stays_one(database: Database) -> None:
    with database.transaction() as session:
        nora, otto = a_person(session, "Nora", "administrator"), a_person(session, "Otto", "administrator")
        administration.set_active(session, otto.user_id, False, by=nora, at=now())
    with pytest.raises(Refused, match="only administrator"), database.transaction() as session:
        administration.change_person(
            session, nora.user_id, name="Nora", roles=["reviewer"], teams=[], by=otto, at=now()
        )


def test_a_key_is_shown_once_opens_the_api_and_ends_when_it_is_revoked(database: Database) -> None:
    nora, ines = browser(database, "Nora", "administrator"), browser(database, "Ines")
    nora.open("/settings/keys")
    shown = nora.send(
        "/settings/keys", status=200, name="n8n", person=str(ines.person.user_id), scope=["read"], days="30"
    )
    key = re.search(r"cs_[\w-]{30,}", shown)
    assert key
    assert key.group(0) not in nora.open("/settings/keys")
    program = client(database)
    program.headers["authorization"] = f"Bearer {key.group(0)}"
    assert program.get("/v1/cases").status_code == 200
    with database.transaction() as session:
        held = session.execute(select(ApiKey)).scalar_one()
        assert held.expires_at is not None
        assert timedelta(days=29) < held.expires_at - datetime.now(UTC) < timedelta(days=31)
    nora.send(f"/settings/keys/{held.id}/revoke")
    assert program.get("/v1/cases").status_code == 401


def test_nobody_makes_a_key_that_decides_in_somebody_elses_name(database: Database) -> None:
    nora, ines = browser(database, "Nora", "administrator"), browser(database, "Ines")
    nora.open("/settings/keys")
    said = nora.send(
        "/settings/keys", status=403, name="n8n", person=str(ines.person.user_id), scope=["decide"], days="30"
    )
    assert "made for oneself" in said
    with database.transaction() as session:
        assert session.execute(select(ApiKey)).all() == []


def test_a_step_that_was_given_up_is_shown_with_its_reason_and_tried_again(database: Database) -> None:
    with database.transaction() as session:
        case = a_case(session, state="needs_attention")
        case_id, at = case.id, now()
        steps.give_up(session, case_id, "assess", "The attachment is locked with a password.", at=at)
    nora = browser(database, "Nora", "administrator")
    page = nora.open("/settings/failures")
    assert "The attachment is locked with a password." in page
    assert "reading the message" in page
    page = nora.send("/settings/failures/retry")
    assert "No step was given up" in page
    with database.transaction() as session:
        assert session.get_one(CaseStep, (case_id, "assess")).state == "waiting"
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "case.retried")).scalar_one()
        assert (event.case_id, event.actor, event.content["stage"]) == (case_id, "nora@firm.example", "assess")


def a_claimed_write(database: Database) -> deliver.Delivery:
    """A confirmed credit that a worker is about to write."""
    with database.transaction() as session:
        tom = a_person(session, "Tom", "controller")
        step = a_suggestion(session, a_case(session), a_credit("300.00"))
        queue.confirm(
            session, step.id, content_hash=step.content_hash, by=tom, policy=the_policy(), at=now(), undo_seconds=0
        )
        write_id = session.execute(select(WriteBack.id)).scalar_one()
    with database.transaction() as session:
        delivery = deliver.claim(session, write_id, at=now())
    assert delivery is not None
    return delivery


def test_a_write_that_odoo_refused_is_shown_with_what_odoo_said_until_somebody_puts_it_aside(
    database: Database,
) -> None:
    delivery = a_claimed_write(database)
    with database.transaction() as session:
        deliver.settle_refused(session, delivery, "The October period is locked. Open it, then try again.", at=now())
    nora = browser(database, "Nora", "administrator")
    assert "The October period is locked." in nora.open("/settings/failures")
    with database.transaction() as session:
        tom = a_person(session, "Tom", "controller")
        step = session.execute(select(Suggestion)).scalar_one()
        decide.reject(
            session, step.id, content_hash=step.content_hash, by=tom, policy=the_policy(), at=now(),
            reason_code="already_handled", note="",
        )  # fmt: skip
    assert "The October period is locked." not in nora.open("/settings/failures")


def test_a_write_that_waits_for_odoo_is_shown_with_the_reason_and_the_next_try(database: Database) -> None:
    delivery = a_claimed_write(database)
    with database.transaction() as session:
        deliver.postpone(session, delivery, "Odoo does not answer.", at=now())
    page = browser(database, "Nora", "administrator").open("/settings/odoo")
    assert "Odoo does not answer." in page
    assert 'href="/cases/1"' in page


def test_a_form_of_another_session_changes_nothing(database: Database) -> None:
    nora, otto = browser(database, "Nora", "administrator"), browser(database, "Otto", "administrator")
    otto.open("/settings/people")
    token = otto.form("/settings/people")["token"]
    nora.open("/settings/people")
    nora.send("/settings/people", status=403, token=token, email="eve@firm.example", name="Eve", role=["controller"])
    with database.transaction() as session:
        assert session.execute(text("select count(*) from users")).scalar_one() == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "no address"}, "no mail address"),
        ({"email": "nora@firm.example"}, "there already"),
        ({"email": "new@firm.example", "name": " "}, "1 to 200 characters"),
    ],
)
def test_what_cannot_be_a_person_is_refused_with_the_reason(
    database: Database, changes: dict[str, str], says: str
) -> None:
    nora = browser(database, "Nora", "administrator")
    nora.open("/settings/people")
    status = 409 if "already" in says else 422
    assert says in nora.send(
        "/settings/people", status=status, **{"name": "X", "role": ["reviewer"], "email": "", **changes}
    )
