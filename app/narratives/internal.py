"""Which remarks are not for the customer: our own mistakes, other customers, complaints, private and internal matters.

Word lists in English, German and French (internal.yaml; a remark in another language is held back by `languages`), the
names in the books, and a few habits of speech: a person speaking of themselves, questions, hours or money of their own.
Where it is in doubt a remark is held back: its hours are billed and stated all the same, only its words are not used,
and a reviewer reads why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import yaml

from app.documents.folding import Lexicon, Token, fold, tokenize, words_of

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
    "language": "is in a language, or in words, that the lists of internal words do not know",
    "forbidden": "holds a word that is not to be used for this customer",
}
"""Code: why in words, as the end of a sentence that begins with the remark."""

_IN_ORDER = ("aimed_at_software", "own_fault", "not_billable", "complaint", "private", "learning", "internal")
_MARKS = {
    "secret": re.compile(
        r"\b(?:pass ?wor[dt]\w*|passwd|pwd|pw|kennwort|mot de passe|api[ -]?key|token|secret|pin)\b.{0,30}?"
        r"(?:[:=]|\b(?:is|ist|est|lautet)\b|\b\w*\d\w*\b)"
        r"|\b(?:log ?[io]n\w*|sign[- ]?in|zugang\w*|zugriff|credentials?|anmelde\w*|account|konto|user(?: ?name)?|"
        r"benutzer\w*|identifiants?|acces|compte|admin|root|key|schlussel|cle|otp|tan|code)\b.{0,30}?"
        r"(?:\b[\w.@-]+ ?/ ?(?=\w*\d)\w{4,}|\b(?=\w*[a-z])(?=\w*\d)\w{8,}|\b\w+(?=\w*\d)\S*[!$%&*#]\S*)"
        r"|\b(?:admin|root|administrator)\s?[/:]\s?\w{4,}|\b(?:credentials|zugangsdaten|identifiants|login)\s?[:=]"
        r"|\b(?:sk-|ghp_|glpat-|xox[bp]-|akia)\w{10,}|\beyj\w{10,}\.|-----begin|\b(?=\w*[a-z])(?=\w*\d)\w{24,}\b"
    ),
    "contact": re.compile(
        r"[\w.+-]+@[\w-]+\.\w+|https?://|www\.|(?<!\d)\+\d{2}[\d /()-]*|(?<![\d.,/-])0\d{2,4}[ /-]\d{4,}"
    ),
    "question": re.compile(r"[?!]|\.\.\.|…|:-?\(|;-?\)|:-?\)"),
    "figures": re.compile(
        r"\d[\d.,' ]*\s*(?:h|hrs?|hours?|std|stunden?|heures?|min|minutes?|minuten|days?|tage?n?|pt|jours?|uur|uren|"
        r"ore|horas?|godz\w*|eur|euros?|usd|gbp|chf|pln|€|\$|£|%|k|k€|mio|mrd|bn|"
        r"t?eur|percent|per ?cent|pct|prozent|pour ?cent|dollars?|pounds?|pfund|franken|francs?|uhr|"
        r"[ap]\.?m\.?|o'clock|"
        r"man-?days?|man-?hours?|p?md|mt|personentage?n?|manntage?n?|h\d{1,2}|hours?\d*|std\.?|pln|zl)(?!\w)"
        r"|(?<![\d.])(?:[01]?\d|2[0-4])[:.][0-5]\d ?(?:-|bis|to|until|a|h\b|uhr)|(?<![\d:])\d{1,3}:[0-5]\d(?![\d:])"
        r"|\d ?/ ?(?:h|hr|hour|std|stunde|day|d|tag|jour|heure|month|monat|mois)\b|= ?\d|\(\d+[.,]\d+\)"
        r"|[€$£]\s*\d|\b(?:eur|usd|gbp|chf|pln)\s*\d"
        r"|\b(?:one|two|three|four|five|six|seven|eight|half an?|zwei|drei|vier|funf|sechs|eine halbe|halber?|deux|"
        r"trois|quatre|cinq|une demi|nine|ten|eleven|twelve|half a|an|a|one full|full|several|couple of|few|sieben|"
        r"acht|neun|zehn|elf|zwolf|halbe[rn]?|ganze[rn]?|anderthalb|eineinhalb|zweieinhalb|dreieinhalb|eine?|einen|"
        r"mehrere|paar|six|sept|huit|neuf|dix|demi|demie|une|un|plusieurs|quelques)[ -]"
        r"(?:(?:and|und|et)[ -](?:an?[ -])?(?:half|halbe|demie?)[ -])?"
        r"(?:hours?|days?|day|stunden?|tage?s?|heures?|heure|journee|jours?)\b"
        r"|\b(?:all|half)[ -]day\b|\b(?:ganz|halb)(?:tags|tagig\w*)\b|\bhalbtags\b"
        r"|\b(?:hundred|thousand|million|hundert|tausend|mille|cents?)\w* (?:eur\w*|dollars?|pounds?|franken|francs?)\b"
    ),
    "complaint": re.compile(
        r"\b(?:client|customer|their|they|kunden?|le client|du client)\b[\w' ]{0,20}\b(?:is|are|was|were|never|again|"
        r"keeps?|did ?n.?t|does ?n.?t|wo ?n.?t|refus\w*|ist|sind|war|waren|nie|wieder|will|weigert|can ?n.?t|can not|"
        r"could ?n.?t|kann nicht|konnte nicht|unzufrieden|ne sait|ne peut|est|sont|etait|"
        r"jamais|encore)\b"
    ),
    "own_fault": re.compile(
        r"\b(?:because|since|weil|da|car|parce qu\w*|due to|owing to|wegen|aufgrund|a cause|suite a)\b.{0,40}"
        r"\b(?:wrong|fehl\w*|falsch\w*|erreurs?|errors?|mistakes?|failures?|misunderst\w*|missverst\w*|bad|mauvais\w*)\b"
    ),
    "theirs": re.compile(
        r"\b(?:customer|client|supplier|vendor|provider|manufacturer)s?'s?\b|\b(?:legacy|third[- ]party|altsystem\w*|"
        r"des kunden|lieferant\w*|herstellers?|fremdsystem\w*|ancien systeme|du client|du fournisseur|de l'editeur)\b"
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
    user users portal template default administrator admin my your
    """
)
_ARTICLES = words_of("the a an der die das den le la les l el los de het een il lo i gli o os as")
_NO_INITIALS = words_of(
    """
    it hr qa pm uk us eu ai ki ux ui bi db os pc id vm ci cd bw fi co mm sd pp ps po pr ar ap gl tm wm ms sl tk ip tv vr
    an am as at be by do go he if in is me my no of on or so to up we ab da du er es im ja la le li lu ma mi ne ni nu sa
    se si su ta te tu un va vs ok tt ha mo di fr
    """
)
"""Two letters that mean something else than a person: never taken for initials."""
_SMALL = words_of("an am as at be by do go he if in is me my no of on or so to up we da du er es im la le un")
_RUN = re.compile(r"[a-z]+|\d+")
_PART = re.compile(r"[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+(?![a-zß-öø-ÿ])|\d+")
_JOINABLE = 6
"""Letters from which on a name is also found as the beginning of a longer word, or in two parts."""
_WORD = re.compile(r"[^\W\d_]+(?:['’&-][^\W\d_]+)*")


