"""Whose a mail domain is, and which domains are made to look like another."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.firm import FREE_MAIL

_SECOND_LEVEL = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "ne", "net", "nom", "or", "org", "plc", "ltd"}
)
"""Before an ending of a country these belong to it: acme.co.uk, acme.com.au."""
_SHARED = frozenset({
    "onmicrosoft.com", "gappssmtp.com", "amazonaws.com", "github.io", "blogspot.com", "wordpress.com", "wixsite.com",
    "uk.com", "de.com", "eu.com", "us.com", "gb.net", "se.net", "co.com", "cloudfront.net", "azurewebsites.net",
    "herokuapp.com", "sendgrid.net", "mailgun.org", "amazonses.com", "salesforce.com", "zendesk.com", "freshdesk.com",
})  # fmt: skip
"""Domains that lend names below them to anybody: each name there is a house of its own."""
_GENERIC = frozenset({
    "mail", "email", "info", "post", "webmail", "service", "services", "office", "group", "online", "global", "team",
    "support", "example", "company", "firma", "invoice", "billing", "finance", "accounting", "consulting",
})  # fmt: skip
_ADDED = frozenset({
    "account", "accounting", "accounts", "ag", "ap", "ar", "bank", "billing", "buchhaltung", "compta", "conto", "corp",
    "de", "eu", "facture", "factures", "finance", "finanz", "fr", "gmbh", "group", "groupe", "gruppe", "holding", "hq",
    "inc", "info", "international", "intl", "invoice", "invoices", "konto", "llc", "ltd", "mail", "office", "online",
    "paiement", "pay", "payment", "payments", "portal", "rechnung", "rechnungen", "remittance", "sarl", "secure",
    "service", "services", "support", "team", "treasury", "uk", "us", "vendor", "zahlung", "zahlungen",
})  # fmt: skip
"""Words that are put beside a known name to borrow its credit."""
_LETTERS = str.maketrans({
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "l", "ј": "j", "ѕ": "s", "ԁ": "d",
    "һ": "h", "ӏ": "l", "к": "k", "м": "m", "т": "t", "в": "b", "н": "h", "п": "n", "г": "r", "α": "a", "ο": "o",
    "ρ": "p", "ν": "v", "υ": "u", "ι": "l", "κ": "k", "τ": "t", "ε": "e", "ı": "l", "ɡ": "g", "ß": "ss", "0": "o",
    "1": "l", "3": "e", "5": "s", "i": "l", "ø": "o", "đ": "d", "ł": "l",
})  # fmt: skip
"""Letters and figures that are taken for another at a glance."""
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"))
SHORTEST = 5
"""Letters of a name that is compared by its letters; shorter ones resemble too many."""
LONG = 11
"""Letters of a name that is resembled with two of them changed; shorter ones with one."""


def registered(domain: str) -> str:
    """The part of a domain that somebody registered: acme.co.uk of mail.acme.co.uk; lower case, as it is written."""
    labels = [part for part in domain.casefold().strip(".").split(".") if part]
    is_below = len(labels) > 2 and (
        (len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL) or ".".join(labels[-2:]) in _SHARED
    )
    return ".".join(labels[-3 if is_below else -2 :])


def house(address: str) -> str:
    """Whose an address is: its registered domain; at a free mail service the whole address."""
    _local, _at, domain = address.casefold().rpartition("@")
    return address.casefold() if domain in FREE_MAIL else registered(domain)


def as_read(domain: str) -> str:
    """The domain as a mail program shows it: punycode as the letters it stands for."""
    if "xn--" not in domain.casefold():
        return domain
    try:
        import idna

        return ".".join(
            idna.decode(label) if label.casefold().startswith("xn--") else label for label in domain.split(".")
        )
    except (UnicodeError, ValueError):  # idna's own errors are UnicodeErrors
        return domain


def has_mixed_letters(domain: str) -> bool:
    """Whether one name in the domain is written in letters of several alphabets, as no honest name is."""
    for label in as_read(domain).split("."):
        alphabets = {unicodedata.name(c, "").partition(" ")[0] for c in label if c.isalpha()}
        if len(alphabets & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Alike:
    """A known domain that another one resembles, and by what: letters, words, ending or inside."""

    known: str
    by: str


def alike(domain: str, known: Iterable[str]) -> Alike | None:
    """The first known domain (registered, lower case) that this one resembles without being of the same house."""
    own = registered(domain)
    if not own or own in FREE_MAIL:
        return None
    theirs = [name for name in known if name and name not in FREE_MAIL]
    if own in theirs:
        return None
    return _by_letters(own, theirs) or _by_words(own, theirs) or _inside(domain.casefold(), own, theirs)


def _name(domain: str) -> str:
    return domain.partition(".")[0]


@lru_cache(maxsize=65_536)
def skeleton(name: str) -> str:
    """A name with the letters that are taken for each other made one."""
    shown = unicodedata.normalize("NFKC", as_read(name)).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", shown) if not unicodedata.combining(c)).replace("-", "")
    for pair, one in _PAIRS:
        bare = bare.replace(pair, one)
    return bare


def _by_letters(own: str, theirs: Sequence[str]) -> Alike | None:
    from rapidfuzz.distance import OSA

    mine, my_name = skeleton(_name(own)), _name(own)
    for other in theirs:
        name = _name(other)
        if name == my_name:
            if len(name) >= SHORTEST and name not in _GENERIC:
                return Alike(other, "ending")
            continue
        shape = skeleton(name)
        if len(shape) < SHORTEST:
            if shape == mine and len(name) > 2:
                return Alike(other, "letters")
            continue
        if shape == mine or OSA.distance(mine, shape, score_cutoff=2) <= (2 if len(shape) >= LONG else 1):
            return Alike(other, "letters")
    return None


def _by_words(own: str, theirs: Sequence[str]) -> Alike | None:
    mine = _name(own)
    for other in theirs:
        name = _name(other)
        if len(name) < SHORTEST or name in _GENERIC or len(mine) <= len(name):
            continue
        if mine.startswith(f"{name}-") or mine.endswith(f"-{name}") or f"-{name}-" in mine:
            return Alike(other, "words")
        bare, whole = name.replace("-", ""), mine.replace("-", "")
        rest = whole.removeprefix(bare) if whole.startswith(bare) else whole.removesuffix(bare)
        if rest != whole and rest in _ADDED:
            return Alike(other, "words")
    return None


def _inside(domain: str, own: str, theirs: Sequence[str]) -> Alike | None:
    """A known domain written before the one that counts: acme.com.example.net, acme-com.example.net."""
    before = f".{domain.removesuffix(own)}"
    mine = _name(own)
    for other in theirs:
        if len(_name(other)) >= SHORTEST and (f".{other}." in before or mine.startswith(other.replace(".", "-"))):
            return Alike(other, "inside")
    return None
