"""Training is reproducible, small and free of pickles; learning and measuring never share a customer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.documents.reading import Reading
from classifiers.triage import artefact, phrases, training
from classifiers.triage.evidence import ALL_REASONS
from classifiers.triage.labelled import Labelled, folds, grouped
from classifiers.triage.triage import Triage
from tests.unit.classifiers.triage.letters import letter

FIVE_MEGABYTES = 5 * 1024 * 1024
BOOK = [
    phrases.Phrase("en", "reason:tax", "You charged VAT although we are exempt."),
    phrases.Phrase("en", "reason:rate_price", "The hourly rate is higher than agreed."),
    phrases.Phrase("en", "reason:auto_reply", "I am out of the office."),
    phrases.Phrase("de", "reason:tax", "Sie haben Umsatzsteuer berechnet, obwohl wir befreit sind."),
    phrases.Phrase("en", "neutral", "I hope you are well."),
    *(
        phrases.Phrase("en", f"reason:{reason}", f"{start} {reason.replace('_', ' ')}")
        for reason in ALL_REASONS
        for start in ("This is about", "We write about", "Concerning")
    ),
]


def messages() -> list[Labelled]:
    rows: list[tuple[str, Reading, dict[str, Any]]] = []
    for n in range(12):
        reason, kind = (("tax", "dispute"), ("rate_price", "dispute"), ("auto_reply", "no_action"))[n % 3]
        text = {"tax": "VAT is wrong.", "rate_price": "The rate is wrong.", "auto_reply": "Out of office."}[reason]
        reading = letter(f"Message {n}", text, sender=f"ap@customer{n}.example")
        rows.append((f"m{n:02}", reading, {"file": f"m{n:02}.eml", "kind": kind, "reason": reason}))
    return grouped(rows)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        training.fit(messages(), BOOK, seed=3).save(tmp_path / name)
    for file in ("triage.npz", "triage.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_model_survives_being_saved(tmp_path: Path) -> None:
    trained = training.fit(messages(), BOOK)
    trained.save(tmp_path)
    loaded = artefact.Artefact.load(tmp_path)
    assert loaded.settings == trained.settings
    assert all((loaded.arrays[name] == array).all() for name, array in trained.arrays.items())


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    training.fit(messages(), BOOK).save(tmp_path)
    text = (tmp_path / "triage.json").read_text().replace(f'"format": {artefact.FORMAT}', '"format": 0')
    (tmp_path / "triage.json").write_text(text)
    with pytest.raises(ValueError, match="train it again"):
        artefact.Artefact.load(tmp_path)


def test_the_packaged_model_is_small_and_knows_the_whole_vocabulary() -> None:
    model = artefact.packaged()
    folder = Path(artefact.__file__).parent / "model"
    assert sum(path.stat().st_size for path in folder.iterdir()) < FIVE_MEGABYTES
    assert {f"reason:{reason}" for reason in ALL_REASONS} <= set(model.settings["sentence_classes"])


def test_messages_of_one_customer_or_thread_stay_together() -> None:
    def one(n: str, sender: str, **fields: object) -> tuple[str, Reading, dict[str, Any]]:
        return n, letter(n, "text", sender=sender), {"kind": "dispute", "reason": "tax", "fields": fields}

    rows = [
        one("a", "x@one.example"),
        one("b", "y@one.example"),
        one("c", "z@two.example", invoice_refs=["INV/7"]),
        one("d", "pm@ourfirm.example", invoice_refs=["INV-7"]),
        one("e", "q@three.example"),
    ]
    groups = {m.id: m.group for m in grouped(rows)}
    assert groups["a"] == groups["b"]
    assert groups["c"] == groups["d"]
    assert len(set(groups.values())) == 3


def test_folds_never_split_a_group() -> None:
    held = messages()
    tied = [Labelled(m.id, m.reading, m.gold, f"g{n // 3}") for n, m in enumerate(held)]
    dealt = folds(tied, 4, seed=0)
    of_group: dict[str, set[int]] = {}
    for message, fold in zip(tied, dealt, strict=True):
        of_group.setdefault(message.group, set()).add(fold)
    assert all(len(found) == 1 for found in of_group.values())
    assert set(dealt) == {0, 1, 2, 3}


def test_the_phrasebook_speaks_of_every_reason_in_every_language() -> None:
    spoken: dict[str, set[str]] = {}
    for phrase in phrases.load_phrasebook():
        spoken.setdefault(phrase.language, set()).add(phrase.label)
    wanted = {f"reason:{reason}" for reason in ALL_REASONS} | {"neutral"}
    assert set(spoken) == {"en", "de", "fr", "es", "nl", "it", "pt", "pl"}
    assert all(wanted <= labels for labels in spoken.values())


def test_a_model_trained_with_another_lexicon_is_refused() -> None:
    trained = training.fit(messages(), BOOK)
    stale = artefact.Artefact(trained.arrays, {**trained.settings, "columns": 0})
    with pytest.raises(ValueError, match="another lexicon"):
        Triage(stale)
