"""Figures on the work, the billing cycle and the receivables: counted by SQL, each with what is behind it."""
