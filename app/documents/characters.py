"""From bytes in any charset to clean text: the charset declared, the one that fits, and no control characters."""

from __future__ import annotations

import codecs
import re
import unicodedata

# Latin-1 in mail means windows-1252 in practice (WHATWG Encoding Standard); ASCII with high bytes means nothing.
_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSES = ("cp1252", "cp1250", "iso-8859-15", "iso-8859-2")
_LETTERS = frozenset("äöüÄÖÜßàâæçéèêëîïôœùûÿñáíóúìòãõÀÂÇÉÈÊËÎÏÔÙÛÑÁÍÓÚÌÒÃÕąćęłńśźżĄĆĘŁŃŚŹŻ€–—’‘“”„«»…§°º²")
_SPACES = {
    ord(c): " "
    for c in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
}
_NOTHING = dict.fromkeys((0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF))
"""Soft hyphens, joiners, and the marks that reverse the order of letters to deceive."""
_CONTROLS = dict.fromkeys((*range(9), *range(14, 32), *range(127, 133), *range(134, 160)))
_BREAKS = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_CLEAN = {**_SPACES, **_NOTHING, **_CONTROLS, **_BREAKS}
_SURROGATES = re.compile("[\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Text with one kind of newline and of space, composed letters, and nothing invisible (PostgreSQL refuses NUL)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", text))
    return text


def decode(content: bytes, declared: str = "") -> str:
    """Bytes as text: by byte order mark, as UTF-8 if they are, as declared if that fits, else by what reads best."""
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(name, "replace")
    name = _known(declared)
    if name.startswith(("utf-16", "utf-32", "utf-7", "iso2022")):
        return content.decode(name, "replace")
    if b"\x00" in content[:400]:
        wide = _wide(content)
        if wide:
            return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")  # text with high bytes that is valid UTF-8 is UTF-8, whatever it says it is
    except UnicodeDecodeError as error:
        cut_at_the_end = error.start >= len(content) - 3 and error.reason.startswith("unexpected end")
        if cut_at_the_end:
            return content.decode("utf-8", "replace")
    if name and name not in ("utf-8", "ascii"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            pass
        if name == "cp1252":
            return content.decode("cp1252", "replace")
    if name == "utf-8" and _is_mostly_utf8(content):
        return content.decode("utf-8", "replace")
    return _best_guess(content)


def _known(declared: str) -> str:
    name = declared.strip().strip("\"'").lower().replace("_", "-")
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40:
        return ""
    try:
        info = codecs.lookup(name)
        b"".decode(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    return _ALIASES.get(info.name, info.name)


def _wide(content: bytes) -> str:
    even, odd = content[:400:2].count(0), content[1:400:2].count(0)
    if odd > 3 * even + 10:
        return "utf-16-le"
    return "utf-16-be" if even > 3 * odd + 10 else ""


def _is_mostly_utf8(content: bytes) -> bool:
    broken = content.decode("utf-8", "replace").count("\ufffd")
    high = sum(1 for byte in content if byte >= 0xC0)
    return broken * 4 < high


def _best_guess(content: bytes) -> str:
    best, best_score = "", -1e9
    for name in _GUESSES:
        text = content.decode(name, "replace")
        score = 0.0
        sample = text[:20000]
        for i, c in enumerate(sample):
            if c < "\x80":
                continue
            inside_word = sample[i - 1 : i].isalpha() or sample[i + 1 : i + 2].isalpha()
            if c in _LETTERS:
                score += 1
            elif inside_word:
                score -= 2
        if score > best_score:
            best, best_score = text, score
    return best
