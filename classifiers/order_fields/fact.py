"""A value read from a document, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from classifiers.order_fields.layout import Token


@dataclass(frozen=True, slots=True)
class Fact:
    """A value and the tokens it rests on."""

    value: Any
    tokens: tuple[Token, ...]
    score: float = 0.0
    row: int = 0
