"""What continues a case, and what a reviewer is asked about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_merges", sa.Column("how", sa.String(length=10), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_case_merges_how_known"), "case_merges", "how in ('', 'continues', 'noted', 'same')"
    )
    op.create_table(
        "thread_mails",
        sa.Column("document_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("answers", postgresql.ARRAY(sa.String(length=500)), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.String(length=320)), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_thread_mails_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_thread_mails")),
    )
    op.create_index("ix_thread_mails_message_id", "thread_mails", ["message_id"])
    op.create_index("ix_thread_mails_answers", "thread_mails", ["answers"], postgresql_using="gin")
    op.create_index("ix_thread_mails_subject", "thread_mails", ["subject"], postgresql_where=sa.text("subject <> ''"))
    op.execute(
        """
        insert into thread_mails
            (document_id, message_id, answers, subject, is_answer, sender, recipients, sent_at, is_ours, automatic)
        select d.document_id, left(c.thread_key, 500), '{}', '', false, left(lower(c.sender), 320), '{}', c.opened_at,
            false, ''
        from cases c join case_documents d on d.case_id = c.id and d.role = 'opening'
        where c.thread_key <> ''
        """
    )
    op.create_table(
        "thread_questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("belongs", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("case_id <> other_id", name=op.f("ck_thread_questions_two_cases")),
        sa.CheckConstraint(
            "(answered_at is null) = (belongs is null)", name=op.f("ck_thread_questions_answer_has_a_time")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_thread_questions_answered_by_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_thread_questions_case_id_cases")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_thread_questions_other_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_questions")),
        sa.UniqueConstraint("case_id", "other_id", name=op.f("uq_thread_questions_case_id_other_id")),
    )
    op.create_index("ix_thread_questions_other_id", "thread_questions", ["other_id"])


def downgrade() -> None:
    op.drop_index("ix_thread_questions_other_id", table_name="thread_questions")
    op.drop_table("thread_questions")
    op.drop_index("ix_thread_mails_subject", table_name="thread_mails")
    op.drop_index("ix_thread_mails_answers", table_name="thread_mails")
    op.drop_index("ix_thread_mails_message_id", table_name="thread_mails")
    op.drop_table("thread_mails")
    op.drop_constraint(op.f("ck_case_merges_how_known"), "case_merges")
    op.drop_column("case_merges", "how")
