"""The service's side of the link with Odoo: who called, used tokens, wishes for detection, writes handed over.

A write that Odoo was given to carry out names that database for good, a written one stays written, and what was
written has its receipt, whoever reaches the database by another way.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SETTLED_WRITE = """
create function countersign_settled_write() returns trigger language plpgsql as $$
begin
    if new.handed_to is distinct from old.handed_to then
        raise exception 'write-back % was handed to % when it was queued, or to nobody', old.id,
            coalesce(old.handed_to, 'nobody') using errcode = 'restrict_violation';
    end if;
    if old.state in ('written', 'withdrawn') and (new.state, new.receipt) is distinct from (old.state, old.receipt) then
        raise exception 'write-back % is % and stays so', old.id, old.state using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    op.create_table(
        "odoo_visitors",
        sa.Column("database", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("login", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("database", "uid", name=op.f("pk_odoo_visitors")),
    )
    op.create_table(
        "odoo_tokens",
        sa.Column("database", sa.String(length=64), nullable=False),
        sa.Column("jti", sa.String(length=80), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("database", "jti", name=op.f("pk_odoo_tokens")),
    )
    op.create_index("ix_odoo_tokens_expires_at", "odoo_tokens", ["expires_at"])
    op.create_table(
        "detection_wishes",
        sa.Column("company_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_detection_wishes")),
    )
    op.add_column("write_backs", sa.Column("handed_to", sa.String(length=64), nullable=True))
    op.execute(
        "alter table write_backs add constraint ck_write_backs_written_has_receipt "
        "check (state <> 'written' or receipt is not null)"
    )
    op.execute(SETTLED_WRITE)
    op.execute(
        "create trigger write_backs_settled before update on write_backs "
        "for each row execute function countersign_settled_write()"
    )
    op.create_index(
        "ix_suggestions_target", "suggestions", ["target_model", "target_id"],
        postgresql_where=sa.text("state <> 'superseded'"),
    )  # fmt: skip
    op.create_index("ix_cases_customer_id", "cases", ["customer_id"])
    for column in ("matches", "findings"):
        op.create_index(
            f"ix_assessments_{column}", "assessments", [column], postgresql_using="gin",
            postgresql_ops={column: "jsonb_path_ops"}, postgresql_where=sa.text("is_current"),
        )  # fmt: skip


def downgrade() -> None:
    for column in ("findings", "matches"):
        op.drop_index(f"ix_assessments_{column}", table_name="assessments")
    op.drop_index("ix_cases_customer_id", table_name="cases")
    op.drop_index("ix_suggestions_target", table_name="suggestions")
    op.execute("drop trigger write_backs_settled on write_backs")
    op.execute("drop function countersign_settled_write()")
    op.drop_constraint(op.f("ck_write_backs_written_has_receipt"), "write_backs")
    op.drop_column("write_backs", "handed_to")
    op.drop_table("detection_wishes")
    op.drop_index("ix_odoo_tokens_expires_at", table_name="odoo_tokens")
    op.drop_table("odoo_tokens")
    op.drop_table("odoo_visitors")
