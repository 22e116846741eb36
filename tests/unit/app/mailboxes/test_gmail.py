"""A mailbox by the Gmail API, against answers recorded from a stand-in that was written from Google's public
documentation (tests/vendor_mail.py). Nobody asked the live service."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailboxes import gmail
from app.mailboxes.gmail import GmailSource, open_gmail, raw_of
from app.mailboxes.port import PIECE, MailboxFails, Waiting
from tests.vendor_mail import FIRST, GmailStandIn, Vendor, live, recorded

TAKEN_IN = "Countersign/Taken in"
KEYS = [f"AAkALgAAAA{n:04}=" for n in range(1, 10)]


def answers(name: str) -> AbstractContextManager[Vendor[GmailStandIn]]:
    return recorded(GmailStandIn, f"gmail_{name}", host=gmail.HOST)


@contextmanager
def opened(vendor: Vendor[GmailStandIn]) -> Iterator[GmailSource]:
    source = open_gmail(vendor.reached, vendor.tokens, sleep=vendor.sleep)
    try:
        yield source
    finally:
        source.close()


def deliver(vendor: Vendor[GmailStandIn], *contents: bytes) -> None:
    for content in contents:
        vendor.do(lambda server, content=content: server.deliver(content))  # type: ignore[misc]


def listed(source: GmailSource, after: str = "", *, since: date | None = None) -> list[Waiting]:
    return list(source.waiting(source.place("INBOX"), after, since=since))


def keys(found: list[Waiting]) -> list[str]:
    return [one.key for one in found]


def test_all_that_waits_is_listed_with_the_oldest_first_over_several_pages() -> None:
    with answers("listed") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2", b"3", b"4", b"5")
        found = listed(source)
        assert keys(found) == KEYS[:5]
        assert [one.received_at for one in found] == [FIRST + timedelta(minutes=n) for n in range(5)]
        assert [one.position for one in found] == ["", "", "", "", "6"]


def test_the_history_has_only_what_came_since() -> None:
    with answers("history") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        after = listed(source)[-1].position or ""
        assert listed(source, after) == []
        deliver(vendor, b"3", b"4", b"5")
        found = listed(source, after)
        assert keys(found) == KEYS[2:5]
        assert listed(source, found[-1].position or "") == []


def test_a_message_that_is_labelled_as_waiting_waits() -> None:
    with answers("labelled") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        place = source.place("INBOX")
        after = listed(source)[-1].position or ""
        source.file_away(place, KEYS[:2], TAKEN_IN)
        vendor.do(lambda server: server.move_back(KEYS[0]))
        assert keys(listed(source, after)) == KEYS[:1]


def test_an_empty_inbox_is_not_listed_each_time() -> None:
    with live(GmailStandIn) as vendor, opened(vendor) as source:
        assert vendor.stand_in
        assert listed(source) == listed(source) == []
        assert "/history?startHistoryId=1" in vendor.stand_in.asked[-1]
        deliver(vendor, b"1")
        assert keys(listed(source)) == KEYS[:1]


def test_a_history_id_that_is_void_has_the_inbox_listed_anew() -> None:
    with answers("history_void") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        after = listed(source)[-1].position or ""
        deliver(vendor, b"3")
        vendor.do(lambda server: setattr(server, "oldest_history", 99))
        assert keys(listed(source, after)) == KEYS[:3]


def test_what_the_server_received_before_a_day_is_left_out() -> None:
    with answers("since") as vendor, opened(vendor) as source:
        vendor.do(lambda server: server.deliver(b"1", received_at=FIRST - timedelta(days=1)))
        deliver(vendor, b"2")
        assert keys(listed(source, since=FIRST.date())) == KEYS[1:2]


def test_messages_are_moved_to_labels_that_are_made_and_leave_the_inbox() -> None:
    with answers("moved") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2", b"3")
        place = source.place("INBOX")
        source.file_away(place, [KEYS[0], KEYS[2], "gone"], TAKEN_IN)
        source.file_away(place, (), TAKEN_IN)
        assert keys(listed(source)) == [KEYS[1]]
        assert keys(list(source.waiting(source.place(TAKEN_IN), ""))) == [KEYS[0], KEYS[2]]
        assert source.place(TAKEN_IN).validity != place.validity


def test_a_label_that_somebody_else_made_meanwhile_is_used() -> None:
    with live(GmailStandIn) as vendor, opened(vendor) as source:
        assert vendor.stand_in
        vendor.stand_in.labels |= {"Countersign": "Label_1", TAKEN_IN: "Label_2"}
        vendor.stand_in.fail("GET .*/labels", 200, {"labels": [{"id": "INBOX", "name": "INBOX"}]})
        deliver(vendor, b"1")
        source.file_away(source.place("INBOX"), KEYS[:1], TAKEN_IN)
        assert vendor.stand_in.messages[KEYS[0]].where == "Label_2"


def test_a_label_that_is_not_there_is_said_to_be_missing() -> None:
    with answers("label_missing") as vendor, opened(vendor) as source:
        with pytest.raises(MailboxFails) as failure:
            source.place("Orders")
        assert failure.value.facts["step"] == "folder"


def test_messages_that_stay_are_marked_as_read() -> None:
    with live(GmailStandIn) as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        source.file_away(source.place("INBOX"), KEYS[:1], "")
        assert vendor.stand_in
        assert vendor.stand_in.messages[KEYS[0]].is_read


def test_a_message_is_read_to_the_byte() -> None:
    content = b"From: a@b.example\r\nSubject: hours\r\n\r\n" + bytes(range(256)) * 40
    with answers("read") as vendor, opened(vendor) as source:
        deliver(vendor, content)
        assert b"".join(source.pieces(source.place("INBOX"), KEYS[0])) == content
        with pytest.raises(MailboxFails) as failure:
            list(source.pieces(source.place("INBOX"), "gone"))
        assert failure.value.facts["is_gone"] is True


def test_a_large_message_comes_in_pieces() -> None:
    with live(GmailStandIn) as vendor, opened(vendor) as source:
        content = b"x" * (3 * PIECE + 7)
        deliver(vendor, content)
        pieces = list(source.pieces(source.place("INBOX"), KEYS[0]))
        assert b"".join(pieces) == content
        assert max(len(piece) for piece in pieces) <= PIECE


@given(st.binary(max_size=400), st.integers(1, 40), st.sampled_from(["=", "\\u003d", ""]), st.booleans())
def test_however_the_answer_is_cut_the_message_is_whole(content: bytes, size: int, padding: str, is_last: bool) -> None:
    digits = base64.urlsafe_b64encode(content).decode().rstrip("=")
    digits += padding * (-len(digits) % 4)
    fields = [f'"raw": "{digits}"', '"sizeEstimate": 7']
    answer = ("{" + ",\n".join(fields[::-1] if is_last else fields) + "}").encode()
    chunks = [answer[at : at + size] for at in range(0, len(answer), size)]
    assert b"".join(raw_of(iter(chunks))) == content


@given(st.binary(min_size=1, max_size=100), st.data())
def test_an_answer_that_ends_early_is_no_message(content: bytes, data: st.DataObject) -> None:
    answer = json.dumps({"raw": base64.urlsafe_b64encode(content).decode().rstrip("=")}).encode()
    cut = data.draw(st.integers(0, len(answer) - 3))
    with pytest.raises(MailboxFails):
        list(raw_of(iter([answer[:cut]])))


def test_a_token_that_ran_out_is_got_anew_once() -> None:
    with answers("token") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        vendor.do(lambda server: server.refused_tokens.add("token-1"))
        assert keys(listed(source)) == KEYS[:1]


@pytest.mark.parametrize(("status", "reason"), [(429, "rateLimitExceeded"), (403, "userRateLimitExceeded")])
def test_it_waits_when_it_was_too_fast(status: int, reason: str) -> None:
    error = {"error": {"code": status, "message": "Too many requests.", "errors": [{"reason": reason}]}}
    with answers(f"too_fast_{status}") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        source.place("INBOX")
        for _ in range(2):
            vendor.do(lambda server: server.fail("/messages", status, error))
        assert keys(listed(source)) == KEYS[:1]
        assert vendor.slept == [2, 4]
        for _ in range(9):
            vendor.do(lambda server: server.fail("/messages", status, error))
        with pytest.raises(MailboxFails, match="Too many requests"):
            listed(source)
        assert sum(vendor.slept) <= 6 + 60


def test_a_permission_that_lacks_is_said_to_lack() -> None:
    error = {
        "error": {
            "code": 403, "message": "Request had insufficient authentication scopes.",
            "errors": [{"reason": "insufficientPermissions"}],
        }
    }  # fmt: skip
    with answers("permission") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        place = source.place("INBOX")
        vendor.do(lambda server: server.fail("batchModify", 403, error))
        with pytest.raises(MailboxFails, match="insufficient authentication scopes") as failure:
            source.file_away(place, KEYS[:1], TAKEN_IN)
        assert failure.value.facts["step"] == "moving"
        assert vendor.slept == []


def test_a_mail_is_sent_as_it_is() -> None:
    content = b"From: a@b.example\r\nTo: c@d.example\r\n\r\n" + bytes(range(256))
    with live(GmailStandIn) as vendor:
        assert vendor.stand_in
        gmail.send(vendor.reached, "token-1", content)
        assert vendor.stand_in.sent == [content]


def test_a_mail_whose_answer_was_lost_may_have_left() -> None:
    with live(GmailStandIn) as vendor:
        assert vendor.stand_in
        vendor.stand_in.fail("messages/send", 500)
        with pytest.raises(MailboxFails) as failure:
            gmail.send(vendor.reached, "token-1", b"mail")
        assert failure.value.facts["may_have_left"] is True
