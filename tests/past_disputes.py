"""An invented year of disputes, from a seed: orders of every contract type, their invoices, and what customers said."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessments.findings import Match, RecordRef
from app.assessments.keep import _adapter
from app.assessments.models import AssessmentRow
from app.audit import trail
from app.cases.models import Case, CaseDocument
from app.mirror import models as m
from app.suggestions.models import Suggestion
from tests.builders import a_case, a_credit, a_suggestion
from tests.mirrored import FEE_PRODUCT, HOURS_PRODUCT, MILESTONES_PRODUCT, Mirror

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 20)
CUSTOMERS = (
    "Fehnwerder Logistik GmbH", "Marlowe Tidewater Utilities plc", "Pellworth Retail Ltd", "Auenthal Energie AG",
    "Wehrholt Versicherung a.G.", "Montclar Santé SA", "Sandhagen Papier KG", "Calder Ridge Council",
)  # fmt: skip
MANAGERS = ("Tomasz Wilk", "Hannah Voss", "Lucía Ferrer", "Noah Brandt")
_TALKS = (  # customer, contract, manager, chance that an invoice is disputed, reasons
    (0, "time_and_materials", 0, 0.75, ("hours_quantity", "hours_quantity", "missing_backup")),
    (1, "capped", 1, 0.40, ("contract_cap", "rate_price", "hours_quantity")),
    (2, "time_and_materials", 0, 0.60, ("missing_backup", "missing_reference", "hours_quantity")),
    (3, "time_and_materials", 2, 0.40, ("rate_price", "hours_quantity")),
    (4, "fixed_price", 3, 0.10, ("missing_reference",)),
    (5, "milestone", 1, 0.25, ("quality_acceptance", "scope_not_agreed")),
    (6, "retainer", 2, 0.12, ("tax", "already_paid")),
    (7, "milestone", 3, 0.12, ("quality_acceptance", "missing_reference")),
    (0, "fixed_price", 3, 0.08, ("tax",)),
    (2, "retainer", 1, 0.10, ("calculation_error",)),
)
_PRODUCT = {
    "time_and_materials": HOURS_PRODUCT, "capped": HOURS_PRODUCT, "milestone": MILESTONES_PRODUCT,
    "fixed_price": FEE_PRODUCT, "retainer": FEE_PRODUCT,
}  # fmt: skip
_WORDS = {"retainer": "Support retainer, 20 hours a month", "fixed_price": "Migration, fixed price"}


@dataclass
class History:
    """What was made up: the mirror, and disputes by case id."""

    mirror: Mirror
    invoices: list[Any]
    case_ids: list[int]


def a_dispute(
    session: Session, customer: Any, invoices: list[Any], *, reason: str = "hours_quantity",
    opened_on: date = date(2026, 9, 1), outcome: str = "open", days: int = 9, contested: str | None = "1000.00",
    currency: str = "EUR", credit: str = "400.00", note: str = "The invoice is right; the customer agrees.",
    orders: list[Any] | None = None, company_id: int | None = 1,
) -> Case:  # fmt: skip
    """A dispute as it stands in the end: `outcome` credited, upheld, withdrawn or open."""
    opened_at = datetime.combine(opened_on, time(9), UTC)
    case = a_case(session, content=f"{customer.name} {opened_on} {reason} {random.random()}".encode())
    case.kind, case.reason, case.customer_id, case.customer_name = "dispute", reason, customer.id, customer.name
    case.title, case.company_id, case.opened_at = f"{customer.name}, {reason}", company_id, opened_at
    case.at_stake, case.currency = (Decimal(contested), currency) if contested else (None, None)
    document = session.query(CaseDocument.document_id).filter_by(case_id=case.id).scalar()
    matches = [Match("invoice", RecordRef("account.move", i.id, i.name), Decimal(1), True, ()) for i in invoices]
    matches += [Match("order", RecordRef("sale.order", o.id, o.name), Decimal(1), True, ()) for o in orders or ()]
    session.add(
        AssessmentRow(
            case_id=case.id, document_id=document, made_at=opened_at, engine="offline", content={"fields": {}},
            matches=_adapter(tuple[Match, ...]).dump_python(tuple(matches), mode="json"), findings=[], is_current=True,
        )
    )  # fmt: skip
    closed_at = opened_at + timedelta(days=days)
    if outcome == "credited":
        made = a_suggestion(session, case, a_credit(credit, currency=currency, invoice_id=invoices[0].id))
        session.execute(update(Suggestion).where(Suggestion.id == made.id).values(state="written"))
        case.state, case.closed_at = "done", closed_at
    elif outcome != "open":
        why = "The customer withdrew the dispute by phone." if outcome == "withdrawn" else note
        moved: dict[str, Any] = {"before": "to_decide", "after": "closed", "why": why}
        trail.record(session, "case.moved", case_id=case.id, actor="Ines", at=closed_at, **moved)
        case.state, case.closed_at = "closed", closed_at
    session.flush()
    return case


def a_year(session: Session, *, seed: int = 7) -> History:
    """Ten orders billed every month, and their disputes."""
    chance = random.Random(seed)
    mirror = Mirror(session)
    customers = [mirror.customer(name=name) for name in CUSTOMERS]
    invoices: list[Any] = []
    cases: list[int] = []
    for number, (who, contract, led_by, odds, reasons) in enumerate(_TALKS):
        currency = "GBP" if who in (1, 2, 7) else "EUR"
        order = mirror.order(
            customers[who], currency=currency, note="Not to exceed 90,000.00 GBP." if contract == "capped" else ""
        )
        line = mirror.order_line(
            order, product_id=_PRODUCT[contract], description=_WORDS.get(contract, "Consulting"),
            unit_price=Decimal(chance.choice((95, 120, 150))),
        )  # fmt: skip
        project = mirror.add(
            m.OdooProject, id=1000 + number, name=f"Project {number}", company_id=1, customer_id=customers[who].id,
            order_line_id=line.id, manager_id=20 + led_by, manager=MANAGERS[led_by],
        )  # fmt: skip
        for month in range(12):
            first = date(2025 + (11 + month) // 12, (11 + month) % 12 + 1, 3)
            for billing_day in (first, first + timedelta(days=14))[: 2 if odds > 0.3 else 1]:
                if billing_day > LAST:
                    continue
                invoice = mirror.invoice(order, currency=currency, invoiced_on=billing_day)
                quantity = Decimal(chance.randrange(10, 90))
                mirror.billed(invoice, line, quantity=quantity)
                if contract in ("time_and_materials", "capped"):
                    mirror.hours(line, billing_day, quantity, invoice, project_id=project.id)
                invoices.append(invoice)
                grows = 0.6 + month / 12  # it gets worse over the year
                if chance.random() < odds * grows * 0.8:
                    opened = min(LAST, billing_day + timedelta(days=chance.randrange(2, 25)))
                    outcome = chance.choices(("credited", "upheld", "withdrawn"), (55, 38, 7))[0]
                    if opened > date(2026, 10, 20) and chance.random() < 0.75:
                        outcome = "open"
                    contested = (quantity * line.unit_price * Decimal(chance.choice(("0.1", "0.25", "1")))).quantize(
                        Decimal("0.01")
                    )
                    granted = (contested * Decimal(chance.choice(("0.5", "1")))).quantize(Decimal("0.01"))
                    case = a_dispute(
                        session, customers[who], [invoice], reason=chance.choice(reasons), opened_on=opened,
                        outcome=outcome, days=chance.randrange(2, 45), contested=str(contested), currency=currency,
                        credit=str(granted),
                    )  # fmt: skip
                    cases.append(case.id)
    return History(mirror, invoices, cases)
