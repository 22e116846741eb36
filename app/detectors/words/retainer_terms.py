"""Retainers in words: hours included in a month, the price of further ones, and notes that waive them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.detectors.words.figures import AMOUNT, amount_in, number
from app.detectors.words.folding import fold
from app.detectors.words.periods import Month, months_in

_H = r"(?:h|hrs?|hours?|std\.?|stunden?|heures?|horas?|uur|uren|ore|ora|godz\.?|godzin\w?)(?!\w)"
_A = (
    r"(?:/|a|an|per|each|every|pro|je|im|jeden|par|chaque|al|por|cada|ogni|per|elke|iedere|na|w|w kazdym|"
    r"miesieczni\w*|monthly|monatlich\w*|mensuel\w*|mensual\w*|mensil\w*|maandelijks\w*|mensai?s?)"
)
_MONTH = r"(?:months?|mo\b|m\b|monats?|mois|mes\b|mese|maand|miesiac\w*|mies\b\.?|mes\b)"
_MONTHLY = (
    r"(?:monthly|monatlich\w*|mensuel\w*|mensual\w*|mensil\w*|maandelijks\w*|miesieczni\w*|mensa(?:l|"
    r"is)|pro monat|per maand|par mois|por mes|al mese)"
)
_N = r"(?P<n>\d{1,4}(?:[.,]\d{1,2})?)"
_HOURS = (
    re.compile(rf"{_N}\s*(?:{_H}|h)\s*(?:of \w+\s*)?(?:{_A}\s*)?(?:the |den |le |el |il |de |o )?{_MONTH}"),
    re.compile(rf"{_N}\s*{_H}\s*(?:{_MONTHLY}|p\.?\s?/?m\b)"),
    re.compile(rf"{_MONTHLY}\D{{0,30}}?{_N}\s*{_H}"),
    re.compile(rf"{_N}\s*{_MONTHLY}\s*{_H}"),
    re.compile(rf"{_MONTH}\D{{0,12}}?{_N}\s*{_H}"),
)
_RETAINER = re.compile(
    r"retainer\w*|(?:bolsa|paquete|pacote|package|pacchetto|pakiet|bundel|contingent)\b|support contract|"
    r"service contract|maintenance contract|care package|hours? package|"
    r"prepaid hours|stundenkontingent\w*|kontingent\w*|wartungsvertrag|"
    r"supportvertrag|betreuungsvertrag|pauschale?\w*|forfait\w*|contrat (?:de support|d'assistance|"
    r"de maintenance)|abonnement\w*|bolsa de horas|iguala|"
    r"contrato de (?:soporte|mantenimiento|suporte|manutencao)|cuota|canone\w*|pacchetto ore|"
    r"contratto di (?:assistenza|supporto|manutenzione)|strippenkaart|"
    r"urenbundel|supportcontract|onderhoudscontract|abonament\w*|ryczalt\w*|pakiet godzin|umow\w+ (?:wsparcia|"
    r"serwisow\w+)|avenca|pacote de horas"
)
_FURTHER = re.compile(
    r"further|additional|hors forfait|en plus|por encima|uber das \w+ hinaus|a mais|extra|beyond|excess|"
    r"over(?:age|run|time)?|above|weitere|zusatzlich\w*|mehr(?:stunden|"
    r"aufwand)|daruber|uberschreit\w*|supplementaires?|"
    r"au-dela|excedent\w*|depassement|adiciona\w*|suplementari\w*|exced\w*|exceso\w*|aggiuntiv\w*|ulterior\w*|"
    r"eccedent\w*|straordinari\w*|oltre|meer(?:uren|werk)|"
    r"aanvullend\w*|overschrijd\w*|boven|dodatkow\w*|ponad|nadgodzin\w*|nadwyzk\w*|kolejn\w*|extraordinari\w*|alem"
)
_PER_HOUR = re.compile(
    rf"^\s*(?:eur|gbp|usd|pln|chf|euros?|€|£|\$|zl)?\s*(?:net\w*\s*)?(?:/|{_A})\s*(?:the |l'|la |de |een |un |"
    rf"una )?{_H}"
)
_WAIVED = re.compile(
    r"waive\w*|(?:agreed|decided|promised) not to (?:charge|bill|invoice)|(?:is|are) on us|we absorb|"
    r"absorbed by us|rekenen (?:we|wij) (?:\w+ )?niet|nie (?:beda|zostana|bedzie) (?:\w+ )?(?:faktur|nalicz|"
    r"oblicz|rozlicz)\w*|waiving|free of charge|no charge|not (?:be |to be )?(?:billed|charged|invoiced)|"
    r"without charge|"
    r"goodwill|on the house|write off|written off|complimentary|courtesy|"
    r"erlassen|verzicht\w*|kulanz\w*|kostenlos|kostenfrei|unentgeltlich|nicht (?:\w+ )?(?:berechn\w*|"
    r"verrechn\w*|abgerechnet|fakturiert|in rechnung)|geschenkt|gutgeschrieben|"
    r"offert\w*|gratuit\w*|renonc\w*|a titre gracieux|geste commercial|non factur\w*|ne (?:sera|seront|sont|"
    r"pas) (?:pas )?factur\w*|abandon\w*|remis\w* gracieu\w*|"
    r"condon\w*|sin cargo|sin coste|gratis|gratuit\w*|renunci\w*|no (?:se )?(?:factur\w*|cobr\w*)|cortesia|"
    r"rinunci\w*|senza (?:addebito|costi)|omaggio|non (?:\w+ )?(?:fatturat\w*|addebitat\w*|fattur\w*)|"
    r"gratuit\w*|abbuon\w*|condonat\w*|"
    r"kwijtgescholden|kosteloos|coulance|niet (?:\w+ )?(?:gefactureerd|berekend|doorbelast)|zonder kosten|"
    r"umorz\w*|darow\w*|bezplatn\w*|nieodplatn\w*|odstap\w*|nie (?:\w+ )?(?:faktur\w*|nalicz\w*|oblicz\w*)|"
    r"rezygn\w*|"
    r"dispens\w*|perdoa\w*|isent\w*|sem custo\w*|nao (?:\w+ )?(?:factur\w*|fatur\w*|cobr\w*)|ofereci\w*|prescind\w*"
)
_NOT_WAIVED = re.compile(
    r"(?:not|never|cannot be|won't be|no longer) (?:be )?waived|nicht (?:erlassen|verzichtet)|(?:not|"
    r"no) (?:agree\w* to )?waiv\w*|nie umorz\w*|non rinunci\w*|niet kwijtgescholden|"
    r"pas (?:offert\w*|renonc\w*)|no (?:se )?condon\w*|nao (?:dispens|perdo)\w*|refus\w+ to waive|"
    r"asks? (?:us )?to waive|please waive|should we waive|wants? \w+ waived"
)
_HOURS_NAMED = re.compile(rf"(?<![\d.,])(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s*(?:\w+ )?{_H}")


_ROLLS_OVER = re.compile(
    r"(?:unused|remaining) hours (?:\w+ )?(?:roll|carr|are (?:rolled|carried)|may be (?:rolled|carried))\w*|"
    r"roll(?:s|ed)? over|carr(?:y|ied|ies) (?:over|forward)|"
    r"ubertragbar|werden ubertragen|ubertrag auf|gutgeschrieben auf|reporte[es]*|reportables?|se acumulan|"
    r"acumulables?|traslad\w*|riportabil\w*|riportat\w*|cumulabil\w*|"
    r"meegenomen naar|overdraagbaar|doorgeschoven|przechodz\w* na|przenosz\w*|transitam|acumulavei\w*"
)


@dataclass(frozen=True, slots=True)
class Retainer:
    """Hours included in a month. `rate` is the price of a further hour with its currency, where written."""

    hours: Decimal
    rate: tuple[Decimal, str] | None
    as_written: str


def retainer_in(text: str, *, is_known: bool = False) -> Retainer | None:
    """The hours a month that a text includes; `is_known` where it stands on what is a retainer for another reason."""
    folded = fold(text)
    if not is_known and not _RETAINER.search(folded):
        return None
    for pattern in _HOURS:
        match = pattern.search(folded)
        if match is None:
            continue
        if is_further(folded[max(0, match.start() - 20) : match.start()]):
            continue
        hours = number(match["n"])
        if hours is not None and 0 < hours <= 2000:
            return Retainer(hours, rate_in(text), match.group(0).strip())
    return None


def rate_in(text: str) -> tuple[Decimal, str] | None:
    """The price of an hour beyond: the amount "an hour" nearest after words such as "further hours"."""
    folded = fold(text)
    aligned = text if len(folded) == len(text) else folded.upper()
    for further in _FURTHER.finditer(folded):
        for found in AMOUNT.finditer(aligned, further.end(), min(len(aligned), further.end() + 60)):
            value = amount_in(aligned, found.start(), found.end())
            if value and value[0] > 0 and (value[1] or _PER_HOUR.match(folded[found.end("number") :])):
                return value
    return None


def is_retainer(text: str) -> bool:
    return bool(_RETAINER.search(fold(text)))


def rolls_over(text: str) -> bool:
    """Whether unused hours of a month are kept for later ones."""
    folded = fold(text)
    found = _ROLLS_OVER.search(folded)
    return bool(found) and not re.search(
        r"(?:not|nicht|pas|no|non|niet|nie|nao)\s(?:\w+\s)?$", folded[: found.start()] if found else ""
    )


def is_further(text: str) -> bool:
    """Whether a text speaks of hours beyond what is included."""
    return bool(_FURTHER.search(fold(text)))


@dataclass(frozen=True, slots=True)
class Waiver:
    """A note that lets hours go. No months: it does not say which. No hours: all of them."""

    months: frozenset[Month]
    hours: Decimal | None


def waiver_in(text: str, *, written_on: date) -> Waiver | None:
    """What a note waives, sentence by sentence; a refusal or a wish to waive is none."""
    for sentence in re.split(r"(?<=[a-z)\u00c0-\u024f])[.!?]\s+|\n+", text):
        folded = fold(sentence)
        if not _WAIVED.search(folded) or _NOT_WAIVED.search(folded):
            continue
        months = months_in(sentence, near=written_on) or months_in(text, near=written_on)
        named = _HOURS_NAMED.search(folded)
        return Waiver(months, number(named[1]) if named else None)
    return None
