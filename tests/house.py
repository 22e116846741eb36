"""The whole house in one process: real PostgreSQL, the sandbox Odoo over HTTP, the workers' own functions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select, text

from app.cases.intake import TakenIn, take_in
from app.cases.models import Case, CaseStep
from app.clock import now
from app.config import Settings
from app.documents.limits import DEFAULT
from app.documents.sandbox import Reader
from app.odoo.json2 import Json2Odoo
from app.odoo.pacing import Breaker
from app.sources.incoming import Incoming
from app.suggestions.models import Suggestion
from app.users import access
from app.users.access import Caller
from app.writebacks import queue
from app.writebacks.models import WriteBack
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox
from workers import assessment, writeback
from workers.wiring import Parts

SAMPLES = Path(__file__).parents[1] / "fixtures" / "samples"


@dataclass
class House:
    """Parts put together, and a person's way of using them."""

    parts: Parts
    odoo: Sandbox
    url: str

    def take_in_sample(self, name: str) -> TakenIn:
        path = next(SAMPLES.glob(f"{name}*"))
        return self.take_in(path.read_bytes(), path.name)

    def take_in(self, content: bytes, name: str) -> TakenIn:
        with self.parts.database.transaction() as session:
            return take_in(session, Incoming(content, name, "upload", name, now()))

    def work(self) -> None:
        """What the workers would do now, each step twice, because a doubled message must change nothing."""
        for stage, run in (("assess", assessment.assess), ("reconcile", assessment.reconcile)):
            with self.parts.database.transaction() as session:
                cases = (
                    session.execute(
                        select(CaseStep.case_id).where(CaseStep.stage == stage, CaseStep.state == "waiting")
                    )
                    .scalars()
                    .all()
                )
            for case_id in cases:
                run(self.parts, case_id)
                run(self.parts, case_id)

    def write(self) -> None:
        """Send every queued write that is due, twice."""
        with self.parts.database.transaction() as session:
            rows = session.execute(select(WriteBack.id).where(WriteBack.state == "waiting")).scalars().all()
        for row in rows:
            writeback.deliver(self.parts, row)
            writeback.deliver(self.parts, row)

    def person(self, name: str, *roles: str) -> Caller:
        with self.parts.database.transaction() as session:
            user = access.add_user(
                session, email=f"{name.casefold()}@firm.example", name=name, roles=roles, at=now(), by="test"
            )
            return Caller(user.id, user.email, user.name, tuple(user.roles))

    def case(self, case_id: int) -> Case:
        with self.parts.database.transaction() as session:
            return session.get_one(Case, case_id)

    def suggestions(self, case_id: int) -> dict[str, Suggestion]:
        """The best suggestion of each kind, in its newest version."""
        with self.parts.database.transaction() as session:
            rows = session.execute(
                select(Suggestion)
                .where(Suggestion.case_id == case_id, Suggestion.state != "superseded")
                .order_by(Suggestion.rank.desc(), Suggestion.version)
            ).scalars()
            return {s.kind: s for s in rows}

    def confirm(self, suggestion: Suggestion, by: Caller) -> bool:
        with self.parts.database.transaction() as session:
            return queue.confirm(
                session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=self.parts.policy,
                at=now(), undo_seconds=0,
            ).is_complete  # fmt: skip

    def time_passes(self) -> None:
        """Every lease and every waiting time is over."""
        with self.parts.database.transaction() as session:
            for table in ("case_steps", "write_backs"):
                session.execute(text(f"update {table} set next_at = next_at - interval '1 hour'"))


@dataclass(frozen=True)
class Shared:
    """What is slow to start and the same for every test: a sandbox Odoo, its address, a reader of documents."""

    odoo: Sandbox
    url: str
    reader: Reader


@contextmanager
def shared_parts() -> Iterator[Shared]:
    server = Sandbox(faults=True)
    with server.serve() as url, Reader(workers=1, limits=replace(DEFAULT, text_seconds=120.0)) as reader:
        yield Shared(server, url, reader)


@contextmanager
def open_house(postgres_url: str, shared: Shared) -> Iterator[House]:
    """The house on this database, with the sandbox Odoo as it was exported; it can be made to fail."""
    shared.odoo.reset()
    settings = Settings(
        database_url=SecretStr(postgres_url), countersign_secret_key=SecretStr("k" * 40), odoo_db=DATABASE,
        odoo_api_key=SecretStr(API_KEY), firm_domains=("marlowvoss.example",), firm_names=("Marlow Voss",),
        firm_invoice_prefixes=("RE/", "INV/"),
    )  # fmt: skip
    parts = Parts(settings)
    parts.reader = shared.reader
    at_once = Breaker("Odoo", pause=0.0, longest=0.0)  # tests that have it fail do not wait for it
    with Json2Odoo(
        shared.url, DATABASE, API_KEY, timeout=60, attempts=2, first_wait=0.01, breaker=at_once
    ) as odoo:  # fmt: skip
        parts.odoo = odoo
        yield House(parts, shared.odoo, shared.url)
    del parts.reader  # it goes on for the next test
    parts.close()
