"""The supervisor's own work, on small processes: starting again, waiting, ending in order."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import config
from app.config import Settings
from app.errors import Conflict, Misconfigured, Unavailable
from workers import engines
from workers.children import RESTART_WAITS, STEADY_AFTER, Child
from workers.supervisor import Supervisor


def a_process(code: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)


def stubborn() -> subprocess.Popen[bytes]:
    """A process that ignores being told to end."""
    process = a_process(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def a_supervisor(tmp_path: Path, *children: Child) -> tuple[Supervisor, list[str]]:
    said: list[str] = []
    supervisor = Supervisor(Settings(countersign_data=tmp_path / "data"), said.append)
    supervisor.children.extend(children)
    for child in children:
        child.begin(supervisor.say)
    return supervisor, said


def end(process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    process.kill()
    process.wait(10)
    if process.stdout:
        process.stdout.close()


def close_pipes(*children: Child) -> None:
    for child in children:
        if child.process is not None and child.process.stdout:
            child.process.stdout.close()


def test_a_child_that_ended_is_started_again_after_a_wait_that_grows(tmp_path: Path) -> None:
    child = Child("web", a_process)
    supervisor, said = a_supervisor(tmp_path, child)
    first = child.process
    end(first)
    looked_at = time.monotonic()
    supervisor.look_after()
    assert not child.is_running
    assert said == [f"web ended (signal SIGKILL); starting it again in {RESTART_WAITS[0]:g} s."]
    assert child.due_at >= looked_at + RESTART_WAITS[0]
    child.due_at = 0
    supervisor.look_after()
    assert child.is_running
    end(child.process)
    supervisor.look_after()
    assert said[-1].endswith(f"in {RESTART_WAITS[1]:g} s.")
    child.due_at = 0
    supervisor.look_after()
    child.started_at -= STEADY_AFTER + 1
    supervisor.look_after()
    assert child.falls == 0, "what ran for long starts with the shortest wait again"
    supervisor.stop()
    close_pipes(child)


def test_a_child_that_may_end_is_started_again_only_when_it_failed(tmp_path: Path) -> None:
    well = Child("exit 0", lambda: a_process("raise SystemExit(0)"), may_end=True)
    badly = Child("exit 3", lambda: a_process("raise SystemExit(3)"), may_end=True)
    supervisor, said = a_supervisor(tmp_path, well, badly)
    for child in (well, badly):
        assert child.process is not None
        child.process.wait(60)
    close_pipes(well, badly)
    for _ in range(2):
        supervisor.look_after()
    assert not well.is_running
    assert well.falls == 0
    assert said == [f"exit 3 ended (exit code 3); starting it again in {RESTART_WAITS[0]:g} s."]
    supervisor.stop()


def test_a_child_that_cannot_start_again_is_tried_later_and_said(tmp_path: Path) -> None:
    child = Child("postgres", a_process)
    supervisor, said = a_supervisor(tmp_path, child)
    end(child.process)
    supervisor.look_after()

    def cannot() -> subprocess.Popen[bytes]:
        raise Unavailable("the disk is full")

    child.start, child.due_at = cannot, 0.0
    looked_at = time.monotonic()
    supervisor.look_after()
    assert said[-1] == "postgres does not start: the disk is full"
    assert child.due_at >= looked_at + RESTART_WAITS[-1]
    supervisor.stop()


def test_what_works_on_the_engines_ends_before_them_and_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    engine = Child("postgres", a_process, is_engine=True)
    worker = Child("worker", stubborn, stop_within=0.3)
    supervisor, _ = a_supervisor(tmp_path, engine, worker)
    seen: list[tuple[str, bool]] = []
    original = engines.ask_to_stop

    def watched(process: subprocess.Popen[bytes], how: int) -> None:
        name = "postgres" if process is engine.process else "worker"
        assert worker.process is not None
        seen.append((name, worker.process.poll() is None))
        original(process, how)

    engines.ask_to_stop = watched
    try:
        supervisor.stop()
    finally:
        engines.ask_to_stop = original
    assert seen == [("worker", True), ("postgres", False)]
    assert worker.process is not None
    assert worker.process.returncode == -signal.SIGKILL
    close_pipes(engine, worker)


def test_two_supervisors_never_share_a_folder(tmp_path: Path) -> None:
    first, _ = a_supervisor(tmp_path)
    first._take_folder()
    second, _ = a_supervisor(tmp_path)
    with pytest.raises(Conflict, match="running already"):
        second.start()
    first.stop()
    second._take_folder()
    second.stop()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0, "nobody else may look into the folder"


def test_a_taken_port_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        supervisor = Supervisor(Settings(countersign_data=tmp_path / "data", countersign_port=port), print)
        with pytest.raises(Conflict, match=f"Port {port} is taken.*--port"):
            supervisor.start()
    assert not (tmp_path / "data" / "postgres").exists()


def test_passwords_are_kept_where_only_the_owner_reads(tmp_path: Path) -> None:
    supervisor, _ = a_supervisor(tmp_path)
    supervisor._take_folder()
    supervisor._remember({"postgres_password": "x"})
    supervisor.stop()
    assert (tmp_path / "data" / "engines.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["{bad", "[]", "\udcff"])
def test_a_damaged_memory_is_said_in_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "engines.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(Misconfigured, match=r"engines\.json"):
        config.load(countersign_data=tmp_path)
