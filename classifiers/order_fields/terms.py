"""Payment terms recognised by their own words: "net 30", "30 Tage netto", "60 gg data fattura"."""

from __future__ import annotations

import re

_DAYS = r"(?:days?|tagen?|tg|jours?|jrs|d[ií]as?|dagen|dgn|giorni|gg|dias|dni)"
_STEM_TEXT = (
    "net netto nettos netti skonto receipt immediate immediately sofort comptant contado contanti pronto "
    "ontvangst reception réception facture fattura invoice advance vorkasse prepaid prepayment cod mois "
    "mes mese maand mês arrears milestone milestones transfer überweisung ueberweisung virement "
    "transferencia transferência bonifico overschrijving pagaré pagare mandat giro cheque chèque card ach "
    "eom due dfm riba upfront cash prompt completion delivery rimessa entrega livraison lieferung"
)
_STEMS = _STEM_TEXT.replace(" ", "|")
_WORDS = re.compile(
    r"\d\s?%\s.*\b(?:order|acceptance|bestellung|abnahme|commande|recette|pedido|aceptación|oplevering|ordine|collaudo|encomenda|"
    r"aceitação|zamówieni\w*|odbi\w+|signature|invoice)\b|"
    rf"\b{_DAYS}\b|\b(?:{_STEMS})\b|\bnet\d+\b|\b(?:faktur|month|monat|miesi|instal|przelew|gotówk)\w*",
    re.IGNORECASE,
)
_DISCOUNT = (
    rf"(?:\d+(?:[.,]\d+)?\s?%\s?(?:/\s?)?(?:skonto\s|if paid within\s|within\s|bei zahlung innerhalb(?: von)?\s)?"
    rf"\d{{1,3}}\s?{_DAYS}?[,;/]?\s?)?"
)
_AFTER = "|".join(
    (
        r"net(?:to|s|ti|tos)?",
        r"rein netto",
        r"after invoice(?: date)?",
        r"from (?:date of )?invoice(?: date)?",
        r"from receipt of invoice",
        r"nach (?:rechnungseingang|rechnungserhalt|rechnungsdatum)",
        r"date de facture",
        r"fin de mois",
        r"fin de mes",
        r"fecha (?:de )?factura",
        r"data fattura(?: fine mese)?",
        r"na ontvangst (?:van de )?factuur",
        r"na factuurdatum",
        r"end of month",
        r"eom",
        r"d\.f\.(?: f\.m\.)?",
        r"df(?:\s?fm)?",
        r"fine mese",
        r"od (?:daty )?(?:otrzymania|wystawienia|doręczenia) faktury",
        r"data (?:da )?fac?tura",
        r"strict",
    )
)
_AT_ONCE = "|".join(
    (
        r"due (?:up)?on receipt",
        r"payable (?:up)?on receipt",
        r"sofort ohne abzug",
        r"sofort fällig",
        r"comptant à réception",
        r"à réception de facture",
        r"al contado",
        r"a pronto pagamento",
        r"prepayment",
        r"cash on delivery",
        r"rimessa diretta",
    )
)
_TERMS = re.compile(
    rf"{_DISCOUNT}(?:net[t]?o?\s?\d{{1,3}}(?:\s?{_DAYS})?|\d{{1,3}}\s?{_DAYS}\s(?:{_AFTER})|{_AT_ONCE})", re.IGNORECASE
)


def is_terms(text: str) -> bool:
    """Whether a labelled value reads like payment terms."""
    return bool(_WORDS.search(text[:200]))


def find_terms(text: str) -> str:
    """The first phrase in a text that states payment terms by itself, "" if there is none."""
    found = _TERMS.search(text[:400])
    return found.group().strip(" ,;/") if found else ""
