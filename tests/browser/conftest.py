"""A browser for all tests of this folder, and the product before it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk import Desk, open_desk
from tests.house import House


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium on the PATH, or the one named by CHROMIUM."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def desk(house: House, chromium: Any) -> Iterator[Desk]:
    with open_desk(house, chromium) as found:
        yield found
