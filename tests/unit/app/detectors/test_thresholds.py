"""Thresholds from the policy file."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from app.decisions import approval_matrix
from app.detectors.thresholds import Limits, Thresholds
from app.errors import Misconfigured


def test_a_company_builds_on_the_default() -> None:
    given = {"default": {"stale_days": 30}, "companies": {"2": {"hours_per_day": "7.5", "off": ["tax_mapping"]}}}
    thresholds = Thresholds.of_mapping(given)
    assert (thresholds.of(1).stale_days, thresholds.of(1).hours_per_day) == (30, Decimal(8))
    assert (thresholds.of(2).stale_days, thresholds.of(2).hours_per_day) == (30, Decimal("7.5"))
    assert not thresholds.of(2).wants("tax_mapping")
    assert not Limits(off=("unbilled_time",)).wants("unbilled_time.hours")
    assert Limits(off=("unbilled_time.stale",)).wants("unbilled_time.hours")


@pytest.mark.parametrize(
    "given",
    [
        {"default": {"stale_day": 3}}, {"default": {"stale_days": "soon"}}, {"default": {"stale_days": True}},
        {"default": {"price_tolerance": "-1"}}, {"companies": {"Paris": {}}}, {"limits": {}},
        {"default": {"po_tags": "VIP"}}, {"default": {"approved_time_only": 1}},
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(given: dict[str, object]) -> None:
    with pytest.raises(Misconfigured, match="detectors"):
        Thresholds.of_mapping(given)


def test_the_default_policy_has_the_documented_defaults() -> None:
    section = approval_matrix.load().content["detectors"]
    assert Thresholds.of_mapping(section) == Thresholds()


def test_every_threshold_is_on_the_page_with_its_default() -> None:
    page = (Path(__file__).parents[4] / "docs" / "detectors.md").read_text(encoding="utf-8")
    for field in fields(Limits):
        default = getattr(Limits(), field.name)
        written = "none" if default == () else str(default).lower()
        assert f"| `{field.name}` | {written} |" in page
