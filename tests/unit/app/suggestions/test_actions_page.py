"""docs/actions.md says what the code does: every step, its records, guards, risk and way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.narratives import proposing
from app.odoo.commands import OperationKind
from app.suggestions import actions
from app.suggestions.actions import take_back
from app.suggestions.proposal import KINDS, TAKE_BACK
from fixtures.odoo.closed_list import KINDS as OPERATIONS
from fixtures.odoo.operations import apply  # noqa: F401 - registers every operation

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table below a heading, by the name in their first cell."""
    below = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in below.splitlines() if line.startswith("| `")]
    return {_named(cells[0])[0]: [c.strip() for c in cells] for cells in rows}


def _named(cell: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", cell)


STEPS = table("The fifteen steps")


def test_every_step_and_every_reverse_is_there_and_nothing_else() -> None:
    assert tuple(STEPS) == KINDS
    assert set(table("Taking back")) == {kind.value for kind in OperationKind} - set(KINDS)
    assert f"`{TAKE_BACK}`" in PAGE
    assert {kind.value for kind in OperationKind} == set(OPERATIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_described_as_it_is(kind: str) -> None:
    _, models, _, compared, risk, taken_back_by = STEPS[kind]
    source = (Path(actions.__file__).parent / f"{kind}.py").read_text(encoding="utf-8")
    assert {risk} == set(re.findall(r'risk="(\w+)"', source))
    if kind in ("merge_with_case", "close_no_action"):
        assert (models, compared) == ("", "")
    else:
        guards = OPERATIONS[kind].guards
        assert sorted(_named(models)) == sorted(guards)
        comparable = frozenset().union(*guards.values())
        if kind == "update_invoice_narrative":  # one line is proposed where its text is drafted
            source += Path(proposing.__file__).read_text(encoding="utf-8")
        written = set(re.findall(r'"(\w+)":', source.partition("expected=")[2]))
        for field in _named(compared):
            assert field in comparable
            assert field in written, f"{field} is not sent along"
    if kind in take_back.WHY_NOT:
        assert taken_back_by.startswith("no: ")
    else:
        assert set(_named(taken_back_by)) == {reverse.value for reverse in take_back.REVERSED_BY[kind]}


def test_every_step_is_taken_back_or_it_is_said_why_not() -> None:
    assert set(take_back.WHY_NOT) - {TAKE_BACK} | set(take_back.REVERSED_BY) == set(KINDS)
    assert not set(take_back.WHY_NOT) & set(take_back.REVERSED_BY)


def test_the_parameters_that_the_addon_reads_are_explained() -> None:
    operations = ROOT / "odoo_addon" / "countersign" / "operations"
    read = {p for f in operations.glob("*.py") for p in re.findall(r'"(countersign\.\w+_id)"', f.read_text())}
    assert read == {
        "countersign.helpdesk_team_id",
        "countersign.approval_category_id",
        "countersign.documents_folder_id",
    }
    assert all(f"`{name}`" in PAGE for name in read)
