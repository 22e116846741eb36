"""Notices to our own people by mail: what waits for them, as each wishes to hear of it."""
