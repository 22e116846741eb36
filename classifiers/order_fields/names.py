"""Names of companies and public bodies: where one ends, what is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.order_fields import labels
from classifiers.order_fields.layout import Token, text_of
from classifiers.order_fields.word_sets import word_set

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DOTTED = re.compile(r"^(?:[A-Z]\.){2,5}$")
"""A legal form we may not know, behind a comma: "Ejemplo, S.A.T."."""
_CUTS = word_set("* - / | · – — • ■ ► ◆")
_NOT_NAMES = word_set(
    "page seite pagina strona date datum fecha data tel phone fax email www http https attn attention c/o p.o. "
    "purchase order bestellung commande pedido inkooporder ordine encomenda zamowienie invoice invoices "
    "accounts payable total vat gst dear hello hi bonjour madame guten sehr geachte beste estimado estimada "
    "estimados gentile egregio spettabile szanowni szanowna caro cara prezado exmo exmos original message note "
    "re fw fwd wg aw tr"
)
_TITLES = word_set("mr mrs ms dr prof herr frau m mme mlle sr sra sig dhr mevr pan pani")


SMALL = word_set("& and und et e y en of de du des der van von di del della da do dos la le & i")


@dataclass(frozen=True, slots=True)
class Name:
    """A company's name as written, and the words that make it."""

    text: str
    tokens: tuple[Token, ...]
    has_form: bool
    """It carries a legal form or a public body's word."""


def form_end(tokens: Sequence[Token]) -> int:
    """The number of tokens up to the end of the last legal form in a name that begins with them, or 0."""
    forms = labels.wordlist("legal_forms")
    end = 0
    at = 1
    while at < min(len(tokens), 12):
        for count in (5, 4, 3, 2, 1):
            if at + count > len(tokens):
                continue
            words = " ".join(w for t in tokens[at : at + count] for w in labels.plain_words(t.text))
            if (words in forms or words.replace(" ", "") in forms) and _is_written_as_form(
                tokens[at : at + count], words
            ):
                end = at + count
                at += count - 1
                break
        else:
            if end and not _joins_forms(tokens, at):
                break
        at += 1
    return end


def begins_with_form(tokens: Sequence[Token]) -> bool:
    """Whether words begin with a legal form of several words: "Anstalt des öffentlichen Rechts"."""
    words = [w for t in tokens[:5] for w in labels.plain_words(t.text)]
    return any(" ".join(words[:count]) in labels.wordlist("legal_forms") for count in range(2, len(words) + 1))


def _joins_forms(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].text in ("&", "und", "and", "et", "y", "e") and at + 1 < len(tokens)


def _is_written_as_form(tokens: Sequence[Token], words: str) -> bool:
    """A short form is written with a capital, a point or as the trade does; "as" or "co" in a sentence is a word."""
    first = tokens[0].text
    if words == "co" and first == "CO":
        return False  # a state, unless the whole name is in capitals, where "CO" seldom stands last
    if len(words) > 4 or words in ("gmbh",):
        return True
    if words in (
        "plc",
        "llp",
        "eg",
        "e k",
        "ev",
        "e v",
        "sarl",
        "spa",
        "srl",
        "sas",
        "inc",
        "ltd",
        "lda",
        "sro",
        "mbh",
        "a s",
        "s a",
        "s l",
    ):
        return True
    return first[:1].isupper()


def has_public_word(tokens: Sequence[Token]) -> bool:
    """Whether a name holds a word that public bodies, associations and the like carry."""
    bodies = labels.wordlist("public_bodies")
    words = [w for t in tokens[:10] for w in labels.plain_words(t.text)]
    return any(" ".join(words[i : i + n]) in bodies for n in (1, 2, 3) for i in range(len(words) - n + 1))


def name_in(tokens: Sequence[Token]) -> Name | None:
    """The name that a run of tokens begins with: up to its legal form, a mark, or an address."""
    words = _from_first_word(tokens)
    if not words or _EMAIL.search(words[0].text):
        return None
    if words[0].text[:1].isdigit() and not form_end(words):
        return None  # a firm may begin with a number, "3 Rivers plc"; a street does not end in a legal form
    taken = _up_to_its_end(words)
    text = text_of(taken).strip(" ,;:·|-–").rstrip('(“"')
    return (
        Name(text, tuple(taken), form_end(taken) > 0 or has_public_word(taken)) if _may_be_name(taken, text) else None
    )


def _from_first_word(tokens: Sequence[Token]) -> list[Token]:
    """Tokens from the first word on, without brackets and a number in front: "10000001 - Example Ltd"."""
    words = [t for t in tokens if t.text not in ("(", ")", "“", "”", '"')]
    while words and not any(c.isalnum() for c in words[0].text):
        words = words[1:]
    if len(words) > 2 and words[0].text.isdigit() and words[1].text in ("-", "–", "/", ":"):
        words = words[2:]
    return words


