"""Flags: what is special about a message, whatever its reason."""

from classifiers.flags.flagging import Flagged, flags

__all__ = ["Flagged", "flags"]
