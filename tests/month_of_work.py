"""An invented month of work, from a seed: cases of every kind, what people decided, what was billed and paid."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessments.findings import Match, RecordRef
from app.assessments.keep import _adapter
from app.assessments.models import AssessmentRow
from app.cases.models import Case, CaseDocument, CaseStep
from app.decisions.models import Decision
from app.llm.models import LlmCall
from app.mirror import models as m
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from tests.builders import a_case, a_credit, a_reference, the_policy
from tests.mirrored import Mirror

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 20)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    """A moment of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def a_dated_case(
    session: Session, kind: str | None, opened_at: datetime, *, reason: str = "", state: str = "to_decide",
    at_stake: str | None = None, currency: str = "EUR", **more: Any,
) -> Case:  # fmt: skip
    """A case as the list has it, without a document."""
    case = Case(
        kind=kind, reason=reason or None, reading="Sure" if kind else None, state=state, opened_at=opened_at,
        updated_at=opened_at, at_stake=Decimal(at_stake) if at_stake else None, currency=currency if at_stake else None,
        attention="Look at it." if state == "needs_attention" else "",
    )  # fmt: skip
    for name, value in more.items():
        setattr(case, name, value)
    session.add(case)
    session.flush()
    return case


def a_decision(
    session: Session, case: Case, by: Any, moment: datetime, verdict: str = "confirm", *, proposal: Any = None,
    why: str = "", is_edited: bool = False, state: str = "",
) -> Suggestion:  # fmt: skip
    """A step of a case and a person's verdict on it."""
    step = freeze(
        session, case.id, proposal or a_reference(), the_policy(), at=moment, made_by=by.user_id if is_edited else None
    )
    now = state or ("rejected" if verdict == "reject" else "confirmed")
    session.add(
        Decision(
            suggestion_id=step.id, content_hash=step.content_hash, verdict=verdict, by_user_id=by.user_id,
            as_role="reviewer", at=moment, reason_code=why, rule="OPS-1", policy_hash=the_policy().hash,
        )
    )  # fmt: skip
    session.flush()
    session.execute(update(Suggestion).where(Suggestion.id == step.id).values(state=now))
    return step


def said_of(
    session: Session, case: Case, reason: str, confidence: str, made_at: datetime, *, reading: str = "Sure",
    invoices: tuple[Any, ...] = (), votes: dict[str, str | None] | None = None,
) -> None:  # fmt: skip
    """What software says a case is, and which invoices it names."""
    document = session.query(CaseDocument.document_id).filter_by(case_id=case.id).scalar()
    matches = tuple(Match("invoice", RecordRef("account.move", i.id, i.name), Decimal(1), True, ()) for i in invoices)
    session.add(
        AssessmentRow(
            case_id=case.id, document_id=document, made_at=made_at, engine="offline",
            content={
                "fields": {},
                "classification": {
                    "reason": reason, "confidence": float(confidence), "reading": reading,
                    "votes": [{"reader": r, "reason": v} for r, v in (votes or {"linear": reason}).items()],
                },
            },
            matches=_adapter(tuple[Match, ...]).dump_python(matches, mode="json"), findings=[], is_current=True,
        )
    )  # fmt: skip
    session.flush()


def a_read(
    session: Session, kind: str, reason: str, opened_at: datetime, confidence: str = "0.97", **more: Any
) -> Case:
    """A case with a document, read by software half an hour after it came."""
    votes, reading = more.pop("votes", None), more.pop("reading", "Sure")
    settled, invoices = more.pop("settled", reason), more.pop("invoices", ())
    case = a_case(session, content=f"{kind} {opened_at} {random.random()}".encode())
    case.kind, case.reason, case.reading, case.opened_at = kind, settled, reading, opened_at
    case.confidence = Decimal(confidence)
    for name, value in more.items():
        setattr(case, name, value)
    said_of(session, case, reason, confidence, opened_at + timedelta(minutes=30), reading=reading, invoices=invoices,
            votes=votes)  # fmt: skip
    return case


def a_question(session: Session, moment: datetime, case: Case | None, cost: str | None = "0.02", **more: Any) -> None:
    values: dict[str, Any] = {
        "purpose": "triage/v2", "model": "small", "outcome": "answered", "prompt_tokens": 900, "completion_tokens": 100,
        "unmetered": 0, "attempts": 1, "seconds": Decimal("1.8"), "currency": "USD",
    }  # fmt: skip
    session.add(
        LlmCall(at=moment, case_id=case.id if case else None, cost=Decimal(cost) if cost else None, **(values | more))
    )
    session.flush()


def paid(mirror: Mirror, invoice: Any, amount: str, on: date, **more: Any) -> Any:
    """Money set against an invoice; what is open of it and its status follow."""
    money = Decimal(amount)
    invoice.open_amount -= money
    invoice.payment_state = "paid" if invoice.open_amount <= 0 else "partial"
    return mirror.add(
        m.OdooPayment, id=next(mirror._ids), company_id=invoice.company_id, invoice_id=invoice.id, amount=money,
        currency=invoice.currency, settled_on=on, **more,
    )  # fmt: skip


_CUSTOMERS = (
    "Fehnwerder Logistik GmbH", "Marlowe Tidewater Utilities plc", "Pellworth Retail Ltd", "Auenthal Energie AG",
    "Wehrholt Versicherung a.G.", "Montclar Santé SA", "Sandhagen Papier KG",
)  # fmt: skip
_KINDS = (
    ("customer_po", "new_po", 5), ("dispute", "hours_quantity", 3), ("dispute", "rate_price", 2),
    ("dispute", "missing_backup", 2), ("billing_discrepancy", "unbilled_time", 2), ("payment_notice", "remittance", 4),
    ("billing_request", "copy_or_statement", 3), ("security_alert", "bank_details_change", 1),
    ("no_action", "auto_reply", 5),
)  # fmt: skip


