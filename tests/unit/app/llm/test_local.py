"""A model from a file: what is said when there is none, or nothing to run it with. No test loads a real model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.errors import Misconfigured
from app.llm.local import LocalModel


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no model file"):
        LocalModel(tmp_path / "none.gguf")


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)  # importing it fails, installed or not
    path = tmp_path / "some.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(Misconfigured, match=r"countersign\[local\]"):
        LocalModel(path)
