"""`countersign mirror` and the scheduled run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.command_line import Run
from workers import health, mirroring


@pytest.fixture
def told(house: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("workers.wiring.parts", lambda: house.parts)
    monkeypatch.setattr(mirroring, "parts", lambda: house.parts)
    return house


def test_the_first_run_copies_and_the_second_finds_nothing_new(told: Any, run: Run) -> None:
    first = run("mirror", "--json")
    assert first.code == 0
    assert first.lines[0]["changed"]["sale.order"] > 0

    second = run("mirror")
    assert "Nothing new in Odoo" in second.out

    afresh = run("mirror", "--afresh", "--json").lines[0]
    assert (afresh["read"], sum(afresh["changed"].values())) == (first.lines[0]["read"], 0)


def test_the_scheduled_run_does_the_same(told: Any, run: Run) -> None:
    mirroring.run_task()

    assert "Nothing new in Odoo" in run("mirror").out


def test_doctor_says_which_modules_hold_what(told: Any) -> None:
    found = next(check for check in health.checks(told.parts) if check.what == "Odoo's modules")
    assert found.state == "works"
    assert "tickets in project.task (project, community)" in found.says
    assert "time approved by x_approved" in found.says
