"""Mails to our own people: what waits for them, in their language, with links to the pages where they decide.

A link opens a page and changes nothing. What customers wrote is not in these mails; amounts only for who sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.queries import Filter
from app.decisions import reach
from app.decisions.approval_matrix import Policy
from app.mailboxes.sending import sender_line
from app.money import Money
from app.review import figures, wording
from app.review.languages import N_, _, ngettext, speaking
from app.review.list_state import VIEWS, ListState
from app.users.access import Caller

MOST_NAMED = 20
"""Cases named in one mail; the rest is counted."""
FIRST_IN_LINE = 5
_HEADINGS = {
    "approval": N_("These need your confirmation:"),
    "question": N_("You were asked about the work:"),
    "answer": N_("Your question was answered:"),
    "assigned": N_("These were given to you:"),
    "alarm": N_("Somebody may be after our money:"),
    "attention": N_("The machine cannot go on with these:"),
}
_SUBJECTS = {
    "approval": N_("Case %(case)s needs your confirmation"),
    "question": N_("Case %(case)s: a question to you about the work"),
    "answer": N_("Case %(case)s: your question was answered"),
    "assigned": N_("Case %(case)s was given to you"),
    "alarm": N_("Case %(case)s: somebody may be after our money"),
    "attention": N_("Case %(case)s needs somebody to look"),
}
_DIGEST_VIEWS = ("mine", "to_decide", "needs_approval", "stale", "needs_attention")


class Noticed(Protocol):
    """What a notice is about."""

    @property
    def topic(self) -> str: ...
    @property
    def case_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a mail."""

    subject: str
    text: str


def notice(
    session: Session, person: Caller, notices: Sequence[Noticed], policy: Policy, *, public_url: str, at: datetime
) -> Words:
    """What this person is told: under a heading for each topic the cases, a link each."""
    by_topic: dict[str, list[int]] = {}
    for one in notices:
        if one.case_id not in by_topic.setdefault(one.topic, []):
            by_topic[one.topic].append(one.case_id)
    wanted = {case_id for case_ids in by_topic.values() for case_id in case_ids}
    cases = {c.id: c for c in session.execute(select(Case).where(Case.id.in_(wanted))).scalars()}
    with _as_read_by(person):
        lines: list[str] = []
        for topic, heading in _HEADINGS.items():
            named = by_topic.get(topic, [])
            if not named:
                continue
            lines += [_(heading), ""]
            lines += _cases((cases[n] for n in named[:MOST_NAMED]), person, policy, public_url, at)
            if len(named) > MOST_NAMED:
                lines += [ngettext("and %(num)s more", "and %(num)s more", len(named) - MOST_NAMED), ""]
        count = sum(len(named) for named in by_topic.values())
        if count == 1:
            subject = _(_SUBJECTS[notices[0].topic], case=notices[0].case_id)
        else:
            subject = ngettext("%(num)s thing waits for you", "%(num)s things wait for you", count)
        return Words(subject, "\n".join([*lines, *_footer(public_url)]))


def digest(session: Session, person: Caller, policy: Policy, *, public_url: str, at: datetime) -> Words | None:
    """What waits this morning, counted by view, and what comes first; None when nothing waits."""
    with _as_read_by(person):
        views = [view for view in VIEWS if view.name in _DIGEST_VIEWS]
        lists = [ListState.of(f"view={view.name}", person) for view in views]
        counts = queries.counts(session, [state.filter for state in lists])
        waiting = [(view, count) for view, count in zip(views, counts, strict=True) if count]
        if not waiting:
            return None
        today = figures.today(at)
        lines = [
            f"{view.title}: {figures.counted(count)}\n  {public_url}/inbox?view={view.name}" for view, count in waiting
        ]
        mine = queries.page(session, Filter(owner=person.user_id), sort="priority", limit=FIRST_IN_LINE).cases
        first = mine or queries.page(session, Filter(), sort="priority", limit=FIRST_IN_LINE).cases
        lines += ["", _("First in line among yours:") if mine else _("First in line:"), ""]
        lines += _cases(first, person, policy, public_url, at)
        subject = _("Countersign on %(day)s: what waits", day=figures.day(today, today))
        return Words(subject, "\n".join([*lines, *_footer(public_url)]))


def message(words: Words, person: Caller, *, sender: str, name: str, message_id: str, at: datetime) -> EmailMessage:
    """The mail, from this address and name. Its headers keep other people's machines from answering it (RFC 3834)."""
    mail = EmailMessage()
    mail["From"] = sender_line(name or "Countersign", sender)
    mail["To"] = person.email
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(words.text + "\n", charset="utf-8")
    return mail


def _as_read_by(person: Caller) -> AbstractContextManager[None]:
    mine = person.personal
    return speaking(mine.language or "en", formats=mine.formats, zone=mine.time_zone or "UTC")


def _cases(cases: Iterable[Case], person: Caller, policy: Policy, public_url: str, at: datetime) -> list[str]:
    sees_amounts, today = reach.sees_amounts(person, policy), figures.today(at)
    lines = []
    for case in cases:
        what, _kind = wording.sort_of(case)
        said = [what, case.customer_name]
        if sees_amounts and case.at_stake is not None and case.currency:
            said.append(figures.money(Money(case.at_stake, case.currency)).replace(figures.FIXED, " "))
        if case.deadline:
            said.append(_("answer by %(day)s", day=figures.day_word(case.deadline, today)))
        about = ", ".join(" ".join(part.split()) for part in said if part)
        lines += [f"{_('Case %(case)s', case=case.id)}: {about}", f"  {public_url}/cases/{case.id}", ""]
    return lines


def _footer(public_url: str) -> list[str]:
    return [
        "-- ",
        _("A link opens the page; nothing is decided by opening it. Answers to this mail are read by nobody."),
        _("Choose what you hear of by mail: %(address)s", address=f"{public_url}/settings/mail"),
    ]
