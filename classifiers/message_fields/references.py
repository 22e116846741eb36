"""Numbers that name a document, and whose they are: our invoices, the customer's order, our quotes and contracts.

A number's role comes from the words beside it, from the column it stands in, from numbers of the same build that are
named elsewhere in the message, and last from its letters. What no word claims is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from app.documents.folding import Hit, Lexicon, Token, fold, words_of
from classifiers.message_fields.codes import Code, codes
from classifiers.message_fields.context import Context, token_index
from classifiers.message_fields.reference_words import REFERENCE_WORDS, SHAPES
from classifiers.message_fields.source import NO_FACTS, Passage, Source
from classifiers.message_fields.tables import column_label

MOST_CODES = 1_000
"""Numbers that are looked at in one passage."""
ROLES = ("invoice", "order", "ours", "none")
REFERENCE_LEXICON = Lexicon(REFERENCE_WORDS)
_CONNECTOR = re.compile(
    r"[\s,;/+]*(?:(?:and|und|et|y|en|e|i|oraz|sowie|as well as|&|ainsi que|or|oder|ou|o|of|lub)\b)?[\s,;(]*(?:also "
    r"|auch )?"
)
_TRANSPARENT = words_of(
    "no nr num number numbers nummer nummern numero numeros numer n o is are was ist sind lautet est sont es son "
    "zijn sono sao e to jest the a an der die das"
    " den dem des le la les l de du d el los las het il lo gli i os as our your my unsere unser unserer unseren "
    "unserem ihre ihr ihrer ihrem ihren eure"
    " notre nos votre vos nuestro nuestra su sus vuestra vuestro onze ons uw jullie nostro nostra vostro vostra ns "
    "vs nossa nosso vossa vosso"
    " nasz nasza panstwa wasza wasz nasze ref reference referenz referentie riferimento referencia referencja id kod "
    "code under unter sous bajo onder"
    " with mit avec con met com z unit new neue neuer nouveau nouvelle nuevo nueva nieuwe nuovo nuova novo nova nowy "
    "nowe nowa nowego order document"
)
_OLD = Lexicon(
    {
        "old": """
            old, previous, former, expired, closed, exhausted, spent, dead, wrong, incorrect, mistyped, replaces,
            replacing,
            instead of, no longer, last year, superseded, cancelled, used up, not valid, invalid, was replaced,
            earlier, obsolete,
            alt, alte, alten, alter, altes, bisherige*, fruhere*, abgelaufen, geschlossen*, erschopft, aufgebraucht,
            falsch, falsche*, ersetzt,
            statt, anstatt, vom letzten jahr, vorjahr, ungultig, storniert*, ausgelaufen, verbraucht, beendet,
            nicht mehr,
            ancien, ancienne, precedent, precedente, expire, expiree, cloture, cloturee, epuise*, errone*, remplace,
            remplacant,
            au lieu de, annee derniere, soldee, solde, invalide, perime*, faux,
            antiguo, antigua, anterior, vencid*, caducad*, cerrad*, agotad*, incorrect*, equivocad*, errone*,
            en lugar de, sustituye, reemplaza, anulad*,
            oud, oude, vorige, verlopen, afgesloten, uitgeput, fout, foutief, onjuist*, vervangt, in plaats van,
            niet meer, gesloten,
            vecchio, vecchia, precedente, scadut*, chius*, esaurit*, errat*, sbagliat*, sostituisce, invece di,
            al posto di, non piu,
            antigo, antiga, anterior, caducad*, expirad*, encerrad*, esgotad*, errad*, incorret*, em vez de,
            substitui, em lugar de,
            stary, stare, starego, poprzedni*, wygas*, zamknie*, wyczerpan*, bledny, bledne, blednego, zamiast,
            zastepuje, niewazn*, zrealizowan*
        """,
        "new": """
            new, correct, right, valid, current, should be, should read, please use, use, quote, quoting,
            replaced by, the one, actual, updated, instead,
            neu, neue, neuen, neuer, neues, richtig, richtige*, richtig ware, korrekt, korrekte*, gultig, gultige*,
            aktuell*, stattdessen, lautet, muss lauten, verwenden, angeben, gilt, zutreffend*,
            nouveau, nouvelle, nouveaux, correct, correcte, bon numero, le bon, exact, valide, valable, utiliser,
            indiquer, rappeler, il s agit,
            nuevo, nueva, correcto, correcta, valido, valida, vigente, utilizar, indicar, debe ser,
            nieuw, nieuwe, juist, juiste, correct, correcte, geldig, geldige, gebruiken, vermelden, moet zijn,
            aangemaakt,
            nuovo, nuova, corretto, corretta, giusto, valido, valida, utilizzare, indicare, riportare,
            novo, nova, correto, correta, valido, valida, utilizar, indicar, considerar, deve ser,
            nowy, nowe, nowa, nowego, prawidlow*, poprawn*, wlasciw*, aktualn*, wazne, wazny, uzyc, podac, powinno byc
        """,
    }
)


def reference_key(text: str) -> str:
    """A number without its marks, for comparison."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@dataclass(frozen=True)
