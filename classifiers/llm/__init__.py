"""The third reader: what a language model is shown of a message, and what it answers."""
