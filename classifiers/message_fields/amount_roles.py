"""What an amount is: features of each amount of a message for the choice of the contested one and of the total."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from app.documents.folding import Lexicon, words_of
from classifiers.message_fields.arithmetic import Sums
from classifiers.message_fields.context import Context, token_index
from classifiers.message_fields.money import Amount
from classifiers.message_fields.money_words import EXPECTED, MONEY_WORDS
from classifiers.message_fields.ranker import Features
from classifiers.message_fields.source import Passage, Source
from classifiers.message_fields.tables import column_label, first_cell, row_label

MONEY_LEXICON = Lexicon(MONEY_WORDS)
_ZONES = ("new", "forwarded", "subject", "answer", "document", "invoice_copy", "quoted", "signature", "attached_mail")
_MARKS = ("currency", "column", "figure", "bare")
_PROSE = ("subject", "new", "forwarded", "quoted")
_INVOICE_WORD = re.compile(r"\d{2,}/?\d{2,}")

_NEAR_MONEY = "deducted paid credit difference excess limit total overpaid contested discount balance"
_BARE_NEEDS = (*(f"before:{role}" for role in words_of(_NEAR_MONEY)), "after:excess", "after:deducted")
"""A whole number without a currency is money only next to such a word."""

LINE = frozenset({"scope_not_agreed", "description_insufficient"})
"""Reasons that contest a line or item of an invoice, or all of it."""
WHOLE = frozenset(
    {
        "duplicate_invoice", "quality_acceptance", "late_billing", "contract_ended", "currency", "po_invalid",
        "milestone_early", "po_missing", "duplicate_billing",
    }
)  # fmt: skip
"""Reasons that contest a whole invoice."""
WITHHELD = frozenset({"missing_backup", "missing_reference", "wrong_entity"})
"""Reasons for which the contested amount is the withheld invoice, gross if both are given."""


@dataclass(frozen=True)
class Candidate:
    """A value with all its mentions; the first of the best zone is its evidence."""

    value: Decimal
    mentions: tuple[Amount, ...]
    features: Features


def group_of(reason: str) -> str:
    if reason in WITHHELD:
        return "withheld"
    if reason in WHOLE:
        return "whole"
    if reason in LINE:
        return "line"
    if reason in ("already_paid", "legal_form"):
        return "settled"
    if reason in ("tax", "tax_mapping"):
        return "tax"
    if reason in ("remittance", "promise_to_pay", "short_payment", "overpayment_refund"):
        return reason
    return "part"


def candidates(source: Source, found: list[Amount]) -> list[Candidate]:
    """Every value of the message with its features, in the order of first mention."""
    starts: dict[int, list[int]] = {}
    for amount in found:
        starts.setdefault(id(amount.passage), []).append(amount.start)
    contexts = {
        id(p): Context(p, MONEY_LEXICON, starts[id(p)]) for p in {id(a.passage): a.passage for a in found}.values()
    }
    by_value: dict[Decimal, list[tuple[Amount, dict[str, float]]]] = {}
    is_marked = any(a.mark in ("currency", "column") for a in found)
    for amount in found:
        if not amount.value:
            continue  # an empty column's 0.00 says nothing
        mention = _mention(source, amount, contexts[id(amount.passage)])
        if amount.mark == "bare" and not any(mention.get(name, 0) >= 0.8 for name in _BARE_NEEDS):
            continue
        if is_marked and amount.mark in ("figure", "bare"):
            mention["unmarked"] = 1.0
        if amount.mark in ("figure", "bare") and amount.value < 100:
            mention["small_unmarked"] = 1.0
        by_value.setdefault(amount.value, []).append((amount, mention))
    rates = {value for value, mentions in by_value.items() if any("is_rate" in own for _, own in mentions)}
    sums = Sums(source, found, rates)
    result: list[Candidate] = []
    prose = [a for a in found if a.passage.zone in _PROSE[:3] and a.mark != "bare"]
    distinct = {a.value for a in prose}
    anywhere = {a.value for a in found if a.mark != "bare" and a.value}
    group = group_of(source.reason)
    for value, mentions in by_value.items():
        features: dict[str, float] = {}
        best = min(mentions, key=lambda m: (_ZONES.index(m[0].passage.zone), _MARKS.index(m[0].mark)))[1]
        for _, own in mentions:
            for name, strength in own.items():
                is_of_place = name.startswith(("zone:", "mark:")) or name in ("unmarked", "small_unmarked", "table_row")
                if own is best or not is_of_place:
                    features[name] = max(features.get(name, 0.0), strength)
        if not any("unrated" in own for _, own in mentions):
            features["always_rate"] = 1.0
        features.pop("unrated", None)
        made_of = sums.features(value)
        features |= made_of
        if value in distinct:
            features["largest"] = float(value == max(distinct))
            features["only"] = float(len(distinct) == 1)
            features["first"] = float(prose[0].value == value)
            features["last"] = float(prose[-1].value == value)
            features[f"largest:{group}"] = features["largest"]
        if len(anywhere) == 1:
            features["only_anywhere"] = 1.0
        if len(mentions) > 1:
            features["repeated"] = 1.0
        for name in made_of:
            features[f"{name}:{group}"] = 1.0
            features[f"{name}:{source.reason}"] = 1.0
        result.append(Candidate(value, tuple(a for a, _ in mentions), features))
    return result


def _mention(source: Source, amount: Amount, context: Context) -> dict[str, float]:
    passage = amount.passage
    features: dict[str, float] = {f"zone:{passage.zone}": 1.0, f"mark:{amount.mark}": 1.0}
    if amount.is_rounded:
        features["rounded"] = 1.0
    if amount.is_negative:
        features["negative"] = 1.0
    expected = EXPECTED.get(source.reason, ())
    group = group_of(source.reason)
    for near in context.near(amount.start, amount.end):
        role, distance = near.hit.role, near.distance
        if near.is_before:
            side, strength = (
                "before",
                1.0 if distance <= 2 else 0.8 if distance <= 5 else 0.5 if distance <= 10 else 0.25,
            )
        else:
            side = "after"
            strength = 1.0 if distance <= 1 else 0.7 if distance <= 4 else 0.5 if distance <= 8 else 0.3
        if near.is_blocked:
            strength *= 0.5
        strength *= 0.7 ** min(near.clauses, 3)
        _raise(features, f"{side}:{role}", strength)
        if role in ("total", "gross", "net", "item"):
            _raise(features, f"{side}:{role}:{group}", strength)
        if role in expected:
            _raise(features, f"expected:{side}", strength)
    if any(hit.role in expected for hit in context.sentence_before(amount.start)):
        features["expected:sentence_before"] = 1.0
    last = token_index(passage, amount.end)
    for hit in context.sentence_after(amount.start):
        if hit.first - last > 12:
            break
        _raise(features, f"after:{hit.role}", 0.4)
        if hit.role in expected:
            _raise(features, "expected:after", 0.4)
    label = column_label(passage, amount.start)
    is_in_table = bool(label)
    line_start = passage.line_at(amount.start)[0]
    if not context.is_between(line_start, amount.start):
        label = label + row_label(passage, amount.start)
    elif label:
        label = label + first_cell(passage, amount.start)
    if is_in_table and not any(hit.role == "total" for hit in MONEY_LEXICON.find(label)):
        features["table_row"] = 1.0
    for hit in MONEY_LEXICON.find(label) if label else ():
        features[f"label:{hit.role}"] = 1.0
        if hit.role in expected:
            features["expected:label"] = 1.0
        if passage.zone == "invoice_copy":
            features[f"copy:{group}:{hit.role}"] = 1.0
    if _AFTER_COUNT.search(passage.folded, max(0, amount.start - 30), amount.start):
        features[f"after_count:{source.reason}"] = 1.0
    if _WHOLE_OF.search(passage.folded, max(0, amount.start - 40), amount.start):
        features["whole_of_part"] = 1.0
    if _PART_OF.match(passage.folded, amount.end):
        features["part_of_whole"] = 1.0
    if _is_rate(passage, amount):
        features["is_rate"] = 1.0
    else:
        features["unrated"] = 1.0
    if passage.zone == "invoice_copy":
        features[f"copy:{group}"] = 1.0
    if _INVOICE_WORD.search(passage.folded, max(passage.sentence_at(amount.start)[0], amount.start - 60), amount.start):
        features["after_reference"] = 1.0
    return features


def _raise(features: dict[str, float], name: str, value: float) -> None:
    features[name] = max(features.get(name, 0.0), value)


_DIFFERENCE_ALONE = re.compile(
    r"\b(?:the difference|die differenz|den unterschied|la difference|l'ecart|la diferencia|het verschil|la "
    r"differenza|a diferenca|roznic[aey])\b(?![^.;\n]{0,60}\d)"
)


def difference_is_unwritten(source: Source) -> bool:
    """Whether the sender asks for "the difference" and leaves its sum to us."""
    return any(_DIFFERENCE_ALONE.search(p.folded) for p in source.zone("new", "forwarded"))


_OF = (
    r"(?:of|out of|von|vom|der|des|du|de|d'|van|di|dei|del|dos|das|do|da|su|sur|sobre|z|ze|aus|uit|auf|over|uber)"
    r"(?: (?:the|a|la|le|les|los|las|den|der|dem|de|het|il|lo|gli|un|una|einem|insgesamt|total|total of|full"
    r"|altogether)){0,2}"
)
_WHOLE_OF = re.compile(
    r"(?:[.,]\d\d|[€$£%]|\b(?:eur|euros?|usd|gbp|chf|pln|zl)|\b(?:half|hälfte|halfte|moitie|mitad|helft|meta|metade"
    r"|polow\w"
    rf"|drittel|third|quarter|tiers))\)? {_OF} ?(?:[a-z]{{3}} |[€$£] ?)?$"
)
"""Before the whole of which a part is named: "half of the", "£184.20 of the"."""
_PART_OF = re.compile(rf" (?:{_OF}) (?:[a-z]{{3}} |[€$£] ?)?\d[\d.,' ]*\d")
_TIME_UNIT = (
    r"(?:hours?|hrs?|h|std|stunden?|(?:werk|kalender|arbeits)?tage?n?|days?|nights?|nacht|nachte|heures?|jours?"
    r"|journee|nuits?|nuitee|horas?"
    r"|dias?|noches?|uur|uren|dag|dagen|ora|ore|giorn[oi]|notte|notti"
    r"|noites?|godzin\w*|godz|dzien|dni|dobe|pt|personentage?|manntage?|seats?|users?|miles?|km|units?|unite"
    r"|unidad\w*|stuck|stk|stuks|szt|months?|monate?|mois|mes|meses|maand|mese|miesiac|each|j)"
)
_AFTER_COUNT = re.compile(rf"\d {{0,2}}{_TIME_UNIT}\.?(?: [a-z]{{1,14}})?[ ,]{{0,2}}[(=:]? ?(?:[a-z]{{3}} |[€$£] ?)?$")
"""Before an amount that prices a count: "5 hours (575.00)"."""
_RATE_AFTER = re.compile(
    r"\s{0,2}(?:ht\s?)?(?:/\s?|(?:per|pro|par|por|al|je|an|a|the|la|le|za|ao|zu|jede[rn]?|for each|for every|fur "
    r"jede[nr]?|pour chaque"
    r"|por cada|voor elke|per ogni|za kazd[ay])\s|l'|all'|@\s?)(?:(?:calendar|working|business|full|started"
    r"|begonnenen?|angefangenen?)\s)?"
    rf"{_TIME_UNIT}\b|\s(?:each|pp|cad|cadaun[oa]|je stuck|c/u)\b"
)
_RATE_BEFORE = re.compile(
    rf"(?:(?:@|(?<=[\d ])[x×*]|\bje|\btegen|\brate of|\bhourly rate|\bdaily rate|\bday rate|\b(?:stunden"
    rf"|tages)satz(?: von)?|\btjm(?: de)?|\b(?:uur|dag)tarief(?: van)?|\btarifa de|\bstawk\w (?:w wysokosci)?"
    rf"|\btariffa di)"
    rf"|\b{_TIME_UNIT}(?: (?!pari|ammont|ascend|elev|soit|equival|corrisp|igual|total)\w+){{0,2}},? (?:a|por|per|x)\b"
    rf"|\b{_TIME_UNIT}[^.;\n]{{0,40}} (?:at|zu|po)\b)\s?(?:[a-z]{{3}}\s"
    rf"|[€$£]\s?)?$"
)


def _is_rate(passage: Passage, amount: Amount) -> bool:
    folded = passage.folded
    if _RATE_AFTER.match(folded, amount.end):
        return True
    return bool(_RATE_BEFORE.search(folded, max(0, amount.start - 70), amount.start))
