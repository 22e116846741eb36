"""Shared by all tests: real engines, started once per run, and an empty database for each test that asks for one."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

settings.register_profile(
    "same", settings.get_profile("ci"), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "search", settings.get_profile("default"), deadline=None, max_examples=1000,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("same")
"""The same examples each time, however long they take; `--hypothesis-profile=search` looks for new ones."""

_ENGINES: list[object] = []
_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What tests store need not outlive a power cut."""


def pytest_configure(config: pytest.Config) -> None:
    """Say where the engines will live; the first test that needs them starts them (one set for all xdist workers)."""
    if settings.get_current_profile_name() == "same":
        # Else it draws constants out of the modules that are loaded, and those go by the tests that ran before.
        providers._get_local_constants = lambda: providers._local_constants
    if "PYTEST_XDIST_WORKER" not in os.environ and "COUNTERSIGN_TEST_ENGINES" not in os.environ:
        os.environ["COUNTERSIGN_TEST_ENGINES"] = tempfile.mkdtemp(prefix="countersign-tests-")
        _ENGINES.append(None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what replays a model's answers, for `make cassettes`."""
    for item in items:
        if "recorded_asker" in getattr(item, "fixturenames", ()):
            item.add_marker("recorded")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the engines that this run started."""
    if not _ENGINES:
        return
    folder = Path(os.environ.pop("COUNTERSIGN_TEST_ENGINES"))
    for name, how in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):
        pid = folder / f"{name}.pid"
        if pid.exists():
            with_pid = int(pid.read_text())
            try:
                os.kill(with_pid, how)
            except ProcessLookupError:
                continue
    shutil.rmtree(folder, ignore_errors=True)


def _engine_url(name: str) -> str:
    """The address of a shared engine; whoever asks first starts it, under a file lock."""
    import fcntl

    from workers import engines

    folder = Path(os.environ["COUNTERSIGN_TEST_ENGINES"])
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = folder / f"{name}.url"
        if not address.exists():
            how: dict[str, Any] = {"port": engines.free_port(), "password": "testing", "outlive_us": True}
            if name == "postgres":
                started = engines.start_postgres(folder, options=_HASTY, **how)
            else:
                started = engines.start_valkey(folder, **how)
            started.process.returncode = 0  # it runs on, for the other test processes too: not ours to wait for
            (folder / f"{name}.pid").write_text(str(started.process.pid))
            address.write_text(started.url)
        return address.read_text()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A migrated database of this test process's own."""
    import psycopg

    from app import migrations

    server = _engine_url("postgres")
    name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}"')
        connection.execute(f'create database "{name}"')
    url = f"{server.rpartition('/')[0]}/{name}"
    migrations.upgrade(url)
    return url


@pytest.fixture
def database(postgres_url: str) -> Iterator[object]:
    """An empty database. Rows of the test before are removed with the guards switched off for that moment."""
    import psycopg

    from app.db import Base, Database
    from app.migrations import tables  # noqa: F401

    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(f"truncate {names} restart identity cascade")
    found = Database(postgres_url)
    yield found
    found.dispose()


@pytest.fixture(scope="session")
def shared_parts() -> Iterator[object]:
    """A sandbox Odoo over HTTP and a reader of documents, started once."""
    from tests.house import shared_parts

    with shared_parts() as found:
        yield found


@pytest.fixture
def house(database: object, postgres_url: str, shared_parts: Any) -> Iterator[object]:
    """The whole house in this process: an empty database, a sandbox Odoo over HTTP, the workers' own functions."""
    from tests.house import open_house

    with open_house(postgres_url, shared_parts) as found:
        yield found


@pytest.fixture
def recorded_asker(request: pytest.FixtureRequest) -> Iterator[object]:
    """An `Asker` whose answers a real model gave when `make cassettes` ran; see `tests/recordings.py`."""
    from tests.recordings import cassette_of, recorded

    with recorded(cassette_of(request.node)) as asker:
        yield asker


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The shared Valkey."""
    return _engine_url("valkey")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """`run("queue", "--json")` runs `countersign queue --json` in this process, in a terminal of 80 columns."""
    from tests.command_line import Done
    from workers.cli import main

    monkeypatch.setenv("COLUMNS", "80")

    def carry_out(*arguments: str, columns: int = 80) -> Done:
        monkeypatch.setattr("sys.argv", ["countersign", *arguments])
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return Done(int(str(code)), said.out, said.err)

    return carry_out


@pytest.fixture
def dovecot() -> Iterator[object]:
    """Dovecot, empty; skips where it is not installed. See `tests/mail_servers.py` for TLS and access tokens."""
    from tests.mail_servers import Dovecot

    with Dovecot() as server:
        yield server


@pytest.fixture
def pymap() -> Iterator[object]:
    """pymap, empty: an IMAP server in Python that is up in half a second."""
    from tests.mail_servers import Pymap

    with Pymap() as server:
        yield server


@pytest.fixture
def mailroom(database: Any, postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[object]:
    """Mailboxes read by real processes into an empty database; nobody listens to their nudges."""
    from tests.mailroom import Mailroom

    with Mailroom(postgres_url, database, tmp_path, broker=redis_url.rpartition("/")[0] + "/9") as found:
        yield found


@pytest.fixture
def smtp() -> Iterator[object]:
    """An SMTP server that takes everything and keeps it; see `tests/mail_servers.py` for how it is told not to."""
    from tests.mail_servers import SmtpServer

    with SmtpServer() as server:
        yield server


@pytest.fixture
def token_server() -> Iterator[object]:
    """What gives out access tokens."""
    from tests.mail_servers import TokenServer

    with TokenServer() as server:
        yield server


@pytest.fixture
def chromium(_chromium: Any) -> Iterator[Any]:
    """A browser in which nobody has a page open, before the test and after it."""
    yield _chromium
    for context in _chromium.contexts:
        context.close()


@pytest.fixture(scope="module")
def _chromium() -> Iterator[Any]:
    """Chromium on the PATH, or the one named by CHROMIUM."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
