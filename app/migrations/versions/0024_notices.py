"""Notices to our own people, and how each wishes to hear of things."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_wishes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("is_digest_on_weekends", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' or digest_at = ''",
            name=op.f("ck_notice_wishes_digest_at_a_time"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_wishes_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_wishes")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "topic in ('approval', 'question', 'answer', 'assigned', 'alarm', 'attention')",
            name=op.f("ck_notices_topic_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id_cases")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("uq_notices_once", "notices", ["user_id", "topic", "about"], unique=True)
    op.create_index(
        "ix_notices_untold", "notices", ["user_id"], postgresql_where=sa.text("told_at is null and dropped_at is null")
    )
    op.create_table(
        "digests_sent",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_digests_sent_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_digests_sent")),
    )
    op.create_table(
        "notice_refusals",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notice_refusals_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_refusals")),
    )


def downgrade() -> None:
    op.drop_table("notice_refusals")
    op.drop_table("digests_sent")
    op.drop_table("notices")
    op.drop_table("notice_wishes")
