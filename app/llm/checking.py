"""Whether an answer can be used: whole, no repetition loop, one JSON object that fits the schema. No input/output."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from jsonschema import Draft202012Validator

from app.llm.chat import Schema

LONGEST_PERIOD = 250
"""Characters of the longest piece whose repetition counts as a loop."""
_REPEATS = 8
_SHORTEST_LOOP = 160
_DEEPEST = 64
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


class Unfit(Exception):
    """The answer cannot be used. The message says why without quoting it, in words that the model is told as well.

    `is_endless` is one that did not come to an end: its beginning may be right.
    """

    def __init__(self, why: str, *, is_worth_quoting: bool = True, is_endless: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_worth_quoting = is_worth_quoting and not is_endless
        self.is_endless = is_endless


def is_looping(text: str) -> bool:
    """Whether the text ends in one piece of up to `LONGEST_PERIOD` characters, repeated at least eight times.

    Lines of blanks, dashes or dots are no loop: a piece must hold a letter or digit.
    """
    end = len(text)
    for period in range(1, LONGEST_PERIOD + 1):
        length = max(_SHORTEST_LOOP, period * _REPEATS)
        if length > end:
            break
        tail = text[end - length :]
        if tail[period:] == tail[:-period] and any(c.isalnum() for c in tail[:period]):
            return True
    return False


def content_of(text: str, finish_reason: str, schema: Schema | None) -> dict[str, Any] | None:
    """The JSON object in an answer, or None where any text will do. Of one that did not come to an end, the keys that
    stand alone (`Schema.stands_alone`) where they were whole by then.

    Raises:
        Unfit: It is cut off, loops, is no JSON object, or does not fit the schema.
    """
    try:
        return _whole(text, finish_reason, schema)
    except Unfit as unfit:
        begun = _beginning(text, schema) if unfit.is_endless and schema is not None else None
        if begun is None:
            raise
        return begun


def _whole(text: str, finish_reason: str, schema: Schema | None) -> dict[str, Any] | None:
    if is_looping(text):
        raise Unfit("it repeats itself without end", is_endless=True)
    if finish_reason == "length":
        raise Unfit("it was cut off at the longest length allowed; be shorter", is_endless=True)
    if not text.strip():
        raise Unfit("it is empty", is_worth_quoting=False)
    if schema is None:
        if _UNUSABLE.search(text):
            raise Unfit("it contains characters that are no text")
        return None
    content = _object_in(text)
    for string in _strings(content):
        if _UNUSABLE.search(string):
            raise Unfit("a string in it contains characters that are no text")
        if is_looping(string):
            raise Unfit("a string in it repeats itself without end", is_endless=True)
    wrong = _first_error(content, schema)
    if wrong:
        raise Unfit(wrong)
    return content


def _beginning(text: str, schema: Schema) -> dict[str, Any] | None:
    """The keys that stand alone, all of them whole, in their order and as the schema wants them; None otherwise."""
    read, at, found = json.JSONDecoder(), text.find("{") + 1, {}
    for key in schema.stands_alone:
        opened = re.compile(rf'\s*,?\s*"{re.escape(key)}"\s*:\s*').match(text, at)
        if opened is None:
            return None
        try:
            found[key], at = read.raw_decode(text, opened.end())
        except (ValueError, RecursionError):
            return None
    if not re.match(r"\s*,", text[at : at + 40]) or any(_UNUSABLE.search(s) or is_looping(s) for s in _strings(found)):
        return None
    properties = {key: schema.definition["properties"][key] for key in schema.stands_alone}
    alone = Schema(schema.name, {"type": "object", "properties": properties, "required": list(properties)})
    return found if found and not _first_error(found, alone) else None


def _object_in(text: str) -> dict[str, Any]:
    fenced = _FENCED.fullmatch(text)
    try:
        content = json.loads(
            fenced.group(1) if fenced else text,
            parse_constant=_no_number,
            parse_float=_finite,
            object_pairs_hook=_without_doubles,
        )
    except json.JSONDecodeError as error:
        raise Unfit(f"it is not JSON ({error.msg} at character {error.pos})") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets without end, a key twice
        raise Unfit("it is not JSON that can be read") from None
    if not isinstance(content, dict):
        raise Unfit("it is not one JSON object")
    return content


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("beyond what a float can hold")
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        raise Unfit("it is nested too deeply", is_worth_quoting=False)
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth + 1)


def _first_error(content: dict[str, Any], schema: Schema) -> str:
    """Where the answer breaks which rule of the schema; the rule is ours, so nothing of the answer is in it."""
    error = next(iter(Draft202012Validator(schema.definition).iter_errors(content)), None)
    if error is None:
        return ""
    where = "/".join(str(part) for part in list(error.absolute_schema_path)[:-1])
    rule = json.dumps(error.validator_value, ensure_ascii=False)[:300]
    return f"at {where or 'the object'} of the schema it breaks the rule {error.validator}: {rule}"
