"""What is planted in a real Odoo 19 is found there: every reason, Odoo's own faults, and no decoy."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import SecretStr

from app.odoo.json2 import Json2Odoo
from evals.tasks import detectors
from fixtures.odoo.planted import plant
from tests.contract.peers import Peer

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(1800)]


def test_planted_discrepancies_are_found_and_decoys_are_silent(
    odoo_with_planted: Peer, database: Any, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = odoo_with_planted
    with Json2Odoo(peer.url, peer.database, SecretStr(peer.admin_key), timeout=300) as administrator:
        manifest = plant(administrator, seed=20261116, today=date(2026, 11, 16))
    for name, value in (("ODOO_URL", peer.url), ("ODOO_DB", peer.database), ("ODOO_API_KEY", peer.key)):
        monkeypatch.setenv(name, value)
    result, _ = detectors.run(manifest, postgres_url)
    told = json.dumps(result.as_plain(), indent=1, ensure_ascii=False)
    for wrong in (result.missed, result.false, result.unequal, result.left_out, result.decoys_raised):
        assert not wrong, told
    assert {p["reason"] for p in manifest["planted"]} == set(result.reasons)
