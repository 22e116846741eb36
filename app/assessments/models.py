"""Tables of assessments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class AssessmentRow(Base):
    """What we thought of a case at one time; the newest is current, older ones stay for the record."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index("uq_assessments_current", "case_id", unique=True, postgresql_where=text("is_current")),
        Index("ix_assessments_case", "case_id"),
        *(
            Index(
                f"ix_assessments_{column}",
                column,
                postgresql_using="gin",
                postgresql_ops={column: "jsonb_path_ops"},
                postgresql_where=text("is_current"),
            )
            for column in ("matches", "findings")
        ),
        CheckConstraint(
            "not jsonb_path_exists(content, '$.fields.* ? (!exists (@.evidence[*]))')", name="fields_have_evidence"
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    made_at: Mapped[datetime]
    engine: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]]
    """The `Assessment` as JSON."""
    matches: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    is_current: Mapped[bool] = mapped_column(default=True)


class OrderMark(Base):
    """By what an order that a case brought is known again when it comes another way: the SHA-256 of its paper, the
    customer's number of it. See app/decisions/same_order.py."""

    __tablename__ = "order_marks"
    __table_args__ = (Index("ix_order_marks_mark", "mark"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(200), primary_key=True)
