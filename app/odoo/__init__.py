"""The one door to Odoo: typed reads, and one guarded, idempotent way to write."""
