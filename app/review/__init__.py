"""The exception queue as pages for people."""
