"""The one table of commands: no key means two things on a page, and what it needs is there."""

from __future__ import annotations

import hashlib
import re
from itertools import product

import pytest

from app.review import commands
from app.review.areas import ROLES
from app.review.shell import SCRIPTS, STATIC

PAGES = ("inbox", "case", "narratives", "settings", "plain")
EVERY_ROLE = tuple(sorted({role for roles in ROLES.values() for role in roles}))

VENDORED = {
    "htmx-2.0.11.min.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "htmx-ext-sse-2.2.4.min.js": "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
    "alpine-csp-3.17.4.min.js": "0d18d7f8d7910e2e0212f0f056b12f50bebc3abb7d88d2f7c7cb4c336fe4519a",
}
"""SHA-256 of dist/htmx.min.js, dist/sse.min.js and dist/cdn.min.js in the published packages."""


@pytest.mark.parametrize(("page", "role"), list(product(PAGES, EVERY_ROLE)))
def test_a_key_means_one_thing_on_a_page(page: str, role: str) -> None:
    held = commands.commands((role,), page)
    keys = [keys for c in held for keys in (c.keys, *((other,) for other in c.also)) if keys]
    assert len(set(keys)) == len(keys)
    first = {k[0] for k in keys if len(k) == 2}
    assert not first & {k[0] for k in keys if len(k) == 1}
    assert len({c.id for c in held}) == len(held)


def test_only_the_palette_needs_control_because_altgr_types_letters() -> None:
    assert [c.id for c in commands.COMMANDS if any("+" in key for key in c.keys)] == ["palette"]


def test_every_function_of_the_table_is_one_of_the_script() -> None:
    script = (STATIC / "commands.js").read_text()
    written = set(re.findall(r"^    (\w+): (?:\(\)|key) =>", script, re.M))
    assert {c.target for c in commands.COMMANDS if c.does == "call"} == written
    assert {c.does for c in commands.COMMANDS} <= {"press", "go", "focus", "call"}


def test_every_sentence_of_the_scripts_is_in_the_table() -> None:
    used = {
        name
        for script in SCRIPTS
        if not script.startswith("vendor/")
        for name in re.findall(r'sentence\("(\w+)"', (STATIC / script).read_text())
    }
    assert used == set(commands.SAYINGS)


def test_an_area_that_is_closed_has_no_command() -> None:
    assert "go-dashboards" not in {c.id for c in commands.commands(("project_manager",), "inbox")}
    assert "go-dashboards" in {c.id for c in commands.commands(("auditor",), "inbox")}


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_the_published_one(name: str) -> None:
    assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == VENDORED[name]


def test_nothing_else_is_vendored_and_each_has_its_licence() -> None:
    there = {path.name for path in (STATIC / "vendor").iterdir()}
    licences = {f"{re.split(r'-[0-9]', name)[0]}.LICENSE.txt" for name in VENDORED}
    assert there == {*VENDORED, *licences}
