"""The mails of a case in order, the newest open; what is new since somebody acted; and what a person is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.continued import LEADS, OPEN
from app.cases import thread
from app.cases.models import Case, ThreadQuestion
from app.cases.thread import Known
from app.clock import now
from app.decisions import news, suspect, thread_questions
from app.decisions.dossier import Dossier
from app.decisions.news import News
from app.documents import readings
from app.documents.models import Document
from app.documents.reading import Evidence, Reading
from app.documents.withheld import without_accounts
from app.errors import NotFound
from app.review import figures, wording
from app.review.amounts import without_amounts
from app.review.found import written_value
from app.review.languages import _, told
from app.review.sender_words import SenderLines, sender_lines
from app.review.source import PartView, found_ids, in_document, parts, sought
from app.senders import kept as sender_checks
from app.vocabulary import Kind

MOST_OPEN = 12
"""Mails of a case that are laid out; of a longer thread the newest, and those that something rests on."""
LONGEST_SAYS, LONGEST_WHO = 260, 16
MOST_NEW = 8
"""Mails that are told as new, of many the newest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail, or another document of the case, in its thread. `tag` is (words, class) of what is special about it."""

    document: Document
    who: str
    at: datetime
    subject: str
    tags: tuple[tuple[str, str], ...]
    is_open: bool
    parts: tuple[PartView, ...]
    sender: SenderLines | None
    label: str = ""
    """What it is called where there is little room: the day, or the time where several are of one day."""

    @property
    def anchor(self) -> str:
        return f"mail-{self.document.id}"


@dataclass(frozen=True, slots=True)
class Thread:
    """The entries, the oldest first, and the ids of what was looked for in them."""

    entries: tuple[Entry, ...]
    hits: tuple[str, ...]


def thread_of(session: Session, d: Dossier, find: str, *, with_amounts: bool) -> Thread | None:
    """The case's mails laid out; None where there is one document alone, or no mail among several."""
    mails = {k.document_id: k for k in thread.mails_of(session, d.case.id)}
    unsent = thread.unsent(session, d.case.id)
    kept = [n for n in d.documents if n.id not in unsent]
    if len(kept) < 2 or not mails:
        return None
    documents = sorted(kept, key=lambda one: (_at(one, mails), one.id))
    shown = _to_show(documents, d)
    fresh = {n.document_id for n in news.of_events(d.events)}
    newest = _newest(documents, mails)
    checks = sender_checks.of_documents(session, list(mails))
    entries, hits = list[Entry](), list[str]()
    for document in documents:
        reading = _reading(session, d, document.id) if document.id in shown else None
        views, found = _laid_out(session, d, document.id, reading, find, with_amounts=with_amounts)
        hits += found
        mail = mails.get(document.id)
        entries.append(
            Entry(
                document, _who(mail, reading, document), _at(document, mails),
                _subject(reading, is_suspect=d.is_suspect, with_amounts=with_amounts),
                tuple(_tags(mail, document.id in fresh)), document.id == newest or bool(found), views,
                sender_lines(checks.get(document.id)),
            )
        )  # fmt: skip
    return Thread(tuple(_labelled(entries)), tuple(hits))


