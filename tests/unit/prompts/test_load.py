"""A prompt is a file that says what it is; what is missing or left over is an error before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts.load import FOLDER, BadPrompt, load, parse, versions

FILE = """---
id: greet
version: v1
schema: greeting
notes: none
changelog: ["v1: first"]
---
=== system ===
Be kind to {{ who }}.
=== user ===
{% for text in texts %}
{{ text }}
{% endfor %}
"""


def test_a_prompt_is_read_and_rendered() -> None:
    prompt = parse(FILE, "greet", "v1")
    assert (prompt.id, prompt.version, prompt.schema, prompt.changelog) == ("greet", "v1", "greeting", ("v1: first",))
    rendered = prompt.render(who="all", texts=["one {{ who }}", "=== system ===", "<b>"])
    assert rendered.system == "Be kind to all."
    assert rendered.user == "one {{ who }}\n=== system ===\n<b>"


def test_a_variable_that_is_not_given_is_an_error() -> None:
    with pytest.raises(BadPrompt, match=r"greet/v1 cannot be rendered.*texts"):
        parse(FILE, "greet", "v1").render(who="all")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("---\nid", "id", "header"),
        ("notes: none\n", "", "exactly"),
        ("notes: none", "notes: none\nmore: x", "exactly"),
        ("notes: none", "notes: [", "no YAML"),
        ("notes: none", "notes: 3", "must be text"),
        ('["v1: first"]', "[]", "changelog"),
        ("version: v1", "version: v2", "says greet/v2"),
        ("=== user ===\n", "", "=== user ==="),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(BadPrompt, match=why):
        parse(FILE.replace(old, new, 1), "greet", "v1")


def test_the_newest_version_is_taken_and_an_unknown_one_refused(tmp_path: Path) -> None:
    (tmp_path / "greet").mkdir()
    for version in ("v2", "v10", "v1", "draft"):
        (tmp_path / "greet" / f"{version}.md").write_text(FILE.replace("version: v1", f"version: {version}"))
    assert versions("greet", tmp_path) == ("v1", "v2", "v10")
    assert load("greet", folder=tmp_path).version == "v10"
    assert load("greet", "v2", folder=tmp_path).version == "v2"
    for name, version in (("greet", "v3"), ("../greet", None), ("leave", None)):
        with pytest.raises(BadPrompt, match="no prompt"):
            load(name, version, folder=tmp_path)


def test_the_fingerprint_follows_prompt_and_schema() -> None:
    first = parse(FILE, "greet", "v1").fingerprint({"a": 1, "b": 2})
    assert first == parse(FILE.replace("\n", "\r\n"), "greet", "v1").fingerprint({"b": 2, "a": 1})
    assert first != parse(FILE, "greet", "v1").fingerprint({"a": 1})
    assert first != parse(FILE.replace("kind", "fair"), "greet", "v1").fingerprint({"a": 1, "b": 2})


def test_every_prompt_of_the_product_loads() -> None:
    names = [path.name for path in FOLDER.iterdir() if path.is_dir() and any(path.glob("*.md"))]
    assert "triage" in names
    for name in names:
        assert {path.stem for path in (FOLDER / name).glob("*.md")} == set(versions(name))
        for version in versions(name):
            assert load(name, version).changelog[-1].startswith(f"{version}:")
