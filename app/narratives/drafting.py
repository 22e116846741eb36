"""A text for a draft invoice, without a model: grouped, in the customer's language, its hours adding up to the line.

Every hour of a line is stated once in its pieces and once in its total. Hours whose remark is held back, or that have
none, are stated under their task or as further work. A line whose entries do not add up gets no text but a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations

from app.assessments.reconcile import units
from app.documents.folding import fold
from app.narratives.entries import EXPENSE, MILESTONE, TIMESHEET, DraftInvoice, DraftLine, Entry
from app.narratives.internal import REASONS, Guard
from app.narratives.languages import is_listed
from app.narratives.profile import LENGTHS, SHORTEST, Profile
from app.narratives.written import Writer

LONGEST_DESCRIPTION = 160
"""Characters of one remark that are used."""
_CENT = Decimal("0.005")
_MOST_MILESTONES = 12
_NO_LABEL = ("figures", "forbidden", "other_customer", "other_record", "contact", "secret")
_STEP_DOWN = ("full", "normal", "short")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the entries it rests on. `hours` is what it states as a piece of the line, None for others.

    `what` is po, subject, total, work, milestone or expense.
    """

    what: str
    text: str
    records: tuple[tuple[str, int], ...] = ()
    hours: Decimal | None = None
    worded: bool = False
    """Whether its description was worded by a model."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Words that the customer does not read, for the reviewer: `reason` is a code, `why` a sentence's end."""

    record: tuple[str, int] | None
    text: str
    reason: str

    @property
    def why(self) -> str:
        return REASONS[self.reason]


@dataclass(frozen=True, slots=True)
class Piece:
    """Work that is told in one sentence: its label (a task, a week, a person), what was done, and the hours."""

    number: int
    label: str
    done: tuple[str, ...]
    entries: tuple[Entry, ...]
    hours: Decimal


