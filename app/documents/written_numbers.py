"""Numbers as people write them in eight languages: which mark is the decimal one is decided for each text.

1.234,56 · 1,234.56 · 1'234.50 · 1 234,50 · 1234.5 · 40k. A number whose marks leave one reading only is read so; for
"1.234" or "1,234" the other numbers of the text decide, then its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_SPACES = " \u00a0\u202f\u2009\u2007"
# Groups of three with one kind of mark, then perhaps decimals; or plain digits, then perhaps decimals.
NUMBER = re.compile(
    rf"(?:(?<![\w.,'’])(?<!\d:)|(?<=\b[A-Z]{{3}}))(?P<sign>[-−–]\s?)?"
    rf"(?P<number>\d{{1,3}}(?:(?P<mark>[.,'’{_SPACES}])\d{{3}}(?:(?P=mark)\d{{3}}){{0,4}})(?:[.,]\d{{1,4}})?(?!\d)"
    rf"|\d{{1,12}}(?:[.,]\d{{1,6}})?(?!\d))"
)
_SINGLE = re.compile(r"(?P<head>\d+)(?P<mark>[.,])(?P<tail>\d{3})")
_SHAPE = re.compile(
    rf"(?P<head>\d{{1,3}}(?P<group>[.,'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*|\d+)(?:(?P<mark>[.,])(?P<tail>\d+))?"
)
_GLUED_WORD = re.compile(r"[^\W\d_]{5}|[^\W\d_]{1,4}\d")
_DECIMAL_POINT = {"en", "zh", "ja"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: characters, value, count of written decimals; `is_negative` for a sign before it."""

    start: int
    end: int
    value: Decimal
    decimals: int
    is_negative: bool = False
    is_grouped: bool = False


def decimal_mark(text: str, language: str = "") -> str:
    """The decimal mark of a text, "," or ".": what its unambiguous numbers show, else what its language uses."""
    votes = {".": 0, ",": 0}
    for match in NUMBER.finditer(text):
        mark = _certain_mark(match.group("number"))
        if mark:
            votes[mark] += 1
    if votes["."] != votes[","]:
        return max(votes, key=lambda m: votes[m])
    return "." if language in _DECIMAL_POINT or not language else ","


def _certain_mark(written: str) -> str:
    """The decimal mark that a number proves by its own form, or nothing."""
    marks = [c for c in written if not c.isdigit()]
    if not marks:
        return ""
    last = marks[-1]
    tail = len(written) - written.rfind(last) - 1
    kinds = set(marks)
    if last not in ".,":
        return ""
    if len(kinds) > 1:
        return last
    if len(marks) > 1:  # 1.234.567: a mark that repeats groups
        return "," if last == "." else "."
    if tail != 3 or len(written) > 7 or written.startswith("0"):  # 1234.567: nobody groups after four digits
        return last
    return ""


def parse(written: str, decimal: str) -> tuple[Decimal, int] | None:
    """Value and count of decimals of a number as written, with this decimal mark where its form leaves a choice."""
    mark = _certain_mark(written) or decimal
    head, found, tail = written.rpartition(mark) if mark in written else (written, "", "")
    digits = re.sub(r"\D", "", head)
    if found and not tail.isdigit():
        return None
    try:
        value = Decimal(f"{digits}.{tail}" if found else digits)
    except InvalidOperation:
        return None
    return value, len(tail)


def readings(written: str, decimal: str, group: str, *, is_money: bool) -> tuple[Decimal, ...]:
    """What a number that a person typed may mean: one value where it is certain, two where a single mark may part
    thousands or decimals, none where its marks make no number.

    `decimal` and `group` are the person's own marks. Three digits after their decimal mark are decimals of a quantity;
    an amount of money has two, so there they may be thousands.
    """
    single = _SINGLE.fullmatch(written)
    if single is None:
        found = _SHAPE.fullmatch(written)
        if found is None or (found["mark"] and found["mark"] == found["group"]):
            return ()
        whole = re.sub(r"\D", "", found["head"])
        return (Decimal(f"{whole}.{found['tail']}") if found["tail"] else Decimal(whole),)
    head, mark, tail = single.groups()
    parted, whole_number = Decimal(f"{head}.{tail}"), Decimal(head + tail)
    if head == "0" or (mark == decimal and not is_money):
        return (parted,)
    if mark == group and len(head) <= 3 and not head.startswith("0"):
        return (whole_number,)
    return parted, whole_number


def numbers(text: str, decimal: str) -> Iterator[Number]:
    """All numbers of a text in order. Digits inside words, versions (6.2.1) and dates are not taken apart here."""
    for match in NUMBER.finditer(text):
        written = match.group("number")
        end = match.end()
        if text[end : end + 1] in (".", ",", ":", "/") and text[end + 1 : end + 2].isdigit():
            continue  # 6.2.1, 10:30, 12/31
        if _GLUED_WORD.match(text, end):
            continue  # 2026Q3, 45abcdef
        before = text[match.start() - 1] if match.start() else ""
        if (before and before in "/_\\#") or (before == "-" and not match.group("sign")):
            continue
        parsed = parse(written, decimal)
        if parsed is None:
            continue
        value, decimals = parsed
        grouped = bool(match.group("mark"))
        yield Number(match.start("number"), end, value, decimals, bool(match.group("sign")), grouped)


def as_text(value: Decimal) -> str:
    """Decimal text in the guidelines' notation: a point, no grouping, at least two decimals."""
    places = max(2, -int(value.normalize().as_tuple().exponent)) if value else 2
    return f"{value:.{places}f}"


def quantity_text(value: Decimal) -> str:
    """Decimal text of a quantity: no needless zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
