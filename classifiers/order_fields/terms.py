"""Payment terms recognised by their own words: "net 30", "30 Tage netto", "60 gg data fattura"."""

from __future__ import annotations

import re

_DAYS = r"(?:days?|tagen?|tg|jours?|jrs|d[ií]as?|dagen|dgn|giorni|gg|dias|dni)"
_WORDS = re.compile(
    rf"\b{_DAYS}\b|\bnet(?:to|tos|ti|s)?\b|\bskonto\b|\breceipt\b|\bimmediate(?:ly)?\b|\bsofort\b|\bcomptant\b|\bcontado\b|"
    r"\bcontanti\b|\bpronto\b|\bontvangst\b|\br[ée]ception\b|\bfacture?\b|\bfattura\b|\binvoice\b|\bfaktur\w*|\badvance\b|"
    r"\bvorkasse\b|\bprepaid\b|\bprepayment\b|\bcod\b|\bmonth\w*|\bmonat\w*|\bmois\b|\bmes\b|\bmese\b|\bmaand\b|\bm[êe]s\b|\bmiesi\w*|"
    r"\barrears\b|\bmilestones?\b|\binstal\w*|\btransfer\b|\b[üu]berweisung\b|\bvirement\b|\btransferencia\b|\bbonifico\b|"
    r"\btransfer[êe]ncia\b|\bprzelew\w*|\boverschrijving\b|\bpagar[ée]\b|\bmandat\b|\bgiro\b|\bcheque\b|\bchèque\b|\bcredit card\b|\bp-?card\b|"
    r"\bach\b|\beom\b|\bdue\b|\bdfm\b|\briba\b|\bri\.ba\b|\bfin de mes\b|\bfine mese\b|\bfin de mois\b|\bupfront\b|\bcash\b|\bnet\d+\b|\bprompt\b|\bgotówk\w*|\bcompletion\b|\bdelivery\b|\b14\s?tage\b",
    re.IGNORECASE,
)
_TERMS = re.compile(
    rf"(?:\d+(?:[.,]\d+)?\s?%\s?(?:/\s?)?(?:skonto\s|if paid within\s|within\s|bei zahlung innerhalb(?: von)?\s)?\d{{1,3}}\s?{_DAYS}?[,;/]?\s?)?"
    rf"(?:net[t]?o?\s?\d{{1,3}}(?:\s?{_DAYS})?|"
    rf"\d{{1,3}}\s?{_DAYS}(?:\s(?:net(?:to|s|ti|tos)?|rein netto|after invoice(?: date)?|from (?:date of )?invoice(?: date)?|from receipt of invoice|nach (?:rechnungseingang|rechnungserhalt|rechnungsdatum)|"
    rf"date de facture|fin de mois|fin de mes|fecha (?:de )?factura|data fattura(?: fine mese)?|na ontvangst (?:van de )?factuur|na factuurdatum|netto|end of month|eom|d\.f\.(?: f\.m\.)?|df(?:\s?fm)?|fine mese|od (?:daty )?(?:otrzymania|wystawienia|doręczenia) faktury|data (?:da )?fa(?:c)?tura|strict))|"
    r"due (?:up)?on receipt|payable (?:up)?on receipt|sofort ohne abzug|sofort fällig|comptant à réception|à réception de facture|al contado|a pronto pagamento|prepayment|cash on delivery|rimessa diretta)",
    re.IGNORECASE,
)


def is_terms(text: str) -> bool:
    """Whether a labelled value reads like payment terms."""
    return bool(_WORDS.search(text[:200]))


def find_terms(text: str) -> str:
    """The first phrase in a text that states payment terms by itself, "" if there is none."""
    found = _TERMS.search(text[:400])
    return found.group().strip(" ,;/") if found else ""
