"""Texts of draft invoices on the suite of drafts: `python -m evals.narrative_suite [--json]`.

Each draft says what its text must say, what may stand nowhere in it, what is held back and why. Beside that, every
text must add up as a person reads it, rest on the line's own entries and no others, say each hour once, hold no words
of a remark that was held back, and keep to its length.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app.documents.folding import fold
from app.money import Money
from app.narratives.drafting import LineDraft, draft
from app.narratives.entries import TIMESHEET, DraftInvoice, DraftLine, Entry
from app.narratives.gather import guarded
from app.narratives.internal import Guard, Others
from app.narratives.profile import Profile
from evals.tasks.narratives import stated

DRAFTS = Path(__file__).parent / "suites" / "narratives" / "drafts.yaml"
CUSTOMER, OWN_ORDER = "Hafenwerk Logistik AG", "S00001"
PO_NUMBER = "4500781120"
SUBJECT = "Yard planning rollout"
STAFF = ("Anna Petersen", "Jonas Wieck")
RATE = 150
_OTHERS = Others.of(
    [CUSTOMER, "Polder Instruments B.V.", "Brauhaus Sternecker KG", "Denise Walker"], ["S00031", OWN_ORDER]
).but([CUSTOMER], [OWN_ORDER])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a draft: `wrong` are sentences on what does not hold, none where all does."""

    id: str
    text: str
    wrong: tuple[str, ...]


def outcomes(path: Path = DRAFTS) -> tuple[Outcome, ...]:
    """Draft every draft of the suite and look at its text."""
    return tuple(_outcome(case) for case in yaml.safe_load(path.read_text(encoding="utf-8")))


def _outcome(case: dict[str, Any]) -> Outcome:
    profile = Profile().with_values(case.get("profile", {}))
    entries = tuple(_entry(n, row) for n, row in enumerate(case["work"], 1))
    worked = sum((e.hours for e in entries if e.hours is not None), Decimal(0))
    quantity = Decimal(case["quantity"]) if "quantity" in case else worked
    line = DraftLine(
        id=1, text="Consulting", subject=SUBJECT, quantity=quantity, unit=case.get("unit", "Hours"),
        net=Money(worked * RATE, "EUR"), entries=entries,
    )  # fmt: skip
    invoice = DraftInvoice(
        id=1, name="draft", company_id=1, customer_id=1, customer=CUSTOMER, currency="EUR",
        language=case["language"], po_number=PO_NUMBER, narration="", lines=(line,),
    )  # fmt: skip
    (made,) = draft(invoice, profile, guarded(Guard(_OTHERS, STAFF), profile)).lines
    return Outcome(case["id"], made.text, (*_expected(case, made), *_always(case["language"], made, profile)))


def _entry(number: int, row: list[Any]) -> Entry:
    remark, hours, day = row[:3]
    task = row[3] if len(row) > 3 else ""
    person = row[4] if len(row) > 4 else STAFF[0]
    return Entry(
        TIMESHEET, number, remark, date(2026, 10, day), Decimal(hours), task=task or SUBJECT, person=person
    )  # fmt: skip


def _expected(case: dict[str, Any], made: LineDraft) -> list[str]:
    """What the case itself asks for."""
    text = made.text.replace("\u00a0", " ").replace("\u202f", " ")
    wrong = [f"it does not say “{line}”" for line in case.get("says", ()) if line not in text.splitlines()]
    wrong += [f"it says “{word}”" for word in case.get("never", ()) if fold(word) in fold(text)]
    held = {h.text: h.reason for h in made.held_back if h.record is not None}
    wrong += [
        f"“{remark}” is held back for {held.get(remark, 'nothing')}, not for {why}"
        for remark, why in case.get("held", {}).items()
        if held.get(remark) != why
    ]
    in_vain = set(held) - set(case.get("held", {})) if "no_text" not in case else set()
    wrong += [f"“{remark}” is held back in vain" for remark in sorted(in_vain)]
    if "clean" in case and made.is_clean != case["clean"]:
        wrong.append(f"it is {'clean' if made.is_clean else 'not clean'}")
    reason = case.get("no_text", "")
    if reason not in made.not_offered or bool(reason) != bool(made.not_offered):
        wrong.append(f"no text because “{made.not_offered}”" if made.not_offered else "it has a text")
    return wrong


def _always(language: str, made: LineDraft, profile: Profile) -> list[str]:
    """What holds for every text."""
    if made.not_offered:
        return [] if not made.sentences else ["there is a text and a reason for none"]
    wrong = []
    if sum(stated(made.text, language), Decimal(0)) != 2 * made.hours or made.stated != made.hours:
        wrong.append(f"its hours are {made.stated}, the line bills {made.hours}")
    known = {e.record for e in made.line.entries}
    told = [r for s in made.sentences if s.what == "work" for r in s.records]
    if set(told) != known or len(told) != len(known):
        wrong.append("it rests on other entries than the line's, or on one twice")
    if len(made.text) > profile.max_length:
        wrong.append(f"it has {len(made.text)} characters")
    plain = fold(made.text)
    wrong += [f"it holds “{h.text}”" for h in made.held_back if fold(h.text).strip(" .") in plain]
    return wrong


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--json", action="store_true", help="every draft with its text")
    chosen = words.parse_args()
    found = outcomes()
    failed = [one for one in found if one.wrong]
    told: dict[str, Any] = {"drafts": len(found), "hold": len(found) - len(failed)}
    told["wrong"] = {one.id: list(one.wrong) for one in failed}
    if chosen.json:
        told["texts"] = {one.id: one.text for one in found}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
