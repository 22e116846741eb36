"""Words that ask for a confirmation or state payment terms, in eight languages; language of an order's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.orders.confirmation import asks_for_confirmation
from app.documents.orders.terms import terms_in
from app.documents.orders.words import language_of

_ASKS = [
    "Please acknowledge.",
    "Kindly confirm receipt of this order by e-mail.",
    "Confirm within 48 hours.",
    "Order confirmation required.",
    "We require a written order acknowledgement.",
    "Bitte bestätigen Sie den Auftrag.",
    "Auftragsbestätigung innerhalb von 3 Tagen erbeten.",
    "Wir bitten um umgehende Zusendung einer Auftragsbestätigung.",
    "Der Auftrag ist schriftlich zu bestätigen.",
    "Merci de confirmer cette commande par retour.",
    "Veuillez accuser réception de la commande.",
    "Accusé de réception exigé sous 48 h.",
    "Rogamos confirmen el pedido.",
    "Se ruega acusen recibo.",
    "Gelieve deze order te bevestigen.",
    "Graag ontvangen wij een orderbevestiging.",
    "Si prega di confermare l'ordine.",
    "Conferma d'ordine obbligatoria.",
    "Agradecemos que confirmem a encomenda.",
    "Solicitamos confirmação da encomenda.",
    "Prosimy o potwierdzenie zamówienia.",
    "Potwierdzenie zamówienia wymagane.",
]
_SILENT = [
    "Quantities revised after steering committee 12 June",
    "Abruf nach Bedarf",
    "Quantity on line 1 increased.",
    "Mengen angepasst",
    "Order confirmed by phone with Mr Smith.",
    "Les tarifs confirmés restent valables.",
    "Delivery to gate 4.",
    "La conferma è arrivata ieri.",
]


@pytest.mark.parametrize("text", _ASKS)
def test_a_wish_for_confirmation_is_found(text: str) -> None:
    found = asks_for_confirmation(text)
    assert found is not None
    assert text[slice(*found)].strip()


@pytest.mark.parametrize("text", _SILENT)
def test_other_notes_ask_for_nothing(text: str) -> None:
    assert asks_for_confirmation(text) is None


@given(st.text(max_size=400))
def test_no_text_makes_the_phrases_fail(text: str) -> None:
    asks_for_confirmation(text)
    terms_in(text)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Payment terms: 30 days from receipt of a correct invoice", "30 days from receipt of a correct invoice"),
        (
            "Zahlungsbedingungen: 14 Tage 2 % Skonto, 30 Tage netto. Lieferung frei Haus.",
            "14 Tage 2 % Skonto, 30 Tage netto",
        ),
        ("Conditions de paiement : 45 jours fin de mois ; port inclus", "45 jours fin de mois"),
        ("Condiciones de pago: transferencia a 60 días", "transferencia a 60 días"),
        ("Betalingsvoorwaarden: 30 dagen netto", "30 dagen netto"),
        ("Condizioni di pagamento: bonifico 60 gg d.f.f.m.", "bonifico 60 gg d.f.f.m"),
        ("Condições de pagamento: 30 dias", "30 dias"),
        ("Warunki płatności: 21 dni", "21 dni"),
    ],
)
def test_payment_terms_are_found_under_their_name(text: str, terms: str) -> None:
    found = terms_in(text)
    assert found is not None
    assert text[slice(*found)] == terms


@pytest.mark.parametrize("text", ["", "Our payment terms apply.", "Delivery: 30 days"])
def test_no_terms_are_invented(text: str) -> None:
    assert terms_in(text) is None


@pytest.mark.parametrize(
    ("words", "declared", "language"),
    [
        (["Stundenkontingent Fachberatung", "Auswertungen und Berichtswesen"], "en-US", "de"),
        (["Carnet d'heures d'expertise", "Direction de projet facturation"], "", "fr"),
        (["A-17", "0054321"], "ger", "de"),
        (["Item 1", "Item 2"], "", "en"),
        ([], "nl-NL", "nl"),
    ],
)
def test_the_orders_own_words_tell_its_language_before_what_the_file_declares(
    words: list[str], declared: str, language: str
) -> None:
    assert language_of(words, declared=declared) == language
