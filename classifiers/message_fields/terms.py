"""`payment_terms`: the terms of payment that an order, an agreement or the sender states, as written."""

from __future__ import annotations

import re
from itertools import islice

from app.assessments.results import FieldValue
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.source import Passage, Source

_DAYS = (
    r"(?:(?:calendar|working|business|net|kalender|werk|arbeits|bank)?[- ]?(?:days?|tagen?|jours?|dias?|dagen|dage"
    r"|giorni|gg|dni)(?: (?:calendaires|ouvres|ouvrables|naturales|habiles|corridos|uteis|kalendarzowych|roboczych"
    r"|kalender))?"
    r"|(?:kalender|werk|arbeits|bank)tagen?)"
)
_NUMBER = (
    r"(?:\d{1,3}|thirty|forty[- ]five|sixty|ninety|fourteen|dreissig|sechzig|neunzig|vierzehn|trente|soixante"
    r"|quarante[- ]cinq|quinze|treinta|sesenta|noventa|dertig|zestig|veertien"
    r"|trenta|sessanta|novanta|trinta|sessenta|trzydziesci|szescdziesiat)"
)
_LABEL = re.compile(
    r"\b(?:payment terms?|terms of payment|pay terms|payment conditions?|terms|credit terms|zahlungsbedingung(?:en)?"
    r"|zahlungsbed\.?|zahlungsziel|zahlungsfrist|zahlungsweise|zahlung|conditions? de (?:paiement|reglement)"
    r"|(?:delai|modalites?|mode|termes) de (?:paiement|reglement)|reglement|paiement|condiciones de pago|forma de "
    r"pago|plazo de pago|vencimiento|pago|betalingsvoorwaarden?|betalingscondities|betaaltermijn|betalingstermijn"
    r"|betaling"
    r"|condizioni di pagamento|termini di pagamento|modalita di pagamento|pagamento|condicoes de pagamento|prazo de "
    r"pagamento|forma de pagamento|warunki platnosci|termin platnosci|sposob platnosci|platnosc)"
    r"[ \t]{0,20}(?:[:.\t|]|[ ]{2,30}| is | are | sind | ist | est | son | es | zijn | is | sono | e | to )[ \t:."
    r"|]{0,20}"
)
_PHRASE = re.compile(
    rf"(?:(?:netto|net|virement a|transferencia a|bonifico(?: bancario)? a|przelew)[ \t]{{1,2}})?\b{_NUMBER}\)?[- "
    rf"]{_DAYS}\b(?:[ ,]{{1,2}}(?:rein netto|strictly net|netto|neto|nets?)\b)?"
    r"(?: (?:from|after|of|following|nach|ab|netto|ohne|a compter|a partir|a|fin|date|de|du|desde|tras|fecha|na|vanaf"
    r"|dal|dalla|data|dopo|d\.f\.|f\.m\.|fine|apos|a contar|da|od|po|the|receipt|invoice|rechnung\w*|erhalt|zugang"
    r"|eingang"
    r"|einer?|der|des|abnahme|abzug|skonto|facture|mois|reception|factura|recepcion|revision|la|el|los|factuurdatum"
    r"|ontvangst|einde|maand|fattura|mese|ricevimento|della|fatura|rececao|mes|dia|wystawienia|faktury|otrzymania"
    r"|daty|doreczenia"
    r"|eom|end|month|date|invoicing|acceptance|correct|proper|valid|prufahige[nr]?|korrekte[nr]?|ordnungsgemasse[nr]?"
    r"|monatsende|datum|rechnungsdatum|rechnungseingang|de la|l[ea]s?|d'emission|emission|d'|net|and|und"
    r"|et)(?![\w])){0,8}"
)
_AGREED = re.compile(
    r"\b(?:agreed|agreement|contract|terms|our terms|conditions?|condiciones|voorwaarden|condizioni|condicoes"
    r"|warunk\w+|bedingungen|konditionen|vereinbart\w*|vertrag\w*|rahmenvertrag|bestellung|convenus?"
    r"|convenue?s?|contrat|accord|prevoit|pactad\w+|acordad\w+|contrato|establece|convenid\w+|afgesproken"
    r"|overeengekomen|contract"
    r"|overeenkomst|concordat\w+|pattuit\w+|contratto|prevede|acordad\w+|contrato|estipula|preve|uzgodnion\w+|umow\w+"
    r"|przewiduje|payable|zahlbar|payables?|pagaderas?|pagader\w+|betaalbaar|te betalen|pagabil\w+|pagavel|pagaveis"
    r"|platn\w+)\b"
)


