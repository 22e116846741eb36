"""Labelling a folder in the terminal by two people, stopped and taken up again, and how far they agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.errors import Conflict, Malformed
from evals import annotating, cases
from evals.annotating import kappa
from evals.cli import app

MAIL = "From: Ann Example <ann@acme.example>\nTo: billing@firm.example\nSubject: {}\n\n{}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    held = tmp_path / "mails"
    held.mkdir()
    (held / "a.eml").write_text(MAIL.format("INV/2026/0007", "We dispute 4 hours, EUR 400.00.\x1b[31m"))
    (held / "b.eml").write_text(MAIL.format("Thanks", "Thank you, booked."))
    return held


def run(folder: Path, *arguments: str, keys: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(app, ["annotate", str(folder), *arguments], input="".join(f"{key}\n" for key in keys))


HOURS = ("2", "hours_quantity", "", "2 4", "invoice_refs=INV/2026/0007", "amount_disputed=400.00", "", "4 h too many")
THANKS = ("7", "2", "", "", "", "")


def test_labels_are_kept_one_by_one_and_the_rest_is_asked_the_next_time(folder: Path) -> None:
    stopped = run(folder, "--by", "ann", keys=(*HOURS, "q"))
    assert "1 of 2 files are labelled by ann" in stopped.output
    (first,) = annotating.kept(folder / "annotations" / "ann.jsonl").values()
    assert first == {
        "id": "a", "file": "a.eml", "kind": "dispute", "reason": "hours_quantity", "secondary_reasons": [],
        "flags": ["payment_held", "deadline"],
        "fields": {"invoice_refs": ["INV/2026/0007"], "amount_disputed": "400.00"}, "note": "4 h too many",
    }  # fmt: skip
    again = run(folder, "--by", "ann", keys=THANKS)
    assert "INV/2026/0007" not in again.output
    assert "2 of 2 files are labelled by ann" in again.output


def test_what_an_outsider_wrote_cannot_steer_the_terminal(folder: Path) -> None:
    assert "\x1b[31m" not in run(folder, "--by", "ann", keys=("q",)).output


def test_back_asks_the_one_before_once_more_and_skip_leaves_one_for_later(folder: Path) -> None:
    run(folder, "--by", "ann", keys=(*HOURS, "b", "1", "1", "", "", "", "", "s"))
    (label,) = annotating.kept(folder / "annotations" / "ann.jsonl").values()
    assert (label["file"], label["reason"]) == ("a.eml", "new_po")
    assert [path.name for path in annotating.Annotator(folder, "ann").left()] == ["b.eml"]


def test_what_is_typed_wrongly_is_asked_again_with_what_would_do(folder: Path) -> None:
    keys = ("9", "2", "hours_quantity", "tax nonsense", "tax", "7 8", "7", "amount_disputed=400,00", "colour=red",
            "po_number=NOT-THERE", "po_number=", "deadline=tomorrow", "", "", "q")  # fmt: skip
    said = run(folder, "--by", "ann", keys=keys).output
    for sentence in ("a number from 1 to 7", "Not known: nonsense", "Not known: 8", "a number with a decimal point",
                     "There is no field “colour”", "“NOT-THERE” is not in the text", "po_number is left out",
                     "a day as 2026-11-30"):  # fmt: skip
        assert sentence in said
    (label,) = annotating.kept(folder / "annotations" / "ann.jsonl").values()
    assert (label["secondary_reasons"], label["flags"], label["fields"]) == (["tax"], ["low_quality_scan"], {})


def test_two_people_are_compared_level_by_level(folder: Path) -> None:
    run(folder, "--by", "ann", keys=(*HOURS, *THANKS))
    other = ("2", "rate_price", "", "2", "invoice_refs=INV 2026 0007", "amount_disputed=400", "", "")
    run(folder, "--by", "bob", keys=(*other, *THANKS))
    said = json.loads(run(folder, "--agreement", "--json").output)
    levels = {level["name"]: level for level in said["levels"]}
    assert (levels["kind"]["alike"], levels["kind"]["kappa"]) == (2, 1.0)
    assert (levels["reason"]["alike"], levels["reason"]["kappa"]) == (1, pytest.approx(1 / 3))
    assert levels["field amount_disputed"]["alike"] == 2
    assert "flag legal_threat" not in levels
    assert [(d["file"], d["level"], d["first"], d["second"]) for d in said["disagreements"]] == [
        ("a.eml", "reason", "hours_quantity", "rate_price"), ("a.eml", "flag deadline", "yes", "no"),
    ]  # fmt: skip
    shown = run(folder, "--agreement").output
    assert "Cohen's kappa" in shown
    assert "rate_price" in shown


def test_labels_hold_what_both_say_alike_and_are_a_dataset(folder: Path) -> None:
    run(folder, "--by", "ann", keys=(*HOURS, *THANKS))
    run(folder, "--by", "bob", keys=("2", "rate_price", "", "2", "amount_disputed=400", "", "", *THANKS))
    assert "2 labels" in run(folder, "--labels").output
    held = {case.id: case.gold for case in cases.load(folder)}
    assert (held["b"]["reason"], held["a"].get("reason")) == ("acknowledgement", None)
    assert "fields.amount_disputed" in held["a"]["known"]
    assert "fields.invoice_refs" not in held["a"]["known"]
    assert isinstance(run(folder, "--labels").exception, Conflict)


def test_a_comparison_needs_two_people(folder: Path) -> None:
    assert run(folder, "--agreement").exit_code == 2
    assert run(folder).exit_code == 2
    with pytest.raises(Malformed, match="cannot be a file's name"):
        annotating.Annotator(folder, "../ann")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([("a", "a")] * 3, None),
        ([("a", "a"), ("b", "b")], 1.0),
        ([("a", "b"), ("b", "a")], -1.0),
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
    ],
)
def test_kappa_is_cohens(pairs: list[tuple[str, str]], expected: float | None) -> None:
    assert kappa(pairs) == (expected if expected is None else pytest.approx(expected))
