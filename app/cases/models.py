"""Tables of cases, their documents and their steps of work."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

STATES = (
    "received",  # stored, not yet read
    "to_decide",  # assessed, waits for a person
    "needs_approval",  # decided once, the policy asks for another person
    "writing",  # confirmed, on its way to Odoo
    "stale",  # Odoo changed since the reviewer looked: decide again
    "needs_attention",  # the machine cannot go on; a person must look
    "snoozed",
    "done",  # decided and written
    "closed",  # nothing to do, rejected, or merged into another case
)
SNOOZED_FOR = ("", "customer_answers", "delivery_answers")
"""The event that brings a snoozed case back; empty: its time alone does. A customer's answer always does."""
UNSENT, SENT = "unsent", "sent"
"""The roles of a mail of ours among a case's documents, before it left and after."""
MERGED_HOW = ("", "continues", "noted", "same")
"""Why a case is folded into another: a person saw that they belong together (empty); its mail continues the other's,
and what that case is about follows it; its mail belongs there and changes nothing; it brings the same paper again."""
OPEN_STATES = ("received", "to_decide", "needs_approval", "writing", "stale", "needs_attention", "snoozed")
_IS_OPEN = "state in ('" + "', '".join(OPEN_STATES) + "')"
_OPEN_KEYS = {
    "ix_cases_open_priority": ("priority", "id"),
    "ix_cases_open_amount": ("coalesce(at_stake, 0)", "id"),
    "ix_cases_open_deadline": ("coalesce(deadline, '9999-12-31'::date)", "id"),
    "ix_cases_open_age": ("opened_at", "id"),
    "ix_cases_open_customer": ("customer_name", "(- priority)", "(- id)"),
    "ix_cases_open_kind": ("kind", "priority", "id"),
    "ix_cases_open_owner": ("owner_id", "priority", "id"),
    "ix_cases_open_team": ("team", "priority", "id"),
}
"""Every order of the list of open cases, and every way to narrow it that may fit few among many."""


class Case(Base):
    """One exception. What people see in the inbox stands here; the evidence hangs below. `id` is its number."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("state in ('" + "', '".join(STATES) + "')", name="state_known"),
        CheckConstraint("(at_stake is null) or (currency is not null)", name="amount_has_currency"),
        CheckConstraint("state <> 'needs_attention' or attention <> ''", name="attention_says_why"),
        CheckConstraint("snoozed_for in ('" + "', '".join(SNOOZED_FOR) + "')", name="snoozed_for_known"),
        *(Index(name, *(text(k) for k in keys), postgresql_where=text(_IS_OPEN)) for name, keys in _OPEN_KEYS.items()),
        Index("ix_cases_open_flags", "flags", postgresql_using="gin", postgresql_where=text(_IS_OPEN)),
        Index(
            "ix_cases_open_failed_sender", "priority", "id", postgresql_where=text(f"{_IS_OPEN} and has_failed_sender")
        ),
        Index("ix_cases_inbox", "state", text("priority desc"), text("id desc")),
        Index("ix_cases_customer", "customer_name"),
        Index("ix_cases_customer_id", "customer_id"),
        Index("ix_cases_thread_key", "thread_key"),
        Index("ix_cases_kind_opened_at", "kind", "opened_at"),
        Index("ix_cases_opened_at", "opened_at"),
        Index("ix_cases_snoozed_until", "snoozed_until", postgresql_where=text("state = 'snoozed'")),
        Index("ix_cases_split_from", "split_from", postgresql_where=text("split_from is not null")),
        Index("ix_cases_merged_into", "merged_into", postgresql_where=text("merged_into is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), default="received")
    kind: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(40))
    reading: Mapped[str | None] = mapped_column(String(10))
    confidence: Mapped[Decimal | None]
    flags: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    title: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    customer_name: Mapped[str] = mapped_column(Text, default="")
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """The customer's id in Odoo (res.partner), once matched for certain."""
    company_id: Mapped[int | None]
    sender: Mapped[str] = mapped_column(Text, default="")
    has_failed_sender: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether a check of the sender failed on a mail that it holds or shares. Triggers keep it (see migrations)."""
    thread_key: Mapped[str] = mapped_column(Text, default="")
    """The Message-ID of the mail that opened the case."""
    at_stake: Mapped[Decimal | None]
    currency: Mapped[str | None] = mapped_column(String(3))
    deadline: Mapped[date | None]
    priority: Mapped[int] = mapped_column(default=0)
    here_because: Mapped[str] = mapped_column(Text, default="")
    priority_because: Mapped[str] = mapped_column(Text, default="")
    unsure_because: Mapped[str] = mapped_column(Text, default="")
    attention: Mapped[str] = mapped_column(Text, default="")
    """Why it needs attention, in words a reviewer understands; empty otherwise."""
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    team: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """The team whose case it is, beside or without an owner; empty: nobody's."""
    delivery_validated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Who said that the work was (or was not) delivered: may not approve the credit."""
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    split_from: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    """The case whose message this one shares: that message holds several matters, and this is one of them."""
    snoozed_until: Mapped[datetime | None]
    snoozed_for: Mapped[str] = mapped_column(String(20), default="", server_default="")
    snoozed_because: Mapped[str] = mapped_column(Text, default="", server_default="")
    snoozed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    snoozed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes; a person decides on the version they saw."""

    @property
    def is_own_draft(self) -> bool:
        """Whether it holds a text of ours that waits, and no message or discrepancy: such a case has no kind."""
        return self.kind is None and self.reading is not None

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this class attribute


