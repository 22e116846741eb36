"""Sentences, figures, days and times in the reader's language, locale and time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.money import Money
from app.review import figures, wording
from app.review.languages import begin, follow, ngettext, reader, speaking, told
from app.users.personal import Personal

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("formats", "amount"),
    [("en_GB", "1,234.50"), ("de_DE", "1.234,50"), ("fr_FR", "1\u202f234,50"), ("de_CH", "1’234.50")],
)
def test_amounts_are_written_as_the_reader_writes_them(formats: str, amount: str) -> None:
    with speaking("en", formats=formats):
        assert figures.number(Money(Decimal("1234.5"), "EUR")) == amount
        assert figures.number(Money(Decimal("-1234.5"), "EUR")) == f"−{amount}"


@pytest.mark.parametrize(
    ("language", "formats", "said"),
    [
        ("en", "en_GB", "Fri 27 Nov"), ("en", "en_US", "Fri, Nov 27"), ("de", "de_DE", "Fr. 27. Nov."),
        ("fr", "fr_FR", "ven. 27 nov."),
    ],
)  # fmt: skip
def test_days_are_said_in_the_language_with_the_year_when_it_is_another(language: str, formats: str, said: str) -> None:
    with speaking(language, formats=formats):
        assert figures.day(FRIDAY, FRIDAY) == said
        assert "2026" in figures.day(FRIDAY, FRIDAY.replace(year=2027))
        assert figures.day_word(FRIDAY, FRIDAY) == {"en": "today", "de": "heute", "fr": "aujourd’hui"}[language]


def test_times_are_in_the_reader_s_zone_which_is_named() -> None:
    with speaking("en", zone="Europe/Berlin"):
        assert figures.time(AT) == "00:30 CET"
        assert figures.moment(AT, AT.date()) == "Sat 21 Nov, 00:30 CET"
        assert figures.today(AT) == date(2026, 11, 21)
    with speaking("de", zone="Europe/Berlin"):
        assert figures.time(AT) == "00:30 MEZ"
    with speaking("fr", zone="UTC"):
        assert figures.time(AT) == "23:30 UTC"
    with speaking("en", zone="America/Sao_Paulo"):
        assert figures.time(AT) == "20:30 UTC−03"
    with speaking("en", formats="en_US", zone="America/New_York"):
        assert figures.time(AT) == "6:30\u00a0PM EST"


def test_a_person_s_choice_goes_before_the_browser_s_wish() -> None:
    begin("fr;q=0.3, de-AT")
    assert (reader().language, reader().formats) == ("de", "de_DE")
    follow(Personal(language="fr", time_zone="Europe/Paris"))
    assert (reader().language, reader().formats, reader().zone) == ("fr", "fr_FR", "Europe/Paris")
    follow(Personal(time_zone="No/Where", formats="xx"))
    assert (reader().language, reader().zone) == ("fr", "Europe/Paris")
    begin()
    assert reader().language == "en"


def test_counts_take_the_form_of_the_language() -> None:
    with speaking("fr"):
        assert ngettext("%(num)s day", "%(num)s days", 0).endswith("jour")
        assert figures.waiting(AT - timedelta(days=2), AT) == "2 jours"
    with speaking("de"):
        assert figures.waiting(AT - timedelta(days=1), AT) == "1 Tag"


def test_words_inside_a_sentence_keep_the_capital_only_where_the_language_wants_it() -> None:
    assert wording.full_reason("hours_quantity") == "Dispute: hours or quantity"
    with speaking("de"):
        assert wording.full_reason("hours_quantity") == "Reklamation: Stunden oder Menge"
    with speaking("fr"):
        assert wording.full_reason("hours_quantity") == "Litige\u00a0: heures ou quantité"


SENTENCE = "Drafts a credit of 1,300.00 EUR net for INV/2026/00012; accounting posts it in Odoo."


def test_a_stored_sentence_is_told_in_the_language_with_its_own_figures() -> None:
    assert told(SENTENCE) == SENTENCE
    with speaking("de"):
        assert told(SENTENCE) == (
            "Entwirft eine Gutschrift über 1.300,00 EUR netto für INV/2026/00012; die Buchhaltung bucht sie in Odoo."
        )
    with speaking("fr"):
        assert "1\u202f300,00 EUR" in told(SENTENCE)


def test_sentences_in_a_row_are_told_one_by_one_and_unknown_ones_stay() -> None:
    with speaking("de"):
        said = told(
            "The archive is empty: ask the sender to send it again. Kraków has 3 palaces. No credit is proposed."
        )
    assert said.startswith("Das Archiv ist leer")
    assert "Kraków has 3 palaces." in said
    assert said.endswith("Es ist keine Gutschrift vorgeschlagen.")


@pytest.mark.parametrize("text", ["", "Rechnung 12", "%(amount)s", "100 % agreed.", "x" * 5000])
def test_text_that_is_not_ours_stays_as_it_is(text: str) -> None:
    for language in ("en", "de", "fr"):
        with speaking(language):
            assert told(text) == text
