"""The two Odoos of the contract: the sandbox, and a real Odoo 19 with the addon."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from app.odoo.json2 import Json2Odoo
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox
from tests.contract.peers import START_ODOO, Peer

_PORT = os.environ.get("ODOO_TEST_PORT", "8079")


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
    """The Odoo that ODOO_URL, ODOO_DB and ODOO_API_KEY name, seeded and with the addon; else one started here."""
    told = {name: os.environ.get(name, "") for name in ("ODOO_URL", "ODOO_DB", "ODOO_API_KEY")}
    is_ours = not all(told.values())
    if is_ours:
        started = subprocess.run(
            [START_ODOO, "--port", _PORT, "--db", "contract"],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=900,
        )
        told = dict(line.split("=", 1) for line in started.stdout.splitlines())
    try:
        with Json2Odoo(told["ODOO_URL"], told["ODOO_DB"], told["ODOO_API_KEY"], timeout=60) as gateway:
            yield Peer(gateway, told["ODOO_URL"], told["ODOO_DB"], told["ODOO_API_KEY"])
    finally:
        if is_ours:
            subprocess.run([START_ODOO, "stop", "--port", _PORT], check=False, timeout=60)
