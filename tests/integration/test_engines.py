"""`countersign up`: its own engines or given servers, words for what is in the way, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from app.errors import Misconfigured
from tests.running import NAMES, Running, command, everything_below, left_of
from workers import engines


def stop_and_look(running: Running) -> None:
    """End it as Ctrl-C would, and find nothing left of it."""
    below = everything_below(running.process.pid)
    assert running.stop() == 0, running.said()
    assert left_of(below) == []
    assert not engines.is_port_taken("127.0.0.1", running.port)
    assert "Countersign has stopped." in running.said()


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Countersign on its own engines; when the module ends, nothing of it may be left."""
    with Running(tmp_path_factory.mktemp("up") / "data") as running:
        yield running.wait_until_up()
        stop_and_look(running)


def healthy(running: Running, within: float = 60) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            return httpx.get(f"http://127.0.0.1:{running.port}/healthz", timeout=5).json() == {"status": "ok"}
        except httpx.HTTPError:
            time.sleep(0.1)
    return False


def test_everything_comes_up_and_works(up: Running) -> None:
    assert healthy(up)
    assert {name: len(up.children(name)) for name in NAMES} == {**dict.fromkeys(NAMES, 1), "fetching": 0}, "no mailbox"
    found = up.command("doctor")
    assert found.returncode == 0, found.stdout
    assert re.search(r"works +database: PostgreSQL 1\d\.", found.stdout)
    assert re.search(r"works +broker: answers", found.stdout)


def test_its_folder_is_closed_to_others_and_the_engines_to_strangers(up: Running) -> None:
    assert up.data.stat().st_mode & 0o077 == 0
    assert (up.data / "engines.json").stat().st_mode & 0o077 == 0
    url = up.known("database_url")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(re.sub(r":[^:@]+@", ":wrong@", url), connect_timeout=5)
    with socket.create_connection(("127.0.0.1", int(up.known("valkey_port"))), timeout=5) as broker:
        broker.sendall(b"PING\r\n")
        assert broker.recv(200).startswith(b"-NOAUTH")


def test_no_password_is_written_to_a_log_or_a_command_line_others_see(up: Running) -> None:
    secrets = [up.known(name) for name in ("postgres_password", "countersign_secret_key")]
    for log in (up.data / "logs").glob("*.log"):
        assert not any(secret in log.read_text(errors="replace") for secret in secrets), log.name
    for pid in everything_below(up.process.pid):
        line = _line(pid)
        assert not any(secret in line for secret in [*secrets, up.known("valkey_password")]), line


def test_a_second_start_on_the_same_data_is_refused_in_words(up: Running) -> None:
    env = {**up.environment, "COUNTERSIGN_PORT": str(engines.free_port())}
    second = command("up", env=env)
    assert (second.returncode, second.stdout) == (1, "")
    assert "running already" in second.stderr
    assert str(up.data) in second.stderr
    assert "Traceback" not in second.stderr
    assert healthy(up), "the first one goes on"


def test_a_taken_port_is_said_and_nothing_is_started(up: Running, tmp_path: Path) -> None:
    other = command("up", "--port", str(up.port), "--data", str(tmp_path / "other"), env=up.environment)
    assert (other.returncode, other.stdout) == (1, "")
    assert f"Port {up.port} is taken by another program" in other.stderr
    assert "--port" in other.stderr
    assert not (tmp_path / "other" / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "valkey", "scheduler"])
def test_a_killed_child_is_started_again_and_said(up: Running, name: str) -> None:
    before = up.said().count(f"{name} ended (signal SIGKILL)")
    killed = up.kill(name)
    deadline = time.monotonic() + 120
    while up.children(name) in ([], [killed]):
        assert time.monotonic() < deadline, up.said()
        time.sleep(0.1)
    assert up.said().count(f"{name} ended (signal SIGKILL)") == before + 1
    assert healthy(up)


def test_on_given_servers_no_engine_is_started_and_nothing_is_left(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    settings = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "COUNTERSIGN_SECRET_KEY": "k" * 40}
    with Running(tmp_path / "data", **settings) as running:
        running.wait_until_up()
        assert healthy(running)
        found = {name: len(running.children(name)) for name in NAMES}
        assert found == {"postgres": 0, "valkey": 0, "worker": 1, "scheduler": 1, "web": 1, "fetching": 0}
        assert not (tmp_path / "data" / "postgres").exists()
        assert not (tmp_path / "data" / "valkey").exists()
        known = json.loads((tmp_path / "data" / "engines.json").read_text())
        assert "database_url" not in known, "what is set outside is not remembered"
        running.process.send_signal(signal.SIGTERM)
        stop_and_look(running)


def test_postgresql_comes_back_at_once_after_kill_9_with_its_data(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    port = engines.free_port()
    first = engines.start_postgres(tmp_path, port=port, password="secret")
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("create table kept (n integer)")
        connection.execute("insert into kept values (42)")
    first.process.kill()
    first.process.wait(10)
    again = engines.start_postgres(tmp_path, port=port, password="secret")
    with psycopg.connect(again.url) as connection:
        assert connection.execute("select n from kept").fetchall() == [(42,)]
    engines.ask_to_stop(again.process, signal.SIGINT)
    engines.wait_for_end(again.process, within=30)
    with pytest.raises(Misconfigured, match=r"another password than engines\.json"):
        engines.start_postgres(tmp_path, port=port, password="other")
    leftover = [pid for pid in everything_below(os.getpid()) if f"-p {port}" in _line(pid)]
    for pid in leftover:
        os.kill(pid, signal.SIGINT)
    assert leftover == [], "a server that cannot be used is not left running"


def _line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_a_machine_that_cannot_run_postgresql_is_told_what_else_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    monkeypatch.setattr("workers.engines.importlib.util.find_spec", lambda _: None)
    with pytest.raises(Misconfigured, match="Set DATABASE_URL to a server of yours"):
        engines.start_postgres(tmp_path, port=engines.free_port(), password="secret")


def test_a_folder_that_cannot_hold_a_cluster_is_said_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    monkeypatch.setattr("workers.engines.shutil.rmtree", lambda *_, **__: None)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "in-the-way").write_text("x")
    with pytest.raises(Misconfigured, match=r"could not be set up here.*postgres\.log"):
        engines.start_postgres(tmp_path, port=engines.free_port(), password="secret")
