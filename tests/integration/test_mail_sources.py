"""Every kind of mailbox that is read does the same, whatever its server speaks: one set of rules, run on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.mailboxes.imap import open_imap
from app.mailboxes.maildir import MaildirSource
from app.mailboxes.port import PIECE, MailboxFails, MailSource
from app.mailboxes.reached import Reached
from tests.mail_servers import PASSWORD, Dovecot, ImapServer, Line, Pymap, mail

FOLDER = "Countersign/Taken in"


class Reading:
    """What every source does. A subclass says how to deliver and to look into a folder from outside."""

    def deliver(self, *messages: bytes) -> None:
        raise NotImplementedError

    def subjects(self, folder: str) -> list[str]:
        raise NotImplementedError

    @pytest.fixture
    def source(self) -> Iterator[MailSource]:
        raise NotImplementedError

    def test_messages_are_listed_with_size_and_time_and_read_as_they_are(self, source: MailSource) -> None:
        messages = [mail(f"number {n}", size=n * 1000) for n in range(3)]
        self.deliver(*messages)
        place = source.place("INBOX")
        waiting = list(source.waiting(place, ""))
        assert len(waiting) == 3
        read = {b"".join(source.pieces(place, one.key)).replace(b"\r\n", b"\n") for one in waiting}
        assert read == set(messages)
        for one in waiting:
            assert one.size is not None
            assert one.size >= 100
            assert one.received_at is not None
            assert abs(one.received_at - datetime.now(UTC)) < timedelta(minutes=5)

    def test_many_small_messages_each_have_their_own_words(self, source: MailSource) -> None:
        self.deliver(*(mail(f"number {n}") for n in range(30)))
        place = source.place("INBOX")
        for one in list(source.waiting(place, "")):
            [content] = list(source.pieces(place, one.key))
            assert content.count(b"Subject: ") == 1

    def test_a_large_message_comes_in_pieces(self, source: MailSource) -> None:
        message = mail("large", size=3_500_000)
        self.deliver(message)
        place = source.place("INBOX")
        [one] = source.waiting(place, "")
        pieces = list(source.pieces(place, one.key))
        assert max(map(len, pieces)) <= PIECE
        assert len(pieces) > 4
        assert b"".join(pieces).replace(b"\r\n", b"\n") == message

    def test_moved_messages_are_in_the_other_folder_and_gone_from_here(self, source: MailSource) -> None:
        self.deliver(mail("one"), mail("two"), mail("three"))
        place = source.place("INBOX")
        waiting = list(source.waiting(place, ""))
        source.file_away(place, [one.key for one in waiting[:2]], FOLDER)
        assert [one.key for one in source.waiting(place, "")] == [waiting[2].key]
        assert len(self.subjects(FOLDER)) == 2
        source.file_away(place, [waiting[0].key], FOLDER)  # gone already
        assert len(self.subjects(FOLDER)) == 2

    def test_a_folder_is_made_where_there_is_none(self, source: MailSource) -> None:
        place = source.place("INBOX")
        source.file_away(place, (), "Countersign/Größe")
        source.place("Countersign/Größe")

    def test_messages_that_stay_are_marked(self, source: MailSource) -> None:
        self.deliver(mail("one"))
        place = source.place("INBOX")
        [one] = source.waiting(place, "")
        source.file_away(place, [one.key], "")
        assert [again.key for again in source.waiting(place, "")] == [one.key]

    def test_only_what_was_received_since_a_day_is_listed(self, source: MailSource) -> None:
        self.deliver(mail("one"))
        place = source.place("INBOX")
        today = datetime.now(UTC).date()
        assert len(list(source.waiting(place, "", since=today - timedelta(days=1)))) == 1
        assert list(source.waiting(place, "", since=today + timedelta(days=2))) == []

    def test_waiting_ends_when_a_message_comes(self, source: MailSource) -> None:
        place = source.place("INBOX")
        list(source.waiting(place, ""))
        assert not source.wait(place, 0.2)
        self.deliver(mail("one"))
        assert source.wait(place, 20)
        assert len(list(source.waiting(place, ""))) == 1
        assert not source.wait(place, 0.2)

    def test_a_message_that_comes_between_looking_and_waiting_is_not_overlooked(self, source: MailSource) -> None:
        place = source.place("INBOX")
        list(source.waiting(place, ""))
        self.deliver(mail("one"))
        source.file_away(place, (), FOLDER)
        assert source.wait(place, 20)

    def test_a_folder_that_is_not_there_is_told(self, source: MailSource) -> None:
        with pytest.raises(MailboxFails, match="Nowhere") as failed:
            source.place("Nowhere")
        assert failed.value.facts["step"] == "folder"

    def test_a_message_that_is_gone_is_told(self, source: MailSource) -> None:
        self.deliver(mail("one"))
        place = source.place("INBOX")
        [one] = source.waiting(place, "")
        source.file_away(place, [one.key], FOLDER)
        with pytest.raises(MailboxFails) as failed:
            list(source.pieces(place, one.key))
        assert failed.value.facts["is_gone"]


class TestMaildir(Reading):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Iterator[MailSource]:
        for part in ("tmp", "new", "cur"):
            (tmp_path / part).mkdir()
        self._path, self._count = tmp_path, 0
        with closing(MaildirSource(tmp_path)) as source:
            yield source

    def deliver(self, *messages: bytes) -> None:
        for message in messages:
            self._count += 1
            begun = self._path / "tmp" / f"{1_000 + self._count}.test"
            begun.write_bytes(message)
            begun.rename(self._path / "new" / begun.name)

    def subjects(self, folder: str) -> list[str]:
        found = (self._path / ("." + folder.replace("/", "."))).glob("cur/*")
        return [path.read_bytes().partition(b"Subject: ")[2].partition(b"\n")[0].decode() for path in found]

    def test_a_message_that_a_mail_program_has_seen_is_read_too(self, source: MailSource) -> None:
        self.deliver(mail("one"))
        (self._path / "new" / "1001.test").rename(self._path / "cur" / "1001.test:2,RS")
        place = source.place("INBOX")
        assert [one.key for one in source.waiting(place, "")] == ["1001.test"]
        source.file_away(place, ["1001.test"], FOLDER)
        assert [p.name for p in (self._path / ".Countersign.Taken in").glob("cur/*")] == ["1001.test:2,RS"]

    def test_links_and_half_written_files_are_left_alone(self, source: MailSource) -> None:
        (self._path / "new" / ".nfs").write_bytes(b"x")
        (self._path / "new" / "link").symlink_to("/etc/hostname")
        (self._path / "tmp" / "half").write_bytes(b"x")
        assert list(source.waiting(source.place("INBOX"), "")) == []

    def test_a_message_that_comes_in_the_moment_of_the_look_is_not_overlooked(self, source: MailSource) -> None:
        """Times of a folder are noted by ticks of a clock: two messages within one leave it at the same time."""
        place = source.place("INBOX")
        for _ in range(20):
            self.deliver(mail("listed"))
            list(source.waiting(place, ""))
            self.deliver(mail("just after"))
            assert source.wait(place, 20)

    def test_a_path_that_is_no_maildir_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(MailboxFails, match="no Maildir"):
            MaildirSource(tmp_path / "nothing")


class Imap(Reading):
    server: ImapServer
    user = "billing@marlowvoss.example"

    def reached(self, **more: Any) -> Reached:
        entries = {"host": "127.0.0.1", "port": self.server.port, "encryption": "none", "user": self.user, **more}
        return Reached.model_validate(entries)

    def deliver(self, *messages: bytes) -> None:
        self.server.append_all(self.user, list(messages))

    def subjects(self, folder: str) -> list[str]:
        return self.server.subjects(self.user, folder)

    def test_listing_goes_on_after_a_message(self, source: MailSource) -> None:
        self.deliver(mail("one"), mail("two"), mail("three"))
        place = source.place("INBOX")
        waiting = list(source.waiting(place, ""))
        assert [one.key for one in source.waiting(place, waiting[0].key)] == [one.key for one in waiting[1:]]
        assert list(source.waiting(place, waiting[2].key)) == []

    def test_waiting_is_ended_and_begun_anew_before_the_server_would_end_it(
        self, source: MailSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.mailboxes.imap_conversation.RENEWAL", 0.0)
        place = source.place("INBOX")
        list(source.waiting(place, ""))
        for _ in range(3):
            assert not source.wait(place, 0.1)
        self.deliver(mail("one"))
        assert source.wait(place, 20)

    def test_a_connection_that_is_cut_is_told_while_waiting_and_while_reading(self, source: MailSource) -> None:
        with Line(self.server.port) as line:
            cut = open_imap(self.reached(port=line.port), {"password": PASSWORD}, None)
            place = cut.place("INBOX")
            list(cut.waiting(place, ""))
            assert not cut.wait(place, 0.2)
            line.cut()
            with pytest.raises(MailboxFails) as failed:
                cut.wait(place, 20)
            assert failed.value.facts["step"] == "connection"
            with pytest.raises(MailboxFails):
                list(cut.waiting(place, ""))
            cut.close()

    def test_messages_are_read_one_by_one_where_that_is_asked_for(self, source: MailSource) -> None:
        messages = [mail(f"number {n}") for n in range(5)]
        self.deliver(*messages)
        with closing(open_imap(self.reached(), {"password": PASSWORD}, None, one_by_one=True)) as single:
            place = single.place("INBOX")
            read = [b"".join(single.pieces(place, one.key)) for one in list(single.waiting(place, ""))]
        assert [content.replace(b"\r\n", b"\n") for content in read] == messages

    def test_a_wrong_password_is_told_and_stands_nowhere(self, source: MailSource) -> None:
        with pytest.raises(MailboxFails) as failed:
            open_imap(self.reached(), {"password": "not-this-one"}, None)
        assert failed.value.facts["step"] == "sign_in"
        assert "not-this-one" not in failed.value.message

    def test_a_message_of_ours_is_put_into_a_folder(self, source: MailSource) -> None:
        source.append("Sent", mail("our answer"))  # type: ignore[attr-defined]
        assert self.subjects("Sent") == ["our answer"]


class TestPymap(Imap):
    user = Pymap.user

    @pytest.fixture
    def source(self, pymap: Pymap) -> Iterator[MailSource]:
        self.server = pymap
        with closing(open_imap(self.reached(), {"password": PASSWORD}, None)) as source:
            yield source

    def test_folders_of_two_accounts_are_never_taken_for_one(self, source: MailSource) -> None:
        """Many servers number the folders of all accounts alike: one that is another account now is read whole."""
        for changed in ({}, {"host": "localhost"}):
            reached = Reached.model_validate({**self.reached().model_dump(), **changed})
            with closing(open_imap(reached, {"password": PASSWORD}, None)) as other:
                assert (other.place("INBOX") == source.place("INBOX")) == (not changed)


@pytest.mark.mail
class TestDovecot(Imap):
    @pytest.fixture
    def source(self, dovecot: Dovecot) -> Iterator[MailSource]:
        self.server = dovecot
        with closing(open_imap(self.reached(), {"password": PASSWORD}, None)) as source:
            yield source

    def test_numbers_above_the_first_window_are_found(
        self, source: MailSource, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.deliver(*(mail(f"number {n}") for n in range(8)))
        monkeypatch.setattr("app.mailboxes.imap._WINDOW", 3)
        with closing(open_imap(self.reached(), {"password": PASSWORD}, None)) as another:
            place = another.place("INBOX")
            assert [one.key for one in another.waiting(place, "")] == [str(n) for n in range(1, 9)]
            self.deliver(mail("after it was opened"))
            assert [one.key for one in another.waiting(place, "7")] == ["8", "9"]


def test_a_name_that_is_not_known_and_a_port_without_a_server_are_told_apart() -> None:
    from workers.engines import free_port

    with pytest.raises(MailboxFails) as failed:
        open_imap(Reached.model_validate({"host": "nowhere.invalid", "user": "x"}), {}, None)
    assert failed.value.facts["step"] == "name"
    with pytest.raises(MailboxFails) as failed:
        open_imap(Reached.model_validate({"host": "127.0.0.1", "port": free_port(), "user": "x"}), {}, None)
    assert failed.value.facts["step"] == "connection"
