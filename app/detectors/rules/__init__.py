"""The rules of the detectors: a module for each, or for two about the same thing; all have `find(ledger)`."""
