"""An Odoo under test, as the contract sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.odoo.json2 import Json2Odoo

START_ODOO = Path(__file__).parents[1] / "odoo" / "start-odoo"
WITH_VARIANTS = START_ODOO.with_name("with-variants")


@dataclass(frozen=True)
class Peer:
    """An Odoo under test: the product's gateway to it, and the bare wire for what the gateway would never send."""

    gateway: Json2Odoo
    url: str
    database: str
    key: str
    admin_key: str = ""
    """The administrator's key, to prepare what a test needs; the sandbox has none."""

    def another_gateway(self, **changes: Any) -> Json2Odoo:
        given = {"url": self.url, "database": self.database, "api_key": self.key, **changes}
        return Json2Odoo(given.pop("url"), given.pop("database"), given.pop("api_key"), **given)

    def raw(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        return self._post(self.key, model, method, arguments)

    def as_administrator(self, model: str, method: str, **arguments: Any) -> Any:
        """The answer of a call with the administrator's rights; it must succeed."""
        answer = self._post(self.admin_key, model, method, arguments)
        assert answer.status_code == 200, answer.text[:500]
        return answer.json()

    def _post(self, key: str, model: str, method: str, arguments: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": self.database}
        return httpx.post(f"{self.url}/json/2/{model}/{method}", json=arguments, headers=headers, timeout=180)
