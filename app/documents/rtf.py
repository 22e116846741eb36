"""Rich text to plain text, and Outlook's compressed form of it. One pass, linear, nothing is executed or followed."""

from __future__ import annotations

import re
import struct

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+|\\)"
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer themedata listtable listoverridetable rsidtbl "
    b"generator datastore fldinst xmlnstbl".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
          b"bullet": "•", b"emspace": " ", b"enspace": " "}  # fmt: skip
_PREBUFFER = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
_LONGEST = 40_000_000


def to_text(content: bytes) -> str:
    """The text of an RTF document; table cells separated by tabs, rows by new lines."""
    codepage = "cp1252"
    out: list[str] = []
    skip_depth = 0
    depth = 0
    to_drop = 0
    unicode_skip = 1
    for match in _TOKEN.finditer(content):
        word, number, byte, sign, brace, text = match.groups()
        if brace == b"{":
            depth += 1
        elif brace == b"}":
            if depth == skip_depth:
                skip_depth = 0
            depth -= 1
        elif skip_depth:
            continue
        elif word is not None:
            if word in _SKIPPED:
                skip_depth = depth
            elif word == b"ansicpg" and number:
                codepage = f"cp{int(number)}"
            elif word == b"uc" and number:
                unicode_skip = max(0, min(int(number), 8))
            elif word == b"u" and number:
                out.append(chr(int(number) % 65536))
                to_drop = unicode_skip
            else:
                out.append(_BREAKS.get(word) or _SIGNS.get(word, ""))
        elif sign == b"*":
            skip_depth = depth
        elif sign is not None:
            out.append(
                {b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n"}.get(
                    sign, sign.decode("latin-1") if sign in b"\\{}" else ""
                )
            )
        elif byte is not None or text:
            raw = bytes([int(byte, 16)]) if byte is not None else text
            dropped, to_drop = min(to_drop, len(raw)), max(0, to_drop - len(raw))
            out.append(_decoded(raw[dropped:], codepage))
    joined = "".join(out)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\t\n", "\n")


def _decoded(raw: bytes, codepage: str) -> str:
    try:
        return raw.decode(codepage, "replace")
    except LookupError:
        return raw.decode("cp1252", "replace")


def decompress(content: bytes) -> bytes:
    """Outlook's compressed RTF (MS-OXRTFCP); b"" if it is damaged."""
    if len(content) < 16:
        return b""
    size, kind = struct.unpack_from("<I", content, 4)[0], content[8:12]
    if kind == b"MELA":
        return content[16 : 16 + size]
    if kind != b"LZFu" or size > _LONGEST:
        return b""
    window = bytearray(_PREBUFFER.ljust(4096, b"\0"))
    write = len(_PREBUFFER)
    out = bytearray()
    at = 16
    while at < len(content) and len(out) < size:
        flags = content[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 1 >= len(content):
                    return bytes(out)
                reference = content[at] << 8 | content[at + 1]
                at += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write % 4096:
                    return bytes(out[:size])
                for i in range(length):
                    letter = window[(offset + i) % 4096]
                    out.append(letter)
                    window[write % 4096] = letter
                    write += 1
            else:
                if at >= len(content):
                    return bytes(out)
                out.append(content[at])
                window[write % 4096] = content[at]
                write += 1
                at += 1
    return bytes(out[:size])