@dataclass(frozen=True, slots=True)
class LineDraft:
    """The text of one line, or why there is none (`not_offered`, a sentence)."""

    line: DraftLine
    sentences: tuple[Sentence, ...] = ()
    pieces: tuple[Piece, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    not_offered: str = ""
    shortened: bool = False
    hours: Decimal = Decimal(0)
    """Hours that the line bills, 0 for what is not billed by time."""
    translated: bool = False
    """Whether a model put some of it into another language: what it says was checked, not how well it says it."""

    @property
    def text(self) -> str:
        return "\n".join(s.text for s in self.sentences)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was held back, shortened or translated: every statement rests on an entry as written."""
        return bool(self.sentences) and not (self.held_back or self.shortened or self.translated)

    @property
    def stated(self) -> Decimal:
        """Hours that its sentences state piece by piece."""
        return sum((s.hours for s in self.sentences if s.hours is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is proposed for one draft invoice."""

    invoice: DraftInvoice
    profile: Profile
    language: str
    lines: tuple[LineDraft, ...]
    notes: tuple[str, ...] = ()
    """What a reviewer should know besides: no PO number known, a text that was shortened, what a model's words lost."""
    worded_by: Mapping[str, str] = field(default_factory=dict)
    """Prompt, model and fingerprint where a model worded descriptions."""

    @property
    def offered(self) -> tuple[LineDraft, ...]:
        return tuple(line for line in self.lines if line.sentences)

    @property
    def held_back(self) -> tuple[HeldBack, ...]:
        """Everything held back, once."""
        return tuple(dict.fromkeys(h for line in self.lines for h in line.held_back))

    @property
    def foot(self) -> str:
        """The text for the foot of the invoice, where one text is wanted for all lines; else empty."""
        if self.profile.per != "invoice":
            return ""
        return "\n".join(line.text for line in self.offered)


Words = Mapping[int, str]
"""What a model says of pieces, by their number."""


def draft(invoice: DraftInvoice, profile: Profile, guard: Guard, words: Words | None = None) -> Draft:
    """The texts of an invoice. `words` are said in the place of the remarks of a piece; see `wording` for what may."""
    writer = Writer(profile.language or invoice.language)
    po, first = _purchase_order(invoice, profile, guard, writer), True
    drafts: list[LineDraft] = []
    numbers = iter(range(1, 10_000))
    share = profile
    if profile.per == "invoice" and invoice.lines:  # one text: each line gets its part of the length
        room = max(SHORTEST, (profile.max_length + 1) // len(invoice.lines) - 1)
        share = replace(profile, max_length=room)
    for line in invoice.lines:
        made = _line(line, share, guard, writer, words or {}, numbers.__next__, po if first else None)
        first = first and not made.sentences
        drafts.append(made)
    result = Draft(invoice, profile, writer.language, tuple(drafts))
    return replace(result, notes=tuple(_notes(result, po)))


def _notes(result: Draft, po: Sentence | None) -> Iterable[str]:
    if result.profile.po_number != "none" and po is None and result.offered:
        yield "No order number of the customer is known: none is in the text."
    for line in result.offered:
        if line.shortened:
            limit = result.profile.max_length
            yield f"The text of “{_cut(line.line.subject)}” was made shorter: {limit} characters are the most."


def _purchase_order(invoice: DraftInvoice, profile: Profile, guard: Guard, writer: Writer) -> Sentence | None:
    number = " ".join(invoice.po_number.split())[:60]
    if profile.po_number == "none" or not number or guard.held_back(number) in ("other_record", "forbidden"):
        return None
    return Sentence("po", writer.words.po.format(po=number))


def _line(
    line: DraftLine, profile: Profile, guard: Guard, writer: Writer, words: Words, numbered: Callable[[], int],
    po: Sentence | None,
) -> LineDraft:  # fmt: skip
    timesheets = tuple(e for e in line.entries if e.model == TIMESHEET and e.hours is not None)
    factor = units.per_hour(line.unit)
    held: list[HeldBack] = []
    subject = _subject(line, guard, held)
    if line.is_milestone or (not timesheets and any(e.model == MILESTONE for e in line.entries)):
        return _milestones(line, subject, guard, held, profile, writer, po)
    if line.is_expense or (not timesheets and any(e.model == EXPENSE for e in line.entries)):
        return _expense(line, subject, guard, held, profile, writer, po)
    if not timesheets:
        return LineDraft(
            line, hours=_billed_hours(line), held_back=tuple(held),
            not_offered="No timesheet, milestone or expense in Odoo belongs to this line: there is nothing to tell.",
        )  # fmt: skip
    total = sum((e.hours for e in timesheets if e.hours is not None), Decimal(0))
    if factor is None:
        return LineDraft(
            line, held_back=tuple(held),
            not_offered=f"The line is billed in {line.unit or 'no unit'}, which is no unit of time: its "
            f"{units.count(total)} hours cannot be compared with it.",
        )  # fmt: skip
    if abs(units.in_unit(total, line.unit) - line.quantity) > _CENT or any((e.hours or 0) < 0 for e in timesheets):
        return LineDraft(
            line, hours=_billed_hours(line), held_back=tuple(held),
            not_offered=f"The timesheets on this draft are {units.count(total)} hours, the line bills "
            f"{units.count(line.quantity)} {line.unit}: a text would not add up. Put the line or the timesheets right.",
        )  # fmt: skip
    return _work(line, timesheets, total, subject, profile, guard, held, writer, words, numbered, po)


def _billed_hours(line: DraftLine) -> Decimal:
    factor = units.per_hour(line.unit)
    return line.quantity * factor[0] / factor[1] if factor else Decimal(0)


def _work(
    line: DraftLine, timesheets: Sequence[Entry], total: Decimal, subject: str, profile: Profile, guard: Guard,
    held: list[HeldBack], writer: Writer, words: Words, numbered: Callable[[], int], po: Sentence | None,
) -> LineDraft:  # fmt: skip
    usable = {e.record: _usable(e, guard, held) for e in timesheets}
    tasks = {e.task: _task(e.task, line.subject, guard, held) for e in timesheets}
    days = [e.day for e in timesheets if e.day is not None]
    period = writer.period(days) if days else ""
    records = tuple(e.record for e in timesheets)
    said = writer.words.formal if profile.tone == "formal" else writer.words.total
    total_text = said.format(period=period, hours=writer.hours(total)) if period else writer.hours(total)
    head = [
        *([Sentence("subject", subject)] if subject else []), Sentence("total", total_text, records),
    ]  # fmt: skip

    def whole(body: Sequence[Sentence]) -> tuple[Sentence, ...]:
        parts = [*head, *body]
        if po is not None:
            parts = [po, *parts] if profile.po_number == "first" else [*parts, po]
        return tuple(parts)

    start = _STEP_DOWN.index(profile.length) if profile.length in LENGTHS else 1
    for step, length in enumerate(_STEP_DOWN[start:]):
        pieces = _pieces(timesheets, usable, tasks, subject, profile, length, guard, writer)
        if step == 0:
            pieces = tuple(replace(p, number=numbered()) for p in pieces)
            wanted = pieces
        sentences = whole([_sentence(p, words.get(p.number), length, writer) for p in pieces])
        if _length(sentences) <= profile.max_length:
            return LineDraft(line, sentences, wanted, tuple(held), shortened=step > 0, hours=total)
    everything = Piece(0, writer.words.other, (), tuple(timesheets), total)
    sentences = whole([_sentence(everything, None, "short", writer)])
    if _length(sentences) <= profile.max_length:
        return LineDraft(line, sentences, wanted, tuple(held), shortened=True, hours=total)
    return LineDraft(
        line, held_back=tuple(held), hours=total,
        not_offered=f"Even the shortest text that states all hours is longer than {profile.max_length} characters.",
    )  # fmt: skip


def _length(sentences: Sequence[Sentence]) -> int:
    return sum(len(s.text) + 1 for s in sentences) - 1


def _usable(entry: Entry, guard: Guard, held: list[HeldBack]) -> str:
    """The remark as the text may hold it, or "" where it says nothing or is held back."""
    text = " ".join(entry.remark.split()).strip(" .;,/-")
    if not text:
        return ""
    reason = guard.held_back(text) or (None if is_listed(text) else "language")
    if reason is not None:
        held.append(HeldBack(entry.record, text, reason))
        return ""
    return _cut(text)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _task(name: str, subject: str, guard: Guard, held: list[HeldBack]) -> str:
    """A task's name as a label. In a language without a list only what the order itself calls the work is used."""
    label = _label(name, guard, held)
    if label and not is_listed(label) and fold(label) not in fold(subject):
        held.append(HeldBack(None, label, "language"))
        return ""
    return label


def _label(name: str, guard: Guard, held: list[HeldBack]) -> str:
    """A task's name as a label, without the part that states figures of its own."""
    text = " ".join(name.split())
    reason = guard.held_back(text) if text else None
    if reason == "figures":
        text = _without_figures(text, guard)
        reason = None
    if reason is not None:
        held.append(HeldBack(None, text, reason))
        return ""
    return _cut(text)


def _without_figures(text: str, guard: Guard) -> str:
    """The beginning of a title up to where it states hours or amounts: "Retainer, 16 h a month" is "Retainer"."""
    for mark in (",", ";", ":", " (", " - ", " – "):
        before = text.split(mark, 1)[0].strip()
        if before != text and before and guard.held_back(before) is None:
            return before
    return ""


def _subject(line: DraftLine, guard: Guard, held: list[HeldBack]) -> str:
    return _label(line.subject, guard, held)


def _pieces(
    timesheets: Sequence[Entry], usable: Mapping[tuple[str, int], str], tasks: Mapping[str, str], subject: str,
    profile: Profile, length: str, guard: Guard, writer: Writer,
) -> tuple[Piece, ...]:  # fmt: skip
    """The work in the order in which it was begun; hours without usable words come last in their group."""
    ordered = sorted(timesheets, key=lambda e: (e.day is None, e.day, e.id))
    labels: dict[str, list[Entry]] = {}
    for e in ordered:
        labels.setdefault(_group_of(e, tasks, subject, profile, guard, writer), []).append(e)
    only = len(labels) == 1 and profile.group_by in ("task", "activity")
    pieces: list[Piece] = []
    for label, entries in labels.items():
        if length == "full" or (only and length == "normal") or profile.group_by == "activity":
            by_words: dict[str, list[Entry]] = {}
            for e in entries:
                by_words.setdefault(fold(usable[e.record]), []).append(e)
            for key in sorted(by_words, key=lambda k: k == ""):
                some = by_words[key]
                done: tuple[str, ...] = (usable[some[0].record],) if key else ()
                pieces.append(Piece(0, label, done, tuple(some), _sum(some)))
        else:
            by_fold = {fold(u): u for e in reversed(entries) if (u := usable[e.record])}
            done = tuple(dict.fromkeys(by_fold[fold(u)] for e in entries if (u := usable[e.record])))
            pieces.append(Piece(0, label, () if length == "short" else done, tuple(entries), _sum(entries)))
    return tuple(pieces)


def _sum(entries: Iterable[Entry]) -> Decimal:
    return sum((e.hours for e in entries if e.hours is not None), Decimal(0))


def _group_of(
    entry: Entry, tasks: Mapping[str, str], subject: str, profile: Profile, guard: Guard, writer: Writer
) -> str:
    if profile.group_by == "week":
        return writer.week(entry.day) if entry.day is not None else ""
    if profile.group_by == "person":
        name = " ".join(entry.person.split())
        return "" if guard.held_back(name) in _NO_LABEL else name
    if profile.group_by == "activity":
        return ""
    label = tasks[entry.task]
    return "" if subject and _repeats(label, subject) else label


def _repeats(task: str, subject: str) -> bool:
    """Whether a task only repeats what the order's line says: Odoo makes tasks of lines, under their name."""
    return fold(task) in fold(subject) or fold(subject) in fold(task)


def _sentence(piece: Piece, words: str | None, length: str, writer: Writer) -> Sentence:
    done = words if words and piece.done else ", ".join(piece.done)
    what = ": ".join(part for part in (piece.label, done) if part) or writer.words.other
    text = f"{what}: {writer.hours(piece.hours)}"
    days = [e.day for e in piece.entries if e.day is not None]
    if length == "full" and days:
        text += f" ({writer.days(days)})"
    return Sentence(
        "work", text, tuple(e.record for e in piece.entries), piece.hours, worded=bool(words and piece.done)
    )


def _milestones(
    line: DraftLine, subject: str, guard: Guard, held: list[HeldBack], profile: Profile, writer: Writer,
    po: Sentence | None,
) -> LineDraft:  # fmt: skip
    reached = [e for e in line.entries if e.model == MILESTONE and e.share and e.day is not None][:_MOST_MILESTONES]
    if not reached:
        return LineDraft(
            line, held_back=tuple(held),
            not_offered="The milestone that this line bills is not reached in Odoo: nothing can be told of it.",
        )  # fmt: skip
    billed = _billed_by(line, reached)
    if not billed:
        return LineDraft(
            line, held_back=tuple(held),
            not_offered=f"No milestones that are reached add up to the {line.net} of this line.",
        )  # fmt: skip
    sentences = [Sentence("subject", subject)] if subject else []
    for e in billed:
        name = _usable(e, guard, held)
        said = writer.words.milestone.format(name=name).strip()
        if e.day is not None:
            said += f", {writer.words.reached.format(day=writer.day(e.day))}"
        if e.share is not None and line.ordered is not None:
            said += f" ({writer.share(e.share, line.ordered)})"
        sentences.append(Sentence("milestone", said, (e.record,)))
    return _fitted(line, sentences, held, profile, po)


def _billed_by(line: DraftLine, reached: Sequence[Entry]) -> tuple[Entry, ...]:
    """The milestones whose shares are the line's amount: those it names, else the only ones that fit."""
    if line.ordered is None:
        return ()
    named = [e for e in reached if e.remark.strip() and fold(e.remark.strip()) in fold(line.text)]
    fitting = []
    for some in (named, *(list(c) for n in range(1, len(reached) + 1) for c in combinations(reached, n))):
        share = sum((e.share for e in some if e.share is not None), Decimal(0))
        if some and (line.ordered * share).rounded() == line.net.rounded():
            if some is named:
                return tuple(named)
            fitting.append(tuple(some))
    return fitting[0] if len(fitting) == 1 else ()


def _expense(
    line: DraftLine, subject: str, guard: Guard, held: list[HeldBack], profile: Profile, writer: Writer,
    po: Sentence | None,
) -> LineDraft:  # fmt: skip
    found = [e for e in line.entries if e.model == EXPENSE and e.amount is not None]
    total = sum((e.amount for e in found[1:] if e.amount), found[0].amount) if found and found[0].amount else None
    if total is None or total.rounded() != line.net.rounded():
        return LineDraft(
            line,
            held_back=tuple(held),
            not_offered=f"No expense in Odoo comes to the {line.net.rounded()} of this line."
            if total is None
            else f"The expenses of this line are {total}, the line bills {line.net}: a text would not add up.",
        )
    sentences = [Sentence("subject", subject)] if subject else []
    for e in found:
        name = _usable(e, guard, held) or writer.words.other
        if e.amount is not None:
            said = writer.words.cost.format(
                name=name, day=writer.day(e.day) if e.day else "", amount=writer.amount(e.amount)
            ).replace(", :", ":")
            sentences.append(Sentence("expense", said, (e.record,)))
    return _fitted(line, sentences, held, profile, po)


def _fitted(
    line: DraftLine, sentences: list[Sentence], held: list[HeldBack], profile: Profile, po: Sentence | None
) -> LineDraft:
    if po is not None:
        sentences = [po, *sentences] if profile.po_number == "first" else [*sentences, po]
    if _length(sentences) > profile.max_length:
        return LineDraft(
            line, held_back=tuple(held),
            not_offered=f"The text would be longer than {profile.max_length} characters.",
        )  # fmt: skip
    return LineDraft(line, tuple(sentences), (), tuple(held))


def coverage(drafts: Iterable[Draft]) -> Decimal | None:
    """Narrative coverage: hours that the texts state piece by piece / hours billed; None where no hours are billed.

    A line without a text counts with its hours and mentions none.
    """
    billed = mentioned = Decimal(0)
    for one in drafts:
        for line in one.lines:
            billed += line.hours
            mentioned += line.stated
    return mentioned / billed if billed else None
