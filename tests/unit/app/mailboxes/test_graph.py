"""A mailbox by Microsoft Graph, against answers recorded from a stand-in that was written from Microsoft's public
documentation (tests/vendor_mail.py). Nobody asked the live service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta

import pytest

from app.mailboxes import graph
from app.mailboxes.graph import GraphSource, open_graph
from app.mailboxes.port import PIECE, MailboxFails, Waiting
from app.mailboxes.reached import Reached
from tests.vendor_mail import ADDRESS, FIRST, GraphStandIn, Vendor, live, recorded

TAKEN_IN = "Countersign/Taken in"
KEYS = [f"AAkALgAAAA{n:04}=" for n in range(1, 10)]


def answers(name: str) -> AbstractContextManager[Vendor[GraphStandIn]]:
    return recorded(GraphStandIn, f"graph_{name}", host=graph.HOST, user=ADDRESS)


@contextmanager
def opened(vendor: Vendor[GraphStandIn]) -> Iterator[GraphSource]:
    source = open_graph(vendor.reached, vendor.tokens, sleep=vendor.sleep)
    try:
        yield source
    finally:
        source.close()


def deliver(vendor: Vendor[GraphStandIn], *contents: bytes, where: str = "inbox") -> None:
    for content in contents:
        vendor.do(lambda server, content=content: server.deliver(content, where))  # type: ignore[misc]


def listed(source: GraphSource, after: str = "", *, since: date | None = None) -> list[Waiting]:
    return list(source.waiting(source.place("INBOX"), after, since=since))


def keys(found: list[Waiting]) -> list[str]:
    return [one.key for one in found]


def test_all_that_waits_is_listed_with_the_oldest_first_over_several_pages() -> None:
    with answers("listed") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2", b"3", b"4", b"5")
        found = listed(source)
        assert keys(found) == KEYS[:5]
        assert [one.received_at for one in found] == [FIRST + timedelta(minutes=n) for n in range(5)]
        assert [one.position for one in found][:4] == [""] * 4
        assert found[4].position


def test_the_next_round_has_only_what_came_since() -> None:
    with answers("rounds") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        after = listed(source)[-1].position or ""
        assert listed(source, after) == []
        deliver(vendor, b"3", b"4", b"5")
        found = listed(source, after)
        assert keys(found) == KEYS[2:5]
        assert listed(source, found[-1].position or "") == []


def test_an_empty_inbox_is_not_listed_from_the_beginning_each_time() -> None:
    with live(GraphStandIn, user=ADDRESS) as vendor, opened(vendor) as source:
        assert vendor.stand_in
        assert listed(source) == listed(source) == []
        assert "$deltatoken" in vendor.stand_in.asked[-1]
        deliver(vendor, b"1")
        assert keys(listed(source)) == KEYS[:1]


def test_a_delta_link_that_ran_out_begins_a_whole_round() -> None:
    with answers("link_void") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        after = listed(source)[-1].position or ""
        deliver(vendor, b"3")
        vendor.do(lambda server: setattr(server, "oldest_token", 99))
        assert keys(listed(source, after)) == KEYS[:3]


def test_what_the_server_received_before_a_day_is_left_out() -> None:
    with answers("since") as vendor, opened(vendor) as source:
        vendor.do(lambda server: server.deliver(b"1", received_at=FIRST - timedelta(days=1)))
        deliver(vendor, b"2")
        assert keys(listed(source, since=FIRST.date())) == KEYS[1:2]


def test_messages_are_moved_to_a_folder_that_is_made_and_leave_the_inbox() -> None:
    with answers("moved") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2", b"3")
        place = source.place("INBOX")
        after = listed(source)[-1].position or ""
        source.file_away(place, [KEYS[0], KEYS[2], "gone"], TAKEN_IN)
        assert listed(source, after) == []
        assert keys(listed(source)) == [KEYS[1]]
        assert keys(list(source.waiting(source.place(TAKEN_IN), ""))) == [KEYS[0], KEYS[2]]


def test_a_folder_may_be_made_without_moving_anything() -> None:
    with answers("folder_made") as vendor, opened(vendor) as source:
        with pytest.raises(MailboxFails) as failure:
            source.place("It's new")
        assert failure.value.facts["step"] == "folder"
        source.file_away(source.place("INBOX"), (), "It's new")
        assert source.place("It's new").validity != source.place("INBOX").validity


def test_messages_that_stay_are_marked_as_read() -> None:
    with live(GraphStandIn, user=ADDRESS) as vendor, opened(vendor) as source:
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
    with live(GraphStandIn, user=ADDRESS) as vendor, opened(vendor) as source:
        content = b"x" * (3 * PIECE + 7)
        deliver(vendor, content)
        pieces = list(source.pieces(source.place("INBOX"), KEYS[0]))
        assert b"".join(pieces) == content
        assert max(len(piece) for piece in pieces) <= PIECE


def test_a_token_that_ran_out_is_got_anew_once() -> None:
    with answers("token") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        vendor.do(lambda server: server.refused_tokens.add("token-1"))
        assert keys(listed(source)) == KEYS[:1]
        vendor.do(lambda server: server.refused_tokens.update(f"token-{n}" for n in range(9)))
        with pytest.raises(MailboxFails) as failure:
            listed(source)
        assert failure.value.facts["step"] == "sign_in"
        assert "Token has expired" in failure.value.message


def test_it_waits_as_long_as_it_is_asked_to() -> None:
    with answers("throttled") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        place = source.place("INBOX")
        error = {"error": {"code": "ApplicationThrottled", "message": "Application is over its MailboxConcurrency."}}
        vendor.do(lambda server: server.fail("delta", 429, error, retry_after="7"))
        vendor.do(lambda server: server.fail("delta", 503, error))
        assert keys(list(source.waiting(place, ""))) == KEYS[:1]
        assert vendor.slept == [7, 4]
        vendor.do(lambda server: server.fail("delta", 429, error, retry_after="600"))
        with pytest.raises(MailboxFails) as failure:
            listed(source)
        assert failure.value.facts["retry_after"] == 600
        assert "asks us to wait" in failure.value.message


def test_of_a_batch_what_was_told_to_wait_is_moved_later() -> None:
    with answers("batch_throttled") as vendor, opened(vendor) as source:
        deliver(vendor, b"1", b"2")
        place = source.place("INBOX")
        vendor.do(lambda server: server.fail("0002=/move", 429, Retry_After="3"))
        source.file_away(place, KEYS[:2], TAKEN_IN)
        assert vendor.slept == [3]
        assert listed(source) == []


def test_a_move_that_is_not_allowed_says_so() -> None:
    denied = {"error": {"code": "ErrorAccessDenied", "message": "Access is denied. Check credentials and try again."}}
    with answers("move_denied") as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        place = source.place("INBOX")
        vendor.do(lambda server: server.fail("/move", 403, denied))
        with pytest.raises(MailboxFails, match="permission") as failure:
            source.file_away(place, KEYS[:1], TAKEN_IN)
        assert failure.value.facts["step"] == "moving"


def test_an_answer_that_leads_elsewhere_is_not_followed() -> None:
    elsewhere = {"value": [], "@odata.nextLink": "https://elsewhere.example/v1.0/steal"}
    with live(GraphStandIn, user=ADDRESS) as vendor, opened(vendor) as source:
        assert vendor.stand_in
        vendor.stand_in.fail("delta", 200, elsewhere)
        with pytest.raises(MailboxFails, match="not its own"):
            listed(source)
        vendor.stand_in.fail("delta", 302, {}, Location="https://elsewhere.example/")
        with pytest.raises(MailboxFails, match="302"):
            listed(source)


def test_ids_are_asked_for_that_stay_when_a_message_is_moved() -> None:
    with live(GraphStandIn, user=ADDRESS) as vendor, opened(vendor) as source:
        deliver(vendor, b"1")
        listed(source)
        assert vendor.stand_in
        assert all('IdType="ImmutableId"' in prefer for prefer in vendor.stand_in.prefers)


def test_a_server_that_is_away_is_said_to_be_away() -> None:
    with live(GraphStandIn, user=ADDRESS) as vendor:
        reached, tokens = vendor.reached, vendor.tokens
    source = open_graph(reached, tokens)
    with pytest.raises(MailboxFails) as failure:
        source.place("INBOX")
    assert failure.value.facts["step"] == "connection"
    source.close()


def test_without_encryption_only_this_machine_is_spoken_to() -> None:
    reached = Reached.model_validate({"host": "graph.example", "port": 80, "encryption": "none", "user": ADDRESS})
    with pytest.raises(MailboxFails) as failure:
        graph.send(reached, "token", b"mail")
    assert failure.value.facts["step"] == "encryption"


def test_a_mail_is_sent_as_it_is() -> None:
    content = b"From: a@b.example\r\nTo: c@d.example\r\n\r\n" + bytes(range(256))
    with live(GraphStandIn, user=ADDRESS) as vendor:
        assert vendor.stand_in
        graph.send(vendor.reached, "token-1", content)
        assert vendor.stand_in.sent == [content]


@pytest.mark.parametrize(
    ("status", "is_permanent", "may_have_left"),
    [(400, True, False), (401, False, False), (413, True, False), (429, False, False), (503, False, False),
     (502, False, True), (504, False, True)],
)  # fmt: skip
def test_a_mail_that_was_not_taken_is_not_sent_by_itself_again(
    status: int, is_permanent: bool, may_have_left: bool
) -> None:
    with live(GraphStandIn, user=ADDRESS) as vendor:
        assert vendor.stand_in
        vendor.stand_in.fail("sendMail", status)
        with pytest.raises(MailboxFails) as failure:
            graph.send(vendor.reached, "token-1", b"mail")
        facts = failure.value.facts
        assert (facts["is_permanent"], facts["may_have_left"]) == (is_permanent, may_have_left)
        assert vendor.stand_in.sent == []


def test_a_mail_that_graph_would_not_take_is_not_tried() -> None:
    reached = Reached.model_validate({"user": ADDRESS})
    with pytest.raises(MailboxFails) as failure:
        graph.send(reached, "token", b"x" * 3_000_001)
    assert failure.value.facts["is_permanent"] is True
