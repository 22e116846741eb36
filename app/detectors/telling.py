"""A discrepancy as a document, and back: the text a person reads, and what is thought of it.

The document is canonical JSON; it is kept, hashed and downloadable like everything that comes in. Only a document that
a detector brought is told this way: the same JSON from anywhere else is an ordinary file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments.results import Assessment, Claim, Classification, FieldValue, Vote
from app.cases.models import Case
from app.detectors.discrepancy import Discrepancy
from app.detectors.page import Page, is_hours_or_days, row_cells
from app.documents.models import Arrival
from app.documents.reading import Evidence, Reading
from app.errors import Malformed
from app.odoo.commands import canonical_json
from app.sources.incoming import Incoming
from app.vocabulary import KIND_OF, CertaintyWord, Kind

SOURCE = "detector:"
"""What the source of a detector's document begins with. No door to the outside gives such a name."""
TITLE = "Found in Odoo by Countersign"
MEDIA_TYPE = "application/vnd.countersign.discrepancy+json"
READER = "detector"


@dataclass(frozen=True, slots=True)
class Told:
    """A discrepancy as it was found at one time."""

    discrepancy: Discrepancy
    found_at: datetime


def incoming(found: Discrepancy, *, at: datetime) -> Incoming:
    """The discrepancy as something that arrives.

    Each finding is a document of its own, whatever else lies in the house: nobody outside can have sent these bytes
    before, because they hold a number made up here.
    """
    if KIND_OF.get(found.reason) is not Kind.BILLING_DISCREPANCY:
        raise ValueError(f"rule {found.rule!r} belongs to no reason of a billing discrepancy")
    body = {
        "found_at": at.isoformat(),
        "discrepancy": _adapter().dump_python(found, mode="json"),
        "serial": str(uuid4()),
    }
    return Incoming(
        canonical_json(body).encode(), file_name(found), f"{SOURCE}{found.rule}"[:120],
        f"{found.key}#{found.fingerprint}#{body['serial']}", at,
    )  # fmt: skip


def file_name(found: Discrepancy) -> str:
    """A name for the download: "S00031 rate mismatch.json"."""
    record = next((r for r in (found.order, found.invoice, found.about) if r is not None and r.name), None)
    about = record.name if record else found.customer
    clean = "".join(c if c.isalnum() or c in " .-_" else "-" for c in about).strip(" .")[:80]
    return f"{clean} {found.reason.replace('_', ' ')}.json".strip()


def is_a_detectors(session: Session, document_id: int) -> bool:
    """Whether a detector brought this document first; that it came again by another way changes nothing."""
    source = session.execute(
        select(Arrival.source).where(Arrival.document_id == document_id).order_by(Arrival.id).limit(1)
    ).scalar_one_or_none()
    return source is not None and source.startswith(SOURCE)


def read(content: bytes) -> Told:
    """The discrepancy that a detector's document tells.

    Raises:
        Malformed: The bytes are not such a document.
    """
    import json

    try:
        body = json.loads(content)
        return Told(
            _adapter().validate_python(body["discrepancy"]), datetime.fromisoformat(str(body["found_at"]))
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Malformed(f"This is no document of a detector: {type(error).__name__}.") from None


@cache
def _adapter() -> TypeAdapter[Discrepancy]:
    return TypeAdapter(Discrepancy)


def tell(content: bytes) -> tuple[Reading, Assessment]:
    """The document as a person reads it, and what it says as an assessment, each claim resting on words of that text.

    Raises:
        Malformed: As `read`.
    """
    told = read(content)
    d, finding = told.discrepancy, told.discrepancy.finding
    page, fields = Page(), dict[str, FieldValue]()

    def field(name: str, value: object, place: tuple[int, int]) -> None:
        fields[name] = FieldValue(value, (_evidence(page, place),))

    page.line(d.title)
    page.gap()
    sentence = page.line(finding.sentence)
    since = page.line(f"It holds since {_day(d.since)}.") if d.since else None
    page.gap()
    page.labelled("Company", d.company)
    if d.customer:
        field("customer_name", page.said(d.customer), page.labelled("Customer", d.customer))
    if d.order is not None and d.order.name:
        field("order_refs", [page.said(d.order.name)], page.labelled("Order", d.order.name))
    if d.invoice is not None:
        place = page.labelled("Invoice", d.invoice.name or f"draft {d.invoice.id}")
        if d.invoice.name and not d.invoice.name.casefold().startswith("draft"):  # a draft has no number yet
            field("invoice_refs", [page.said(d.invoice.name)], place)
    if finding.amount is not None:
        start, end = page.labelled("Amount, net", str(finding.amount))
        field("amount_disputed", f"{finding.amount.rounded().amount:f}", (start, end - 4))
        field("currency", finding.amount.currency, (end - 3, end))
    if finding.quantity is not None:
        place = page.labelled("Quantity", row_cells(finding.quantity, finding.unit))
        field("quantity_disputed", f"{finding.quantity.normalize():f}", place)
        field("quantity_unit", is_hours_or_days(finding.unit), place)
    page.gap()
    page.arithmetic(finding.rows)
    rule = page.labelled("Rule", d.explains)
    page.labelled("Next step", d.step)
    page.records(finding.records)
    page.line(f"{TITLE} on {told.found_at:%Y-%m-%d} at {told.found_at:%H:%M} UTC, rule {d.rule}.")
    reading = Reading("", TITLE, MEDIA_TYPE, "text", text=page.text, tables=tuple(page.tables), language="en")
    claims = [Claim(page.said(finding.sentence), (_evidence(page, sentence),))]
    if since is not None:
        claims.append(Claim(page.text[slice(*since)], (_evidence(page, since),)))
    classification = Classification(
        reason=d.reason, confidence=1.0, reading=CertaintyWord.BY_RULE, prediction_set=(d.reason,),
        votes=(Vote(READER, d.reason, {d.reason: 1.0}, because=d.explains),), evidence=(_evidence(page, rule),),
    )  # fmt: skip
    return reading, Assessment(
        classification, fields, tuple(claims), None, READER, {"rule": d.rule},
    )  # fmt: skip


def show(case: Case, told: Told) -> None:
    """What a detector says better than a reading could: the line for the inbox, why it is here, and whose it is."""
    d = told.discrepancy
    case.title, case.sender = d.title, ""
    since = f", since {_day(d.since)}" if d.since else ""
    case.here_because = f"Here because Countersign found it in Odoo{since}. Rule: {d.explains.rstrip('.')}."
    case.company_id = d.company_id
    case.customer_id = d.customer_id
    case.customer_name = d.customer


def _day(day: object) -> str:
    return f"{day:%Y-%m-%d}"


def _evidence(page: Page, place: tuple[int, int]) -> Evidence:
    start, end = place
    return Evidence("", start, end, page.text[start:end])
