"""What our Odoo addon calls: the panel's data, decisions taken there, receipts of writes, ageing cases, events."""
