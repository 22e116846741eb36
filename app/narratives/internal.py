"""Which remarks are not for the customer: our own mistakes, other customers, complaints, private and internal matters.

Word lists in English, German and French (internal.yaml), the names in the books, and a few habits of speech: a person
speaking of themselves, questions, hours or money of their own. Where it is in doubt a remark is held back: its hours
are billed and stated all the same, only its words are not used, and a reviewer reads why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from app.documents.folding import Lexicon, fold, tokenize, words_of

REASONS: Mapping[str, str] = {
    "own_fault": "speaks of a mistake of ours or of work done again",
    "other_customer": "names another customer",
    "other_record": "names a document of another customer",
    "complaint": "complains or passes judgement",
    "private": "is private",
    "internal": "is an internal note",
    "not_billable": "says that it is not to be billed",
    "learning": "speaks of learning or of people joining and leaving",
    "secret": "holds a password or a key",
    "speaks_of_us": "speaks of ourselves or of others in person",
    "question": "asks or exclaims",
    "figures": "states hours or amounts of its own, which would not add up with the line",
    "contact": "holds an address, a link or a telephone number",
    "aimed_at_software": "is aimed at software",
    "staff": "names a colleague",
    "forbidden": "holds a word that is not to be used for this customer",
}
"""Code: why in words, as the end of a sentence that begins with the remark."""

_IN_ORDER = ("aimed_at_software", "own_fault", "not_billable", "complaint", "private", "learning", "internal")
_MARKS = {
    "secret": re.compile(
        r"\b(?:pass ?wor[dt]\w*|passwd|pwd|pw|kennwort|mot de passe|api[ -]?key|token|secret|pin)\b.{0,30}?"
        r"(?:[:=]|\b(?:is|ist|est|lautet)\b|\b\w*\d\w*\b)"
    ),
    "contact": re.compile(r"[\w.+-]+@[\w-]+\.\w+|https?://|www\.|(?<!\d)\+\d[\d /()-]{7,}"),
    "question": re.compile(r"[?!]|\.\.\.|…|:-?\(|;-?\)|:-?\)"),
    "figures": re.compile(
        r"\d[\d.,' ]*\s*(?:h|hrs?|hours?|std|stunden?|heures?|min|minutes?|minuten|days?|tage?n?|pt|jours?|uur|uren|"
        r"ore|horas?|godz\w*|eur|euros?|usd|gbp|chf|pln|€|\$|£|%)(?!\w)"
        r"|[€$£]\s*\d|\b(?:eur|usd|gbp|chf|pln)\s*\d"
        r"|\b(?:one|two|three|four|five|six|seven|eight|half an?|zwei|drei|vier|funf|sechs|eine halbe|halber?|deux|"
        r"trois|quatre|cinq|une demi)[ -](?:hours?|days?|day|stunden?|tage?|heures?|heure|journee|jours?)\b"
    ),
    "complaint": re.compile(
        r"\b(?:client|customer|their|they|kunden?|le client|du client)\b[\w' ]{0,20}\b(?:is|are|was|were|never|again|"
        r"keeps?|did ?n.?t|does ?n.?t|wo ?n.?t|refus\w*|ist|sind|war|waren|nie|wieder|will|weigert|est|sont|etait|"
        r"jamais|encore)\b"
    ),
    "own_fault": re.compile(
        r"\b(?:because|since|weil|da|car|parce qu\w*)\b.{0,40}\b(?:wrong|fehl\w*|falsch\w*|erreur\w*)\b"
    ),
}
"""On folded text."""
_LEGAL = words_of(
    "gmbh ag kg ohg ug se ev eg ltd limited llc llp inc corp co plc sa sas sarl bv nv spa srl sl lda oy ab as aps kgaa "
    "mbh cie b v s a p l n"
)
_GENERIC = words_of(
    """
    the and und der die das les des von van de la le el group gruppe groupe holding holdings international global europe
    deutschland germany france services service system systems solutions consulting partners partner company compagnie
    gesellschaft werk werke brauhaus officine instruments logistik logistics energy energie foods food housing trust
    transit bank capital media digital software data technik technology technologies engineering industries industrie
    handel trade trading bau medical pharma health care insurance versicherung university universitat stadt city council
    county north south east west nord sud ost new neue first royal national general united public central office iberica
    """
)
_WORD = re.compile(r"[^\W\d_]+(?:['’&-][^\W\d_]+)*")
_CODE = re.compile(r"[A-Za-z0-9]+(?:[/._-][A-Za-z0-9]+)*")


def distinctive(name: str) -> frozenset[str]:
    """The words of a company's name by which people call it, folded: "Polder" and not "Instruments" or "B.V."."""
    parts = [p for word in _WORD.findall(name) for p in re.split(r"['’]", word)]
    called = {fold(p) for p in parts if len(p) >= 4 or (len(p) == 3 and p.isupper())}
    return frozenset(called - _LEGAL - _GENERIC)


