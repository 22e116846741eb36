"""Settings pages of mailboxes: adding, changing, testing, pausing, old mail; by plain forms, for administrators."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import now
from app.db import Database
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Backfill, Mailbox
from app.mailboxes.reached import Reached
from app.mailboxes.taking import take_in_content
from app.mirror.models import OdooCompany
from tests.mail_servers import PASSWORD, Pymap, mail
from tests.mailboxes import SECRET_WORDS, a_mailbox
from tests.web import SECRET, Browser, browser, client

PAGES = ("/settings/mailboxes", "/settings/mailboxes/new", "/settings/mailboxes/new?kind=imap",
         "/settings/mailboxes/billing", "/settings/mailboxes/billing/change")  # fmt: skip
POSTS = ("", "/billing/test", "/billing/change", "/billing/key", "/billing/state", "/billing/backfill",
         "/billing/backfill/1/stop")  # fmt: skip


@pytest.fixture
def nora(database: Database) -> Browser:
    return browser(database, "Nora", "administrator")


def a_set_mailbox(database: Database, name: str = "billing", **entries: Any) -> None:
    with database.transaction() as session:
        a_mailbox(session, name, key=SECRET, **entries)


def kept(database: Database, name: str = "billing") -> tuple[Mailbox, Reached, dict[str, str]]:
    with database.transaction() as session:
        found = session.execute(select(Mailbox).where(Mailbox.name == name)).scalar_one()
        return found, Reached.model_validate(found.settings), credentials_of(found, SECRET)


@pytest.mark.parametrize("role", ["reviewer", "controller", "auditor", "project_manager", "policy_owner"])
def test_only_an_administrator_sees_or_changes_mailboxes(database: Database, role: str) -> None:
    a_set_mailbox(database)
    person = browser(database, "Ines", role)
    for path in PAGES:
        assert "Only an administrator" in person.open(path, 403)
    token = re.search(r'name="token" value="([^"]+)"', person.open("/settings"))
    assert token
    for path in POSTS:
        answer = person.http.post(f"/settings/mailboxes{path}", data={"token": token.group(1)}, headers=person.headers)
        assert answer.status_code == 403


def test_nobody_without_a_session_and_no_form_of_another_site(database: Database, nora: Browser) -> None:
    a_set_mailbox(database)
    for path in PAGES:
        assert client(database).get(path).headers["location"] == "/sign-in"
    for path in POSTS:
        answer = nora.http.post(f"/settings/mailboxes{path}", data={"token": "x"}, headers=nora.headers)
        assert answer.status_code == 403


def test_an_imap_mailbox_is_added_on_the_page_and_its_password_shown_nowhere(database: Database, nora: Browser) -> None:
    with database.transaction() as session:
        session.add(OdooCompany(id=3, name="Marlow Voss GmbH", currency="EUR", write_date=now()))
    assert "No mailbox is connected" in nora.open("/settings/mailboxes")
    assert "Marlow Voss GmbH" in nora.open("/settings/mailboxes/new?kind=imap")
    page = nora.send(
        "/settings/mailboxes", name="billing", address="billing@marlowvoss.example", host="imap.marlowvoss.example",
        encryption="starttls", port="143", password=SECRET_WORDS, company_id="3", language="de",
        out_host="smtp.marlowvoss.example", default_for_sending="yes", since="2026-10-01",
    )  # fmt: skip
    assert "<h1>billing</h1>" in page
    assert "Marlow Voss GmbH" in page
    found, reached, credentials = kept(database)
    assert (found.company_id, found.language, found.is_default_for_sending) == (3, "de", True)
    assert (reached.port, reached.encryption, reached.outgoing.port if reached.outgoing else 0) == (
        143, "starttls", 465
    )  # fmt: skip
    assert reached.since == date(2026, 10, 1)
    assert credentials == {"password": SECRET_WORDS}
    for path in PAGES:
        assert SECRET_WORDS not in nora.open(path)


def test_a_wrong_entry_is_named_and_the_others_are_kept_but_no_password(database: Database, nora: Browser) -> None:
    nora.open("/settings/mailboxes/new?kind=imap")
    page = nora.send(
        "/settings/mailboxes", status=422, name="billing", address="billing@marlowvoss.example",
        host="imap.marlowvoss.example", port="99999", password=SECRET_WORDS, display_name="Marlow & Voss",
    )  # fmt: skip
    assert "A port is a number from 1 to 65535" in page
    assert 'value="Marlow &amp; Voss"' in page
    assert 'value="imap.marlowvoss.example"' in page
    assert SECRET_WORDS not in page
    page = nora.send("/settings/mailboxes", status=422, port="nine", password=SECRET_WORDS)
    assert "The entry “Port” is a whole number" in page
    with database.transaction() as session:
        assert session.execute(select(Mailbox)).all() == []


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("kind=imap&preset=google", {"host": "imap.gmail.com", "trusted_results": "mx.google.com"}),
        ("kind=imap&preset=microsoft365", {"host": "outlook.office365.com"}),
        ("kind=graph&preset=graph", {"inbox": "Inbox", "scope": "https://graph.microsoft.com/.default"}),
        ("kind=gmail&preset=gmail", {"token_url": "https://oauth2.googleapis.com/token"}),
    ],
)
def test_well_known_services_are_suggested_and_asked_for_by_token(
    database: Database, nora: Browser, start: str, wanted: dict[str, str]
) -> None:
    nora.open(f"/settings/mailboxes/new?{start}")
    form = nora.form("/settings/mailboxes")
    assert {name: form[name] for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert "client_secret" in form
    assert "password" not in form


def test_the_way_to_sign_in_is_changed_by_a_link_that_keeps_the_service(database: Database, nora: Browser) -> None:
    page = nora.open("/settings/mailboxes/new?kind=imap&preset=google")
    link = re.search(r'href="(\?kind=imap[^"]+)"', page)
    assert link
    nora.open("/settings/mailboxes/new" + link.group(1).replace("&amp;", "&"))
    form = nora.form("/settings/mailboxes")
    assert (form["host"], form["sign_in"]) == (["imap.gmail.com"], ["password"])
    assert "password" in form
    a_set_mailbox(database)
    nora.open("/settings/mailboxes/billing/change?sign_in=oauth")
    assert "client_id" in nora.form("/settings/mailboxes/billing/change")


def test_an_oauth_mailbox_is_added_and_says_what_is_missing(database: Database, nora: Browser) -> None:
    nora.open("/settings/mailboxes/new?kind=imap&preset=google")
    entries: dict[str, Any] = {"name": "billing", "address": "billing@marlowvoss.example", "client_id": "c-1"}
    assert "The refresh token is missing" in nora.send("/settings/mailboxes", status=422, **entries)
    nora.send("/settings/mailboxes", **entries, refresh_token="r-1", client_secret="s-1")
    _, reached, credentials = kept(database)
    assert reached.oauth is not None
    assert (reached.sign_in, reached.oauth.client_id, reached.oauth.grant) == ("oauth", "c-1", "refresh_token")
    assert credentials == {"refresh_token": "r-1", "client_secret": "s-1"}


def test_a_mailbox_that_mail_is_sent_to_shows_its_key_once(database: Database, nora: Browser) -> None:
    nora.open("/settings/mailboxes/new?kind=inbound")
    page = nora.send("/settings/mailboxes", status=200, name="desk", address="desk@marlowvoss.example")
    made = re.search(r"csin_[\w-]{30,}", page)
    assert made
    assert "/v1/inbound/desk/mailgun" in page
    again = nora.open("/settings/mailboxes/desk")
    assert made.group(0) not in again
    assert kept(database, "desk")[2] == {"inbound_key": made.group(0)}
    renewed = re.search(r"csin_[\w-]{30,}", nora.send("/settings/mailboxes/desk/key", status=200))
    assert renewed
    assert kept(database, "desk")[2] == {"inbound_key": renewed.group(0)}


def test_a_change_keeps_what_is_not_entered_and_a_moved_server_wants_the_password_again(
    database: Database, nora: Browser
) -> None:
    a_set_mailbox(database, trusted_results="mx.marlowvoss.example", folders={"taken_in": "Done"})
    nora.open("/settings/mailboxes/billing/change")
    nora.send("/settings/mailboxes/billing/change", display_name="Billing")
    found, reached, credentials = kept(database)
    assert (found.display_name, reached.trusted_results, reached.folders.taken_in) == (
        "Billing", "mx.marlowvoss.example", "Done"
    )  # fmt: skip
    assert credentials == {"password": SECRET_WORDS}
    nora.open("/settings/mailboxes/billing/change")
    page = nora.send("/settings/mailboxes/billing/change", status=422, host="imap.elsewhere.example")
    assert "enter the password again" in page
    assert 'value="imap.elsewhere.example"' in page
    assert kept(database)[1].host == "imap.marlowvoss.example"


def test_the_connection_is_tested_on_the_page_line_by_line(database: Database, nora: Browser, pymap: Pymap) -> None:
    reached: dict[str, Any] = {"host": "127.0.0.1", "port": pymap.port, "encryption": "none", "user": pymap.user}
    a_set_mailbox(database, credentials={"password": PASSWORD}, **reached)
    a_set_mailbox(database, "wrong", credentials={"password": "wrong"}, **{**reached, "folders": {"inbox": "Other"}})
    nora.open("/settings/mailboxes/billing")
    page = nora.send("/settings/mailboxes/billing/test", status=200)
    assert "Mail can be moved to" in page
    assert "does not work" not in page
    nora.open("/settings/mailboxes/wrong")
    page = nora.send("/settings/mailboxes/wrong/test", status=200)
    row = re.search(r'<tr><th scope="row">Signing in</th>.*?</tr>', page, re.S)
    assert row
    assert "does not work" in row.group(0)
    assert page.count("not tried") == 2


def test_the_list_and_the_page_say_how_it_goes(database: Database, nora: Browser) -> None:
    at = now()
    a_set_mailbox(database)
    a_set_mailbox(database, "orders")
    with database.transaction() as session:
        billing = administration.mailbox_named(session, "billing")
        billing.seen_at, billing.last_message_at, billing.last_lag_seconds = at, at, 0.42
        billing.taken_in, billing.failures = 1234, 2
        orders = administration.mailbox_named(session, "orders")
        orders.failing_since, orders.failure = at, "The password <b>was</b> refused."
    page = nora.open("/settings/mailboxes")
    assert "1,234" in page
    assert "0.4 s" in page
    assert "The password &lt;b&gt;was&lt;/b&gt; refused." in page
    assert "It does not work since" in nora.open("/settings/mailboxes/orders")
    assert "A mailbox is not read: orders" in nora.open("/inbox")
    system = nora.open("/system")
    assert "The password &lt;b&gt;was&lt;/b&gt; refused." in system


def test_a_mailbox_is_paused_and_resumed(database: Database, nora: Browser) -> None:
    a_set_mailbox(database)
    nora.open("/settings/mailboxes/billing")
    page = nora.send("/settings/mailboxes/billing/state", do="pause")
    assert "Resume" in page
    assert kept(database)[0].state == "paused"
    nora.send("/settings/mailboxes/billing/state", do="resume")
    assert kept(database)[0].state == "active"


def test_old_mail_is_asked_for_shows_its_progress_and_is_stopped(database: Database, nora: Browser) -> None:
    a_set_mailbox(database)
    nora.open("/settings/mailboxes/billing")
    nora.send("/settings/mailboxes/billing/backfill", since="2026-01-01", per_minute="120", folder="INBOX")
    with database.transaction() as session:
        asked = session.execute(select(Backfill)).scalar_one()
        assert (asked.per_minute, asked.asked_by) == (120, "nora@firm.example")
        asked.total, asked.done, asked.failure = 400, 100, "Message <7> cannot be read."
    page = nora.open("/settings/mailboxes/billing")
    assert '<progress max="100" value="25">' in page
    assert "100 of 400" in page
    assert "Message &lt;7&gt; cannot be read." in page
    nora.send(f"/settings/mailboxes/billing/backfill/{asked.id}/stop")
    with database.transaction() as session:
        assert session.get_one(Backfill, asked.id).ended_at is not None


@pytest.mark.parametrize("since", ["", "yesterday", "2999-01-01"])
def test_a_day_that_cannot_be_is_refused(database: Database, nora: Browser, since: str) -> None:
    a_set_mailbox(database)
    nora.open("/settings/mailboxes/billing")
    nora.send("/settings/mailboxes/billing/backfill", status=422, since=since, per_minute="60")


def test_a_mailbox_that_nobody_reads_is_said_where_people_look(database: Database, nora: Browser) -> None:
    with database.transaction() as session:
        a_mailbox(session, key=SECRET, at=now() - timedelta(hours=1))
    assert "nobody reads it" in nora.open("/settings/mailboxes")
    assert "Start Countersign with: countersign up" in nora.open("/settings/mailboxes/billing")
    with database.transaction() as session:
        administration.pause(session, "billing", by=COMMAND_LINE, at=now())
    assert "nobody reads it" not in nora.open("/settings/mailboxes")
    assert "A mailbox is not read" not in nora.open("/inbox")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_the_pages_open_in_every_language(database: Database, nora: Browser, language: str) -> None:
    a_set_mailbox(database)
    for path in PAGES:
        answer = nora.http.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        assert f'lang="{language}"' in answer.text


def test_the_history_of_a_case_says_which_mailbox_it_came_by(database: Database) -> None:
    with database.transaction() as session:
        mailbox = a_mailbox(session, key=SECRET)
        taken = take_in_content(session, mailbox, mail("Invoice 7"), at=now())
    assert "Received in the mailbox billing and stored." in browser(database).open(f"/cases/{taken.case_id}")
