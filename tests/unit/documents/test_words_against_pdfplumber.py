"""Our words of a page against pdfplumber's, which finds them by another way: the same text at the same places."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pdfplumber
import pytest

from app.documents.read import read

ORDERS = Path(__file__).parents[3] / "evals" / "datasets" / "purchase_orders"
CLOSE = 4.0
"""Points by which two boxes of one word may differ: ours are the ink, pdfplumber's the line's height."""


@pytest.mark.parametrize("name", ["p001.pdf", "p012.pdf", "p025.pdf", "p041.pdf", "p043.pdf", "p048.pdf"])
def test_words_and_places_agree(name: str) -> None:
    content = (ORDERS / name).read_bytes()
    reading = read(content, name)
    page = reading.pages[0]
    ours = Counter(reading.text[w.start : w.end] for w in page.words)
    with pdfplumber.open(io.BytesIO(content)) as document:
        theirs = document.pages[0].extract_words()
    words = Counter(w["text"] for w in theirs)
    shared = sum((ours & words).values())
    assert shared >= 0.97 * sum(words.values())
    places = {reading.text[w.start : w.end]: w.box for w in page.words}
    once = [w for w in theirs if words[w["text"]] == 1 == ours[w["text"]]]
    near = sum(abs(places[w["text"]].x0 - w["x0"]) < CLOSE for w in once)
    assert near >= 0.97 * len(once)
