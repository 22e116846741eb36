"""Whether the language model answers, told from the questions that were really put to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.llm.models import LlmCall

ASKED = ("answered", "malformed", "declined", "unavailable", "misconfigured", "unanswered")
"""Outcomes of questions that were sent."""
OUT = ("unavailable", "misconfigured", "unanswered")
LOOKED_BACK = 50
"""Questions; an unbroken run of failures longer than this is said to have begun with the oldest of them."""


def out_since(session: Session) -> datetime | None:
    """When the unbroken run of unanswered questions began, if the last question was one; None while it answers."""
    last = (
        select(LlmCall.at, LlmCall.outcome)
        .where(LlmCall.outcome.in_(ASKED))
        .order_by(LlmCall.at.desc())
        .limit(LOOKED_BACK)
        .subquery()
    )
    answered_at = select(func.max(last.c.at)).where(last.c.outcome.not_in(OUT)).scalar_subquery()
    since = func.coalesce(answered_at, text("'-infinity'::timestamptz"))
    query = select(func.min(last.c.at)).where(last.c.outcome.in_(OUT), last.c.at > since)
    return session.execute(query).scalar_one_or_none()
