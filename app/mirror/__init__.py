"""A copy of what Odoo holds for billing, kept in step by `write_date`, so that detectors ask SQL and not Odoo."""
