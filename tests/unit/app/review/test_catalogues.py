"""Every sentence of the pages is there in German and French, with the same places for what varies."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message

from app.review import catalogue, languages
from app.users.personal import LANGUAGES

TRANSLATED = [language for language in LANGUAGES if language != languages.SOURCE]
PLACE = re.compile(r"%\(\w+\)s|\{\w*\}")


@pytest.fixture(scope="module")
def gathered() -> Catalog:
    return catalogue.gathered()


def forms(text: object) -> tuple[str, ...]:
    return tuple(str(part) for part in text) if isinstance(text, tuple | list) else (str(text),)


def entries(language: str) -> list[Message]:
    return [message for message in languages.catalogue(language) if message.id]


def known(found: Catalog) -> set[tuple[str, ...]]:
    return {forms(message.id) for message in found if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_every_sentence_and_no_other(language: str, gathered: Catalog) -> None:
    there = {forms(message.id) for message in entries(language)}
    assert sorted(known(gathered) - there) == [], "run: make messages, then translate"
    assert sorted(there - known(gathered)) == [], "run: make messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_in_every_form_and_none_is_a_guess(language: str) -> None:
    plural_forms = languages.catalogue(language).num_plurals
    for message in entries(language):
        said = forms(message.string)
        assert len(said) == (plural_forms if isinstance(message.id, tuple | list) else 1), message.id
        assert all(said), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    for message in entries(language):
        asked = forms(message.id)
        wanted = set(PLACE.findall(asked[-1]))
        for number, said in enumerate(forms(message.string)):
            there = set(PLACE.findall(said))
            if number == 0 and len(asked) > 1:
                assert there <= wanted, message.id  # "one invoice" may do without its number
            else:
                assert there == wanted, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_filled_translation_leaves_no_sign_of_the_format(language: str) -> None:
    for message in entries(language):
        if any("%(" in form for form in forms(message.id)):
            for said in forms(message.string):
                filled = said % dict.fromkeys(re.findall(r"%\((\w+)\)s", said), "x")
                assert "%(" not in filled


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_the_house_s_manners(language: str) -> None:
    for message in entries(language):
        for said in forms(message.string):
            assert "!" not in said.replace("\u00a0", " "), message.id
            assert '"' not in said or '"' in "".join(forms(message.id)), message.id
            assert not re.search(r"\b(bitte|s’il vous plaît|KI|IA)\b", said), message.id
