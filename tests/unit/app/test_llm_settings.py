"""The settings of the language model."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app import config
from app.errors import Misconfigured


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in config.Settings.model_fields:
        if name.startswith(("openai_", "countersign_llm_")):
            monkeypatch.delenv(name.upper(), raising=False)


def load() -> config.Settings:
    return config.load(with_engines=False)


def test_a_key_alone_asks_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    assert not load().has_llm
    monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
    assert load().has_llm
    assert "sk-secret" not in repr(load())


def test_a_model_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
    assert not load().has_llm
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8000/v1/")
    assert load().has_llm
    assert load().openai_base_url == "http://127.0.0.1:8000/v1"


def test_prices_and_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
    monkeypatch.setenv("COUNTERSIGN_LLM_PRICES", '{"small": ["0.40", "1.60"]}')
    monkeypatch.setenv("COUNTERSIGN_LLM_BUDGET_PER_DAY", "5.50")
    monkeypatch.setenv("COUNTERSIGN_LLM_TEMPERATURE", "")
    found = load()
    assert found.countersign_llm_prices == {"small": (Decimal("0.40"), Decimal("1.60"))}
    assert (found.countersign_llm_budget_per_day, found.countersign_llm_temperature) == (Decimal("5.50"), None)


@pytest.mark.parametrize(("name", "value"), [
    ("OPENAI_BASE_URL", "ftp://host/v1"),
    ("OPENAI_BASE_URL", "https://user:sk-secret@host/v1"),
    ("OPENAI_BASE_URL", "https://host/v1?key=sk-secret"),
    ("OPENAI_BASE_URL", "host"),
    ("COUNTERSIGN_LLM_PRICES", "0.40"),
    ("COUNTERSIGN_LLM_PRICES", "{small}"),
    ("COUNTERSIGN_LLM_PRICES", '{"small": ["-1", "1"]}'),
    ("COUNTERSIGN_LLM_PRICES", '{"small": ["NaN", "1"]}'),
    ("COUNTERSIGN_LLM_PRICES", '{"small": ["1"]}'),
    ("COUNTERSIGN_LLM_BUDGET_PER_DAY", "5"),
    ("COUNTERSIGN_LLM_CURRENCY", "dollars"),
    ("COUNTERSIGN_LLM_CONCURRENCY", "0"),
    ("COUNTERSIGN_LLM_TIMEOUT_SECONDS", "0"),
])  # fmt: skip
def test_a_wrong_value_is_named_and_not_quoted(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match=name) as caught:
        load()
    assert "sk-secret" not in str(caught.value)
