"""The web app with its real parts, for uvicorn: `workers.web:application`."""

from __future__ import annotations

import gc

from fastapi import FastAPI

from app.jobs import send_nudges_with
from app.main import create_app
from workers.celery_app import send
from workers.pulse import LivePulse
from workers.wiring import parts


def application() -> FastAPI:
    """Build the web app of this process."""
    send_nudges_with(send)
    p = parts()
    _ = p.secret_key  # without one nobody could sign in: say so now
    app = create_app(p.settings, p.database, p.policy, p.odoo, health=LivePulse(p))
    gc.collect()
    gc.freeze()  # what stays for good is not looked through again and again while people wait (0.2 s each time)
    return app