class Reference:
    """A number as written, where it stands and its role."""

    text: str
    passage: Passage
    start: int
    end: int
    role: str
    score: float
    is_old: bool = False
    is_new: bool = False

    @property
    def key(self) -> str:
        return reference_key(self.text)

    @property
    def build(self) -> str:
        return _build(self.text)


def references(source: Source) -> list[Reference]:
    """All numbers of a message that words or build give a role, in reading order."""
    drafts: list[tuple[Passage, Code, dict[str, float]]] = []
    for passage in source.passages:
        if passage.zone not in NO_FACTS:
            drafts += _passage_drafts(passage, source)
    named = Counter[tuple[str, str]]()
    for _, candidate, scores in drafts:
        role, score = _best(scores)
        if role != "none" and score >= 2 and (build := _build(candidate.text)):
            named[build, role] += 1
    found: list[Reference] = []
    for passage, candidate, scores in drafts:
        build = _build(candidate.text)
        score = _best(scores)[1]
        for role in ("invoice", "order", "ours"):
            if build and named[build, role] and score < 2.2:
                scores[role] = scores.get(role, 0) + 1.6
        role, score = _best(scores)
        if role != "none" and score >= _least(candidate.text, role):
            old, new = _age(passage, candidate)
            end = candidate.start + len(_CHANGE_SUFFIX.sub("", candidate.text)) if role == "order" else candidate.end
            text = passage.text[candidate.start : end]
            found.append(Reference(text, passage, candidate.start, end, role, score, old, new))
    return found


_CHANGE_SUFFIX = re.compile(r"(?<=\d{6})[-/](?:[A-Za-z]{1,3}\d{1,2})$")
"""4512007745/A1: the first change of an order has the order's number."""


def _least(text: str, role: str) -> float:
    """How sure a role must be: short or bare numbers need a word close by."""
    digits = sum(c.isdigit() for c in text)
    if digits < 3 and not (role == "ours" and " " in text) and not (digits == 2 and len(text) >= 6):
        return 9.0
    return 2.5 if text.isdigit() and len(text) <= 5 and not text.startswith("0") else 1.5


def unclaimed(source: Source, *zones: str) -> list[Reference]:
    """Numbers of some length that no word claims, for messages that give a number and nothing else."""
    found: list[Reference] = []
    for passage in source.zone(*zones):
        for candidate, scores in ((c, s) for _, c, s in _passage_drafts(passage, source)):
            role, score = _best(scores)
            digits = sum(ch.isdigit() for ch in candidate.text)
            if (role == "none" and score > 0) or (role != "none" and score >= 1.5) or digits < 3:
                continue
            found.append(Reference(candidate.text, passage, candidate.start, candidate.end, "order", score))
    return found


