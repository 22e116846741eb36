"""What we think of a case: classification, fields with evidence, matches, findings, summary."""
