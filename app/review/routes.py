"""The pages put together."""

from __future__ import annotations

from fastapi import APIRouter

from app.review import (
    administration_pages,
    alarms,
    asking,
    audit_page,
    bulk,
    case_dialogs,
    case_page,
    correcting_form,
    dashboards_page,
    decision_form,
    handling,
    inbox,
    keyboard_page,
    letters,
    mail_wishes_page,
    my_settings,
    narrative_rules_page,
    narratives_page,
    new_cases,
    patterns_page,
    regrouping,
    saved_views,
    sign_in,
    taking_back,
    thread_page,
)

router = APIRouter(include_in_schema=False)
router.include_router(bulk.router)  # before the case: "bulk" is no number of one
for part in (inbox.router, case_page.router, decision_form.router, patterns_page.router, sign_in.router):
    router.include_router(part)
router.include_router(new_cases.router)
router.include_router(saved_views.router)
router.include_router(administration_pages.router)
router.include_router(my_settings.router)
router.include_router(mail_wishes_page.router)
router.include_router(audit_page.router)
router.include_router(narrative_rules_page.router)
router.include_router(narratives_page.router)
router.include_router(case_dialogs.router)
router.include_router(correcting_form.router)
router.include_router(letters.router)
router.include_router(handling.router)
router.include_router(taking_back.router)
router.include_router(asking.router)
router.include_router(regrouping.router)
router.include_router(thread_page.router)
router.include_router(alarms.router)
router.include_router(keyboard_page.router)
router.include_router(dashboards_page.router)
