"""Orders in a standard's own notation: one module a standard, all filling the same draft."""
