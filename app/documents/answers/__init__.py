"""Buyers' and platforms' structured answers to an invoice of ours: one module a standard."""
