"""Guards in the database: decided, written and recorded rows stay as they are, and no write without a decision.

The application keeps these rules too; here they hold against anybody who reaches the database by another way.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_events", "audit_checkpoints", "decisions")
KEPT = ("write_backs",)
"""Rows that change but never go."""

NO_CHANGE = """
create function countersign_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$
"""

FROZEN_SUGGESTION = """
create function countersign_frozen_suggestion() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a suggestion is never removed' using errcode = 'restrict_violation';
    end if;
    if (to_jsonb(new) - 'state') is distinct from (to_jsonb(old) - 'state') then
        raise exception 'suggestion % is frozen under its hash: make a new version', old.id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""

DECIDED_WRITE = """
create function countersign_decided_write() returns trigger language plpgsql as $$
declare
    needed integer;
    given integer;
    refused integer;
begin
    if tg_op = 'UPDATE' and (new.suggestion_id, new.content_hash, new.key)
            is distinct from (old.suggestion_id, old.content_hash, old.key) then
        raise exception 'write-back % cannot be turned to another suggestion', old.id
            using errcode = 'restrict_violation';
    end if;
    select approvals_required into needed from suggestions
        where id = new.suggestion_id and content_hash = new.content_hash;
    select count(distinct by_user_id) filter (where verdict = 'confirm'), count(*) filter (where verdict = 'reject')
        into given, refused from decisions
        where suggestion_id = new.suggestion_id and content_hash = new.content_hash;
    if refused > 0 or given < coalesce(needed, 1) then
        raise exception 'no write without a decision: suggestion % has % of % confirmations and % rejections',
            new.suggestion_id, given, coalesce(needed, 1), refused using errcode = 'restrict_violation';
    end if;
    if tg_op = 'INSERT' and new.key <> 'countersign:' || new.suggestion_id then
        raise exception 'a write-back has the one key of its suggestion' using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    op.execute(NO_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete on {table} "
            "for each row execute function countersign_refuse_change()"
        )
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function countersign_refuse_change()"
        )
    for table in KEPT:
        op.execute(
            f"create trigger {table}_kept before delete on {table} "
            "for each row execute function countersign_refuse_change()"
        )
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function countersign_refuse_change()"
        )
    op.execute(FROZEN_SUGGESTION)
    op.execute(
        "create trigger suggestions_frozen before update or delete on suggestions "
        "for each row execute function countersign_frozen_suggestion()"
    )
    op.execute(DECIDED_WRITE)
    op.execute(
        "create trigger write_backs_decided before insert or update on write_backs "
        "for each row execute function countersign_decided_write()"
    )


def downgrade() -> None:
    op.execute("drop trigger write_backs_decided on write_backs")
    op.execute("drop trigger suggestions_frozen on suggestions")
    for table in KEPT:
        op.execute(f"drop trigger {table}_kept on {table}")
        op.execute(f"drop trigger {table}_no_truncate on {table}")
    for table in APPEND_ONLY:
        op.execute(f"drop trigger {table}_append_only on {table}")
        op.execute(f"drop trigger {table}_no_truncate on {table}")
    for function in ("decided_write", "frozen_suggestion", "refuse_change"):
        op.execute(f"drop function countersign_{function}()")
