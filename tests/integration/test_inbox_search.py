"""Finding cases: by what was read, by the source itself, without accents, and close to what was typed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from app.cases import queries, search
from app.cases.models import Case, CaseDocument
from app.cases.queries import Filter
from app.db import Database
from app.documents import readings
from app.documents.reading import Address, Reading
from tests.builders import NOW, a_case
from tests.web import a_read_case, a_reading, browser, case_document


def a_mail(body: str) -> Reading:
    """A mail with these words in it, beside those that the assessments of tests rest on."""
    return a_reading(body=f"Sehr geehrte Frau Kaltenbach, {body} Es geht um 42 Stunden.")


def found(database: Database, sought: str) -> list[int]:
    with database.transaction() as session:
        return sorted(c.id for c in queries.page(session, Filter(text=sought)).cases)


@pytest.mark.parametrize(
    "sought",
    [
        "fehnwerder", "FEHNW", "Fehnwerder GmbH", "kreditoren@fehnwerder.example", "osterloh",  # who
        "INV/2026/00012", "00012", "inv/2026/000", '"INV/2026/00012"',  # references, also their beginning
        "abgezeichnet", "Gutschrift berechnet", "stundennachweis",  # the mail, and the sheet attached to it
        "36,00", "contests 42 hours",  # what was read
    ],
)  # fmt: skip
def test_a_case_is_found_by_all_that_it_holds(database: Database, sought: str) -> None:
    with database.transaction() as session:
        number = a_read_case(session).id
        a_case(session, content=b"Subject: another\n\nanother")
    assert found(database, sought) == [number]


@pytest.mark.parametrize(
    "sought", ["nowhere", "ehnwerder", "INV/2026/00013", "00012/INV", "berechnet nowhere", "%", "'"]
)
def test_what_it_does_not_hold_finds_nothing(database: Database, sought: str) -> None:
    with database.transaction() as session:
        a_read_case(session)
    assert found(database, sought) == []


def test_a_case_is_found_by_its_number(database: Database) -> None:
    with database.transaction() as session:
        numbers = [a_case(session, content=bytes([n])).id for n in range(3)]
    assert found(database, str(numbers[1])) == [numbers[1]]


@pytest.mark.parametrize(
    "sought", ["muller", "Müller", "MULLER", "strasse", "Straße", "œuvre", "oeuvre", "lodz", "Łódź"]
)
def test_accents_and_capitals_make_no_difference(database: Database, sought: str) -> None:
    with database.transaction() as session:
        number = a_read_case(session, reading=a_mail("Müller, Hafenstraße 5 STRASSE, Œuvres, Łódź.")).id
    assert found(database, sought) == [number]


def test_the_database_compares_as_we_do(database: Database) -> None:
    letters = "".join(chr(c) for c in range(0x20, 0x250)) + "ȘșȚțẞ日本"
    with database.transaction() as session:
        for start in range(0, len(letters), 16):
            part = letters[start : start + 16]
            theirs = session.execute(text("select countersign_folded(:given)"), {"given": part}).scalar_one()
            assert theirs.split() == search.split(search.folded(part)), part


def test_what_changes_is_found_anew_and_moves_with_its_document(database: Database) -> None:
    with database.transaction() as session:
        first, other = a_read_case(session), a_case(session, content=b"other")
        first.customer_name = "Auenthal Energie"
        document = case_document(session, first)
        numbers = first.id, other.id
    assert found(database, "auenthal") == [numbers[0]]
    with database.transaction() as session:
        readings.keep(session, document, a_mail("Zwei Tage fehlen."), at=NOW)
    assert found(database, "zwei tage") == [numbers[0]]
    assert found(database, "abgezeichnet") == []
    with database.transaction() as session:
        row = session.execute(select(CaseDocument).where(CaseDocument.document_id == document)).scalar_one()
        row.case_id = numbers[1]
    assert found(database, "zwei tage") == [numbers[1]]


def test_hits_are_told_apart_and_the_source_is_quoted_around_them(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    ines = browser(database)
    page = ines.open("/inbox?q=fehnwerder+abgezeich")
    assert '<mark class="hit">Fehnwerder</mark> Logistik' in page
    assert 'berechnet, nur 40 <mark class="hit">abgezeich</mark>net' in page
    assert "In the source:" in page
    assert "In the source:" not in ines.open("/inbox?q=contests")
    assert "<mark" not in ines.open("/inbox")


def test_outside_text_stays_text_in_hits(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session, reading=a_mail("Zahlung <script>alert(1)</script> folgt."))
        case.customer_name = "<b>Evil</b> & Sons"
    page = browser(database).open("/inbox?q=zahlung+evil")
    assert "&lt;<mark" not in page.replace('b&gt;<mark class="hit">Evil', "")
    assert 'b&gt;<mark class="hit">Evil</mark>&lt;/b&gt; &amp; Sons' in page
    assert "<script>alert" not in page
    assert "No case matches “&lt;i&gt;”" in browser(database, "Marc").open("/inbox?q=%3Ci%3E")


def test_accounts_of_a_suspect_mail_stay_withheld_in_hits(database: Database) -> None:
    with database.transaction() as session:
        reading = a_mail("Bitte auf das neue Konto DE89 3704 0044 0532 0130 00 zahlen, Treuhand.")
        case = a_read_case(session, reading=reading, reason="bank_details_change", fields={})
        assert case.kind == "security_alert"
    page = browser(database).open("/inbox?q=treuhand+konto")
    assert "In the source:" in page
    assert "0532" not in re.sub(r"<[^>]+>", "", page)


def test_ended_cases_are_sought_when_asked_for(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        case.state = "done"
    ines = browser(database)
    page = ines.open("/inbox?q=fehnwerder")
    assert "Ended cases that match: 1." in page
    assert 'href="/inbox?view=ended&amp;q=fehnwerder"' in page
    assert 'data-case="1"' in ines.open("/inbox?view=ended&q=fehnwerder")


@pytest.mark.parametrize("sought", ["INV/2026/00021", "INV/2026/00022", "INV/2026/0012", "INV/2026/000112"])
def test_a_slip_of_the_finger_is_noticed(database: Database, sought: str) -> None:
    with database.transaction() as session:
        number = a_read_case(session).id
        near = search.near(session, sought)
    assert near is not None
    assert (near.reference, near.case_id, near.is_open) == ("00012", number, True)
    page = browser(database).open(f"/inbox?q={sought}")
    assert "“00012” is close: one case." in page
    assert f'href="/cases/{number}"' in page


def test_the_words_for_the_api_are_the_same(database: Database) -> None:
    with database.transaction() as session:
        reading = a_reading()
        assert reading.mail is not None
        sender = Address("Kréditoren Fehn", "ap@elsewhere.example")
        number = a_read_case(session, reading=replace(reading, mail=replace(reading.mail, sender=sender))).id
        assert session.get_one(Case, number).sender == "ap@elsewhere.example"
    assert found(database, "kreditoren elsewhere") == [number]
