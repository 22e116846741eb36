"""What a figure counts, told by the words beside it, and by how much a large word after it multiplies it.

"40 hours" bears no claim of 40 EUR, "30 days" none of 30%, and "80 mio" is 80,000,000. A figure with no such word
beside it (a cell of a table) may count anything. Places are those of the folded text, which are those of its source.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

from app.documents.folding import words_of

HOURS, DAYS, WEEKS, MONTHS, YEARS = "hours", "days", "weeks", "months", "years"
CLOCK, PERCENT, MONEY, REFERENCE = "clock", "percent", "money", "reference"

_WORDS = {
    HOURS: r"h|hrs?|hours?|std|\w*stunden?|heures?|horas?|or[ae]|uur|uren|godz|godzin[ay]?",
    DAYS: r"days?|(?:arbeits|werk|kalender|personen|mann|berater|bank|projekt)?tage?n?s?|jours?|dias?|giorn[io]"
    r"|dag(?:en)?|dni|dzien|dnia",
    WEEKS: r"weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|tydzien|tygodni[ea]?",
    MONTHS: r"months?|monat(?:en?)?s?|mois|mes(?:es|i|e)?|maand(?:en)?|miesi(?:ac|ace|ecy)",
    YEARS: r"years?|jahr(?:en?)?s?|ans|annees?|anos?|ann[io]|jaar|jaren|rok|lata?",
    CLOCK: r"uhr|o'clock",
    PERCENT: r"%|‰|percent(?:age)?|per cent|prozent|pct|p\.c\.|pour ?cent|por ?cien(?:to|tos)|por ?cento|per ?cento"
    r"|procento?|procent(?:ow)?",
    MONEY: r"[€£$¥₺₹₪₽₴]|(?:us|r)\$|[tkm]?(?:eur|usd|gbp|chf)|euros?|pln|sek|nok|dkk|czk|huf|ron|aud|cad|jpy|cny|inr"
    r"|pounds?|sterling|pfund|libras|dollars?|zl|zlot(?:y|ych|e)|s?fr|franken|francs?|cents?|kr|lei",
}
_UNIT = "|".join(f"(?P<{unit}>{words})" for unit, words in _WORDS.items())
_WORD_ENDS = r"(?![^\W_])"
_AFTER = re.compile(rf"(?:[ (-]{{0,3}}|\n ?)(?:{_UNIT}){_WORD_ENDS}(?!\s?:\s{{0,3}}\d)")
_AFTER_A_WORD = re.compile(rf"[ -]{{1,2}}[^\W\d_]{{4,20}}[ -]{{1,2}}(?:{_UNIT}){_WORD_ENDS}(?!\s?:\s{{0,3}}\d)")
"""With one word between: "80 consulting hours", "30 calendar days"."""
_FIGURE_NEXT = re.compile(r"\s{1,3}\d")
_BEFORE = re.compile(rf"(?<![^\W_])(?:{_WORDS[MONEY]})\s?$")
_BEFORE_A_COLON = re.compile(rf"(?<![^\W_])(?:{_UNIT})\s?:\s{{0,3}}$")
_NUMBERED = re.compile(
    r"(?<![^\W_])(?:inv|invoices?|rechnung(?:snummer)?|re|factur[ea]|fattura|fatura|faktur[ay]?|factuur|po|orders?"
    r"|bestell(?:ung|nummer)|auftrag|commande|pedido|ordine|encomenda|zamowieni[ea]|nr|no|number|nummer|num|numero|ref"
    r"|ticket)(?:\s(?:is|ist|lautet|est|es|nr|no|number|nummer|numero))?[.:\s#-]{0,3}$"
)
_LONGEST_WORDS = 40
_FEWEST_DIGITS = 8
"""From so many digits without a mark on, a figure that nothing is said of is a number of a document."""

_FACTORS = {
    12: "dozen dozens dutzend",
    100: "hundred hundreds hundert honderd",
    10**3: "k grand tsd thousand thousands tausend mille mila mil duizend tys tysiac tysiace tysiecy",
    10**5: "lakh lakhs lac lacs",
    10**6: "m mn mio mill mln million millions millionen millon millones miljoen milione milioni milhao milhoes milion"
    " miliony milionow",
    10**7: "crore crores",
    10**9: "bn mrd mld billion billions milliarde milliarden milliard milliards miljard miliardo miliardi miliard"
    " miliardy miliardow",
    10**12: "tn trillion trillions billionen",
}
_FACTOR_OF = {word: Decimal(factor) for factor, words in _FACTORS.items() for word in words_of(words)}
_SIGNED = re.compile(r" ?([tkm])(?=(?:[€£$]|eur|usd|gbp|chf)(?![^\W_]))")
_LARGE = re.compile(rf"[ -]{{0,2}}({'|'.join(sorted(_FACTOR_OF, key=len, reverse=True))}){_WORD_ENDS}(?! total)")
_AMBIGUOUS = words_of("k m mn")
"""Also kelvin (after a blank), metres and minutes."""


def multiplied(folded: str, end: int) -> tuple[Decimal, int, bool]:
    """By how much the words after a figure multiply it, where they end, and whether they may mean something else."""
    factor, is_ambiguous = Decimal(1), False
    signed = _SIGNED.match(folded, end)
    if signed:
        return Decimal(10**6 if signed.group(1) == "m" else 1000), signed.end(), False
    while match := _LARGE.match(folded, end):
        factor, end = factor * _FACTOR_OF[match.group(1)], match.end()
        is_ambiguous = is_ambiguous or (match.group(1) in _AMBIGUOUS and match.group() != "k")
    return factor, end, is_ambiguous


def claimed_at(folded: str, start: int, end: int) -> frozenset[str]:
    """What a figure of a claim counts: what stands after it, or else before it."""
    return _after(folded, end) or _before(folded, start)


def written_at(folded: str, start: int, end: int) -> frozenset[str]:
    """All that a figure of a source may count; empty where nothing tells."""
    digits = folded[start:end]
    is_numbered = digits.isdigit() and (_NUMBERED.search(folded, max(0, start - _LONGEST_WORDS), start) is not None)
    is_formed = digits.isdigit() and (len(digits) >= _FEWEST_DIGITS or (len(digits) > 1 and digits[0] == "0"))
    reference = frozenset({REFERENCE}) if is_numbered or is_formed else frozenset()
    return _after(folded, multiplied(folded, end)[1]) | _before(folded, start) | reference


def bears(written: Collection[str], claimed: Collection[str]) -> bool:
    """Whether a figure that counts this bears a claim of that. A percentage must be written as one."""
    if not claimed:
        return True
    return bool(set(written) & set(claimed)) or (not written and PERCENT not in claimed)


def _after(folded: str, end: int) -> frozenset[str]:
    match = _AFTER.match(folded, end) or _AFTER_A_WORD.match(folded, end)
    if match is None or ("\n" in match.group() and _FIGURE_NEXT.match(folded, match.end())):
        return frozenset()  # the next row of a table: "Rate 95" above "Hours 40"
    return frozenset({str(match.lastgroup)})


def _before(folded: str, start: int) -> frozenset[str]:
    before = folded[max(0, start - _LONGEST_WORDS) : start]
    if _BEFORE.search(before):
        return frozenset({MONEY})
    match = _BEFORE_A_COLON.search(before)
    return frozenset({str(match.lastgroup)}) if match else frozenset()
