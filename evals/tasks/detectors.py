"""Recall and precision of the detectors on an Odoo whose discrepancies are known.

    python -m evals.tasks.detectors --manifest planted.json            a table; ODOO_URL, ODOO_DB, ODOO_API_KEY are set
    python -m evals.tasks.detectors --manifest planted.json --json     the same as JSON
    python -m evals.tasks.detectors --manifest planted.json --all      with every discrepancy found, in words

The Odoo is mirrored into a scratch database (its own PostgreSQL, or --database), its order papers are read and the
detectors look on the manifest's day. A planted discrepancy counts as found by one of the same company and reason that
shares a record with it; its amount must be equal. What is found in the manifest's companies and planted nowhere is a
false alarm, and so is a decoy that is raised.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app import config
from app.clock import now
from app.detectors.detect import detect
from app.detectors.discrepancy import Discrepancy
from app.detectors.thresholds import Thresholds
from app.errors import CountersignError
from workers.wiring import Parts

_CENT = Decimal("0.01")


@dataclass
class Score:
    """What was planted and found for a reason. `equal`: found with the planted amount."""

    planted: int = 0
    found: int = 0
    equal: int = 0
    false: int = 0

    def as_plain(self) -> dict[str, Any]:
        raised = self.found + self.false
        return {
            "planted": self.planted, "found": self.found, "amount_equal": self.equal, "false_alarms": self.false,
            "recall": round(self.found / self.planted, 4) if self.planted else None,
            "precision": round(self.found / raised, 4) if raised else None,
        }  # fmt: skip


@dataclass
class Result:
    """The scores by reason, and in words what was missed, raised without cause or found with another amount."""

    reasons: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Records that the manifest names and the discrepancy found does not."""
    decoys_raised: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def total(self) -> Score:
        scores = self.reasons.values()
        return Score(*(sum(getattr(s, n) for s in scores) for n in ("planted", "found", "equal", "false")))

    def as_plain(self) -> dict[str, Any]:
        return {
            "reasons": {name: score.as_plain() for name, score in sorted(self.reasons.items())},
            "all": self.total().as_plain(), "missed": self.missed, "false_alarms": self.false,
            "unequal": self.unequal, "records_left_out": self.left_out, "decoys_raised": self.decoys_raised,
            "seconds": self.seconds,
        }  # fmt: skip


def compare(manifest: Mapping[str, Any], found: Sequence[Discrepancy]) -> Result:
    """Set what was found in the manifest's companies against what was planted; each is matched once."""
    result = Result()
    names = {c["name"] for c in manifest["companies"]}
    open_ones = [d for d in found if d.company in names]
    pairs = []
    for number, planted in enumerate(manifest["planted"]):
        result.reasons[planted["reason"]].planted += 1
        wanted = _records(planted)
        for discrepancy in open_ones:
            shared = wanted & _records_of(discrepancy)
            if discrepancy.company == planted["company"] and discrepancy.reason == planted["reason"] and shared:
                missing = len(wanted - shared)
                pairs.append((not _is_equal(planted, discrepancy), missing, number, discrepancy.key, discrepancy))
    of: dict[int, Discrepancy] = {}
    taken: set[str] = set()
    for _, _, number, key, discrepancy in sorted(pairs, key=lambda p: p[:4]):
        if number not in of and key not in taken:
            of[number] = discrepancy
            taken.add(key)
    for number, planted in enumerate(manifest["planted"]):
        _note(result, planted, of.get(number))
    for discrepancy in open_ones:
        if discrepancy.key not in taken:
            result.reasons[discrepancy.reason].false += 1
            result.false.append(f"{discrepancy.key}: {discrepancy.finding.sentence}")
    _look_at_decoys(result, manifest, [d for d in open_ones if d.key not in taken])
    return result


def _note(result: Result, planted: Mapping[str, Any], found: Discrepancy | None) -> None:
    name = f"{planted['id']} {planted['reason']} ({planted['company']})"
    if found is None:
        result.missed.append(f"{name}: {planted['note']}")
        return
    score = result.reasons[planted["reason"]]
    score.found += 1
    if _is_equal(planted, found):
        score.equal += 1
    else:
        amount = found.finding.amount
        result.unequal.append(f"{name}: {amount} instead of {planted['expected_amount']} {planted['currency']}")
    missing = _records(planted) - _records_of(found)
    if missing:
        result.left_out.append(f"{name}: {', '.join(f'{m} {i}' for m, i in sorted(missing))}")


