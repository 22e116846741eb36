"""Versioned prompts, one folder each."""
