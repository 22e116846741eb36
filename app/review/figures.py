"""Amounts, dates and times as the screen writes them: in the reader's locale and time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name

from app.cases.queries import MANY
from app.decisions.approval_matrix import Policy
from app.money import Money
from app.review.languages import _, ngettext, reader

SOON = timedelta(days=3)
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
"""Not the spaces that do not break: they stay in amounts and before French colons."""
NARROW, FIXED = "\u202f", "\u00a0"
"""A narrow space that does not break, and one that does not break."""
_DAY_PATTERNS = {"en_GB": "EEE d MMM", "en_US": "EEE, MMM d", "de": "EEE d. MMM", "fr": "EEE d MMM"}
_YEAR_PATTERNS = {"en_GB": "EEE d MMM y", "en_US": "EEE, MMM d, y", "de": "EEE d. MMM y", "fr": "EEE d MMM y"}
_WRITTEN = re.compile(r"[−-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[−-]?\d+\.\d{2,4}(?![\d.])")
_IS_FIGURE = re.compile(rf"({_WRITTEN.pattern})(?P<rest>(?: [A-Z]{{3}}| %|%| h| hours| days)?)")


# -- numbers ------------------------------------------------------------------------------------------------------


@cache
def _signs(formats: str) -> dict[int, str]:
    """How a locale writes what Python writes as comma, point and hyphen; minus is a minus everywhere."""
    symbols: Mapping[str, str] = Locale.parse(formats).number_symbols["latn"]
    return {ord(","): symbols["group"], ord("."): symbols["decimal"], ord("-"): "−"}


def written(text: str) -> str:
    """A number that Python wrote (`1,234.50`), as the reader writes it."""
    return text.translate(_signs(reader().formats))


def number(amount: Money) -> str:
    """An amount without its currency, in the currency's decimals; a minus sign, not a hyphen."""
    return written(f"{amount.rounded().amount:,f}")


def money(amount: Money) -> str:
    """An amount and its currency, which stay together: `900.00 EUR`."""
    return f"{number(amount)}{FIXED}{amount.currency}"


def quantity(value: Decimal) -> str:
    """A quantity, two decimals at least."""
    exponent = value.normalize().as_tuple().exponent
    return written(f"{value:,.{max(2, -exponent if isinstance(exponent, int) else 2)}f}")


def count(value: int) -> str:
    """How many: `1,204`."""
    return written(f"{value:,}")


def counted(value: int, most: int = MANY) -> str:
    """A number of cases that was counted to a thousand, or to `most`: `12`, `1,000+`."""
    return f"{count(most)}+" if value > most else count(value)


def whole(value: Decimal | int) -> str:
    """A number without decimals: `15,824`."""
    return written(f"{value:,.0f}")


def decimal(value: Decimal, places: int = 1) -> str:
    """A number with so many decimals: `12.5`."""
    return written(f"{value:,.{places}f}")


def percent(share: Decimal, places: int = 0) -> str:
    """A share of one as a percentage: `92%`, `92 %` where that is the custom."""
    gap = "" if reader().formats in ("en_GB", "en_US", "de_CH") else NARROW if reader().formats == "fr_FR" else FIXED
    return f"{decimal(share * 100, places)}{gap}%"


def thousands(amount: Decimal) -> str:
    """In thousands, for charts: "62k", "1.3k" below ten thousand, "640" below one."""
    if abs(amount).quantize(Decimal(1)) < 1000:
        return whole(amount)
    return f"{written(_in_thousands(amount))}{_thousand_sign()}"


def _in_thousands(amount: Decimal) -> str:
    places = Decimal("0.1") if abs(amount) < 9950 else Decimal(1)
    return f"{(amount / 1000).quantize(places):,}".removesuffix(".0")


def _thousand_sign() -> str:
    return {"de": f"{FIXED}Tsd.", "fr": f"{FIXED}k"}.get(reader().language, "k")


def as_read(text: str) -> str:
    """A figure that another stage wrote in English (`1,234.50 EUR`), as the reader writes it; other text stays."""
    return _WRITTEN.sub(lambda found: written(found.group()), text) if _IS_FIGURE.fullmatch(text) else text


def figures_in(text: str) -> str:
    """A sentence of ours with the figures in it as the reader writes them."""
    return text if reader().formats.startswith("en") else _WRITTEN.sub(lambda found: written(found.group()), text)


# -- days and times -----------------------------------------------------------------------------------------------


def today(at: datetime) -> date:
    """The day it is for the reader."""
    return at.astimezone(reader().tz).date()