def _best(scores: dict[str, float]) -> tuple[str, float]:
    role = max(ROLES, key=lambda r: scores.get(r, 0))
    return role, scores.get(role, 0)


def _passage_drafts(passage: Passage, source: Source) -> list[tuple[Passage, Code, dict[str, float]]]:
    candidates = list(islice(codes(passage), MOST_CODES))
    if not candidates:
        return []
    context = Context(passage, REFERENCE_LEXICON)
    drafts: list[tuple[Passage, Code, dict[str, float]]] = []
    previous: tuple[Code, dict[str, float]] | None = None
    for candidate in candidates:
        scores = _word_scores(passage, candidate, context, previous, source)
        for role, worth in _shape_scores(passage, candidate, source.is_own_staff).items():
            scores[role] = scores.get(role, 0) + worth
        if any(candidate.text.upper().startswith(prefix.upper()) for prefix in source.firm.invoice_prefixes if prefix):
            scores["invoice"] = scores.get("invoice", 0) + 3
        drafts.append((passage, candidate, scores))
        previous = (candidate, scores)
    return drafts


def _word_scores(
    passage: Passage,
    candidate: Code,
    context: Context,
    previous: tuple[Code, dict[str, float]] | None,
    source: Source,
) -> dict[str, float]:
    scores: dict[str, float] = {}
    tokens = passage.tokens
    low, high = _range(context, candidate)
    floor = previous[0].end if previous and previous[0].end > low else low
    first = token_index(passage, candidate.start)
    if previous and candidate.start - previous[0].end < 60:
        gap = passage.text[previous[0].end : candidate.start]
        if _CONNECTOR.fullmatch(passage.folded[previous[0].end : candidate.start]) and (gap.strip() or "\n" in gap):
            for role, score in previous[1].items():
                scores[role] = max(scores.get(role, 0), 0.85 * score)
    hits = context.within(low, high)
    head = _head_noun(passage, [h for h in hits if h.end <= candidate.start], candidate)
    for hit in hits:
        if hit.start == candidate.start and hit.end < candidate.end and hit.role == "ours" and " " in candidate.text:
            value = 4.0  # SOW 14: the word is part of the number
        elif hit is head:
            value = 4.1
        elif hit.end <= candidate.start:
            between = [t.word for t in tokens[hit.last + 1 : first] if t.start < candidate.start]
            if between and between[0].isdigit() and hit.role != "none":
                continue  # "variation 2 runs under X": the word has its number
            distance = sum(1 for word in between if word not in _TRANSPARENT)
            beyond = hit.end <= floor and floor > low
            value = _near(hit.role, distance, beyond, passage.folded[hit.end : candidate.start])
        elif hit.start >= candidate.end and hit.end <= high and hit.start - candidate.end <= 40:
            after = passage.folded[candidate.end : hit.start]
            distance = len(re.findall(r"\w+", after))
            is_far = hit.role == "none" or distance > 4 or any(c.isdigit() for c in after)
            value = 0.0 if is_far else 1.2 - 0.2 * distance
        else:
            continue
        for role in _roles(hit, passage, source, tokens[hit.first : hit.last + 1]):
            scores[role] = max(scores.get(role, 0), value)
    if not any(scores.get(role) for role in ("invoice", "order", "ours")):
        scores.update(_from_sentence_before(context, candidate))
    if _UNDER.search(passage.folded, max(0, candidate.start - 14), candidate.start) and len(candidate.text) >= 6:
        scores["ours"] = max(scores.get("ours", 0), 1.6)
    if _LINE_OF.search(passage.folded[max(0, candidate.start - 40) : candidate.start]):
        scores["order"] = max(scores.get("order", 0), 2.2)
    label = column_label(passage, candidate.start)
    if label:
        for hit in REFERENCE_LEXICON.find(label):
            for role in _roles(hit, passage, source, label[hit.first : hit.last + 1]):
                scores[role] = max(scores.get(role, 0), 3.4)
    return scores