def distinctive(name: str) -> frozenset[str]:
    """The words of a company's name by which people call it, folded: "Polder" and not "Instruments" or "B.V."."""
    parts = [p for word in _WORD.findall(name) for p in re.split(r"['’]", word)]
    called = {fold(p) for p in parts if len(p) >= 4 or (len(p) == 3 and p.isupper())}
    return frozenset(called - _LEGAL - _GENERIC)


@dataclass(frozen=True, slots=True)
class Others:
    """Names of companies and of their people, and numbers of their documents: what only its owner may read.

    `names` are whole names and, where every word of one is an ordinary word, its beginnings too ("united energy");
    `signs` are names with figures or signs, or of two letters, as written ("3M", "E.ON"); `codes` are the letters and
    figures of a number without signs and leading zeros.
    """

    words: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    codes: frozenset[tuple[str, ...]] = frozenset()
    joined: frozenset[str] = field(init=False)
    """The names written as one word."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "joined", frozenset(name.replace(" ", "") for name in self.names))

    @classmethod
    def of(cls, names: Iterable[str], codes: Iterable[str] = ()) -> Others:
        every = tuple(names)
        return cls(
            frozenset(word for name in every for word in distinctive(name)),
            frozenset(phrase for name in every for phrase in _phrases(name)),
            frozenset(sign for name in every for sign in _signs(name)),
            frozenset(key for code in codes for key in _keys(code)),
        )

    def but(self, own: Iterable[str], codes: Iterable[str] = ()) -> Others:
        """These without a customer's own names and numbers."""
        ours = tuple(own)
        mine = {fold(p) for text in ours for word in _WORD.findall(text) for p in re.split(r"['’]", word)}
        return Others(
            self.words - mine,
            self.names - {phrase for text in ours for phrase in _phrases(text)},
            frozenset(s for s in self.signs if not any(_stands(s, text) for text in ours)),
            self.codes - {key for code in codes for key in _keys(code)},
        )

    def is_named(self, text: str) -> bool:
        """Whether a text names one of them: inflected, in the possessive, joined to other words or split in two."""
        folded = fold(text)
        tokens = tokenize(folded)
        spaced = f" {' '.join(t.word for t in tokens)} "
        if any(f" {name} " in spaced or f" {name}s " in spaced for name in self.names):
            return True
        if any(_stands(sign, text) for sign in self.signs):
            return True
        for at, token in enumerate(tokens):
            if any(self._is(part, text, token.start) for part in _forms(text[token.start : token.end])):
                return True
            pair = token.word + tokens[at + 1].word if at + 1 < len(tokens) else ""
            if len(pair) >= _JOINABLE and pair in self.words:
                return True
            if any(token.word[:n] in self.joined for n in range(_JOINABLE, len(token.word) + 1)):
                return True
        return False

    def _is(self, word: str, text: str, start: int) -> bool:
        if word in self.words:
            return len(word) > 4 or _is_name(text, start)
        stems = (word[:n] for n in range(_JOINABLE, len(word)))
        return any(stem in self.words for stem in stems) or (word[-1:] == "s" and word[:-1] in self.words)

    def is_numbered(self, text: str) -> bool:
        """Whether a text holds a number of one of their documents, with other separators or zeros than in the books."""
        folded = fold(text)
        runs = list(_RUN.finditer(folded))
        lengths = {len(key) for key in self.codes}
        for size in lengths:
            for at in range(len(runs) - size + 1):
                some = runs[at : at + size]
                gaps = [folded[x.end() : y.start()] for x, y in pairwise(some)]
                if any(len(gap) > 3 or any(c.isalnum() or c in ",;" for c in gap) for gap in gaps):
                    continue
                if (
                    " " in "".join(gaps)
                    and any(c.islower() for c in text[some[0].start() : some[0].end()])
                    and size < 3
                ):
                    continue  # "so 42 users"
                raw = tuple(r.group() for r in some)
                if raw in self.codes or _bare(raw) in self.codes:
                    return True
        return False


