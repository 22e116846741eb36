"""The port to a language model: messages and a schema in, one checked answer out, or a typed reason why there is none.

Whoever asks catches `Unanswered` and goes on with the offline engine; the reason and what was spent are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from app.errors import CountersignError, Malformed, Misconfigured, Refused, Unavailable

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation. Text from outside belongs into a `user` message, fenced."""

    role: Role
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Schema:
    """What an answer must look like: a JSON Schema (2020-12) of an object, with a name of letters, digits, `_`, `-`.

    Strict endpoints want every key required, `additionalProperties: false`, and no defaults. `weighs` names a key with
    enumerated texts of which it is asked how likely each is, where the endpoint tells. `stands_alone` are the keys that
    come first and are of use by themselves: they are the content of an answer that was cut off or loops after them.
    """

    name: str
    definition: Mapping[str, Any] = field(repr=False)
    weighs: str = ""
    stands_alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that endpoints counted. `unmetered` is how many requests were sent whose cost nobody told us."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    unmetered: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.unmetered + other.unmetered,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said. `content` is the JSON object that fits the schema, or of an answer that was cut off the keys
    of `Schema.stands_alone`; None when no schema was given.

    `usage` and `attempts` count all requests of this answer, the repaired and the repeated too; `seconds` is what the
    caller waited. `model` is the name that the endpoint gave, which may be more exact than the one asked for.
    `likelihoods` are the shares of the values of `Schema.weighs`, empty where none was asked for or told.
    """

    text: str = field(repr=False)
    content: dict[str, Any] | None = field(repr=False)
    model: str
    usage: Usage
    seconds: float
    attempts: int
    finish_reason: str
    is_repaired: bool = False
    is_from_cache: bool = False
    likelihoods: Mapping[str, float] = field(default_factory=dict)


class Unanswered(CountersignError):
    """There is no answer that can be used. `usage` and `attempts` say what was spent on the way, `seconds` how long.

    Messages and facts hold nothing of what was sent or answered, so they can be logged.
    """

    outcome = "unanswered"

    usage = Usage()
    attempts = 0
    seconds = 0.0


class ModelUnavailable(Unanswered, Unavailable):
    """No answer in time, none at all, too many requests, or something that is no model's answer. Later may be better.

    `facts["retry_after"]` is how many seconds the endpoint asked us to wait, when it did.
    """

    outcome = "unavailable"


class ModelMisconfigured(Unanswered, Misconfigured):
    """The endpoint does not accept the key, the model's name or the request: repeating it does not help."""

    outcome = "misconfigured"


class Declined(Unanswered, Refused):
    """The model, or a filter before it, refused to answer."""

    outcome = "declined"


class AnswerMalformed(Unanswered, Malformed):
    """The answer did not fit, and the one repair did not either. `facts["why"]` says what was wrong."""

    outcome = "malformed"


class BudgetSpent(Unanswered, Refused):
    """What may be spent in a day (UTC) is spent, or this call could go beyond it; nothing was sent."""

    outcome = "budget_spent"


class ChatModel(Protocol):
    """A language model; one instance serves many calls at once, in one event loop."""

    @property
    def name(self) -> str:
        """The model's name as it is asked for."""

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        """Ask, and return an answer that is complete and fits the schema.

        `max_tokens` bounds the answer, `deadline` is how many seconds all of it may take: waiting for a turn, every
        try and the one repair.

        Raises:
            Unanswered: One of its kinds; see there.
        """
