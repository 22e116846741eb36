"""How long the detectors look through a large mirror: `python -m evals.detector_speed --today 2026-11-16`.

Mirrors the Odoo that ODOO_URL, ODOO_DB and ODOO_API_KEY name (`evals.mirror_speed` fills it) into its own PostgreSQL,
runs every rule once, and prints JSON: records, seconds and findings by rule, memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from datetime import date
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from app import config
from app.clock import now
from app.detectors.detect import RULES, detect
from app.detectors.ledger import Ledger
from app.detectors.thresholds import Thresholds
from app.mirror.models import OdooCompany, OdooInvoice, OdooInvoiceLine, OdooOrder, OdooTimesheet
from app.mirror.sync import sync
from evals.tasks.detectors import scratch_database
from workers.wiring import Parts


def measure(parts: Parts, today: date) -> dict[str, Any]:
    """Seconds of each rule over the mirror as it is, and of a whole run."""
    told: dict[str, Any] = {"records": {}, "rules": {}}
    with parts.database.snapshot() as session:
        for model in (OdooTimesheet, OdooInvoice, OdooInvoiceLine, OdooOrder):
            told["records"][model.__tablename__] = session.scalar(select(func.count()).select_from(model))
        companies = {c.id: c for c in session.scalars(select(OdooCompany))}
        ledger = Ledger(session, Thresholds(), today, companies)
        for rule in RULES:
            began = time.perf_counter()
            found = sum(1 for _ in rule(ledger))
            name = rule.__module__.rpartition(".")[2]
            told["rules"][name] = {"seconds": round(time.perf_counter() - began, 2), "found": found}
    with parts.database.snapshot() as session:
        began = time.perf_counter()
        discrepancies = detect(session, thresholds=Thresholds(), today=today)
        told["whole_run"] = {"seconds": round(time.perf_counter() - began, 2), "found": len(discrepancies)}
    told["megabytes_at_most"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--today", type=date.fromisoformat, default=now().date())
    parser.add_argument("--database", help="a PostgreSQL to use instead of one of its own")
    chosen = parser.parse_args()
    with scratch_database(chosen.database) as url:
        parts = Parts(config.load().model_copy(update={"database_url": SecretStr(url)}))
        if parts.odoo is None:
            raise SystemExit("Set ODOO_URL, ODOO_DB and ODOO_API_KEY.")
        sync(parts.database, parts.odoo, companies=parts.odoo.companies(), at=now())
        print(json.dumps(measure(parts, chosen.today), indent=1))
        parts.close()


if __name__ == "__main__":
    main()
