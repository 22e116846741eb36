"""The run at night drafts what changed, once at a time, and leaves alone what stands."""

from __future__ import annotations

import pytest
from celery.schedules import crontab
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.narratives.models import Narrative
from tests.drafts import HAFENWERK, remark
from tests.house import House
from workers import nightly
from workers.celery_app import at_night


@pytest.fixture
def night(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr("workers.nightly.parts", lambda: house.parts)
    return house


def drafted(house: House) -> int:
    with house.parts.database.transaction() as session:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "narrative.drafted")
        return session.execute(query).scalar_one()


def test_every_draft_is_told_once_and_again_when_it_changed(night: House) -> None:
    nightly.run_task()
    assert drafted(night) == 3
    nightly.run_task()
    assert drafted(night) == 3
    remark(night, 17, "Load profile of the yard")
    nightly.run_task()
    assert drafted(night) == 4
    with night.parts.database.transaction() as session:
        row = session.get_one(Narrative, HAFENWERK)
        assert (row.lines, row.clean_lines, row.held_back, row.currency) == (1, [26], 0, "EUR")


def test_a_second_run_waits_for_nobody_and_does_nothing(night: House) -> None:
    with night.parts.database.alone(nightly.LOCK) as first:
        assert first
        nightly.run_task()
        assert drafted(night) == 0
    nightly.run_task()
    assert drafted(night) == 3


def test_with_odoo_away_the_night_passes_without_harm(night: House) -> None:
    odoo, night.parts.odoo = night.parts.odoo, None
    nightly.run_task()
    night.parts.odoo = odoo
    assert drafted(night) == 0


def test_the_time_of_day_is_the_settings() -> None:
    (entry,) = at_night("narratives.run", "04:15").values()
    assert entry["schedule"] == crontab(hour=4, minute=15)
    assert at_night("narratives.run", "") == {}
