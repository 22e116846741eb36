"""Every word of the product stands on its page, and every setting on its."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cases.models import STATES
from app.config import Settings
from app.decisions.decide import REJECT_REASONS
from app.suggestions.proposal import KINDS
from app.users.access import SCOPES
from app.users.models import ROLES
from app.vocabulary import KIND_OF, Flag

DOCS = Path(__file__).parents[3] / "docs"
WORDS = (*STATES, *KINDS, *ROLES, *SCOPES, *REJECT_REASONS, *KIND_OF, *(f.value for f in Flag))


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_explained(word: str) -> None:
    assert f"`{word}`" in (DOCS / "words.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_explained(name: str) -> None:
    assert f"`{name.upper()}`" in (DOCS / "settings.md").read_text(encoding="utf-8")
