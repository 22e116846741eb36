"""Full-text search of cases, indexes of the list's orders, views that people saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN = "state in ('received', 'to_decide', 'needs_approval', 'writing', 'stale', 'needs_attention', 'snoozed')"
OPEN_INDEXES = {
    "ix_cases_open_priority": ("priority", "id"),
    "ix_cases_open_amount": ("coalesce(at_stake, 0)", "id"),
    "ix_cases_open_deadline": ("coalesce(deadline, '9999-12-31'::date)", "id"),
    "ix_cases_open_age": ("opened_at", "id"),
    "ix_cases_open_customer": ("customer_name", "(- priority)", "(- id)"),
    "ix_cases_open_kind": ("kind", "priority", "id"),
    "ix_cases_open_owner": ("owner_id", "priority", "id"),
    "ix_cases_open_team": ("team", "priority", "id"),
}
"""Every order of the list, and every way to narrow it that may fit few cases among many."""

FOLDED = """
create function countersign_folded(given text) returns text language sql immutable parallel safe as $$
  select regexp_replace(lower(translate(replace(replace(replace(replace(replace(
    normalize(given, NFC), 'ß', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'),
    'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïðñòóôõöøùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞ'
    'ğĠġĢģĤĥĦħĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘș'
    'Țț',
    'aaaaaaceeeeiiiidnoooooouuuuyaaaaaaceeeeiiiidnoooooouuuuyyaaaaaaccccccccddddeeeeeeeeeeggg'
    'ggggghhhhiiiiiiiiiijjkkllllllllnnnnnnoooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzss'
    'tt')),
    '[^[\\:alnum\\:]]+', ' ', 'g')
$$
"""
SEARCHED = """
create function countersign_search_case(wanted bigint) returns void language sql as $$
  with recursive part(document_id, place, content) as (
    select r.document_id, '', r.content from readings r
     where r.document_id in (select document_id from case_documents where case_id = wanted)
        or r.document_id in (select a.document_id from assessments a join cases c on c.id = a.case_id
                              where c.id = wanted and c.split_from is not null and a.is_current)
    union all
    select p.document_id, p.place || '.' || lpad(a.n::text, 4, '0'), a.content
      from part p, jsonb_array_elements(p.content->'attachments') with ordinality as a(content, n)
  ),
  source as (
    select left(string_agg(concat_ws(E'\\n', content->'mail'->'sender'->>'name', content->>'text'),
           E'\\n\\n' order by document_id, place), 100000) as body from part
  )
  insert into case_texts (case_id, body, search)
  select c.id, coalesce(s.body, ''),
    setweight(to_tsvector('simple', countersign_folded(concat_ws(' ', c.id, c.title, c.customer_name, c.sender))), 'A')
    || setweight(to_tsvector('simple', countersign_folded(concat_ws(' ', c.summary,
         jsonb_path_query_array(a.content, '$.fields.*.value')::text,
         jsonb_path_query_array(a.content, '$.corrections.*.value')::text,
         jsonb_path_query_array(a.matches, '$[*].record.name')::text))), 'B')
    || to_tsvector('simple', countersign_folded(coalesce(s.body, '')))
  from cases c cross join source s left join assessments a on a.case_id = c.id and a.is_current
  where c.id = wanted
  on conflict (case_id) do update set body = excluded.body, search = excluded.search
$$
"""
TRIGGERS = {
    "cases": (
        "countersign_search_of_case", "perform countersign_search_case(new.id);",
        ("insert", "update of title, summary, customer_name, sender"),
    ),
    "case_documents": (
        "countersign_search_of_document", "perform countersign_search_case(new.case_id);\n"
        "  if tg_op = 'UPDATE' then if old.case_id <> new.case_id then perform countersign_search_case(old.case_id); "
        "end if; end if;",
        ("insert", "update of case_id"),
    ),
    "readings": (
        "countersign_search_of_reading",
        "perform countersign_search_case(case_id) from (\n"
        "    select case_id from case_documents where document_id = new.document_id\n"
        "    union select a.case_id from cases c join assessments a on a.case_id = c.id and a.is_current\n"
        "     where c.split_from is not null and a.document_id = new.document_id) as held;",
        ("insert", "update of content"),
    ),
    "assessments": (
        "countersign_search_of_assessment",
        "if new.is_current then perform countersign_search_case(new.case_id); end if;",
        ("insert", "update of content, matches"),
    ),
}  # fmt: skip
"""Whoever changes what can be sought brings the search up to date, in the same transaction."""


def upgrade() -> None:
    for name, keys in OPEN_INDEXES.items():
        op.create_index(name, "cases", [sa.text(k) if "(" in k else k for k in keys], postgresql_where=sa.text(OPEN))
    op.create_index("ix_cases_open_flags", "cases", ["flags"], postgresql_using="gin", postgresql_where=sa.text(OPEN))
    op.execute("create statistics cases_amounts on (coalesce(at_stake, 0)) from cases")  # how many are over 5,000
    op.create_table(
        "case_texts",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_texts_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_texts")),
    )
    op.create_index("ix_case_texts_search", "case_texts", ["search"], postgresql_using="gin")
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_views_has_a_name")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.execute(FOLDED)
    op.execute(SEARCHED)
    for table, (function, body, events) in TRIGGERS.items():
        op.execute(
            f"create function {function}() returns trigger language plpgsql as $$ begin\n  {body}\n  return null;\n"
            "end $$"
        )
        op.execute(
            f"create trigger {function} after {' or '.join(events)} on {table} for each row execute function "
            f"{function}()"
        )
    op.execute("select countersign_search_case(id) from cases")


def downgrade() -> None:
    for table, (function, _, _) in TRIGGERS.items():
        op.execute(f"drop trigger {function} on {table}")
        op.execute(f"drop function {function}()")
    op.execute("drop function countersign_search_case(bigint)")
    op.execute("drop function countersign_folded(text)")
    op.drop_table("saved_views")
    op.drop_table("case_texts")
    op.execute("drop statistics cases_amounts")
    for name in ("ix_cases_open_flags", *OPEN_INDEXES):
        op.drop_index(name, table_name="cases")
