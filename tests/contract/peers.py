"""An Odoo under test, as the contract sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.odoo.json2 import Json2Odoo

START_ODOO = Path(__file__).parents[1] / "odoo" / "start-odoo"


@dataclass(frozen=True)
class Peer:
    """An Odoo under test: the product's gateway to it, and the bare wire for what the gateway would never send."""

    gateway: Json2Odoo
    url: str
    database: str
    key: str

    def another_gateway(self, **changes: Any) -> Json2Odoo:
        given = {"url": self.url, "database": self.database, "api_key": self.key, **changes}
        return Json2Odoo(given.pop("url"), given.pop("database"), given.pop("api_key"), **given)

    def raw(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        headers = {"Authorization": f"bearer {self.key}", "X-Odoo-Database": self.database}
        return httpx.post(f"{self.url}/json/2/{model}/{method}", json=arguments, headers=headers, timeout=60)