@dataclass(frozen=True, slots=True)
class Others:
    """Names of companies and of their people, and numbers of their documents: what only its owner may read."""

    words: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], codes: Iterable[str] = ()) -> Others:
        every = tuple(names)
        return cls(
            frozenset(word for name in every for word in distinctive(name)),
            frozenset(spaced for name in every if " " in (spaced := _spaced(name))),
            frozenset(fold(code) for code in codes if len(code) >= 5 and any(c.isdigit() for c in code)),
        )

    def but(self, own: Iterable[str], codes: Iterable[str] = ()) -> Others:
        """These without a customer's own names, the words that its orders use, and its own numbers."""
        ours = tuple(own)
        mine = {fold(p) for text in ours for word in _WORD.findall(text) for p in re.split(r"['’]", word)}
        return Others(
            self.words - mine, self.names - {_spaced(text) for text in ours}, self.codes - set(map(fold, codes))
        )


@dataclass(frozen=True)
class Guard:
    """Says of any text whether the customer may read it. `staff` are our people's names, empty where they may stand."""

    others: Others = field(default_factory=Others)
    staff: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        people = {p for name in self.staff for p in (_spaced(name), *_spaced(name).split()) if len(p) >= 3}
        object.__setattr__(self, "_people", frozenset(people))

    def held_back(self, text: str) -> str | None:
        """Why it is held back (a code of REASONS), or None. Empty text says nothing and is not held back."""
        folded = fold(text)
        tokens = tokenize(folded)
        in_one_line = " ".join(folded.split())
        if any(_holds(in_one_line, " ".join(fold(word).split())) for word in self.forbidden):
            return "forbidden"
        spaced = f" {' '.join(t.word for t in tokens)} "
        if any(f" {name} " in spaced for name in self.others.names) or any(
            token.word in self.others.words and _is_name(text, token.start) for token in tokens
        ):
            return "other_customer"
        if any(fold(code) in self.others.codes for code in _CODE.findall(text)):
            return "other_record"
        for reason in ("secret", "contact"):
            if _MARKS[reason].search(folded):
                return reason
        roles = {hit.role for hit in _lexicon().find(tokens)}
        for reason in _IN_ORDER:
            if reason in roles or (reason in _MARKS and _MARKS[reason].search(folded)):
                return reason
        if any(f" {person} " in spaced for person in self._people):  # type: ignore[attr-defined]
            return "staff"
        for reason in ("figures", "question"):
            if _MARKS[reason].search(folded):
                return reason
        return "speaks_of_us" if "speaks_of_us" in roles else None


@cache
def _lexicon() -> Lexicon:
    return Lexicon(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


def _holds(folded: str, word: str) -> bool:
    """Whether a forbidden phrase stands in a text, also one with signs in it ("C++")."""
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded))


def _is_name(text: str, start: int) -> bool:
    """Whether the word is written as a name: with a capital, or the whole text is in small or in large letters."""
    return text[start].isupper() or not any(c.isupper() for c in text) or text.isupper()


def _spaced(name: str) -> str:
    words = [fold(p) for word in _WORD.findall(name) for p in re.split(r"['’-]", word)]
    return " ".join(w for w in words if w and w not in _LEGAL)
