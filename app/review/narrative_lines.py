"""The lines of a draft invoice as the page shows them: old and new as one text, what each sentence rests on, what was
held back, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from uuid import UUID

from app.decisions.amendment import editable_values
from app.decisions.approval_matrix import Policy
from app.decisions.dossier import ShownSuggestion
from app.decisions.permission import permission
from app.money import Money
from app.narratives.drafting import Draft, HeldBack, LineDraft, Sentence
from app.narratives.entries import EXPENSE, MILESTONE, TIMESHEET, Entry
from app.review import figures
from app.review.languages import N_, _
from app.review.rewording import Piece, running
from app.suggestions.figures import EMPTY
from app.suggestions.models import Suggestion
from app.suggestions.proposal import part_of
from app.users.access import Caller

_DRAFT = re.compile(r"draft (?P<order>.+?)(?: of (?P<day>\d{4}-\d\d-\d\d))?")
ALIKE = 0.5
"""How alike two lines must be to be compared word by word: below, one is struck out and the other stands new."""
MOST_ENTRIES = 400
"""Entries of a line that are shown; the text rests on all."""

WHY = {
    "own_fault": N_("It speaks of a mistake of ours, or of work done again."),
    "other_customer": N_("It names another customer."),
    "other_record": N_("It names a document of another customer."),
    "complaint": N_("It complains or passes judgement."),
    "private": N_("It is private."),
    "internal": N_("It is an internal note."),
    "not_billable": N_("It says that it is not to be billed."),
    "learning": N_("It speaks of learning, or of people joining and leaving."),
    "secret": N_("It holds a password or a key."),
    "speaks_of_us": N_("It speaks of ourselves or of others in person."),
    "question": N_("It asks or exclaims."),
    "figures": N_("It states hours or amounts of its own, which would not add up with the line."),
    "contact": N_("It holds an address, a link or a telephone number."),
    "aimed_at_software": N_("It is aimed at software."),
    "staff": N_("It names a colleague."),
    "language": N_("It is in a language, or in words, that the lists of internal words do not know."),
    "forbidden": N_("It holds a word that is not to be used for this customer."),
}
_STATES = {
    "confirmed": (N_("On its way to Odoo"), "tag-ink"),
    "written": (N_("Written to Odoo"), "tag-good"),
    "rejected": (N_("Old text kept"), ""),
    "stale": (N_("Changed in Odoo, drafted anew"), "tag-caution"),
    "refused": (N_("Refused by Odoo"), "tag-danger"),
    "undone": (N_("Taken back"), ""),
}
_SHORT = {TIMESHEET: "t", MILESTONE: "m", EXPENSE: "x"}


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of the running text: kept, removed or added. `rests_on` are ids of entries on the page."""

    what: str
    text: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry that a line bills: how much, when, what a colleague remarked, and why that is held back (or "")."""

    mark: str
    amount: str
    day: date | None
    remark: str
    task: str
    person: str
    held_because: str


@dataclass(frozen=True, slots=True)
class HeldShown:
    """Words that the customer does not read; `entry` is None for a title."""

    text: str
    why: str
    entry: EntryShown | None


@dataclass(frozen=True, slots=True)
class StepShown:
    """What can be done with a line's text, or what became of it."""

    suggestion: Suggestion
    state: str
    tag: str
    is_open: bool
    may_decide: bool
    may_edit: bool
    closed_because: str
    confirmed_by: tuple[str, ...]
    is_edited: bool
    edit_name: str
    edit_value: str


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the draft, or its foot (`line_id` 0)."""

    number: int
    line_id: int
    subject: str
    quantity: str
    net: Money | None
    bits: tuple[Bit, ...]
    held: tuple[HeldShown, ...]
    entries: tuple[EntryShown, ...]
    more_entries: int
    not_offered: str
    shortened: bool
    translated: bool
    worded: bool
    is_clean: bool
    step: StepShown | None

    @property
    def is_acceptable(self) -> bool:
        """Whether this person may accept it together with other clean lines."""
        return self.is_clean and self.step is not None and self.step.may_decide and not self.step.is_edited


def lines(
    draft: Draft, steps: Sequence[ShownSuggestion], policy: Policy, person: Caller, *, clean: Collection[int]
) -> tuple[LineShown, ...]:
    """Every line of a draft with what was proposed for it; the foot comes last."""
    by_part = _newest(steps)
    shown = [
        _line(n, line, by_part.get((line.line.id,)), policy, person, is_clean=line.line.id in clean)
        for n, line in enumerate(draft.lines, 1)
    ]
    foot = by_part.get(())
    if foot is not None:
        shown.append(_foot(draft, foot, policy, person, clean))
    return tuple(shown)


def _newest(steps: Iterable[ShownSuggestion]) -> dict[tuple[int, ...], ShownSuggestion]:
    """The step that counts for each line: one that is open, else the one that was made last."""
    found: dict[tuple[int, ...], ShownSuggestion] = {}
    for step in sorted(steps, key=lambda s: (s.suggestion.state == "open", s.suggestion.made_at)):
        found[part_of(step.suggestion.kind, step.suggestion.command)] = step
    return found


def _line(
    number: int, line: LineDraft, shown: ShownSuggestion | None, policy: Policy, person: Caller, *, is_clean: bool
) -> LineShown:  # fmt: skip
    why = {h.record: _(WHY[h.reason]) for h in line.held_back if h.record is not None}
    entries = tuple(_entry(line.line.id, e, why.get(e.record, "")) for e in line.line.entries[:MOST_ENTRIES])
    by_record = {e.record: s for e, s in zip(line.line.entries, entries, strict=False)}
    quantity = f"{figures.quantity(line.line.quantity)} {line.line.unit}".strip()
    return LineShown(
        number=number, line_id=line.line.id, subject=line.line.subject, quantity=quantity, net=line.line.net,
        bits=_bits(shown, line.line.text, line.sentences, line.line.id),
        held=tuple(_held(h, by_record) for h in line.held_back), entries=entries,
        more_entries=max(0, len(line.line.entries) - MOST_ENTRIES), not_offered=line.not_offered,
        shortened=line.shortened, translated=line.translated, worded=any(s.worded for s in line.sentences),
        is_clean=is_clean, step=_step(shown, policy, person) if shown is not None else None,
    )  # fmt: skip


def _foot(draft: Draft, shown: ShownSuggestion, policy: Policy, person: Caller, clean: Collection[int]) -> LineShown:
    sentences = [s for line in draft.offered for s in line.sentences]
    owner = {s.records: line.line.id for line in draft.offered for s in line.sentences}
    return LineShown(
        number=len(draft.lines) + 1, line_id=0, subject=_("Text at the foot"), quantity="", net=None,
        bits=_bits(shown, draft.invoice.narration, sentences, None, owner), held=(), entries=(), more_entries=0,
        not_offered="", shortened=any(line.shortened for line in draft.lines),
        translated=any(line.translated for line in draft.lines), worded=any(s.worded for s in sentences),
        is_clean={line.line.id for line in draft.lines} <= set(clean), step=_step(shown, policy, person),
    )  # fmt: skip


def _step(shown: ShownSuggestion, policy: Policy, person: Caller) -> StepShown:
    s = shown.suggestion
    allowed = permission(s, policy, person, confirmed_ids=shown.confirmed_ids, answered_delivery=())
    words, tag = _STATES.get(s.state, ("", ""))
    values = editable_values(s)
    name, value = next(iter(values.items()), ("", ""))
    return StepShown(
        suggestion=s, state=_(words) if words else "", tag=tag, is_open=s.state == "open",
        may_decide=s.state == "open" and allowed.confirm, may_edit=allowed.edit, closed_because=allowed.why_not,
        confirmed_by=shown.confirmed_by, is_edited=s.made_by is not None, edit_name=name, edit_value=value,
    )  # fmt: skip


def draft_name(name: str, today: date) -> str:
    """What a draft is called, in the reader's language: it has no number yet, but an order and a day."""
    found = _DRAFT.fullmatch(name)
    if found is None:
        return name
    order, day = found.group("order"), found.group("day")
    if not day:
        return _("draft %(order)s", order=order)
    return _("draft %(order)s of %(day)s", order=order, day=figures.day(date.fromisoformat(day), today))


