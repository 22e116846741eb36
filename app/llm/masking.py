"""Addresses, phones, accounts, cards, passwords and people's names leave as placeholders and come back in the answer.

A placeholder reads "[EMAIL-1-q7]". Its last part is made from the texts so that no text holds it: what an outsider
writes is never taken for a placeholder. The same texts give the same placeholders. A placeholder that the model
invents or changes is taken out and counted, never guessed at.

Masking too much costs little, as it comes back; masking too little costs a customer's data. What is not found: a
phone number without a prefix, a leading zero or a word before it, a secret that no word announces, and the name of a
person whom no header names, of the mail or of one quoted in it, and who neither has a title nor signs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_COUNTRIES = (
    "AD|AE|AL|AT|AZ|BA|BE|BG|BH|BR|BY|CH|CR|CY|CZ|DE|DK|DO|EE|EG|ES|FI|FO|FR|GB|GE|GI|GL|GR|GT|HR|HU|IE|IL|IQ|IS|IT"
    "|JO|KW|KZ|LB|LC|LI|LT|LU|LV|LY|MC|MD|ME|MK|MR|MT|MU|NL|NO|PK|PL|PS|PT|QA|RO|RS|SA|SC|SE|SI|SK|SM|ST|SV|TL|TN|TR"
    "|UA|VA|VG|XK"
)
_GAP = r"[ \t\u00a0\u202f\u2009.\-]?"
_EMAIL = re.compile(r"[\w.%+'-]{1,64}(?:@|\s?[(\[]\s?at\s?[)\]]\s?)[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}", re.IGNORECASE)
_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_COUNTRIES})[ \u00a0]?\d{{2}}(?:{_GAP}[A-Z0-9]){{11,30}}(?![A-Za-z0-9])", re.IGNORECASE
)
_IBAN_GROUPS = re.compile(
    rf"(?<![A-Za-z0-9])(?:{_COUNTRIES})\d{{2}}(?:[ \t\u00a0\u202f-]?[A-Z0-9]{{4}}){{2,7}}"
    r"(?:[ \t\u00a0\u202f-]?\d{1,3})?(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_AFTER_ACCOUNT_WORD = re.compile(
    r"(?:iban|account|acct|a/c|konto\w{0,12}|kto|compte|cuenta|rekening\w{0,8}|conto|conta|rachun\w{1,5}"
    r"|sort[ -]code|routing|bankleitzahl|blz|aba|clabe|rib|nib)\b[^\n\d]{0,40}(\d(?:[ .\u00a0-]?\d){4,29})",
    re.IGNORECASE,
)
_BIC = re.compile(
    rf"\b(?:bic|swift)\b[^\n]{{0,20}}?\b([A-Z]{{4}}[A-Z]{{2}}[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?)\b"
    rf"|\b[A-Z]{{4}}(?:{_COUNTRIES})(?:[A-Z0-9]{{2}}XXX|\d[A-Z0-9]|[A-Z]\d)(?:[A-Z0-9]{{3}})?\b"
    rf"|\b[A-Z]{{4}}(?:{_COUNTRIES})[A-Z0-9]{{2}}(?:[A-Z0-9]{{3}})?\b"
    rf"(?=[^\n]{{0,40}}(?:{_COUNTRIES})\d\d[ \dA-Z]{{11}})"
)
_CARD = re.compile(r"(?<![\w.,])[2-6]\d{3}(?:[ -]?\d){9,15}(?!\w)")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+[ ]?|00(?=[1-9]))\d(?:[ \t\u00a0().\-/]{0,3}\d){6,14}(?!\w)"
    r"|(?<![\w.,/+-])\(0\d{1,5}\)[ \t/-]{0,3}\d(?:[ \t./-]?\d){3,10}(?!\w)"
    r"|(?<![\w.,/+-])0\d{1,5}[ \t]?[/ \t-][ \t]?\d{2,}(?:[ \t-]?\d){3,9}(?![\w]|[.,]\d)"
)
_AFTER_PHONE_WORD = re.compile(
    r"(?<![^\W_])(?:tele(?:ph|f)\w{0,8}|tel|tél\w{0,8}|teléf\w{0,6}|phone|fon|fax|mobile?|mob|handy|gsm|cell|kom|ext"
    r"|durchwahl|dw|direct|portable|móvil|cellulare|telemóvel|komórka)\b[^\n\d+(]{0,15}"
    r"((?:\+ ?|\()?\d(?:[ \t\u00a0().\-/]{0,3}\d){3,14})(?!\w)",
    re.IGNORECASE,
)
_VAT_ID = re.compile(rf"(?<![A-Za-z0-9])(?:{_COUNTRIES}|EL|XI)[ ]?(?=[0-9A-Z. ]*\d)[0-9A-Z](?:[ .]?[0-9A-Z]){{7,11}}\b")
_NAME = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’.-][^\W\d_]+)*\.?"
_TITLED = re.compile(
    r"(?<!\w)(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herrn?|Frau|Hr|Fr|Mme|Mlle|Monsieur|Madame|Señora?|Sr\.|Sra|Sig(?:nora|\.ra)?|Dott"
    rf"|Dhr|Mevr|Mevrouw|Senhora?|Pani?|Panem)\.?[ \u00a0]({_NAME}(?:[ \u00a0]{_NAME}){{0,2}})"
)
_SIGNED = re.compile(
    r"(?i:regards|wishes|sincerely|thanks|thank you|cheers|gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss)|danke|cordialement"
    r"|salutations|saludos|atentamente|groet(?:en)?|saluti|cumprimentos|atenciosamente|pozdrawiam"
    r"|poważaniem)[,.!]?[ \t]*\n\s{0,20}"
    rf"({_NAME}(?:[ \t]{_NAME}){{1,3}})[ \t]*(?:$|[\n,|])"
)
_SECRET = re.compile(
    r"(?:pass(?:word|wort|code|phrase)|kennwort|zugangscode|mot de passe|code d.accès|contraseña|clave|wachtwoord"
    r"|senha|parola d.ordine|hasło|api[ -]?key|access token|\bpin)\b[^\n\w]{0,3}(?:is|ist|lautet|est|es|é|è|to)?"
    r"[ \t]*[:=]?[ \t]*[\"'«„“]?([^\s\"'»“”,;]{4,60})",
    re.IGNORECASE,
)
_SORTS = ("EMAIL", "IBAN", "ACCOUNT", "BIC", "CARD", "PHONE", "VAT", "SECRET", "NAME")
_ANY = "|".join(_SORTS)
_TAG_LETTERS = "abcdefghjkmnpqrstuvwxyz"
LONGEST_NAME = 80
LONGEST_QUOTING = 200_000

_NOBODY_WORDS = """
    ap ar
    account accounts accounting payable receivable billing invoice invoices finance team support office info service
    services sales purchasing procurement orders order department dept noreply reply no do not system notification
    notifications mailer daemon postmaster admin group holding company gmbh ag kg ltd limited llc inc plc sas sarl sa bv
    nv spa srl lda oy ab the and und et of
    buchhaltung rechnung rechnungswesen einkauf rechnungen abteilung zentrale kreditoren debitoren finanzen
    comptabilite comptabilité fournisseurs achats facturation service clients administration direction
    contabilidad compras facturas facturacion proveedores administracion pagos crediteuren administratie inkoop
    facturen boekhouding amministrazione acquisti fornitori contabilita fatture contabilidade fornecedores faturas
    ksiegowosc księgowość faktury zakupy dzial dział
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())
"""Words of a department or a firm: a display name that holds one is no person's."""
_NAME_PART = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")

