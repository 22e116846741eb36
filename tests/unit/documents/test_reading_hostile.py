"""Input made to be slow: time grows with the length of the input and no faster."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from app.documents.characters import clean, decode
from app.documents.html import to_text
from app.documents.language import detect
from app.documents.mail_headers import addresses, decode_header
from app.documents.read import read
from app.documents.rtf import decompress
from app.documents.rtf import to_text as rtf_text
from app.documents.sniff import media_type

HEADERS = "From: a@b.example\nTo: c@d.example\nSubject: x\n"
CASES: dict[str, Callable[[int], object]] = {
    "nested tags": lambda n: to_text("<div>" * n + "x"),
    "nested quotes": lambda n: to_text("<blockquote type=cite>" * (n // 10) + "x"),
    "nested tables": lambda n: to_text("<table><tr><td>" * (n // 10) + "x"),
    "wide table": lambda n: to_text("<table><tr>" + "<td>x</td>" * n + "</tr></table>"),
    "long style": lambda n: to_text(f'<p style="{"color:" * n}">x</p>'),
    "style sheet": lambda n: to_text("<style>" + ".a{" * n + "@media" * n + "</style>x"),
    "unclosed comment": lambda n: to_text("<!--" * n),
    "entities": lambda n: to_text("&" * n + "&amp;" * n),
    "encoded words": lambda n: decode_header("=?utf-8?q?" * n),
    "address list": lambda n: addresses('"' + '\\"<,' * n),
    "header": lambda n: read((HEADERS + "X: " + " a" * n + "\n\nx").encode(), "x.eml"),
    "many headers": lambda n: read((HEADERS + "X-A: b\n" * n + "\nx").encode(), "x.eml"),
    "parameters": lambda n: read((HEADERS + "Content-Type: a/b; " + 'name*0="a"; ' * n + "\n\nx").encode(), "x.eml"),
    "boundaries": lambda n: read(
        (HEADERS + "Content-Type: multipart/mixed; boundary=q\n\n" + "--q\n\n" * n).encode(), "x.eml"
    ),
    "quotes": lambda n: read((HEADERS + "\n" + "> " * n).encode(), "x.eml"),
    "one long line": lambda n: read((HEADERS + "\n" + "On 1.1.2026 wrote: " * n).encode(), "x.eml"),
    "long word": lambda n: detect("a" * n),
    "high bytes": lambda n: decode(b"\xb9\xe6\xea" * n),
    "control characters": lambda n: clean("\x00\u200b\x07" * n),
    "base64": lambda n: read(
        (HEADERS + "Content-Transfer-Encoding: base64\n\n" + "A=" * n).encode(), "x.eml"
    ),
    "rtf": lambda n: rtf_text(b"{\\rtf1" + b"{\\*\\a" * n + b"\\u1" * n),
    "compressed rtf": lambda n: decompress(bytes(8) + b"LZFu" + bytes(4) + b"\xff\xff\x00" * n),
    "csv quotes": lambda n: read(b'a;b;c\n"' + b'";"' * n, "x.csv"),
    "sniffing": lambda n: media_type(b"a:" * n),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_time_grows_no_faster_than_the_input(name: str) -> None:
    """Ten times the input would take a hundred times as long if time grew with its square; a busy machine less."""
    CASES[name](100)

    def growth() -> float:
        size = 16_000
        return seconds(CASES[name], 10 * size) / max(seconds(CASES[name], size), 0.02)

    assert any(growth() < 40 for _ in range(3)), "ten times the input took more than forty times as long, three times"


def seconds(read_one: Callable[[int], object], size: int) -> float:
    """Processor time of one reading, without the collector, which walks over everything the other tests left."""
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        read_one(size)
        return time.process_time() - started
    finally:
        gc.enable()
