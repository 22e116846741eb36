"""The guideline's fields of a message and its attachments, each with the words it rests on."""

from classifiers.message_fields.extract import extract

__all__ = ["extract"]