def _look_at_decoys(result: Result, manifest: Mapping[str, Any], false: Sequence[Discrepancy]) -> None:
    for decoy in manifest.get("decoys", ()):
        for discrepancy in false:
            if discrepancy.reason == decoy["looks_like"] and _records(decoy) & _records_of(discrepancy):
                result.decoys_raised.append(f"{decoy['looks_like']}: {decoy['why']}")


def _records(entry: Mapping[str, Any]) -> set[tuple[str, int]]:
    return {(r["model"], r["id"]) for r in entry["records"]}


def _records_of(discrepancy: Discrepancy) -> set[tuple[str, int]]:
    return {(r.model, r.id) for r in discrepancy.finding.records}


def _is_equal(planted: Mapping[str, Any], found: Discrepancy) -> bool:
    amount = found.finding.amount
    expected = Decimal(planted["expected_amount"])
    return amount is not None and amount.currency == planted["currency"] and abs(amount.amount - expected) <= _CENT


@contextmanager
def scratch_database(url: str | None) -> Iterator[str]:
    """The address given, or a PostgreSQL of its own that ends with the block; migrated."""
    from app import migrations
    from workers import engines

    if url:
        migrations.upgrade(url)
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="countersign-eval-") as folder:
        data = Path(folder)
        (data / "logs").mkdir()
        fast = {"fsync": "off", "synchronous_commit": "off"}
        started = engines.start_postgres(data, port=engines.free_port(), password="scratch", options=fast)  # noqa: S106
        try:
            migrations.upgrade(started.url)
            yield started.url
        finally:
            started.process.terminate()
            started.process.wait(30)


def run(manifest: Mapping[str, Any], url: str) -> tuple[Result, tuple[Discrepancy, ...]]:
    """Mirror the Odoo of the environment into the database, read its papers, detect, compare."""
    from app.mirror.sync import sync
    from workers.order_papers import read_papers

    parts = Parts(config.load().model_copy(update={"database_url": SecretStr(url)}))
    if parts.odoo is None:
        raise SystemExit("Set ODOO_URL, ODOO_DB and ODOO_API_KEY (a user who sees the manifest's companies).")
    seconds = {}
    try:
        began = time.perf_counter()
        sync(parts.database, parts.odoo, companies=parts.odoo.companies(), at=now())
        seconds["mirror"] = time.perf_counter() - began
        began = time.perf_counter()
        read_papers(parts)
        seconds["papers"] = time.perf_counter() - began
        thresholds = Thresholds.of_mapping(parts.policy.content.get("detectors"))
        began = time.perf_counter()
        with parts.database.transaction() as session:
            found = detect(session, thresholds=thresholds, today=date.fromisoformat(manifest["today"]))
        seconds["detect"] = time.perf_counter() - began
    finally:
        parts.close()
    result = compare(manifest, found)
    result.seconds = {name: round(taken, 2) for name, taken in seconds.items()}
    return result, found


def table(result: Result) -> str:
    lines = [f"{'reason':<22}{'planted':>8}{'found':>7}{'amount':>8}{'false':>7}{'recall':>8}{'precision':>11}"]
    for name, score in [*sorted(result.reasons.items()), ("all", result.total())]:
        plain = score.as_plain()
        recall, precision = (f"{v:.3f}" if v is not None else "-" for v in (plain["recall"], plain["precision"]))
        lines.append(
            f"{name:<22}{score.planted:>8}{score.found:>7}{score.equal:>8}{score.false:>7}{recall:>8}{precision:>11}"
        )
    for title, told in (
        ("Missed", result.missed), ("False alarms", result.false), ("Another amount", result.unequal),
        ("Records left out", result.left_out), ("Decoys raised", result.decoys_raised),
    ):  # fmt: skip
        lines += [f"{title}: {len(told)}", *(f"  {line}" for line in told)]
    lines.append(", ".join(f"{name} {taken:.2f} s" for name, taken in result.seconds.items()))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--database", help="a PostgreSQL to use instead of one of its own")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--all", action="store_true", help="tell every discrepancy found")
    chosen = parser.parse_args()
    manifest = json.loads(chosen.manifest.read_text("utf-8"))
    try:
        with scratch_database(chosen.database) as url:
            result, found = run(manifest, url)
    except CountersignError as error:
        raise SystemExit(error.message) from None
    if chosen.json:
        print(json.dumps(result.as_plain(), indent=1))
    else:
        print(table(result))
    if chosen.all:
        for d in found:
            print(f"{d.rule} [{d.company}] {d.title}\n    {d.finding.sentence}\n    -> {d.step}")


if __name__ == "__main__":
    main()
