"""The pages put together."""

from __future__ import annotations

from fastapi import APIRouter

from app.review import case_page, decision_form, inbox, sign_in

router = APIRouter(include_in_schema=False)
for part in (inbox.router, case_page.router, decision_form.router, sign_in.router):
    router.include_router(part)
