"""Readers of the caller's values: `reader(env, name, value)` returns what Odoo takes, or refuses."""

import re
from datetime import date

from ..exceptions import OperationRefused

_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


def _refuse(env, name, wanted):
    raise OperationRefused(env._("%(name)s must be %(wanted)s.", name=name, wanted=wanted), "values")


def text(longest):
    """A text of at most `longest` characters without control characters but line ends; None or "" becomes False."""

    def read(env, name, value):
        if value is None:
            return False
        if not isinstance(value, str) or len(value) > longest:
            _refuse(env, name, env._("a text of at most %s characters", longest))
        return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", value).strip() or False

    return read


def decimal(env, name, value):
    """A decimal number as text, "150.00", at most six decimals."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        _refuse(env, name, env._("a decimal number as text"))
    return float(value)


def positive(env, name, value):
    number = decimal(env, name, value)
    if number <= 0:
        _refuse(env, name, env._("more than zero"))
    return number


def day(env, name, value):
    if value is None:
        return False
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return _refuse(env, name, env._("a date, YYYY-MM-DD"))


def identifier(env, name, value):
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        _refuse(env, name, env._("an id"))
    return value


def flag(env, name, value):
    if not isinstance(value, bool):
        _refuse(env, name, env._("true or false"))
    return value


def one_of(*allowed):
    def read(env, name, value):
        if value not in allowed:
            _refuse(env, name, env._("one of %s", ", ".join(allowed)))
        return value

    return read


def list_of(parts, required=(), longest=500):
    """A list of objects, each with only the named parts."""

    def read(env, name, value):
        if not isinstance(value, list) or len(value) > longest:
            _refuse(env, name, env._("a list of at most %s entries", longest))
        rows = []
        for entry in value:
            if not isinstance(entry, dict) or set(entry) - set(parts) or not set(required) <= set(entry):
                _refuse(env, name, env._("a list of objects with %s", ", ".join(parts)))
            rows.append({part: parts[part](env, f"{name}.{part}", inner) for part, inner in entry.items()})
        return rows

    return read
