"""A Reading as JSON for the database, and back, without loss.

Pages carry thousands of words, so words and boxes are written as rows of numbers; everything else by its field names,
empty fields left out. Decimals, dates and times are text in the order's and the envelope's own notation.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from app.documents.reading import Box, Page, Reading, Word

FORMAT = 1
"""Rises when stored readings can no longer be read; they are then read from the document again."""


def to_json(reading: Reading) -> dict[str, Any]:
    """A JSON object (only str, int, float, bool, None, list, dict) that `from_json` turns into the same reading."""
    return {"format": FORMAT, **_object(reading)}


def from_json(stored: dict[str, Any]) -> Reading:
    """The reading that was stored.

    Raises:
        ValueError: It was stored in a format of another version.
    """
    if stored.get("format") != FORMAT:
        raise ValueError(f"a stored reading of format {stored.get('format')!r} cannot be loaded, only {FORMAT}")
    return typing.cast(Reading, _load(Reading, {k: v for k, v in stored.items() if k != "format"}))


def _object(value: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        content = getattr(value, field.name)
        if content != _default(field):
            out[field.name] = _words(content) if isinstance(value, Page) and field.name == "words" else _plain(content)
    return out


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value):
        return _object(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _words(words: tuple[Word, ...]) -> list[list[float | int | None]]:
    """[start, length, x0, top, x1, bottom] and the score where there is one."""
    return [
        [
            w.start,
            w.end - w.start,
            w.box.x0,
            w.box.top,
            w.box.x1,
            w.box.bottom,
            *(() if w.score is None else (w.score,)),
        ]
        for w in words
    ]


def _load_words(rows: list[list[Any]]) -> tuple[Word, ...]:
    return tuple(
        Word(row[0], row[0] + row[1], Box(row[2], row[3], row[4], row[5]), row[6] if len(row) > 6 else None)
        for row in rows
    )


def _load(kind: Any, value: Any) -> Any:
    """A stored value as the declared type. Knows what the document types use: see `_fields`."""
    if value is None:
        return None
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _load(next(one for one in typing.get_args(kind) if one is not type(None)), value)
    if origin is tuple:
        inner = typing.get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_load(inner[0], one) for one in value)
        return tuple(_load(one_kind, one) for one_kind, one in zip(inner, value, strict=True))
    if dataclasses.is_dataclass(kind):
        kinds = _fields(typing.cast(type, kind))
        loaded = {
            name: _load_words(one) if kind is Page and name == "words" else _load(kinds[name], one)
            for name, one in value.items()
        }
        return kind(**loaded)  # type: ignore[operator]
    if kind is Decimal or kind is float or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind(value)
    if kind is datetime or kind is date:
        return kind.fromisoformat(value)
    return value


@functools.cache
def _fields(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