_REACH = 240


def _range(context: Context, candidate: Code) -> tuple[int, int]:
    """Where a number's words may stand: its sentence, and a label that closes the line before."""
    low, high = context.sentence(candidate.start, candidate.end)
    line_low, line_high = context.passage.line_at(candidate.start)
    low, high = max(low, line_low - 90), max(high, line_high)
    label = context.passage.folded[line_low : candidate.start]
    if "  " in label or ".." in label:
        low = min(low, line_low)  # PO         4500081937: a label set apart
    return max(low, candidate.start - _REACH), min(high, candidate.end + _REACH)


_COPULA = re.compile(
    r"\b(?:is|lautet|ist|ware|est|es|e|jest|to|luidt|wordt|reads|sera|sara|war|was|will be)\b[\s:]{1,3}(?:the |der "
    r"|die |le |la |el |o |de |het )?$"
)
_REFERS_BACK = re.compile(
    r"^\W{0,3}(?:it is|it's|this is|that is|here it is|the number is|the right one|es ist|das ist|sie lautet|er "
    r"lautet|diese lautet|richtig"
    r"|korrekt|il s'agit d\w|c'est|le voici|se trata de\w?|es el|es la|het is|dit is|dat is|het gaat om|si tratta "
    r"d\w+|e il|trata-se d\w|e o|e a"
    r"|jest to|to jest|chodzi o)\b"
)
_LINE_OF = re.compile(
    r"\b(?:lines?|items?|pos|position|positionen|poste|ligne|linea|posicion|regel|riga|linha|pozycja)\.? \d{1,5}"
    r" (?:of|on|der|de|du|van|di|do|da|aus|z) (?:\w{1,8} )?$"
)


_UNDER = re.compile(
    r"\b(?:under|unter|gemass|sous|selon|bajo|segun|onder|volgens|sotto|secondo|sob|segundo|w ramach|wedlug) $"
)
"""What runs "under" a number runs under a contract or an order."""


def _head_noun(passage: Passage, before: list[Hit], candidate: Code) -> Hit | None:
    """In "the order number for your invoices is X" the first noun owns X, not the nearest."""
    start = max(0, candidate.start - 24)
    if len(before) < 2 or before[0].role == "none" or not _COPULA.search(passage.folded[start : candidate.start]):
        return None
    return before[0] if not re.search(r"\d", passage.folded[before[0].end : candidate.start]) else None


def _from_sentence_before(context: Context, candidate: Code) -> dict[str, float]:
    """ "The order number is mandatory. It is X": the noun stands one sentence earlier."""
    low = context.passage.sentence_at(candidate.start)[0]
    folded = context.passage.folded
    is_told = _COPULA.search(folded[max(low, candidate.start - 24) : candidate.start])
    if not is_told and not _REFERS_BACK.search(folded[low : low + 60]):
        return {}
    earlier = [h for h in context.sentence_before(candidate.start) if h.end <= low and h.role != "none"]
    if not earlier or (is_told and earlier[-1].role != "order"):
        return {}
    return {earlier[-1].role: 2.0}


def _near(role: str, distance: int, beyond: bool, between: str) -> float:
    """What a word is worth for a number after it, by the words between them."""
    if role == "none":
        return 4.2 if distance == 0 else 1.2 if distance == 1 else 0.0
    if beyond:
        return 1.6 if distance <= 3 else 0.9 if distance <= 8 else 0.0
    value = (
        4.0
        if distance == 0
        else 2.6
        if distance <= 2
        else 1.9
        if distance <= 5
        else 1.2
        if distance <= 9
        else 0.6
        if distance <= 14
        else 0.0
    )
    if "\n" in between:
        value *= 0.8 if between.lstrip(" :.#").startswith("\n") else 0.4
    return value


_YOUR = words_of("your ihre ihr votre vos su uw vostro vs vossa v panstwa wasze")
_REFERENCE = words_of("reference ref referenz zeichen references referencia kenmerk referentie riferimento rif")


