"""A model from a GGUF file, run in this process: the optional extra `local` (`pip install 'countersign[local]'`).

It answers on a loopback address with a key of its own, so that it is asked through the same client as every other.
"""

from __future__ import annotations

import importlib
import os
import secrets
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.errors import Misconfigured
from app.llm.openai_chat import OpenAiChat

CONTEXT = 8192
"""Tokens of question and answer together, for each question that is under way."""


class LocalModel:
    """A loaded model; loading takes seconds and about as much memory as the file. Ends with `close` or the process.

    `at_once` questions are answered at the same time, by `threads` threads (None: one for each processor).

    Raises:
        Misconfigured: The extra is not installed, or the file is no model that can be loaded.
    """

    def __init__(self, path: Path, *, at_once: int = 1, threads: int | None = None) -> None:
        if not path.is_file():
            raise Misconfigured(f"There is no model file {path}. Name a GGUF file.")
        try:
            xllamacpp: Any = importlib.import_module("xllamacpp")
        except ImportError:
            raise Misconfigured("To run a model from a file, install the extra: countersign[local].") from None
        self._name = path.stem
        self._at_once = at_once
        self._key = SecretStr(secrets.token_urlsafe(32))
        wanted = xllamacpp.CommonParams()
        wanted.model.path = str(path)
        wanted.model_alias = {self._name}
        wanted.hostnames = ["127.0.0.1"]
        wanted.port = 0
        wanted.api_keys = [self._key.get_secret_value()]
        wanted.ui = False
        wanted.endpoint_slots = False  # it would show the questions under way
        wanted.verbosity = 0
        wanted.n_parallel = at_once
        wanted.n_ctx = CONTEXT * at_once
        wanted.cpuparams.n_threads = threads or os.cpu_count() or 1
        try:
            self._server = xllamacpp.Server(wanted)
        except RuntimeError:
            raise Misconfigured(f"{path} cannot be loaded: it is no GGUF file of a known kind of model.") from None

    def __repr__(self) -> str:
        return f"LocalModel({self._name!r})"

    def chat(self, *, timeout: float = 300.0) -> OpenAiChat:
        """A client of this model; see `OpenAiChat`."""
        return OpenAiChat(
            self._name, self._key, base_url=f"{self._server.listening_address}/v1", timeout=timeout,
            concurrency=self._at_once,
        )  # fmt: skip

    def close(self) -> None:
        """Give the memory back."""
        self._server = None
