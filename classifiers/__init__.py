"""Text in, typed result with evidence out: triage, fields, orders, summary. No IO."""
