"""Mail that providers hand over: signed or keyed, stored before it is acknowledged, once, and as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.cases.models import Case
from app.clock import now
from app.db import Database
from app.documents.models import Document
from app.documents.read import read
from app.mailboxes.models import Mailbox
from app.senders.known import Houses, around
from tests.inbound_mail import KEY, SIGNING_KEY, a_mailbox, mailgun_form, postmark_document, signed
from tests.mail_servers import mail
from tests.web import client, with_key

WAYS = ("raw", "mailgun/mime", "mailgun", "postmark", "postmark-raw")


def bearer(key: str = KEY) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def hand_over(http: TestClient, way: str, content: bytes, *, token: str = "t" * 50):  # type: ignore[no-untyped-def]
    """Hand a mail to the mailbox billing in one of the ways."""
    if way == "raw":
        return http.post("/v1/inbound/billing/raw", content=content, headers=bearer())
    if way == "mailgun/mime":
        form = {**signed(token), "recipient": "billing@mg.marlowvoss.example", "body-mime": content}
        return post_form(http, "/v1/inbound/billing/mailgun/mime", form)
    if way == "mailgun":
        fields, files = mailgun_form(content)
        return http.post("/v1/inbound/billing/mailgun", data={**fields, **signed(token)}, files=files or None)
    document = postmark_document(content, raw=way == "postmark-raw")
    return http.post("/v1/inbound/billing/postmark", json=document, headers=bearer())


def post_form(http: TestClient, path: str, form: Mapping[str, str | bytes]):  # type: ignore[no-untyped-def]
    """A form whose fields may hold any bytes."""
    return http.post(
        path, content=urlencode(form), headers={"content-type": "application/x-www-form-urlencoded"}
    )  # fmt: skip


def stored(database: Database, document_id: int) -> bytes:
    with database.transaction() as session:
        return session.get_one(Document, document_id).content


def cases(database: Database) -> int:
    with database.transaction() as session:
        return session.execute(select(func.count()).select_from(Case)).scalar_one()


def an_order() -> bytes:
    return mail(
        "Bestellung PO-7 für Müller", text="Anbei die Bestellung.\n", attached=b"%PDF-1.7 an order", name="PO 7.pdf"
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_opens_a_case_of_its_mailbox(database: Database, way: str) -> None:
    a_mailbox(database)
    answer = hand_over(client(database), way, an_order())
    assert answer.status_code == 200, answer.text
    taken = answer.json()
    assert taken["came_again"] is False
    with database.transaction() as session:
        case = session.get_one(Case, taken["case_id"])
        assert (case.team, case.company_id, case.state) == ("Receivables", 3, "received")
        mailbox = session.execute(select(Mailbox)).scalar_one()
        assert (mailbox.taken_in, mailbox.came_again) == (1, 0)
        assert mailbox.last_message_at is not None


@pytest.mark.parametrize("way", ["raw", "mailgun/mime", "postmark-raw"])
def test_a_raw_mail_is_kept_to_the_byte(database: Database, way: str) -> None:
    a_mailbox(database)
    content = an_order()
    taken = hand_over(client(database), way, content).json()
    assert stored(database, taken["document_id"]) == content


@pytest.mark.parametrize("body", [b"Gr\xfc\xdfe", bytes(range(128, 256)) * 40, b"a+b=c&d%e\r\n"])
@pytest.mark.parametrize("is_multipart", [True, False])
def test_bytes_that_are_no_text_come_through_a_form_unchanged(
    database: Database, body: bytes, is_multipart: bool
) -> None:
    a_mailbox(database)
    content = (
        b"From: ap@northwind.example\r\nSubject: hours\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n" + body
    )
    form = {**signed(), "body-mime": content}
    http = client(database)
    if is_multipart:
        fields = {name: (None, value) for name, value in form.items()}
        answer = http.post("/v1/inbound/billing/mailgun/mime", files=fields)
    else:
        answer = post_form(http, "/v1/inbound/billing/mailgun/mime", form)
    assert answer.status_code == 200, answer.text
    assert stored(database, answer.json()["document_id"]) == content


@pytest.mark.parametrize("way", ["mailgun", "postmark"])
def test_a_parsed_mail_is_put_together_with_all_it_had(database: Database, way: str) -> None:
    a_mailbox(database)
    content = mail(
        "Bestellung PO-7 für Müller", text="Anbei die Bestellung für Köln.\n", attached=b"%PDF-1.7\x00\xff",
        name="Größe 7.pdf", in_reply_to="<1@marlowvoss.example>", message_id="<7@northwind.example>",
        dkim_signature="v=1; d=northwind.example; bh=x; b=y", sender="Jörg Müller <ap@northwind.example>",
    )  # fmt: skip
    taken = hand_over(client(database), way, content).json()
    found = message_from_bytes(stored(database, taken["document_id"]), policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert found["subject"] == "Bestellung PO-7 für Müller"
    assert (found["from"].addresses[0].display_name, found["from"].addresses[0].addr_spec) == (
        "Jörg Müller", "ap@northwind.example",
    )  # fmt: skip
    assert (found["message-id"], found["in-reply-to"]) == ("<7@northwind.example>", "<1@marlowvoss.example>")
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Anbei die Bestellung für Köln.\n"
    (paper,) = found.iter_attachments()
    assert (paper.get_filename(), paper.get_payload(decode=True)) == ("Größe 7.pdf", b"%PDF-1.7\x00\xff")
    assert found["x-inbound-form"] == way
    assert "dkim-signature" not in found
    assert found["x-inbound-dkim-signature"].startswith("v=1")
    assert found["x-inbound-envelope-to"]


@pytest.mark.parametrize(("way", "is_as_sent"), [("raw", True), ("mailgun", False), ("postmark", False)])
def test_only_we_say_that_a_mail_was_put_together(database: Database, way: str, is_as_sent: bool) -> None:
    """A stranger's mail that says so itself is held to its signatures all the same."""
    a_mailbox(database)
    taken = hand_over(client(database), way, mail("Order", x_inbound_form="mailgun")).json()
    houses = Houses({}, frozenset(), frozenset())
    found = read(stored(database, taken["document_id"]), "order.eml").mail
    assert found is not None
    with database.transaction() as session:
        assert around(session, taken["document_id"], found, houses, at=now()).as_sent is is_as_sent


