"""A browser for all tests of this folder, and the product before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk import Desk, open_desk
from tests.house import House


@pytest.fixture
def desk(house: House, chromium: Any) -> Iterator[Desk]:
    with open_desk(house, chromium) as found:
        yield found
