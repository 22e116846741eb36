"""The pages put together."""

from __future__ import annotations

from fastapi import APIRouter

from app.review import (
    administration_pages,
    case_page,
    decision_form,
    handling,
    inbox,
    keyboard_page,
    my_settings,
    narratives_page,
    patterns_page,
    sign_in,
)

router = APIRouter(include_in_schema=False)
for part in (inbox.router, case_page.router, decision_form.router, patterns_page.router, sign_in.router):
    router.include_router(part)
router.include_router(administration_pages.router)
router.include_router(my_settings.router)
router.include_router(narratives_page.router)
router.include_router(handling.router)
router.include_router(keyboard_page.router)