def line_name(what: str) -> str:
    """What a row of a step is called, without the line's number in Odoo."""
    return what.rsplit(" (line ", 1)[0]


def mark_of(line_id: int, record: tuple[str, int]) -> str:
    """The id on the page of an entry of a line."""
    model, number = record
    return f"l{line_id}-{_SHORT.get(model, 'r')}{number}"


def _entry(line_id: int, entry: Entry, held_because: str) -> EntryShown:
    return EntryShown(
        mark_of(line_id, entry.record), _amount(entry), entry.day, entry.remark, entry.task, entry.person, held_because
    )  # fmt: skip


def _amount(entry: Entry) -> str:
    if entry.amount is not None:
        return figures.money(entry.amount)
    if entry.hours is not None:
        return _("%(hours)s h", hours=figures.quantity(entry.hours))
    return figures.percent(entry.share or Decimal(0))


def _held(held: HeldBack, entries: Mapping[tuple[str, int], EntryShown]) -> HeldShown:
    return HeldShown(held.text, _(WHY[held.reason]), entries.get(held.record) if held.record is not None else None)


def _bits(
    shown: ShownSuggestion | None, stands: str, sentences: Sequence[Sentence], line_id: int | None,
    owner: Mapping[tuple[tuple[str, int], ...], int] | None = None,
) -> tuple[Bit, ...]:  # fmt: skip
    """Old and new as one running text; what is new is cut where a sentence begins that rests on entries."""
    if shown is None:
        return (Bit("kept", stands),) if stands else ()
    row = shown.suggestion.before[0]
    now, after = str(row["now"]).replace("\r\n", "\n"), str(row["after"])
    spans = _spans(after, sentences, line_id, owner or {})
    bits: list[Bit] = []
    at = 0
    for piece in reworded("" if now == EMPTY else now, after):
        if piece.what == "removed":
            bits.append(Bit("removed", piece.text))
            continue
        end = at + len(piece.text)
        bits += _cut(piece.what, after, at, end, spans)
        at = end
    return tuple(bits)