def a_month(session: Session, by: Any, *, today: date = LAST, days: int = 60, seed: int = 5) -> Mirror:
    """Some twenty cases a working day, billing every month of a year, and payments, up to `today`."""
    chance = random.Random(seed)
    mirror = Mirror(session)
    mirror.add(m.OdooCompany, id=2, name="Ours SAS", currency="EUR")
    customers = [mirror.customer(name=name) for name in _CUSTOMERS]
    invoices = _billing(mirror, chance, customers, today)
    kinds = [k for k in _KINDS for _ in range(k[2])]
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        if day.weekday() > 4:
            continue
        for _ in range(chance.randrange(3, 9)):
            kind, reason, _often = chance.choice(kinds)
            opened = datetime(day.year, day.month, day.day, chance.randrange(7, 11), chance.randrange(60), tzinfo=UTC)
            who = chance.choice(customers)
            about = [i for i in invoices if i.customer_id == who.id and i.state == "posted"]
            near = tuple(chance.sample(about[-4:], 1)) if kind == "dispute" and about else ()
            said = chance.choice(("0.55", "0.68", "0.77", "0.86", "0.93", "0.97", "0.98", "0.98", "0.99"))
            is_right = chance.random() < float(said)
            case = a_read(
                session, kind, reason if is_right else "question", opened, said, settled=reason, invoices=near,
                reading="Sure" if float(said) >= 0.95 else "Likely" if float(said) >= 0.8 else "Unsure",
                votes={"rules": reason if chance.random() < 0.3 else None, "linear": reason if is_right else "question",
                       "llm": reason if chance.random() < 0.95 else None},
                customer_id=who.id, customer_name=who.name, company_id=1, title=f"{who.name}: {reason}",
                at_stake=Decimal(chance.randrange(200, 20000)), currency="EUR",
                deadline=day + timedelta(days=3) if chance.random() < 0.4 else None,
            )  # fmt: skip
            for _ in range(chance.randrange(1, 4)):
                a_question(session, opened + timedelta(minutes=1), case, "0.0041",
                           outcome="answered" if chance.random() < 0.97 else "unavailable")  # fmt: skip
            if chance.random() < 0.95 and back > 0:
                decided = min(opened + timedelta(hours=chance.choice((1, 2, 3, 5, 9, 26, 50))), noon)
                roll = chance.random()
                proposal = a_credit() if kind == "dispute" and chance.random() < 0.5 else a_reference()
                a_decision(
                    session, case, by, decided, "reject" if roll < 0.07 else "confirm", proposal=proposal,
                    why="wrong_record" if roll < 0.07 else "", is_edited=roll > 0.8,
                    state="" if roll < 0.07 else "written",
                )  # fmt: skip
                case.state, case.closed_at = "done", decided + timedelta(minutes=1)
            elif chance.random() < 0.2:
                case.state = "needs_approval"
    stuck = a_dated_case(session, None, datetime(today.year, today.month, today.day, 8, tzinfo=UTC), reading=None,
                         state="needs_attention")  # fmt: skip
    session.add(CaseStep(case_id=stuck.id, stage="assess", state="failed", attempts=3, next_at=noon, last_error="gone"))
    session.flush()
    return mirror


def _billing(mirror: Mirror, chance: random.Random, customers: list[Any], today: date) -> list[Any]:
    invoices = []
    for number, who in enumerate(customers):
        company = 1 + number % 2
        order = mirror.order(who, currency="GBP" if number in (1, 2) else "EUR", company_id=company)
        line = mirror.order_line(order, unit_price=Decimal(chance.choice((95, 120, 150))), quantity=Decimal(3000),
                                 delivered=Decimal(1500), invoiced=Decimal(1400))  # fmt: skip
        for month in range(12):
            first = date(2025 + (11 + month) // 12, (11 + month) % 12 + 1, 1)
            if first > today:
                continue
            ends = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            issued = ends + timedelta(days=max(0, round(chance.gauss(7 - month * 0.25, 3))))
            hours = Decimal(chance.randrange(40, 160))
            net = hours * line.unit_price
            invoice = None
            if issued <= today:
                invoice = mirror.invoice(
                    order, customer_name=who.name, currency=order.currency, invoiced_on=issued, company_id=company,
                    due_on=issued + timedelta(days=30), net=net, tax=net / 5, gross=net * Decimal("1.2"),
                    open_amount=net * Decimal("1.2"),
                )  # fmt: skip
                mirror.billed(invoice, line, quantity=hours)
                invoices.append(invoice)
                settled = issued + timedelta(days=max(5, round(chance.gauss(36, 14))))
                if settled <= today and chance.random() < 0.94:
                    paid(mirror, invoice, str(invoice.open_amount), settled)
            mirror.hours(
                line,
                min(ends, today),
                hours,
                invoice,
                company_id=company,
                is_approved=invoice is not None or chance.random() < 0.5,
            )
        mirror.hours(line, today - timedelta(days=40), 60, company_id=company)
    draft = mirror.order(customers[3])
    mirror.invoice(draft, state="draft", net=Decimal(8400), gross=Decimal(10080), open_amount=Decimal(10080))
    return invoices
