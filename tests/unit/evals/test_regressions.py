"""The suite of regressions: what was once mended stays mended with the offline engine."""

from __future__ import annotations

from pathlib import Path

from evals import injection, writing_suites
from evals.metrics import score

REGRESSIONS = writing_suites.SUITES / "regressions"


def test_what_was_mended_stays_mended_and_what_is_open_is_said() -> None:
    golds = injection.labels(REGRESSIONS)
    answers = injection.answered(REGRESSIONS, golds, injection.offline)
    broken = set(injection.broken(golds, answers))
    for gold, answer in zip(golds, answers, strict=True):
        scores = score([gold], [answer])
        hits = [*scores.flags.values(), *scores.fields.values()]
        if scores.wrong or any(one.extra or one.missed for one in hits):
            broken.add(str(gold["id"]))
    assert broken == {str(gold["id"]) for gold in golds if "open" in gold}


def test_the_suite_is_written_as_it_is_kept(tmp_path: Path) -> None:
    writing_suites.write(tmp_path, "regressions")
    kept = {p.name: p.read_bytes() for p in REGRESSIONS.iterdir()}
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == kept
