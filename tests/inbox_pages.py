"""Reading the inbox in tests: the cases on a page, and the counts beside views and chips."""

from __future__ import annotations

import re


def shown(page: str) -> list[int]:
    """The numbers of the cases on a page, in order."""
    return [int(n) for n in re.findall(r'data-row data-case="(\d+)"', page)]


def count_of(page: str, title: str) -> str:
    """The count beside a view or chip."""
    found = re.search(rf'>{re.escape(title)} ?<span class="count">([^<]*)<', page) or re.search(
        rf'{re.escape(title)}</span> <span class="count">([^<]*)<', page
    )
    assert found, title
    return found.group(1)
