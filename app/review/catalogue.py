"""Gathers every sentence a person can see, and brings the catalogues up to date: `make messages`.

Three kinds of sources: modules of the pages (`_`, `ngettext`, `N_`, `Words`), templates, and the stages whose sentences
the pages repeat (`telling`). Of a stage's f-string the pattern is kept: its values become named places.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from app.review.languages import SOURCE, catalogue_file
from app.review.phrases import PHRASES
from app.review.telling import MARK
from app.users.personal import LANGUAGES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "app" / "review"
STAGES = (
    "assessments", "cases", "dashboards", "decisions", "detectors", "documents", "drafts", "letters", "mailboxes",
    "narratives", "notices", "patterns", "senders", "suggestions", "users", "writebacks", "main.py",
)  # fmt: skip
OTHERS = tuple(
    ROOT / name
    for name in ("classifiers/summary.py", "classifiers/triage/judge.py", "classifiers/llm/opinion.py",
                 "workers/health.py", "workers/assessment.py", "workers/writeback.py", "workers/posting.py",
                 "workers/letter_papers.py", "workers/fetching.py")
)  # fmt: skip
WITH_TABLES = (
    "assessments/present.py",
    "decisions/words.py",
    "patterns/",
    "detectors/page.py",
    "dashboards/",
    "senders/words.py",
)
"""Stages' tables of words that pages show; tables elsewhere are vocabulary to read with."""
WITH_PHRASES = (
    "assessments/matching.py", "cases/priority.py", "assessments/reconcile/", "drafts/brief.py", "suggestions/",
    "patterns/telling.py", "patterns/charts.py", "patterns/shares.py", "patterns/contracts.py",
)  # fmt: skip
"""Stages that put sentences together from parts: the parts are in the catalogue too."""
SUMMARY_WORDS = ROOT / "classifiers" / "summary_words.py"
POLICY = ROOT / "app" / "decisions" / "policies" / "default.yaml"
NOT_SHOWN = ("narratives/written.py", "assessments/claims/units.py", "documents/orders/confirmation.py",
             "suggestions/models.py", "mailboxes/mailgun.py", "mailboxes/postmark.py", "mailboxes/web_form.py",
             "mailboxes/inbound.py", "letters/compose.py")  # fmt: skip
"""Modules whose sentences are for customers, for programs or for reading."""
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_TEMPLATE_KEYWORDS = ("_", "gettext", "ngettext")
_TABLE = re.compile(r"_?([A-Z_]*_)?(WORDS|TITLES|PHRASES|SENTENCES)$")
_LABELLED = {"Shown", "ArithmeticRow"}
"""Calls whose first argument is a label that a page shows."""
_SENTENCE = re.compile(r"^[A-Z“%(\d].* .*[.?!:”]$", re.DOTALL)


_PHRASE = re.compile(r"[a-z]{2,} (.* )?[a-z]{2,}|[a-z]{2,} %\(|\)s [a-z]{2,}")
"""At least two words, or a word and a value."""
_SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence, where it stands, and whether it is a pattern of another stage."""

    id: str | tuple[str, str]
    file: str
    is_told: bool = False


def sentences() -> Iterator[Found]:
    """Every sentence of the pages and of what they repeat."""
    for file in sorted(PAGES.rglob("*.py")):
        yield from _of_module(file)
    for file in sorted(PAGES.rglob("*.html")):
        yield from _of_template(file)
    for stage in STAGES:
        path = ROOT / "app" / stage
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield from _of_stage(file)
    for file in OTHERS:
        yield from _of_stage(file)
    yield from _of_summary()
    for says in re.findall(r"^ *says: (.+)$", POLICY.read_text(encoding="utf-8"), re.MULTILINE):
        yield Found(says, _name(POLICY), True)
    for phrase in PHRASES:
        yield Found(phrase, "app/review/phrases.py", True)


def gathered() -> Catalog:
    """All sentences, each once, with the files they stand in."""
    catalogue = Catalog(project="Countersign", charset="utf-8", fuzzy=False)
    for found in sentences():
        catalogue.add(found.id, locations=[(found.file, 0)], auto_comments=[MARK] if found.is_told else [])
    return catalogue


def up_to_date(language: str, all_sentences: Catalog) -> Catalog:
    """A language's catalogue with exactly these sentences; what is translated stays, nothing is guessed."""
    file = catalogue_file(language)
    if file.exists():
        with file.open("rb") as source:
            old = read_po(source, locale=language)
    else:
        old = Catalog(language)
    new = Catalog(language, project="Countersign", charset="utf-8", fuzzy=False, creation_date=None)
    for message in sorted((m for m in all_sentences if m.id), key=_place):
        before = old.get(message.id)
        string = before.string if before is not None else ""
        new.add(message.id, string, locations=message.locations[:1], auto_comments=message.auto_comments)
    return new


