"""Labelled cases of a folder in the corpus format: `labels.jsonl`, one gold object a line, beside the files it names.

A folder that holds such folders (suites) is taken as all of them; a case's file is then named from the outer folder.
Keys that are not known are kept: a suite may say more about its cases. A case without kind and reason is asked about
and not scored: what counts there is that the answer is one, and that it holds nothing of `must_not`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import Malformed, NotFound
from app.vocabulary import KIND_OF

LABELS = "labels.jsonl"


@dataclass(frozen=True, slots=True)
class Case:
    """One file and what is right about it. `file` is its path below the dataset's folder."""

    id: str
    file: str
    path: Path
    gold: dict[str, Any]

    @property
    def suite(self) -> str:
        """What it belongs to: what its gold line says, else the folder it lies in; "" for neither."""
        return str(self.gold.get("suite") or Path(self.file).parent.as_posix().removeprefix("."))


def load(folder: Path) -> list[Case]:
    """All cases of a folder, in the order of its labels.

    Raises:
        NotFound: There is no such folder, it has no labels, or a file that they name is missing.
        Malformed: A label cannot be read or is given twice.
    """
    tables = sorted({*folder.glob(LABELS), *folder.glob(f"*/{LABELS}")})
    if not tables:
        raise NotFound(f"{folder} holds no {LABELS}. A dataset is a folder with one, beside the files it names.")
    if len(tables) > 1 and tables[0].parent == folder:
        tables = tables[:1]
    cases = [case for table in tables for case in _cases(table, folder)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise Malformed(f"The id {case.id} is given to two cases of {folder}. Give each its own.")
        seen.add(case.id)
    missing = [case.file for case in cases if not case.path.is_file()]
    if missing:
        some = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise NotFound(f"{folder} has labels for files that are not there: {some}.")
    return cases


def _cases(table: Path, folder: Path) -> Iterable[Case]:
    for number, line in enumerate(table.read_text("utf-8").split("\n"), 1):
        if not line.strip():
            continue
        where = f"{table}, line {number}"
        try:
            gold = json.loads(line)
            file, reason, kind = gold["file"], gold.get("reason"), gold.get("kind")
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Malformed(
                f"{where}: this is no label. It must be a JSON object with file, kind and reason."
            ) from error
        if (kind or reason) and KIND_OF.get(str(reason)) != kind:
            raise Malformed(f"{where}: {kind}/{reason} is no kind and reason of the guidelines.")
        path = table.parent / file
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Malformed(f"{where}: the file {file} lies outside of the dataset.")
        name = path.relative_to(folder).as_posix()
        prefix = "" if table.parent == folder else f"{table.parent.name}/"
        yield Case(f"{prefix}{gold.get('id') or Path(file).stem}", name, path, gold)


def fingerprint(cases: Sequence[Case]) -> str:
    """SHA-256 (hexadecimal) of files and labels: two runs with the same one measured the same."""
    digest = hashlib.sha256()
    for case in sorted(cases, key=lambda case: case.id):
        said = json.dumps({k: v for k, v in case.gold.items() if k != "note"}, sort_keys=True, ensure_ascii=False)
        digest.update(f"{case.id}\0{said}\0".encode())
        digest.update(hashlib.sha256(case.path.read_bytes()).digest())
    return digest.hexdigest()
