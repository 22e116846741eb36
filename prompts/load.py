"""Reading a versioned prompt: a folder each, a file per version, a header that says what it is for.

A file is `prompts/NAME/vN.md`: a YAML header between `---` lines (id, version, schema, notes, changelog), then the
body in Jinja2, cut by the lines `=== system ===` and `=== user ===`. A variable that is not given is an error. A
version that has been used is not edited: a change is a new file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, TemplateError

FOLDER = Path(__file__).parent
_VERSION = re.compile(r"v([1-9]\d{0,3})")
_HEADER = re.compile(r"---\n(?P<header>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_PARTS = re.compile(r"\s*=== system ===\n(?P<system>.+?)\n=== user ===\n(?P<user>.+)", re.DOTALL)
_KEYS = {"id", "version", "schema", "notes", "changelog"}
_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text for a model, no HTML; outside text is fenced by the caller
    trim_blocks=True,
    lstrip_blocks=True,
)


class BadPrompt(ValueError):
    """A prompt file is not as it must be, or cannot be rendered with what was given."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The two messages to send."""

    system: str = field(repr=False)
    user: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt. `schema` names the schema of its answers; `notes` say what was seen with which model."""

    id: str
    version: str
    schema: str
    notes: str
    changelog: tuple[str, ...]
    text: str = field(repr=False)
    system: str = field(repr=False)
    user: str = field(repr=False)

    def render(self, **values: object) -> Rendered:
        """The messages. Values are put in as they are: outside text must be fenced before.

        Raises:
            BadPrompt: A variable is missing.
        """
        try:
            parts = [_ENVIRONMENT.from_string(source).render(values) for source in (self.system, self.user)]
        except TemplateError as error:
            raise BadPrompt(f"prompt {self.id}/{self.version} cannot be rendered: {error}") from error
        return Rendered(*(part.strip() for part in parts))

    def fingerprint(self, schema: Mapping[str, Any]) -> str:
        """SHA-256 (hexadecimal) of file and schema: what an answer is recorded under."""
        canonical = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(f"{self.text}\0{canonical}".encode()).hexdigest()


def versions(name: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """The versions of a prompt, oldest first."""
    found = [m for path in (folder / name).glob("v*.md") if (m := _VERSION.fullmatch(path.stem))]
    return tuple(m.group() for m in sorted(found, key=lambda m: int(m.group(1))))


def load(name: str, version: str | None = None, *, folder: Path = FOLDER) -> Prompt:
    """A prompt by its name, in its newest version if none is given.

    Raises:
        BadPrompt: There is no such prompt, or its file is not as it must be.
    """
    known = versions(name, folder) if re.fullmatch(r"[a-z][a-z_]{0,40}", name) else ()
    version = version or (known[-1] if known else "")
    if version not in known:
        raise BadPrompt(f"there is no prompt {name}/{version}; known versions: {', '.join(known) or 'none'}")
    return parse((folder / name / f"{version}.md").read_text(encoding="utf-8"), name, version)


def parse(text: str, name: str, version: str) -> Prompt:
    """A prompt's file, checked against the name of its folder and file.

    Raises:
        BadPrompt: Something is missing, left over, or names another prompt.
    """
    text = text.replace("\r\n", "\n")
    where = f"prompt {name}/{version}"
    file = _HEADER.fullmatch(text)
    if file is None:
        raise BadPrompt(f"{where} must begin with a header between --- lines")
    try:
        header = yaml.safe_load(file.group("header"))
    except yaml.YAMLError as error:
        raise BadPrompt(f"{where}: its header is no YAML: {error}") from error
    if not isinstance(header, dict) or set(header) != _KEYS:
        raise BadPrompt(f"{where}: its header must have exactly {', '.join(sorted(_KEYS))}")
    changes = header["changelog"]
    if not isinstance(changes, list) or not changes or not all(isinstance(one, str) for one in changes):
        raise BadPrompt(f"{where}: its changelog must be a list of sentences")
    if not all(isinstance(header[key], str) and header[key].strip() for key in _KEYS - {"changelog"}):
        raise BadPrompt(f"{where}: id, version, schema and notes must be text")
    if (header["id"], header["version"]) != (name, version):
        raise BadPrompt(f"{where}: its header says {header['id']}/{header['version']}")
    parts = _PARTS.fullmatch(file.group("body"))
    if parts is None:
        raise BadPrompt(f"{where} must have one === system === and one === user === part, in this order")
    return Prompt(
        name, version, header["schema"], header["notes"].strip(), tuple(changes), text, parts["system"], parts["user"]
    )
