"""The tables of meaning name reasons of the guidelines only, and a word for every code."""

from __future__ import annotations

import pytest

from app.documents.answers import meaning
from app.vocabulary import KIND_OF

_TABLES = {
    name: table for name, table in vars(meaning).items() if name.isupper() and isinstance(table, dict) and "_" in name
}


@pytest.mark.parametrize("name", sorted(set(_TABLES) - {"PEPPOL_ACTION", "CDAR_CHARACTERISTIC", "_TABLES"}))
def test_every_code_has_words_and_reasons_of_the_guidelines(name: str) -> None:
    for code, (words, reasons) in _TABLES[name].items():
        assert words, code
        assert all(reason in KIND_OF for reason in reasons), code


def test_the_french_life_cycle_is_known_from_deposit_to_rejection() -> None:
    assert {str(code) for code in range(200, 214)} <= set(meaning.CDAR_STATUS)


def test_an_unknown_code_says_nothing() -> None:
    assert meaning.status_in_words("peppol", "ZZ") == ""
    assert meaning.reason_in_words("other", "ZZ") == ""
