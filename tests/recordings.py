"""Real answers of a real model, replayed without it: each test has a cassette of its own.

Take the fixture `recorded_asker` (in conftest.py): an `app.llm.asking.Asker` as the product has it (masked, fenced,
rendered, checked, repaired), whose answers come from `tests/cassettes/MODULE/TEST.yaml`:

    def test_a_reply_says_what_stands(recorded_asker: Asker) -> None:
        drafted = draft(facts, ask=recorded_asker)

Write the test first, then `make cassettes` with OPENAI_BASE_URL, OPENAI_API_KEY and COUNTERSIGN_LLM_MODEL set: what no
cassette knows is asked and recorded, what is known stays, what is no longer asked goes. `make cassettes RECORD=all`
asks everything anew. Keep it few: a question takes a small model half a minute.

A question is known by its whole body: model, every message, schema and limit. So it must be the same every day: dates
come in as arguments, lists are sorted, and the fence's boundary follows from the texts, as the salt is fixed here. A
question that no cassette knows fails the test, even when the product would fall back to its own words.

Whatever a cassette holds is public: ask about invented documents only. Neither key nor address nor headers are kept.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

import pytest
import vcr
import yaml
from vcr.cassette import Cassette
from vcr.patch import PATCHER_NAMES
from vcr.request import Request

from app.db import Database
from app.llm.asking import Asker, Said
from app.llm.openai_chat import OpenAiChat
from app.llm.usage import Tariff
from app.llm.waiting import ModelLoop

CASSETTES = Path(__file__).parent / "cassettes"
SALT = b"the fence of tests"
_ADDRESS = "http://model.invalid/v1"
"""What stands in cassettes in place of the endpoint's address."""
_NOWHERE = "http://127.0.0.1:9/v1"
_MODES = {"": "none", "missing": "new_episodes", "all": "all"}
_PATIENCE = 900.0
"""Seconds for one answer while recording: a small model on two processors is slow."""


