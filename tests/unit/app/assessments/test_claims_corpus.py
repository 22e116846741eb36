"""What annotators found in real letters and orders is found by the verification too: it throws little of it away."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import evals
from app.assessments.claims.ground import Ground
from app.assessments.claims.verification import verify
from app.documents.part import NeedsRecognition
from app.documents.read import read

SETS = Path(evals.__file__).parent / "datasets"
_SAID_NOWHERE = {"language", "requested_action", "quantity_unit"}


def stands(folder: str) -> tuple[Counter[str], Counter[str]]:
    """(labelled, standing) values by sort: fields, and cells of order lines."""
    labelled: Counter[str] = Counter()
    standing: Counter[str] = Counter()
    for row in (SETS / folder / "labels.jsonl").read_text().splitlines():
        label = json.loads(row)
        try:
            reading = read((SETS / folder / label["file"]).read_bytes(), label["file"], may_recognise=False)
        except NeedsRecognition:
            continue
        ground = Ground.of(reading)
        for name, value in label["fields"].items():
            if name in _SAID_NOWHERE:
                continue
            for one in value if name == "lines" else [value]:
                claimed = [one] if name == "lines" else one
                found = verify({name: claimed}, (), ground).fields.get(name)
                cells = found.value[0] if found and name == "lines" else {}
                labelled[name] += len(one) if name == "lines" else 1
                standing[name] += len(cells) if name == "lines" else bool(found and found.value == value)
    return labelled, standing


@pytest.mark.parametrize(("folder", "least"), [("messages", 0.985), ("purchase_orders", 0.96)])
def test_what_is_labelled_stands(folder: str, least: float) -> None:
    labelled, standing = stands(folder)
    assert labelled.total() > 300
    assert standing.total() >= least * labelled.total(), {n: (standing[n], labelled[n]) for n in labelled}
