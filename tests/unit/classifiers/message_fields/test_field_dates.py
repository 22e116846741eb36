"""Dates as eight languages write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.folding import fold
from app.documents.written_dates import dates, is_day_first

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
_FORMS = {
    "en": ["{d} {m} {y}", "{m} {d}, {y}", "{d}th of {m} {y}"],
    "de": ["{d}. {m} {y}", "{d:02}.{n:02}.{y}", "{d}.{n}.{y}"],
    "fr": ["{d} {m} {y}", "{d:02}/{n:02}/{y}"],
    "es": ["{d} de {m} de {y}", "{d:02}/{n:02}/{y}"],
    "nl": ["{d} {m} {y}", "{d:02}-{n:02}-{y}"],
    "it": ["{d} {m} {y}", "{d}/{n}/{y}"],
    "pt": ["{d} de {m} de {y}", "{d:02}/{n:02}/{y}"],
    "pl": ["{d} {m} {y} r.", "{d:02}.{n:02}.{y}"],
}
_days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def _read(text: str, *, day_first: bool = True, around: date | None = None) -> list[date]:
    return [found.value for found in dates(fold(text), day_first, around)]


@given(_days, st.sampled_from(sorted(_FORMS)), st.data())
def test_a_written_date_is_read_in_every_language(day: date, language: str, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(_FORMS[language]))
    month = _MONTHS[language].split()[day.month - 1]
    text = form.format(d=day.day, n=day.month, y=day.year, m=month)
    assert _read(f"x {text}, y") == [day]


@given(_days)
def test_iso_and_compact_dates_need_no_language(day: date) -> None:
    assert _read(f"VALUE {day:%Y-%m-%d};") == [day]
    assert _read(f"VALUE;{day:%Y%m%d};") == [day]


@given(_days)
def test_american_dates_put_the_month_first(day: date) -> None:
    assert _read(f"by {day:%m/%d/%Y}", day_first=False) == [day]


@pytest.mark.parametrize(
    ("text", "around", "expected"),
    [
        ("bis zum 27.11.", date(2026, 11, 2), date(2026, 11, 27)),
        ("by 15 January", date(2026, 12, 20), date(2027, 1, 15)),
        ("avant le 5 octobre", date(2026, 9, 15), date(2026, 10, 5)),
        ("by 9/25.", date(2026, 9, 15), date(2026, 9, 25)),
        ("do dnia 30 września", date(2026, 9, 15), date(2026, 9, 30)),
    ],
)
def test_a_missing_year_is_that_of_the_message(text: str, around: date, expected: date) -> None:
    assert _read(text, around=around) == [expected]


@pytest.mark.parametrize(
    "text", ["30 février 2026", "31.02.2026", "99/99/2026", "section 4.5", "10-12 days", "6.2.1", "5/5"]
)
def test_what_is_no_day_of_the_calendar_is_no_date(text: str) -> None:
    assert _read(text) == []


def test_the_order_of_day_and_month_shows_in_the_other_dates_of_the_text() -> None:
    assert is_day_first("from 25/04/2026 to 03/05/2026", "en", -5)
    assert not is_day_first("from 04/25/2026 to 05/03/2026", "en", 0)
    assert not is_day_first("by 03/05/2026", "en", -5)
    assert is_day_first("by 03/05/2026", "en", 1)
    assert is_day_first("antes del 03/05/2026", "es", -6)
