"""Customers' data in a text becomes invented data, the same each time: names, mails, accounts, phones, addresses.

What is known to be a name (headers, greetings, signatures, records of Odoo, our people) goes first. Then every
capitalised word that the engine's own phrasebooks do not know goes too: an unknown name is more likely there than a
word that the engine needs. Numbers of invoices, orders and anything like them keep their form. Amounts and dates stay.

A pseudonym is made with a secret key, so nobody without it can tell or test what it stands for. The same word is the
same pseudonym everywhere, so a customer's name, its mail domain and the label still fit each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.documents.folding import fold
from app.firm import FREE_MAIL, Firm
from app.llm.masking import mask
from classifiers.message_fields.company_words import LEGAL_FORM

_WORD = re.compile(r"[^\W\d_]+")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PRIVATE = 0xF0000
"""Characters from here on stand for pseudonyms while a text is worked on; no document may use them."""
_PRIVATE_CHARACTER = re.compile("[\U000f0000-\U0010ffff]")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+", text))


_SHAPES = (_words("b d f g k l m n p r s t v z br dr gr kl pl st tr"), tuple("aeiou"), ("", *"lnrsm"))
_MONTHS_AND_DAYS = _words(
    "jan feb mar apr may jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun okt dez mai mrz juin juil aout "
    "janv fevr avr ene abr ago dic gen mag giu lug set ott mei maa fev out sty lut kwi maj cze lip sie wrz paz lis gru"
)
_CURRENCIES = _words(
    "eur usd gbp chf sek nok dkk pln czk huf ron bgn jpy cny hkd sgd aud nzd cad inr zar brl mxn try aed ils krw"
)
_OUR_WORDS = _words(
    "re aw fw fwd wg tr rv inv po so sow vat ust mwst tva iva btw iban bic swift pdf xml csv xlsx docx ubl edi dear "
    "hello hi hallo bonjour regards mr mrs ms herr frau mme id nr no ref the i we gruß gruße gruss grusse schone "
    "freundliche viele beste deutsche klasse vriendelijke groeten cordiali saluti estimados geachte dom page sheet"
)
_NO_NAMES = _words(
    "dear hello hi hey hallo liebe lieber guten tag bonjour chere cher hola querido querida estimado estimada beste "
    "ciao caro cara buongiorno gentile ola czesc szanowny szanowna ms mr mrs miss dr herr herrn frau madame monsieur "
    "mme pan pani gruß gruße gruss grusse regards saludos groeten groet saluti cumprimentos salutations thanks team all"
)
"""Words of greetings and closings that stand where a name may: taken off, or the line is none."""
_KEPT_LOCAL = re.compile(
    r"(?:info|billing|invoices?|accounts?|ap|ar|finance|payments?|payables?|rechnung(?:en)?|buchhaltung|kreditoren"
    r"|einkauf|facturation|compta(?:bilite)?|achats?|facturas|compras|crediteuren|administratie|inkoop|fatture"
    r"|acquisti|faturas|faktury|ksiegowosc|no-?reply|postmaster|mailer-daemon|support|sales|procurement|notifications?)"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|\b[\w-]+(?:\.[\w-]+){0,3}\.(?:com|net|org|eu|de|at|ch|fr|es|nl|be"
                  r"|it|pt|pl|uk|ie|us|io|example|test)\b(?!@)", re.IGNORECASE)  # fmt: skip
_STREET_TYPE = (
    r"Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Drive|Square|Way|Quay|Wharf|Court|Park|Place|Terrace|House|Row|Hill"
    r"|Green|Gate|Boulevard|Blvd\.?"
)
_STREET_WORDS = _words("rue avenue boulevard place chemin route cours calle avenida plaza via viale piazza rua ul al")
_ADDRESS = re.compile(
    rf"\b\d{{1,4}}[A-Za-z]?,? (?:[A-Z][\w'’-]+ ){{1,3}}(?:{_STREET_TYPE})\b"
    r"|\b\d{1,4}(?: bis| ter)?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|allée|quai|impasse|route|cours)"
    r" [^\n,]{3,40}"
    r"|\b(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Via|Viale|Piazza|Corso|Largo|Rua|Praça|Travessa) [^\n,]{3,40},? ?"
    r"(?:n[.º°]* ?)?\d{1,4}\b"
    r"|\b[^\W\d_][\w.-]+(?:str(?:aße|asse|\.)|straat|laan|plein|kade|gracht|singel|dijk|allee|platz|gasse|damm|ufer)"
    r" \d{1,4} ?[a-zA-Z]?\b"
    r"|\b(?:[A-ZÄÖÜ][\w-]+ )?(?:Straße|Strasse|Weg|Allee|Platz|Ring|Damm|Chaussee) \d{1,4}[a-z]?\b"
    r"|\b(?:ul|al|pl|os)\. ?[^\n,]{3,40} \d{1,4}(?:/\d{1,4})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
    r"|\b\d{4} ?[A-Z]{2} +[A-Z][\w-]+|\b\d{2}-\d{3} [^\W\d_a-z][\w-]+|\b\d{4}-\d{3} [^\W\d_a-z][\w-]+"
    r"|(?:^|(?<=\n)|(?<=, )|(?<=[A-Z]-))(?!(?:19|20)\d\d )\d{4,5} [A-ZÄÖÜÉ][\w-]+(?: [A-ZÄÖÜÉ][\w-]+)?"
)
_CODE = re.compile(r"(?<![\w.,@])[A-Za-z]{0,12}[A-Za-z0-9#][A-Za-z0-9/_#.-]*[A-Za-z0-9](?![\w]|[.,]\d)")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:T[\d:.Z-]*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[-/.]\d{4}|\d{4}[-/]\d{2,4}"
    r"|\d{1,2}[-/.]?[A-Za-z]{3,9}[-/.]?\d{2,4}|[A-Za-z]{1,2}\d?[-/]?20\d\d"
)
_MONEY_NEAR = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF|PLN|Euro)\b")
_TITLED = re.compile(
    r"\b(?:Herrn?|Frau|Mr|Mrs|Ms|Miss|Dr|M|Mme|Mlle|Monsieur|Madame|Sr|Sra|Srta|Don|Doña|Señora?|dhr|mevr|mevrouw"
    r"|Sig|Sig\.ra|Dott|Exmo|Exma|Pan|Pani|Panie)\.? ((?:(?:Dr|Prof)\.? ?)*[^\W\d_a-z][\w'’-]+"
    r"(?: [^\W\d_a-z][\w'’-]+)?)"
)  # fmt: skip
_GREETING = (
    r"(?:Dear|Hello|Hi|Hey|Hallo|Liebe[rs]?|Guten Tag|Moin|Bonjour|Chère?|Salut|Hola|Querid[oa]|Estimad[oa]"
    r"|Beste|Dag|Ciao|Car[oa]|Buongiorno|Gentile|Olá|Bom dia|Car[oa]|Cześć|Szanown[ya])"
)
_GREETED = re.compile(
    rf"^[ \t>]*{_GREETING}"
    r" ([^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+)?)[,!.: ]*$",
    re.MULTILINE,
)
_SIGNED = re.compile(r"^[ \t>]*([^\W\d_a-z][\w'’.-]+(?: [^\W\d_a-z][\w'’.-]*){1,3})[ \t]*$", re.MULTILINE)


@cache
def known_words() -> frozenset[str]:
    """Folded words of the engine's phrasebooks that are no names: written small somewhere, or used three times."""
    import classifiers

    seen: Counter[str] = Counter()
    small: set[str] = set()
    for path in sorted(Path(classifiers.__file__).parent.rglob("*.yaml")):
        for word in _WORD.findall(path.read_text(encoding="utf-8")):
            seen[fold(word)] += 1
            if word[0].islower():
                small.add(fold(word))
    often = {word for word, count in seen.items() if count >= 3}
    return frozenset(small | often | {*_MONTHS_AND_DAYS, *_CURRENCIES, *_OUR_WORDS})


