"""Numbers as people write them, in the document's own notation: 1.234,56 or 1,234.56 or 1'234.50 or 1 234,50.

A notation is decided per document from all its numbers; what it leaves open keeps a second reading, which arithmetic
may prefer later. A printed figure is never corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from classifiers.order_fields.currencies import CODES, SYMBOLS
from classifiers.order_fields.layout import Token
from classifiers.order_fields.word_sets import word_set

_CORE = (
    r"\d{1,3}(?:[ '’´`\u00a0\u202f]\d{3})+(?:[.,]\d{1,6})?|\d{1,3}(?:[.,]\d{2,3})+(?:[.,]\d{1,6})?|"
    r"\d+(?:[.,]\d{1,6})?|[.,]\d{1,6}"
)
_SYMBOL = "|".join(sorted((re.escape(s) for s in SYMBOLS), key=len, reverse=True))
_CODE = "|".join(sorted(CODES))
_FIGURE = re.compile(
    rf"^(?P<open>\()?(?P<minus>[-−–+])?\s*(?P<before>{_CODE}|{_SYMBOL})?\s*(?P<minus2>[-−–])?(?P<core>{_CORE})"
    rf"(?P<dash>[.,]\s?[-–—=]{{1,2}})?\s*(?P<percent>%)?(?P<after>{_CODE}|{_SYMBOL})?(?P<minus3>[-−–])?(?P<close>\))?"
    r"(?P<unit>\s?[^\W\d_]{1,8}\.?)?(?P<end>[.,;:*]?)$",
    re.IGNORECASE,
)
_GROUP_START = re.compile(rf"^[-−–(]?(?:{_CODE}|{_SYMBOL})?\d{{1,3}}$", re.IGNORECASE)
_GROUP_TORN = re.compile(r"^[.,]\d{3}(?:[.,]\d{2,3})*$")
_GROUP_MORE = re.compile(rf"^\d{{3}}(?:[.,]\d{{1,6}})?(?:{_CODE}|{_SYMBOL})?[-)]?$", re.IGNORECASE)
_MIDDLE_GROUP = re.compile(r"^\d{3}$")
_MISREAD = str.maketrans("OoQlI|¦", "0001111")
_ALMOST = re.compile(r"^[€$£(-]?[\dOoQlI|¦.,'’ ]*\d[\dOoQlI|¦.,'’ ]*[€$£%)]?$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as printed: its value, a second reading if the notation leaves it open, and its tokens."""

    value: Decimal
    other: Decimal | None
    tokens: tuple[Token, ...]
    currency: str = ""
    unit: str = ""
    is_percent: bool = False
    decimals: int = 0
    is_swapped: bool = False

    def swapped(self) -> Figure:
        """The same figure in its other reading."""
        if self.other is None:
            return self
        return replace(self, value=self.other, other=self.value, is_swapped=not self.is_swapped)

    @property
    def x0(self) -> float:
        return self.tokens[0].x0

    @property
    def x1(self) -> float:
        return self.tokens[-1].x1

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@dataclass(frozen=True, slots=True)
class Notation:
    """How a document writes numbers: its decimal mark, and whether a blank may part thousands."""

    is_comma_decimal: bool = False
    has_blanks: bool = True


def interpret(core: str, is_comma_decimal: bool) -> tuple[Decimal | None, Decimal | None]:
    """The value of a number's digits and separators, and the other reading where both are possible."""
    digits = re.sub(r"[ '’´`\u00a0\u202f]", "", core)
    if digits[:1] in ".,":
        digits = "0" + digits
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        mark = max(digits.rfind("."), digits.rfind(","))
        if digits.count(digits[mark]) > 1:
            return None, None
        whole = re.sub(r"[.,]", "", digits[:mark])
        return _decimal(f"{whole}.{digits[mark + 1 :]}"), None
    if points + commas == 0:
        return _decimal(digits), None
    separator = "." if points else ","
    groups = digits.split(separator)
    if points + commas > 1:
        if all(len(g) == 3 for g in groups[1:]) or (len(groups[-1]) == 3 and all(len(g) in (2, 3) for g in groups[1:])):
            return _decimal("".join(groups)), None
        if len(groups[-1]) in (1, 2) and all(len(g) == 3 for g in groups[1:-1]):  # OCR made one separator of two
            return _decimal(f"{''.join(groups[:-1])}.{groups[-1]}"), None
        return None, None
    as_decimal = _decimal(f"{groups[0]}.{groups[1]}")
    if len(groups[1]) != 3 or len(groups[0]) > 3 or groups[0] in ("", "0") or len(core) != len(digits):
        return as_decimal, None
    as_group = _decimal(groups[0] + groups[1])
    is_decimal_mark = (separator == ",") == is_comma_decimal
    return (as_decimal, as_group) if is_decimal_mark else (as_group, as_decimal)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the patterns only let digits through
        return None


def parse(text: str, notation: Notation, tokens: tuple[Token, ...] = (), is_scanned: bool = False) -> Figure | None:
    """A figure with its sign, currency, per cent sign or unit, or None if the text is something else."""
    if len(text) > 40:
        return None
    found = _FIGURE.match(text)
    if found is None and is_scanned and _ALMOST.match(text):
        found = _FIGURE.match(text.translate(_MISREAD))
    if found is None:
        return None
    unit = (found["unit"] or "").strip()
    if found["end"] == ":" or (found["open"] is None) != (found["close"] is None):
        return None
    value, other = interpret(found["core"], notation.is_comma_decimal)
    if value is None:
        return None
    is_negative = bool(found["minus"] and found["minus"] != "+") or any(
        (found["minus2"], found["minus3"], found["open"])
    )
    exponent = value.as_tuple().exponent
    currency = (found["before"] or found["after"] or "").upper()
    if not currency and unit.upper() in CODES:
        currency, unit = unit.upper(), ""
    return Figure(
        -value if is_negative else value,
        None if other is None else (-other if is_negative else other),
        tokens,
        currency,
        unit,
        bool(found["percent"]),
        -exponent if isinstance(exponent, int) and exponent < 0 else 0,
    )