class CaseDocument(Base):
    """A document belongs to exactly one case (the primary key says so)."""

    __tablename__ = "case_documents"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    role: Mapped[str] = mapped_column(String(20), default="opening")
    added_at: Mapped[datetime]


class CaseStep(Base):
    """A step of machine work on a case: leased while a worker has it, re-sent by the sweeper when the lease ends."""

    __tablename__ = "case_steps"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'leased', 'done', 'failed')", name="state_known"),
        Index("ix_case_steps_open", "next_at", postgresql_where=text("state in ('waiting', 'leased')")),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    stage: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    """Counts leases and never goes back, so that it names one."""
    lost: Mapped[int] = mapped_column(default=0, server_default="0")
    """Leases since it was asked for that ended without a result: the worker died, or failed in a way nobody foresaw."""
    waits: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was put back since it was asked for because a peer was away."""
    next_at: Mapped[datetime]
    """When the sweeper may (re-)send it: after the lease, or after a back-off."""
    last_error: Mapped[str] = mapped_column(Text, default="")
    finished_at: Mapped[datetime | None]


class CaseMerge(Base):
    """A case that was folded into another, with the documents that went along, so that it can be taken out again."""

    __tablename__ = "case_merges"
    __table_args__ = (
        CheckConstraint("case_id <> into_id", name="two_cases"),
        CheckConstraint("how in ('" + "', '".join(MERGED_HOW) + "')", name="how_known"),
        Index(
            "uq_case_merges_one_at_a_time", "case_id", unique=True, postgresql_where=text("taken_apart_at is null")
        ),
        Index("ix_case_merges_into_id", "into_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    document_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    was_open: Mapped[bool]
    """Whether the other case was open then; one that had ended was opened by the merge."""
    merged_by: Mapped[str] = mapped_column(String(300))
    merged_at: Mapped[datetime]
    because: Mapped[str] = mapped_column(Text, default="")
    how: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """One of `MERGED_HOW`."""
    taken_apart_by: Mapped[str] = mapped_column(String(300), default="")
    taken_apart_at: Mapped[datetime | None]


class ThreadMail(Base):
    """A mail of a case, by what it is known and what it answers: those that came in, and those that we sent."""

    __tablename__ = "thread_mails"
    __table_args__ = (
        Index("ix_thread_mails_message_id", "message_id"),
        Index("ix_thread_mails_answers", "answers", postgresql_using="gin"),
        Index("ix_thread_mails_subject", "subject", postgresql_where=text("subject <> ''")),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(500))
    answers: Mapped[list[str]] = mapped_column(ARRAY(String(500)))
    """The Message-IDs of In-Reply-To and References, the nearest last."""
    subject: Mapped[str] = mapped_column(String(300))
    """The subject without "Re:" and the like, in small letters; empty where it says nothing."""
    is_answer: Mapped[bool]
    """Whether it says itself that it answers: by a header, or by "Re:" before its subject."""
    sender: Mapped[str] = mapped_column(String(320))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(String(320)))
    """To and Cc, in small letters."""
    sent_at: Mapped[datetime | None]
    is_ours: Mapped[bool] = mapped_column(default=False)
    """Whether we sent it from a case."""
    automatic: Mapped[str] = mapped_column(String(12), default="")
    """What sort of automatic mail it is; empty: a person wrote it."""


class ThreadQuestion(Base):
    """A mail that answers a case, and that a person must say belongs there: its sender or customer is another."""

    __tablename__ = "thread_questions"
    __table_args__ = (
        UniqueConstraint("case_id", "other_id"),
        CheckConstraint("case_id <> other_id", name="two_cases"),
        CheckConstraint("(answered_at is null) = (belongs is null)", name="answer_has_a_time"),
        Index("ix_thread_questions_other_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    """The case of the mail."""
    other_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    """The case that it answers."""
    sender: Mapped[str] = mapped_column(String(320))
    because: Mapped[str] = mapped_column(Text)
    """Why a person is asked, in a sentence."""
    asked_at: Mapped[datetime]
    belongs: Mapped[bool | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]


class CaseNews(Base):
    """A mail that came to a case, or a reply of ours that came back, and that nobody has acted on since. Triggers keep
    it by what the trail says (see migrations), which names no case by a foreign key; so does this."""

    __tablename__ = "case_news"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mail_case: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The case that the mail came as."""


class CaseCheck(Base):
    """An item of the call-back checklist that a person has done; what is not here is not done."""

    __tablename__ = "case_checks"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    item: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")


class CaseQuestion(Base):
    """A question about the work, put to a project manager, and their answer."""

    __tablename__ = "case_questions"
    __table_args__ = (
        CheckConstraint("(answered_by is null) = (answered_at is null)", name="answer_has_a_person"),
        Index(
            "ix_case_questions_open", "asked_to", "id",
            postgresql_where=text("answered_at is null and withdrawn_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_to: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """None: any project manager may answer."""
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    was_delivered: Mapped[bool | None]
    """Their word on the delivery; None: they answered in words alone."""
    answer: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime | None]


class CaseText(Base):
    """What a case is found by: the words of its source, its fields and records. Triggers keep it (see migrations)."""

    __tablename__ = "case_texts"
    __table_args__ = (Index("ix_case_texts_search", "search", postgresql_using="gin"),)

    case_id: Mapped[int] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    body: Mapped[str] = mapped_column(Text, deferred=True)
    """The text of all its documents, as it was read; the beginning of it where that is very long."""
    search: Mapped[str] = mapped_column(TSVECTOR, deferred=True)


class SavedView(Base):
    """A list of cases that a person keeps under a name: the query of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (CheckConstraint("name <> ''", name="has_a_name"), UniqueConstraint("user_id", "name"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    saved_at: Mapped[datetime]
