"""Whether this service reaches Odoo, asked without keeping the asking Odoo waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

from app.errors import CountersignError
from app.odoo.gateway import OdooGateway

LONGEST = 2.0
"""Seconds. Odoo waits three for the whole answer."""
_asking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="ping")


def odoo(gateway: OdooGateway | None) -> tuple[bool, str]:
    """(whether Odoo answered, what it said or why not) in words for a settings page."""
    if gateway is None:
        return False, "Countersign has no address of Odoo: set ODOO_URL, ODOO_DB and ODOO_API_KEY there."
    try:
        found = _asking.submit(gateway.version).result(timeout=LONGEST)
    except TookTooLong:
        return False, f"Countersign asked Odoo and had no answer within {LONGEST:.0f} seconds."
    except CountersignError as error:
        return False, error.message
    addon = f"with addon {found.addon}" if found.addon else "without the Countersign addon"
    return True, f"Countersign reaches Odoo {found.server} {addon}."
