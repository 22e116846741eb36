"""The Odoos of the contract: the sandbox, a real Odoo 19 with the addon, and real ones with further modules."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.odoo.json2 import Json2Odoo
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox
from tests.contract.peers import START_ODOO, WITH_VARIANTS, Peer

_PORT = int(os.environ.get("ODOO_TEST_PORT", "8079"))


@pytest.fixture(scope="session")
def served_sandbox() -> Iterator[tuple[Sandbox, Peer]]:
    server = Sandbox(faults=True)
    with server.serve() as url, Json2Odoo(url, DATABASE, API_KEY) as gateway:
        yield server, Peer(gateway, url, DATABASE, API_KEY)


@pytest.fixture
def sandbox(served_sandbox: tuple[Sandbox, Peer]) -> Peer:
    """The sandbox with its first data, for each test."""
    server, peer = served_sandbox
    server.reset()
    return peer


@pytest.fixture(scope="session")
def real_odoo() -> Iterator[Peer]:
    """The Odoo that ODOO_URL, _DB, _API_KEY and _ADMIN_KEY name, seeded and with the addon; else one started here."""
    with _served("ODOO", [START_ODOO, "start", "--db", "contract"], _PORT) as peer:
        yield peer


@pytest.fixture(scope="session")
def odoo_with_oca() -> Iterator[Peer]:
    """The same with helpdesk, tier validation and dms of the OCA; ODOO_OCA_URL and so on may name one."""
    with _served("ODOO_OCA", [WITH_VARIANTS, "oca", "start", "--db", "contract_oca"], _PORT - 1) as peer:
        yield peer


@pytest.fixture(scope="session")
def odoo_with_stand_ins() -> Iterator[Peer]:
    """The same with stand-ins for Enterprise's models; ODOO_ENTERPRISE_URL and so on may name one."""
    command = [WITH_VARIANTS, "enterprise", "start", "--db", "contract_enterprise"]
    with _served("ODOO_ENTERPRISE", command, _PORT - 2) as peer:
        yield peer


@pytest.fixture(scope="session")
def odoo_to_change() -> Iterator[Peer]:
    """One more like `real_odoo`, where tests rename, delete and archive as they like; ODOO_MIRROR_URL may name one."""
    with _served("ODOO_MIRROR", [START_ODOO, "start", "--db", "contract_mirror"], _PORT - 3) as peer:
        yield peer


@pytest.fixture(scope="session")
def odoo_with_planted() -> Iterator[Peer]:
    """A seeded one in which discrepancies are planted; ODOO_PLANTED_URL and so on may name one that has none yet."""
    with _served("ODOO_PLANTED", [START_ODOO, "start", "--db", "contract_planted"], _PORT - 4) as peer:
        yield peer


@contextmanager
def _served(prefix: str, command: Sequence[str | Path], port: int) -> Iterator[Peer]:
    names = ("URL", "DB", "API_KEY", "ADMIN_KEY")
    told = {name: os.environ.get(f"{prefix}_{name}", "") for name in names}
    is_ours = not all(told[name] for name in names[:3])
    if is_ours:
        started = subprocess.run(
            [*command, "--port", str(port)], stdout=subprocess.PIPE, text=True, check=True, timeout=1500
        )
        said = dict(line.split("=", 1) for line in started.stdout.splitlines())
        told = {name: said[f"ODOO_{name}"] for name in names}
    try:
        with Json2Odoo(told["URL"], told["DB"], told["API_KEY"], timeout=180) as gateway:
            yield Peer(gateway, told["URL"], told["DB"], told["API_KEY"], told["ADMIN_KEY"])
    finally:
        if is_ours:
            subprocess.run([START_ODOO, "stop", "--port", str(port)], check=False, timeout=300)
