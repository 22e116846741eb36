"""Whatever a model says, no figure, date, reference or name that is in no source reaches a reviewer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.assessments.claims.facts import Facts, facts_of
from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.assessments.claims.verification import ClaimedSentence, verify
from app.assessments.findings import ArithmeticRow, Finding, RecordRef
from app.documents.reading import Address, Mail, Reading
from app.documents.written_numbers import as_text
from app.money import Money
from app.vocabulary import FIELDS

DAY = date(2026, 11, 27)
LETTER = SourceText(
    "",
    "Nordlicht Werke GmbH, Frau Anna Brückner\nIhre Rechnung INV/2026/0042 vom 27.11.2026 über 1.234,50 EUR: statt"
    " 12,5 Stunden wurden 40 Stunden berechnet. Bestellung PO 4500-123456. Bitte bis zum 4. Dezember um 10:30 Uhr.",
    "de",
    around=DAY,
)


def ground(*texts: str, language: str = "en", facts: Facts = Facts(), around: date | None = DAY) -> Ground:
    sources = [SourceText(str(n), text, language, around) for n, text in enumerate(texts)]
    return Ground(sources or [LETTER], facts)


@pytest.mark.parametrize(
    "sentence",
    [
        "Nordlicht Werke GmbH contests 1,234.50 EUR of invoice INV/2026/0042.",
        "They were charged 40 hours instead of 12.5.",
        "The invoice of 27 Nov 2026 is contested; an answer is wanted by 4 December 2026.",
        "The purchase order is PO 4500123456.",
        "The customer names purchase order 4500-123456 and INV-2026-42.",
        "Anna Brückner wants €1,234.50 back.",
        "An answer is wanted by 4 Dec at 10:30.",
        "Statt 12,5 Stunden wurden 40 Stunden berechnet",
        "The invoice is from November 2026.",
    ],
)
def test_what_the_letter_says_stands(sentence: str) -> None:
    assert not isinstance(check(sentence, ground()), Ungrounded)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("They contest 1,234.51 EUR.", "number"),
        ("They contest 234.50 EUR.", "number"),
        ("They contest 27 hours.", "number"),
        ("They contest 2026 hours.", "number"),
        ("They contest 42 hours.", "number"),
        ("They contest twelve hours.", "number"),
        ("The invoice of 28 Nov 2026 is contested.", "date"),
        ("An answer is wanted by 2026-12-05.", "date"),
        ("The invoice is from October 2026.", "date"),
        ("They contest INV/2026/0043.", "reference"),
        ("They contest INV/2026/00421.", "reference"),
        ("Write to anna@nordlicht.example.", "reference"),
        ("Anna Schmidt contests it.", "name"),
        ("Nordlicht Holding contests it.", "name"),
        ("They want the money back in CHF.", "currency"),
        ("They want $1,234.50 back.", "currency"),
        ("They want $40 back.", "number"),
        ("They contest 2026 EUR of INV/2026/0042.", "number"),
        ("They contest 40 EUR.", "number"),
        ("They contest forty per cent, 40%.", "number"),
        ("They contest 40 days.", "number"),
        ("They contest 1,234.50 hours.", "number"),
        ("A third, ½ of it, is contested.", "number"),
        ("They contest ４１ hours.", "number"),
        ("They contest -40 hours.", "number"),
        ("Call at 10:31.", "number"),
        ("They contest forty-five hours.", "number"),
        ("They contest twenty five thousand.", "number"),
        ("They contest siebzehn Stunden.", "number"),
        ("They want sept heures off.", "number"),
        ("They contest a hundred hours.", "number"),
    ],
)
def test_what_it_does_not_say_falls(sentence: str, reason: str) -> None:
    result = check(sentence, ground())
    assert isinstance(result, Ungrounded)
    assert result.reason == reason


def test_words_of_a_number_do_not_add_up() -> None:
    known = ground("we had twenty days and five hours, 100-200 EUR, 2 200 or so")
    assert not isinstance(check("They had five hours on twenty days.", known), Ungrounded)
    assert isinstance(check("They had twenty-five days.", known), Ungrounded)
    assert isinstance(check("They had 100200 EUR.", known), Ungrounded)
    known = ground("we had twenty-eight hours")
    assert not isinstance(check("They had twenty-eight hours.", known), Ungrounded)
    assert isinstance(check("They had 8 hours.", known), Ungrounded)
    assert isinstance(check("They had 20 hours.", known), Ungrounded)


INVOICE = """Dear Sirs, your invoice INV/2026/00042 dated 3 October 2026 for 12,480.00 EUR bills 96 hours. We agreed 80
hours. Payment term is 30 days. Our order 7731 is of September 2026 and our PO is 4500012345.
Best, Anna Meier, Nordlicht GmbH"""


@pytest.mark.parametrize(
    "sentence",
    [
        "They contest 3 hours.",
        "They contest 3 weeks.",
        "They contest 2026 EUR.",
        "They contest 2026 hours.",
        "They contest 2026.",
        "They contest 42 hours.",
        "They contest 7731 EUR.",
        "They contest 4500012345 EUR.",
        "They contest 80 mio EUR.",
        "They contest 80 Mio. EUR.",
        "They contest 80 grand.",
        "They contest 80 lakh.",
        "They contest 80 mrd EUR.",
        "They contest EUR 80 bn.",
        "They contest 80k EUR.",
        "They contest 80 k.",
        "They contest 80 TEUR.",
        "They contest 80 mil EUR.",
        "They contest 80 hundred thousand EUR.",
        "They agree to pay 30% of the invoice.",
        "They agree to pay 30 percent of the invoice.",
        "They ask a credit of 30 EUR.",
        "They owe EUR 80.",
        "They owe 80.00 EUR.",
        "They owe 80 disputed EUR.",
        "They claim 96 days.",
        "They contest 12480 hours.",
        "acme ltd contests 80 hours.",
    ],
)
def test_a_figure_of_something_else_bears_nothing(sentence: str) -> None:
    assert isinstance(check(sentence, ground(INVOICE)), Ungrounded)


@pytest.mark.parametrize(
    "sentence",
    [
        "They contest 12,480.00 EUR of INV/2026/00042, dated 3 October 2026.",
        "They contest EUR 12480; 80 consulting hours were agreed, not 96.",
        "The order 7731 of September 2026 and PO 4500012345 are named, with 30 calendar days to pay.",
        "Nordlicht GmbH contests 96 h.",
    ],
)
def test_a_figure_of_the_same_thing_bears_it_in_other_words(sentence: str) -> None:
    assert not isinstance(check(sentence, ground(INVOICE)), Ungrounded)


def test_large_words_multiply_on_both_sides() -> None:
    known = ground("A budget of 1.5 million EUR, 40k for training, 2 lakh INR for travel and 120,000 EUR of licences")
    for stands in ("1,500,000 EUR", "EUR 1.5 mio", "40,000 EUR", "40k", "40 thousand EUR", "200,000 INR", "120 grand"):
        assert not isinstance(check(f"They name {stands}.", known), Ungrounded)
    for falls in ("1.5 EUR", "1.5 bn EUR", "40 EUR", "2 INR", "40 million EUR", "120 EUR"):
        assert isinstance(check(f"They name {falls}.", known), Ungrounded)


def test_a_figure_of_a_table_may_count_what_it_is_said_to() -> None:
    known = ground("Rate 95\nHours 40\nDiscount: 10 %\nEUR: 3800", language="en")
    for stands in ("95 EUR", "40 hours", "10%", "3,800 EUR", "40"):
        assert not isinstance(check(f"They name {stands}.", known), Ungrounded)
    for falls in ("95%", "10 EUR", "10 hours", "3,800 hours"):
        assert isinstance(check(f"They name {falls}.", known), Ungrounded)


def test_an_amount_is_no_number_of_hours_and_no_year() -> None:
    assert not verify({"amount_disputed": "96.00"}, (), ground(INVOICE)).fields
    assert not verify({"amount_total": "2026.00"}, (), ground(INVOICE)).fields
    assert verify({"amount_total": "12480.00", "quantity_disputed": "96"}, (), ground(INVOICE)).fields.keys() == {
        "amount_total",
        "quantity_disputed",
    }


WRITTEN_DATES = [
    ("en", "27 November 2026"), ("en", "November 27, 2026"), ("de", "27. November 2026"), ("de", "27.11.26"),
    ("fr", "27 novembre 2026"), ("es", "27 de noviembre de 2026"), ("nl", "27 november 2026"),
    ("it", "27 novembre 2026"), ("pt", "27 de novembro de 2026"), ("pl", "27 listopada 2026"), ("en", "2026-11-27"),
    ("fr", "27/11/2026"), ("nl", "27-11-2026"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "written"), WRITTEN_DATES)
def test_a_date_is_found_in_every_notation(language: str, written: str) -> None:
    known = ground(f"x {written} y", language=language)
    assert verify({"deadline": "2026-11-27"}, (), known).fields["deadline"].evidence[0].quote == written
    assert not verify({"deadline": "2026-11-28"}, (), known).fields


@pytest.mark.parametrize("written", ["1.234,50", "1,234.50", "1'234.50", "1’234.50", "1 234,50", "1\u202f234,50"])
def test_an_amount_is_found_in_every_notation(written: str) -> None:
    known = ground(f"total {written} net")
    assert verify({"amount_total": "1234.50"}, (), known).fields["amount_total"].evidence[0].quote == written
    assert not verify({"amount_total": "234.50"}, (), known).fields


def test_a_figure_with_two_readings_is_read_as_its_text_writes_numbers() -> None:
    assert verify({"amount_total": "1234.00"}, (), ground("1.234 und 2.500,00", language="de")).fields
    assert not verify({"amount_total": "1234.00"}, (), ground("1.234 and 2,500.00")).fields


def test_figures_side_by_side_on_a_page_are_also_single() -> None:
    page = SourceText("", "Beratung 2 150,00 300,00", "de", has_columns=True)
    line = {"description": "Beratung", "quantity": "2", "unit_price": "150.00", "amount": "300.00"}
    assert verify({"lines": [line]}, (), Ground([page])).fields["lines"].value == [line]


def test_an_amount_may_be_the_product_of_what_stands_and_nothing_else_is_computed() -> None:
    known = ground("Consulting, 3 days at 100.00")
    line = {"description": "Consulting", "quantity": "3", "unit": "days", "unit_price": "100.00", "amount": "300.00"}
    assert verify({"lines": [line]}, (), known).fields["lines"].value == [line]
    result = verify({"lines": [{**line, "amount": "301.00"}], "amount_total": "300.00"}, (), known)
    assert "amount" not in result.fields["lines"].value[0]
    assert result.counts() == {"line/not_found": 1, "field/not_found": 1}


def test_records_and_findings_bear_claims_and_their_keys_do_not() -> None:
    finding = Finding(
        "hours_over_approved",
        "12 hours more than approved",
        "customer",
        Money(Decimal("1440.00"), "EUR"),
        rows=(ArithmeticRow("Design", Decimal(12), "h", None, None, records=(RecordRef("x", 9731, "S00042"),)),),
        line_id=8642,
    )
    known = Ground([LETTER], facts_of([finding]))
    assert check("It is 1,440.00 for 12 hours on S00042.", known) == ()
    assert isinstance(check("It is 9731 hours.", known), Ungrounded)
    assert isinstance(check("It is 8642 hours.", known), Ungrounded)


def test_who_wrote_to_whom_and_when_bears_claims() -> None:
    sender, to = Address("Jan Weber", "jan@nordlicht.example"), Address("Billing", "billing@us.example")
    sent = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    mail = Mail(sender, None, (to,), (), "", "", "", (), sent, ())
    known = Ground.of(Reading("", "m.eml", "message/rfc822", "mail", "Please pay.", mail=mail))
    assert check("Jan Weber (jan@nordlicht.example) wrote on 27 Nov 2026.", known) == ()
    assert isinstance(check("Jan Schmidt wrote.", known), Ungrounded)
    assert isinstance(check("It is 30 hours.", known), Ungrounded)
    assert not verify({"deadline": "2026-11-27"}, (), known).fields


def test_an_extracted_value_stands_in_the_source_and_not_in_the_records_alone() -> None:
    known = ground(facts=Facts(numbers=frozenset({Decimal("99.50")}), dates=frozenset({date(2026, 12, 24)})))
    result = verify({"amount_total": "99.50", "deadline": "2026-12-24"}, [ClaimedSentence("It is 99.50 net.")], known)
    assert not result.fields
    assert [claim.text for claim in result.sentences] == ["It is 99.50 net."]


def test_a_quote_that_is_not_there_is_counted_and_a_sentence_on_nothing_falls() -> None:
    result = verify({}, [ClaimedSentence("They are unhappy.", ("sehr verärgert",))], ground())
    assert not result.sentences
    assert result.counts() == {"quote/quote": 1, "sentence/no_evidence": 1}
    assert len(result.warnings()) == 2


def test_a_choice_needs_the_words_it_rests_on() -> None:
    fields = {"requested_action": "credit_note"}
    assert not verify(fields, (), ground()).fields
    assert verify(fields, (), ground(), quotes={"requested_action": "Bitte bis zum 4. Dezember"}).fields
    assert not verify({"requested_action": "pay"}, (), ground(), quotes={"requested_action": "Bitte"}).fields


# Properties

_cents = st.integers(1, 99_999_999).map(lambda n: Decimal(n) / 100)
_STYLES = {
    "de": lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")),
    "en": lambda v: f"{v:,.2f}",
    "fr": lambda v: f"{v:,.2f}".replace(",", " ").replace(".", ","),
}


@settings(max_examples=300, deadline=None)
@given(st.sets(_cents, min_size=1, max_size=5), st.lists(_cents, max_size=5), st.sampled_from(sorted(_STYLES)))
def test_only_the_amounts_of_the_source_survive(known: set[Decimal], said: list[Decimal], style: str) -> None:
    source = ground("; ".join(_STYLES[style](v) for v in sorted(known)), language=style)
    for value in [*said, *known]:
        assert bool(verify({"amount_disputed": as_text(value)}, (), source).fields) == (value in known)
        sentence = verify({}, [ClaimedSentence(f"They contest {value:,.2f} of it.")], source).sentences
        assert bool(sentence) == (value in known)


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(-400, 400), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]))
def test_only_the_dates_of_the_source_survive(day: date, off: int, style: str) -> None:
    known, said = ground(f"bis {day.strftime(style)} bitte"), day + timedelta(days=off)
    assert bool(verify({"deadline": said.isoformat()}, (), known).fields) == (off == 0)
    assert bool(verify({}, [ClaimedSentence(f"By {said.strftime('%d %B %Y')}.")], known).sentences) == (off == 0)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80))
@example("\ufeff")  # nothing that is seen
def test_a_source_without_figures_bears_no_figure(said: str) -> None:
    known = ground("we do not agree with this bill")
    for claim in verify({}, [ClaimedSentence(said, ("this bill",))], known).sentences:
        assert not any(c.isnumeric() for c in claim.text)


_noise = st.text("0123456789.,:/-' ABxe€½²", max_size=24)


@settings(max_examples=600, deadline=None)
@given(_noise)
def test_digits_that_survive_stand_in_the_source(said: str) -> None:
    source = "paid 1,234.50 on A-77/3 and 9 more"
    if not isinstance(check(f"They say {said} now.", ground(source)), Ungrounded):
        digits = "".join(c for c in said if c.isnumeric())
        allowed = {"1234", "50", "123450", "1234500", "77", "3", "773", "9"}
        rest = digits
        while rest:
            head = next((a for a in sorted(allowed, key=len, reverse=True) if rest.startswith(a)), None)
            if head is None and rest[0] == "0":
                head = "0"  # 9.00 is 9, A-077/3 is A-77/3
            assert head, said
            rest = rest[len(head) :]


_word = st.from_regex(r"[A-Za-zäöüé]{1,9}|[A-Z]{2,4}[-/]\d{2,6}|\d{1,3}(?:[.,]\d{3})?[.,]\d{2}|\d{1,4}", fullmatch=True)


@settings(max_examples=300, deadline=None)
@given(st.lists(_word, min_size=1, max_size=14), st.data())
def test_what_stands_literally_in_the_source_survives(words: list[str], data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from(["; ", " - ", "\n\t", ", "]))
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    known = ground(separator.join(words))
    claim = separator.join(words[start:end])
    assert [c.text for c in verify({}, [ClaimedSentence(claim)], known).sentences] == [claim]


_anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.decimals().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=8), _anything, max_size=6))
def test_no_answer_raises_and_nothing_goes_uncounted(fields: dict[str, Any]) -> None:
    result = verify(fields, (), ground("we do not agree"))
    for value in result.fields.values():
        assert not any(c.isnumeric() for c in str(value.value))
    claimed = {name for name, value in fields.items() if value not in (None, "", [])}
    assert claimed - result.fields.keys() == set() or result.drops
