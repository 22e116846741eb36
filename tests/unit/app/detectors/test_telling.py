"""A discrepancy goes through a document and comes back as it was; what is claimed of it rests on its text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments import grounding
from app.detectors import telling
from app.errors import Malformed
from app.vocabulary import FIELDS, CertaintyWord, Kind
from tests.discrepancies import FOUND_AT, INVOICE, a_discrepancy

_NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=60)


def test_a_discrepancy_comes_back_as_it_was_told() -> None:
    found = a_discrepancy(invoice=INVOICE, line_id=501)
    arrival = telling.incoming(found, at=FOUND_AT)
    assert telling.read(arrival.content) == telling.Told(found, FOUND_AT)
    assert telling.read(arrival.content).discrepancy.fingerprint == found.fingerprint
    assert arrival.source == "detector:unbilled_time.hours"
    assert arrival.name == "S00031 unbilled time.json"


def test_the_document_is_canonical_json_and_no_two_are_the_same() -> None:
    first, second = (telling.incoming(a_discrepancy(), at=FOUND_AT).content for _ in range(2))
    assert first != second, "somebody who knows what we find could have sent it before us"
    body = json.loads(first)
    assert first.decode() == json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def test_it_reads_as_a_page_with_its_arithmetic_and_records() -> None:
    reading, assessment = telling.tell(telling.incoming(a_discrepancy(invoice=INVOICE), at=FOUND_AT).content)
    for said in (
        "9.5 h of September", "It holds since 2026-09-30.", "Customer: Falk & Söhne KG", "Order: S00031",
        "Invoice: RE/2026/00012", "Amount, net: 1,425.00 EUR", "Approved hours older than 35 days",
        "Next step: Bill the hours",
    ):  # fmt: skip
        assert said in reading.text
    arithmetic, records = reading.tables
    assert arithmetic.rows[-1] == ("= Not billed", "9.5 Hours", "150.00 EUR", "1,425.00 EUR")
    assert ("Timesheet", "2026-09-14 Anna: Workshop", "501") in records.rows
    c = assessment.classification
    assert (c.kind, c.reason, c.reading) == (Kind.BILLING_DISCREPANCY, "unbilled_time", CertaintyWord.BY_RULE)
    assert assessment.value("amount_disputed") == "1425.00"
    assert (assessment.value("quantity_disputed"), assessment.value("quantity_unit")) == ("9.5", "hours")
    assert assessment.value("invoice_refs") == ["RE/2026/00012"]
    assert assessment.summary[0].text.startswith("9.5 h approved")


@given(customer=_NAMES, order=_NAMES, sentence=_NAMES)
def test_whatever_odoo_names_things_every_claim_rests_on_the_text(customer: str, order: str, sentence: str) -> None:
    found = a_discrepancy(customer=customer)
    found = replace(
        found, order=replace(found.order, name=order) if found.order else None,
        finding=replace(found.finding, sentence=f"{sentence} differs."),
    )  # fmt: skip
    reading, assessment = telling.tell(telling.incoming(found, at=FOUND_AT).content)
    kept = grounding.grounded(assessment, reading)
    blank = {"customer_name": customer, "order_refs": order}
    lost = set(assessment.fields) - set(kept.fields)
    assert all(not blank.get(name, "x").split() for name in lost)
    assert set(assessment.fields) <= set(FIELDS)
    for table in reading.tables:
        lines = reading.text[table.start : table.end].split("\n")
        assert [tuple(line.split("\t")) for line in lines] == list(table.rows)


def test_a_rule_without_a_reason_is_refused_before_anything_is_stored() -> None:
    with pytest.raises(ValueError, match="belongs to no reason"):
        telling.incoming(a_discrepancy(rule="bank_details_change.odd"), at=FOUND_AT)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"discrepancy":{},"found_at":"2026-11-22"}', b"\xff\xfe"])
def test_other_bytes_are_no_discrepancy(content: bytes) -> None:
    with pytest.raises(Malformed):
        telling.read(content)