_QUOTED_HEADER = re.compile(
    r"^[>|* \t]*(?:From|To|Cc|Von|An|De|À|A|Para|Da|Van|Aan|Od|Do|DW)\*?[ \u00a0]?:\*?[ \t]*(\S[^\n]{2,400})$",
    re.MULTILINE,
)
_SAID = r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|napisał\w{0,2})"
_NAMED = r"([^\W\d_][^\n,;:<>\d]{2,60}?)[ \t]*(?:<[^<>\n]*>[ \t]*)?"
_WROTE = re.compile(
    rf"(?:[,\d]|Uhr)[ \t]+(?:[ap]m[ \t]+)?{_NAMED},?[ \t]*{_SAID}[ \u00a0]?:|\b{_SAID}[ \t]+{_NAMED}:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with its values back. `dropped` are placeholders that stand for nothing, as the model wrote them."""

    text: str
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Masked:
    """Texts as they may leave, and what their placeholders stand for (never logged, never stored with the answer)."""

    texts: tuple[str, ...]
    tag: str
    values: Mapping[str, str] = field(repr=False)
    _said: str = field(default="", repr=False)

    def restore(self, text: str) -> Restored:
        """Each placeholder of ours becomes its value; what only looks like one is taken out."""
        dropped: list[str] = []

        def back(match: re.Match[str]) -> str:
            written = match.group()
            if written in self.values:
                return self.values[written]
            if self.tag not in written.casefold() and written in self._said:
                return written  # an outsider's words, quoted
            dropped.append(written)
            return ""

        pattern = (
            rf"\[(?:{_ANY})-\d+-{self.tag}\]"
            rf"|\[?[ ]?(?:{_ANY})[-_ ]{{0,2}}\d*[-_ ]{{0,2}}{self.tag}\w*\]?"
            rf"|\[[ ]?(?:{_ANY})[-_ ]{{1,2}}\d+[^\[\]\s]{{0,12}}[ ]?\]?"
            rf"|[^\s\[\]]{{0,20}}{self.tag}[^\s\[\]]{{0,20}}\]?"
        )
        return Restored(re.sub(pattern, back, text, flags=re.IGNORECASE), tuple(dropped))

    def restore_all(self, value: Any) -> tuple[Any, tuple[str, ...]]:
        """The same for every text in a parsed answer (keys are left alone), with all that was dropped."""
        dropped: list[str] = []

        def walk(one: Any) -> Any:
            if isinstance(one, str):
                result = self.restore(one)
                dropped.extend(result.dropped)
                return result.text
            if isinstance(one, Mapping):
                return {key: walk(inner) for key, inner in one.items()}
            return [walk(inner) for inner in one] if isinstance(one, list | tuple) else one

        return walk(value), tuple(dropped)


def mask(texts: Sequence[str], *, names: Iterable[str] = (), vat_ids: bool = False) -> Masked:
    """The texts without what must not leave. `names` are people's, as `people` gives them from mail headers."""
    tag = _tag(texts)
    values: dict[str, str] = {}
    placeholders: dict[str, str] = {}
    counts = dict.fromkeys(_SORTS, 0)
    every = "\n".join(texts)
    wanted = _names(name for name in names if any(word.strip(".,") in every for word in name.split()))
    out: list[str] = []
    for text in texts:
        pieces, at = [], 0
        for start, end, sort in _spans(text, wanted, vat_ids):
            written = text[start:end]
            if written not in placeholders:
                counts[sort] += 1
                placeholders[written] = f"[{sort}-{counts[sort]}-{tag}]"
                values[placeholders[written]] = written
            pieces += [text[at:start], placeholders[written]]
            at = end
        out.append("".join([*pieces, text[at:]]))
    return Masked(tuple(out), tag, values, "\n".join(texts))


def people(display_names: Iterable[str]) -> tuple[str, ...]:
    """Those display names of mail headers that are people's: two to four words, none of a department or a firm."""
    found: dict[str, None] = {}
    for name in display_names:
        plain = re.sub(r"\([^)]*\)|\[[^\]]*\]|\|.*", " ", name.strip("\"' ")[:LONGEST_NAME])
        words = plain.replace(",", " ").split()
        if not 2 <= len(words) <= 4 or any(w.casefold().strip(".") in _NOBODY for w in words):
            continue
        if all(_NAME_PART.fullmatch(w) for w in words) and any(w[0].isupper() for w in words):
            found.setdefault(" ".join(plain.split()))
    return tuple(found)


def quoted_names(text: str) -> tuple[str, ...]:
    """The display names in the headers of mails that a mail quotes: "From: …", "To: …; …", "On …, … wrote:".

    Looked for in the first `LONGEST_QUOTING` characters: time stays bounded.
    """
    text = text[:LONGEST_QUOTING]
    found = [match.group(1) or match.group(2) for match in _WROTE.finditer(text)]
    for match in _QUOTED_HEADER.finditer(text):
        for one in re.sub(r"<[^<>\n]*>|\[[^\[\]\n]*\]|[*\"]", " ", match.group(1)).split(";"):
            several = one.split(",")
            found += several if all(len(piece.split()) > 1 for piece in several) else [one]
    return tuple(dict.fromkeys(name.strip() for name in found if name.strip()))


def _names(names: Iterable[str]) -> re.Pattern[str] | None:
    """Full names first, in either order, then their parts of three letters and more."""
    whole: list[str] = []
    parts: list[str] = []
    for name in names:
        words = [w.strip(".,") for w in name.split()]
        whole += [r"[ \t,]{1,2}".join(map(re.escape, words))]
        whole += [r"[ \t,]{1,2}".join(map(re.escape, [words[-1], *words[:-1]]))] if len(words) > 1 else []
        parts += [re.escape(w) for w in words if len(w) >= 3 and w[0].isupper()]
    every = [p for p in dict.fromkeys([*whole, *sorted(parts, key=len, reverse=True)]) if p]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(every)})(?![^\W_])") if every else None


