"""Tables: what each question to a model cost, and the answers we already have."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Identity, Numeric, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

OUTCOMES = (
    "reserved",
    "answered",
    "from_cache",
    "unavailable",
    "misconfigured",
    "declined",
    "malformed",
    "budget_spent",
    "unanswered",
)
"""`reserved` is a question that is under way, or whose process died: it counts with the most it can cost."""


class LlmCall(Base):
    """One question to a model, its tokens and its cost; never what was asked or answered.

    `cost` is in `currency`, None when the model has no price. What is unmetered counts with the most it can have cost.
    """

    __tablename__ = "llm_calls"
    __table_args__ = (CheckConstraint(f"outcome in ({', '.join(repr(o) for o in OUTCOMES)})", name="outcome"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    purpose: Mapped[str] = mapped_column(String(80))
    model: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)
    unmetered: Mapped[int]
    attempts: Mapped[int]
    seconds: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    cost: Mapped[Decimal | None] = mapped_column(Numeric(24, 9))
    currency: Mapped[str] = mapped_column(String(3))


class LlmAnswer(Base):
    """An answer that was whole and fitted its schema, by the hash of what was asked. It may hold customers' data."""

    __tablename__ = "llm_answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    finish_reason: Mapped[str] = mapped_column(String(40))
    likelihoods: Mapped[dict[str, float]] = mapped_column(JSONB, default=dict)
    made_at: Mapped[datetime] = mapped_column(index=True)
