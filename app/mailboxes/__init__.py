"""Mailboxes: where mail comes in by itself and answers go out. Mail servers are spoken to here and nowhere else."""