@pytest.mark.parametrize("way", WAYS)
def test_the_same_mail_twice_is_one_case(database: Database, way: str) -> None:
    a_mailbox(database)
    content, http = an_order(), client(database)
    first = hand_over(http, way, content, token="a" * 50).json()
    again = hand_over(http, way, content, token="b" * 50).json()
    assert again == {**first, "came_again": True}
    assert cases(database) == 1


def test_a_delivery_whose_answer_was_lost_is_taken_for_what_it_is(database: Database) -> None:
    a_mailbox(database)
    content, http = an_order(), client(database)
    first, again = (hand_over(http, "mailgun", content) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["case_id"] == first.json()["case_id"]


def test_a_token_lets_in_one_message_only(database: Database) -> None:
    a_mailbox(database)
    http = client(database)
    assert hand_over(http, "mailgun/mime", an_order()).status_code == 200
    answer = hand_over(http, "mailgun/mime", mail("Another"))
    assert answer.status_code == 409
    assert cases(database) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "0" * 64}, {"signature": ""}, {"token": "x" * 50}, {"timestamp": "1"}, {"timestamp": ""},
        {"signature": "ü" * 64},
    ],
)  # fmt: skip
def test_what_mailgun_did_not_sign_is_refused(database: Database, wrong: dict[str, str]) -> None:
    a_mailbox(database)
    form = {**signed(), **wrong, "body-mime": an_order()}
    answer = post_form(client(database), "/v1/inbound/billing/mailgun", form)
    assert answer.status_code == 401
    assert cases(database) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "another"}, {"key": ""}, {"seconds_ago": 10 * 3600}, {"seconds_ago": -600},
        {"token": "\u0661" * 50, "key": "x"},
    ],
)  # fmt: skip
def test_what_mailgun_did_not_sign_lately_is_refused(database: Database, wrong: dict[str, Any]) -> None:
    a_mailbox(database)
    form = {**signed(**wrong), "body-mime": an_order()}
    answer = post_form(client(database), "/v1/inbound/billing/mailgun", form)
    assert answer.status_code == 401
    assert cases(database) == 0


def test_mailgun_may_try_again_for_hours_with_the_same_signature(database: Database) -> None:
    a_mailbox(database)
    form = {**signed(seconds_ago=8 * 3600), "body-mime": an_order()}
    assert post_form(client(database), "/v1/inbound/billing/mailgun", form).status_code == 200


def test_a_mailbox_without_a_signing_key_takes_nothing_from_mailgun(database: Database) -> None:
    form = {**signed(key=""), "body-mime": an_order()}
    assert post_form(client(database), "/v1/inbound/nobody/mailgun", form).status_code == 401


