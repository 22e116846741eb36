"""The exception tree. Errors carry facts; the web app and the workers translate them."""

from __future__ import annotations


class CountersignError(Exception):
    """Base of every error the product raises on purpose.

    The message says what happened, to what, and what to do next, in words a finance person understands.
    `facts` are the values behind the sentence, for logs, API clients and tests.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class Refused(CountersignError):
    """A rule said no (policy, role, separation of duties, closed list)."""


class NotFound(CountersignError):
    """The thing named does not exist, or this person may not see it."""


class Conflict(CountersignError):
    """Somebody or something else was first: decided already, changed since, key used."""


class Unavailable(CountersignError):
    """A peer (Odoo, broker, model) does not answer; safe to try again later."""


class Misconfigured(CountersignError):
    """A setting is wrong: trying again does not help until it is mended."""


class Malformed(CountersignError):
    """Input that cannot be read as what it claims to be; it is parked, never dropped."""
