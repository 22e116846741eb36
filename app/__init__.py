"""Countersign's rules, records and web face. Knows no classifier and no Celery task."""
