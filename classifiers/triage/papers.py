"""What kind of paper an attachment is, by its name and its headings: order, invoice, remittance, timesheet, acceptance.

An invoice copy shows order numbers and lines as an order does, so the heading decides, not the contents.
"""

from __future__ import annotations

import re

from app.documents.order import Order
from app.documents.reading import Reading
from classifiers.triage.lexicon import fold

_TITLES = {
    "remittance": (
        r"remittance|payment advice|advice of payment|zahlungsavis|avis\b|uberweisung|zahlungsbeleg|avis de (?:paiement|virement|reglement)"
        r"|aviso de (?:pago|pagamento|transferencia)|detalle de pago|comprobante de (?:pago|transferencia)|betaal(?:specificatie|advies|overzicht|ing)"
        r"|awizo|potwierdzenie przelewu|avviso di (?:pagamento|bonifico)|distinta|contabile|check stub|comprovativo|zahlung"
    ),
    "timesheet": (
        r"time ?sheet|time record|hours log|activity report|stundenzettel|stundennachweis|zeitnachweis|leistungsnachweis|tatigkeitsnachweis"
        r"|feuille de temps|releve d'heures|compte rendu d'activite|\bcra\b|urenstaat|urenoverzicht|parte de horas|hoja de horas|foglio ore"
        r"|rapportino|folha de horas|ewidencja czasu|karta pracy"
    ),
    "acceptance": (
        r"acceptance|sign-?off|completion certificate|abnahmeprotokoll|abnahme|proces-verbal|\bpv de recette|recette|acta de|verbale di"
        r"|proces-verbaal|oplever|protokol odbioru|auto de rece[cp]|auto de aceit"
    ),
    "invoice": r"\binvoice\b|\brechnung\b|\bfacture\b|\bfactura\b|\bfattura\b|\bfactuur\b|\bfaktura\b|\bfatura\b|gutschrift|credit (?:note|memo)|\bavoir\b|creditnota",
    "order": (
        r"purchase order|\bp\.?o\.? (?:no|number|rev)|work order|call-?off|order (?:no|number|form)|bestell(?:ung|schein|anderung)|auftrag\b|abruf"
        r"|bon de commande|commande|avenant|ordre de service|inkooporder|bestelbon|afroep|opdrachtbon|pedido|orden de (?:compra|servicio)"
        r"|ordine|ordinativo|buono d'ordine|encomenda|ordem de compra|zamowieni|zlecenie|change order|amendment|nachtrag|purchase_order"
    ),
}
KINDS = tuple(_TITLES)
_COMPILED = {kind: re.compile(pattern) for kind, pattern in _TITLES.items()}
_LINES, _LONGEST = 14, 90
_FORMS = ("pdf", "image", "sheet", "word", "text")


def kind_of(part: Reading) -> str:
    """The kind of an attached paper, or the empty string. The file's name speaks first, then the headings in order."""
    if part.order is not None:
        return "order"
    if part.form not in _FORMS:
        return ""
    lines = [line.strip() for line in part.text[:3000].splitlines() if line.strip()][:_LINES]
    for text in [part.name.rpartition(".")[0].replace("_", " "), *lines]:
        if len(text) <= _LONGEST:
            folded = fold(text)
            starts = {kind: m.start() for kind, p in _COMPILED.items() if (m := p.search(folded))}
            if starts:
                return min(starts, key=starts.__getitem__)
    return ""


def order_documents(reading: Reading, read: dict[str, Order]) -> dict[str, Order]:
    """The orders among what was read, by part: structured ones, attached order papers, and orders pasted with lines."""
    found: dict[str, Order] = {}
    for part in reading.walk():
        order = part.order or read.get(part.path)
        if order is None:
            continue
        if part.mail is not None:
            if part is reading and order.number and order.lines:
                found[part.path] = order
        elif part.order is not None or (order.number and kind_of(part) == "order"):
            found[part.path] = order
    return found
