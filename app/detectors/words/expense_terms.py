"""What an order's terms say of pass-through costs: allowed, excluded, limited. Eight languages; silence is no term."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from app.detectors.words.expense_kinds import CLASSES, GENERIC, TRAVEL, kinds_in
from app.detectors.words.figures import amount_in
from app.detectors.words.folding import fold

_NO_BEFORE = re.compile(
    r"\b(?:no|not|without|excluding|excludes?|except(?:ing)?(?: for)?|never|nor|"
    r"kein\w*|ohne|ausgenommen|ausser|nicht|"
    r"pas d[e'u]|pas de|sans|hors|sauf|ni|aucun\w*|a l'exclusion|"
    r"sin|ningun\w*|salvo|excepto|excluid\w*|excluye\w*|ni|"
    r"senza|nessun\w*|esclus\w*|eccetto|ne|tranne|"
    r"zonder|geen|behalve|uitgezonderd|exclusief|"
    r"bez|zadn\w*|z wyjatkiem|oprocz|wylaczaj\w*|"
    r"sem|nenhum\w*|excet\w*|exclui\w*)\b"
)
_NO_AFTER = re.compile(
    r"(?:\b(?:is|are|will be|shall be|may|can)? ?(?:not|never|cannot be) (?:be )?(?:\w+ )?(?:reimburs\w*|"
    r"charge\w*|bill\w*|refund\w*|allowed|eligible|covered|paid|permitted|accepted|recharge\w*|invoiced)|"
    r"\b(?:is|are) excluded|\bexcluded\b|\bnon[- ](?:billable|reimbursable|chargeable)|"
    r"\bnicht (?:\w+ )?(?:erstatt\w*|berechn\w*|abrechenbar|verrechn\w*|ubernommen|vergut\w*|weiterberechn\w*|"
    r"zulassig|abgerechnet|gestattet|erstattungsfahig)|\bausgeschlossen\b|\bsind ausgenommen|"
    r"\bne (?:sont|sera|seront|est) pas (?:\w+ )?(?:rembours\w*|factur\w*|pris\w*|refactur\w*|admis\w*)|"
    r"\b(?:est|sont) exclu\w*|\bexclu(?:e?s?)\b|\bnon (?:remboursables?|facturables?|refacturables?)|"
    r"\bno (?:se |son |seran |es |sera )?(?:\w+ )?(?:reembols\w*|factur\w*|abonan?|admit\w*|aceptan?|cubren?|"
    r"repercut\w*)|\b(?:queda|quedan|estan|esta) excluid\w*|"
    r"\bnon (?:sono |e |saranno |vengono |viene )?(?:\w+ )?(?:rimbors\w*|fatturabil\w*|addebit\w*|ammess\w*|"
    r"riconosciut\w*|fatturat\w*)|\b(?:sono|e) esclus\w*|"
    r"\bniet (?:\w+ )?(?:vergoed\w*|gefactureerd|doorbelast|declarabel|toegestaan|in rekening)|\bworden niet\b|"
    r"\b(?:is|zijn) uitgesloten|"
    r"\bnie (?:sa |jest |podlega\w* |beda )?(?:\w+ )?(?:zwrac\w*|zwrot\w*|fakturow\w*|refaktur\w*|rozlicz\w*|"
    r"dopuszcz\w*|pokryw\w*)|\b(?:sa|jest) wylaczon\w*|\bwykluczon\w*|"
    r"\b(?:esclus[ieao]|exclu(?:e|es|s)?|excluid[oa]s?|ausgenommen|uitgezonderd|wylaczon[eay]|wykluczon[eay])\s*$|"
    r"\bnao (?:sao |e |serao )?(?:\w+ )?(?:reembols\w*|faturad\w*|faturav\w*|aceit\w*|admitid\w*|cobert\w*)|"
    r"\b(?:esta|estao) excluid\w*)"
)
_INCLUDED = re.compile(
    r"(?:included in|inclusive of|includes?|including) (?:the |our |all |any )?(?:\w+ ){0,2}(?:rate|fee|price|"
    r"travel|expenses)|(?:travel|expenses)[\w ,]{0,30}(?:is|are) included|all[- ]in\b|all[- ]inclusive|"
    r"(?:reise\w*|spesen|nebenkosten|auslagen)[\w ,]{0,40}(?:inklusive|inbegriffen|enthalten|abgegolten)|"
    r"inklusive (?:reise\w*|spesen|nebenkosten)|"
    r"(?:frais|deplacements?)[\w ,]{0,30}(?:inclus|compris)\b|(?:gastos|viajes)[\w ,]{0,30}incluid\w*|(?:spese|"
    r"trasferte)[\w ,]{0,30}(?:incluse|comprese)|"
    r"(?:reiskosten|onkosten)[\w ,]{0,30}(?:inbegrepen|inclusief)|inclusief (?:reis\w*|onkosten)|(?:koszty|"
    r"podroze|wydatki)[\w ,]{0,30}(?:wliczone|w cenie)|"
    r"(?:despesas|viagens)[\w ,]{0,30}incluid\w*"
)
_YES = re.compile(
    r"at cost|\bcharged\b|reimburs\w*|\bbilled\b|\brefunded\b|\bpassed on\b|with receipts?|against receipts?|"
    r"allowed|\bpaid\b|\brecharged\b|\bup to\b|\bonly\b|chargeable|"
    r"nach aufwand|zum selbstkosten\w*|nach beleg\w*|gegen (?:beleg|nachweis)|erstatt\w*|berechnet|"
    r"weiterberechn\w*|vergutet|abgerechnet|\bbis zu\b|\bbis\b|\bmax|"
    r"au reel|au cout|sur justificatif\w*|rembours\w*|refactur\w*|factur\w*|jusqu'a|a prix coutant|"
    r"prise?s? en charge|"
    r"a coste|al coste|con justificante\w*|reembols\w*|factura\w*|\bhasta\b|"
    r"al costo|a costo|a pie di lista|dietro ricevut\w*|rimbors\w*|addebit\w*|fatturat\w*|\bfino a\b|"
    r"tegen kostprijs|op basis van bon\w*|vergoed\w*|doorbelast|gedeclareerd|\btot\b|"
    r"po kosztach|wedlug kosztow|na podstawie (?:rachunk|faktur)\w*|zwrac\w*|zwrot\w*|refaktur\w*|rozlicz\w*|"
    r"\bdo\b|"
    r"ao custo|a custo|mediante recibo\w*|faturad\w*|\bate\b"
)
_LIMIT = re.compile(
    r"up to|max(?:imum|imal\w*)?\.?(?: of)?|not (?:more than|above|over)|limit(?:ed)?(?: to)?(?: of)?|"
    r"capped at|no more than|bis zu|bis|hochstens|jusqu'a|dans la limite de|plafon\w*(?: a)?|"
    r"hasta|maximo(?: de)?|fino a|massimo|non oltre|tot|maximaal|hooguit|do kwoty|maksymalnie|do|ate|no maximo"
)
_GAP = 24
_TIME_AND_MATERIALS = re.compile(r"time (?:and|&) materials?|t&m")


@dataclass
class ExpenseTerms:
    """Sorts of cost by what is agreed. `limits`: the highest amount for one (a night, a trip), with its currency."""

    allowed: set[str] = field(default_factory=set)
    excluded: dict[str, str] = field(default_factory=dict)
    """Sort -> the words of the terms that exclude it."""
    limits: dict[str, tuple[Decimal, str, str]] = field(default_factory=dict)
    """Sort -> (amount, currency, the words)."""

    @property
    def speak(self) -> bool:
        return bool(self.allowed or self.excluded or self.limits)

    def excludes(self, kinds: frozenset[str]) -> str | None:
        """The words by which a cost of these sorts is excluded; what is named itself goes before what covers it."""
        for kind in sorted(kinds - CLASSES):
            if kind in self.excluded:
                return self.excluded[kind]
        if "first_class" in kinds and "first_class" in self.excluded:
            return self.excluded["first_class"]
        named = kinds - CLASSES - GENERIC
        if named & self.allowed or named & set(self.limits):
            return None
        if "travel" in self.excluded and named & TRAVEL:
            return self.excluded["travel"]
        return self.excluded.get("expenses")

    def allows(self, kinds: frozenset[str]) -> bool:
        if self.excludes(kinds) is not None:
            return False
        named = kinds - CLASSES - GENERIC
        if named & (self.allowed | set(self.limits)):
            return True
        if "expenses" in self.allowed and named - {"entertainment", "alcohol"} | (kinds & GENERIC):
            return True
        return "travel" in self.allowed and bool(named & TRAVEL or (not named and "travel" in kinds))


def read_terms(note: str) -> ExpenseTerms:
    """Sentence by sentence: a "no" goes for what follows it in its list, "not reimbursed" for what stands before it."""
    terms = ExpenseTerms()
    for sentence in re.split(r"(?<=[a-z\u00c0-\u024f)])[.!]\s+|[;\n]|\.\s*$", note):
        if sentence.strip():
            _read_sentence(sentence.strip(), terms)
    return terms


def _read_sentence(sentence: str, terms: ExpenseTerms) -> None:
    folded = _TIME_AND_MATERIALS.sub(" ", fold(sentence))
    if not kinds_in(folded):
        return
    if _INCLUDED.search(folded) and not re.search(
        r"not included|nicht (?:inbegriffen|enthalten)|non (?:inclus|compres)\w*|no incluid\w*|niet inbegrepen|"
        r"nao incluid\w*|nie wliczon\w*",
        folded,
    ):
        for kind in kinds_in(folded):
            if kind in TRAVEL | GENERIC:
                terms.excluded.setdefault(kind, sentence)
        return
    parts = [
        p
        for p in re.split(r",(?!\d)|:|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bmaar\b|\bale\b|\bmas\b", folded)
        if p.strip()
    ]
    is_yes_at_all = any(_YES.search(_without_no(part)) for part in parts)
    is_no = False
    bare: set[str] = set()
    for part in parts:
        found = kinds_in(part)
        after = _NO_AFTER.search(part)
        before = _NO_BEFORE.search(part)
        if after is not None:
            _exclude(set(found) | bare, sentence, terms)
            terms.allowed -= bare
            is_no, bare = False, set()
        elif before is not None and any(span[0] >= before.end() for span in found.values()):
            later = {kind for kind, span in found.items() if span[0] >= before.end()}
            _exclude(later, sentence, terms)
            terms.allowed |= set(found) - later - CLASSES
            is_no, bare = True, set()
        elif _YES.search(part):
            is_no = False
            _allow(found, part, sentence, terms)
            terms.allowed |= bare
            bare = set()
        elif is_no:
            _exclude(set(found), sentence, terms)
        else:
            bare |= {k for k in found if k not in CLASSES}
            if is_yes_at_all:
                _allow(found, part, sentence, terms)
            if "second_class" in found:
                terms.excluded.setdefault("first_class", sentence)
    if is_yes_at_all or not is_no:
        terms.allowed |= bare - set(terms.excluded)
    terms.allowed -= set(terms.excluded)


def _exclude(kinds: set[str], sentence: str, terms: ExpenseTerms) -> None:
    """What is named itself is excluded, not what covers it; "no first class rail" is no word against rail."""
    named = kinds - {"second_class"}
    if named - GENERIC:
        named -= {"expenses"} if named & TRAVEL or "travel" in named else GENERIC
    if "first_class" in named:
        named -= {"rail", "air", "travel"}
    for kind in named:
        terms.excluded.setdefault(kind, sentence)


def _allow(found: dict[str, tuple[int, int]], part: str, sentence: str, terms: ExpenseTerms) -> None:
    terms.allowed |= {k for k in found if k not in CLASSES and k not in terms.excluded}
    if "second_class" in found and "first_class" not in found:
        terms.excluded.setdefault("first_class", sentence)
    for kind, (_, end) in found.items():
        if kind in CLASSES:
            continue
        limit = _LIMIT.search(part, end)
        if limit is None or limit.start() - end > _GAP:
            continue
        amount = amount_in(part.upper(), limit.end(), min(len(part), limit.end() + _GAP))
        if amount is not None and amount[0] > 0:
            terms.limits[kind] = (amount[0], amount[1], sentence)


def _without_no(part: str) -> str:
    return _NO_AFTER.sub(" ", part)
