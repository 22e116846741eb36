"""The addon's own tests, run by Odoo in a throw-away database."""

from __future__ import annotations

import subprocess

import pytest

from tests.contract.peers import START_ODOO


@pytest.mark.odoo
@pytest.mark.timeout(2700)
def test_the_addons_own_tests_pass() -> None:
    ended = subprocess.run([START_ODOO, "test"], capture_output=True, text=True, timeout=2600, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
