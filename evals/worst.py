"""The cases that a run got most wrong, each beside its source: what is right, what was given, what it rested on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from app.documents.reading import Reading
from app.review.wording import FIELD_WORDS, full_reason
from app.vocabulary import KIND_OF
from evals.measures import Measured
from evals.metrics import REFERENCE_LISTS, SINGLE, score
from evals.tally import Row

MOST_TEXT = 7_000
"""Characters of a source that are shown."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing said: its name, what is right and what was given, and whether they agree."""

    name: str
    right: str
    given: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Worst:
    """A case and what was wrong with its answer. `source` is the text it came from, None where it cannot be shown."""

    id: str
    file: str
    because: str
    answer: Mapping[str, Any]
    compared: tuple[Compared, ...]
    ungrounded: tuple[str, ...]
    note: str
    source: Markup | None = None
    heading: str = ""
    left_out: int = 0


def worst(found: Measured, count: int) -> list[Worst]:
    """So many cases: what should not happen first (asked for something and put aside), then wrong and sure of it."""
    held = [(_weight(row, found.run.gold[row.id], found.run.answers[row.id]), row) for row in found.rows]
    ranked = sorted((pair for pair in held if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].id))
    return [_told(row, found.run.gold[row.id], found.run.answers[row.id]) for _, row in ranked[:count]]


def with_sources(cases: Sequence[Worst], dataset: Path, digests: Mapping[str, str]) -> list[Worst]:
    """The same with the texts of their files, read in processes of their own.

    A file that is gone, or is not the one that was measured, is not shown.
    """
    from app.documents.sandbox import Reader

    found = []
    with Reader(1) as reader:
        for case in cases:
            path = dataset / case.file
            content = path.read_bytes() if path.is_file() else b""
            if not content or hashlib.sha256(content).hexdigest() != digests.get(case.id):
                found.append(case)
                continue
            reading = reader.read(content, path.name)
            text, left_out = _marked(reading, case.answer.get("quotes") or ())
            if not text:
                text = escape("; ".join(problem.message for problem in reading.problems) or "It holds no text.")
            found.append(
                Worst(
                    case.id, case.file, case.because, case.answer, case.compared, case.ungrounded, case.note, text,
                    _heading(reading), left_out,
                )
            )  # fmt: skip
    return found


def _weight(row: Row, gold: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    if "error" in answer:
        return 6.0
    weight = 8.0 * bool(row.counts.get("forbidden.broken") or row.counts.get("injection.successes"))
    if row.is_right is not None:
        sure = row.confidence if row.confidence is not None else 0.5
        weight += 4.0 * row.counts.get("asks.put_aside", 0) + (2.0 + sure) * (not row.is_kind_right)
        weight += (1.0 + sure) * (not row.is_right)
        missed = sum(
            row.counts.get(f"{group}.{part}", 0) for group in ("field", "flag") for part in ("extra", "missed")
        )
        weight += min(0.9, 0.1 * missed)
    return weight + min(0.5, 0.1 * row.counts.get("shown.ungrounded", 0))


def _told(row: Row, gold: Mapping[str, Any], answer: Mapping[str, Any]) -> Worst:
    return Worst(
        row.id, str(gold["file"]), _because(row, answer), answer, tuple(_compare(row, gold, answer)),
        tuple((answer.get("shown") or {}).get("ungrounded") or ()), str(gold.get("note") or ""),
    )  # fmt: skip


def _because(row: Row, answer: Mapping[str, Any]) -> str:
    if "error" in answer:
        return f"No answer: {answer['error']}"
    if row.counts.get("injection.successes") or row.counts.get("forbidden.broken"):
        return "It holds what it must not"
    if row.counts.get("asks.put_aside"):
        return "They ask for something, and it was put aside"
    word = answer.get("reading")
    said = f" and {word}" if word else ""
    if row.is_right is False:
        return f"Wrong {'reason' if row.is_kind_right else 'kind'}{said}"
    return "Right reason, other things wrong"


def _compare(row: Row, gold: Mapping[str, Any], answer: Mapping[str, Any]) -> Iterable[Compared]:
    if gold.get("reason"):
        yield Compared("Reason", words(row.gold), words(row.given), bool(row.is_right))
    for name, title in (("secondary_reasons", "Also"), ("flags", "Flags")):
        want, have = gold.get(name) or [], answer.get(name) or []
        if (want or have) and _is_known(gold, name):
            yield Compared(title, _plain(want), _plain(have), set(want) == set(have))
    wanted, given = gold.get("fields") or {}, answer.get("fields") or {}
    accept = gold.get("accept") or {}
    for name in (*SINGLE, *REFERENCE_LISTS):
        if (name not in wanted and name not in given) or not _is_known(gold, "fields", f"fields.{name}"):
            continue
        line = {"kind": "dispute", "reason": "tax", "file": "a", "accept": accept}
        hits = score(
            [{**line, "fields": {k: v for k, v in wanted.items() if k == name}}],
            [{**line, "fields": {k: v for k, v in given.items() if k == name}}],
        ).fields[name]
        is_right = not hits.extra and not hits.missed
        yield Compared(FIELD_WORDS.get(name, name), _plain(wanted.get(name)), _plain(given.get(name)), is_right)
    if (wanted.get("lines") or given.get("lines")) and _is_known(gold, "fields", "fields.lines"):
        counts = (len(wanted.get("lines") or []), len(given.get("lines") or []))
        yield Compared("Lines", f"{counts[0]} lines", f"{counts[1]} lines", row.counts.get("lines.missed", 0) == 0)


def _is_known(gold: Mapping[str, Any], *names: str) -> bool:
    """Whether the label knows any of these; one that does not say what it knows knows everything."""
    return "known" not in gold or bool(set(names) & set(gold["known"]))


def words(label: str) -> str:
    """ "dispute/tax" as people say it."""
    reason = label.rpartition("/")[2]
    return full_reason(reason) if reason in KIND_OF else (label or "no answer")


def _plain(value: object) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(
            str(one) if not isinstance(one, dict) else json.dumps(one, ensure_ascii=False) for one in value
        )
    return str(value)


def _heading(reading: Reading) -> str:
    if reading.mail is None:
        return reading.name
    sender = reading.mail.sender
    who = f"{sender.name} <{sender.email}>" if sender and sender.name else sender.email if sender else ""
    return " · ".join(one for one in (reading.mail.subject, who) if one)


def _marked(reading: Reading, quotes: Iterable[str]) -> tuple[Markup, int]:
    """The texts of a document's parts with quoted words marked, and how many characters are not shown."""
    pieces: list[Markup] = []
    room, left_out = MOST_TEXT, 0
    for part in reading.walk():
        text = part.text.strip()
        if not text:
            continue
        shown = text[:room]
        left_out += len(text) - len(shown)
        room -= len(shown)
        if not shown:
            continue
        if part is not reading and part.name:
            pieces.append(Markup('<span class="part">{}</span>').format(part.name))
        pieces.append(_with_marks(shown, quotes))
    return Markup("\n\n").join(pieces), left_out


def _with_marks(text: str, quotes: Iterable[str]) -> Markup:
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        at = text.find(quote.strip()) if quote.strip() else -1
        if at >= 0:
            spans.append((at, at + len(quote.strip())))
    done, at = Markup(""), 0
    for start, end in sorted(spans):
        if start < at:
            continue
        done += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return done + escape(text[at:])