def written(catalogue: Catalog) -> bytes:
    """A catalogue as its file holds it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=120, omit_header=False, include_lineno=False, ignore_obsolete=True)
    text = out.getvalue().decode()
    return re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By): .*\n', "", text,
                  flags=re.MULTILINE).encode()  # fmt: skip


def update() -> None:
    """Write all catalogues anew."""
    found = gathered()
    for language in LANGUAGES:
        if language != SOURCE:
            catalogue_file(language).write_bytes(written(up_to_date(language, found)))


def _place(message: object) -> tuple[str, str]:
    locations = getattr(message, "locations", [])
    return (locations[0][0] if locations else "", str(getattr(message, "id", "")))


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _of_template(file: Path) -> Iterator[Found]:
    options = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
    with file.open("rb") as source:
        for _line, function, text, _comments in babel_extract(source, _TEMPLATE_KEYWORDS, [], options):
            yield from _called(function, text, _name(file))


def _of_module(file: Path) -> Iterator[Found]:
    with file.open("rb") as source:
        for _line, function, text, _comments in extract_python(source, _KEYWORDS, [], {}):
            yield from _called(function, text, _name(file))
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words" and node.args:
            for argument in node.args:
                yield from (Found(text, _name(file)) for text in _values(argument))


def _called(function: object, text: object, file: str) -> Iterator[Found]:
    if function == "ngettext":
        one, many = list(text)[:2] if isinstance(text, tuple | list) else ("", "")
        if one and many:
            yield Found((one, many), file)
    elif isinstance(text, str) and text:
        yield Found(text, file)
    elif isinstance(text, tuple | list) and text and text[0]:
        yield Found(text[0], file)


def _values(node: ast.AST) -> Iterable[str]:
    """The texts of a table: values of a dict, nested ones too."""
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _values(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for value in node.elts:
            yield from _values(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        yield node.value


# -- other stages -------------------------------------------------------------------------------------------------


def _of_stage(file: Path) -> Iterator[Found]:
    """A stage's tables of words, labels, and whole sentences with their patterns."""
    name = _name(file)
    if name.removeprefix("app/") in NOT_SHOWN:
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    hidden = _not_shown(tree)
    with_phrases = name.removeprefix("app/").startswith(WITH_PHRASES)
    with_tables = name.removeprefix("app/").startswith(WITH_TABLES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if (
                with_tables
                and isinstance(target, ast.Name)
                and _TABLE.match(target.id)
                and isinstance(node.value, ast.Dict)
            ):
                yield from (Found(text.replace("%", "%%") if "%" in text else text, name, True)
                            for text in _values(node.value))  # fmt: skip
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _LABELLED and node.args:
            for argument in node.args:
                label = pattern_of(argument)
                if label and re.search(r"[A-Za-z]{2}", re.sub(r"%\(\w+\)s", "", label)):
                    yield Found(label, name, True)
        elif isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in hidden:
            text = pattern_of(node)
            is_whole = len(text) > 12 and _SENTENCE.match(text) is not None
            if (is_whole or (with_phrases and _PHRASE.search(text))) and not any(x in text for x in ("(?", "\\", "%s")):
                yield Found(text, name, True)


def _of_summary() -> Iterator[Found]:
    """The first sentences of summaries: the slots with a default are places, those without may be empty."""
    name = _name(SUMMARY_WORDS)
    for node in ast.walk(ast.parse(SUMMARY_WORDS.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
            continue
        texts = list(_values(node.value)) if node.value is not None else []
        if node.target.id == "SAYS":
            for text in texts:
                yield from (Found(default, name, True) for _, default in _SLOT.findall(text) if default)
                bare = re.sub(r"(?:\{\w+\})+$", "%(rest)s", text)
                bare = re.sub(r"\{(\w+):[^}]*\}", r"%(\1)s", bare)
                yield Found(f"%(who)s {re.sub(r'{[a-z_]+}', '%(on)s', bare)}.", name, True)
        elif node.target.id in ("MATTER", "WANTED", "ASKS", "SPECIAL"):
            yield from (Found(text, name, True) for text in texts)


def pattern_of(node: ast.AST) -> str:
    """A text of the code as a pattern with named places; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    said, names = [], dict[str, int]()
    for part in node.values:
        if isinstance(part, ast.Constant):
            said.append(str(part.value).replace("%", "%%"))
        elif isinstance(part, ast.FormattedValue):
            name = _word_for(part.value)
            names[name] = names.get(name, 0) + 1
            said.append(f"%({name}{names[name] if names[name] > 1 else ''})s")
    return "".join(said)


def _word_for(node: ast.AST) -> str:
    """A name for the place of a value: what the code calls it."""
    if isinstance(node, ast.Name):
        return node.id.strip("_") or "value"
    if isinstance(node, ast.Attribute):
        return node.attr.strip("_")
    if isinstance(node, ast.Call):
        inner = [a for a in node.args if isinstance(a, ast.Name | ast.Attribute | ast.Call | ast.Subscript)]
        return _word_for(inner[0]) if inner else _word_for(node.func)
    if isinstance(node, ast.Subscript):
        return _word_for(node.value)
    return "value"


def _not_shown(tree: ast.Module) -> set[int]:
    """Docstrings, pieces of f-strings, patterns of expressions, and what goes into the log: no page shows them."""
    hidden: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                hidden.add(id(statement.value))
        if isinstance(node, ast.JoinedStr):
            hidden.update(id(inner) for inner in ast.walk(node) if inner is not node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in ("log", "re", "logging"):
                hidden.update(id(inner) for argument in node.args for inner in ast.walk(argument))
    return hidden


if __name__ == "__main__":
    update()