def names_in(text: str) -> tuple[str, ...]:
    """Names of people in greetings, after titles and on lines of their own, as in signatures; some are none."""
    found = [match.group(1) for pattern in (_TITLED, _GREETED) for match in pattern.finditer(text)]
    found += [m.group(1) for m in _SIGNED.finditer(text) if not LEGAL_FORM.search(m.group(1))]
    names = (" ".join(w for w in name.split() if fold(w).strip(".,") not in _NO_NAMES) for name in found)
    return tuple(dict.fromkeys(name for name in names if is_telling(name)))


def is_telling(name: str) -> bool:
    """Whether a name holds a word that says something: one that the phrasebooks do not know."""
    return any(len(word) >= 3 and fold(word) not in known_words() for word in _WORD.findall(name))


@dataclass
class Pseudonyms:
    """Invented data for one export. `names` are people's, `companies` customers' and others', as far as known;
    `references` numbers of invoices, orders and contracts. `replaced` counts what was, by sort."""

    key: bytes = field(repr=False)
    firm: Firm | None = None
    names: set[str] = field(default_factory=set)
    companies: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    replaced: Counter[str] = field(default_factory=Counter)
    _runs: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _real: tuple[int, frozenset[str]] = (0, frozenset())

    def __post_init__(self) -> None:
        firm = self.firm or Firm()
        ours = " ".join((*firm.names, *firm.invoice_prefixes, *(d.partition(".")[0] for d in firm.domains)))
        self._ours = {fold(word) for word in _WORD.findall(ours)}

    def masked(self, text: str) -> str:
        """The text with what is a customer's or a person's replaced.

        Raises:
            ValueError: The text uses characters that are reserved for the work.
        """
        if _PRIVATE_CHARACTER.search(text):
            raise ValueError("the text holds characters of Unicode's private planes")
        held: list[str] = []

        def hold(sort: str, pseudonym: str) -> str:
            self.replaced[sort] += 1
            held.append(pseudonym)
            return chr(_PRIVATE + len(held) - 1)

        def swap(pattern: re.Pattern[str] | None, sort: str, made: Callable[[str], str]) -> None:
            nonlocal text
            if pattern is not None:
                text = pattern.sub(lambda m: hold(sort, made(m.group())), text)

        swap(self._reference_pattern(), "reference", self.reference)
        found = mask([text], vat_ids=True)
        text = found.texts[0]
        for placeholder, value in found.values.items():
            sort = placeholder[1:].partition("-")[0].casefold()
            while placeholder in text:
                text = text.replace(placeholder, hold(sort, self._of_sort(sort, value)), 1)
        swap(_URL, "link", self._link)
        swap(_ADDRESS, "address", self._address)
        swap(_any_of(self.companies), "company", self.company)
        swap(_any_of({*self.names, *self._telling()}), "name", self.person)
        alone = self._alone_pattern()
        if alone is not None:
            text = alone.sub(
                lambda m: m.group()[: m.start(1) - m.start()] + hold("name", self.person(m.group(1))), text
            )
        text = _TITLED.sub(lambda m: m.group()[: m.start(1) - m.start()] + hold("name", self.person(m.group(1))), text)
        text = LEGAL_FORM.sub(lambda m: hold("", m.group()), text)
        text = _CODE.sub(lambda m: self._code(m, hold), text)
        text = _NAME_WORD.sub(lambda m: self._unknown(m.group(), hold), text)
        return _PRIVATE_CHARACTER.sub(lambda m: held[ord(m.group()) - _PRIVATE], text)

    def leaks(self, text: str) -> list[str]:
        """What of the known names, companies and references a masked text still holds (empty, or it must not leave)."""
        made = {fold(word) for word in self._runs.values()}
        left = [w for w in {fold(w) for w in self._telling()} & set(_WORD.findall(fold(text))) if w not in made]
        for pattern in (_any_of(self.names), self._alone_pattern()):
            found = pattern.findall(text) if pattern is not None else []
            left += [fold(w) for w in found if not all(fold(p) in made | self._ours for p in _WORD.findall(w))]
        bare = {re.sub(r"\W", "", r).casefold() for r in self.references}
        tokens = {re.sub(r"\W", "", t).casefold() for t in re.findall(r"[\w/.#-]+", text)}
        left += [r for r in bare & tokens if sum(c.isdigit() for c in r) >= 4 and r not in self._made_references()]
        return sorted(left)

    def _telling(self) -> set[str]:
        """The words of known names that are nothing else."""
        words = {w for name in (*self.names, *self.companies) for w in _WORD.findall(name)}
        return {w for w in words if len(w) >= 3 and fold(w) not in known_words() and fold(w) not in self._ours}

    def _alone_pattern(self) -> re.Pattern[str] | None:
        """Words of known people, ordinary ones too ("Max", "Rose"), where they end a greeting or stand alone."""
        words = {w for name in self.names for w in _WORD.findall(name) if len(w) >= 3 and fold(w) not in self._ours}
        if not words:
            return None
        written = "|".join(sorted(map(re.escape, words), key=lambda w: (-len(w), w)))
        return re.compile(
            rf"(?:^[ \t>]*|^[ \t>]*{_GREETING} )((?:{written})(?: (?:{written}))?)(?=[ \t]*[,!.:]?[ \t]*$)",
            re.IGNORECASE | re.MULTILINE,
        )

    def _made_references(self) -> set[str]:
        return {re.sub(r"\W", "", self.reference(r)).casefold() for r in sorted(self.references)}

    def company(self, name: str) -> str:
        """A company's name with its words replaced; its legal form and joining words stay."""
        forms = [(m.start(), m.end()) for m in LEGAL_FORM.finditer(name)]

        def swap(match: re.Match[str]) -> str:
            word = match.group()
            if any(s <= match.start() < e for s, e in forms) or (word.islower() and len(word) <= 4):
                return word
            return self.word(word)

        return _WORD.sub(swap, name)

    def person(self, name: str) -> str:
        return _WORD.sub(lambda m: m.group() if len(m.group()) < 2 else self.word(m.group()), name)

    def word(self, word: str) -> str:
        """An invented word for a word, in its case; ours stay."""
        folded = fold(word)
        if folded in self._ours:
            return word
        made = self._runs.get(folded)
        for attempt in range(100):
            if made is not None:
                break
            digest = self._digest("word", f"{folded}:{attempt}")
            count = 2 if len(word) < 8 else 3
            syllables = (
                _SHAPES[0][digest[3 * i] % 21] + _SHAPES[1][digest[3 * i + 1] % 5] + _SHAPES[2][digest[3 * i + 2] % 6]
                for i in range(count)
            )
            candidate = "".join(s.strip() for s in syllables)
            if candidate not in self._taken and candidate not in known_words() and candidate != folded:
                made = self._runs[folded] = candidate
                self._taken.add(candidate)
        made = made or "nemo"
        if word.isupper() and len(word) > 1:
            return made.upper()
        return made.capitalize() if word[0].isupper() else made

    def reference(self, text: str) -> str:
        """A number with its form kept: years, known prefixes and separators stay, other letters and digits change."""

        def swap(match: re.Match[str]) -> str:
            run = match.group()
            if run.isdigit():
                return run if re.fullmatch(r"(?:19|20)\d\d", run) or len(run) < 3 else self._digits(run)
            if len(run) == 1 or fold(run) in self._ours or fold(run) in known_words():
                return run
            letters = self._digest("letters", run.upper())
            made = "".join(chr(65 + letters[i % 32] % 26) for i in range(len(run)))
            return made if run.isupper() else made.lower()

        return re.sub(r"\d+|[^\W\d_]+", swap, text)

    def identifier(self, text: str) -> str:
        """A stable id for something of ours (a case), that says nothing about it."""
        return self._digest("id", text).hex()[:10]

    def _digits(self, run: str) -> str:
        known = self._runs.get(f"#{run}")
        if known is None and self._real[0] != len(self.references):
            runs = (one for reference in self.references for one in re.findall(r"\d+", reference))
            self._real = (len(self.references), frozenset(runs))
        real = self._real[1]
        for attempt in range(100):
            if known is not None:
                break
            digest = self._digest("digits", f"{run}:{attempt}")
            made = "".join(str(digest[i % 32] % 10) for i in range(len(run)))
            made = ("0" if run[0] == "0" else str(1 + digest[31] % 9)) + made[1:]
            if made != run and made not in real and f"#{made}" not in self._taken:
                known = self._runs[f"#{run}"] = made
                self._taken.add(f"#{made}")
        return known or "0" * len(run)

    def _of_sort(self, sort: str, value: str) -> str:
        if sort == "email":
            return self.email(value)
        if sort == "name":
            return self.person(value)
        digest = self._digest(sort, re.sub(r"\W", "", value).upper())
        kept = 2 if sort in ("iban", "vat") else 0  # the country
        made = []
        for i, c in enumerate(value):
            if i < kept or not c.isalnum():
                made.append(c)
            elif i < 4 and sort == "iban":
                made.append("0")  # check digits that no account has
            elif c.isdigit():
                made.append(str(digest[i % 32] % 10))
            else:
                new = chr(65 + digest[i % 32] % 26)
                made.append(new if c.isupper() else new.lower())
        return "".join(made)

    def email(self, address: str) -> str:
        """An invented address: mailboxes of a department, free mail hosts and our own domains stay."""
        local, at, domain = address.rpartition("@")
        if not at:
            return f"{self.word('mailbox')}@{self.word('somewhere')}.example"
        if not _KEPT_LOCAL.fullmatch(fold(local)):
            local = re.sub(r"\d+", "", _WORD.sub(lambda m: self.word(m.group()).lower(), local)) or "x"
        return f"{local}@{self.domain(domain)}"

    def domain(self, domain: str) -> str:
        firm = self.firm or Firm()
        plain = domain.casefold().strip(".")
        if plain in FREE_MAIL or any(plain == d or plain.endswith(f".{d}") for d in firm.domains):
            return plain
        parts = plain.split(".")
        name = parts[-3] if len(parts) > 2 and parts[-2] in ("co", "com", "org", "net", "gov", "ac") else parts[-2:][0]
        made = re.sub(r"[^\W_]+", lambda m: fold(self.word(m.group())), name)
        return f"{made}.example"

    def _link(self, link: str) -> str:
        host = re.sub(r"^https?://", "", link).partition("/")[0].removeprefix("www.")
        made = self.domain(host.partition(":")[0]) if "." in host else "link.example"
        return f"https://{made}/" if "/" in link else made

    def _address(self, text: str) -> str:
        kept = {fold(w) for w in re.findall(r"[A-Za-z]+", _STREET_TYPE)} | {*_STREET_WORDS}

        def swap(match: re.Match[str]) -> str:
            run = match.group()
            if run.isdigit():
                return self._of_sort("house", run)
            return run if len(run) < 2 or fold(run) in kept else self.word(run)

        return re.sub(r"\d+|[^\W\d_]+", swap, text)

    def _code(self, match: re.Match[str], hold: Callable[[str, str], str]) -> str:
        token = match.group()
        digits = sum(c.isdigit() for c in token)
        if digits < 4 or _DATE.fullmatch(token) or (re.fullmatch(r"[\d.,]*", token) and digits < 6):
            return token
        around = match.string[max(0, match.start() - 6) : match.end() + 6]
        if token.isdigit() and (digits < 6 or _MONEY_NEAR.search(around)):
            return token
        if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})*(?:[.,]\d{1,4})?", token):
            return token
        return hold("reference", self.reference(token))

    def _unknown(self, word: str, hold: Callable[[str, str], str]) -> str:
        """A capitalised word that no phrasebook knows is somebody's or something's name."""
        if len(word) < 2 or not word[0].isupper() or fold(word) in self._ours:
            return word
        parts = _WORD.findall(word)
        if all(fold(part) in known_words() or len(part) < 2 for part in parts):
            return word
        return hold("unknown word", self.person(word))

    def _reference_pattern(self) -> re.Pattern[str] | None:
        tails = {run for one in self.references for run in re.findall(r"\d+", one) if len(run) >= 4}
        tails = {run for run in tails if not re.fullmatch(r"(?:19|20)\d\d", run)}
        return _any_of({*self.references, *tails}, ends=r"(?![\w])(?![.,]\d)")

    def _digest(self, sort: str, value: str) -> bytes:
        return hmac.new(self.key, f"{sort}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _any_of(values: Iterable[str], *, ends: str = r"(?![^\W_])") -> re.Pattern[str] | None:
    """A pattern for any of these, longest first, however their spaces are written."""
    every = sorted({" ".join(v.split()) for v in values if len(v.strip()) >= 3}, key=lambda v: (-len(v), v))
    if not every:
        return None
    written = "|".join(re.escape(v).replace(r"\ ", r"\s+") for v in every)
    return re.compile(rf"(?<![^\W_])(?:{written}){ends}", re.IGNORECASE)