def reworded(now: str, after: str) -> tuple[Piece, ...]:
    """Old and new text line by line; a line that was changed in part is compared word by word.

    What is kept and added is the new text, sign by sign.
    """
    old, new = now.split("\n") if now else [], after.split("\n")
    pieces: list[Piece] = []
    for tag, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        end = "\n" if n < len(new) else ""
        come = "\n".join(new[k:n]) + end if k < n else ""
        gone = "\n".join(old[i:j])
        if tag == "equal":
            pieces.append(Piece("kept", come))
        elif tag == "delete":
            pieces.append(Piece("removed", f"{gone}\n" if n < len(new) else f"\n{gone}"))
        elif tag == "replace" and j - i == n - k and _is_alike(gone, come):
            pieces += running(f"{gone}{end}", come)
        else:
            pieces += [Piece("removed", f"{gone}\n")] if gone else []
            pieces.append(Piece("added", come))
    return tuple(pieces)


def _is_alike(gone: str, come: str) -> bool:
    return SequenceMatcher(None, gone.split(), come.split(), autojunk=False).ratio() >= ALIKE


def _cut(what: str, text: str, start: int, end: int, spans: Sequence[tuple[int, int, tuple[str, ...]]]) -> list[Bit]:
    """A stretch of the new text, cut at the sentences that it touches."""
    bits: list[Bit] = []
    for begins, ends, marks in spans:
        if ends <= start or begins >= end:
            continue
        if begins > start:
            bits.append(Bit(what, text[start:begins]))
            start = begins
        bits.append(Bit(what, text[start : min(ends, end)], marks))
        start = min(ends, end)
    if start < end:
        bits.append(Bit(what, text[start:end]))
    return bits


def _spans(
    text: str, sentences: Sequence[Sentence], line_id: int | None, owner: Mapping[tuple[tuple[str, int], ...], int]
) -> list[tuple[int, int, tuple[str, ...]]]:
    """Where each sentence stands in a text, and on which entries it rests; what a person reworded stands nowhere."""
    spans = []
    at = 0
    for sentence in sentences:
        start = text.find(sentence.text, at)
        if start < 0:
            continue
        at = start + len(sentence.text)
        of_line = line_id if line_id is not None else owner.get(sentence.records, 0)
        marks = tuple(mark_of(of_line, record) for record in sentence.records[:MOST_ENTRIES])
        if marks and sentence.what != "total":
            spans.append((start, at, marks))
    return spans


def period(draft: Draft) -> tuple[date, date] | None:
    """The first and the last day of the entries that a draft bills."""
    days = [e.day for line in draft.lines for e in line.line.entries if e.day is not None]
    return (min(days), max(days)) if days else None


def entries_of(draft: Draft) -> int:
    """How many entries a draft bills."""
    return len({e.record for line in draft.lines for e in line.line.entries})


def clean_ids(shown: Sequence[LineShown]) -> list[tuple[UUID, str]]:
    """Steps (id, hash) that are accepted together: clean lines that this person may decide on."""
    return [(s.step.suggestion.id, s.step.suggestion.content_hash) for s in shown if s.is_acceptable and s.step]
