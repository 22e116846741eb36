"""Customers' data becomes invented data: what goes, what stays, and that the same stays the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.firm import Firm
from evals.pseudonyms import Pseudonyms, is_telling, known_words, names_in

FIRM = Firm(("Marlow Voss",), ("marlowvoss.example",), ("RE/", "INV/"))


def invented(**known: set[str]) -> Pseudonyms:
    return Pseudonyms(b"k" * 32, FIRM, **known)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Mail me at j.reimann@holtkamp-werke.example", "reimann"),
        ("IBAN DE02 1203 0000 0000 2020 51 as always", "1203"),
        ("Tel. +49 211 9988 7766", "9988"),
        ("Holtkamp Werke GmbH, Abteilung Einkauf", "Holtkamp"),
        ("Sehr geehrter Herr Reimann,", "Reimann"),
        ("Best regards\nWilhelmina Osterholt", "Osterholt"),
        ("Please deliver to 12 High Street, tomorrow", "12 High"),
        ("Musterweg 7\n40213 Düsseldorf", "40213"),
        ("See https://portal.holtkamp-werke.com/x?id=1", "holtkamp"),
        ("Our supplier no. K-7741902", "7741902"),
        ("VAT DE811907980 on it", "811907980"),
        ("we met Quillfeather at the fair", "Quillfeather"),
    ],
)
def test_what_names_a_customer_or_a_person_goes(text: str, gone: str) -> None:
    names = set(names_in(text))
    assert gone.casefold() not in invented(names=names).masked(text).casefold()


@pytest.mark.parametrize(
    "text",
    [
        "We were billed 42 hours instead of 36 hours, EUR 1,200.00 too much.",
        "Die Rechnung vom 12.10.2026 über 1.120,00 EUR zahlen wir nicht.",
        "Payment terms: 30 days net. Please send a credit note by 2026-11-30.",
        "Facture du 3/10/2026 : 1 170,00 EUR, TVA 20 %.",
        "Marlow Voss billed us.",
    ],
)
def test_amounts_dates_and_words_of_the_trade_stay(text: str) -> None:
    assert invented().masked(text) == text


def test_a_number_is_the_same_in_text_label_and_any_writing() -> None:
    own = invented(references={"RE/2026/00512", "4500771203"})
    label = own.reference("RE/2026/00512")
    assert label.startswith("RE/2026/")
    assert label != "RE/2026/00512"
    text = own.masked("Rechnung RE/2026/00512 (00512), Bestellung 4500771203.")
    assert label in text
    assert f"({label[-5:]})" in text
    assert own.reference("4500771203") in text
    assert "00512" not in text


def test_no_invented_number_is_another_customers() -> None:
    every = {f"RE/2026/{n:05}" for n in range(1, 200)}
    own = invented(references=every)
    assert {own.reference(one) for one in sorted(every)}.isdisjoint(every)


def test_a_customer_its_domain_and_its_capitals_stay_one() -> None:
    own = invented(companies={"Holtkamp Werke GmbH"})
    text = own.masked("Holtkamp Werke GmbH (HOLTKAMP) <ap@holtkamp.example>")
    name = re.match(r"(\w+) \w+ GmbH \((\w+)\) <ap@(\w+)\.example>", text)
    assert name is not None
    assert {one.casefold() for one in name.groups()} == {name.group(1).casefold()}


def test_our_own_domain_and_free_mail_hosts_stay() -> None:
    text = invented().masked("x.y@marlowvoss.example and someone@gmail.com")
    assert "@marlowvoss.example" in text
    assert "@gmail.com" in text
    assert "x.y@" not in text
    assert "someone" not in text


def test_another_key_gives_other_names() -> None:
    assert Pseudonyms(b"a" * 32).word("Holtkamp") != Pseudonyms(b"b" * 32).word("Holtkamp")


def test_a_known_name_that_stays_is_told() -> None:
    own = invented(names={"Wilhelmina Osterholt"}, references={"4500771203"})
    assert own.leaks("from osterholt, order 4500771203") == ["4500771203", "osterholt"]
    assert own.leaks(own.masked("from osterholt, order 4500771203")) == []


NAMES = st.lists(st.from_regex(r"\A[A-Z][b-df-hj-np-tv-z][aeiou][bdgkpt]{2}[aeiou][zxqvw]{2}[a-z]{0,4}\Z"), min_size=1,
                 max_size=4, unique=True)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(NAMES, st.text(max_size=80).filter(lambda t: not re.search("[\U000f0000-\U0010ffff]", t)))
def test_no_known_name_stays_wherever_it_stands(names: list[str], around: str) -> None:
    names = [name for name in names if is_telling(name)]
    own = invented(names=set(names))
    masked = own.masked(f"{around} {' and '.join(names)} {around}\n" + "\n".join(n.lower() for n in names))
    assert own.leaks(masked) == []


@pytest.mark.parametrize(
    "text", ["Dear Max,\nthe maximum is 40.", "Best,\nmax", "Hello max stein!", "Regards\nMax Stein"]
)
def test_a_known_name_that_is_an_ordinary_word_goes_where_people_are_named(text: str) -> None:
    invented = Pseudonyms(b"k" * 32, names={"Max Stein"})
    masked = invented.masked(text)
    assert not re.search(r"\bmax\b|\bstein\b", masked, re.IGNORECASE)
    assert invented.leaks(masked) == []
    assert invented.leaks(text)


def test_the_phrasebooks_know_the_trade_and_nobody() -> None:
    assert {"invoice", "rechnung", "facture", "bestellung"} <= known_words()
    assert is_telling("Wilhelmina Osterholt")
    assert not is_telling("Invoice")
