"""What came in stays and has a case; what needs attention says why; what is claimed of a document has evidence.

The application keeps these rules too; here they hold against anybody who reaches the database by another way.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = ("documents", "arrivals", "cases", "case_documents")

HAS_A_CASE = """
create function countersign_document_has_a_case() returns trigger language plpgsql as $$
begin
    if not exists (select from case_documents where document_id = new.id) then
        raise exception 'document % has no case', new.id using errcode = 'restrict_violation';
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    for table in KEPT:
        op.execute(
            f"create trigger {table}_kept before delete on {table} "
            "for each row execute function countersign_refuse_change()"
        )
        op.execute(
            f"create trigger {table}_no_truncate before truncate on {table} "
            "for each statement execute function countersign_refuse_change()"
        )
    op.execute(HAS_A_CASE)
    op.execute(
        "create constraint trigger documents_have_a_case after insert on documents deferrable initially deferred "
        "for each row execute function countersign_document_has_a_case()"
    )
    op.execute(
        "alter table cases add constraint ck_cases_attention_says_why "
        "check (state <> 'needs_attention' or attention <> '')"
    )
    op.execute(
        "alter table assessments add constraint ck_assessments_fields_have_evidence check "
        "(not jsonb_path_exists(content, '$.fields.* ? (!exists (@.evidence[*]))'))"
    )


def downgrade() -> None:
    op.execute("alter table assessments drop constraint ck_assessments_fields_have_evidence")
    op.execute("alter table cases drop constraint ck_cases_attention_says_why")
    op.execute("drop trigger documents_have_a_case on documents")
    op.execute("drop function countersign_document_has_a_case()")
    for table in reversed(KEPT):
        op.execute(f"drop trigger {table}_no_truncate on {table}")
        op.execute(f"drop trigger {table}_kept on {table}")