def day(value: date, today: date) -> str:
    """`Fri 27 Nov`; with the year when it is not this one."""
    patterns = _DAY_PATTERNS if value.year == today.year else _YEAR_PATTERNS
    formats = reader().formats
    pattern = patterns.get(formats) or patterns[formats.partition("_")[0]]
    return format_date(value, pattern, locale=_words_locale())


def _words_locale() -> str:
    """The locale of the names of days and months: the language of the words, spelt as the formats say."""
    language, formats = reader().language, reader().formats
    return "en" if language == "en" else formats if formats.startswith(language) else language


def day_word(value: date, today: date) -> str:
    """A day as people say it: today, tomorrow, else `Fri 27 Nov`."""
    days = (value - today).days
    return _("today") if days == 0 else _("tomorrow") if days == 1 else day(value, today)


def full_day(value: date) -> str:
    """`27 November 2026`."""
    pattern = {"en_US": "MMMM d, y"}.get(reader().formats, "d. MMMM y" if reader().language == "de" else "d MMMM y")
    return format_date(value, pattern, locale=_words_locale())


def month(value: date) -> str:
    """`November 2026`."""
    return format_date(value, "MMMM y", locale=_words_locale())


def short_month(value: date) -> str:
    """`Nov`."""
    return format_date(value, "LLL", locale=_words_locale()).removesuffix(".")


def moment(value: datetime, today: date) -> str:
    """`Fri 20 Nov, 09:12 UTC`."""
    at = value.astimezone(reader().tz)
    return f"{day(at.date(), today)}, {time(value)}"


def time(value: datetime) -> str:
    """`09:12 UTC`: in the reader's time zone, which is named."""
    at = value.astimezone(reader().tz)
    return f"{clock(value)} {zone_name(at)}"


def clock(value: datetime) -> str:
    """`09:12`: in the reader's time zone, where the zone goes without saying."""
    at = value.astimezone(reader().tz)
    if reader().formats == "en_US":
        return format_time(at, "h:mm a", locale="en_US").replace(" ", FIXED)
    return f"{at:%H:%M}"


def zone_name(at: datetime) -> str:
    """`CET`, `MEZ`, `UTC+3`: what people call the zone of this moment."""
    name = at.tzname() or "UTC"
    if name != "UTC" and reader().language == "de":
        own = get_timezone_name(at, width="short", locale="de")
        name = own if own.isalpha() else name
    return name if name[:1].isalpha() else f"UTC{name.replace('-', '−')}"


def waiting(since: datetime, at: datetime) -> str:
    """How long something has been here, in one unit: `2 h`, `1 day`."""
    minutes = max(0, int((at - since).total_seconds() // 60))
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    if minutes < 24 * 60:
        return _("%(hours)s h", hours=minutes // 60)
    days = minutes // (24 * 60)
    return ngettext("%(num)s day", "%(num)s days", days)


def seconds(value: int) -> str:
    """A time to wait: `20 seconds`, `1 minute`."""
    if value % 60 == 0:
        return ngettext("%(num)s minute", "%(num)s minutes", value // 60)
    return ngettext("%(num)s second", "%(num)s seconds", value)


# -- text ---------------------------------------------------------------------------------------------------------


def short(text: str, most: int = 150) -> str:
    """Text cut at a word; never used for amounts and references."""
    flat = _BLANKS.sub(" ", text).strip()
    if len(flat) <= most:
        return flat
    cut = flat[:most].rsplit(" ", 1)[0].rstrip(",;:.")
    return f"{cut} …"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The company's currency and the day's rates, as the policy states them."""

    currency: str
    rates: dict[str, Decimal]
    rates_on: date | None

    @classmethod
    def of(cls, policy: Policy) -> Exchange:
        content = policy.content
        stated = str(content.get("rates_on") or "")
        return cls(
            content["currency"], {c: Decimal(str(r)) for c, r in content.get("rates", {}).items()},
            date.fromisoformat(stated) if stated else None,
        )  # fmt: skip

    def in_company(self, amount: Money) -> Money | None:
        """The amount in the company's currency; None without a rate."""
        if amount.currency == self.currency:
            return amount
        rate = self.rates.get(amount.currency)
        return Money(amount.amount * rate, self.currency) if rate is not None else None

    def about(self, amount: Money) -> str:
        """`≈ 15,824 EUR` for an amount of another currency; empty for the company's own, or without a rate."""
        own = self.in_company(amount)
        return "" if own is None or amount.currency == self.currency else f"≈ {whole(own.amount)} {own.currency}"
