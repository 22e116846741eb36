"""Every file of the development sets reads: nothing unread, offsets that fit, the language as labelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import evals
from app.documents.part import NeedsRecognition
from app.documents.read import read
from app.documents.reading import Reading
from app.documents.storage import from_json, to_json

SETS = Path(evals.__file__).parent / "datasets"
_ALLOWED = {"hidden_text", "malformed_mail", "low_quality_scan"}


def files(folder: str) -> Iterator[tuple[str, Reading, str]]:
    """(file, reading, labelled language); scans, which take seconds each, are left out."""
    for line in (SETS / folder / "labels.jsonl").read_text().splitlines():
        label = json.loads(line)
        try:
            reading = read((SETS / folder / label["file"]).read_bytes(), label["file"], may_recognise=False)
        except NeedsRecognition:
            continue
        yield label["file"], reading, label["fields"].get("language", "")


@pytest.mark.parametrize("folder", ["messages", "purchase_orders"])
def test_the_whole_set_reads(folder: str) -> None:
    languages = []
    for name, reading, language in files(folder):
        for part in reading.walk():
            assert part.form != "unread", name
            assert {p.code for p in part.problems} <= _ALLOWED, name
            for page in part.pages:
                words = [part.text[word.start : word.end] for word in page.words]
                assert "".join(part.text[page.start : page.end].split()) == "".join(words), name
            for table in part.tables:
                lines = "\n".join("\t".join(row) for row in table.rows)
                assert table.end == 0 or part.text[table.start : table.end] == lines, name
            if part.mail:
                said = "".join(part.text[s.start : s.end] for s in part.mail.segments)
                assert "".join(said.split()) == "".join(part.text.split()), name
        assert from_json(json.loads(json.dumps(to_json(reading)))) == reading, name
        if language:
            languages.append(reading.language == language)
    assert sum(languages) >= 0.99 * len(languages)
