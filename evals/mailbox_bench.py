"""How fast mail comes in by a mailbox: `python -m evals.mailbox_bench`. Prints JSON; needs Debian's dovecot-imapd.

Starts Dovecot and the whole product (`countersign up`, offline engine, a sandbox Odoo beside it) and measures three
things as a user has them:

- Messages of the labelled corpus arrive one by one at drawn moments: from the moment when the mail server has one until
  its case is assessed, and until it was compared with Odoo too. Scans, whose text is recognised, stand apart.
- A thousand messages with attachments wait: how many are stored and moved per second, once with the workers assessing
  beside it, and once by the fetching process alone.
- Messages of 1 to 160 MB: the most memory that the fetching process has had (VmHWM).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from evals.panel_speed import DATASETS, _database

USER, NAME = "billing@marlowvoss.example", "billing"
LARGE = (1, 10, 40, 120, 160)
"""Megabytes; the last is more than what is kept."""
_FILED: LiteralString = "select count(*) from mailbox_messages where filed_at is not null"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arriving", type=int, default=120, help="messages that arrive one by one; 0: none")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two of them, on average")
    parser.add_argument("--waiting", type=int, default=1000, help="messages that wait")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    draw = random.Random(given.seed)  # noqa: S311 - a draw, no secret
    print(json.dumps({"cpus": os.cpu_count(), **measured(draw, given)}, indent=1))


def measured(draw: random.Random, given: argparse.Namespace) -> dict[str, Any]:
    """All figures, in the order in which they are measured."""
    from tests.mail_servers import Dovecot

    found: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        with up(Path(folder), server.port) as running:
            if given.arriving:
                _say("the product is up; messages arrive one by one")
                found["arriving"] = arriving(running, server.deliver, draw, given.arriving, given.every)
            found["load_before_waiting"] = round(os.getloadavg()[0], 1)
            _say("messages wait, workers assess beside it")
            running.command("mailbox", "pause", NAME, check=True)
            _until(lambda: not _fetching(running), "the mailbox is paused")
            for message in with_attachments(draw, given.waiting):
                server.deliver(USER, message)
            _mailbox(running, "resume", NAME)
            found["waiting_beside_workers"] = taken_in(running.known("database_url"), given.waiting)
            found["memory_mb_beside_workers"] = _most_memory(_fetching(running)[0])
        found.update(alone(Path(folder), draw, given.waiting))
    return found


def arriving(
    running: Any, deliver: Callable[..., None], draw: random.Random, count: int, every: float
) -> dict[str, Any]:
    """Seconds from a message's being on the mail server to its case being assessed, and compared with Odoo."""
    from app.sources.mail_key import key_of

    messages = corpus(draw, count)
    url = running.known("database_url")
    came: dict[str, float] = {}
    assessed: dict[str, float] = {}
    ready: dict[str, float] = {}
    query = (
        "select m.digest, bool_or(s.stage = 'assess' and s.state = 'done'), bool_and(s.state = 'done') "
        "from taken_mails m join case_documents d using (document_id) "
        "join case_steps s on s.case_id = d.case_id where m.digest = any(%s) group by m.digest"
    )
    with psycopg.connect(url, autocommit=True) as connection:

        def look() -> None:
            open_ones = [key for key in came if key not in ready]
            at = time.perf_counter()
            for key, is_assessed, is_ready in connection.execute(query, [open_ones]).fetchall():
                if is_assessed:
                    assessed.setdefault(key, at)
                if is_ready:
                    ready.setdefault(key, at)

        deliver(USER, corpus(draw, 1, anew=True)[0][0])  # the first one loads what later ones have
        time.sleep(15)
        for content, _ in messages:
            deliver(USER, content)
            came[key_of(_on_the_wire(content))] = time.perf_counter()
            pause_ends = time.perf_counter() + draw.uniform(0.2, 2 * every - 0.2)
            while time.perf_counter() < pause_ends:
                look()
                time.sleep(0.02)
        ends = time.perf_counter() + 120
        while len(ready) < len(came) and time.perf_counter() < ends:
            look()
            time.sleep(0.02)
    scanned = {key_of(_on_the_wire(content)) for content, is_scan in messages if is_scan}
    plain = [key for key in came if key not in scanned]
    return {
        "messages": len(came), "never_assessed": len(came) - len(assessed), "never_ready": len(came) - len(ready),
        "assessed_s": _told([assessed[k] - came[k] for k in plain if k in assessed]),
        "ready_s": _told([ready[k] - came[k] for k in plain if k in ready]),
        "scans": len(scanned), "scans_assessed_s": _told([assessed[k] - came[k] for k in scanned if k in assessed]),
        "all_assessed_s": _told([assessed[k] - came[k] for k in came if k in assessed]),
    }  # fmt: skip


def alone(folder: Path, draw: random.Random, count: int) -> dict[str, Any]:
    """The fetching process with its database and nothing else: waiting messages, then large ones."""
    from app.db import Database
    from app.migrations import tables  # noqa: F401 - foreign keys name tables of other stages
    from tests.mail_servers import Dovecot, large_mail
    from tests.mailroom import Mailroom

    found: dict[str, Any] = {}
    with _database() as url, Dovecot() as server, Mailroom(url, Database(url), folder) as mailroom, _broker() as broker:
        mailroom.broker = broker
        for message in with_attachments(draw, count):
            server.deliver(USER, message)
        mailroom.add(NAME, server, user=USER)
        process = mailroom.start(NAME)
        found["waiting_alone"] = taken_in(url, count)
        found["memory_mb_after_waiting"] = _most_memory(process.pid)
        for n, size in enumerate(LARGE, 1):
            server.deliver(USER, large_mail(f"{size} MB", size * 1_000_000))
            began = time.perf_counter()
            mailroom.wait_until_filed(count + n, within=120)
            found[f"memory_mb_after_{size}_mb"] = _most_memory(process.pid)
            found[f"seconds_for_{size}_mb"] = round(time.perf_counter() - began, 1)
        mailroom.database.dispose()
    return found


