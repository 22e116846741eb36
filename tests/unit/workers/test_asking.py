"""Who asks the language model, from the settings; and files assessed with one, without server or database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.errors import Misconfigured
from app.llm.chat import ModelMisconfigured
from tests.command_line import Run
from tests.llm_server import LlmServer, fails, says
from workers.asking import Asking, tariff
from workers.wiring import Parts

VAGUE = """From: Anna Keller <anna.keller@nordlicht.example>
To: billing@marlowvoss.example
Subject: INV/2026/0042
Message-ID: <{n}@nordlicht.example>
Content-Type: text/plain; charset=utf-8

Hello, a word about INV/2026/0042 over 3,800.00 EUR please. We are not happy with it as it stands, call me ({n}).
"""


def settings(server: LlmServer, **more: Any) -> Settings:
    return Settings(openai_base_url=server.url, countersign_llm_model="small", openai_api_key=SecretStr("sk-1"), **more)


def test_without_a_model_nobody_is_asked() -> None:
    assert Parts(Settings(openai_api_key=SecretStr("sk-another-programs"))).asker is None


def test_a_file_that_is_no_model_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"nowhere\.gguf"):
        Asking(Settings(countersign_llm_file=Path("/nowhere.gguf")))


def test_a_model_from_a_file_costs_nothing_that_is_counted() -> None:
    prices = tariff(Settings(countersign_llm_file=Path("/models/small-q4.gguf"))).prices
    assert prices["small-q4"].of(1_000_000, 1_000_000) == 0


def test_a_check_tells_what_is_wrong() -> None:
    with LlmServer(says('{"state": "ready"}'), fails(401)) as server:
        asking = Asking(settings(server))
        assert asking.check() >= 0
        with pytest.raises(ModelMisconfigured, match="OPENAI_API_KEY"):
            asking.check()
        asking.close()


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    for n in range(3):
        (tmp_path / f"{n}.eml").write_text(VAGUE.format(n=n))
    return tmp_path


def test_triage_asks_the_model_that_is_set_and_says_how_that_went(
    run: Run, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LlmServer(fails(401)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
        done = run("triage", str(mails), "--jsonl", "--processes", "1", "--engine", "llm")
        assert done.code == 0, done.err
        assert [Path(line["file"]).name for line in done.lines] == ["0.eml", "1.eml", "2.eml"]
        assert {line["model"]["outcome"] for line in done.lines} == {"misconfigured"}
        asked = len(server.requests)
        offline = run("triage", str(mails), "--jsonl", "--processes", "1")
    assert asked == 3
    assert len(server.requests) == asked, "the offline engine asks nobody"
    assert [line["reason"] for line in offline.lines] == [line["reason"] for line in done.lines]
    assert all("model" not in line for line in offline.lines)
    assert "anna.keller@nordlicht.example" not in json.dumps(server.requests)


def test_triage_with_a_model_that_is_not_set_says_what_to_set(
    run: Run, mails: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COUNTERSIGN_LLM_MODEL", "COUNTERSIGN_LLM_FILE"):
        monkeypatch.delenv(name, raising=False)
    done = run("triage", str(mails), "--engine", "llm")
    assert done.code == 1
    assert "COUNTERSIGN_LLM_MODEL" in done.err
