"""Whose a number is: the words beside it decide, whatever its letters."""

from __future__ import annotations

import pytest
from field_messages import mail

from classifiers.message_fields import extract

_INVOICE = {
    "en": "invoice", "de": "Rechnung", "fr": "facture", "es": "factura", "nl": "factuur", "it": "fattura",
    "pt": "fatura", "pl": "faktura",
}  # fmt: skip
_CREDIT_NOTE = {
    "en": "credit note", "de": "Gutschrift", "fr": "avoir", "es": "abono", "nl": "creditnota",
    "it": "nota di credito", "pt": "nota de crédito", "pl": "korekta",
}  # fmt: skip
_ORDER = {
    "en": ["purchase order", "PO", "order number", "P.O."],
    "de": ["Bestellung", "Bestellnummer", "Bestell-Nr.", "Auftragsnummer"],
    "fr": ["bon de commande", "commande n°", "n° d'engagement"],
    "es": ["pedido", "orden de compra", "nº de pedido"],
    "nl": ["inkooporder", "bestelnummer", "inkoopordernummer"], "it": ["ordine", "ordine d'acquisto", "OdA"],
    "pt": ["encomenda", "nota de encomenda", "ordem de compra"], "pl": ["zamówienie", "nr zamówienia", "zlecenie"],
}  # fmt: skip
_OURS = {
    "en": ["contract", "your quote", "statement of work", "framework agreement"],
    "de": ["Vertrag", "Ihr Angebot", "Rahmenvertrag"], "fr": ["contrat", "votre devis", "accord-cadre"],
    "es": ["contrato", "su oferta", "contrato marco"], "nl": ["overeenkomst", "uw offerte", "raamovereenkomst"],
    "it": ["contratto", "vostro preventivo", "accordo quadro"],
    "pt": ["contrato", "vossa proposta", "acordo-quadro"], "pl": ["umowa", "oferta", "umowa ramowa"],
}  # fmt: skip
_NONE = {
    "en": ["ticket", "case", "vendor no.", "account", "clause", "cost centre"],
    "de": ["Vorgang", "Kreditor", "Kundennummer", "Kostenstelle", "Ziffer"],
    "fr": ["dossier", "code client", "article", "SIRET"], "es": ["expediente", "cuenta", "cláusula", "NIF"],
    "nl": ["zaak", "klantnummer", "artikel", "KvK"], "it": ["pratica", "codice cliente", "articolo"],
    "pt": ["processo", "NIF", "cláusula"], "pl": ["sprawa", "nr klienta", "NIP"],
}  # fmt: skip


def _cases(words: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(language, word) for language, listed in words.items() for word in listed]


def _found(text: str, language: str, reason: str = "rate_price") -> dict[str, object]:
    return {name: field.value for name, field in extract(mail(text, language=language), reason).items()}


@pytest.mark.parametrize("number", ["RE/2026/00371", "2026-00417", "F-10458", "88120733"])
@pytest.mark.parametrize(("language", "word"), [*_INVOICE.items(), *_CREDIT_NOTE.items()])
def test_a_number_after_invoice_or_credit_note_is_ours(language: str, word: str, number: str) -> None:
    assert _found(f"{word} {number}", language)["invoice_refs"] == [number]


@pytest.mark.parametrize("number", ["4500081937", "26-AC-00731", "OR/IT/26/118", "77120", "Q-119020"])
@pytest.mark.parametrize(("language", "word"), _cases(_ORDER))
def test_a_number_after_order_is_the_customers(language: str, word: str, number: str) -> None:
    found = _found(f"{word} {number}", language)
    assert found["po_number"] == number
    assert "invoice_refs" not in found


@pytest.mark.parametrize("number", ["CM-889", "2026/0052", "MSA-VS-0093"])
@pytest.mark.parametrize(("language", "word"), _cases(_OURS))
def test_a_number_after_contract_or_quote_is_an_order_reference(language: str, word: str, number: str) -> None:
    found = _found(f"{word} {number}", language)
    assert found["order_refs"] == [number]
    assert "po_number" not in found


@pytest.mark.parametrize("number", ["88-1402", "301177", "9.4", "0010338"])
@pytest.mark.parametrize(("language", "word"), _cases(_NONE))
def test_numbers_of_other_things_are_left_alone(language: str, word: str, number: str) -> None:
    assert not {"invoice_refs", "po_number", "order_refs"} & _found(f"{word} {number}", language).keys()


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE89 3704 0044 0532 0130 00",
        "VAT GB 123 4567 89",
        "T 020 7946 0418",
        "Tél. 01 99 00 62 15",
        "ATU12345678",
        "01067 Dresden",
        "FY26",
        "KW 24",
        "14.09.2026",
        "v6.2.1",
    ],
)
def test_accounts_taxes_telephones_and_dates_are_no_references(text: str) -> None:
    assert not {"invoice_refs", "po_number", "order_refs"} & _found(text, "en").keys()


def test_a_list_after_one_word_belongs_to_it() -> None:
    found = _found("Please send copies of invoices USINV/2026/00041, 00058 and 00099.", "en", "copy_or_statement")
    assert found["invoice_refs"] == ["USINV/2026/00041", "00058", "00099"]


def test_a_short_form_of_a_named_invoice_adds_nothing() -> None:
    found = _found(
        "UKINV/2026/0088 and UKINV/2026/0093 are the same. I have passed 0088, please cancel 0093.",
        "en",
        "duplicate_invoice",
    )
    assert found["invoice_refs"] == ["UKINV/2026/0088", "UKINV/2026/0093"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The invoice quotes PO 4500010101, which is closed. Please use PO 4500020202."),
        ("de", "Die Bestellung 4500010101 ist abgelaufen, richtig ist die Bestellung 4500020202."),
        ("fr", "La commande 4500010101 est soldée, la nouvelle commande est 4500020202."),
        ("es", "El pedido 4500010101 está cerrado; el nuevo pedido es 4500020202."),
        ("nl", "Order 4500010101 is verlopen, de nieuwe order is 4500020202."),
        ("it", "L'ordine 4500010101 è scaduto, il nuovo ordine è 4500020202."),
        ("pt", "A encomenda 4500010101 está encerrada; a nova encomenda é 4500020202."),
        ("pl", "Zamówienie 4500010101 wygasło, nowe zamówienie to 4500020202."),
    ],
)
def test_the_order_to_be_used_wins_over_the_one_it_replaces(language: str, text: str) -> None:
    found = _found(text, language, "po_invalid")
    assert found["po_number"] == "4500020202"
    assert found["order_refs"] == ["4500010101"]


def test_columns_name_their_numbers() -> None:
    table = "Invoice\tOur ref\tAmount\n88120733\t5100221937\t10,500.00\n88120734\t5100221938\t2,000.00"
    assert _found(table, "en", "remittance")["invoice_refs"] == ["88120733", "88120734"]
