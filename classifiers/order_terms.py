"""The terms of a customer's order document: its number, what it may cost, how long it is valid.

Order documents with a layout are read by `order_fields`. Plain papers of labelled lines ("Value not to exceed: 60000.00
EUR", "gültig bis 31.12.2026") are read here, in eight languages; a not-to-exceed goes before a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from app.detectors.order_terms import PaperTerms
from app.detectors.words.caps import cap_in
from app.detectors.words.figures import amount_in
from app.detectors.words.folding import fold
from app.documents.order import Order, OrderFunction
from app.documents.reading import Reading
from app.firm import Firm
from classifiers.order_fields import dates, is_order_document, read_order

_TITLE = (
    r"purchase order|work order|blanket order|call-?off(?: order)?|order confirmation request|"
    r"bestellung|bestellauftrag|rahmenbestellung|abruf\w*|auftrag|bon de commande|commande(?: d'achat)?|"
    r"orden de compra|pedido(?: de compra)?|ordine(?: d'acquisto| di acquisto)?|inkooporder|bestelbon|bestelling|"
    r"zamowienie|ordem de compra|nota de encomenda|encomenda|p\.?\s?o\.?"
)
_NO = r"(?:no\.?|nos\.?|number|nr\.?|num\.?|nummer|n°|nº|no|#|numero|numer|id|ref\.?|reference)"
_NUMBER = re.compile(
    rf"(?:^|"
    rf"(?<=[\s(]))(?:{_TITLE})(?:-?\s?{_NO})?\s*[:#.]?\s*(?:{_NO}\s*[:#.]?\s*)?(?P<number>(?=[\w/.-]*\d)[a-z0-9][\w/.-]*\w)"
)
_BARE = re.compile(
    r"(?:^|(?<=[\s(]))(?:bestell|auftrags|inkooporder|bestel|order)-?(?:nummer|nr\.?|number|no\.?)\s*[:#.]?\s*"
    r"(?P<number>(?=[\w/.-]*\d)[a-z0-9][\w/.-]*\w)"
)
_IS_ORDER = re.compile(rf"(?<!\w)(?:{_TITLE})(?!\w)")
_VALUE = re.compile(
    r"(?:(?:total |net |maximum |overall )*(?:order|po|purchase order|contract|blanket) (?:value|total|amount|"
    r"sum|limit)|total (?:net|value|excl\w*)|net (?:total|value|amount)|"
    r"(?:spend(?:ing)? |budget )?limit|rahmen(?:wert|betrag|volumen|summe)|budget|"
    r"(?:auftrags|bestell|gesamt|netto)(?:wert|summe|volumen|betrag)|gesamt ?netto|netto ?gesamt|"
    r"wert der bestellung|"
    r"(?:montant|valeur|total)(?: total\w*| net\w*| de la commande| du bon de commande)* ?(?:ht|hors taxes?)?|"
    r"(?:importe|valor|total)(?: total| neto| del pedido| de la orden| sin iva)*|"
    r"(?:importo|valore|totale)(?: totale| netto| dell'ordine| ordine| imponibile)*|"
    r"(?:order|bestel)(?:waarde|bedrag)|totaal(?:bedrag)?(?: excl\w*\.?(?: btw)?)?|waarde van de (?:order|"
    r"bestelling)|"
    r"(?:wartosc|kwota)(?: zamowienia| netto| calkowita)*|razem netto|"
    r"valor (?:total|da encomenda|liquido)|montante)"
    r"\s*(?:\([^)]{0,30}\))?\s*(?:[:=]|(?=(?:[a-z]{3}|[€£$])?\s?\d))\s*"
)
_GROSS = re.compile(r"gross|brutto|incl|\bttc\b|con iva|iva inclu|inkl|bruto|with vat|tax inc")
_UNTIL = re.compile(
    r"valid (?:until|till|to|through|thru)|valid up to|expir\w*(?: date| on)?|end date|ends? on|"
    r"period of performance|validity|"
    r"gultig bis|gultigkeit|laufzeit|endet am|bis spatestens|leistungszeitraum|"
    r"valable jusqu'au|valide jusqu'au|validite|date de fin|date d'expiration|expire le|periode|"
    r"valido hasta|valida hasta|vigente hasta|vigencia|fecha de fin|vence(?: el)?|"
    r"valido fino al|valida fino al|validita|scadenza|data di fine|"
    r"geldig tot(?: en met)?|geldigheid|einddatum|looptijd|"
    r"wazn[ey] do|waznosc|obowiazuje do|data zakonczenia|termin waznosci|"
    r"valid[oa] ate|validade|data de fim"
)
_FROM = re.compile(
    r"valid from|start date|starts? on|effective (?:from|date)|gultig ab|gultig von|beginn\w*|"
    r"valable (?:a partir )?du|date de debut|"
    r"valid[oa] desde|fecha de inicio|valid[oa] dal|data di inizio|geldig vanaf|ingangsdatum|startdatum|"
    r"wazn[ey] od|obowiazuje od|"
    r"valid[oa] desde|data de inicio"
)
_HEAD = 600
_CURRENCY = re.compile(r"\b(EUR|GBP|USD|CHF|PLN|SEK|DKK|NOK|CZK|CAD|AUD|JPY|HUF|RON)\b|([€£$]|zł)")
_SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN"}


def read_terms(document: Reading, firm: Firm | None = None) -> PaperTerms:
    """The terms of the first part that is an order document; empty terms where none is one."""
    problem = ""
    for part in document.walk():
        if part.form == "unread":
            problem = problem or next((p.message for p in part.problems if p.is_fatal), "The file could not be read.")
            continue
        if part.order is not None:
            if part.order.function is not OrderFunction.CANCELLATION:
                return _of_order(part.order)
            continue
        if not part.text.strip():
            continue
        said = _labelled(part)
        is_order = bool(_IS_ORDER.search(fold(part.text[:_HEAD])))
        order = read_order(part, firm) if is_order_document(part) else None
        if order is not None and order.function is not OrderFunction.CANCELLATION:
            return _merged(said if is_order else PaperTerms(), _of_order(order))
        if is_order and said.po_number and (said.value is not None or said.valid_until is not None):
            return said
    return PaperTerms(problem=problem)


def _of_order(order: Order) -> PaperTerms:
    value = order.total_net
    if value is None and order.total_tax is None:
        value = order.total_gross
    return PaperTerms(order.number, value, order.currency, order.valid_from, order.valid_until)


def _merged(said: PaperTerms, read: PaperTerms) -> PaperTerms:
    """Labelled lines before what the layout shows; the value and its currency stay together."""
    value, currency = (said.value, said.currency) if said.value is not None else (read.value, read.currency)
    return PaperTerms(
        read.po_number or said.po_number, value, currency or said.currency or read.currency,
        said.valid_from or read.valid_from, said.valid_until or read.valid_until,
    )  # fmt: skip


def _labelled(part: Reading) -> PaperTerms:
    text = part.text[:40_000]
    is_month_first = dates.is_month_first(text, part.language) if part.language in ("", "en") else False
    number, first, last = "", None, None
    for line, folded in _lines(text):
        if not number:
            found = _NUMBER.search(folded) or _BARE.search(folded)
            if found:
                number = line[found.start("number") : found.end("number")].rstrip(".")
        days = [d.on for d in dates.find(line, is_month_first=is_month_first)]
        if not days:
            continue
        if last is None and _UNTIL.search(folded):
            last = _last(days, folded)
            first = first or (days[0] if len(days) > 1 and days[0] < days[-1] else None)
        elif first is None and _FROM.search(folded):
            first = days[0]
            last = last or (days[-1] if len(days) > 1 and days[-1] > days[0] else None)
    value = _value(text)
    currency = value[1] if value else ""
    if value and not currency:
        currencies = {m[1] or _SIGNS[m[2]] for m in _CURRENCY.finditer(text)}
        currency = currencies.pop() if len(currencies) == 1 else ""
    return PaperTerms(number, value[0] if value else None, currency, first, last)


def _last(days: list[date], folded: str) -> date:
    return max(days) if len(days) > 1 else days[0]


def _value(text: str) -> tuple[Decimal, str] | None:
    cap = cap_in(text)
    if cap is not None:
        return cap
    for line, folded in _lines(text):
        match = _VALUE.search(folded)
        if match is None or _GROSS.search(folded[: match.end()]):
            continue
        amount = amount_in(line, match.end(), min(len(line), match.end() + 40))
        if amount is not None and amount[0] >= 1:
            return amount
    return None


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """(line, its folded form of the same length)."""
    for line in text.splitlines():
        folded = fold(line)
        if len(folded) != len(line):
            folded = "".join((fold(c) or " ")[:1] for c in line)
        yield line, folded
