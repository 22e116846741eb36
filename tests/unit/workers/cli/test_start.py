"""The command line starts at once, says what there is, and ends with the exit codes it promises."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.command_line import Run
from workers.cli import COMMANDS

HEAVY = (
    "sqlalchemy", "alembic", "psycopg", "celery", "kombu", "redis", "fastapi", "starlette", "uvicorn", "pydantic",
    "httpx", "jinja2", "yaml", "lxml", "numpy", "scipy", "sklearn", "PIL", "pypdfium2", "pdfplumber", "onnxruntime",
    "rapidocr", "docx", "openpyxl", "app", "classifiers",
)  # fmt: skip
"""Packages that nobody who asks for help should wait for."""

TELL = """
import contextlib, io, json, sys
from importlib import import_module
from workers.cli import COMMANDS, main
found = {}
def imported():
    return sorted({name.partition(".")[0] for name in sys.modules} & set(json.loads(sys.argv[-1])))
heavy = sys.argv[-1]
sys.argv = ["countersign", "--help"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
sys.argv = ["countersign", heavy]
found[""] = imported()
for name, (module, _) in COMMANDS.items():
    with contextlib.redirect_stdout(io.StringIO()):
        import_module(module).app(["--help"], standalone_mode=False)
    found[name] = imported()
print(json.dumps(found))
"""


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TELL, json.dumps(HEAVY)], capture_output=True, text=True, check=True, timeout=120
    )
    found = json.loads(done.stdout)
    assert set(found) == {"", *COMMANDS}
    assert {name: heavy for name, heavy in found.items() if heavy} == {}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.code == 0
    assert f"countersign {name}" in done.out


def test_help_names_every_command(run: Run) -> None:
    for asked in ((), ("--help",), ("-h",)):
        done = run(*asked)
        assert done.code == 0
        assert all(f"  {name}" in done.out for name in COMMANDS)


def test_the_version_is_told(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out.split()[0]) == (0, "countersign")


def test_an_unknown_command_is_answered_with_those_there_are(run: Run) -> None:
    done = run("frobnicate")
    assert done.code == 2
    assert "no command “frobnicate”" in done.err
    assert "ingest" in done.err


def test_an_unknown_option_is_exit_code_2(run: Run) -> None:
    assert run("--frobnicate").code == 2
    assert run("queue", "--frobnicate").code == 2
