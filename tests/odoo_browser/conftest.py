"""A real Odoo with the addon, the whole house beside it, both knowing each other, and a browser for people."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.odoo.json2 import Json2Odoo
from tests.contract.peers import START_ODOO, Peer
from tests.running import Running

SECRET = "known to both sides of this test, and nobody else"
PASSWORD = "a password for this test only"
PEOPLE = {"clara.engel": ("Clara Engel", "reviewer"), "tom.ashworth": ("Tom Ashworth", "controller")}
"""Users of the seeded Odoo who are linked to a person of ours: login -> name, role."""
UNLINKED = "ines.roth"
PATIENCE = 180_000
"""Milliseconds that a page may take."""
_PORT = int(os.environ.get("ODOO_BROWSER_PORT", "8074"))


@dataclass
class Linked:
    """Odoo and Countersign, set up for each other."""

    odoo: Peer
    house: Running
    chromium: Any

    def page(self, login: str, *, width: int = 1440, height: int = 1000) -> Any:
        """A browser window of somebody who signed in to Odoo."""
        page = self.chromium.new_context(viewport={"width": width, "height": height}).new_page()
        page.set_default_timeout(PATIENCE)  # Odoo puts its scripts and styles together when they are first asked for
        page.goto(f"{self.odoo.url}/web/login")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/odoo**")
        return page

    def open(self, page: Any, model: str, res_id: int) -> Any:
        page.goto(f"{self.odoo.url}/odoo/{model}/{res_id}")
        page.wait_for_selector(".o-mail-Chatter-topbar")
        return page

    def picture(self, page: Any, name: str) -> None:
        """Keep what is on screen, when PICTURES names a folder for it (those of docs/pictures are made so)."""
        if folder := os.environ.get("PICTURES"):
            page.wait_for_timeout(800)
            page.screenshot(path=str(Path(folder) / f"{name}.png"))

    def find(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.odoo.as_administrator(model, "search_read", domain=domain, fields=fields)
        return found

    def uid(self, login: str) -> int:
        return int(self.find("res.users", [["login", "=", login]], ["login"])[0]["id"])


@pytest.fixture(scope="session")
def real_odoo() -> Iterator[Peer]:
    """The seeded Odoo that ODOO_URL, _DB, _API_KEY and _ADMIN_KEY name; else one started here."""
    names = ("URL", "DB", "API_KEY", "ADMIN_KEY")
    told = {name: os.environ.get(f"ODOO_{name}", "") for name in names}
    is_ours = not all(told.values())
    if is_ours:
        started = subprocess.run(
            [START_ODOO, "start", "--db", "odoo_browser", "--port", str(_PORT)],
            stdout=subprocess.PIPE, text=True, check=True, timeout=1500,
        )  # fmt: skip
        said = dict(line.split("=", 1) for line in started.stdout.splitlines())
        told = {name: said[f"ODOO_{name}"] for name in names}
    try:
        with Json2Odoo(told["URL"], told["DB"], told["API_KEY"], timeout=180) as gateway:
            yield Peer(gateway, told["URL"], told["DB"], told["API_KEY"], told["ADMIN_KEY"])
    finally:
        if is_ours:
            subprocess.run([START_ODOO, "stop", "--port", str(_PORT)], check=False, timeout=300)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def linked(real_odoo: Peer, chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Linked]:
    """Everything runs, the addon knows the service, and two users of Odoo are people of ours."""
    data: Path = tmp_path_factory.mktemp("house") / "data"
    data.mkdir()
    settings = {
        "ODOO_URL": real_odoo.url, "ODOO_DB": real_odoo.database, "ODOO_API_KEY": real_odoo.key,
        "COUNTERSIGN_ODOO_SECRET": SECRET, "FIRM_DOMAINS": '["marlowvoss.example"]', "FIRM_NAMES": '["Marlow Voss"]',
        "FIRM_INVOICE_PREFIXES": '["RE/", "INV/"]',
    }  # fmt: skip
    with Running(data, **settings) as house:
        house.wait_until_up()
        both = Linked(real_odoo, house, chromium)
        _introduce(both)
        yield both


def _introduce(both: Linked) -> None:
    odoo = both.odoo
    for key, value in {
        "countersign.service_url": f"http://127.0.0.1:{both.house.port}", "countersign.secret": SECRET,
    }.items():  # fmt: skip
        odoo.as_administrator("ir.config_parameter", "set_param", key=key, value=value)
    database = odoo.as_administrator("ir.config_parameter", "get_param", key="database.uuid")
    (invoicing,) = both.find(
        "ir.model.data", [["module", "=", "account"], ["name", "=", "group_account_invoice"]], ["res_id"]
    )
    for login in (*PEOPLE, UNLINKED):
        vals = {"password": PASSWORD, "group_ids": [[4, invoicing["res_id"]]]}
        odoo.as_administrator("res.users", "write", ids=[both.uid(login)], vals=vals)
    for login, (name, role) in PEOPLE.items():
        email = f"{login}@marlowvoss.example"
        both.house.command("user", "add", email, name, "--role", role, check=True)
        both.house.command(
            "user", "odoo", email, "--uid", str(both.uid(login)), "--database", database, "--login", login, check=True
        )
    _wait_until_heard(odoo)


def _wait_until_heard(odoo: Peer) -> None:
    """Wait until the service answers Odoo: its first answer may take longer than Odoo waits."""
    [form] = odoo.as_administrator("res.config.settings", "create", vals_list=[{}])
    deadline = time.monotonic() + 120
    while True:
        told = odoo.as_administrator("res.config.settings", "action_countersign_test", ids=[form])["params"]
        if told["type"] != "danger":
            return
        assert time.monotonic() < deadline, told
        time.sleep(0.5)