def _roles(hit: Hit, passage: Passage, source: Source, words: list[Token]) -> tuple[str, ...]:
    """Your reference: it is the customer's order on our paper and a number of ours on the customer's."""
    is_your_reference = len(words) > 1 and words[0].word in _YOUR and words[-1].word in _REFERENCE
    is_ours = passage.zone in ("invoice_copy", "attached_mail") or source.is_own_staff
    return ("ours", "invoice") if hit.role == "order" and is_your_reference and not is_ours else (hit.role,)


def _build(text: str) -> str:
    """How a number is built: letters up to the running number, else the lengths of its groups. RE/2026/0371: RE/."""
    letters = re.match(r"[^\W\d_]+[-/. ]?(?:[^\W\d_]+[-/. ])?", text)
    if letters and len(letters.group()) >= 2:
        return letters.group().upper()
    groups = re.sub(r"\d+", lambda m: str(len(m.group())), text)
    return groups.upper() if groups != str(len(text)) or len(text) >= 8 else ""


_YEAR_AND_NUMBER = re.compile(r"[a-z]{1,8}[-/ ]?(?:20)?\d\d[-/]?\d{3,6}|[a-z]{1,8}[-/]20\d\d[-/]\d{1,6}")
_FIRMLY_OURS = re.compile(r"s\d{5}|so[-/]?(?:[a-z]{2}[-/])?\d{3,}")


def _shape_scores(passage: Passage, candidate: Code, is_own_staff: bool) -> dict[str, float]:
    """What a number's own letters and length suggest."""
    folded = fold(candidate.text)
    digits = sum(c.isdigit() for c in folded)
    scores: dict[str, float] = {}
    for role, pattern in SHAPES.items():
        if digits >= 4 and re.match(pattern + r"(?=[-/. ]?\d|[-/][a-z]{0,6}[-/]?\d)", folded):
            scores[role] = 1.4
    if (
        "invoice" in scores
        and _YEAR_AND_NUMBER.fullmatch(folded)
        and not re.match(r"[a-z]{2}(?<!re|rg|fv|ft)[^a-z]", folded)
    ):
        scores["invoice"] = 2.7
    if re.match(r"(?:sow|msa|cr|rv|ao|wo)[-/]", folded) and digits >= 2:
        scores["ours"] = 2.0
    if re.search(r"(?<![a-z])b?po(?![a-z])", folded) and digits >= 3 and "invoice" not in scores:
        scores["order"] = 2.0
    if re.fullmatch(r"4[56]\d{8}", folded):  # number ranges of SAP: purchase orders, outline agreements
        scores["order" if folded[1] == "5" else "ours"] = 1.6
    if _FIRMLY_OURS.fullmatch(folded):
        scores = {"ours": 4.5 if is_own_staff else 1.8}
    elif re.fullmatch(r"p\d{5}", folded):
        scores["ours"] = 1.6
    is_prose = passage.zone in ("subject", "new", "forwarded")
    has_town = re.match(r" [^\W\d_a-z]", passage.text[candidate.end :])  # 01099 Dresden
    if re.fullmatch(r"0\d{3,5}", folded) and is_prose and not has_town:
        scores["invoice"] = 1.6
    return scores


def _age(passage: Passage, candidate: Code) -> tuple[bool, bool]:
    """Whether words call the number replaced, or the one to use."""
    low, high = passage.sentence_at(candidate.start)
    first, last = (
        token_index(passage, max(low, candidate.start - 60)),
        token_index(passage, min(high, candidate.end + 50)),
    )
    old = new = 0.0
    for hit in _OLD.find(passage.tokens[first:last]):
        distance = candidate.start - hit.end if hit.end <= candidate.start else hit.start - candidate.end
        if distance < 0:
            continue
        weight = 1.0 / (4 + distance)
        if hit.role == "old":
            old = max(old, weight)
        else:
            new = max(new, weight)
    return old > new, new > old
