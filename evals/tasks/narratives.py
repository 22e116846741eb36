"""Texts of draft invoices, measured on an Odoo whose timesheets were given planted remarks.

    python -m evals.tasks.narratives [--rounds N] [--model] [--json]

The Odoo is the sandbox; with ODOO_URL, ODOO_DB, ODOO_API_KEY and ODOO_ADMIN_KEY a real one (a copy: its timesheets are
overwritten). Each round gives the timesheets of its drafts other remarks out of datasets/narratives/remarks.yaml, some
internal, some plain work, and drafts all texts with the product's own functions. With `--model` the model of the
environment words them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from app import config
from app.assessments.claims.facts import Facts, facts_of
from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.documents.folding import fold
from app.narratives.drafting import Draft, LineDraft, coverage
from app.narratives.entries import TIMESHEET
from app.narratives.internal import distinctive
from app.narratives.written import HOUR_UNITS
from app.odoo.json2 import Json2Odoo
from evals.tasks.detectors import scratch_database
from workers import narrating
from workers.wiring import Parts

REMARKS = Path(__file__).parents[1] / "datasets" / "narratives" / "remarks.yaml"
LANGUAGES = ("en", "de", "fr")
_STATED = re.compile(rf"(\d+(?:[.,\u202f\u00a0]\d+)*)[ \u00a0](?:{'|'.join(map(re.escape, HOUR_UNITS))})(?!\w)")

Plant = Callable[[int, str], None]
"""Gives a timesheet (its id in Odoo) another remark."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark of the data set; `why` is empty for plain work, `part` is dev, test or ordinary."""

    text: str
    language: str
    part: str
    why: str = ""


@dataclass
class Result:
    """What a run gave. Rates are of counts that are here too."""

    drafts: list[Draft] = field(default_factory=list)
    planted: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    held_in_vain: list[str] = field(default_factory=list)
    ungrounded: list[str] = field(default_factory=list)
    not_adding_up: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    not_offered: Counter[str] = field(default_factory=Counter)
    worded: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        covered = coverage(self.drafts)
        lines = [line for one in self.drafts for line in one.lines]
        time_lines = [line for line in lines if line.hours]
        by_set: dict[str, dict[str, str]] = defaultdict(dict)
        for (part, language), count in sorted(self.planted.items()):
            by_set[part][language] = f"{self.held[part, language]}/{count}"
        return {
            "drafts": len(self.drafts), "lines": len(lines), "lines_with_text": sum(1 for x in lines if x.sentences),
            "lines_by_time": len(time_lines), "narrative_coverage": f"{covered:.4f}" if covered is not None else None,
            "hours_billed": f"{sum((x.hours for x in lines), Decimal(0)):f}",
            "sentences": sum(len(x.sentences) for x in lines), "ungrounded_sentences": len(self.ungrounded),
            "texts_that_do_not_add_up": len(self.not_adding_up), "held_back_words_in_texts": len(self.leaked),
            "held_back_of_planted": by_set, "missed": self.missed, "held_in_vain": self.held_in_vain,
            "ungrounded": self.ungrounded, "not_adding_up": self.not_adding_up, "leaked": self.leaked,
            "not_offered": dict(self.not_offered), "worded_by_model": self.worded, "notes": dict(self.dropped),
        }  # fmt: skip


def remarks(path: Path = REMARKS) -> tuple[Remark, ...]:
    """Every remark of the data set."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    internal = [
        Remark(row["text"], language, part, row["why"])
        for part in ("dev", "test")
        for language in LANGUAGES
        for row in data["internal"][part][language]
    ]
    plain = [Remark(text, language, "ordinary") for language in LANGUAGES for text in data["ordinary"][language]]
    return (*internal, *plain)


def stated(text: str, language: str) -> list[Decimal]:
    """The hours that a person reads in a text, read by other means than those that wrote it."""
    mark = "." if language == "en" else ","
    return [
        Decimal("".join("." if c == mark else c for c in n if c.isdigit() or c == mark)) for n in _STATED.findall(text)
    ]


def look_at(result: Result, drafted: Draft, planted: Mapping[int, Remark]) -> None:
    """Measure one draft against what was planted into its timesheets."""
    result.drafts.append(drafted)
    held = {h.record[1] for h in drafted.held_back if h.record is not None and h.record[0] == TIMESHEET}
    for line in drafted.lines:
        if line.not_offered:
            result.not_offered[line.not_offered] += 1
            continue
        mine = {e.id: planted[e.id] for e in line.line.entries if e.model == TIMESHEET and e.id in planted}
        own = distinctive(drafted.invoice.customer)
        mine = {n: r for n, r in mine.items() if r.why != "other_customer" or not own & set(fold(r.text).split())}
        _look_at_remarks(result, line, mine, held)
        _look_at_figures(result, drafted, line, held)
        result.worded += sum(s.worded for s in line.sentences)
    result.dropped.update(n for n in drafted.notes if "model" in n)


def _look_at_remarks(result: Result, line: LineDraft, mine: Mapping[int, Remark], held: Iterable[int]) -> None:
    text = fold(line.text)
    withheld = set(held)
    for number, remark in mine.items():
        result.planted[remark.part, remark.language] += 1
        if number in withheld:
            result.held[remark.part, remark.language] += 1
            if not remark.why:
                result.held_in_vain.append(remark.text)
            elif fold(remark.text).strip(" .") in text:
                result.leaked.append(remark.text)
        elif remark.why:
            result.missed.append(f"{remark.part} {remark.language} {remark.why}: {remark.text}")


def _look_at_figures(result: Result, drafted: Draft, line: LineDraft, held: Iterable[int]) -> None:
    withheld = set(held)
    entries = [e for e in line.line.entries if e.id not in withheld]
    sums = [s.hours for s in line.sentences if s.hours is not None]
    weeks = [n for e in line.line.entries if e.day for n in e.day.isocalendar()]
    known = facts_of(
        [(e.day, e.hours, e.amount, e.task, e.person) for e in line.line.entries], sums, line.hours, line.line.net,
        drafted.invoice.po_number, line.line.subject, weeks,
    )  # fmt: skip
    facts = Facts(known.numbers, known.dates, known.currencies, known.texts)
    frame = SourceText("", "\n".join([*(e.remark for e in entries), line.line.subject]), drafted.language)
    ground = Ground([frame], facts)
    for sentence in line.sentences:
        if sentence.what not in ("subject", "po"):
            found = check(_without_frame(sentence.text), ground, drafted.language)
            if isinstance(found, Ungrounded) and found.reason != "name":
                result.ungrounded.append(f"{sentence.text} ({found.reason}: {found.what})")
    total = sum((s.hours for s in line.sentences if s.hours is not None), Decimal(0))
    if line.hours and (sum(stated(line.text, drafted.language), Decimal(0)) != 2 * line.hours or total != line.hours):
        result.not_adding_up.append(line.text)


def _without_frame(text: str) -> str:
    """A sentence without the unit glued to its hours and the week's slash: only figures are looked at here."""
    return re.sub(r"(\d)/(20\d\d)", r"\1 / \2", text.replace("\u00a0", " "))


