"""Units of time and count, and small numbers in words, folded, in eight languages."""

from __future__ import annotations

import re

_UNITS = {
    "hours": """
        h hr hrs hur hour hours std stunde stunden heure heures hora horas uur uren ora ore godz godzin godziny godzina
    """,
    "days": """
        d day days manday mandays persondays pt tag tage tagen personentag personentage personentagen manntag manntage
        manntagen jour jours journee journees j jh jornada jornadas dia dias dag dagen mandagen giorno giorni
        giornata giornate gg dni dzien dnia osobodni roboczodni
    """,
    "units": """
        unit units ea pce c62 einheit einheiten unite unites unidad unidades eenheid eenheden stuks unita pezzi unidade
        jednostka jednostek jednostki szt stk
    """,
}
UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""The guidelines' unit by the folded word it is written with."""

_NUMBERS = {  # from two on
    "en": """
        two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen
        nineteen twenty
    """,
    "de": """
        zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn
        achtzehn
        neunzehn zwanzig
    """,
    "fr": """
        deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit
        dix-neuf
        vingt
    """,
    "es": """
        dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho
        diecinueve veinte
    """,
    "nl": """
        twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien
        negentien twintig
    """,
    "it": """
        due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette
        diciotto diciannove venti
    """,
    "pt": """
        dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezasseis dezassete dezoito
        dezanove vinte
    """,
    "pl": """
        dwie trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie
        pietnascie szesnascie siedemnascie osiemnascie dziewietnascie dwadziescia
    """,
}
_NUMBER_OF = {language: {word: n for n, word in enumerate(words.split(), 2)} for language, words in _NUMBERS.items()}
_WORDS_ELSEWHERE = frozenset({"due", "elf", "once", "sei", "seize", "ten", "tres"})
"""Numbers of one language that are other words in another."""
_OF_OTHERS = {word: n for words in _NUMBER_OF.values() for word, n in words.items() if word not in _WORDS_ELSEWHERE}


def number_words(language: str) -> dict[str, int]:
    """Small numbers in words, folded: of this language, and English ones for a language that is not known."""
    return _NUMBER_OF.get(language, _NUMBER_OF["en"])


def number_words_of_any(language: str) -> dict[str, int]:
    """The same with the words of all languages, but for those that are other words elsewhere."""
    return _OF_OTHERS | number_words(language)


_LARGER = re.compile(
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|vingt|trente|quarante|cinquante|soixante|hundred and"
    r"|thousand and|hundred|thousand)[- ]$"
)
_SMALLER = re.compile(
    r"[- ](?:(?:one|two|three|four|five|six|seven|eight|nine|un|deux|trois|quatre|cinq|sept|huit|neuf)"
    r"(?![^\W\d_])|(?:hundred|thousand))"
)


def is_part_of_a_number(folded: str, start: int, end: int) -> bool:
    """Whether a small number's word belongs to a larger one: the "eight" and the "twenty" of "twenty-eight"."""
    return bool(_LARGER.search(folded, max(0, start - 14), start) or _SMALLER.match(folded, end))