def _labelled(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Each with its day, those of one day with who and when instead."""
    days, today = [figures.today(entry.at) for entry in entries], figures.today(now())
    for entry, day in zip(entries, days, strict=True):
        many = days.count(day) > 1
        named = f"{_short(entry.who)} {figures.clock(entry.at)}" if many else figures.day(day, today)
        yield replace(entry, label=named)


def _short(who: str) -> str:
    return who if len(who) <= LONGEST_WHO else f"{who[: LONGEST_WHO - 1].rstrip()}…"


def _at(document: Document, mails: Mapping[int, Known]) -> datetime:
    return mails[document.id].at if document.id in mails else document.received_at


def _newest(documents: Sequence[Document], mails: Mapping[int, Known]) -> int:
    """The last that a person wrote to us, else the last."""
    theirs = [n.id for n in documents if n.id in mails and not mails[n.id].is_ours and _is_a_persons(mails[n.id])]
    return (theirs or [documents[-1].id])[-1]


def _is_a_persons(mail: Known) -> bool:
    return mail.automatic in ("", "generated", "bulk")


def _to_show(documents: Sequence[Document], d: Dossier) -> set[int]:
    resting = {e.document_id for e in _evidence(d) if e.document_id is not None}
    return {n.id for n in documents[-MOST_OPEN:]} | resting | ({d.reading_of} if d.reading_of else set())


def _evidence(d: Dossier) -> Sequence[Evidence]:
    return [e for f in d.assessment.fields.values() for e in f.evidence] if d.assessment else []


def _reading(session: Session, d: Dossier, document_id: int) -> Reading | None:
    if document_id == d.reading_of:
        return d.reading
    try:
        return readings.load(session, document_id)
    except NotFound:
        return None


def _laid_out(
    session: Session, d: Dossier, document_id: int, reading: Reading | None, find: str, *, with_amounts: bool
) -> tuple[tuple[PartView, ...], tuple[str, ...]]:
    if reading is None:
        return (), ()
    named = None if document_id == d.reading_of else document_id
    is_suspect = d.is_suspect or suspect.is_suspect(session, document_id)
    hits = in_document(sought(reading, find, is_suspect=is_suspect, with_amounts=with_amounts), named)
    views = parts(
        reading, document_id, d.assessment, hits, is_suspect=is_suspect, with_amounts=with_amounts, named=named
    )
    return views, found_ids(views, hits)


def _who(mail: Known | None, reading: Reading | None, document: Document) -> str:
    if mail is not None and mail.is_ours:
        return _("We wrote")
    sender = reading.mail.sender if reading is not None and reading.mail is not None else None
    if sender is not None:
        return sender.name or sender.email or _("no sender")
    return mail.sender if mail is not None else document.name


def _subject(reading: Reading | None, *, is_suspect: bool, with_amounts: bool) -> str:
    if reading is None or reading.mail is None:
        return ""
    said = without_accounts(reading.mail.subject) if is_suspect else reading.mail.subject
    return figures.short(said if with_amounts else without_amounts(said), 90)


def _tags(mail: Known | None, is_new: bool) -> list[tuple[str, str]]:
    tags = []
    if is_new:
        tags.append((_("new"), "tag-caution"))
    if mail is not None and mail.is_ours:
        tags.append((_("from us"), "tag-ink"))
    if mail is not None and not _is_a_persons(mail):
        words = {
            "reply": _("automatic reply"), "bounce": _("came back"), "delayed": _("not delivered yet"),
            "receipt": _("receipt"), "own": _("from us"),
        }  # fmt: skip
        tags.append((words.get(mail.automatic, _("sent by software")), ""))
    return tags


# -- what is new --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fresh:
    """A mail that nobody has acted on since it came: who, when, what it says, and what differs by it, a line each."""

    href: str
    who: str
    when: str
    says: str
    lines: tuple[str, ...]
    effect: str
    mail_case: int


def fresh(session: Session, d: Dossier, today: date) -> tuple[Fresh, ...]:
    """What is new on a case, the newest first."""
    newest = news.of_events(d.events)[-MOST_NEW:]
    return tuple(_fresh(session, d, one, today) for one in reversed(newest))


def _fresh(session: Session, d: Dossier, one: News, today: date) -> Fresh:
    says = ""
    try:
        assessment = keep.assessment_of(keep.current(session, one.mail_case))
        says = figures.short(told(" ".join(c.text for c in assessment.summary[:2])), LONGEST_SAYS)
    except NotFound:
        assessment = None
    if not says:
        reading = _reading(session, d, one.document_id)
        text = reading.segment_text("new") if reading is not None else ""
        says = f"“{figures.short(text, 180)}”" if text.strip() else ""
    lines = [_line(name, c, d) for name, c in one.fields.items()]
    return Fresh(
        f"#mail-{one.document_id}", one.sender, figures.moment(one.at, today),
        without_accounts(says) if d.is_suspect else says,
        tuple(without_accounts(line) if d.is_suspect else line for line in lines), _effect(one), one.mail_case,
    )  # fmt: skip


def _line(name: str, change: Mapping[str, Any], d: Dossier) -> str:
    label = wording.FIELD_WORDS.get(name, wording.capital(name.replace("_", " ")))
    now = written_value(name, change.get("is"), d.assessment)
    was = written_value(name, change.get("was"), d.assessment)
    if change.get("kept"):
        return _("%(field)s: they now say %(now)s; what a person entered stays: %(was)s", field=label, now=now, was=was)
    if not was:
        return _("%(field)s: %(now)s, stated for the first time", field=label, now=now)
    return _("%(field)s: %(now)s; before: %(was)s", field=label, now=now, was=was)


def _effect(one: News) -> str:
    if one.is_noted:
        return _("It changes nothing: it is kept with the case.")
    if one.is_colleagues:
        return _("A colleague wrote: it is not the customer’s word, and nothing was taken over.")
    reads = wording.full_reason(one.reason)
    if one.effect == LEADS:
        return _("The case is now about this: %(reading)s.", reading=reads)
    if one.effect == OPEN:
        return _("It reads as %(reading)s, and the mails before it do not. Say what holds.", reading=reads)
    return _("It reads as %(reading)s.", reading=reads)


# -- what a person is asked ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether a mail belongs to a case: the question, why it is asked, and the other case. `may_join` is False where
    a yes would take the guard from a security alert."""

    id: int
    question: str
    because: str
    other: Case
    may_join: bool
    is_alarm: bool


def asked(session: Session, case: Case) -> tuple[Asked, ...]:
    """What a person is asked about the case."""
    waiting = thread_questions.open_questions(session, [case.id]).get(case.id, [])
    numbers = {n for q in waiting for n in (q.case_id, q.other_id)}
    cases = {c.id: c for c in session.execute(select(Case).where(Case.id.in_(numbers))).scalars()} if waiting else {}
    return tuple(_asked(cases, case, q) for q in waiting)


def _asked(cases: Mapping[int, Case], case: Case, q: ThreadQuestion) -> Asked:
    is_its_own = q.case_id == case.id
    other = cases[q.other_id if is_its_own else q.case_id]
    mail, target = (case, other) if is_its_own else (other, case)
    alert = Kind.SECURITY_ALERT
    if is_its_own:
        question = _("This mail answers case %(number)s: is it the same customer?", number=target.id)
    else:
        question = _("A new sender answers on this case: same customer?")
    if alert in (mail.kind, target.kind):
        question = _("A suspicious mail answers a case: does it belong there?")
    may_join = mail.kind != alert or target.kind == alert
    return Asked(q.id, question, told(q.because), other, may_join, alert in (mail.kind, target.kind))