@dataclass(frozen=True)
class Guard:
    """Says of any text whether the customer may read it. `staff` are our people's names, empty where they may stand."""

    others: Others = field(default_factory=Others)
    staff: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()

    @cached_property
    def _people(self) -> frozenset[str]:
        """Names and their parts, as they stand in folded text."""
        return frozenset(p for name in self.staff for p in (_spaced(name), *_spaced(name).split()) if len(p) >= 3)

    @cached_property
    def _short(self) -> frozenset[str]:
        """Names of two letters and initials, as they are written."""
        short = {w for name in self.staff for w in _WORD.findall(name) if len(w) == 2 and fold(w) not in _SMALL}
        initials = {"".join(w[0] for w in _WORD.findall(name)).upper() for name in self.staff}
        short |= {i for i in initials if len(i) > 1 and fold(i) not in _NO_INITIALS}
        return frozenset(short)

    def held_back(self, text: str) -> str | None:
        """Why it is held back (a code of REASONS), or None. Empty text says nothing and is not held back."""
        folded = fold(text)
        tokens = tokenize(folded)
        in_one_line = " ".join(folded.split())
        if any(_holds(in_one_line, " ".join(fold(word).split())) for word in self.forbidden):
            return "forbidden"
        if self.others.is_named(text):
            return "other_customer"
        if self.others.is_numbered(text):
            return "other_record"
        for reason in ("secret", "contact"):
            if _MARKS[reason].search(folded):
                return reason
        roles = _roles(folded, tokens)
        for reason in _IN_ORDER:
            if reason in roles or (reason in _MARKS and _MARKS[reason].search(folded)):
                return reason
        if self._names_staff(text, tokens):
            return "staff"
        for reason in ("figures", "question"):
            if _MARKS[reason].search(folded):
                return reason
        return "speaks_of_us" if "speaks_of_us" in roles else None

    def _names_staff(self, text: str, tokens: Sequence[Token]) -> bool:
        spaced = f" {' '.join(t.word for t in tokens)} "
        return any(f" {person} " in spaced or f" {person}s " in spaced for person in self._people) or any(
            text[t.start : t.end] in self._short for t in tokens
        )


