"""One row per confirmed suggestion, written to Odoo once."""