def cassette_of(item: Any) -> Path:
    """Where the answers of a test lie."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", item.name).strip("_").removeprefix("test_")
    return CASSETTES / Path(str(item.path)).stem.removeprefix("test_") / f"{name}.yaml"


class _Replaying(Asker):
    """An asker for whom an unknown question is no missing answer: it passes through every `except Exception`."""

    def __init__(self, *parts: Any, unknown: list[str], **options: Any) -> None:
        super().__init__(*parts, **options)
        self._unknown = unknown

    def ask(self, *question: Any, **options: Any) -> Said:
        try:
            return super().ask(*question, **options)
        except Exception:
            if self._unknown:
                raise pytest.fail.Exception(self._unknown[-1], pytrace=False) from None
            raise


@contextmanager
def recorded(
    path: Path, *, database: Database | None = None, tariff: Tariff | None = None, record: str | None = None
) -> Iterator[Asker]:
    """An asker whose answers come from this cassette. With a database it caches and counts as the product does.

    `record` is "missing", "all" or "" for neither; what the environment's COUNTERSIGN_RECORD says unless given.
    """
    mode = _MODES[os.environ.get("COUNTERSIGN_RECORD", "") if record is None else record]
    unknown: list[str] = []
    with ModelLoop() as loop, _recorder(mode).use_cassette(str(path), allow_playback_repeats=True) as cassette:
        if mode == "none":
            _note_unknown(cassette, path, unknown)
            chat = OpenAiChat(_model_of(cassette), base_url=_NOWHERE, attempts=1)
        else:
            chat = _endpoint()
        try:
            yield _Replaying(
                chat, loop, salt=SALT, deadline=_PATIENCE, database=database, tariff=tariff, unknown=unknown
            )
        finally:
            loop.run(chat.aclose())
    if unknown:
        pytest.fail(unknown[0], pytrace=False)


def _recorder(mode: str) -> vcr.VCR:
    """Mode "new_episodes" asks what is not known; a cassette holds what its test asked last, and no more."""
    recorder = vcr.VCR(
        record_mode=mode,
        match_on=["method", "scheme", "host", "port", "path", "query", "body"],
        before_record_request=_without_address,
        before_record_response=_without_headers,
        drop_unused_requests=mode != "none",
        skip_patchers=[name for name in PATCHER_NAMES if name != "httpx2"],  # Odoo and the rest are not the model
        serializer="readable",
    )
    recorder.register_serializer("readable", _Readable)
    return recorder


def _endpoint() -> OpenAiChat:
    missing = [name for name in ("OPENAI_BASE_URL", "COUNTERSIGN_LLM_MODEL") if not os.environ.get(name)]
    if missing:
        pytest.exit(f"Recording asks a real model: set {' and '.join(missing)}, and OPENAI_API_KEY if it wants a key.")
    return OpenAiChat(
        os.environ["COUNTERSIGN_LLM_MODEL"], os.environ.get("OPENAI_API_KEY", ""),
        base_url=os.environ["OPENAI_BASE_URL"], timeout=_PATIENCE, concurrency=2,
    )  # fmt: skip


def _model_of(cassette: Cassette) -> str:
    """The model that was asked; any name where nothing was recorded yet."""
    return str(json.loads(cassette.requests[0].body)["model"]) if cassette.requests else "none-recorded"


def _note_unknown(cassette: Cassette, path: Path, unknown: list[str]) -> None:
    """Note every question that is not in the cassette; the client sees an endpoint that is away."""
    is_known = cassette.can_play_response_for

    def noting(request: Request) -> bool:
        if is_known(request):
            return True
        unknown.append(_said_of(request, cassette, path))
        return False

    cassette.can_play_response_for = noting


def _said_of(request: Request, cassette: Cassette, path: Path) -> str:
    shown = path.relative_to(CASSETTES.parents[1]) if path.is_relative_to(CASSETTES) else path
    alike = cassette.find_requests_with_most_matches(request)
    differences = [told for _, _, failures in alike[:1] for _, told in failures]
    return "\n".join([
        f"The model is asked what no cassette knows: {shown} holds {len(cassette)} other answers.",
        "If a prompt, a schema or a text was changed on purpose, record anew with: make cassettes",
        *differences,
    ])  # fmt: skip


def _without_address(request: Request) -> Request:
    request.uri = _ADDRESS + "/" + request.path.rpartition("/v1/")[2].lstrip("/")
    request.headers = {"content-type": "application/json"}
    return request


def _without_headers(response: dict[str, Any]) -> dict[str, Any] | None:
    """Answers only: that an endpoint was busy is nothing to replay. The model's file is named without its folder."""
    if response["status"]["code"] != 200:
        return None
    said = json.loads(response["body"]["string"])
    said["model"] = PurePath(str(said.get("model", ""))).name
    body = json.dumps(said, ensure_ascii=False).encode()
    return {**response, "headers": {"content-type": ["application/json"]}, "body": {"string": body}}


class _Dumper(yaml.SafeDumper):
    """Texts of several lines are written as they read."""


def _as_it_reads(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _as_it_reads)
_Dumper.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


class _Readable:
    """Cassettes in which a reviewer can read question and answer: bodies are written as what they hold."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        for one in cassette["interactions"]:
            one["request"]["body"] = json.loads(one["request"]["body"])
            one["response"]["body"] = json.loads(one["response"]["body"]["string"])
        return yaml.dump(cassette, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)

    @staticmethod
    def deserialize(written: str) -> Any:
        cassette = yaml.load(written, Loader=yaml.CSafeLoader)
        for one in cassette["interactions"]:
            one["request"]["body"] = json.dumps(one["request"]["body"], ensure_ascii=False)
            one["response"]["body"] = {"string": json.dumps(one["response"]["body"], ensure_ascii=False)}
        return cassette
