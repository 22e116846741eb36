"""Times set in a sentence: "by 15 June", "within 48 hours", "today", "before Friday", in eight languages.

Whether such a time binds us (a deadline) or says something else (a payment date, an order's term) is for the sentence
model to tell. Text is folded (`classifiers.triage.lexicon.fold`); every pattern is bounded and so linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

KINDS = (
    "by a date",
    "by a weekday",
    "within a period",
    "day",
    "week or month",
    "named",
    "a weekday",
    "a date",
    "before something",
    "an amount of time",
)

_MONTH = (
    r"(?:jan|janv|enero|ene|gen|styc|feb|fev|fevr|lut|mar|mrz|mrt|maa|apr|avr|abr|kwie|may|mai|mei|mag|maj|jun|juin"
    r"|giu|czer|jul|juil|lug|lip"
    r"|aug|aout|ago|sier|sep|set|wrze|oct|okt|ott|out|pazdz|nov|lis|dec|dez|dic|grud)\w{0,8}"
)
"""Beginnings of the months' names; they count beside a number only."""
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|{_DAY}\.{_DAY}\.(?:\d{{4}}|\d{{2}})?(?!\d)|{_DAY}[/-]{_DAY}[/-](?:\d{{4}}"
    rf"|\d{{2}})(?!\d)|{_DAY}/{_DAY}(?![\w/-])"
    rf"|{_DAY}(?:st|nd|rd|th|er|o|[.ºª°])?\s(?:of\s|de\s)?{_MONTH}\b|{_MONTH}\.?\s{_DAY}(?!\d)|{_DAY}(?:st|nd|rd"
    rf"|th)\b|{_DAY}\.(?=\s|,|$))"
)
_COUNT = (
    r"(?:\d{1,3}|an?|one|two|three|five|seven|eight|ten|fourteen|fifteen|twenty|thirty|ein|eine[rnms]?|zwei|drei"
    r"|vier|funf|sieben|acht|zehn"
    r"|vierzehn|un|une|deux|trois|cinq|sept|huit|dix|quinze|dos|tres|cinco|siete|ocho|diez|quince|een|twee|drie"
    r"|vijf|zeven|tien|veertien|due"
    r"|tre|cinque|sette|otto|dieci|quindici|um|uma|dois|duas|sete|oito|dez|catorze|jeden|dwa|dwoch|trzech|pieciu"
    r"|siedmiu|osmiu|dziesieciu"
    r"|czternastu|next|nachsten|kommenden|prochains?|prochaines|proxim[oa]s|komende|prossim[ie]|najblizszych|the)"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """A language's words: prepositions that set a limit, weekdays, openers and units of periods, days, limit nouns."""

    by: str
    weekday: str
    within: str
    unit: str
    day: str
    week: str
    named: str
    before: str


_WORDS = {
    "en": _Words(
        by=r"by|before|until|till|not later than|no later than|prior to|at the latest|latest|due(?: on| by| date)?"
           r"|deadline|up to",
        weekday=r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|the weekend",
        within=r"within|in the next|in under|over the next|in|inside|you have(?: until)?|for|after|not later than"
               r"|no later than",
        unit=r"(?:(?:business|working|calendar|week)[ -]?)?(?:hours?|hrs?|days?|weeks?|fortnight)|months?",
        day=r"today|tonight|tomorrow|tmrw|this (?:morning|afternoon|evening)|cob|eod|close of (?:business|play)"
            r"|end of (?:business|play|the day|day)"
        r"|(?:by|before) (?:noon|midday|lunch|lunchtime|\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m)?(?=\W|$))"
        r"|\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b",
        week=r"this (?:week|month)|next week|end of (?:the |this |next )?(?:week|month|quarter)|(?:month|week"
             r"|quarter|year)[ -]?end|before the weekend",
        named=r"deadlines?|time limit|cut[- ]?off|final date|due date for|respond by|response due|reply due",
        before=r"before (?:then|that|we|our|you|i|it)|until then|by then",
    ),
    "de": _Words(
        by=r"bis(?: zum| zur| spatestens| einschliesslich| am)?(?: \w{1,12},?)?(?: den)?|vor(?: dem)?"
           r"|spatestens(?: am| bis| zum)?(?: den)?|fallig(?: am| bis)?|frist\w{0,10}|stichtag",
        weekday=r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|wochenende)\w{0,10}",
        within=r"innerhalb(?: von)?|binnen|innert|in den|in|frist von|nachfrist von|haben sie|nach|im laufe der",
        unit=r"(?:werk|arbeits|bank|kalender)?tag(?:en|e)?|stunden?|wochen?|monat(?:en|e|s)?",
        day=r"heute|morgen(?! frueh)|ubermorgen|noch am selben tag",
        week=r"diese[rnm]? woche|nachste[rn]? woche|kommende[rn]? woche|ende (?:der|dieser|nachster|des) (?:woche"
             r"|monats|quartals|jahres)|(?:monats|wochen|quartals|jahres)ende|ende woche",
        named=r"frist(?:ende|ablauf|setzung)?|nachfrist|stichtag|abgabetermin|letzter termin",
        before=r"bis dahin|bevor|vor dem abschluss",
    ),
    "fr": _Words(
        by=r"avant(?: le| la)?|d'?\s?ici(?: au| le| la| a)?|au plus tard(?: le)?|pour(?: le)|jusqu'?\s?au"
           r"|date limite\W{0,3}(?:\w{1,12} ){0,3}|echeance du|delai",
        weekday=r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|le week-?end",
        within=r"sous|dans(?: un delai de| les)?|en|d'?\s?ici|delai de|disposez de|avez|d'un delai de",
        unit=r"heures?|h\b|jours?|semaines?|mois|huitaine|quinzaine",
        day=r"aujourd'?\s?hui|demain|ce (?:matin|soir|jour)|dans la (?:journee|matinee)|sous huitaine|sous quinzaine",
        week=r"cette semaine|ce mois|semaine prochaine|fin (?:de (?:la )?semaine|du mois|de mois|d'annee"
             r"|de l'annee)|courant de (?:la )?semaine",
        named=r"date limite|delai de rigueur|dernier delai|date butoir",
        before=r"d'?\s?ici la|avant que|avant la|avant cela|passe le|pour le",
    ),
    "es": _Words(
        by=r"antes del?|hasta(?: el)?|a mas tardar(?: el)?|para el|como (?:maximo|tarde)(?: el)?"
           r"|fecha limite\W{0,3}(?:\w{1,12} ){0,3}|plazo|vence el",
        weekday=r"lunes|martes|miercoles|jueves|viernes|sabado|domingo|fin de semana",
        within=r"en(?: un plazo de| el plazo de| los)?|dentro de(?: los)?|plazo (?:maximo )?de|disponen de|tienen",
        unit=r"horas?|dias?(?: (?:habiles|laborables|naturales))?|semanas?|meses",
        day=r"hoy|manana|pasado manana|esta (?:tarde|manana|noche)",
        week=r"esta semana|este mes|semana que viene|proxima semana|(?:fin de la|final de la"
             r"|finales de(?: la)?) semana|(?:fin|final|finales) de (?:mes|ano|este mes)",
        named=r"fecha limite|plazo maximo|ultimo dia",
        before=r"antes de que|para entonces|hasta entonces|para el cierre|si no hay",
    ),
    "nl": _Words(
        by=r"voor|uiterlijk(?: op)?|tot(?: en met| uiterlijk)?|tegen|ten laatste(?: op)?|deadline\W{0,3}|per",
        weekday=r"(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\w{0,8}|het weekend",
        within=r"binnen|in de|in|termijn van|u heeft|heeft u|na",
        unit=r"(?:werk|kalender)?dagen|dag|uur|uren|we[e]?ken|week|maand(?:en)?",
        day=r"vandaag|morgen|overmorgen|vanmiddag|vanavond|vanochtend",
        week=r"deze week|deze maand|volgende week|komende week|(?:eind|einde) (?:van )?(?:de |deze "
             r"|volgende )?(?:week|maand|jaar)|weekeinde|maandeinde",
        named=r"deadline|uiterste datum|uiterlijke|termijn",
        before=r"voor die tijd|voordat|tot dan|horen (?:wij|we)",
    ),
    "it": _Words(
        by=r"entro(?: il| e non oltre il| e non oltre| la)?|prima del(?:l'?)?|al piu tardi(?: il)?"
           r"|non oltre(?: il)?|per il|termine\W{0,3}(?:\w{1,12} ){0,4}|scadenza",
        weekday=r"lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|weekend",
        within=r"entro|in|nel termine di|nei prossimi|entro e non oltre|avete|termine di",
        unit=r"ore|giorni(?: lavorativi)?|settiman[ae]|mes[ei]|gg",
        day=r"oggi|domani|dopodomani|stasera|in giornata|in mattinata|stamattina",
        week=r"questa settimana|questo mese|prossima settimana|settimana prossima|fine (?:settimana|mese|anno)"
             r"|fine della settimana",
        named=r"termine ultimo|termine perentorio|data limite|scadenza",
        before=r"prima che|per allora|nel frattempo|in settimana|se non",
    ),
    "pt": _Words(
        by=r"ate(?: ao?s?| dia| ao dia)?|antes d[eoa]|o mais tardar(?: ate)?|para (?:o )?(?:dia )?"
           r"|data limite\W{0,3}(?:\w{1,12} ){0,3}|impreterivelmente ate",
        weekday=r"segunda|terca|quarta|quinta|sexta|sabado|domingo|fim[ -]de[ -]semana",
        within=r"no prazo(?: maximo)? de|em|dentro de|nos proximos|prazo de|dispoem de|tem",
        unit=r"horas?|dias?(?: uteis)?|semanas?|mes(?:es)?",
        day=r"hoje|amanha|esta (?:tarde|manha|noite)|ainda hoje",
        week=r"esta semana|este mes|proxima semana|(?:fim|final) d[ao] (?:semana|mes|ano)",
        named=r"data[ -]limite|prazo maximo|ultimo dia|prazo limite",
        before=r"antes de (?:fechar|que)\w{0,6}|ate la|ate entao|sem noticias|para (?:sexta|segunda|terca|quarta"
               r"|quinta)",
    ),
    "pl": _Words(
        by=r"do(?: dnia)?|przed|najpozniej(?: do)?(?: dnia)?|nie pozniej niz(?: do)?|na"
           r"|termin\w{0,3}\W{0,3}(?:\w{1,14} ){0,2}",
        weekday=r"poniedzial\w{1,3}|wtor\w{1,3}|srod[ayę]?|czwart\w{1,3}|piat\w{1,3}|sobot\w|niedziel\w|weekend\w{0,3}",
        within=r"w ciagu|w terminie|w przeciagu|w|maja panstwo|ma pan|termin",
        unit=r"godzin\w?|dni(?: robocz\w{1,3})?|tygodni\w?|tygodnie|miesi\w{1,5}|godz",
        day=r"dzis|dzisiaj|jutro|pojutrze|dzisiejsz\w{1,3}",
        week=r"(?:w )?tym tygodniu|(?:w )?przyszlym tygodniu|(?:do )?konca? (?:tygodnia|miesiaca|roku)"
             r"|koncem (?:tygodnia|miesiaca)",
        named=r"ostateczny termin|termin odpowiedzi|nieprzekraczaln\w{1,3}",
        before=r"zanim|do tego czasu|zanim zamkn\w{1,5}|po \w{2,12} dniach",
    ),
}  # fmt: skip

