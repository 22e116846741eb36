"""Numbers, dates and text as the order standards write them, read exactly or not at all."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

TEXT_LIMIT = 4000  # characters kept of one value
_DIGITS_LIMIT = 30

_GROUPED_POINT = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?")
_GROUPED_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}")
_GROUPED_SPACE = re.compile(r"\d{1,3}(?:[ '\u00a0\u202f\u2019]\d{3})+(?:[.,]\d+)?")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?")


def tidy(text: str | None) -> str:
    """Text on one line, white space collapsed, control characters gone, cut at a limit."""
    if not text:
        return ""
    if len(text) > TEXT_LIMIT * 4:
        text = text[: TEXT_LIMIT * 4]
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c.isspace() else " " for c in text)
    return " ".join(text.split())[:TEXT_LIMIT]


def plain(value: Decimal | None) -> str:
    """A number in full decimal notation, digits as written, or the empty string."""
    return "" if value is None else format(value, "f")


def number(text: str | None, *, may_be_grouped: bool = True) -> Decimal | None:
    """A number with a decimal point, as XML, X12 and EDIFACT write it; None if it is none.

    A comma is taken for the decimal mark when it stands alone ("12,5") and for grouping when the digits say so
    ("1,234.50", "1.234,50"); EDIFACT never groups, there a single comma is the decimal mark. A sign may stand behind
    (SAP). Exponents are accepted as xs:double writes them.
    """
    if not text:
        return None
    text = text.strip()
    if not text or len(text) > _DIGITS_LIMIT * 2:
        return None
    negative = False
    if text[0] in "+-\u2212":
        negative, text = text[0] != "+", text[1:].strip()
    elif text[-1] in "+-\u2212":
        negative, text = text[-1] != "+", text[:-1].strip()
    if not text.isascii() and not _GROUPED_SPACE.fullmatch(text):
        return None
    if may_be_grouped and _GROUPED_POINT.fullmatch(text):
        text = text.replace(",", "")
    elif _GROUPED_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _GROUPED_SPACE.fullmatch(text):
        text = re.sub(r"[ '\u00a0\u202f\u2019]", "", text).replace(",", ".")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if len(value.as_tuple().digits) > _DIGITS_LIMIT:
        return None
    return -value if negative else value


def day(text: str | None) -> date | None:
    """A calendar day from ISO 8601 (date, or date and time; hyphens or none): the day as written, in its own zone."""
    if not text:
        return None
    text = text.strip()
    for pattern in (_ISO, _BASIC):
        match = pattern.match(text)
        if match:
            return calendar_day(match[1], match[2], match[3])
    return None


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", re.ASCII)
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:$|[T ]|\d{4}(?:\d\d)?(?:$|\D))", re.ASCII)


def calendar_day(year: str, month: str, dom: str) -> date | None:
    """A date from its parts; a year of two digits is of 1970 to 2069. None if there is no such day."""
    try:
        y = int(year)
        if len(year) == 2:
            y += 2000 if y < 70 else 1900
        return date(y, int(month), int(dom))
    except ValueError:
        return None


# UN/EDIFACT 2379: how a date is written, as the fields it consists of.
_FORMATS: dict[str, str] = {
    "2": "ddmmyy", "3": "mmddyy", "4": "ddmmyyyy", "5": "ddmmyyyy", "6": "yyyymmdd",
    "10": "yyyymmdd", "101": "yymmdd", "102": "yyyymmdd", "107": "yyyyjjj", "201": "yymmdd", "202": "yymmdd",
    "203": "yyyymmdd", "204": "yyyymmdd", "205": "yyyymmdd", "208": "yyyymmdd", "301": "yymmdd", "303": "yyyymmdd",
    "304": "yyyymmdd", "305": "yyyymmdd", "711": "yyyymmdd", "713": "yymmdd", "715": "yymmdd", "717": "yymmdd",
    "718": "yyyymmdd", "719": "yyyymmdd", "610": "yyyymm",
}  # fmt: skip
_OPEN_ENDED = {"713": 10, "715": 6, "717": 6, "718": 8, "719": 12, "711": 8}


def coded_day(text: str, code: str) -> date | None:
    """A calendar day written in a format of UN/EDIFACT 2379 (of a period: its first day); ISO 8601 without a code."""
    text = text.strip()
    layout = _FORMATS.get(code)
    if layout is None or not text.isascii():
        return day(text)
    digits = text.partition("-")[0] if code in _OPEN_ENDED else text.replace("-", "").replace("/", "").replace(".", "")
    if not digits[: len(layout)].isdigit() or len(digits) < len(layout):
        return day(text)
    if layout == "yyyymm":
        return calendar_day(digits[:4], digits[4:6], "1")
    if layout == "yyyyjjj":
        return _ordinal_day(int(digits[:4]), int(digits[4:7]))
    return calendar_day(*("".join(d for d, kind in zip(digits, layout, strict=False) if kind == k) for k in "ymd"))


def coded_period(text: str, code: str) -> tuple[date | None, date | None]:
    """The first and last day of a period of UN/EDIFACT 2379 (718: CCYYMMDD-CCYYMMDD, hyphen or none)."""
    width = _OPEN_ENDED.get(code)
    if width is None:
        return None, None
    digits = text.replace("-", "")
    return coded_day(digits[:width], code), coded_day(digits[width : 2 * width], code)


def _ordinal_day(year: int, nth: int) -> date | None:
    try:
        return date(year, 1, 1) + timedelta(days=nth - 1) if 1 <= nth <= 366 else None
    except (ValueError, OverflowError):
        return None


def last_day_of_month(year: int, month: int) -> date | None:
    """The last day of a month, or None if there is no such month."""
    try:
        first = date(year, month, 1)
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
