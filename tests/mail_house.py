"""`countersign up` with mailboxes on a real mail server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from app import config
from app.errors import Conflict, NotFound, Refused
from tests.mail_servers import PASSWORD, Dovecot
from tests.mailroom import PATIENCE
from tests.running import Running
from workers.deciding import Request, carry_out
from workers.wiring import Parts

OTHER = "orders@marlowvoss.example"
_OF_MAILS = "from audit_events where action = 'case.opened' and actor like 'source:mailbox:%'"
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
        found = []
        for pid in self.running.children("fetching"):
            with suppress(OSError):  # it ends just now
                if Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").endswith(name.encode()):
                    found.append(pid)
        return found

    def one(self, query: str) -> object:
        """The first value that a query finds; None: it finds nothing."""
        found = self.running.ask(query)
        return found[0][0] if found else None

    def wait_for(self, what: str, so: Callable[[], bool], within: float = PATIENCE) -> None:
        deadline = time.monotonic() + within
        while not so():
            if time.monotonic() > deadline:
                logs = "\n".join(p.read_text()[-1500:] for p in (self.running.data / "logs").glob("mailbox*"))
                raise AssertionError(
                    f"not within {within:g} s: {what}. {self.running.ask('select * from mailboxes')}\n{logs}\n"
                    f"{self.running.said()[-1500:]}"
                )
            time.sleep(0.1)

    def cases(self) -> int:
        """How many cases mails have opened. The detectors, which look now and then, may open others beside them."""
        return int(str(self.one(f"select count(*) {_OF_MAILS}")))

    def newest(self) -> int:
        """The case of the mail that came last."""
        return int(str(self.one(f"select max(case_id) {_OF_MAILS}")))

    def state(self, case_id: int) -> str:
        return str(self.one(f"select state from cases where id = {case_id}"))

    def wait_for_state(self, case_id: int, state: str) -> None:
        self.wait_for(f"case {case_id} to be {state}", lambda: self.state(case_id) == state)

    def wait_for_rest(self, cases: int, within: float = PATIENCE) -> None:
        """Wait until mails have opened so many cases and no case waits for the software."""
        query = f"select (select count(*) {_OF_MAILS}), (select count(*) from case_steps where state <> 'done')"
        self.wait_for(f"{cases} cases at rest", lambda: self.running.ask(query) == [(cases, 0)], within)

    def wait_until_moved(self, *users: str) -> None:
        """Wait until all mail that lies in these inboxes is stored and moved, which comes after its being stored."""
        unmoved = "select count(*) from mailbox_messages where filed_at is null"
        self.wait_for(
            "all mail to be moved",
            lambda: self.one(unmoved) == 0 and not any(self.dovecot.subjects(user) for user in users),
        )

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
