"""Documents in over HTTP: stored before they are acknowledged, once, within limits; and out again without danger."""

from __future__ import annotations

from unittest.mock import patch

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.cases.models import Case
from app.db import Database
from app.documents import readings
from app.documents.models import Arrival, Document
from tests.builders import NOW, a_case
from tests.web import a_key, a_reading, case_document, client, with_key

MAIL = b"From: a@b.example\nSubject: hours\n\nYou billed 42 hours."


def count(database: Database, model: type) -> int:
    with database.transaction() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_raw_message_is_stored_and_opens_a_case(database: Database) -> None:
    answer = with_key(database, "intake").post(
        "/v1/documents?name=hours.eml", content=MAIL, headers={"content-type": "message/rfc822"}
    )
    assert answer.status_code == 202
    taken = answer.json()["documents"][0]
    assert (taken["name"], taken["came_again"]) == ("hours.eml", False)
    assert answer.headers["location"] == f"/v1/documents/{taken['document_id']}"
    with database.transaction() as session:
        document = session.get_one(Document, taken["document_id"])
        assert document.content == MAIL
        assert session.get_one(Case, taken["case_id"]).state == "received"


def test_many_files_in_one_form_are_as_many_cases_in_their_order(database: Database) -> None:
    files = [("files", (f"f{n}.eml", MAIL + str(n).encode(), "message/rfc822")) for n in (3, 1, 2)]
    answer = with_key(database, "intake").post("/v1/documents", files=files)
    taken = answer.json()["documents"]
    assert [t["name"] for t in taken] == ["f3.eml", "f1.eml", "f2.eml"]
    assert len({t["case_id"] for t in taken}) == 3


def test_the_same_bytes_again_are_the_same_document_and_case(database: Database) -> None:
    http = with_key(database, "intake")
    first, second = (http.post("/v1/documents", content=MAIL).json()["documents"][0] for _ in range(2))
    assert second == {**first, "came_again": True}
    assert (count(database, Document), count(database, Arrival)) == (1, 2)


def test_the_same_key_twice_is_one_delivery(database: Database) -> None:
    http = with_key(database, "intake")
    for header in ("Idempotency-Key", "Webhook-Id"):
        for _ in range(2):
            assert http.post("/v1/documents", content=MAIL, headers={header: f"{header}-1"}).status_code == 202
    assert (count(database, Document), count(database, Arrival)) == (1, 2)


def test_a_key_used_for_other_content_is_a_conflict_and_nothing_is_stored(database: Database) -> None:
    http = with_key(database, "intake")
    http.post("/v1/documents", content=MAIL, headers={"Idempotency-Key": "k"})
    answer = http.post("/v1/documents", content=b"other", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 409
    assert count(database, Document) == 1


def test_two_callers_may_use_the_same_key(database: Database) -> None:
    for name, content in (("Ines", b"one"), ("Marc", b"two")):
        http = with_key(database, "intake", name=name)
        assert http.post("/v1/documents", content=content, headers={"Idempotency-Key": "1"}).status_code == 202
    assert count(database, Document) == 2


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_refused_whatever_its_headers_say(database: Database, chunked: bool) -> None:
    http = client(database, countersign_max_upload_mb=1)
    http.headers["authorization"] = f"Bearer {a_key(database, 'intake')}"
    body = (b"x" * 100_000 for _ in range(15)) if chunked else b"x" * 1_500_000
    answer = http.post("/v1/documents", content=body)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "MB" in answer.json()["detail"]
    assert count(database, Document) == 0


def test_a_decision_of_a_megabyte_is_refused(database: Database) -> None:
    answer = with_key(database, "decide").post("/v1/suggestions/x/decisions", content=b"x" * 1_100_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("send", [{"content": b""}, {"files": [("files", ("", b""))], "data": {"note": "no file"}}])
def test_a_request_without_a_document_says_so(database: Database, send: dict) -> None:
    answer = with_key(database, "intake").post("/v1/documents", **send)
    assert answer.status_code == 422
    assert "no document" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\order.pdf", "order.pdf"),
        ("a\x00b\r\nc.eml", "abc.eml"),
        ("\u202efdp.exe", "fdp.exe"),
        ("..", "document"),
    ],
)
def test_names_lose_paths_and_disguises(database: Database, given: str, kept: str) -> None:
    answer = with_key(database, "intake").post("/v1/documents", params={"name": given}, content=b"x")
    assert answer.json()["documents"][0]["name"] == kept


def test_a_full_disk_is_said_and_nothing_is_taken_in(database: Database) -> None:
    full = OperationalError("insert", {}, psycopg.errors.DiskFull("could not extend file"))
    http = with_key(database, "intake")
    with patch("app.api.documents.take_in", side_effect=full):
        answer = http.post("/v1/documents", content=MAIL)
    assert answer.status_code == 507
    assert answer.json()["title"] == "No room left"


def test_a_document_tells_its_parts_once_it_has_been_read(database: Database) -> None:
    with database.transaction() as session:
        document_id = case_document(session, a_case(session))
    http = with_key(database, "read")
    assert http.get(f"/v1/documents/{document_id}").json()["parts"] is None
    with database.transaction() as session:
        readings.keep(session, document_id, a_reading(), at=NOW)
    parts = http.get(f"/v1/documents/{document_id}").json()["parts"]
    assert [(p["path"], p["form"]) for p in parts] == [("root", "mail"), ("0", "pdf")]
    assert parts[1]["pages"][0]["image"] == f"/v1/documents/{document_id}/pages/0/1.png"


def test_content_is_a_download_that_no_browser_runs(database: Database) -> None:
    evil = b"<html><script>alert(1)</script>"
    http = with_key(database, "intake", "read")
    name = 'x".html'
    taken = http.post("/v1/documents", params={"name": name}, content=evil).json()["documents"][0]
    answer = http.get(f"/v1/documents/{taken['document_id']}/content")
    assert answer.content == evil
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="x_.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_page_is_a_picture_that_is_drawn_once(database: Database) -> None:
    with database.transaction() as session:
        document_id = case_document(session, a_case(session))
        readings.keep(session, document_id, a_reading(), at=NOW)
    http = with_key(database, "read")
    answer = http.get(f"/v1/documents/{document_id}/pages/0/1.png")
    assert answer.content.startswith(b"\x89PNG")
    assert "no-cache" in answer.headers["cache-control"]
    again = http.get(f"/v1/documents/{document_id}/pages/0/1.png", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for missing in ("0/2.png", "root/1.png", "7/1.png"):
        assert http.get(f"/v1/documents/{document_id}/pages/{missing}").status_code == 404
    assert http.get(f"/v1/documents/{document_id}/pages/..%2F0/1.png").status_code in (404, 422)
