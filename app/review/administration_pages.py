"""The pages for those who run Countersign, put together: settings of others, policy, health, the tour."""

from __future__ import annotations

from fastapi import APIRouter

from app.review import (
    failures_page,
    keys_page,
    mailboxes_page,
    odoo_page,
    people_page,
    policy_page,
    system_page,
    tour_page,
)

router = APIRouter()
for part in (
    people_page.router,
    keys_page.router,
    mailboxes_page.router,
    odoo_page.router,
    failures_page.router,
    system_page.router,
    policy_page.router,
    tour_page.router,
):
    router.include_router(part)
