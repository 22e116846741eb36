"""The mirror: partners of orders and projects, the change of a note, what a cursor asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MIRRORED = (
    "odoo_companies", "odoo_customers", "odoo_products", "odoo_orders", "odoo_order_lines", "odoo_projects",
    "odoo_tasks", "odoo_milestones", "odoo_timesheets", "odoo_invoices", "odoo_invoice_lines", "odoo_taxes",
    "odoo_fiscal_positions", "odoo_payments", "odoo_expenses", "odoo_notes", "odoo_order_papers", "mirror_cursors",
)  # fmt: skip


def upgrade() -> None:
    op.execute(f"truncate {', '.join(_MIRRORED)}")  # a copy: the next run reads it again, with the new columns
    op.add_column("odoo_orders", sa.Column("partner_id", sa.BigInteger(), nullable=True))
    op.add_column("odoo_projects", sa.Column("partner_id", sa.BigInteger(), nullable=True))
    op.add_column("odoo_notes", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mirror_cursors", sa.Column("asked", sa.String(length=64), nullable=False))


def downgrade() -> None:
    op.drop_column("mirror_cursors", "asked")
    op.drop_column("odoo_notes", "changed_at")
    op.drop_column("odoo_projects", "partner_id")
    op.drop_column("odoo_orders", "partner_id")
