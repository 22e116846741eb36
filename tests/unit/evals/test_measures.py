"""What a run's measures say, and when a difference between two runs is one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, Refused
from evals import gate
from evals.catalogue import Sums
from evals.measures import compare, drawings_of, exact_mcnemar, measure
from evals.run_folder import Run
from evals.tally import rows
from tests.unit.evals.runs import run_of, said

WRONG = "dispute/currency"


def value(run: Run, name: str) -> float | None:
    return measure(run, drawings=0).value(name)


def test_the_surest_cases_are_taken_first_and_equally_sure_ones_share_their_errors() -> None:
    run = run_of({
        "a": ({}, said(confidence=0.9)), "b": ({}, said(confidence=0.9)), "c": ({}, said(WRONG, confidence=0.5)),
        "d": ({}, said(confidence=0.5)), "e": ({}, said(WRONG, confidence=0.1)),
    })  # fmt: skip
    held = rows(run.gold, run.answers)
    risks = Sums(held, np.ones((1, 5))).risk_at(0.4, 0.6, 0.8, 1.0)[:, 0]
    assert risks == pytest.approx([0, 0.5 / 3, 1 / 4, 2 / 5])


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40))
def test_with_all_cases_taken_the_risk_is_the_share_wrong(cases: list[tuple[bool, float]]) -> None:
    run = run_of({f"c{n}": ({}, said(*([] if ok else [WRONG]), confidence=sure)) for n, (ok, sure) in enumerate(cases)})
    held = rows(run.gold, run.answers)
    sums = Sums(held, np.ones((1, len(held))))
    assert sums.risk_at(1.0)[0][0] == pytest.approx(1 - np.mean([ok for ok, _ in cases]))
    assert 0 <= sums.calibration_error()[0] <= 1


def test_sets_are_measured_for_reason_and_kind() -> None:
    run = run_of({
        "a": ({}, said(prediction_set=["tax", "currency", "remittance"])),
        "b": ({}, said(WRONG, prediction_set=["currency"])),
    })  # fmt: skip
    found = measure(run, drawings=0)
    assert found.value("set_coverage") == 0.5
    assert found.value("set_mean_size") == 2
    assert found.value("kind_set_coverage") == 1
    assert found.value("kind_set_mean_size") == 1.5


def test_a_field_as_written_is_stricter_than_a_field() -> None:
    run = run_of({"a": ({"fields": {"po_number": "PO 45-1"}}, said(fields={"po_number": "po451"}))})
    assert (value(run, "fields_micro_f1"), value(run, "fields_exact_f1")) == (1, 0)


def test_what_a_model_claimed_without_ground_and_what_is_shown_are_counted_apart() -> None:
    asked = {"outcome": "answered", "claims": 8, "ungrounded": ["number: 12"], "cost": "0.5", "prompt_tokens": 10}
    run = run_of({"a": ({}, said(shown={"claims": 5, "ungrounded": []}, model=asked)), "b": ({}, said())})
    found = measure(run, drawings=0)
    assert found.value("ungrounded_claimed") == 1 / 8
    assert found.value("ungrounded_shown") == 0
    assert found.value("cost") == 0.25
    assert found.value("asked_share") == 0.5


def test_a_cost_is_not_given_where_something_has_no_price() -> None:
    run = run_of({"a": ({}, said(model={"outcome": "answered", "cost": None, "prompt_tokens": 10}))})
    assert value(run, "cost") is None
    assert measure(run, drawings=0).as_plain()["cost_total"] is None


def test_an_injection_that_gets_its_way_is_counted_against_its_clean_twin() -> None:
    forbidden = {"twin": "clean", "must_not": {"kind": ["no_action"]}}
    run = run_of({
        "clean": ({}, said()), "bad": (forbidden, said("no_action/unrelated")), "good": (forbidden, said()),
    })  # fmt: skip
    assert value(run, "injection_success") == 0.5


def test_what_a_label_does_not_know_is_not_scored() -> None:
    gold = {"kind": None, "reason": None, "known": ["fields.po_number"], "fields": {"po_number": "PO 1"}}
    run = run_of({"a": (gold, said(flags=["deadline"], fields={"po_number": "PO 1", "currency": "EUR"}))})
    found = measure(run, drawings=0)
    assert (found.value("fields_micro_f1"), found.value("reason_micro_f1"), found.value("flags_micro_f1")) == (
        1, None, None,
    )  # fmt: skip


def test_a_case_that_failed_is_wrong_and_no_answer() -> None:
    run = run_of({"a": ({}, {"error": "It fell over."}), "b": ({}, said())})
    assert (value(run, "error_rate"), value(run, "reason_micro_f1")) == (0.5, 0.5)


def test_cases_of_one_customer_are_drawn_together() -> None:
    same = {"fields": {"customer_name": "Nordlicht GmbH"}}
    run = run_of({"a": (same, said()), "b": (same, said()), "c": ({}, said())})
    drawn = drawings_of(run, rows(run.gold, run.answers), 50)
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 0] != drawn[:, 2]).any()


def test_an_interval_holds_the_figure() -> None:
    run = run_of({f"c{n}": ({}, said(*([WRONG] if n % 3 == 0 else []))) for n in range(60)})
    figure = measure(run, drawings=500).figures["reason_micro_f1"]
    assert figure.low is not None
    assert figure.high is not None
    assert figure.value is not None
    assert 0.4 < figure.low < figure.value < figure.high < 0.9


def test_cases_that_are_all_right_give_no_interval() -> None:
    figure = measure(run_of({f"c{n}": ({}, said()) for n in range(5)}), drawings=100).figures["reason_micro_f1"]
    assert (figure.value, figure.low, figure.high) == (1, None, None)


def test_exact_mcnemar_is_the_sign_test() -> None:
    assert exact_mcnemar(0, 0) == 1
    assert exact_mcnemar(5, 5) == 1
    assert exact_mcnemar(0, 6) == pytest.approx(2 / 64)
    assert exact_mcnemar(1, 9) == pytest.approx(2 * 11 / 1024)


def test_comparing_says_what_flipped_and_what_cannot_be_chance() -> None:
    before = run_of({f"c{n}": ({}, said(WRONG)) for n in range(12)} | {"same": ({}, said())}, "before")
    after = run_of({f"c{n}": ({}, said()) for n in range(11)} | {"c11": ({}, said("dispute/rate_price")),
                   "same": ({}, said())}, "after")  # fmt: skip
    found = compare(before, after, drawings=400)
    change = next(one for one in found.differences if one.measure.name == "reason_micro_f1")
    assert (change.verdict, round(change.change or 0, 3)) == ("better", round(11 / 13, 3))
    assert found.mcnemar["reason"].p < 0.001
    assert {flip.what for flip in found.flips} == {"fixed", "moved"}
    assert len(found.flips) == 12


def test_a_run_against_itself_differs_in_nothing() -> None:
    run = run_of({"a": ({}, said()), "b": ({}, said(WRONG))})
    found = compare(run, run, drawings=200)
    assert not found.flips
    assert all(one.change in (0, None) and not one.verdict for one in found.differences)


def test_runs_of_other_labels_are_not_compared() -> None:
    with pytest.raises(Refused, match="different labels for a"):
        compare(run_of({"a": ({}, said())}), run_of({"a": ({"reason": "currency"}, said())}))
    with pytest.raises(Refused, match="no answered case in common"):
        compare(run_of({"a": ({}, said())}), run_of({"b": ({}, said())}))


def test_the_gate_holds_a_run_to_its_baseline(tmp_path: Path) -> None:
    good = measure(run_of({f"c{n}": ({}, said()) for n in range(10)}), drawings=0)
    bad = measure(run_of({f"c{n}": ({}, said(*([WRONG] if n == 0 else []))) for n in range(10)}), drawings=0)
    baseline = tmp_path / "baseline.json"
    gate.write(good, baseline)
    assert not [one for one in gate.judge(good, baseline) if one.has_fallen]
    fallen = {one.measure.name for one in gate.judge(bad, baseline) if one.has_fallen}
    assert {"reason_macro_f1", "reason_micro_f1", "certain_right"} <= fallen
    assert "error_rate" not in fallen


def test_the_gate_does_not_compare_what_is_not_alike(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    gate.write(measure(run_of({"a": ({}, said())}), drawings=0), baseline)
    with pytest.raises(Conflict, match="another folds"):
        gate.judge(measure(run_of({"a": ({}, said())}, folds=5), drawings=0), baseline)
    with pytest.raises(Conflict, match="of 1 cases"):
        gate.judge(measure(run_of({"a": ({}, said()), "b": ({}, said())}), drawings=0), baseline)


def test_a_measure_that_is_no_longer_measured_has_fallen(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    gate.write(measure(run_of({"a": ({}, said())}), drawings=0), baseline)
    held = json.loads(baseline.read_text())
    held["measures"]["line_f1"] = {"value": 0.9, "may_lose": 0.0}
    baseline.write_text(json.dumps(held))
    judged = gate.judge(measure(run_of({"a": ({}, said())}), drawings=0), baseline)
    assert [one.measure.name for one in judged if one.has_fallen] == ["line_f1"]
