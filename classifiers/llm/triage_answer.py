"""The one answer asked of a model about a message: its schema, made from the vocabulary, and what it claims.

Strings that are no free text have a pattern and lists a limit: a small model left free there writes until it is cut
off. The length of free text is bounded here and not in the schema, as some servers refuse large `maxLength`s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.assessments.claims.verification import ClaimedSentence
from app.vocabulary import FIELDS, KIND_OF, LANGUAGES, Flag, RequestedAction

NAME = "triage_answer"
UNITS = ("hours", "days", "units")
LONGEST_VALUE = 200
LONGEST_QUOTE = 300
LONGEST_SENTENCE = 400
MOST_FIELDS = 24
MOST_LINES = 60
MOST_SENTENCES = 4
MOST_QUOTES = 3
MOST_SECONDARY = 3
_BARE_WORD = 0.8
"""How likely a yes is taken to be whose likelihood the endpoint does not tell; a no is as unlikely."""

_DECIMAL = r"^[0-9]{1,9}([.][0-9]{1,6})?$"
_PATTERNS = {
    "decimal": _DECIMAL,
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "currency": "^[A-Z]{3}$",
    "reference": "^[A-Za-z0-9][A-Za-z0-9 ./_#:-]{0,38}$",
}
_LIST_FORMS = ("references",)
_MATTER_AND_REASON: dict[str, Any] = {"matter": {"type": "string"}, "reason": {"enum": list(KIND_OF)}}


def schema(*, lines: bool = True) -> dict[str, Any]:
    """The JSON Schema (2020-12), in the strict form: every key required, nothing besides.

    What the message is about comes first, in the model's words and then as a reason; `lines` is whether the lines of an
    order are asked for.
    """
    reasons = {"enum": list(KIND_OF)}
    properties: dict[str, Any] = {
        **_MATTER_AND_REASON,
        "secondary_reasons": {"type": "array", "items": reasons, "maxItems": MOST_SECONDARY},
        "flags": {"type": "array", "items": {"enum": [flag.value for flag in Flag]}, "maxItems": len(Flag)},
        "fields": {"type": "array", "items": {"anyOf": _field_forms()}, "maxItems": MOST_FIELDS},
    }
    if lines:
        properties["lines"] = {"type": "array", "items": _line(), "maxItems": MOST_LINES}
    quotes = {"type": "array", "items": {"type": "string"}, "maxItems": MOST_QUOTES}
    sentence = _object({"text": {"type": "string"}, "quotes": quotes})
    properties["summary"] = {"type": "array", "items": sentence, "maxItems": MOST_SENTENCES}
    return _object(properties)


STANDS_ALONE = tuple(_MATTER_AND_REASON)
"""What the whole answer begins with, and what of it counts even where the rest was cut off."""


def schema_of_reason() -> dict[str, Any]:
    """The schema of what the whole answer begins with: matter and reason alone."""
    return _object(dict(_MATTER_AND_REASON))


def schema_of_contested() -> dict[str, Any]:
    """The schema of the answer to whether a message contests what was billed."""
    return _object({"contested": {"enum": ["yes", "no"]}})


def contested_of(answer: Mapping[str, Any], likelihoods: Mapping[str, float]) -> float:
    """How likely the model found that something is contested; its bare word counts as `_BARE_WORD`."""
    known = likelihoods.get("yes")
    if known is not None:
        return known
    return _BARE_WORD if answer["contested"] == "yes" else 1 - _BARE_WORD


@dataclass(frozen=True, slots=True)
class Claims:
    """What an answer claims, in the form in which it is verified. `matter` is what the model says it is about, which is
    weighed and shown to nobody. `problems` say what of it was not taken over."""

    matter: str
    kind: str
    reason: str
    secondary_reasons: tuple[str, ...]
    flags: tuple[str, ...]
    fields: dict[str, Any]
    quotes: dict[str, str]
    sentences: tuple[ClaimedSentence, ...]
    problems: tuple[str, ...] = ()


def claims_of(answer: Mapping[str, Any]) -> Claims:
    """The claims of an answer that fits the schema, or of its beginning (`STANDS_ALONE`) where it was cut off.

    A second value for a field that has one is not taken over.
    """
    problems: list[str] = [] if "fields" in answer else ["all after its reason, as the answer did not come to an end"]
    fields: dict[str, Any] = {}
    quotes: dict[str, str] = {}
    for one in answer.get("fields", ()):
        name, value, quote = one["name"], one["value"], one["quote"]
        if len(value) > LONGEST_VALUE or len(quote) > LONGEST_QUOTE:
            problems.append(f"{name}: its value or quote is too long")
        elif FIELDS[name] in _LIST_FORMS:
            if value not in fields.setdefault(name, []):
                fields[name].append(value)
            quotes.setdefault(name, quote)
        elif fields.setdefault(name, value) != value:
            problems.append(f"{name}: a second value, {value}")
        else:
            quotes.setdefault(name, quote)
    lines = [{key: value for key, value in line.items() if value is not None} for line in answer.get("lines", ())]
    if any(lines):
        fields["lines"] = [line for line in lines if line]
    sentences = []
    for one in answer.get("summary", ()):
        if len(one["text"]) > LONGEST_SENTENCE:
            problems.append(f"a sentence of {len(one['text'])} characters")
        elif one["text"].strip():
            sentences.append(ClaimedSentence(one["text"].strip(), tuple(q for q in one["quotes"] if q.strip())))
    reason = answer["reason"]
    secondary = tuple(dict.fromkeys(r for r in answer.get("secondary_reasons", ()) if r != reason))
    flags = tuple(dict.fromkeys(answer.get("flags", ())))
    return Claims(
        answer["matter"],
        KIND_OF[reason].value,
        reason,
        secondary,
        flags,
        fields,
        quotes,
        tuple(sentences),
        tuple(problems),
    )


def _field_forms() -> list[dict[str, Any]]:
    """One form of entry for each way in which a value is written."""
    names: dict[str, list[str]] = {}
    for name, form in FIELDS.items():
        if form not in ("lines", "choice", "language"):
            names.setdefault("reference" if form == "references" else form, []).append(name)
    choices = {
        "requested_action": [action.value for action in RequestedAction],
        "quantity_unit": list(UNITS),
        "language": list(LANGUAGES),
    }
    forms = [_entry(fields, _text(_PATTERNS.get(form))) for form, fields in names.items()]
    return forms + [_entry([name], {"enum": values}) for name, values in choices.items()]


def _entry(names: list[str], value: dict[str, Any]) -> dict[str, Any]:
    return _object({"name": {"enum": names}, "value": value, "quote": {"type": "string"}})


def _line() -> dict[str, Any]:
    number = {"anyOf": [{"type": "string", "pattern": _DECIMAL}, {"type": "null"}]}
    unit = {"anyOf": [{"enum": list(UNITS)}, {"type": "null"}]}
    description = {"type": "string"}
    return _object({
        "description": description, "quantity": number, "unit": unit, "unit_price": number, "amount": number,
    })  # fmt: skip


def _text(pattern: str | None) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern} if pattern else {"type": "string"}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