@contextmanager
def _broker() -> Iterator[str]:
    """A broker where nobody listens."""
    from workers import engines

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "logs").mkdir()
        started = engines.start_valkey(Path(folder), port=engines.free_port(), password="measuring")  # noqa: S106 - for a minute
        try:
            yield started.url
        finally:
            started.process.terminate()
            started.process.wait(30)


def taken_in(url: str, count: int) -> dict[str, Any]:
    """Messages per second from the first that was stored to the last that was moved."""
    with psycopg.connect(url, autocommit=True) as connection:

        def number(query: LiteralString) -> int:
            return int(connection.execute(query).fetchall()[0][0])

        stored, moved = number("select count(*) from mailbox_messages"), number(_FILED)
        until = moved + count
        _until(lambda: number("select count(*) from mailbox_messages") > stored, "the first message is stored", 60)
        began = time.perf_counter()
        while number(_FILED) < until:
            if time.perf_counter() - began > 900:
                raise SystemExit(f"Only {number(_FILED) - moved} of {count} messages came in within 15 minutes.")
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        cases = number("select count(*) from cases")
    return {"messages": count, "seconds": round(seconds, 1), "per_s": round(count / seconds, 1), "cases_then": cases}


def corpus(draw: random.Random, count: int, *, anew: bool = False) -> list[tuple[bytes, bool]]:
    """Labelled messages in a drawn order, and whether one holds a scan; `anew`: under Message-IDs of their own."""
    from app.documents.read import read

    files = sorted(DATASETS.glob("*.eml"))
    draw.shuffle(files)
    drawn = []
    for path in files[:count]:
        content = path.read_bytes()
        if anew:
            content = re.sub(rb"(?im)^message-id:.*\n", b"Message-ID: <first@measuring.example>\n", content, count=1)
            return [(content, False)]
        is_scan = any(page.is_scanned for part in read(content, path.name).walk() for page in part.pages)
        drawn.append((content, is_scan))
    return drawn


def with_attachments(draw: random.Random, count: int) -> Iterator[bytes]:
    """Messages that each hold a PDF of the corpus, brought to 20 to 500 kB as scans and logos do, none like another."""
    from tests.mail_servers import mail

    papers = []
    for path in sorted(DATASETS.glob("*.eml")):
        for part in BytesParser(policy=policy.default).parsebytes(path.read_bytes()).walk():
            if part.get_content_type() == "application/pdf":
                papers.append(part.get_content())
    for n in range(count):
        paper = draw.choice(papers) + b"\n% " + draw.randbytes(int(20_000 * 25 ** draw.random()))
        yield mail(f"Order {n}", attached=paper, name=f"order-{n}.pdf", text=f"Please find our order {n} attached.")


@contextmanager
def up(folder: Path, port: int) -> Iterator[Any]:
    """The whole product with a sandbox Odoo, and a mailbox at this port."""
    from tests.running import Running, SandboxOdoo

    with ExitStack() as stack:
        odoo = stack.enter_context(SandboxOdoo(folder / "odoo.journal"))
        running = stack.enter_context(Running(folder / "data", **odoo.settings)).wait_until_up()
        add_mailbox(running, port)
        _until(lambda: bool(_fetching(running)), "the mailbox's process has started", 30)
        _until(lambda: bool(running.ask("select 1 from mailboxes where seen_at is not null")), "it is read", 30)
        yield running


def add_mailbox(running: Any, port: int) -> None:
    """Have a mailbox of Dovecot's read; new mail is told of (IDLE) and never looked for in between."""
    from app.clock import now
    from app.db import Database
    from app.mailboxes import administration
    from app.mailboxes.administration import COMMAND_LINE, Wanted, reached_from
    from app.mailboxes.reached import PASSWORD
    from app.migrations import tables  # noqa: F401 - foreign keys name tables of other stages
    from tests.mail_servers import PASSWORD as THE_PASSWORD

    reached = {"host": "127.0.0.1", "port": port, "encryption": "none", "user": USER, "poll_seconds": 3600}
    database = Database(running.known("database_url"))
    with database.transaction() as session:
        administration.add(
            session, NAME, "imap", Wanted(USER, reached_from(reached)), {PASSWORD: THE_PASSWORD},
            key=running.known("countersign_secret_key"), by=COMMAND_LINE, at=now(),
        )  # fmt: skip
    database.dispose()


def _mailbox(running: Any, *arguments: str) -> None:
    running.command("mailbox", *arguments, check=True)


def _fetching(running: Any) -> list[int]:
    """Ids of the processes that read a mailbox."""
    from tests.running import everything_below

    found = []
    for pid in everything_below(running.process.pid):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"workers.fetching" in line:
            found.append(pid)
    return found


def _most_memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024, 1)


def _until(so: Callable[[], bool], what: str, within: float = 30) -> None:
    ends = time.monotonic() + within
    while not so():
        if time.monotonic() > ends:
            raise SystemExit(f"Not within {within:g} s: {what}.")
        time.sleep(0.05)


def _on_the_wire(content: bytes) -> bytes:
    """As a server gives it: every line ends with CR and LF."""
    return re.sub(rb"\r?\n", b"\r\n", content)


def _told(times: Sequence[float]) -> dict[str, float]:
    if len(times) < 2:
        return {}
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "p99": round(cuts[98], 2),
        "most": round(max(times), 2),
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
