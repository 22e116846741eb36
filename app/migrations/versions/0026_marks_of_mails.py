"""By what the list finds cases with new mail, and those whose sender failed a check."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OPEN = "state in ('received', 'to_decide', 'needs_approval', 'writing', 'stale', 'needs_attention', 'snoozed')"
NEWS_OF = """
create function countersign_news_of(e audit_events) returns void language plpgsql as $$ declare told audit_events; begin
  if e.action = 'case.moved' and e.content ? 'undoes' then
    delete from case_news n where n.case_id = e.case_id;
    for told in select * from audit_events a where a.case_id = e.case_id and a.seq < e.seq
        and not (a.action = 'case.moved' and a.content ? 'undoes') and a.seq not in (
          select (u.content->>'undoes')::bigint from audit_events u where u.case_id = e.case_id and u.seq <= e.seq
             and u.action = 'case.moved' and u.content ? 'undoes') order by a.seq
    loop
      perform countersign_news_of(told);
    end loop;
    return;
  end if;
  if e.action in ('case.continued', 'letter.bounced') and e.content ? 'mail_case' and e.content->>'how' <> 'noted' then
    insert into case_news values (e.case_id, (e.content->>'mail_case')::bigint) on conflict do nothing;
  elsif e.action in ('case.gave_back', 'case.taken_out') then
    delete from case_news n where n.case_id = e.case_id and n.mail_case = (e.content->>'merged')::bigint;
  end if;
  if position('@' in e.actor) > 0 and e.action not in ('case.continued', 'delivery.answered', 'question.answered',
      'question.asked', 'case.assigned', 'assignment.undone', 'thread.answered', 'case.took_over', 'case.gave_back') then
    delete from case_news n where n.case_id = e.case_id;
  end if;
end $$
"""
"""As `of_events` in app/decisions/news.py reads the trail. Who writes an event holds the head of its case's chain, so no
two of a case come here at once."""
NEWS_SO_FAR = """
do $$ declare e audit_events; begin
  for e in select * from audit_events where case_id in (
      select case_id from audit_events where action in ('case.continued', 'letter.bounced')) order by case_id, seq
  loop
    perform countersign_news_of(e);
  end loop;
end $$
"""
SENDER_OF_CASE = """
create function countersign_sender_of_case(wanted bigint) returns void language sql as $$
  update cases c set has_failed_sender = not c.has_failed_sender
   where c.id = wanted and c.has_failed_sender <> (
     exists (select from case_documents d join sender_checks s on s.document_id = d.document_id
              where d.case_id = c.id and s.verdict = 'failed')
     or c.split_from is not null and exists (
       select from assessments a join sender_checks s on s.document_id = a.document_id
        where a.case_id = c.id and a.is_current and s.verdict = 'failed'))
$$
"""
SENDERS_SO_FAR = """
select countersign_sender_of_case(id) from cases
 where split_from is not null or id in (
   select d.case_id from case_documents d join sender_checks s on s.document_id = d.document_id
    where s.verdict = 'failed')
"""
TRIGGERS = {
    "audit_events": ("countersign_news_of_event", "perform countersign_news_of(new);", ("insert",)),
    "case_documents": (
        "countersign_sender_of_document", "perform countersign_sender_of_case(new.case_id);\n"
        "  if tg_op = 'UPDATE' then if old.case_id <> new.case_id then perform countersign_sender_of_case(old.case_id); "
        "end if; end if;",
        ("insert", "update of case_id"),
    ),
    "sender_checks": (
        "countersign_sender_of_check",
        "perform countersign_sender_of_case(case_id) from (\n"
        "    select case_id from case_documents where document_id = new.document_id\n"
        "    union select a.case_id from cases c join assessments a on a.case_id = c.id and a.is_current\n"
        "     where c.split_from is not null and a.document_id = new.document_id order by 1) as held;",
        ("insert", "update of verdict"),
    ),
    "assessments": (
        "countersign_sender_of_assessment",
        "if new.is_current then perform countersign_sender_of_case(new.case_id); end if;",
        ("insert",),
    ),
}  # fmt: skip
"""Whoever changes what happened with a case, what it holds, or what was checked of it, brings its marks up to date, in the
same transaction."""


def upgrade() -> None:
    op.create_table(
        "case_news",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mail_case", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "mail_case", name=op.f("pk_case_news")),
    )
    op.execute(NEWS_OF)
    op.execute(NEWS_SO_FAR)
    op.add_column("cases", sa.Column("has_failed_sender", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_cases_open_failed_sender", "cases", ["priority", "id"],
        postgresql_where=sa.text(f"{OPEN} and has_failed_sender"),
    )  # fmt: skip
    op.execute(SENDER_OF_CASE)
    op.execute(SENDERS_SO_FAR)
    for table, (function, body, events) in TRIGGERS.items():
        op.execute(
            f"create function {function}() returns trigger language plpgsql as $$ begin\n  {body}\n  return null;\n"
            "end $$"
        )
        op.execute(
            f"create trigger {function} after {' or '.join(events)} on {table} for each row execute function "
            f"{function}()"
        )


def downgrade() -> None:
    for table, (function, _, _) in TRIGGERS.items():
        op.execute(f"drop trigger {function} on {table}")
        op.execute(f"drop function {function}()")
    op.execute("drop function countersign_sender_of_case(bigint)")
    op.drop_index("ix_cases_open_failed_sender", table_name="cases")
    op.drop_column("cases", "has_failed_sender")
    op.execute("drop function countersign_news_of(audit_events)")
    op.drop_table("case_news")