def run(parts: Parts, plant: Plant, *, rounds: int, seed: int, with_model: bool) -> Result:
    """Plant, draft and measure so many rounds; the data set is dealt out once before a remark comes again."""
    result = Result()
    first = narrating.run(parts, dry_run=True, with_model=False)
    sheets = [e.id for n in first.narrated for x in n.draft.lines for e in x.line.entries if e.model == TIMESHEET]
    if not sheets:
        raise SystemExit("No draft invoice of this Odoo bills timesheets: there is nothing to measure.")
    dealt = _dealt(remarks(), random.Random(seed))  # noqa: S311 - deals cards, keeps no secret
    for _ in range(rounds):
        planted = {number: next(dealt) for number in sheets}
        for number, remark in planted.items():
            plant(number, remark.text)
        for one in narrating.run(parts, dry_run=True, with_model=with_model).narrated:
            look_at(result, one.draft, planted)
    return result


def _dealt(every: Sequence[Remark], chance: random.Random) -> Iterator[Remark]:
    while True:
        yield from chance.sample(every, len(every))


@contextmanager
def _odoo() -> Iterator[tuple[dict[str, Any], Plant]]:
    """Settings of the Odoo to measure on, and how a remark is planted there."""
    url, key = os.environ.get("ODOO_URL"), os.environ.get("ODOO_ADMIN_KEY")
    if url and key:
        from fixtures.odoo.administrator import Administrator

        database = os.environ["ODOO_DB"]
        with Json2Odoo(url, database, key) as gateway:
            administrator = Administrator(gateway)
            ours = list(gateway.companies())
            yield {}, lambda number, text: administrator.write("account.analytic.line", number, {"name": text}, ours)
        return
    from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox

    sandbox = Sandbox()
    with sandbox.serve() as address:
        settings = {
            "odoo_url": address, "odoo_db": DATABASE, "odoo_api_key": SecretStr(API_KEY), "odoo_calls_per_second": 1000,
        }  # fmt: skip
        yield settings, lambda number, text: sandbox.books.write("account.analytic.line", number, {"name": text})


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=40, help="how often the timesheets get other remarks")
    words.add_argument("--seed", type=int, default=4, help="deals the remarks out")
    words.add_argument("--model", action="store_true", help="let the model of the environment word the texts")
    words.add_argument("--json", action="store_true", help="everything, as one JSON object")
    words.add_argument("--show", action="store_true", help="the texts of the last round as well")
    chosen = words.parse_args()
    with scratch_database(os.environ.get("EVAL_DATABASE_URL")) as url, _odoo() as (settings, plant):
        parts = Parts(config.load().model_copy(update={"database_url": SecretStr(url), **settings}))
        try:
            result = run(parts, plant, rounds=chosen.rounds, seed=chosen.seed, with_model=chosen.model)
        finally:
            parts.close()
    told = result.as_json()
    if not chosen.json:
        told = {k: v for k, v in told.items() if k not in ("missed", "held_in_vain", "ungrounded", "leaked", "notes")}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    if chosen.show:
        for one in result.drafts[-3:]:
            print("\n".join(["", one.invoice.name, *(x.text or x.not_offered for x in one.lines), *one.notes]))
    if result.ungrounded or result.not_adding_up or result.leaked:
        sys.exit(1)


if __name__ == "__main__":
    main()
