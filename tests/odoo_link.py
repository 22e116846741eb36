"""Odoo's server as our addon makes it speak: signed calls and signed events, made by hand so that no library agrees
with itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.db import Database
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal
from app.users import odoo_people
from app.users.access import Caller
from tests.builders import NOW, a_case, a_credit, a_person, a_suggestion
from tests.web import client

SECRET = "o" * 40
DATABASE = "5b1c8f2e-0000-4000-8000-000000000001"
INVOICE = ("account.move", 76)
ORDER = ("sale.order", 12)


def key(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, hashlib.sha256)


def base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def a_token(claims: dict[str, Any], *, secret: str = SECRET, head: dict[str, Any] | None = None) -> str:
    head = head or {"alg": "HS256", "typ": "JWT"}
    signed = b".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    return (signed + b"." + base64url(hmac.digest(key(secret, b"countersign.panel"), signed, "sha256"))).decode()


@dataclass
class OdooServer:
    """An Odoo database that shares our secret, calling."""

    http: TestClient
    secret: str = SECRET
    database: str = DATABASE

    def claims(self, uid: int = 7, about: tuple[str, int] | None = None, **changes: Any) -> dict[str, Any]:
        at = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.database, "aud": "countersign.panel", "uid": uid, "login": f"user{uid}", "name": f"User {uid}",
            "companies": [1], "iat": at, "exp": at + 60, "jti": secrets.token_urlsafe(16),
        }  # fmt: skip
        if about:
            claims |= {"model": about[0], "res_id": about[1]}
        return {k: v for k, v in (claims | changes).items() if v is not None}

    def call(
        self, path: str, body: dict[str, Any], *, uid: int = 7, about: tuple[str, int] | None = None, **changes: Any
    ) -> httpx.Response:
        return self.send(path, body, a_token(self.claims(uid, about, **changes), secret=self.secret))

    def send(self, path: str, body: Any, token: str) -> httpx.Response:
        return self.http.post(f"/v1/odoo/{path}", json=body, headers={"authorization": f"Bearer {token}"})

    def panel(self, about: tuple[str, int] = INVOICE, *, uid: int = 7, status: int = 200, **changes: Any) -> Any:
        answer = self.call("panel", {"model": about[0], "res_id": about[1]}, uid=uid, about=about, **changes)
        assert answer.status_code == status, answer.text
        return answer.json()

    def decide(
        self, shown: dict[str, Any] | Suggestion, verdict: str = "confirm", *, about: tuple[str, int] = INVOICE,
        uid: int = 7, claims: dict[str, Any] | None = None, **more: Any,
    ) -> httpx.Response:  # fmt: skip
        seen = shown if isinstance(shown, dict) else {"id": str(shown.id), "content_hash": shown.content_hash}
        body = {
            "model": about[0], "res_id": about[1], "suggestion_id": seen["id"], "content_hash": seen["content_hash"],
            "verdict": verdict, "reason": "", "note": "", "values": {}, **more,
        }  # fmt: skip
        return self.call("decisions", body, **{"uid": uid, "about": about, **(claims or {})})

    def receipt(self, key: str, status: str = "applied", **more: Any) -> httpx.Response:
        body = {"key": key, "status": status, "result": {}, "differences": [], "message": "", **more}
        return self.call("receipts", body, uid=1)

    def event(
        self, type: str, *, model: str = "sale.order", id: int = 12, company_id: int | None = 1, webhook_id: str = "",
        at: float | None = None, secret: str = "", body: bytes | None = None, headers: dict[str, str] | None = None,
        **data: Any,
    ) -> httpx.Response:  # fmt: skip
        told = {"database": self.database, "model": model, "id": id, "company_id": company_id,
                "write_date": "2026-11-20 09:30:00", **data}  # fmt: skip
        content = body or json.dumps({"type": type, "timestamp": "2026-11-20T09:30:00Z", "data": told}).encode()
        webhook_id = webhook_id or f"msg_{secrets.token_hex(8)}"
        sent = str(int(at or time.time()))
        signed = f"{webhook_id}.{sent}.".encode() + content
        digest = hmac.digest(key(secret or self.secret, b"countersign.events"), signed, "sha256")
        given = {
            "webhook-id": webhook_id, "webhook-timestamp": sent, "content-type": "application/json",
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}", **(headers or {}),
        }  # fmt: skip
        return self.http.post("/v1/odoo/events", content=content, headers=given)


def odoo_server(database: Database, **more: Any) -> OdooServer:
    return OdooServer(client(database, **{"countersign_odoo_secret": SECRET, **more}))


def linked(session: Session, name: str, uid: int, *roles: str, database: str = DATABASE) -> Caller:
    """A person of ours who is this user of Odoo."""
    person = a_person(session, name, *roles)
    odoo_people.link(session, person.email, database=database, uid=uid, login=f"user{uid}", by="test", at=NOW)
    return person


def a_matter(
    session: Session, proposal: Proposal | None = None, *, content: bytes = b"a dispute", customer_id: int | None = 14,
    company_id: int | None = 1,
) -> tuple[Case, Suggestion]:  # fmt: skip
    """A case of a customer with one suggestion: a credit of 300 EUR on invoice 76 unless said otherwise."""
    case = a_case(session, content=content)
    case.customer_id, case.company_id, case.title = customer_id, company_id, f"Case {content.decode()}"
    case.summary, case.reading, case.kind = "2 of 42 hours were not signed off.", "Sure", "dispute"
    session.flush()
    return case, a_suggestion(session, case, proposal or a_credit())
