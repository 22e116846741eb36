"""The trail: append-only who, what, when, on which evidence; hash-chained per case, sealed by checkpoints."""
