"""Labels given by people: kept per annotator, compared between two (Cohen's kappa), and joined where they agree.

Each annotator writes `annotations/NAME.jsonl` in the folder, a line a file, and does not see the other's. Kappa is
(p_o - p_e) / (1 - p_e): p_o is the share of cases labelled alike, p_e the share that two people would label alike by
chance with their own frequencies (Cohen 1960). It is None where both gave every case the same single value.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import Malformed, NotFound
from app.vocabulary import FIELDS, LANGUAGES, Flag, RequestedAction
from evals.metrics import REFERENCE_LISTS, SINGLE, normalised

LABELS = "labels.jsonl"
FOLDER = "annotations"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_OWN_FILES = (LABELS, "README.md", "GUIDELINES.md", "export.json")
_FORMS = {
    "date": (r"\d{4}-\d{2}-\d{2}", "a day as 2026-11-30"),
    "decimal": (r"\d{1,12}(?:\.\d{1,6})?", "a number with a decimal point, such as 1200.00"),
    "currency": (r"[A-Z]{3}", "three capital letters, such as EUR"),
    "language": ("|".join(LANGUAGES), f"one of {', '.join(LANGUAGES)}"),
}
_CHOICES = {
    "requested_action": [action.value for action in RequestedAction],
    "quantity_unit": ["hours", "days", "units"],
}


@dataclass(frozen=True, slots=True)
class Level:
    """How far two people agree on one thing. `alike` of `cases`; `kappa` None where chance alone explains all."""

    name: str
    cases: int
    alike: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that two people labelled differently."""

    file: str
    level: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people's labels compared, over the files that both labelled."""

    first: str
    second: str
    levels: tuple[Level, ...]
    disagreements: tuple[Disagreement, ...]


class Annotator:
    """One person's labels of a folder, kept file by file: what was given stays when the rest is done another day."""

    def __init__(self, folder: Path, name: str) -> None:
        """Raises Malformed for a name that is no plain word, or when what is kept cannot be read."""
        if not _NAME.fullmatch(name):
            raise Malformed(f"“{name}” cannot be a file's name. Use letters, digits, - and _.")
        self.name = name
        self.folder = folder
        self.path = folder / FOLDER / f"{name}.jsonl"
        self.given = kept(self.path)

    def left(self) -> list[Path]:
        """The files without a label of this person, in order of name."""
        return [path for path in files(self.folder) if path.name not in self.given]

    def give(self, label: Mapping[str, Any]) -> None:
        """Keep a label; one given before for the same file is replaced. Written before this returns."""
        self.given[str(label["file"])] = dict(label)
        self._write()

    def take_back(self, file: str) -> None:
        """Forget the label of a file, so that it comes again."""
        self.given.pop(file, None)
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self.given.values())
        beside = self.path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(self.path)


def files(folder: Path) -> list[Path]:
    """The documents of a folder. Raises NotFound when there is no such folder or nothing in it."""
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.")
    found = [p for p in sorted(folder.iterdir()) if p.is_file() and p.name not in _OWN_FILES and p.name[0] != "."]
    if not found:
        raise NotFound(f"{folder} holds no files to label.")
    return found


def annotators(folder: Path) -> list[str]:
    """Who has labelled something in a folder."""
    return sorted(path.stem for path in (folder / FOLDER).glob("*.jsonl"))


def kept(path: Path) -> dict[str, dict[str, Any]]:
    """Labels by file name, in the order in which they were given. Raises Malformed."""
    found: dict[str, dict[str, Any]] = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                label = json.loads(line)
                found[label["file"]] = label
            except (ValueError, KeyError, TypeError) as error:
                raise Malformed(f"{path}, line {number}: this is no label.") from error
    return found


def value_of(name: str, written: str) -> Any:
    """A field's value as it is kept, from what a person typed; lists are separated by semicolons.

    Raises:
        Malformed: There is no such field, or the value is not in its notation.
    """
    if name not in FIELDS or name == "lines":
        wanted = ", ".join(field for field in FIELDS if field != "lines")
        raise Malformed(f"There is no field “{name}”. Fields are {wanted}.")
    written = written.strip()
    if name in REFERENCE_LISTS:
        return [one.strip() for one in written.split(";") if one.strip()]
    if name in _CHOICES and written not in _CHOICES[name]:
        raise Malformed(f"{name} is one of {', '.join(_CHOICES[name])}, not “{written}”.")
    pattern, say = _FORMS.get(FIELDS[name], ("", ""))
    if pattern and not re.fullmatch(pattern, written):
        raise Malformed(f"{name} is written as {say}, not “{written}”.")
    return written


