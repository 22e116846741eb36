"""The mirror of Odoo, detections, terms of order papers, people and events of Odoo."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirror_cursors",
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("last_write_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_mirror_cursors")),
    )
    op.create_table(
        "odoo_companies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_companies")),
    )
    op.create_table(
        "odoo_customers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("vat_id", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_customers")),
    )
    op.create_table(
        "odoo_events",
        sa.Column("webhook_id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_odoo_events")),
    )
    op.create_table(
        "odoo_expenses",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("employee", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_expenses")),
    )
    op.create_index("ix_odoo_expenses_order_id", "odoo_expenses", ["order_id"], unique=False)
    op.create_table(
        "odoo_fiscal_positions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_fiscal_positions")),
    )
    op.create_table(
        "odoo_invoice_lines",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("gross", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("tax_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("order_line_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_invoice_lines")),
    )
    op.create_index("ix_odoo_invoice_lines_invoice_id", "odoo_invoice_lines", ["invoice_id"], unique=False)
    op.create_index(
        "ix_odoo_invoice_lines_order_line_ids",
        "odoo_invoice_lines",
        ["order_line_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "odoo_invoices",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("payment_state", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("tax", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("gross", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("open_amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("invoiced_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("fiscal_position_id", sa.Integer(), nullable=True),
        sa.Column("credits_invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_invoices")),
    )
    op.create_index("ix_odoo_invoices_customer_id", "odoo_invoices", ["customer_id"], unique=False)
    op.create_table(
        "odoo_milestones",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("is_reached", sa.Boolean(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("share", sa.Numeric(precision=9, scale=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_milestones")),
    )
    op.create_index("ix_odoo_milestones_order_line_id", "odoo_milestones", ["order_line_id"], unique=False)
    op.create_table(
        "odoo_notes",
        sa.Column("model", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_notes")),
    )
    op.create_index("ix_odoo_notes_record", "odoo_notes", ["model", "record_id"], unique=False)
    op.create_table(
        "odoo_order_lines",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("delivered", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("invoiced", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("is_expense", sa.Boolean(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_order_lines")),
    )
    op.create_index("ix_odoo_order_lines_order_id", "odoo_order_lines", ["order_id"], unique=False)
    op.create_table(
        "odoo_order_papers",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("checksum", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_order_papers")),
    )
    op.create_index("ix_odoo_order_papers_order_id", "odoo_order_papers", ["order_id"], unique=False)
    op.create_table(
        "odoo_orders",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("gross", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("customer_reference", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("invoice_status", sa.String(length=20), nullable=False),
        sa.Column("fiscal_position_id", sa.Integer(), nullable=True),
        sa.Column("salesperson_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_orders")),
    )
    op.create_index("ix_odoo_orders_customer_id", "odoo_orders", ["customer_id"], unique=False)
    op.create_table(
        "odoo_payments",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_note_id", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_payments")),
    )
    op.create_index("ix_odoo_payments_invoice_id", "odoo_payments", ["invoice_id"], unique=False)
    op.create_table(
        "odoo_products",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("service_policy", sa.String(length=40), nullable=False),
        sa.Column("is_expensable", sa.Boolean(), nullable=False),
        sa.Column("expense_policy", sa.String(length=20), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_products")),
    )
    op.create_table(
        "odoo_projects",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_projects")),
    )
    op.create_table(
        "odoo_tasks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_tasks")),
    )
    op.create_index("ix_odoo_tasks_project_id", "odoo_tasks", ["project_id"], unique=False)
    op.create_table(
        "odoo_taxes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=9, scale=6), nullable=True),
        sa.Column("fiscal_position_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("replaces_tax_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_taxes")),
    )
    op.create_table(
        "odoo_timesheets",
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=18, scale=4), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Integer(), nullable=True),
        sa.Column("employee", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("order_line_id", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("billable", sa.String(length=40), nullable=False),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("write_date", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_timesheets")),
    )
    op.create_index("ix_odoo_timesheets_invoice_id", "odoo_timesheets", ["invoice_id"], unique=False)
    op.create_index("ix_odoo_timesheets_order_line_id", "odoo_timesheets", ["order_line_id", "worked_on"], unique=False)
    op.create_index("ix_odoo_timesheets_project_id", "odoo_timesheets", ["project_id", "worked_on"], unique=False)
    op.create_table(
        "order_paper_terms",
        sa.Column("paper_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checksum", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("po_number", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(value is null) or (currency is not null)", name=op.f("ck_order_paper_terms_value_has_currency")
        ),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_order_paper_terms")),
    )
    op.create_index("ix_order_paper_terms_order_id", "order_paper_terms", ["order_id"], unique=False)
    op.create_table(
        "odoo_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("database", sa.String(length=64), nullable=False),
        sa.Column("uid", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_odoo_people_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odoo_people")),
        sa.UniqueConstraint("database", "uid", name=op.f("uq_odoo_people_database_uid")),
    )
    op.create_table(
        "detections",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('open', 'fixed')", name=op.f("ck_detections_state_known")),
        sa.CheckConstraint(
            "(amount is null) or (currency is not null)", name=op.f("ck_detections_amount_has_currency")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_detections_case_id_cases")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_detections_document_id_documents")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_detections")),
    )
    op.create_index("ix_detections_case_id", "detections", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_detections_case_id", table_name="detections")
    op.drop_table("detections")
    op.drop_table("odoo_people")
    op.drop_index("ix_order_paper_terms_order_id", table_name="order_paper_terms")
    op.drop_table("order_paper_terms")
    op.drop_index("ix_odoo_timesheets_project_id", table_name="odoo_timesheets")
    op.drop_index("ix_odoo_timesheets_order_line_id", table_name="odoo_timesheets")
    op.drop_index("ix_odoo_timesheets_invoice_id", table_name="odoo_timesheets")
    op.drop_table("odoo_timesheets")
    op.drop_table("odoo_taxes")
    op.drop_index("ix_odoo_tasks_project_id", table_name="odoo_tasks")
    op.drop_table("odoo_tasks")
    op.drop_table("odoo_projects")
    op.drop_table("odoo_products")
    op.drop_index("ix_odoo_payments_invoice_id", table_name="odoo_payments")
    op.drop_table("odoo_payments")
    op.drop_index("ix_odoo_orders_customer_id", table_name="odoo_orders")
    op.drop_table("odoo_orders")
    op.drop_index("ix_odoo_order_papers_order_id", table_name="odoo_order_papers")
    op.drop_table("odoo_order_papers")
    op.drop_index("ix_odoo_order_lines_order_id", table_name="odoo_order_lines")
    op.drop_table("odoo_order_lines")
    op.drop_index("ix_odoo_notes_record", table_name="odoo_notes")
    op.drop_table("odoo_notes")
    op.drop_index("ix_odoo_milestones_order_line_id", table_name="odoo_milestones")
    op.drop_table("odoo_milestones")
    op.drop_index("ix_odoo_invoices_customer_id", table_name="odoo_invoices")
    op.drop_table("odoo_invoices")
    op.drop_index("ix_odoo_invoice_lines_order_line_ids", table_name="odoo_invoice_lines", postgresql_using="gin")
    op.drop_index("ix_odoo_invoice_lines_invoice_id", table_name="odoo_invoice_lines")
    op.drop_table("odoo_invoice_lines")
    op.drop_table("odoo_fiscal_positions")
    op.drop_index("ix_odoo_expenses_order_id", table_name="odoo_expenses")
    op.drop_table("odoo_expenses")
    op.drop_table("odoo_events")
    op.drop_table("odoo_customers")
    op.drop_table("odoo_companies")
    op.drop_table("mirror_cursors")
