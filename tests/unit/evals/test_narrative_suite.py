"""The suite of draft invoices holds, and it notices a text that does not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.narratives.internal import REASONS
from app.vocabulary import LANGUAGES
from evals.narrative_suite import DRAFTS, outcomes

CASES = yaml.safe_load(DRAFTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("one", outcomes(), ids=lambda one: one.id)
def test_what_is_drafted_is_what_the_suite_asks_for(one: object) -> None:
    assert one.wrong == (), one.text  # type: ignore[attr-defined]


def test_the_suite_has_every_language_and_most_reasons() -> None:
    assert {case["language"] for case in CASES} == set(LANGUAGES)
    reasons = {why for case in CASES for why in case.get("held", {}).values()}
    assert reasons <= set(REASONS)
    assert len(reasons) >= 12
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_a_wrong_expectation_is_noticed(tmp_path: Path) -> None:
    (wrong,) = [case for case in CASES if case["id"] == "en-grouped-and-added-up"]
    case = wrong | {"says": ["31 h in total"], "never": ["nightly"], "clean": False, "quantity": "99"}
    path = tmp_path / "drafts.yaml"
    path.write_text(yaml.safe_dump([case]), encoding="utf-8")
    (found,) = outcomes(path)
    assert any("does not say" in said for said in found.wrong)
    assert any("no text because" in said for said in found.wrong)
