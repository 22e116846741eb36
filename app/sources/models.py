"""Tables of signed events that came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class OdooEvent(Base):
    """An event of Odoo's outbox under its webhook id: a repeated delivery finds it and changes nothing."""

    __tablename__ = "odoo_events"
    __table_args__ = (
        Index(
            "ix_odoo_events_raised", "model", "record_id",
            postgresql_where=text("type in ('exception.raised', 'record.sent')"),
        ),
    )  # fmt: skip

    webhook_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    type: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(80))
    record_id: Mapped[int] = mapped_column(BigInteger)
    company_id: Mapped[int | None]
    received_at: Mapped[datetime]


class DetectionWish(Base):
    """A company whose records changed in Odoo since its detectors ran: many events, one wish, one run."""

    __tablename__ = "detection_wishes"

    company_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wished_at: Mapped[datetime]
