"""How likely a model found each of the values it could choose: read from the log probabilities of its answer's tokens.

Endpoints that support it return, for each token of the answer, the likeliest tokens in its place (`logprobs.content` of
the OpenAI chat completions API: natural logarithms). The value of a key is decided by the token that begins it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

_MOST_TOKENS = 4_000


def likelihoods(tokens: object, key: str, values: Sequence[str]) -> dict[str, float]:
    """The share of each value of `key` where the answer chose one, adding up to 1; empty where it cannot be told.

    `tokens` is `logprobs.content` as it came. Alternatives that begin several values, or none, are left out.
    """
    if not isinstance(tokens, Sequence) or isinstance(tokens, str | bytes) or len(tokens) > _MOST_TOKENS:
        return {}
    told = [token for token in tokens if isinstance(token, Mapping) and isinstance(token.get("token"), str)]
    text = "".join(token["token"] for token in told)
    found = re.search(rf'"{re.escape(key)}"\s*:\s*"', text)
    if found is None:
        return {}
    at, after = 0, found.end()
    for token in told:
        at += len(token["token"])
        if at > after:
            lead = len(token["token"]) - (at - after)  # how much of the token stands before the value
            return _shares(token.get("top_logprobs"), token["token"][: max(0, lead)], values)
    return {}


def _shares(alternatives: object, lead: str, values: Sequence[str]) -> dict[str, float]:
    shares = dict.fromkeys(values, 0.0)
    for one in alternatives if isinstance(alternatives, list) else ():
        token, logprob = (one.get("token"), one.get("logprob")) if isinstance(one, Mapping) else (None, None)
        if not isinstance(token, str) or not isinstance(logprob, int | float) or logprob > 0:
            continue
        begins = _begun(token.removeprefix(lead).strip(' "'), values)
        if begins is not None:
            shares[begins] += exp(logprob)
    whole = sum(shares.values())
    return {value: share / whole for value, share in shares.items()} if whole > 0 else {}


def _begun(token: str, values: Sequence[str]) -> str | None:
    """The one value that a token begins, whatever its case; None for none and for several."""
    begun: list[Any] = [value for value in values if token and value.casefold().startswith(token.casefold())]
    return begun[0] if len(begun) == 1 else None
