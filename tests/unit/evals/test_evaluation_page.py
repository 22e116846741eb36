"""docs/evaluation.md defines every measure, and the gate holds only what may be held."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evals import gate
from evals.catalogue import BY_NAME, MEASURES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
BASELINES = sorted((ROOT / "evals" / "baselines").glob("*.json"))


def test_every_measure_is_defined_on_its_page_and_nothing_else_is() -> None:
    tables = [line.split("|")[1] for line in PAGE.splitlines() if re.match(r"\| `[a-z]\w+`", line)]
    defined = {name for cell in tables for name in re.findall(r"`(\w+)`", cell)}
    keys_of_labels_and_engines = {"suite", "topic", "must_not", "twin", "known", "offline", "llm", "model"}
    assert defined - keys_of_labels_and_engines == {measure.name for measure in MEASURES}


def test_every_gated_measure_has_a_better_side() -> None:
    assert {BY_NAME[name].better for name in gate.GATED} == {"higher", "lower"}
    assert set(gate.NEVER) <= set(gate.GATED)


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda path: path.stem)
def test_baselines_are_named_on_the_page_and_hold_known_measures(baseline: Path) -> None:
    assert f"`{baseline.name}`" in PAGE
    held = json.loads(baseline.read_text("utf-8"))
    assert held["measures"].keys() <= set(gate.GATED)
    for name in gate.NEVER:
        assert held["measures"].get(name, {"may_lose": 0})["may_lose"] == 0
