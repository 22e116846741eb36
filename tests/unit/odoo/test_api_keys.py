"""One API key replaces another while everything runs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app.errors import Misconfigured
from app.odoo.json2 import Json2Odoo
from tests.unit.odoo.wire import error

OLD, NEW, NEWEST = "a" * 40, "b" * 40, "c" * 40


class Door:
    """An Odoo that knows some keys, and remembers which were shown to it."""

    def __init__(self, *accepted: str) -> None:
        self.accepted = set(accepted)
        self.shown: list[str] = []

    def gateway(self, *keys: str, **options: Any) -> Json2Odoo:
        secrets = [SecretStr(key) for key in keys]
        return Json2Odoo(
            "https://odoo.example", "prod", secrets, transport=httpx.MockTransport(self._answer), **options
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        key = request.headers.get("authorization", "").removeprefix("bearer ")
        self.shown.append(key)
        if key not in self.accepted:
            return error(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
        return httpx.Response(200, json=[])


def ask(gateway: Json2Odoo) -> Any:
    return gateway.search_read("sale.order", [], ["name"], companies=[1])


def test_the_other_key_is_tried_and_then_kept(caplog: pytest.LogCaptureFixture) -> None:
    door = Door(OLD, NEW)
    gateway = door.gateway(OLD, NEW)
    ask(gateway)
    door.accepted.remove(OLD)
    with caplog.at_level(logging.WARNING):
        ask(gateway)
        ask(gateway)
    assert door.shown == [OLD, OLD, NEW, NEW]
    assert "no longer accepts" in caplog.text
    assert OLD not in caplog.text + repr(gateway)


def test_keys_that_are_all_refused_are_said_so_in_plain_words() -> None:
    door = Door()
    with pytest.raises(Misconfigured, match=r"accepts none of the 2 API keys.*make a new key for the service user"):
        ask(door.gateway(OLD, NEW))
    assert door.shown == [OLD, NEW]
    with pytest.raises(Misconfigured, match="wrong or has expired"):
        ask(door.gateway(OLD))


def test_no_key_is_said_too() -> None:
    with pytest.raises(Misconfigured, match="none is set"):
        ask(Door().gateway(""))


def test_a_key_that_comes_into_the_file_later_needs_no_restart(tmp_path: Path) -> None:
    file = tmp_path / "odoo.key"
    file.write_text(f"{OLD}\n")
    door = Door(OLD)
    gateway = door.gateway(key_file=file)
    ask(gateway)
    door.accepted = {NEWEST}
    with pytest.raises(Misconfigured):
        ask(gateway)
    file.write_text(f"{NEWEST}\n")
    ask(gateway)
    ask(gateway)
    assert door.shown == [OLD, OLD, OLD, NEWEST, NEWEST]


def test_a_file_that_cannot_be_read_is_no_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ask(Door(OLD).gateway(OLD, key_file=tmp_path / "missing"))
    with pytest.raises(Misconfigured, match="none is set"):
        ask(Door(OLD).gateway(key_file=tmp_path / "missing"))
    assert "cannot be read" in caplog.text
