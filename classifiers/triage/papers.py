"""What kind of paper an attachment is, by its name and its headings: order, invoice, remittance, timesheet, acceptance.

An invoice copy shows order numbers and lines as an order does, so the heading decides, not the contents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.documents.order import Order
from app.documents.reading import Reading
from classifiers.triage.lexicon import fold

_TITLES = {
    "remittance": (
        r"remittance|payment advice|advice of payment|zahlungsavis|avis\b|uberweisung|zahlungsbeleg"
        r"|avis de (?:paiement|virement|reglement)|aviso de (?:pago|pagamento|transferencia)|detalle de pago"
        r"|comprobante de (?:pago|transferencia)|betaal(?:specificatie|advies|overzicht|ing)|awizo"
        r"|potwierdzenie przelewu|avviso di (?:pagamento|bonifico)|distinta|contabile|check stub|comprovativo"
        r"|zahlung"
    ),
    "timesheet": (
        r"time ?sheet|time record|hours log|activity report|stundenzettel|stundennachweis|zeitnachweis"
        r"|leistungsnachweis|tatigkeitsnachweis|feuille de temps|releve d'heures|compte rendu d'activite"
        r"|\bcra\b|urenstaat|urenoverzicht|parte de horas|hoja de horas|foglio ore|rapportino|folha de horas"
        r"|ewidencja czasu|karta pracy"
    ),
    "acceptance": (
        r"acceptance|sign-?off|completion certificate|abnahmeprotokoll|abnahme|proces-verbal|\bpv de recette"
        r"|recette|acta de|verbale di|proces-verbaal|oplever|protokol odbioru|auto de rece[cp]|auto de aceit"
    ),
    "invoice": (
        r"\binvoice\b|\brechnung\b|\bfacture\b|\bfactura\b|\bfattura\b|\bfactuur\b|\bfaktura\b|\bfatura\b"
        r"|gutschrift|credit (?:note|memo)|\bavoir\b|creditnota"
    ),
    "order": (
        r"purchase order|\bp\.?o\.? (?:no|number|rev)|work order|call-?off|order (?:no|number|form)"
        r"|bestell(?:ung|schein|anderung)|auftrag\b|abruf|bon de commande|commande|avenant|ordre de service"
        r"|inkooporder|bestelbon|afroep|opdrachtbon|pedido|orden de (?:compra|servicio)|ordine|ordinativo"
        r"|buono d'ordine|encomenda|ordem de compra|zamowieni|zlecenie|change order|amendment|nachtrag"
        r"|purchase_order"
    ),
}
KINDS = tuple(_TITLES)
_COMPILED = {kind: re.compile(pattern) for kind, pattern in _TITLES.items()}
_LINES, _LONGEST = 14, 90
_ATTACHED, _PASTED = 0.5, 0.9
"""How much an attachment, and how much a mail's own text, must look like an order to count as one."""
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


def order_documents(reading: Reading, read: Mapping[str, Order]) -> dict[str, Order]:
    """The orders among what was read, by part: structured ones, attached order papers, and orders pasted into the mail.

    A mail that merely speaks of an order has a number and perhaps a figure too, so its text must look like an order.
    """
    from classifiers.order_fields import order_likeness

    found: dict[str, Order] = {}
    for part in reading.walk():
        order = part.order or read.get(part.path)
        if order is None:
            continue
        is_own_text = part.mail is not None
        if part.order is not None or order_likeness(part).score >= (_PASTED if is_own_text else _ATTACHED):
            found[part.path] = order
    return found
