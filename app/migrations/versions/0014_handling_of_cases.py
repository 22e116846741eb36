"""Teams, snoozing with a reason, questions to delivery, merging and splitting, the call-back checklist."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("teams", postgresql.ARRAY(sa.String(length=80)), server_default="{}", nullable=False)
    )
    op.add_column("cases", sa.Column("team", sa.String(length=80), server_default="", nullable=False))
    op.add_column("cases", sa.Column("snoozed_for", sa.String(length=20), server_default="", nullable=False))
    op.add_column("cases", sa.Column("snoozed_because", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("snoozed_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("snoozed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("split_from", sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_cases_snoozed_for_known"), "cases", "snoozed_for in ('', 'customer_answers', 'delivery_answers')"
    )
    op.create_foreign_key(op.f("fk_cases_snoozed_by_users"), "cases", "users", ["snoozed_by"], ["id"])
    op.create_foreign_key(op.f("fk_cases_split_from_cases"), "cases", "cases", ["split_from"], ["id"])
    op.create_index("ix_cases_snoozed_until", "cases", ["snoozed_until"], postgresql_where=sa.text("state = 'snoozed'"))
    op.create_index("ix_cases_split_from", "cases", ["split_from"], postgresql_where=sa.text("split_from is not null"))
    op.create_index(
        "ix_cases_merged_into", "cases", ["merged_into"], postgresql_where=sa.text("merged_into is not null")
    )
    op.create_table(
        "case_merges",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.Column("document_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("was_open", sa.Boolean(), nullable=False),
        sa.Column("merged_by", sa.String(length=300), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("taken_apart_by", sa.String(length=300), nullable=False),
        sa.Column("taken_apart_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("case_id <> into_id", name=op.f("ck_case_merges_two_cases")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_merges_case_id_cases")),
        sa.ForeignKeyConstraint(["into_id"], ["cases.id"], name=op.f("fk_case_merges_into_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_merges")),
    )
    op.create_index(
        "uq_case_merges_one_at_a_time", "case_merges", ["case_id"], unique=True,
        postgresql_where=sa.text("taken_apart_at is null"),
    )  # fmt: skip
    op.create_index(op.f("ix_case_merges_into_id"), "case_merges", ["into_id"])
    op.create_table(
        "case_questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_to", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_delivered", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_by is null) = (answered_at is null)", name=op.f("ck_case_questions_answer_has_a_person")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_questions_case_id_cases")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_case_questions_asked_by_users")),
        sa.ForeignKeyConstraint(["asked_to"], ["users.id"], name=op.f("fk_case_questions_asked_to_users")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_case_questions_answered_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_questions")),
    )
    op.create_index(op.f("ix_case_questions_case_id"), "case_questions", ["case_id"])
    op.create_index(
        "ix_case_questions_open", "case_questions", ["asked_to", "id"],
        postgresql_where=sa.text("answered_at is null and withdrawn_at is null"),
    )  # fmt: skip
    op.create_table(
        "case_checks",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_checks_case_id_cases")),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name=op.f("fk_case_checks_done_by_users")),
        sa.PrimaryKeyConstraint("case_id", "item", name=op.f("pk_case_checks")),
    )


def downgrade() -> None:
    op.drop_table("case_checks")
    op.drop_table("case_questions")
    op.drop_table("case_merges")
    op.drop_index("ix_cases_merged_into", table_name="cases", postgresql_where=sa.text("merged_into is not null"))
    op.drop_index("ix_cases_split_from", table_name="cases", postgresql_where=sa.text("split_from is not null"))
    op.drop_index("ix_cases_snoozed_until", table_name="cases", postgresql_where=sa.text("state = 'snoozed'"))
    op.drop_constraint(op.f("fk_cases_split_from_cases"), "cases", type_="foreignkey")
    op.drop_constraint(op.f("fk_cases_snoozed_by_users"), "cases", type_="foreignkey")
    op.drop_constraint(op.f("ck_cases_snoozed_for_known"), "cases", type_="check")
    for column in ("split_from", "snoozed_at", "snoozed_by", "snoozed_because", "snoozed_for", "team"):
        op.drop_column("cases", column)
    op.drop_column("users", "teams")