def figures(tokens: Sequence[Token], notation: Notation, is_scanned: bool = False) -> list[Figure]:
    """The figures among some tokens, left to right; groups of three digits after a narrow blank are put together."""
    found: list[Figure] = []
    at = 0
    while at < len(tokens):
        last = at + 1
        if notation.has_blanks and _GROUP_START.match(tokens[at].text):
            while last < len(tokens) and continues(tokens, last):
                last += 1
                if not _MIDDLE_GROUP.match(tokens[last - 1].text):
                    break
        run = tuple(tokens[at:last])
        if last == at + 1 and last < len(tokens) and _is_torn(tokens[at], tokens[last]):
            last += 1
            run = tuple(tokens[at:last])
            figure = parse("".join(t.text for t in run), notation, run, is_scanned)
        else:
            figure = parse(" ".join(t.text for t in run), notation, run, is_scanned)
        if figure is None and last > at + 1:
            run, last = run[:1], at + 1
            figure = parse(run[0].text, notation, run, is_scanned)
        if figure is not None:
            figure, last = _with_neighbours(figure, tokens, at, last)
            found.append(figure)
        at = last
    return found


def _is_torn(before: Token, token: Token) -> bool:
    """Whether a loose print tore a number at its mark: "1 ,880,000.00"."""
    letter = (token.x1 - token.x0) / max(1, len(token.text))
    return bool(
        _GROUP_START.match(before.text) and _GROUP_TORN.match(token.text) and token.x0 - before.x1 <= 1.2 * letter
    )


def is_group_start(text: str) -> bool:
    """Whether a token may be the first group of a number whose thousands are parted by blanks."""
    return bool(_GROUP_START.match(text))


def continues(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is a further group of three digits, a narrow blank behind the one before."""
    before, token = tokens[at - 1], tokens[at]
    letter = (token.x1 - token.x0) / max(1, len(token.text))
    return bool(_GROUP_MORE.match(token.text)) and token.x0 - before.x1 <= 1.7 * letter


_OFTEN_SMALL = word_set("eur usd gbp pln chf")


def _sign(text: str) -> str:
    """A currency's code or sign that stands as a word of its own, else ""; "nad" in a sentence is no currency."""
    bare = text.strip("().,:;")
    code = bare.upper()
    if code in SYMBOLS or (code in CODES and (bare == code or bare in _OFTEN_SMALL)):
        return code
    return ""


def _with_neighbours(figure: Figure, tokens: Sequence[Token], first: int, last: int) -> tuple[Figure, int]:
    """Take a currency or a per cent sign that stands before or after as a token of its own."""
    if last < len(tokens) and tokens[last].text == "%" and not figure.is_percent:
        return replace(figure, is_percent=True, tokens=(*figure.tokens, tokens[last])), last + 1
    if figure.currency:
        return figure, last
    before = _sign(tokens[first - 1].text) if first else ""
    after = _sign(tokens[last].text) if last < len(tokens) else ""
    if before:
        return replace(figure, currency=before), last
    if after:
        return replace(figure, currency=after), last + 1
    return figure, last


_GROUPED = re.compile(r"^\d{1,3}(?:[.,'’]\d{3})+[.,]\d{1,4}$|^\d{1,3}(?:['’]\d{3})+$")
_IS_GROUP = re.compile(r"^[-−]?\d{1,3}$")
_LAST_GROUP = re.compile(r"^\d{3}[.,]\d{2}$")
_DATE_LIKE = re.compile(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$")
_SHAPE = re.compile(rf"^[-−(]?(?:{_CODE}|{_SYMBOL})?({_CORE})(?:{_CODE}|{_SYMBOL}|%)?[-)]?$", re.IGNORECASE)


def notation_of(tokens: Iterable[Token], language: str = "") -> Notation:
    """The notation of a document: its own numbers vote, its language decides a tie.

    Blanks part thousands only where hardly a number of the document uses a point, a comma or an apostrophe for it.
    """
    comma = point = 0.0
    marked = parted = 0
    before: Token | None = None
    for token in tokens:
        if before is not None and _IS_GROUP.match(before.text) and _LAST_GROUP.match(token.text):
            letter = (token.x1 - token.x0) / len(token.text)
            parted += 0 <= token.x0 - before.x1 <= 1.1 * letter
        before = token
        if _DATE_LIKE.match(token.text):
            continue
        found = _SHAPE.match(token.text)
        if not found:
            continue
        core = found.group(1)
        tail = re.search(r"([.,])(\d+)$", core)
        if not tail:
            continue
        mark, after, head = tail.group(1), len(tail.group(2)), core[: tail.start()]
        weight = 0.0
        marked += bool(_GROUPED.match(core))
        if re.search(r"[.,'’ ]", head):
            other = re.search(r"[.,]", head)
            if other and other.group() == mark:
                weight = -1.0 if after == 3 else 0.0
            else:
                weight = 3.0
        elif after == 2:
            weight = 1.0
        elif after in (1, 4):
            weight = 0.4
        elif after == 3:
            weight = -0.15
        if mark == ",":
            comma += weight
        else:
            point += weight
    has_blanks = not marked or parted > 2 * marked
    if comma == point:
        return Notation(language in ("de", "fr", "es", "nl", "it", "pt", "pl"), has_blanks)
    return Notation(comma > point, has_blanks)
