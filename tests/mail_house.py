"""`countersign up` with mailboxes on a real mail server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from app import config
from app.errors import Conflict, NotFound, Refused
from tests.mail_servers import PASSWORD, Dovecot
from tests.running import Running
from workers.deciding import Request, carry_out
from workers.wiring import Parts

OTHER = "orders@marlowvoss.example"
PEOPLE = (("Clara", "reviewer"), ("Tom", "controller"))


class House:
    """The running product, its mail server and what a person asks of it at the terminal."""

    def __init__(self, running: Running, dovecot: Dovecot) -> None:
        self.running = running
        self.dovecot = dovecot

    def mailbox(self, *arguments: str) -> str:
        return self.running.command("mailbox", *arguments, check=True).stdout

    def add(self, name: str, user: str, folder: Path, *more: str) -> str:
        """Add a mailbox at the terminal; `more` are further options of the command."""
        given = folder / f"{name}.json"
        given.write_text(json.dumps({"password": PASSWORD}))
        return self.mailbox(
            "add", name, "--address", user, "--user", user, "--host", "127.0.0.1", "--port", str(self.dovecot.port),
            "--encryption", "none", "--poll-seconds", "3600", "--credentials", str(given), "--json", *more,
        )  # fmt: skip

    def fetching(self, name: str) -> list[int]:
        """Ids of the processes that read this mailbox."""
        return [
            pid for pid in self.running.children("fetching")
            if Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").endswith(name.encode())
        ]  # fmt: skip

    def one(self, query: str) -> object:
        return self.running.ask(query)[0][0]

    def wait_for(self, what: str, so: Callable[[], bool], within: float = 60) -> None:
        deadline = time.monotonic() + within
        while not so():
            if time.monotonic() > deadline:
                logs = "\n".join(p.read_text()[-1500:] for p in (self.running.data / "logs").glob("mailbox*"))
                raise AssertionError(
                    f"not within {within:g} s: {what}. {self.running.ask('select * from mailboxes')}\n{logs}\n"
                    f"{self.running.said()[-1500:]}"
                )
            time.sleep(0.1)

    def wait_for_rest(self, cases: int, within: float = 120) -> None:
        """Wait until there are so many cases and none of them waits for the software."""
        query = "select (select count(*) from cases), (select count(*) from case_steps where state <> 'done')"
        self.wait_for(f"{cases} cases at rest", lambda: self.running.ask(query) == [(cases, 0)], within)

    def add_people(self) -> None:
        """A reviewer and a controller: what one may not confirm alone, both may."""
        for name, role in PEOPLE:
            self.running.command("user", "add", f"{name}@firm.example", name, "--role", role, check=True)

    def confirm(self, case_id: int, *kinds: str) -> None:
        """Both confirm what is open in the case; `kinds`: only steps of these kinds."""
        parts = Parts(config.load(countersign_data=self.running.data))
        try:
            for name, _ in PEOPLE:
                try:
                    list(carry_out(parts, Request(case_id, f"{name.casefold()}@firm.example", kinds, confirm=True)))
                except (NotFound, Refused, Conflict):
                    continue
        finally:
            parts.close()
