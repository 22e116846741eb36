"""Recorded answers: what is known is replayed, what is not fails loudly, and nothing secret is kept."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest

from app.llm.asking import Asker, Outside
from app.llm.chat import Schema
from prompts.load import Prompt, load
from tests.llm_server import LlmServer, fails, says
from tests.recordings import CASSETTES, recorded

KEY = "sk-secret-0123456789"
SCHEMA = Schema("said", {
    "type": "object", "properties": {"reason": {"enum": ["rate", "hours"]}}, "required": ["reason"],
    "additionalProperties": False,
})  # fmt: skip
SAID = json.dumps({"reason": "rate"})


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial" / "v1.md").write_text(
        "---\nid: trial\nversion: v1\nschema: said\nnotes: none\nchangelog:\n  - first\n---\n"
        "=== system ===\nAnswer in JSON.\n=== user ===\n{{ opening }} marks data\n{% for text in texts %}\n{{ text }}\n"
        "{% endfor %}\n"
    )
    return load("trial", folder=tmp_path)


def ask(asker: Asker, prompt: Prompt, text: str = "Sehr geehrte Damen, der Satz ist falsch.") -> object:
    return asker.ask(prompt, SCHEMA, [Outside("new", text)], max_tokens=50).content


def test_what_was_recorded_is_replayed_without_the_endpoint(
    tmp_path: Path, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = tmp_path / "one.yaml"
    with LlmServer(fails(503), says(SAID)) as server:
        _point_to(server, monkeypatch)
        with recorded(cassette, record="missing") as asker:
            assert ask(asker, prompt) == {"reason": "rate"}
        with recorded(cassette, record="missing") as asker:
            ask(asker, prompt)
        assert len(server.requests) == 2  # the one that failed and the one that is kept
        port = server.url.rpartition(":")[2]
    with recorded(cassette) as asker:
        assert ask(asker, prompt) == ask(asker, prompt) == {"reason": "rate"}
    written = cassette.read_text()
    assert "der Satz ist falsch" in written
    for secret in (KEY, port, "127.0.0.1", "authorization", "503"):
        assert secret not in written.casefold()


def test_an_unknown_question_fails_whatever_the_product_makes_of_it(
    tmp_path: Path, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette = tmp_path / "one.yaml"
    with LlmServer(says(SAID)) as server:
        _point_to(server, monkeypatch)
        with recorded(cassette, record="all") as asker:
            ask(asker, prompt)
    with pytest.raises(pytest.fail.Exception, match="make cassettes"), recorded(cassette) as asker:
        with suppress(Exception):
            ask(asker, prompt, "Another text")
        raise AssertionError("it must not look like an endpoint that is away")
    with pytest.raises(pytest.fail.Exception, match="Another text"), recorded(cassette) as asker:  # noqa: SIM117
        with suppress(BaseException):  # such as a thread that nobody waits for
            ask(asker, prompt, "Another text")


def test_what_is_no_longer_asked_goes(tmp_path: Path, prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    cassette = tmp_path / "one.yaml"
    with LlmServer(says(SAID)) as server:
        _point_to(server, monkeypatch)
        for text in ("The old question", "The new question"):
            with recorded(cassette, record="missing") as asker:
                ask(asker, prompt, text)
    assert "The old question" not in cassette.read_text()
    assert "The new question" in cassette.read_text()


def test_the_recordings_of_this_house_are_few_whole_and_hold_no_secret() -> None:
    files = sorted(CASSETTES.rglob("*.yaml"))
    answers = 0
    for file in files:
        written = file.read_text()
        answers += written.count("object: chat.completion")
        for secret in ("authorization", "api-key", "sk-", "/root/", "/home/", "127.0.0.1", "cookie"):
            assert secret not in written.casefold(), (file, secret)
        assert "finish_reason: " in written or file.parent.name == "vendor_mail"
    assert answers <= 40
    assert sum(file.stat().st_size for file in files) < 1_000_000


def _point_to(server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COUNTERSIGN_LLM_MODEL", "small")