def payment_terms(source: Source) -> FieldValue | None:
    """Terms after their label in an order; in disputes over terms the agreed ones that the sender quotes."""
    kind = KIND_OF.get(source.reason)
    if kind is Kind.CUSTOMER_PO:
        for passage in source.zone("document", "new", "forwarded"):
            found = _labelled(passage) or _in_prose(passage)
            if found:
                return found
        return None
    if kind in (Kind.DISPUTE, Kind.BILLING_DISCREPANCY):
        for passage in source.zone("new", "forwarded", "answer"):
            found = _in_prose(passage)
            if found and (source.reason == "payment_terms" or _is_about_terms(passage)):
                return found
    return None


def _labelled(passage: Passage) -> FieldValue | None:
    for label in _LABEL.finditer(passage.folded):
        low, high = passage.line_at(label.end())
        if label.start() - low > 40 and passage.zone in ("new", "forwarded"):
            continue
        stop = re.search(r"\.(?:\s|$)|\t|;|\s{4,}", passage.folded[label.end() : high])
        end = label.end() + (stop.start() if stop else high - label.end())
        if (
            re.search(
                r"\d|\b(?:immediately|sofort|comptant|contado|direct|contanti|pronto|natychmiast|receipt|prepa\w+"
                r"|vorkasse)\b",
                passage.folded[label.end() : end],
            )
            and 4 <= end - label.end() <= 120
        ):
            text = passage.text[label.end() : end].rstrip(" ,.")
            return passage.field(text, label.end(), label.end() + len(text))
    return None


_OF_THE_INVOICE = re.compile(
    r"\b(?:printed|invoice (?:says|shows|states)|instead of|not|steht|auf der rechnung|statt|nicht|indique|mentionne"
    r"|au lieu de|pas|aparece|figura|en lugar de|no"
    r"|op de factuur|in plaats van|niet|in fattura|invece di|non|na fatura|em vez de|nao|na fakturze|zamiast|nie)\b"
)


_LOOSE_END = re.compile(r"(?: (?:a|the|de|der|des|la|le|du|and|und|et|od|po|da|l|d))+$")


def _in_prose(passage: Passage) -> FieldValue | None:
    """The agreed terms: of several the one that is not said of the invoice, then the fullest."""
    found: list[tuple[int, int, int, int]] = []
    for phrase in islice(_PHRASE.finditer(passage.folded), 40):
        low, high = passage.sentence_at(phrase.start())
        around = max(low, phrase.start() - 90)
        if _AGREED.search(passage.folded, around, min(high, phrase.end() + 40)):
            written = re.sub(
                r"(?: (?:a|the|de|der|des|la|le|du|and|und|et|od|po|da|l|d))+$", "", phrase.group().rstrip(" ,")
            )
            is_printed = bool(_OF_THE_INVOICE.search(passage.folded, max(low, phrase.start() - 40), phrase.start()))
            found.append((not is_printed, len(written.split()) > 2, -phrase.start(), phrase.start() + len(written)))
    if not found:
        return None
    _, _, start, end = max(found)
    return passage.field(passage.text[-start:end], -start, end)


def _is_about_terms(passage: Passage) -> bool:
    return bool(
        re.search(
            r"\b(?:due immediately|sofort fallig|due date|falligkeit|zahlungsziel|echeance|vencimiento|vervaldatum"
            r"|betaaltermijn|scadenza|vencimento|termin platnosci|payment terms)\b",
            passage.folded,
        )
    )
