"""Concepts are the same in every language, and matching is linear whatever the text."""

from __future__ import annotations

import pytest

from classifiers.triage.lexicon import Lexicon, lexicon, words


def spoken(text: str, language: str = "") -> set[str]:
    known = lexicon()
    return {known.concepts[number] for number in known.find(text, language)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the signed timesheets"),
        ("de", "die unterschriebenen Stundenzettel"),
        ("fr", "les feuilles de temps signées"),
        ("es", "los partes de horas firmados"),
        ("nl", "de getekende urenstaten"),
        ("it", "i fogli ore firmati"),
        ("pt", "as folhas de horas assinadas"),
        ("pl", "podpisane karty czasu pracy"),
    ],
)
def test_signed_timesheets_are_the_same_two_concepts_everywhere(language: str, text: str) -> None:
    assert {"timesheet", "signed"} <= spoken(text, language)


def test_every_concept_is_written_in_all_eight_languages() -> None:
    from importlib.resources import files

    import yaml

    terms = yaml.safe_load((files("classifiers.triage") / "concepts.yaml").read_text(encoding="utf-8"))
    assert [name for name, by in terms.items() if set(by) != {"en", "de", "fr", "es", "nl", "it", "pt", "pl"}] == []


def test_an_upper_case_po_is_an_order_and_a_polish_po_is_a_preposition() -> None:
    assert "po" in spoken("PO 4500123", "pl")
    assert "po" not in spoken("po zakończeniu prac", "pl")


def test_stems_endings_and_gaps() -> None:
    known = Lexicon({"a": {"en": "bill*"}, "b": {"de": "*satz"}, "c": {"en": "cancel _ order"}})
    assert known.find("Billing") == {0}
    assert known.find("der Stundensatz", "de") == {1}
    assert known.find("cancel the whole order") == {2}
    assert known.find("cancel all of the whole order") == set()


def test_accents_and_case_do_not_matter() -> None:
    assert words("ZAPŁACIĆ Réglé") == ["zaplacic", "regle"]


def test_hostile_text_takes_no_longer_than_its_length() -> None:
    assert lexicon().find("cancel " * 20_000) is not None
