"""Figures for purchase orders read as documents: fields and lines, by what kind of file it is.

    python -m evals.tasks.orders                    a table over the corpus of orders
    python -m evals.tasks.orders --json             the same as JSON
    python -m evals.tasks.orders --wrong            with what was read otherwise than the gold has it
    python -m evals.tasks.orders --folder FOLDER    over other orders with a labels.jsonl, such as invented ones:
                                                    python -m fixtures.orders.build FOLDER --seed 1 --count 20

A field's figure is the share of orders that state it where it is exactly right after normalising, with the number of
orders that state it, and how many values were given where gold has another one or none. Lines count as F1 of one to
one matches. Times are those of reading fields and lines from a document whose words are known, in ms.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.documents.order import Order
from app.documents.read import read
from app.documents.reading import Reading
from classifiers.order_fields import read_order
from classifiers.order_fields.as_fields import as_fields
from evals.metrics import Hits, score

ORDERS = Path(__file__).parents[1] / "datasets" / "purchase_orders"
NAMES = (
    "customer_name", "po_number", "po_date", "valid_from", "valid_until", "order_refs", "currency", "amount_total",
    "payment_terms", "requested_action", "language",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """A labelled order, what was read from it, and how long that took."""

    gold: Mapping[str, Any]
    group: str
    fields: Mapping[str, Any]
    pages: int
    elapsed_ms: float

    def as_prediction(self) -> dict[str, Any]:
        return {"file": self.gold["file"], "fields": self.fields}


def load(folder: Path) -> list[Mapping[str, Any]]:
    """The gold lines of a folder."""
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]


def outcome(gold: Mapping[str, Any], folder: Path) -> Outcome:
    """Read one order. An order that is a data format comes from its parser, every other one from its layout."""
    reading = read((folder / gold["file"]).read_bytes(), gold["file"])
    part, order = _embedded(reading)
    began = time.perf_counter()
    if order is None:
        order = read_order(reading)
    fields = {name: field.value for name, field in as_fields(order, part).items()} if order else {}
    elapsed = 1000 * (time.perf_counter() - began)
    return Outcome(gold, _group(reading, part), fields, max(1, len(reading.pages)), elapsed)


def _embedded(reading: Reading) -> tuple[Reading, Order | None]:
    for part in reading.walk():
        if part.order is not None:
            return part, part.order
    return reading, None


def _group(reading: Reading, part: Reading) -> str:
    if part.order is not None:
        return "data formats"
    if reading.pages:
        return "scans" if any(page.is_scanned for page in reading.pages) else "text pages"
    return "sheets" if reading.tables else "texts"


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Fields and lines of some orders as plain values."""
    found = score((one.gold for one in outcomes), [one.as_prediction() for one in outcomes])
    fields = {
        name: _share(found.fields[name]) for name in NAMES if found.fields[name].count or found.fields[name].extra
    }
    pages = sum(one.pages for one in outcomes)
    return {
        "orders": len(outcomes),
        "pages": pages,
        "ms_per_page": round(sum(one.elapsed_ms for one in outcomes) / max(1, pages), 1),
        "fields": fields,
        "lines": {
            "f1": None if found.lines.f1 is None else round(found.lines.f1, 4),
            "right": found.lines.right,
            "extra": found.lines.extra,
            "missed": found.lines.missed,
        },
    }


def _share(hits: Hits) -> dict[str, Any]:
    share = round(hits.right / hits.count, 4) if hits.count else None
    return {"right": share, "stated": hits.count, "wrongly_given": hits.extra}


def report(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures by group of files, and of all."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        groups[one.group].append(one)
    return {name: figures(held) for name, held in [*sorted(groups.items()), ("all", list(outcomes))]}


def table(found: Mapping[str, Any]) -> str:
    """The report as a table: a row for each field, a column for each group."""
    rows = [["", *found]]
    for name in NAMES:
        cells = [_cell(group["fields"].get(name)) for group in found.values()]
        rows.append([name, *cells])
    rows.append(["lines F1", *(_lines_cell(group["lines"]) for group in found.values())])
    rows.append(["orders", *(str(group["orders"]) for group in found.values())])
    rows.append(["ms a page", *(str(group["ms_per_page"]) for group in found.values())])
    return "\n".join(" ".join(cell.ljust(18) for cell in row).rstrip() for row in rows)


def _cell(field: Mapping[str, Any] | None) -> str:
    if field is None or field["right"] is None:
        return "-" if field is None else f"- (+{field['wrongly_given']})"
    return f"{100 * field['right']:.1f}% of {field['stated']}"


def _lines_cell(lines: Mapping[str, Any]) -> str:
    return "-" if lines["f1"] is None else f"{lines['f1']:.3f} ({lines['right']}+{lines['extra']}-{lines['missed']})"


def wrong(outcomes: Sequence[Outcome]) -> list[str]:
    """What was read otherwise than the gold has it, a line of text each."""
    notes = []
    for one in outcomes:
        found = score([one.gold], [one.as_prediction()])
        want = one.gold["fields"]
        for name in NAMES:
            hits = found.fields[name]
            if hits.extra or hits.missed:
                notes.append(f"{one.gold['file']} {name}: {one.fields.get(name)!r} for {want.get(name)!r}")
        if found.lines.extra or found.lines.missed:
            notes.append(f"{one.gold['file']} lines: {found.lines.extra} too many, {found.lines.missed} missed")
    return notes


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ORDERS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    chosen = parser.parse_args(arguments)
    outcomes = [outcome(gold, chosen.folder) for gold in load(chosen.folder)]
    found = report(outcomes)
    sys.stdout.write((json.dumps(found, indent=1) if chosen.json else table(found)) + "\n")
    if chosen.wrong:
        sys.stdout.writelines(f"{note}\n" for note in wrong(outcomes))


if __name__ == "__main__":
    main()
