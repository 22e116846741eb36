"""Detectors of billing discrepancies: stated rules over the mirror, deterministic and explained, with amounts."""
