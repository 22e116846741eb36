"""Readings as JSON: nothing is lost on the way to the database and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import attach, lines_pdf, mail, workbook

from app.documents.read import read
from app.documents.reading import Reading
from app.documents.storage import from_json, to_json

TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


def values(kind: Any, depth: int = 2) -> st.SearchStrategy[Any]:
    """Any value of a declared type of the document types."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(st.none() if one is type(None) else values(one, depth) for one in inner))
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            if inner[0] is Reading and depth <= 0:
                return st.just(())
            return st.lists(values(inner[0], depth), max_size=2).map(tuple)
        return st.tuples(*(values(one, depth) for one in inner))
    if kind is datetime:
        return st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        below = depth - 1 if kind is Reading else depth
        fields = {field.name: values(hints[field.name], below) for field in dataclasses.fields(kind)}
        return st.builds(kind, **fields)
    return {
        str: TEXT,
        bool: st.booleans(),
        int: st.integers(-(10**9), 10**9),
        float: st.floats(allow_nan=False, allow_infinity=False),
        Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=4),
        date: st.dates(),
    }[kind]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values(Reading))
def test_any_reading_survives_storage(reading: Reading) -> None:
    assert from_json(json.loads(json.dumps(to_json(reading)))) == reading


def test_a_real_reading_survives_and_stays_small() -> None:
    message = attach(mail("Please confirm by 3 May."), lines_pdf("PO 4711", "12 days"), "po.pdf", "application/pdf")
    message = attach(message, workbook({"S": [["a", 1]]}), "x.xlsx")
    reading = read(message.as_bytes(), "x.eml")
    stored = json.dumps(to_json(reading))
    assert from_json(json.loads(stored)) == reading
    assert len(stored) < 4000


def test_a_reading_of_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 99"):
        from_json({"format": 99, "path": ""})