@pytest.mark.parametrize("path", ["raw", "postmark"])
def test_a_key_is_asked_for(database: Database, path: str) -> None:
    a_mailbox(database)
    a_mailbox(database, "other", secret=b"")
    http = client(database)
    url = f"/v1/inbound/billing/{path}"
    for headers in ({}, bearer("csin_wrong"), bearer(""), bearer(SIGNING_KEY), bearer("cs_unknown")):
        answer = http.post(url, content=an_order(), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert http.post(f"/v1/inbound/nobody/{path}", content=an_order(), headers=bearer()).status_code == 401
    assert cases(database) == 0


def test_the_key_may_be_the_password_of_basic_authentication(database: Database) -> None:
    a_mailbox(database)
    document = postmark_document(an_order(), raw=True)
    answer = client(database).post("/v1/inbound/billing/postmark", json=document, auth=("inbound", KEY))
    assert answer.status_code == 200


def test_an_api_key_needs_the_scope_intake(database: Database) -> None:
    a_mailbox(database)
    assert with_key(database, "intake").post("/v1/inbound/billing/raw", content=an_order()).status_code == 200
    assert with_key(database, "read").post("/v1/inbound/billing/raw", content=an_order()).status_code == 401
    answer = with_key(database, "intake").post("/v1/inbound/nobody/raw", content=an_order())
    assert answer.status_code == 404


def test_a_paused_mailbox_has_the_provider_try_again(database: Database) -> None:
    a_mailbox(database, state="paused")
    answer = hand_over(client(database), "mailgun", an_order())
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert cases(database) == 0


def test_a_token_of_a_delivery_that_was_not_stored_is_still_good(database: Database) -> None:
    a_mailbox(database)
    http = client(database)
    away = OperationalError("insert", {}, Exception("away"))
    with patch("app.mailboxes.inbound.take_in_content", side_effect=away):
        assert hand_over(http, "mailgun", an_order()).status_code == 503
    assert hand_over(http, "mailgun", an_order()).status_code == 200


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("raw", b"  \n", "message/rfc822"),
        ("postmark", b"[]", "application/json"), ("postmark", b"{", "application/json"),
        ("postmark", b"{}", "application/json"), ("postmark", b"[" * 100_000, "application/json"),
        ("postmark", b'{"From": {}}', "application/json"), ("postmark", b"\xff", "application/json"),
        ("mailgun", b"x", "text/plain"), ("mailgun", b"x", "multipart/form-data"),
        ("mailgun", b"--b\r\nX: y\r\n\r\nz\r\n--b--", "multipart/form-data; boundary=b"),
        ("mailgun", b"&".join(b"a=1" for _ in range(3000)), "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_what_is_no_message_is_said_to_be_none(database: Database, path: str, content: bytes, media_type: str) -> None:
    a_mailbox(database)
    answer = client(database).post(
        f"/v1/inbound/billing/{path}", content=content, headers={**bearer(), "content-type": media_type}
    )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert cases(database) == 0


def test_an_empty_form_that_is_signed_holds_no_message(database: Database) -> None:
    a_mailbox(database)
    http = client(database)
    for more in ({}, {"body-mime": " "}):
        answer = http.post("/v1/inbound/billing/mailgun", data={**signed(), **more})
        assert answer.status_code == 422


def test_what_is_too_large_is_refused(database: Database) -> None:
    a_mailbox(database)
    http = client(database, countersign_max_upload_mb=1)
    assert hand_over(http, "raw", mail(size=1_200_000)).status_code == 200
    assert hand_over(http, "raw", mail(size=4_000_000)).status_code == 413
    assert http.post("/v1/inbound/billing/mailgun", content=b"x" * 5_000_000).status_code == 413
    assert cases(database) == 1


def test_a_subaccount_s_mail_may_be_signed_by_its_parent(database: Database) -> None:
    a_mailbox(database)
    form = signed()
    form |= {"parent-signature": form["signature"], "signature": "0" * 64, "body-mime": "Subject: hours\n\nbody"}
    assert post_form(client(database), "/v1/inbound/billing/mailgun", form).status_code == 200


@pytest.mark.parametrize("way", ["raw", "mailgun", "postmark"])
def test_deliveries_at_the_same_moment_are_one_case(database: Database, way: str) -> None:
    a_mailbox(database)
    content, http = an_order(), client(database)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: hand_over(http, way, content), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["case_id"] for answer in answers}) == 1
    assert [answer.json()["came_again"] for answer in answers].count(False) == 1
    assert cases(database) == 1


def test_one_token_at_the_same_moment_lets_in_one_of_many_messages(database: Database) -> None:
    a_mailbox(database)
    http = client(database)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda n: hand_over(http, "mailgun/mime", mail(f"Order {n}")), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert cases(database) == 1


def test_a_mail_that_came_raw_by_two_ways_with_other_headers_on_the_way_is_one_case(database: Database) -> None:
    a_mailbox(database)
    content, http = an_order(), client(database)
    first = hand_over(http, "raw", b"Received: by mx1.example; today\r\n" + content).json()
    again = hand_over(http, "mailgun/mime", b"X-Mailgun-Incoming: Yes\r\n" + content).json()
    assert again == {**first, "came_again": True}
