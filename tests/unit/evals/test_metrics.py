"""The measures say what the guidelines mean."""

from __future__ import annotations

from typing import Any

from evals.metrics import calibration_error, match_lines, normalised, score


def gold(file: str = "a.eml", **values: Any) -> dict[str, Any]:
    return {"file": file, "kind": "dispute", "reason": "tax", **values}


def said(file: str = "a.eml", **values: Any) -> dict[str, Any]:
    return {"file": f"folder/{file}", "kind": "dispute", "reason": "tax", **values}


def test_files_match_by_name_and_a_missing_prediction_is_wrong() -> None:
    found = score([gold("a.eml"), gold("b.eml")], [said("a.eml")]).as_dict()
    assert found["reason_accuracy"] == found["kind_accuracy"] == 0.5


def test_another_defensible_reason_is_right() -> None:
    line = gold(accept={"reason": ["dispute/legal_form"]})
    assert score([line], [said(reason="legal_form")]).as_dict()["reason_accuracy"] == 1.0


def test_a_message_that_asks_something_and_is_put_aside_is_counted() -> None:
    found = score([gold(), gold("b.eml", kind="no_action", reason="bounce")], [said(kind="no_action", reason="bounce")])
    assert found.as_dict()["asks_but_no_action"] == 1.0


def test_macro_f1_weighs_rare_reasons_like_common_ones() -> None:
    lines = [gold("a.eml"), gold("b.eml"), gold("c.eml", reason="currency")]
    found = score(lines, [said("a.eml"), said("b.eml"), said("c.eml")]).as_dict()
    assert found["by_reason"]["dispute/currency"]["f1"] == 0.0
    assert found["reason_macro_f1"] == (0.8 + 0.0) / 2


def test_fields_are_compared_by_meaning() -> None:
    assert normalised("po_number", "PO 45-00/1") == normalised("po_number", "po45001")
    assert normalised("amount_total", "1'200.50") == normalised("amount_total", "1200.5")
    assert normalised("customer_name", "Müller & Söhne") == normalised("customer_name", "Muller Sohne")
    assert normalised("deadline", "") is None


def test_optional_references_neither_help_nor_hurt() -> None:
    line = gold(fields={"invoice_refs": ["A1"]}, accept={"invoice_refs": ["B2"]})
    for refs in (["A1"], ["A1", "B2"]):
        hits = score([line], [said(fields={"invoice_refs": refs})]).fields["invoice_refs"]
        assert (hits.right, hits.extra, hits.missed) == (1, 0, 0)


def test_order_lines_match_one_to_one() -> None:
    line = {"description": "Senior consultant", "quantity": "10", "unit_price": "95.00"}
    assert match_lines([line], [line, line]) == (1, 1, 0)
    assert match_lines([line], [{**line, "quantity": "11"}]) == (0, 1, 1)


def test_calibration_error_is_the_gap_between_word_and_deed() -> None:
    assert calibration_error([(0.9, True)] * 9 + [(0.9, False)]) is not None
    assert abs(calibration_error([(0.95, True), (0.95, False)]) - 0.45) < 1e-9  # type: ignore[operator]


def test_what_a_gold_line_does_not_know_is_neither_right_nor_wrong() -> None:
    gold = {"file": "a", "kind": "dispute", "reason": "tax", "fields": {"po_number": "45-1"},
            "known": ["kind", "reason", "fields.po_number"]}  # fmt: skip
    got = {"file": "a", "kind": "dispute", "reason": "tax", "flags": ["deadline"],
           "fields": {"po_number": "451", "currency": "EUR"}}  # fmt: skip
    scores = score([gold], [got])
    assert (scores.fields["po_number"].right, scores.fields["currency"].extra, dict(scores.flags)) == (1, 0, {})
    assert scores.reasons == [("dispute/tax", "dispute/tax")]


def test_a_gold_line_without_a_reason_is_in_no_share_of_reasons() -> None:
    scores = score([{"file": "a", "known": []}], [{"file": "a", "kind": "dispute", "reason": "tax"}])
    assert (scores.cases, scores.reasons) == (1, [])
