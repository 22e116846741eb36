"""What an administrator may do with mailboxes, what is refused, and that nothing secret is left anywhere."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.clock import now
from app.db import Database
from app.errors import Conflict, CountersignError, Malformed, Misconfigured, NotFound, Refused
from app.mailboxes import administration
from app.mailboxes.administration import COMMAND_LINE
from app.mailboxes.credentials import credentials_of
from app.mailboxes.models import Mailbox
from app.mailboxes.reached import Reached
from app.mailboxes.standing import in_trouble, standing_of, standings
from tests.builders import a_person
from tests.mailboxes import KEY, SECRET_WORDS, a_mailbox, wanted

OAUTH = {"token_url": "https://login.example/token", "client_id": "c-1", "grant": "client_credentials"}


def test_a_mailbox_is_added_with_its_password_sealed_and_the_trail_says_who_did_it(database: Database) -> None:
    with database.transaction() as session:
        nora = a_person(session, "Nora", "administrator")
        a_mailbox(session, by=nora, team="", language="de", company_id=2)
    with database.transaction() as session:
        found = session.execute(select(Mailbox)).scalar_one()
        assert (found.state, found.company_id, found.language, found.made_by) == ("active", 2, "de", nora.user_id)
        assert Reached.model_validate(found.settings).user == found.address  # whoever signs in, unless said otherwise
        assert credentials_of(found, KEY) == {"password": SECRET_WORDS}
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "mailbox.added")).scalar_one()
        assert (event.actor, event.content["mailbox"], event.content["credentials"]) == (
            nora.email, "billing", ["password"]
        )  # fmt: skip


def test_what_was_entered_as_a_secret_stands_readable_nowhere_in_the_database(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        administration.change(
            session, "billing", wanted(), {"password": f"{SECRET_WORDS} 2"}, key=KEY, by=COMMAND_LINE, at=now()
        )
    with database.transaction() as session:
        for table in ("mailboxes", "audit_events"):
            rows = session.execute(text(f"select to_jsonb(t) from {table} t")).scalars().all()
            assert SECRET_WORDS not in json.dumps(rows)
            assert SECRET_WORDS.encode().hex() not in json.dumps(rows)


def test_credentials_open_for_their_own_mailbox_and_key_alone(database: Database) -> None:
    with database.transaction() as session:
        first = a_mailbox(session)
        second = a_mailbox(session, "orders")
        second.secret = first.secret
        with pytest.raises(Misconfigured, match="mailbox orders"):
            credentials_of(second, KEY)
        with pytest.raises(Misconfigured, match="COUNTERSIGN_SECRET_KEY"):
            credentials_of(first, "another key" * 5)


@pytest.mark.parametrize("role", ["reviewer", "controller", "policy_owner", "auditor", "project_manager", "automation"])
def test_nobody_but_an_administrator_changes_mailboxes(database: Database, role: str) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        ines = a_person(session, "Ines", role)
        how: dict[str, Any] = {"by": ines, "at": now()}
        for refused in (
            lambda: administration.add(session, "x", "imap", wanted(), {"password": "p"}, key=KEY, **how),
            lambda: administration.change(session, "billing", wanted(), {}, key=KEY, **how),
            lambda: administration.pause(session, "billing", **how),
            lambda: administration.resume(session, "billing", **how),
            lambda: administration.ask_for_backfill(
                session, "billing", since=date(2026, 1, 1), per_minute=60, **how
            ),
            lambda: administration.stop_backfill(session, "billing", 1, **how),
        ):  # fmt: skip
            with pytest.raises(Refused, match="Only an administrator"):
                refused()


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"address": "nobody"}, "no mail address"),
        ({"host": ""}, "name of its server"),
        ({"host": "https://imap.example"}, "no server's name"),
        ({"host": "imap.example:993"}, "no server's name"),
        ({"encryption": "none"}, "unencrypted only within this machine"),
        ({"port": 0}, "A port is a number"),
        ({"poll_seconds": 1}, "5 to 3600 seconds"),
        ({"outgoing": {"host": "smtp.example", "port": 25, "encryption": "none"}}, "unencrypted only"),
        ({"folders": {"taken_in": "Inbox"}}, "cannot be moved to the same folder"),
        ({"folders": {"inbox": ""}}, "Name the folder"),
        ({"sign_in": "oauth"}, "client id"),
        ({"sign_in": "oauth", "oauth": {**OAUTH, "token_url": "http://login.example/token"}}, "https://"),
        (
            {"sign_in": "oauth", "oauth": {**OAUTH, "token_url": "https://login.example/TENANT/token"}},
            "place of TENANT",
        ),
        ({"sign_in": "oauth", "oauth": OAUTH}, "client secret is missing"),
        ({"language": "xx"}, "Replies are written in"),
        ({"is_default_for_sending": True}, "needs a server for outgoing mail"),
        ({"unheard_of": 1}, "cannot be used"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_kept(database: Database, entries: Any, says: str) -> None:
    with pytest.raises(Malformed, match=says), database.transaction() as session:
        a_mailbox(session, **entries)
    with database.transaction() as session:
        assert session.execute(select(Mailbox)).all() == []
        assert session.execute(select(AuditEvent)).all() == []


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "jürgen@b.example",
     "a@" + "b" * 64 + ".example", "a" * 250 + "@b.example", "a@.example", "a,b@c.example"],
)  # fmt: skip
def test_an_address_that_no_header_could_hold_is_refused(database: Database, address: str) -> None:
    with pytest.raises(Malformed, match="no mail address"), database.transaction() as session:
        a_mailbox(session, address=address)


def test_a_domain_with_letters_of_its_own_is_kept_as_it_goes_over_the_wire(database: Database) -> None:
    with database.transaction() as session:
        assert a_mailbox(session, address="Rechnung@büro.example").address == "Rechnung@xn--bro-hoa.example"


def test_a_server_on_this_machine_may_go_unencrypted(database: Database) -> None:
    with database.transaction() as session:
        for number, host in enumerate(("127.0.0.1", "localhost", "::1", "127.8.0.1")):
            a_mailbox(session, f"m{number}", host=host, encryption="none")


def test_a_team_that_nobody_is_in_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="no team"), database.transaction() as session:
        a_mailbox(session, team="Ghosts")


def test_names_and_folders_belong_to_one_mailbox(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
    with pytest.raises(Conflict, match="already"), database.transaction() as session:
        a_mailbox(session)
    with pytest.raises(Conflict, match="“billing” reads this folder"), database.transaction() as session:
        a_mailbox(session, "other", address="billing@marlowvoss.example")
    with database.transaction() as session:
        a_mailbox(session, "archive", address="billing@marlowvoss.example", folders={"inbox": "Orders"})


def test_two_administrators_at_once_add_one_mailbox_and_one_default(database: Database) -> None:
    def add_it(name: str) -> str:
        out: dict[str, Any] = {"outgoing": {"host": "smtp.example", "port": 465}, "is_default_for_sending": True}
        try:
            with database.transaction() as session:
                a_mailbox(session, name, address=f"{name}@marlowvoss.example", **out)
        except Conflict:
            return "told"
        return "added"

    with ThreadPoolExecutor(4) as people:
        outcomes = list(people.map(add_it, ["billing", "billing", "orders", "orders"]))
    assert sorted(outcomes) == ["added", "added", "told", "told"]
    with database.transaction() as session:
        assert len(session.execute(select(Mailbox).where(Mailbox.is_default_for_sending)).all()) == 1


@pytest.mark.parametrize("name", ["", "Billing", "a b", "-x", "x" * 41, "übung", "a/b", "a\n", "new"])
def test_a_name_is_short_and_plain(database: Database, name: str) -> None:
    with pytest.raises(Malformed, match="name is short"), database.transaction() as session:
        a_mailbox(session, name, address="billing@marlowvoss.example")


# -- changing -----------------------------------------------------------------------------------------------------


def test_a_change_keeps_the_password_and_says_in_the_trail_what_it_was_and_is(database: Database) -> None:
    with database.transaction() as session:
        before = a_mailbox(session).changed_at
    with database.transaction() as session:
        changed = administration.change(
            session, "billing", wanted(poll_seconds=30, display_name="Marlow Voss  Billing "), {}, key=KEY,
            by=COMMAND_LINE, at=now(),
        )  # fmt: skip
        assert credentials_of(changed, KEY) == {"password": SECRET_WORDS}
        assert changed.changed_at > before  # its process starts anew
        event = session.execute(select(AuditEvent).where(AuditEvent.action == "mailbox.changed")).scalar_one()
        assert event.content["changed"] == {
            "poll_seconds": [60, 30], "display_name": ["", "Marlow Voss Billing"]
        }  # fmt: skip
        assert event.content["entered"] == []


def test_nothing_changed_is_no_change(database: Database) -> None:
    with database.transaction() as session:
        before = a_mailbox(session).changed_at
    with database.transaction() as session:
        same = administration.change(session, "billing", wanted(), {}, key=KEY, by=COMMAND_LINE, at=now())
        assert same.changed_at == before
        assert session.execute(select(AuditEvent).where(AuditEvent.action == "mailbox.changed")).all() == []


SERVERS = st.sampled_from(["imap.marlowvoss.example", "imap.other.example"])
OUTS = st.sampled_from([None, {"host": "smtp.one.example", "port": 465}, {"host": "smtp.two.example", "port": 465}])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=st.tuples(SERVERS, OUTS), after=st.tuples(SERVERS, OUTS), own=st.booleans())
def test_no_password_ever_goes_to_a_server_that_it_was_not_entered_for(
    database: Database, before: Any, after: Any, own: bool
) -> None:
    given_before = {"password": SECRET_WORDS, **({"out_password": "for sending"} if own else {})}
    with database.transaction() as session:
        session.execute(text("delete from mailboxes"))
        a_mailbox(session, host=before[0], outgoing=before[1], credentials=given_before)
    goes_elsewhere = before[0] != after[0] or (after[1] is not None and before[1] != after[1])
    refused = pytest.raises(Malformed, match="again") if goes_elsewhere else nullcontext()
    with refused, database.transaction() as session:
        administration.change(
            session, "billing", wanted(host=after[0], outgoing=after[1]), {}, key=KEY, by=COMMAND_LINE, at=now()
        )


def test_a_token_does_not_go_to_another_address_either(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session, sign_in="oauth", oauth=OAUTH, credentials={"client_secret": "s"})
        other = wanted(sign_in="oauth", oauth={**OAUTH, "token_url": "https://elsewhere.example/token"})
        with pytest.raises(Malformed, match="client secret"):
            administration.change(session, "billing", other, {}, key=KEY, by=COMMAND_LINE, at=now())
        administration.change(session, "billing", other, {"client_secret": "t"}, key=KEY, by=COMMAND_LINE, at=now())


def test_a_paused_mailbox_can_forget_its_credentials(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        with pytest.raises(Malformed, match="password is missing"):
            administration.change(
                session, "billing", wanted(), {}, key=KEY, by=COMMAND_LINE, at=now(), forget=["password"]
            )
    with database.transaction() as session:
        administration.pause(session, "billing", by=COMMAND_LINE, at=now())
        gone = administration.change(
            session, "billing", wanted(), {}, key=KEY, by=COMMAND_LINE, at=now(), forget=["password"]
        )
        assert gone.secret == b""


def test_a_control_character_in_a_password_is_refused_before_it_reaches_a_server(database: Database) -> None:
    with pytest.raises(Malformed, match="one line"), database.transaction() as session:
        a_mailbox(session, credentials={"password": "a\r\nA1 LOGOUT"})


def test_the_default_for_sending_is_one_and_the_next_takes_its_place(database: Database) -> None:
    out: dict[str, Any] = {"outgoing": {"host": "smtp.example", "port": 465}, "is_default_for_sending": True}
    with database.transaction() as session:
        a_mailbox(session, "one", **out)
        a_mailbox(session, "two", **out)
    with database.transaction() as session:
        chosen = session.execute(select(Mailbox.name).where(Mailbox.is_default_for_sending)).scalars().all()
        assert chosen == ["two"]


def test_pausing_twice_is_one_event(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        for _ in range(2):
            administration.pause(session, "billing", by=COMMAND_LINE, at=now())
        administration.resume(session, "billing", by=COMMAND_LINE, at=now())
        actions = session.execute(select(AuditEvent.action).order_by(AuditEvent.seq)).scalars().all()
        assert actions == ["mailbox.added", "mailbox.paused", "mailbox.resumed"]


# -- old mail -----------------------------------------------------------------------------------------------------


def test_old_mail_is_asked_for_once_a_folder_until_it_ended_or_was_stopped(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        how: dict[str, Any] = {"since": date(2026, 1, 1), "per_minute": 60, "by": COMMAND_LINE, "at": now()}
        asked = administration.ask_for_backfill(session, "billing", **how)
        assert (asked.folder, asked.done, asked.total) == ("INBOX", 0, None)
        with pytest.raises(Conflict, match="being taken in already"):
            administration.ask_for_backfill(session, "billing", **how)
        administration.ask_for_backfill(session, "billing", folder="Archive", **how)
        administration.stop_backfill(session, "billing", asked.id, by=COMMAND_LINE, at=now())
        again = administration.ask_for_backfill(session, "billing", **how)
        found = standings(session, at=now())[0].backfills
        assert [b.id for b in found] == [again.id, again.id - 1, asked.id]


@pytest.mark.parametrize("wrong", [{"since": date(2999, 1, 1)}, {"per_minute": 0}, {"per_minute": 6001}])
def test_old_mail_that_cannot_be_asked_for(database: Database, wrong: Any) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        how: dict[str, Any] = {"since": date(2026, 1, 1), "per_minute": 60, "by": COMMAND_LINE, "at": now(), **wrong}
        with pytest.raises(CountersignError):
            administration.ask_for_backfill(session, "billing", **how)


def test_a_stranger_s_backfill_is_not_stopped_by_its_number(database: Database) -> None:
    with database.transaction() as session:
        a_mailbox(session)
        a_mailbox(session, "orders")
        asked = administration.ask_for_backfill(
            session, "billing", since=date(2026, 1, 1), per_minute=60, by=COMMAND_LINE, at=now()
        )
        with pytest.raises(NotFound):
            administration.stop_backfill(session, "orders", asked.id, by=COMMAND_LINE, at=now())


# -- how it stands ------------------------------------------------------------------------------------------------


def test_how_it_stands_with_a_mailbox(database: Database) -> None:
    at = now()
    with database.transaction() as session:
        mailbox = a_mailbox(session, at=at - timedelta(hours=1))
        assert standing_of(session, mailbox, at=at - timedelta(minutes=59)).state == "starting"
        assert standing_of(session, mailbox, at=at).state == "unread"  # nobody ever read it
        assert in_trouble(session, at=at) == [mailbox]
        mailbox.seen_at = at
        assert standing_of(session, mailbox, at=at).state == "works"
        assert in_trouble(session, at=at) == []
        assert standing_of(session, mailbox, at=at + timedelta(minutes=10)).state == "unread"
        mailbox.failing_since, mailbox.failure = at, "It does not answer."
        assert standing_of(session, mailbox, at=at).state == "fails"
        administration.pause(session, "billing", by=COMMAND_LINE, at=at)
        assert standing_of(session, mailbox, at=at).state == "paused"
        assert in_trouble(session, at=at) == []


def test_a_change_and_going_on_are_new_beginnings(database: Database) -> None:
    at = now()
    with database.transaction() as session:
        mailbox = a_mailbox(session, at=at)
        for begin in (
            lambda: administration.change(
                session, "billing", wanted(), {"password": "another"}, key=KEY, by=COMMAND_LINE, at=at
            ),
            lambda: [
                administration.pause(session, "billing", by=COMMAND_LINE, at=at),
                administration.resume(session, "billing", by=COMMAND_LINE, at=at),
            ],
        ):  # fmt: skip
            mailbox.failing_since, mailbox.failure, mailbox.failures = at, "The password was refused.", 4
            begin()
            now_said = {"since": mailbox.failing_since, "failure": mailbox.failure, "failures": mailbox.failures}
            assert now_said == {"since": None, "failure": "", "failures": 4}
            assert standing_of(session, mailbox, at=at).state == "starting"


def test_a_mailbox_whose_mail_comes_in_is_read_however_long_that_takes(database: Database) -> None:
    at = now()
    with database.transaction() as session:
        mailbox = a_mailbox(session, at=at - timedelta(hours=1))
        mailbox.seen_at, mailbox.last_message_at = at - timedelta(minutes=30), at
        assert standing_of(session, mailbox, at=at).state == "works"


def test_with_another_secret_key_the_credentials_are_entered_anew(database: Database) -> None:
    """What was sealed with the earlier key is lost, but not the mailbox."""
    later = "l" * 40
    with database.transaction() as session:
        a_mailbox(session, "billing")
    with database.transaction() as session, pytest.raises(Malformed, match="The password is missing"):
        administration.change(session, "billing", wanted(team=""), {}, key=later, by=COMMAND_LINE, at=now())
    with database.transaction() as session:
        administration.change(
            session, "billing", wanted(), {"password": "another one"}, key=later, by=COMMAND_LINE, at=now()
        )
    with database.transaction() as session:
        mailbox = administration.mailbox_named(session, "billing")
        assert credentials_of(mailbox, later) == {"password": "another one"}
