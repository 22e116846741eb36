"""How findings are set against what was planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evals.tasks.detectors import compare
from tests.discrepancies import a_discrepancy


def a_manifest(**changes: Any) -> dict[str, Any]:
    d = a_discrepancy()
    record = d.finding.records[0]
    assert d.finding.amount is not None
    planted = {
        "id": "P1", "reason": d.reason, "company": d.company, "currency": d.finding.amount.currency, "note": "",
        "expected_amount": str(d.finding.amount.amount), "records": [{"model": record.model, "id": record.id}],
    }  # fmt: skip
    return {"companies": [{"name": d.company}], "planted": [planted | changes], "decoys": []}


def test_a_match_needs_reason_company_and_a_record() -> None:
    assert compare(a_manifest(), [a_discrepancy()]).total().as_plain()["precision"] == 1
    for changes in ({"reason": "tax_mapping"}, {"company": "Another"}, {"records": [{"model": "x", "id": 1}]}):
        total = compare(a_manifest(**changes), [a_discrepancy()]).total()
        assert (total.found, total.false) == (0, 1)


def test_another_amount_is_told() -> None:
    result = compare(a_manifest(expected_amount="1.00"), [a_discrepancy()])
    assert (result.total().found, result.total().equal, len(result.unequal)) == (1, 0, 1)


def test_one_finding_answers_for_one_planted_only() -> None:
    second = replace(a_discrepancy(), key="another")
    total = compare(a_manifest(), [a_discrepancy(), second]).total()
    assert (total.found, total.false) == (1, 1)


def test_a_decoy_that_is_raised_is_named() -> None:
    manifest = a_manifest()
    planted = manifest["planted"].pop()
    manifest["decoys"] = [{"looks_like": planted["reason"], "records": planted["records"], "why": "credited"}]
    assert compare(manifest, [a_discrepancy()]).decoys_raised == [f"{planted['reason']}: credited"]
