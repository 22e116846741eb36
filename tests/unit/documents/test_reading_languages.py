"""The language of short business texts, among the eight."""

from __future__ import annotations

import pytest

from app.documents.language import detect

LINES = {
    "en": [
        "Please credit the second invoice.", "PO attached, kindly confirm.",
        "We did not order this.", "Qty Description Unit price Total",
    ],
    "de": [
        "Bitte stornieren Sie die Rechnung.", "anbei die Bestellung",
        "Die Stunden stimmen nicht.", "Pos Menge Einzelpreis Betrag",
    ],
    "fr": [
        "Merci d'annuler la facture.", "ci-joint le bon de commande",
        "Nous n'avons pas commandé ceci.", "Désignation Quantité Prix Montant HT",
    ],
    "es": [
        "Le ruego anule la factura.", "adjunto el pedido",
        "No hemos pedido esto.", "Descripción Cantidad Precio Importe",
    ],
    "nl": [
        "Graag de factuur crediteren.", "bijgaand de bestelling",
        "Dit hebben wij niet besteld.", "Omschrijving Aantal Prijs Bedrag",
    ],
    "it": [
        "Vi preghiamo di stornare la fattura.", "in allegato l'ordine",
        "Non abbiamo ordinato questo.", "Descrizione Quantità Prezzo Importo",
    ],
    "pt": [
        "Pedimos que anulem a fatura.", "segue em anexo a encomenda",
        "Não encomendámos isto.", "Descrição Quantidade Preço Valor",
    ],
    "pl": [
        "Proszę o korektę faktury.", "w załączeniu zamówienie",
        "Nie zamawialiśmy tego.", "Opis Ilość Cena Wartość",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "line"), [(language, line) for language, lines in LINES.items() for line in lines]
)
def test_short_lines(language: str, line: str) -> None:
    assert detect(line) == language
    assert detect(f"{line.upper()}\nUKINV/2026/0388 4.560,00 EUR GmbH") == language


def test_no_words_have_no_language() -> None:
    assert detect("") == ""
    assert detect("4711 / 12.50 @ 7") == ""
