"""`quantity_disputed` and `quantity_unit`: the hours, days or units that are contested or at issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.assessments.results import FieldValue
from app.documents.counted import UNIT_OF, is_part_of_a_number, number_words
from app.documents.folding import Lexicon, words_of
from app.documents.reading import Evidence
from app.documents.written_numbers import numbers, quantity_text
from classifiers.message_fields.context import Context
from classifiers.message_fields.money_words import MONEY_WORDS
from classifiers.message_fields.ranker import Choice, best, weights_of
from classifiers.message_fields.source import Passage, Source
from classifiers.message_fields.tables import column_label, row_label

_ROLES = (
    "contested",
    "difference",
    "excess",
    "credit",
    "deducted",
    "removed",
    "undisputed",
    "should_be",
    "billed",
    "limit",
    "rate",
    "threshold",
    "paid",
    "previous",
)
_WORDS = Lexicon(
    {role: MONEY_WORDS[role] for role in _ROLES}
    | {
        "issue": """
            not approved, unapproved, never approved, not billed, unbilled, never billed, never went out,
            not invoiced, neither billed nor, overage, unsupported, missing, over, beyond, extra, not worked,
            not signed, not on,
            nicht freigegeben, nicht genehmigt, noch nicht, nicht abgerechnet, nicht fakturiert, nicht berechnet,
            mehrstunden, uberhang, zu viel, strittige, strittigen, ungenehmigt*, nicht abgezeichnet, nachberechnen,
            non facture*, non valide*, pas valide*, non approuve*, de trop, en trop, depassement, ecart, non signe*,
            en plus, ni facture*,
            no aprobad*, sin aprobar, no facturad*, sin facturar, de mas, exceso, no firmad*, ni se han facturado,
            niet goedgekeurd, niet gefactureerd, te veel, teveel, niet geaccordeerd, meer, extra, nog niet, verschil,
            non approvat*, non fatturat*, in piu, di troppo, eccedent*, non firmat*, non autorizzat*, di differenza,
            nao aprovad*, por aprovar, nao faturad*, por faturar, a mais, excedente*, nao assinad*, em falta,
            niezatwierdzon*, niezafakturowan*, nadliczbow*, za duzo, ponad, niepodpisan*, nadwyzk*, brakuj*, sporn*
        """,
        "period": """
            within, in the next, in the last, notice, older than, every, days notice, for the last, net,
            after receipt,
            binnen, innerhalb, seit, alle, alter als, in den nachsten, frist von, nach, sous, dans les, depuis,
            d'ici, delai de,
            dentro de, en un plazo de, en los, desde hace, plazo, binnen de, sinds, termijn van, entro, nei prossimi,
            da,
            no prazo de, dentro de, ha, w ciagu, w terminie, od, co
        """,
        "good": """
            approved, signed, signed off, worked, logged, included, timesheet*, released, delivered, only, in fact,
            actually, according to,
            freigegeben*, abgezeichnet*, unterschrieben*, geleistet*, gearbeitet, inklusive, enthalten, nachweis*,
            nur, tatsachlich, laut, ergeben,
            signe*, valide*, approuve*, realise*, effectue*, inclus, seulement, en realite, selon, releve*, totalise,
            firmad*, aprobad*, realizad*, trabajad*, incluid*, solo, segun, recoge, parte,
            goedgekeurd*, getekend*, gewerkt*, inbegrepen, slechts, maar, volgens, urenstaat, geaccordeerd*,
            firmat*, approvat*, lavorat*, svolt*, inclus*, solo, effettiv*, secondo, risultano,
            assinad*, aprovad*, trabalhad*, realizad*, incluid*, apenas, so, segundo, constam,
            podpisan*, zatwierdzon*, przepracowan*, wykonan*, wliczon*, tylko, wedlug, faktycznie
        """,
    }
)
_REASONS = frozenset(
    {
        "hours_quantity",
        "quantity_mismatch",
        "unbilled_time",
        "unapproved_time",
        "retainer_overage",
        "scope_not_agreed",
        "duplicate_invoice",
        "duplicate_billing",
    }
)
_SOMETIMES = frozenset({"missing_backup", "contract_ended", "description_insufficient", "contract_cap", "po_missing"})
_NEGATIONS = words_of(
    "not never neither nobody nicht nie kein keine niemand non ne n pas ni personne no sin nadie niet nooit geen mai"
    " nessuno nao nunca ninguem nie nigdy nikt t"
)
_LEAST = 0.4
MOST_QUANTITIES = 400


@dataclass(frozen=True)
class Quantity:
    """A number of hours, days or units as written."""

    passage: Passage
    start: int
    end: int
    value: Decimal
    unit: str


@dataclass(frozen=True)
class QuantityOption:
    """A value with its mentions and features."""

    value: Decimal
    mentions: tuple[Quantity, ...]
    features: dict[str, float]


def has_quantity(reason: str) -> bool:
    """Whether messages of this reason can contest hours, days or units."""
    return reason in _REASONS or reason in _SOMETIMES


def quantities(source: Source) -> list[Quantity]:
    """All figures with a unit of time or count, in reading order."""
    zones = ["subject", "new", "forwarded", "answer", "document"] + (["quoted"] if source.points_to_history else [])
    found: list[Quantity] = []
    for passage in source.zone(*zones):
        for number in numbers(passage.text, passage.decimal_mark):
            if number.start and passage.text[number.start - 1].isalpha():
                continue
            after = re.match(
                r"[ -]{0,2}(?:[a-z-]{3,14} )?([a-z]{1,14})\b", passage.folded[number.end : number.end + 34]
            )
            direct = re.match(r"[ -]{0,2}([a-z]{1,14})\b", passage.folded[number.end : number.end + 18])
            unit = UNIT_OF.get(direct.group(1), "") if direct else ""
            end = number.end + direct.end() if direct and unit else number.end
            if not unit and after and len(after.group(1)) > 2:
                unit = UNIT_OF.get(after.group(1), "")
                end = number.end + after.end() if unit else end
            if not unit:
                label = row_label(passage, number.start) or column_label(passage, number.start)
                unit = next((UNIT_OF[t.word] for t in label if t.word in UNIT_OF and len(t.word) > 1), "")
                if unit and any(t.word in ("rate", "satz", "price") for t in label):
                    unit = ""
            if unit and 0 < number.value < 100_000 and len(found) < MOST_QUANTITIES:
                found.append(Quantity(passage, number.start, end, number.value, unit))
        for i, token in enumerate(passage.tokens[:-1]):
            value = number_words(passage.language).get(token.word)
            if value and not is_part_of_a_number(passage.folded, token.start, token.end):
                for follower in passage.tokens[i + 1 : i + 3]:
                    if len(follower.word) > 1 and follower.word in UNIT_OF:
                        found.append(
                            Quantity(passage, token.start, follower.end, Decimal(value), UNIT_OF[follower.word])
                        )
                        break
    return found


def options(source: Source, found: list[Quantity], disputed: Sequence[Evidence] = ()) -> list[QuantityOption]:
    """Every value with the features of its best mentions; `disputed` is where the contested amount stands."""
    bare = {
        n.value
        for p in source.zone("subject", "new", "forwarded")
        for n in numbers(p.text, p.decimal_mark)
        if n.value < 10_000
    }
    bare |= {q.value for q in found}
    ordered = sorted(bare)[:80]
    starts: dict[int, list[int]] = {}
    for quantity in found:
        starts.setdefault(id(quantity.passage), []).append(quantity.start)
    contexts = {id(p): Context(p, _WORDS, starts[id(p)]) for p in {id(q.passage): q.passage for q in found}.values()}
    by_value: dict[Decimal, list[tuple[Quantity, dict[str, float]]]] = {}
    for quantity in found:
        by_value.setdefault(quantity.value, []).append(
            (quantity, _mention(source, quantity, contexts[id(quantity.passage)], disputed))
        )
    result: list[QuantityOption] = []
    for value, mentions in by_value.items():
        features: dict[str, float] = {}
        for _, own in mentions:
            for name, strength in own.items():
                features[name] = max(features.get(name, 0.0), strength)
        if any(other - value in bare and other - value != value for other in ordered if other > value):
            features["difference_of"] = 1.0
        features["only"] = float(len(by_value) == 1)
        features["least"] = float(value == min(by_value))
        features["most"] = float(value == max(by_value) and len(by_value) > 1)
        result.append(QuantityOption(value, tuple(q for q, _ in mentions), features))
    return result


def _mention(source: Source, quantity: Quantity, context: Context, disputed: Sequence[Evidence]) -> dict[str, float]:
    passage = quantity.passage
    features = {f"zone:{passage.zone}": 1.0}
    for near in context.near(quantity.start, quantity.end):
        if near.hit.role == "good" and source.reason == "unbilled_time":
            continue  # approved hours are the ones at issue
        strength = 1.0 if near.distance <= 2 else 0.7 if near.distance <= 6 else 0.4
        role = near.hit.role
        words_before = passage.tokens[max(0, near.hit.first - 3) : near.hit.first]
        if role == "good" and any(t.word in _NEGATIONS for t in words_before):
            role = "issue"  # not approved, noch nicht freigegeben
        name = f"{'before' if near.is_before else 'after'}:{role}"
        features[name] = max(features.get(name, 0.0), strength * (0.4 if near.is_blocked else 1.0))
    start, end = passage.start + quantity.start, passage.start + quantity.end
    if any(e.part == passage.part.path and (0 <= e.start - end <= 12 or 0 <= start - e.end <= 6) for e in disputed):
        features["beside_amount"] = 1.0
    follows = passage.folded[quantity.end : quantity.end + 12]
    if re.match(r"\W{0,2}(?:net|netto|after|nach|from|ab|apres|fin de|older|alt|term|notice)\b", follows) or re.match(
        r"\s?(?:/|per\b|pro\b|par\b|por\b)", follows
    ):
        features["is_term_or_rate"] = 1.0
    return features


def choice_of(source: Source, found: list[QuantityOption]) -> Choice:
    none = {"none": 1.0, f"none:{source.reason}": 1.0}
    if source.reason in _SOMETIMES:
        none["none:other"] = 1.0
    return Choice([o.features for o in found], none)


def quantity_fields(source: Source, disputed: Sequence[Evidence] = ()) -> dict[str, FieldValue]:
    """The contested quantity and its unit. `disputed` is where the contested amount stands."""
    if not has_quantity(source.reason):
        return {}
    found = options(source, quantities(source), disputed)
    chosen = best(choice_of(source, found), weights_of("quantity_disputed"), _LEAST)
    if chosen is None:
        return {}
    option = found[chosen[0]]
    mention = min(option.mentions, key=lambda q: q.passage.zone == "document")
    evidence = (mention.passage.evidence(mention.start, mention.end),)
    return {
        "quantity_disputed": FieldValue(quantity_text(option.value), evidence),
        "quantity_unit": FieldValue(mention.unit, evidence),
    }
