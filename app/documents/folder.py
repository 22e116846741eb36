"""A watched folder: files that stopped growing are taken in, and moved aside only after they are stored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.sources.incoming import Incoming

TAKEN, REFUSED = "taken", "refused"
SETTLED_SECONDS = 2.0
"""A file whose last change is younger may still be written by somebody."""


def waiting_files(folder: Path, *, at: datetime) -> Iterator[Path]:
    """Files directly in the folder that stopped growing, oldest first; hidden and partial ones are left alone."""
    files = [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and p.suffix != ".part"]
    for path in sorted(files, key=lambda p: (p.stat().st_mtime, p.name)):
        if at.timestamp() - path.stat().st_mtime >= SETTLED_SECONDS:
            yield path


def incoming(path: Path, *, at: datetime) -> Incoming:
    """The file as something that arrived; its name and time of change tell a repeated delivery."""
    name = readable_name(path)
    return Incoming(
        content=path.read_bytes(), name=name, source="folder", source_key=f"{name}@{path.stat().st_mtime_ns}",
        arrived_at=at,
    )  # fmt: skip


def readable_name(path: Path) -> str:
    """The file's name as text that can be stored; bytes of another encoding become question marks."""
    return path.name.encode("utf-8", "replace").decode("utf-8")


def set_aside(path: Path, *, into: str = TAKEN) -> None:
    """Move a file into a folder beside it, so that it is not looked at again."""
    target = path.parent / into
    target.mkdir(exist_ok=True)
    place = target / path.name
    number = 1
    while place.exists():
        number += 1
        place = target / f"{path.stem}-{number}{path.suffix}"
    shutil.move(path, place)


def refused_files(folder: Path, *, limit: int = 50) -> list[str]:
    """Names of files that were too large and lie in `refused/`, the latest first."""
    aside = folder / REFUSED
    if not aside.is_dir():
        return []
    files = sorted((p for p in aside.iterdir() if p.is_file()), key=lambda p: p.stat().st_mtime, reverse=True)
    return [readable_name(path) for path in files[:limit]]
