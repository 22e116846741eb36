"""JSON under /v1 for machines: documents, cases, suggestions, decisions, audit."""
