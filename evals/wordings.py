"""What of a model's wording of a reply stands, on the suite of replies: `python -m evals.wordings`.

Each case has facts, sentences that say them (`must`) and sentences that no fact bears (`must_not`). A sentence stands
when it would reach the reviewer's draft. The leak rate is the share of `must_not` that stands (the bar is 0); the loss
rate is the share of `must` that does not, which costs wording and no truth: our own words are used then.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.drafts.wording import checked, statements

REPLIES = Path(__file__).parent / "suites" / "replies" / "labels.yaml"


@dataclass(frozen=True, slots=True)
class Wordings:
    """What came of the suite: sentences by case, as "case: sentence (why it must not be said)"."""

    must: int
    must_not: int
    lost: tuple[str, ...]
    leaked: tuple[str, ...]

    @property
    def leak_rate(self) -> float:
        return len(self.leaked) / self.must_not if self.must_not else 0.0

    @property
    def loss_rate(self) -> float:
        return len(self.lost) / self.must if self.must else 0.0


def wordings(path: Path = REPLIES) -> Wordings:
    """Put every sentence of the suite through the check that a model's answer goes through, each by itself."""
    lost, leaked = [], []
    must = must_not = 0
    for case in yaml.safe_load(path.read_text(encoding="utf-8")):
        for one in case["must"]:
            must += 1
            if not _stands(case, one):
                lost.append(f"{case['id']}: {one['text']}")
        for one in case["must_not"]:
            must_not += 1
            if _stands(case, one):
                leaked.append(f"{case['id']}: {one['text']} ({one['why']})")
    return Wordings(must, must_not, tuple(lost), tuple(leaked))


def _stands(case: dict[str, Any], one: dict[str, Any]) -> bool:
    """Whether the sentence is among those that would be shown; no fact must be said, so that nothing else decides."""
    facts = statements([(text, False) for text in case["facts"]])
    said = {"sentences": [{"text": one["text"], "facts": one["facts"]}]}
    return bool(checked(said, facts, case["language"]).sentences)


def main() -> None:
    found = wordings()
    print(json.dumps(
        {
            "must": found.must, "must_not": found.must_not, "leak_rate": found.leak_rate, "loss_rate": found.loss_rate,
            "leaked": found.leaked, "lost": found.lost,
        },
        ensure_ascii=False, indent=2,
    ))  # fmt: skip
    sys.exit(1 if found.leaked else 0)


if __name__ == "__main__":
    main()
