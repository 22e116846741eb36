"""The text of draft invoices: what was done, told to the customer from timesheets, tasks, milestones and expenses.

Deterministic first: what a customer may read is decided here, hours and amounts are put in by us, and a language model
may at most word the descriptions in between.
"""