_SHORT_DAYS = r"mon|tues?|wed|thu(?:rs?)?|fri"
"""In other languages these are other words ("mon", "fri")."""


@lru_cache(maxsize=16)
def _patterns(language: str, is_own: bool) -> tuple[re.Pattern[str], ...]:
    w = _WORDS[language]
    weekday = rf"{w.weekday}|{_SHORT_DAYS}" if language == "en" and is_own else w.weekday
    lead = rf"\b(?:{w.by})[\s:,.]{{1,3}}(?:\w{{1,14}}[\s,]{{1,2}}){{0,2}}"
    trail = (
        r"(?:at the latest|latest|spatestens|au plus tard|a mas tardar|al piu tardi|o mais tardar|najpozniej|uiterlijk)"
    )
    return (
        re.compile(rf"{lead}{_DATE}|{_DATE}[\s,]{{1,2}}{trail}\b"),
        re.compile(rf"{lead}(?:{weekday})\b|\b(?:{weekday})[\s,]{{1,2}}{trail}\b"),
        re.compile(rf"\b(?:{w.within})\s(?:\w{{1,12}}\s)?{_COUNT}\s?(?:\w{{1,12}}\s)?(?:{w.unit})\b"),
        re.compile(rf"\b(?:{w.day})\b"),
        re.compile(rf"\b(?:{w.week})\b"),
        re.compile(rf"\b(?:{w.named})\b"),
        re.compile(rf"\b(?:{weekday})\b"),
        re.compile(rf"(?<![\w/.-]){_DATE}"),
        re.compile(rf"\b(?:{w.before})\b"),
        re.compile(rf"\b\d{{1,3}}[\s-]?(?:h|{w.unit})\b"),
    )


def limits(folded: str, language: str) -> tuple[int, ...]:
    """Numbers (into `KINDS`) of the times that a folded sentence sets; English ones count in every language."""
    found: set[int] = set()
    for spoken in {language, "en"} & _WORDS.keys():
        found.update(
            number for number, pattern in enumerate(_patterns(spoken, spoken == language)) if pattern.search(folded)
        )
    return tuple(sorted(found))