def _up_to_its_end(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens up to the legal form, a mark or a bracket; without these, up to an address."""
    end = form_end(tokens)
    for i, token in enumerate(tokens):
        is_mark = token.text in _CUTS or token.text[:1] in '(“"„'
        if not i or not is_mark or (end and i > end):
            continue
        if end and i < end:
            if token.text in ("-", "/", "–") and tokens[i - 1].end == token.start:
                continue  # a stroke inside the name
            break
        end = min(end, i) if end else i
        break
    if not end:
        return _before_address(tokens)
    rest = tokens[end:]
    is_added = rest and rest[0].text[:1] == "(" and len(rest) <= 2 and rest[-1].text.endswith(")")
    if is_added and not tokens[end - 1].text.endswith((",", ";", ":")):
        return tokens  # "Example Ltd (Services)"
    return tokens[:end]


def _may_be_name(tokens: Sequence[Token], text: str) -> bool:
    """Whether words can be a name: not a street, a date, a sentence or a heading."""
    if not tokens or sum(any(c.isdigit() for c in t.text) for t in tokens) > 1 or any(":" in t.text for t in tokens):
        return False
    if not form_end(tokens) and any(t.text.strip(".,;").isdigit() for t in tokens):
        return False
    letters = sum(c.isalpha() for c in text)
    if letters < 2 or letters < 0.5 * len(text.replace(" ", "")) or len(text) > 110:
        return False
    words = labels.plain_words(text)
    return bool(words) and words[0] not in _NOT_NAMES and _is_written_as_name(tokens)


def _is_written_as_name(tokens: Sequence[Token]) -> bool:
    """A name is not a sentence: it begins with a capital and most of its longer words do."""
    words = [t.text for t in tokens if any(c.isalpha() for c in t.text)]
    if not words or len(words) > 12:
        return False
    first = next((c for c in words[0] if c.isalnum()), "")
    if first.islower() and not any(c.isupper() for c in words[0]):
        return False
    longer = [w for w in words if len(w) > 3 and w.casefold() not in SMALL]
    small = sum(1 for w in longer if w.lstrip("(\"'„“").islower() or w[:1].islower())
    if len(longer) <= 5 and has_public_word(tokens[:2]):
        return small < len(longer)  # "Centre hospitalier intercommunal"
    return small * 2 <= max(1, len(longer))


def _before_address(tokens: Sequence[Token]) -> Sequence[Token]:
    """A name without a legal form ends at the first comma, unless a department follows and nothing else."""
    cuts = [
        i + 1 for i, t in enumerate(tokens)
        if t.text.endswith((",", ";")) and not (i + 1 < len(tokens) and _DOTTED.match(tokens[i + 1].text))
    ]  # fmt: skip
    has_figures = any(c.isdigit() for t in tokens for c in t.text)
    if not cuts:
        return tokens
    rest = tokens[cuts[0] :]
    is_department = any(w in _DEPARTMENTS for t in rest for w in labels.plain_words(t.text))
    return tokens if is_department and not has_figures and len(cuts) == 1 else tokens[: cuts[0]]


_DEPARTMENTS = word_set(
    "amt department dept office direction service services ufficio abteilung division directorate dienst "
    "afdeling finance finanzen finanzverwaltung referat dezernat einkauf beschaffung procurement school "
    "faculty dipartimento departamento wydzial sekretariat zentrale settore area servicio"
)


def same(a: str, b: str) -> bool:
    """Whether two names mean one company: the same words but for legal form and small differences of reading."""
    from rapidfuzz import fuzz

    x, y = " ".join(labels.plain_words(a)), " ".join(labels.plain_words(b))
    if not x or not y:
        return False
    return bool(fuzz.ratio(x, y) >= 88 or (min(len(x), len(y)) >= 8 and (x.startswith(y) or y.startswith(x))))


def letter_width(name: Name) -> float:
    """The usual width of a name's letters."""
    return sum(t.x1 - t.x0 for t in name.tokens) / max(1, sum(len(t.text) for t in name.tokens))


def looks_personal(name: Name) -> bool:
    """Two or three capitalised words without anything a company's name has."""
    words = name.text.split()
    if words and words[0].strip(".").casefold() in _TITLES:
        return True
    return 2 <= len(words) <= 3 and all(w[:1].isupper() and w[1:].islower() for w in words if w[:1].isalpha())


def is_department(name: Name) -> bool:
    """Whether a name is that of a department: "Purchasing Department", "Servicio de Compras"."""
    return not form_end(name.tokens) and any(w in _DEPARTMENTS for w in labels.plain_words(name.text))


def is_code(name: Name) -> bool:
    return sum(c.isdigit() for c in name.text) > 0.4 * len(name.text)
