"""What an order may cost at most, where its terms or its paper say so: "not to exceed 20,000.00 GBP net"."""

from __future__ import annotations

import re
from decimal import Decimal

from app.detectors.words.figures import AMOUNT, amount_in
from app.detectors.words.folding import fold

_CAP = re.compile(
    r"not[ -]to[ -]exceed|not exceed(?:ing)?|must not exceed|shall not exceed|capped at|cap(?: of)?\b|ceiling|"
    r"upper limit|"
    r"maximum (?:value|amount|budget|total|order value|fee)|max(?:imum)?\.? (?:budget|order value)|limited to|"
    r"budget limit|"
    r"hochstbetrag|hochstwert|hochstsumme|kostenobergrenze|obergrenze|budgetobergrenze|kostendach|"
    r"gedeckelt (?:auf|bei)|"
    r"maximalbetrag|maximal(?:er)? (?:auftragswert|betrag)|maximales budget|limitiert auf|"
    r"nicht (?:zu )?uberschreiten|"
    r"plafonne\w*(?: a)?|plafond|montant maxim(?:um|al)|ne (?:peut|doit|pas) (?:pas )?(?:exceder|depasser)|"
    r"a ne pas depasser|sans depasser|"
    r"importe maximo|no (?:podra |debe )?(?:superar|exceder|exceda|supere)|tope(?: de)?|limite (?:de|maximo)|"
    r"hasta un maximo|"
    r"importo massimo|non (?:superare|superera|deve superare|eccedere)|tetto(?: massimo)?|massimale|"
    r"fino a un massimo|"
    r"maximum ?bedrag|maximaal(?: bedrag)?|niet (?:te )?(?:overschrijden|meer dan)|plafondbedrag|kostenplafond|"
    r"gemaximeerd op|"
    r"kwota maksymalna|maksymaln\w+ (?:kwot\w+|wartosc|budzet)|nie (?:moze )?przekrocz\w+|limit (?:kwotowy|"
    r"kosztow|zamowienia)|gorny limit|"
    r"montante maximo|valor maximo|nao (?:deve |pode )?(?:exceder|ultrapassar)|teto(?: maximo)?"
)
_ANOTHER_UNIT = re.compile(
    r"^\s*(?:eur|gbp|usd|pln|chf|euros?|€|£|\$)?\s*(?:net\w*\s*)?(?:/|per\b|a\b|an\b|pro\b|je\b|par\b|por\b|"
    r"al\b|per\b|na\b|za\b)?\s*"
    r"(?:h\b|hours?|std|stunden?|heures?|horas?|ore\b|uur|uren|godz|nights?|nacht|nuits?|noches?|notte|notti|"
    r"noc|noites?|"
    r"days?|tage?\b|jours?|dias?|giorn|dag|dni|month|monat|mois|mes\b|mese|maand|miesiac|km\b|%|person)"
)
_NEAR = 40
"""So many characters may stand between the words and the amount."""


def cap_in(text: str) -> tuple[Decimal, str] | None:
    """The highest amount a text allows for the whole order, with its currency; rates and nightly limits are none."""
    plain = text.replace("\xa0", " ")
    # Folding may change lengths only for rare letters; the words are looked for line by line to stay in step.
    for line in re.split(r"[\n;]|(?<=[a-zA-Z])\.\s", plain):
        folded = fold(line)
        aligned = line if len(folded) == len(line) else folded.upper()
        for match in _CAP.finditer(folded):
            for found in AMOUNT.finditer(aligned, match.end(), min(len(aligned), match.end() + _NEAR + 20)):
                if found.start() - match.end() > _NEAR:
                    break
                read = amount_in(aligned, found.start(), found.end())
                if read is None or read[0] <= 0:
                    continue
                if _ANOTHER_UNIT.match(folded[found.end("number") :]):
                    break
                if not read[1] and read[0] < 100:
                    break  # a bare small number is a count
                return read
    return None
