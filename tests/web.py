"""Builders for tests of the web face: the app on a real database, callers with keys, people with a browser."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.findings import ArithmeticRow, Finding, Match, Reconciliation, RecordRef
from app.assessments.findings import Books as NoBooks
from app.assessments.results import Assessment, Claim, Classification, FieldValue, Vote
from app.audit import trail
from app.cases import steps
from app.cases.models import Case, CaseQuestion
from app.clock import now
from app.config import Settings
from app.db import Database
from app.documents import readings
from app.documents.reading import Address, Box, Evidence, Mail, Page, Reading, Segment, Word
from app.main import create_app
from app.money import Money
from app.users import access
from app.users.access import Caller
from app.vocabulary import CertaintyWord
from tests.builders import NOW, a_case, a_person, the_policy

SECRET = "s" * 48
ORIGIN = "http://testserver"


def settings(**more: Any) -> Settings:
    return Settings(database_url="", countersign_secret_key=SECRET, countersign_public_url=ORIGIN, **more)  # type: ignore[arg-type]


class PaperRenderer:
    """Draws every page as the same small white PNG, and hands out parts by name."""

    def page(self, content: bytes, name: str, part: str, number: int, *, dpi: int, turned: float) -> bytes:
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.new("RGB", (dpi * 595 // 72, dpi * 842 // 72), "white").save(out, "PNG")
        return out.getvalue()

    def part(self, content: bytes, name: str, part: str) -> bytes:
        return f"part {part} of {name}".encode()


def client(database: Database, **more: Any) -> TestClient:
    """A browser or program without any credentials. Redirects are shown, not followed."""
    app = create_app(settings(**more), database, the_policy(), odoo=None, renderer=PaperRenderer())
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


@contextmanager
def served(
    given: Settings, database: Database, *, odoo: Any = None, renderer: Any = None, health: Any = None
) -> Iterator[str]:
    """The web face on a port of its own, in a thread, until the end; its address."""
    import uvicorn

    door = socket.create_server(("127.0.0.1", 0))  # held from here on, so that nobody else gets its port
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    known = given.model_copy(update={"countersign_public_url": url})
    app = create_app(known, database, the_policy(), odoo, renderer or PaperRenderer(), health=health)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the web face did not start"
        time.sleep(0.02)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(30)


def with_key(
    database: Database, *scopes: str, roles: tuple[str, ...] = ("reviewer",), name: str = "Ines"
) -> TestClient:
    """A program with an API key of a person."""
    found = client(database)
    found.headers["authorization"] = f"Bearer {a_key(database, *scopes, roles=roles, name=name)}"
    return found


def a_key(database: Database, *scopes: str, roles: tuple[str, ...] = ("reviewer",), name: str = "Ines") -> str:
    with database.transaction() as session:
        a_person(session, name, *roles)
        user = access.user_by_email(session, f"{name.casefold()}@firm.example")
        return access.issue_key(session, user, name="test", scopes=scopes, at=datetime.now(UTC))


@dataclass
class Browser:
    """A signed-in person: opens pages and sends the forms on them, as a browser would."""

    http: TestClient
    person: Caller
    page: str = ""
    headers: dict[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin", "origin": ORIGIN})

    def open(self, path: str, status: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == status, answer.text
        self.page = answer.text
        return answer.text

    def form(self, action: str) -> dict[str, list[str]]:
        """The values of the first form on the page with this action, ticked boxes of other places included."""
        match = re.search(rf'<form([^>]*)action="{re.escape(action)}"([^>]*)>(.*?)</form>', self.page, re.S)
        assert match, f"no form {action} on the page"
        inside = match.group(3)
        form_id = re.search(r'id="([^"]+)"', match.group(1) + match.group(2))
        if form_id:
            inside += "".join(re.findall(rf'<input[^>]*form="{form_id.group(1)}"[^>]*>', self.page))
        values: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if said.get("type") in ("checkbox", "radio") and " checked" not in tag:
                continue
            values.setdefault(said.get("name", ""), []).append(_unescaped(said.get("value", "")))
        for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', inside, re.S):
            values.setdefault(name, []).append(_unescaped(text.removeprefix("\n")))
        return values

    def reach(self, action: str) -> None:
        """Open the page with this form where the present page only links to it."""
        if f'action="{action}"' not in self.page:
            link = re.search(rf'<a [^>]*href="({re.escape(action)}(?:\?[^"]*)?)"', self.page)
            if link:
                self.open(_unescaped(link.group(1)))

    def send(self, action: str, status: int = 303, **changes: Any) -> str:
        """Send a form of the page with some values changed; follow where it leads."""
        self.reach(action)
        values: dict[str, Any] = {**self.form(action), **{k.replace("__", "-"): v for k, v in changes.items()}}
        answer = self.http.post(action, data=values, headers=self.headers)
        assert answer.status_code == status, answer.text
        if status == 303:
            return self.open(answer.headers["location"])
        self.page = answer.text
        return answer.text


def altered(token: str) -> str:
    """The token with another letter in the middle of its signature: the last ones may hold bits that nobody reads."""
    start, letter, end = token[:-10], token[-10], token[-9:]
    return f"{start}{'B' if letter == 'A' else 'A'}{end}"


def _unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def browser(database: Database, name: str = "Ines", *roles: str, **more: Any) -> Browser:
    """A person who has just signed in by link."""
    http = client(database, **more)
    with database.transaction() as session:
        person = a_person(session, name, *roles)
    link = access.sign_in_link(ORIGIN, SECRET, person.user_id)
    answer = http.post(link.removeprefix(ORIGIN), headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    return Browser(http, person)


def compared(session: Session, case_id: int = 1) -> None:
    """Odoo was asked about a case: what the worker leaves behind."""
    step = steps.claim(session, case_id, "reconcile", at=now())
    assert step is not None
    assert steps.finish(session, case_id, "reconcile", step.attempts, at=now())
    trail.record(session, "case.reconciled", case_id=case_id, actor="software", at=now(), matches=[], findings=[])


def asked(database: Database, case_id: int = 1) -> None:
    """Any project manager is asked about a case, and may see it from then on."""
    with database.transaction() as session:
        by = a_person(session, "Ines").user_id
        session.add(CaseQuestion(case_id=case_id, asked_by=by, text="Was it delivered?", asked_at=NOW))


# -- a case that has been read ------------------------------------------------------------------------------------

SUBJECT = "Rechnung INV/2026/00012: Abweichung"
BODY = (
    "Sehr geehrte Frau Kaltenbach,\n\n42 Stunden berechnet, nur 40 abgezeichnet. Wir bitten um Gutschrift.\n\n"
    "Fehnwerder Logistik GmbH\n\nAm 05.11.2026 schrieb Ines: anbei die Rechnung."
)


def a_reading(*, body: str = BODY, subject: str = SUBJECT, sender: str = "Katrin Osterloh") -> Reading:
    """A mail with a page of an attachment."""
    text = f"{subject}\n\n{body}"
    quoted = text.find("Am 05.11.2026")
    end_of_new = quoted if quoted > 0 else len(text)
    segments = [Segment("subject", 0, len(subject)), Segment("new", len(subject) + 2, end_of_new)]
    if quoted > 0:
        segments.append(Segment("quoted", quoted, len(text)))
    mail = Mail(
        sender=Address(sender, "kreditoren@fehnwerder.example"), reply_to=None, to=(), cc=(), subject=subject,
        message_id="<1@fehnwerder.example>", in_reply_to="", references=(), sent_at=NOW - timedelta(hours=1),
        headers=(), segments=tuple(segments),
    )  # fmt: skip
    sheet = "Stundennachweis 36,00 Stunden"
    words = (
        Word(0, 15, Box(50, 100, 150, 112)), Word(16, 21, Box(160, 100, 190, 112)),
        Word(22, 29, Box(195, 100, 240, 112)),
    )  # fmt: skip
    paper = Reading(
        "0", "Stundennachweis.pdf", "application/pdf", "pdf", text=sheet, language="de",
        pages=(Page(1, 595.0, 842.0, 0, len(sheet), words),),
    )  # fmt: skip
    return Reading("", "mail.eml", "message/rfc822", "mail", text=text, mail=mail, language="de", attachments=(paper,))


def place(reading: Reading, quote: str, part: str = "") -> Evidence:
    """Where a quote stands in a part."""
    found = reading.part(part)
    start = found.text.index(quote)
    return found.evidence(start, start + len(quote))


def an_assessment(reading: Reading, **changes: Any) -> Assessment:
    """A dispute about hours, read sure."""
    values: dict[str, Any] = {
        "reason": "hours_quantity", "confidence": 0.97, "certainty": CertaintyWord.SURE, "flag_evidence": {},
        "prediction_set": ("hours_quantity",), "flags": (), "fields": None,
        "votes": (Vote("rules", None), Vote("linear", "hours_quantity")),
        "summary": (Claim("Fehnwerder contests 2 of 42 hours.", (place(reading, "42 Stunden"),)),),
    }  # fmt: skip
    values.update(changes)
    fields = values["fields"]
    if fields is None:
        fields = {
            "invoice_refs": FieldValue(["INV/2026/00012"], (place(reading, "INV/2026/00012"),)),
            "quantity_disputed": FieldValue("36.00", (place(reading, "36,00 Stunden", "0"),)),
            "language": FieldValue("de", (place(reading, "Sehr geehrte"),)),
        }
    return Assessment(
        Classification(
            values["reason"], values["confidence"], values["certainty"], values["prediction_set"],
            flags=values["flags"], votes=values["votes"],
        ),
        fields, values["summary"], None, "offline", {"triage": "test"}, flag_evidence=values["flag_evidence"],
    )  # fmt: skip


def a_finding() -> Finding:
    """Two hours without approval."""
    rate = Money(Decimal(150), "EUR")
    rows = (
        ArithmeticRow("Billed on INV/2026/00012", Decimal(42), "hours", rate, Money(Decimal(6300), "EUR")),
        ArithmeticRow("approved", Decimal(40), "hours", rate, Money(Decimal(6000), "EUR"), "minus"),
        ArithmeticRow("Without approval", Decimal(2), "hours", rate, Money(Decimal(300), "EUR"), "result"),
    )
    return Finding(
        "hours_over_approved", "42 h billed, 40 h approved: 2 h are without approval.", "customer",
        Money(Decimal(300), "EUR"), rows=rows, records=(RecordRef("account.move", 76, "INV/2026/00012"),),
    )  # fmt: skip


def a_read_case(session: Session, *, reading: Reading | None = None, **changes: Any) -> Case:
    """A case with its reading, assessment, matches and findings, as the workers leave it."""
    reading = reading or a_reading()
    case = a_case(session, content=reading.text.encode())
    assessment = an_assessment(reading, **changes)
    from app.assessments.present import show_assessment, show_findings

    document_id = case_document(session, case)
    readings.keep(session, document_id, reading, at=NOW)
    keep.keep(session, case.id, document_id, assessment, at=NOW)
    show_assessment(session, case, reading, assessment, at=NOW)
    matches = (
        Match("customer", RecordRef("res.partner", 14, "Fehnwerder Logistik GmbH"), Decimal("0.98"), True, ("named",)),
        Match("invoice", RecordRef("account.move", 76, "INV/2026/00012"), Decimal("0.99"), True, ("named",)),
    )  # fmt: skip
    found = Reconciliation(matches, (a_finding(),), NoBooks())
    keep.keep_reconciliation(session, case.id, found)
    show_findings(session, case, assessment, found, at=NOW)
    session.flush()
    return case


def case_document(session: Session, case: Case) -> int:
    from sqlalchemy import select

    from app.cases.models import CaseDocument

    return session.execute(select(CaseDocument.document_id).where(CaseDocument.case_id == case.id)).scalar_one()
