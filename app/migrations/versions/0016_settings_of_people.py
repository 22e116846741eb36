"""What a person set for the screen: language, formats, time zone, theme, keys, undo time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personal_settings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("formats", sa.String(length=10), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("single_keys", sa.Boolean(), nullable=False),
        sa.Column("undo_seconds", sa.Integer(), nullable=True),
        sa.CheckConstraint("undo_seconds in (5, 10, 20, 60)", name=op.f("ck_personal_settings_undo_seconds_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_personal_settings_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_personal_settings")),
    )


def downgrade() -> None:
    op.drop_table("personal_settings")