def _roles(folded: str, tokens: Sequence[Token]) -> set[str]:
    """What the lists say of a text; a defect is a fault of ours unless the text says whose it is."""
    hits = _lexicon().find(list(tokens))
    plain = {n for hit in hits if hit.role == "plain" for n in range(hit.first, hit.last + 1)}
    roles = {hit.role for hit in hits if not plain & set(range(hit.first, hit.last + 1))}
    if "defect" in roles and not _MARKS["theirs"].search(folded):
        roles.add("own_fault")
    return roles


@cache
def _lexicon() -> Lexicon:
    return Lexicon(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")))


def _holds(folded: str, word: str) -> bool:
    """Whether a forbidden phrase stands in a text, also one with signs in it ("C++")."""
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded))


def _is_name(text: str, start: int) -> bool:
    """Whether the word is written as a name: with a capital, or the text has none but its first, or nothing else."""
    return text[start].isupper() or not any(c.isupper() for c in text[1:]) or text.isupper()


def _forms(word: str) -> Iterator[str]:
    """A word and what it is joined of: "PolderInstruments" is also "polder", "instruments"."""
    yield fold(word)
    parts = _PART.findall(word)
    if len(parts) > 1:
        yield from (fold(p) for p in parts if len(p) >= 3)


def _phrases(name: str) -> Iterator[str]:
    """A company's name as phrases to look for: whole, and where all its words are ordinary ones, its beginnings."""
    spaced = _spaced(name)
    words = spaced.split()
    whole = [fold(p) for word in _WORD.findall(name) for p in re.split(r"['’-]", word) if p]
    if " " in spaced:
        yield spaced
    elif not distinctive(name) and len(whole) > 1:
        yield " ".join(whole)  # "Energie AG": the ordinary word with the legal form
    if not distinctive(name):
        while words and words[0] in _ARTICLES:
            words = words[1:]
        for end in range(2, len(words)):
            if words[end - 1] not in _LEGAL | _ARTICLES and words[end - 1] not in ("and", "und", "et", "of", "von"):
                yield " ".join(words[:end])


def _signs(name: str) -> Iterator[str]:
    """The beginning of a name that is no plain word: "3M", "E.ON", "H&M", "BP"."""
    first = next(iter(name.split()), "").strip(".,;")
    letters = [c for c in first if c.isalpha()]
    if not letters or len(first) < 2:
        return
    is_short = len(first) == 2 and first.isupper() and fold(first) not in _NO_INITIALS | _LEGAL
    is_signed = len(first) <= 12 and (any(c.isdigit() for c in first) or any(c in ".&+!" for c in first))
    if is_short or (is_signed and len(letters) > (0 if any(c.isdigit() for c in first) else 1)):
        yield first


def _stands(sign: str, text: str) -> bool:
    """Whether a name of signs stands in a text: short ones as written, longer ones in any case."""
    if fold(sign) not in fold(text):
        return False
    flags = re.IGNORECASE if len(sign) > 3 else 0
    return bool(re.search(rf"(?<!\w){re.escape(sign)}(?!\w)", text, flags))


def _bare(runs: Iterable[str]) -> tuple[str, ...]:
    return tuple(run.lstrip("0") or "0" for run in runs)


def _keys(code: str) -> Iterator[tuple[str, ...]]:
    """A document's number as letters and figures: without zeros in front, and without its letters if it is long."""
    if len(code) < 5 or not any(c.isdigit() for c in code):
        return
    raw = tuple(_RUN.findall(fold(code)))
    if any(run.isalpha() for run in raw) or len(_bare(raw)[0]) >= 5:
        yield _bare(raw)
    yield raw
    figures = raw[1:]
    if raw[0].isalpha() and len(figures) > 1 and all(f.isdigit() for f in figures) and len(figures[-1]) >= 4:
        yield figures


def _spaced(name: str) -> str:
    words = [fold(p) for word in _WORD.findall(name) for p in re.split(r"['’-]", word)]
    return " ".join(w for w in words if w and w not in _LEGAL)
