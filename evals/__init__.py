"""Offline evaluation on labelled cases."""
