"""Fetching a mailbox: stored first, moved after; whatever ends in between, each message is taken in once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from app.audit.models import AuditEvent
from app.cases.models import Case, CaseStep
from app.clock import now
from app.documents.models import Arrival, Document, DocumentPiece
from app.mailboxes.fetching import Fetching
from app.mailboxes.models import Backfill, Mailbox, MailboxMessage
from app.mailboxes.port import PIECE, MailboxFails, Place
from app.mailboxes.reached import Folders, Reached
from tests.house import House
from tests.listed_mail import Ended, Server

TAKEN_IN, CAME_AGAIN, REFUSED = Folders().taken_in, Folders().came_again, Folders().refused


def a_mail(number: int, body: str = "Please send the timesheets.") -> bytes:
    return (
        f"From: ap@northwind.example\r\nTo: billing@firm.example\r\nSubject: Invoice {number}\r\n"
        f"Message-ID: <{number}@northwind.example>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\n\r\n{body}\r\n"
    ).encode()


def odd_mails() -> st.SearchStrategy[bytes]:
    """Bytes that somebody may send: headers with anything in them, and no headers at all."""
    odd = [b"=?utf-8?b?AP8=?=", b"=?x?q?=00?=", b"<a@b>\0", b'"', b"=?utf-8?q?=ED=A0=80?= <\xed\xa0\x80@x>"]
    value = st.one_of(st.binary(max_size=40), st.text(max_size=30).map(str.encode), st.sampled_from(odd)).map(
        lambda v: v.replace(b"\n", b"")
    )
    header = st.tuples(st.sampled_from([b"From", b"Subject", b"Message-ID", b"Date", b"To", b"Content-Type"]), value)
    heads = st.lists(header.map(b": ".join), max_size=6).map(b"\r\n".join)
    return st.one_of(st.binary(max_size=60), st.builds(lambda h, b: h + b"\r\n\r\n" + b, heads, st.binary(max_size=40)))


@pytest.fixture
def mailbox(database: Any) -> Mailbox:
    return add(database, "billing")


def add(database: Any, name: str, *, team: str = "", company_id: int | None = None, **reached: Any) -> Mailbox:
    with database.transaction() as session:
        row = Mailbox(
            name=name, kind="imap", address=f"{name}@firm.example", display_name="", secret=b"", language="",
            settings=Reached(host="mail.firm.example", **reached).model_dump(mode="json"), state="active",
            is_default_for_sending=False, made_at=now(), changed_at=now(), failure="", failures=0, taken_in=0,
            came_again=0, refused=0, team=team, company_id=company_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row


def counted(database: Any, table: Any) -> int:
    with database.transaction() as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def mailbox_row(database: Any, mailbox: Mailbox) -> Mailbox:
    with database.transaction() as session:
        found: Mailbox = session.get_one(Mailbox, mailbox.id)
        return found


class TestTakingIn:
    def test_each_message_becomes_a_case_and_is_moved(self, database: Any, mailbox: Mailbox) -> None:
        server = Server()
        server.deliver(a_mail(1), a_mail(2))
        assert Fetching(database, mailbox, server.connect()).look() == 2
        assert server.folders["INBOX"] == {}
        assert list(server.folders[TAKEN_IN].values()) == [a_mail(1), a_mail(2)]
        assert counted(database, Case) == 2
        row = mailbox_row(database, mailbox)
        assert (row.taken_in, row.came_again, row.refused) == (2, 0, 0)
        assert row.last_lag_seconds is not None
        with database.transaction() as session:
            assert set(session.execute(select(Arrival.source)).scalars()) == {"mailbox:billing"}
            assert set(session.execute(select(Document.name)).scalars()) == {"Invoice 1.eml", "Invoice 2.eml"}

    def test_a_case_belongs_to_the_team_and_company_of_its_mailbox(self, database: Any) -> None:
        mailbox = add(database, "vienna", team="Vienna", company_id=3)
        server = Server()
        server.deliver(a_mail(1))
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:
            [case] = session.execute(select(Case)).scalars()
            assert (case.team, case.company_id) == ("Vienna", 3)

    def test_the_company_of_the_mailbox_holds_until_a_paper_of_the_books_says_another(self, house: House) -> None:
        database = house.parts.database
        mailbox = add(database, "vienna", company_id=3)
        server = Server()
        server.deliver(a_mail(1, "Hello, could you tell me your new postal address?"))
        Fetching(database, mailbox, server.connect()).look()
        house.work()
        with database.transaction() as session:
            [case] = session.execute(select(Case)).scalars()
        assert case.state != "received"
        assert case.company_id == 3

    def test_the_same_mail_to_two_mailboxes_is_one_case_that_says_it_came_again(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        first, second = Server(), Server()
        first.deliver(b"Received: from one\r\n" + a_mail(1))
        second.deliver(b"Received: from two\r\n" + a_mail(1))
        Fetching(database, mailbox, first.connect()).look()
        other = add(database, "orders")
        Fetching(database, other, second.connect()).look()
        assert counted(database, Case) == 1
        assert len(second.folders[CAME_AGAIN]) == 1
        assert mailbox_row(database, other).came_again == 1
        with database.transaction() as session:
            actions = session.execute(select(AuditEvent.action, AuditEvent.actor).order_by(AuditEvent.seq)).all()
        assert [tuple(a) for a in actions] == [
            ("case.opened", "source:mailbox:billing"), ("document.came_again", "source:mailbox:orders"),
        ]  # fmt: skip

    def test_the_same_message_id_with_other_content_is_a_case_of_its_own(self, database: Any, mailbox: Mailbox) -> None:
        server = Server()
        server.deliver(a_mail(1), a_mail(1, "We pay 300.00 EUR less."))
        Fetching(database, mailbox, server.connect()).look()
        assert counted(database, Case) == 2

    def test_a_folder_that_is_numbered_anew_is_read_again_without_a_word_on_any_case(self, database: Any) -> None:
        mailbox = add(database, "stays", folders={"taken_in": "", "came_again": "", "refused": ""})
        server = Server()
        server.deliver(a_mail(1), a_mail(2))
        Fetching(database, mailbox, server.connect()).look()
        server.renumber()
        server.deliver(a_mail(3))
        Fetching(database, mailbox, server.connect()).look()
        assert counted(database, Case) == 3
        assert mailbox_row(database, mailbox).came_again == 0
        with database.transaction() as session:
            assert "document.came_again" not in session.execute(select(AuditEvent.action)).scalars().all()

    def test_what_was_stored_but_not_moved_before_the_numbers_changed_goes_where_it_belongs(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        server = Server(unmovable=True)
        server.deliver(a_mail(1))
        Fetching(database, mailbox, server.connect()).look()
        server.unmovable = False
        server.renumber()
        Fetching(database, mailbox, server.connect()).look()
        assert list(server.folders[TAKEN_IN].values()) == [a_mail(1)]
        assert CAME_AGAIN not in server.folders
        with database.transaction() as session:
            assert session.execute(select(MailboxMessage.filed_at)).scalars().all().count(None) == 0

    def test_what_was_moved_before_the_numbers_changed_and_not_noted_so_waits_no_longer(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        server = Server()
        server.deliver(a_mail(1))
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:  # the process was killed between moving and noting it
            session.execute(update(MailboxMessage).values(filed_at=None))
        server.renumber()
        [unreadable] = server.deliver(a_mail(2))
        server.unreadable.add(unreadable)
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:  # it might be the one that could not be read
            assert session.execute(select(MailboxMessage.filed_at)).scalars().all() == [None]
        server.unreadable.clear()
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:
            assert None not in session.execute(select(MailboxMessage.filed_at)).scalars().all()
        assert list(server.folders[TAKEN_IN].values()) == [a_mail(1), a_mail(2)]

    def test_messages_that_stay_in_the_inbox_are_read_once(self, database: Any) -> None:
        mailbox = add(database, "stays", folders={"taken_in": "", "came_again": "", "refused": ""})
        server = Server()
        keys = server.deliver(a_mail(1), a_mail(2))
        for _ in range(3):
            Fetching(database, mailbox, server.connect()).look()
        assert server.read == keys


class TestWhatIsInTheWay:
    def test_a_message_that_cannot_be_read_does_not_keep_the_others_out_and_is_tried_again(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        server = Server()
        damaged, *_ = server.deliver(a_mail(1), a_mail(2), a_mail(3))
        server.unreadable = {damaged}
        fetching = Fetching(database, mailbox, server.connect())
        assert fetching.look() == 2
        assert "damaged" in fetching.problem
        server.unreadable = set()
        assert fetching.look() == 1
        assert fetching.problem == ""
        assert counted(database, Case) == 3

    def test_a_message_at_which_the_server_hangs_up_keeps_out_the_others_for_a_while_at_most(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        server, breaks = Server(), dict[tuple[Place, str], int]()
        _, odd, _ = server.deliver(a_mail(1), a_mail(2), a_mail(3))
        server.hangs_up_at = {odd}
        for _ in range(3):
            with pytest.raises(MailboxFails):
                Fetching(database, mailbox, server.connect(), breaks=breaks).look()
            assert counted(database, Case) == 1
        fetching = Fetching(database, mailbox, server.connect(), breaks=breaks)
        assert fetching.look() == 1
        assert "ends the connection whenever" in fetching.problem
        assert list(server.folders["INBOX"]) == [odd]

    def test_where_nothing_can_be_moved_mail_is_taken_in_once_all_the_same(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        server = Server(unmovable=True)
        server.deliver(*(a_mail(n) for n in range(120)))
        fetching = Fetching(database, mailbox, server.connect())
        assert fetching.look() == 120
        assert fetching.problem == "Messages cannot be moved here."
        server.deliver(a_mail(500))
        assert fetching.look() == 1
        server.unmovable = False
        fetching.look()
        assert len(server.folders[TAKEN_IN]) == 121
        assert counted(database, Case) == 121


class TestLargeMessages:
    @pytest.mark.parametrize("size_is_known", [True, False])
    def test_a_large_message_is_put_together_from_its_pieces(
        self, database: Any, mailbox: Mailbox, size_is_known: bool
    ) -> None:
        content = a_mail(1, "x" * 70 + "\r\n" + "y" * (3 * PIECE))
        server = Server(size_is_known=size_is_known)
        server.deliver(content, a_mail(2))
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:
            stored = session.execute(select(Document.content).order_by(Document.size.desc())).scalars().first()
        assert stored == content
        assert counted(database, DocumentPiece) == 0
        assert len(server.folders[TAKEN_IN]) == 2

    def test_a_message_of_exactly_one_piece(self, database: Any, mailbox: Mailbox) -> None:
        content = a_mail(1)
        content += b"z" * (PIECE - len(content))
        server = Server()
        server.deliver(content)
        Fetching(database, mailbox, server.connect()).look()
        with database.transaction() as session:
            assert session.execute(select(Document.content)).scalar_one() == content

    def test_a_large_message_that_came_before_by_another_way_opens_no_case(
        self, database: Any, mailbox: Mailbox
    ) -> None:
        from app.cases.intake import take_in
        from app.sources.incoming import Incoming

        content = a_mail(1, "y" * (2 * PIECE))
        with database.transaction() as session:
            take_in(session, Incoming(content.replace(b"\r\n", b"\n"), "saved.eml", "upload", "k", now()))
        server = Server()
        server.deliver(content)
        Fetching(database, mailbox, server.connect()).look()
        assert counted(database, Case) == 1
        assert counted(database, Document) == 1
        assert counted(database, DocumentPiece) == 0
        assert len(server.folders[CAME_AGAIN]) == 1

    @pytest.mark.parametrize("size_is_known", [True, False])
    def test_one_that_is_too_large_is_a_case_that_says_so_and_stays_in_the_mailbox(
        self, database: Any, mailbox: Mailbox, size_is_known: bool
    ) -> None:
        content = a_mail(1, "y" * (4 * PIECE))
        server = Server(size_is_known=size_is_known)
        server.deliver(content)
        Fetching(database, mailbox, server.connect(), largest=2 * PIECE).look()
        assert list(server.folders[REFUSED].values()) == [content]
        row = mailbox_row(database, mailbox)
        assert (row.taken_in, row.refused) == (0, 1)
        with database.transaction() as session:
            [case] = session.execute(select(Case)).scalars()
            kept = session.execute(select(Document.content)).scalar_one()
            waits = session.execute(select(CaseStep).where(CaseStep.state == "waiting")).scalars().all()
        assert case.state == "needs_attention"
        assert "larger than 2 MB" in case.attention
        assert REFUSED in case.attention
        assert (case.title, case.sender) == ("Invoice 1", "ap@northwind.example")
        assert b"Subject: Invoice 1" in kept
        assert len(kept) < 1000
        assert waits == []
        assert counted(database, DocumentPiece) == 0


class TestEndingAnywhere:
    @settings(
        max_examples=25, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    @given(
        ends=st.lists(st.integers(0, 9), max_size=6), large=st.integers(0, 2), again=st.booleans(),
        renumbered=st.integers(0, 6),
    )  # fmt: skip
    def test_each_message_is_taken_in_once_and_moved_wherever_the_process_ends(
        self, database: Any, ends: list[int], large: int, again: bool, renumbered: int
    ) -> None:
        name = f"m{datetime.now(UTC).timestamp():.6f}".replace(".", "-")
        mailbox = add(database, name)
        before = counted(database, Case)
        mails = [a_mail(n, f"{name} {n}") for n in range(4)]
        mails += [a_mail(10 + n, f"{name} " + "y" * (2 * PIECE)) for n in range(large)]
        server = Server()
        server.deliver(*mails)
        if again:
            server.deliver(mails[0])
        for number, step in enumerate(ends):
            if number == renumbered:
                server.renumber()
            try:
                Fetching(database, mailbox, server.connect(ends_after=step)).look()
            except Ended:
                continue
        Fetching(database, mailbox, server.connect()).look()
        assert counted(database, Case) - before == len(mails)
        assert server.folders["INBOX"] == {}
        moved = [*server.folders.get(TAKEN_IN, {}).values(), *server.folders.get(CAME_AGAIN, {}).values()]
        assert sorted(moved) == sorted([*mails, *([mails[0]] if again else [])])
        assert sorted(server.folders[TAKEN_IN].values()) == sorted(mails)
        with database.transaction() as session:
            own = session.execute(
                select(MailboxMessage).where(MailboxMessage.mailbox_id == mailbox.id)
            ).scalars().all()  # fmt: skip
        assert all(one.filed_at is not None for one in own)


class TestWhateverIsSent:
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        derandomize=True,
    )
    @given(contents=st.lists(odd_mails(), min_size=1, max_size=6), refused=st.booleans())
    def test_whatever_its_bytes_are_a_message_is_a_case(
        self, database: Any, contents: list[bytes], refused: bool
    ) -> None:
        name = f"w{datetime.now(UTC).timestamp():.6f}".replace(".", "-")
        mailbox = add(database, name)
        server = Server()
        server.deliver(*contents)
        fetching = Fetching(database, mailbox, server.connect(), largest=20 if refused else 10 * PIECE)
        fetching.look()
        assert fetching.problems == []
        assert server.folders["INBOX"] == {}
        with database.transaction() as session:
            documents = session.execute(
                select(MailboxMessage.document_id).where(MailboxMessage.mailbox_id == mailbox.id)
            ).scalars().all()  # fmt: skip
        assert len(documents) == len(contents)
        assert None not in documents

    @pytest.mark.parametrize("size", [10, 2 * PIECE])
    def test_one_that_the_database_does_not_take_is_told_and_keeps_no_other_out(
        self, database: Any, mailbox: Mailbox, size: int
    ) -> None:
        server = Server()
        server.deliver(a_mail(1), a_mail(2, "y" * size), a_mail(3))
        fetching = Fetching(database, mailbox, server.connect())
        change = text("alter table documents add constraint no_second check (name <> 'Invoice 2.eml')")
        with database.transaction() as session:
            session.execute(change)
        try:
            assert fetching.look() == 2
            assert "cannot be stored (2: CheckViolation)" in fetching.problem
        finally:
            with database.transaction() as session:
                session.execute(text("alter table documents drop constraint no_second"))
        assert fetching.look() == 1
        assert fetching.problem == ""
        assert counted(database, DocumentPiece) == 0


class TestOldMail:
    def test_old_mail_is_taken_in_beside_the_new_and_no_faster_than_asked(
        self, database: Any, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.mailboxes.fetching.time", SimpleNamespace(monotonic=lambda: 1000.0))
        server = Server()
        server.deliver(*(a_mail(n) for n in range(30)), folder="Archive")
        asked(database, mailbox, per_minute=120)
        fetching = Fetching(database, mailbox, server.connect())
        pause = fetching.work_off_old_mail()
        assert pause == 5.0  # ten of 120 in a minute
        assert progress(database) == (10, 30, False)
        assert fetching.work_off_old_mail() == 5.0
        assert progress(database) == (10, 30, False)
        server.deliver(a_mail(100))
        assert fetching.look() == 1

    def test_it_goes_on_where_it_ended_and_says_when_all_is_done(self, database: Any, mailbox: Mailbox) -> None:
        server = Server()
        server.deliver(*(a_mail(n) for n in range(45)), folder="Archive")
        asked(database, mailbox, per_minute=6000)
        Fetching(database, mailbox, server.connect()).work_off_old_mail()
        assert progress(database) == (20, 45, False)
        fetching = Fetching(database, mailbox, server.connect())  # the process began anew
        while (pause := fetching.work_off_old_mail()) is not None:
            fetching.wait(pause)
            if fetching._old is not None:
                fetching._old._due = 0.0
        assert progress(database) == (45, 45, True)
        assert counted(database, Case) == 45
        assert len(server.folders["Archive"]) == 45  # a folder of the person's own is left as it is
        assert len(server.read) == 45

    def test_old_mail_of_the_inbox_is_moved_like_new(self, database: Any, mailbox: Mailbox) -> None:
        server = Server()
        server.deliver(a_mail(1))
        asked(database, mailbox, folder="INBOX")
        Fetching(database, mailbox, server.connect()).work_off_old_mail()
        assert len(server.folders[TAKEN_IN]) == 1

    def test_old_mail_that_cannot_be_read_is_told_in_the_end(self, database: Any, mailbox: Mailbox) -> None:
        server = Server()
        damaged, *_ = server.deliver(a_mail(1), a_mail(2), folder="Archive")
        server.unreadable = {damaged}
        asked(database, mailbox, per_minute=6000)
        fetching = Fetching(database, mailbox, server.connect())
        while fetching.work_off_old_mail() is not None:
            if fetching._old is not None:
                fetching._old._due = 0.0
        assert counted(database, Case) == 1
        with database.transaction() as session:
            assert "1 of the messages could not be read" in session.execute(select(Backfill.failure)).scalar_one()

    def test_a_folder_that_is_not_there_ends_it_with_the_reason(self, database: Any, mailbox: Mailbox) -> None:
        asked(database, mailbox, folder="Archiv")
        fetching = Fetching(database, mailbox, Server().connect())
        fetching.work_off_old_mail()
        assert fetching.work_off_old_mail() is None
        with database.transaction() as session:
            ended = session.execute(select(Backfill)).scalar_one()
        assert ended.ended_at is not None
        assert "no folder Archiv" in ended.failure


def asked(database: Any, mailbox: Mailbox, *, folder: str = "Archive", per_minute: int = 60) -> None:
    with database.transaction() as session:
        session.add(
            Backfill(
                mailbox_id=mailbox.id, folder=folder, since=date(2026, 1, 1), per_minute=per_minute, validity="",
                read_to="", done=0, asked_by="ines@firm.example", asked_at=now() - timedelta(minutes=1), failure="",
            )
        )  # fmt: skip


def progress(database: Any) -> tuple[int, int | None, bool]:
    with database.transaction() as session:
        row = session.execute(select(Backfill)).scalar_one()
        return row.done, row.total, row.ended_at is not None
