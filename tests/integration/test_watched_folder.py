"""A watched folder: whatever lies in it is taken in once, and nothing that lies in it stops the rest."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from app.config import Settings
from app.db import Database
from app.documents.models import Arrival
from workers.sweep import take_from_folder
from workers.wiring import Parts


@pytest.fixture
def watching(database: Database, postgres_url: str, tmp_path: Path) -> Parts:
    settings = Settings(
        database_url=SecretStr(postgres_url), countersign_watch=tmp_path, countersign_max_upload_mb=1,
        countersign_secret_key=SecretStr("k" * 40),
    )  # fmt: skip
    return Parts(settings)


def put(folder: Path, name: bytes, content: bytes = b"hello") -> Path:
    path = folder / os.fsdecode(name)
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_files_are_taken_in_once_and_set_aside(watching: Parts, tmp_path: Path) -> None:
    put(tmp_path, b"a.eml")
    put(tmp_path, b".hidden")
    put(tmp_path, b"b.part")
    assert take_from_folder(watching) == 1
    assert take_from_folder(watching) == 0
    assert (tmp_path / "taken" / "a.eml").exists()
    watching.close()


def test_a_file_that_is_still_growing_waits(watching: Parts, tmp_path: Path) -> None:
    growing = tmp_path / "new.eml"
    growing.write_bytes(b"half")
    written_at = time.time() + 3600  # and is until then, however slow we are
    os.utime(growing, (written_at, written_at))
    assert take_from_folder(watching) == 0
    watching.close()


def test_odd_names_and_large_files_do_not_stop_the_others(watching: Parts, tmp_path: Path) -> None:
    put(tmp_path, b"Auftrag_M\xfcller.pdf", b"one")
    put(tmp_path, b"large.pdf", b"x" * 1_100_000)
    put(tmp_path, b"z.eml", b"two")
    assert take_from_folder(watching) == 2
    with watching.database.transaction() as session:
        names = set(session.execute(select(Arrival.name)).scalars())
    assert names == {"Auftrag_M?ller.pdf", "z.eml"}
    assert (tmp_path / "refused" / "large.pdf").exists()
    watching.close()
