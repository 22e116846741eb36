"""Which records a message means, and that ambiguous stays ambiguous."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.assessments.findings import Match
from app.assessments.matching import Clues, match, same_reference
from app.odoo.records import OrderState
from tests.books import a_customer, an_invoice, an_order, an_order_line, eur, the_books


def of(what: str, matches: tuple[Match, ...]) -> list[Match]:
    return [m for m in matches if m.what == what]


def test_vat_id_and_invoice_together_are_certain() -> None:
    books = the_books(customers=(a_customer(vat_id="NO923609016MVA"),))
    matches = match(Clues(vat_ids=("NO923609016MVA",), invoice_refs=("INV/2026/0100",)), books)
    customer, invoice = of("customer", matches)[0], of("invoice", matches)[0]
    assert customer.is_certain
    assert invoice.is_certain
    assert "VAT id" in customer.because[0]


def test_a_fuzzy_name_alone_is_not_certain() -> None:
    matches = match(Clues(customer_name="Fjordlines Cargo"), the_books())
    assert [m.is_certain for m in of("customer", matches)] == [False]


def test_two_customers_of_the_same_name_stay_ambiguous() -> None:
    books = the_books(customers=(a_customer(10), a_customer(11)), invoices=())
    matches = match(Clues(customer_name="Fjordline Cargo AS", domain="fjordline.example"), books)
    assert not any(m.is_certain for m in of("customer", matches))


def test_another_customers_invoice_is_not_taken_for_the_senders() -> None:
    other = a_customer(11, "Brine & Sons Ltd", email="ap@brine.example")
    books = the_books(customers=(a_customer(), other), invoices=(an_invoice(customer_id=11, customer_name=other.name),))
    matches = match(
        Clues(domain="fjordline.example", customer_name="Fjordline Cargo AS", invoice_refs=("INV/2026/0100",)), books
    )
    (invoice,) = of("invoice", matches)
    assert not invoice.is_certain
    assert any("Brine" in why for why in invoice.because)


def test_the_same_number_in_two_companies_needs_the_customer() -> None:
    twin = an_invoice(101, customer_id=11, company_id=2)
    alone = match(Clues(invoice_refs=("INV/2026/0100",)), the_books(invoices=(an_invoice(), twin)))
    assert not any(m.is_certain for m in of("invoice", alone))


def test_our_own_vat_id_on_the_attached_invoice_does_not_make_us_the_customer() -> None:
    us = a_customer(1, "Our House GmbH", vat_id="DE136695976", email="billing@ours.example")
    books = the_books(customers=(a_customer(), us))
    clues = Clues(domain="fjordline.example", vat_ids=("DE136695976",), invoice_refs=("INV/2026/0100",))
    matches = match(clues, books)
    assert [(m.record.id, m.is_certain) for m in of("customer", matches)] == [(10, True)]
    assert of("invoice", matches)[0].is_certain


def test_we_are_not_the_customer_of_a_mail_from_a_free_mail_service_either() -> None:
    us = a_customer(8, "Our House", vat_id="136695976")
    matches = match(Clues(vat_ids=("DE136695976",)), the_books(customers=(us,)))
    assert of("customer", matches) == []


def test_a_number_alone_does_not_say_who_writes() -> None:
    matches = match(Clues(invoice_refs=("INV/2026/0100",)), the_books())
    (invoice,) = of("invoice", matches)
    assert not invoice.is_certain
    assert "nothing else says" in invoice.because[-1]


def test_another_name_beside_the_number_is_said_and_keeps_it_open() -> None:
    clues = Clues(customer_name="Somebody Else Ltd", invoice_refs=("INV/2026/0100",), order_refs=("S00001",),
                  po_number="PO-1")  # fmt: skip
    matches = match(clues, the_books())
    assert not any(m.is_certain for m in of("invoice", matches) + of("order", matches))
    assert any("Somebody Else" in why for why in of("invoice", matches)[0].because)


def test_a_number_and_a_name_like_the_customers_are_enough() -> None:
    matches = match(Clues(customer_name="Fjordline Cargoes", invoice_refs=("INV/2026/0100",)), the_books())
    assert of("invoice", matches)[0].is_certain


def test_a_contacts_own_address_at_a_free_mail_service_says_who_writes() -> None:
    contact = replace(a_customer(12, "Ann Fjord", email="ann.fjord@gmail.com"), customer_id=10, parent_id=10)
    matches = match(Clues(address="ann.fjord@gmail.com"), the_books(customers=(a_customer(), contact)))
    assert [(m.record.id, m.is_certain) for m in of("customer", matches)] == [(10, True)]


def test_an_empty_reference_belongs_to_no_order() -> None:
    books = the_books(orders=(an_order(customer_reference="-"),), invoices=())
    matches = match(Clues(customer_name="Fjordline Cargo AS", po_number=""), books)
    assert of("order", matches) == []


def test_an_invoice_leads_to_its_order() -> None:
    matches = match(Clues(domain="fjordline.example", invoice_refs=("INV/2026/0100",)), the_books())
    (order,) = of("order", matches)
    assert order.is_certain
    assert "was made from it" in order.because[0]


def test_an_order_document_finds_the_quotation_with_the_same_lines() -> None:
    books = the_books(
        invoices=(), orders=(an_order(state=OrderState.SENT, customer_reference=""), an_order(51, "S00002")),
        order_lines=(an_order_line(), an_order_line(901, 51, "3", "99.00")),
    )  # fmt: skip
    clues = Clues(domain="fjordline.example", is_order=True, order_figures=((Decimal(240), Decimal("150.00")),))
    matches = match(clues, books)
    assert [(m.record.name, m.is_certain) for m in of("order", matches)] == [("S00001", True)]


def test_the_only_open_invoice_is_meant_when_none_is_named() -> None:
    paid = an_invoice(101, "INV/2026/0101", open_amount=eur("0"))
    matches = match(
        Clues(domain="fjordline.example", customer_name="Fjordline Cargo AS", is_about_an_invoice=True),
        the_books(invoices=(an_invoice(), paid)),
    )
    assert [(m.record.id, m.is_certain) for m in of("invoice", matches)] == [(100, True)]


def test_several_open_invoices_stay_open() -> None:
    books = the_books(invoices=(an_invoice(), an_invoice(101, "INV/2026/0101")))
    matches = match(
        Clues(domain="fjordline.example", customer_name="Fjordline Cargo AS", is_about_an_invoice=True), books
    )
    assert len(of("invoice", matches)) == 2
    assert not any(m.is_certain for m in of("invoice", matches))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("INV/2026/0100", "inv-2026-100", True),
        ("INV/2026/0100", "INV 2026 0100", True),
        ("INV/2026/0100", "INV/2026/1000", False),
        ("PO-7", "PO7", True),
        ("", "", False),
        ("-", "", False),
        ("-", "—", False),
    ],
)
def test_references_are_compared_without_their_dress(a: str, b: str, same: bool) -> None:
    assert same_reference(a, b) is same