def _spans(text: str, names: re.Pattern[str] | None, vat_ids: bool) -> list[tuple[int, int, str]]:
    found = sorted(_found(text, names, vat_ids), key=lambda span: (span[0], -span[1]))
    merged: list[tuple[int, int, str]] = []
    for start, end, sort in found:
        if merged and start < merged[-1][1]:
            before = merged[-1]
            merged[-1] = (before[0], max(end, before[1]), before[2])
        else:
            merged.append((start, end, sort))
    return merged


def _found(text: str, names: re.Pattern[str] | None, vat_ids: bool) -> Iterator[tuple[int, int, str]]:
    for match in _EMAIL.finditer(text):
        yield *match.span(), "EMAIL"
    for pattern in (_IBAN, _IBAN_GROUPS):
        for match in pattern.finditer(text):
            if sum(c.isdigit() for c in match.group()) >= 8:
                yield *match.span(), "IBAN"
    for match in _AFTER_ACCOUNT_WORD.finditer(text):
        yield *match.span(1), "ACCOUNT"
    for match in _BIC.finditer(text):
        yield *match.span(1 if match.group(1) else 0), "BIC"
    for match in _CARD.finditer(text):
        if _passes_luhn(match.group()):
            yield *match.span(), "CARD"
    for match in _PHONE.finditer(text):
        if sum(c.isdigit() for c in match.group()) >= 7:
            yield *match.span(), "PHONE"
    for match in _AFTER_PHONE_WORD.finditer(text):
        yield *match.span(1), "PHONE"
    if vat_ids:
        for match in _VAT_ID.finditer(text):
            yield *match.span(), "VAT"
    for match in _SECRET.finditer(text):
        if any(not c.isalpha() for c in match.group(1).strip(".!?:()")):  # an ordinary word is no password
            yield *match.span(1), "SECRET"
    for pattern in (_TITLED, _SIGNED):
        for match in pattern.finditer(text):
            if people([match.group(1)]) or pattern is _TITLED:
                yield *match.span(1), "NAME"
    if names:
        for match in names.finditer(text):
            yield *match.span(), "NAME"


def _passes_luhn(written: str) -> bool:
    digits = [int(c) for c in written if c.isdigit()][::-1]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[1::2])
    return 13 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _tag(texts: Sequence[str]) -> str:
    """Three characters, made from the texts, that none of them holds."""
    every = "\n".join(texts).casefold()
    digest = hashlib.sha256(every.encode("utf-8", "surrogatepass")).digest()
    number = int.from_bytes(digest[:8], "big")
    for _ in range(100_000):
        letter, digit = _TAG_LETTERS[number % 23], number // 23 % 10
        tag = f"{letter}{digit}{_TAG_LETTERS[number // 230 % 23]}{number // 5290 % 10}"
        if tag not in every:
            return tag
        number += 1
    length = 5
    while "z" * length in every:
        length += 1
    return "z" * length
