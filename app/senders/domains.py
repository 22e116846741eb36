"""Whose a mail domain is, and which domains are made to look like another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from app.firm import FREE_MAIL

if TYPE_CHECKING:
    from tldextract import TLDExtract

_SHARED = (
    "amazonaws.com", "amazonses.com", "freshdesk.com", "gappssmtp.com", "mailgun.org", "onmicrosoft.com",
    "salesforce.com", "sendgrid.net", "wordpress.com", "zendesk.com",
)  # fmt: skip
"""Domains that lend names below them to anybody, each a house of its own, and that the public suffix list lacks."""
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
_LABEL = re.compile(r"[\w-]{1,63}")
_MOST_LABELS = 10
"""More than the longest ending of the public suffix list has."""


def registered(domain: str) -> str:
    """The part of a domain that somebody registered: acme.co.uk of mail.acme.co.uk; lower case, as it is written.

    Under which endings names are registered says the public suffix list, with the names that firms lend to others; of
    an ending that it does not know (`.example`) it is the last two parts, of an ending itself the whole.
    """
    labels = _labels(domain)
    return ".".join(labels if len(labels) < 3 else labels[-1 - _ending(labels) :])


def is_ending(domain: str) -> bool:
    """Whether names below this one belong to others than itself: com, co.uk, onmicrosoft.com."""
    labels = _labels(domain)
    return len(labels) < 2 or _ending(labels) == len(labels)


def _labels(domain: str) -> list[str]:
    return [part for part in domain.casefold().strip(".").split(".") if part]


def _ending(labels: Sequence[str]) -> int:
    """How many labels, from the last, are the ending under which names are registered; 1 for an unknown one."""
    plain = list(takewhile(_LABEL.fullmatch, reversed(labels[-_MOST_LABELS:])))
    return _length_of_ending(".".join(reversed(plain)))


@lru_cache(maxsize=16_384)
def _length_of_ending(domain: str) -> int:
    return _public_suffixes()(domain).suffix.count(".") + 1


@lru_cache(maxsize=1)
def _public_suffixes() -> TLDExtract:
    """The public suffix list as it was packaged: nothing is fetched, and nothing is written."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True, extra_suffixes=_SHARED)


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
