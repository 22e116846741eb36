"""The detectors' page names every rule and everything that `countersign detect --json` tells."""

from __future__ import annotations

import re
from pathlib import Path

import app.detectors.rules
from app.detectors.raising import Raised
from app.vocabulary import KIND_OF
from tests.discrepancies import INVOICE, a_discrepancy
from workers.cli.detect import as_object
from workers.detection import Ran

PAGE = (Path(__file__).parents[4] / "docs" / "detectors.md").read_text(encoding="utf-8")
RULE = re.compile(rf'"((?:{"|".join(KIND_OF)})(?:\.[a-z_]+)?)"')


def test_the_page_names_every_rule() -> None:
    folder = Path(app.detectors.rules.__path__[0])
    rules = {name for path in folder.glob("*.py") for name in RULE.findall(path.read_text(encoding="utf-8"))}
    assert len(rules) > 12
    for rule in rules:
        assert f"`{rule}`" in PAGE, rule


def test_the_page_names_all_that_is_told() -> None:
    found = a_discrepancy(invoice=INVOICE)
    told = as_object(Ran((found,), Raised(new=(1,)), {found.key: 1}))
    names = {*told, *told["counts"], *told["findings"][0], *told["findings"][0]["records"][0]}
    for name in names:
        assert f"`{name}`" in PAGE, name