def agreement(folder: Path, first: str, second: str) -> Agreement:
    """Compare two people's labels. Raises NotFound when they have labelled no file both."""
    a, b = Annotator(folder, first).given, Annotator(folder, second).given
    both = sorted(set(a) & set(b))
    if not both:
        raise NotFound(f"{first} and {second} have labelled no file both.")
    levels: list[Level] = []
    disagreements: list[Disagreement] = []

    def compare(name: str, values: Iterable[tuple[str, object, object]]) -> None:
        rows = list(values)
        pairs = [(_shown(left), _shown(right)) for _, left, right in rows]
        levels.append(Level(name, len(pairs), sum(x == y for x, y in pairs), kappa(pairs)))
        for (file, _, _), (x, y) in zip(rows, pairs, strict=True):
            if x != y:
                disagreements.append(Disagreement(file, name, x or "not stated", y or "not stated"))

    compare("kind", ((f, a[f].get("kind"), b[f].get("kind")) for f in both))
    compare("reason", ((f, a[f].get("reason"), b[f].get("reason")) for f in both))
    compare("secondary reasons", ((f, _sorted(a[f], "secondary_reasons"), _sorted(b[f], "secondary_reasons"))
                                  for f in both))  # fmt: skip
    for flag in Flag:
        compare(f"flag {flag.value}", ((f, _has(a[f], flag), _has(b[f], flag)) for f in both))
    for name in (*SINGLE, *REFERENCE_LISTS):
        compare(f"field {name}", ((f, _field(a[f], name), _field(b[f], name)) for f in both))
    used = [level for level in levels if level.name in ("kind", "reason") or _is_used(level, a, b, both)]
    return Agreement(first, second, tuple(used), tuple(sorted(disagreements, key=lambda d: d.file)))


def kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Cohen's kappa of pairs of labels; None without pairs, and where both gave one and the same value throughout."""
    if not pairs:
        return None
    n = len(pairs)
    first, second = Counter(x for x, _ in pairs), Counter(y for _, y in pairs)
    by_chance = sum(first[value] * second[value] for value in first) / n**2
    if by_chance == 1:
        return None
    return (sum(x == y for x, y in pairs) / n - by_chance) / (1 - by_chance)


def joined(folder: Path, first: str, second: str) -> list[dict[str, Any]]:
    """Gold lines of what both say alike; `known` names it, and what they see differently is in no line."""
    a, b = Annotator(folder, first).given, Annotator(folder, second).given
    lines = []
    for file in sorted(set(a) & set(b)):
        one, other = a[file], b[file]
        known: list[str] = []
        line: dict[str, Any] = {"id": Path(file).stem, "file": file}
        if (one["kind"], one["reason"]) == (other["kind"], other["reason"]):
            line |= {"kind": one["kind"], "reason": one["reason"]}
            known += ["kind", "reason"]
        for name in ("secondary_reasons", "flags"):
            alike = _sorted(one, name) == _sorted(other, name)
            line[name] = _sorted(one, name) if alike else []
            known += [name] if alike else []
        line["fields"] = {}
        for name in (*SINGLE, *REFERENCE_LISTS):
            if _field(one, name) == _field(other, name):
                known.append(f"fields.{name}")
                if name in one.get("fields", {}):
                    line["fields"][name] = one["fields"][name]
        lines.append(line | {"known": known})
    return lines


def _is_used(level: Level, a: Mapping[str, Any], b: Mapping[str, Any], both: Sequence[str]) -> bool:
    """Whether either person ever gave it; what nobody gave says nothing."""
    sort, _, name = level.name.partition(" ")
    labels = [given[file] for given in (a, b) for file in both]
    if sort == "flag":
        return any(name in label.get("flags", ()) for label in labels)
    if sort == "field":
        return any(name in label.get("fields", {}) for label in labels)
    return any(label.get("secondary_reasons") for label in labels)


def _field(label: Mapping[str, Any], name: str) -> object:
    value = label.get("fields", {}).get(name)
    if name in REFERENCE_LISTS:
        return tuple(sorted(str(normalised("po_number", one)) for one in value or ()))
    return normalised(name, value)


def _has(label: Mapping[str, Any], flag: Flag) -> str:
    return "yes" if flag.value in label.get("flags", ()) else "no"


def _sorted(label: Mapping[str, Any], name: str) -> list[str]:
    return sorted(label.get(name) or ())


def _shown(value: object) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
