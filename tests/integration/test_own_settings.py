"""What a person sets for themselves: it holds from the next page on, for them alone, and is checked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import Database
from app.users.models import PersonalSettings
from app.writebacks.models import WriteBack
from tests.builders import a_credit, a_suggestion
from tests.web import a_read_case, browser, client


def test_nothing_set_follows_the_browser_and_the_installation(database: Database) -> None:
    ines = browser(database, "Ines", "reviewer")
    page = ines.open("/settings")
    assert '<html lang="en"' in page
    assert "As set for everybody (5 seconds)" in page
    assert ines.form("/settings")["undo_seconds"] == [""]


def test_the_browsers_language_is_spoken_before_anybody_signs_in(database: Database) -> None:
    page = client(database).get("/sign-in", headers={"accept-language": "fr-CH, fr;q=0.9, en;q=0.8"}).text
    assert '<html lang="fr"' in page
    page = client(database).get("/sign-in", headers={"accept-language": "nl, de;q=0.4, en;q=0.2"}).text
    assert '<html lang="de"' in page
    assert '<html lang="en"' in client(database).get("/sign-in", headers={"accept-language": "x;q=, ,*"}).text


def test_what_is_chosen_holds_on_the_next_page_for_this_person_alone(database: Database) -> None:
    ines, marc = browser(database, "Ines", "reviewer"), browser(database, "Marc", "controller")
    ines.open("/settings")
    page = ines.send("/settings", language="de", time_zone="Europe/Berlin", theme="dark", undo_seconds="20")
    assert '<html lang="de" data-theme="dark"' in page
    assert "ME" in page, "the time in Berlin names its zone"
    assert '<html lang="en"' in marc.open("/settings")
    with database.transaction() as session:
        kept = session.get_one(PersonalSettings, ines.person.user_id)
        assert (kept.language, kept.time_zone, kept.undo_seconds) == ("de", "Europe/Berlin", 20)


def test_keys_can_be_switched_off_and_on_again(database: Database) -> None:
    ines = browser(database, "Ines", "reviewer")
    ines.open("/settings")
    assert ines.form("/settings")["single_keys"] == ["on"]
    ines.send("/settings", single_keys=[])
    assert "single_keys" not in ines.form("/settings")
    ines.send("/settings", single_keys="on")
    assert ines.form("/settings")["single_keys"] == ["on"]


def test_the_theme_button_is_remembered_for_other_devices_too(database: Database) -> None:
    ines = browser(database, "Ines", "reviewer")
    ines.open("/settings")
    ines.send("/theme", theme="dark")
    with database.transaction() as session:
        assert session.get_one(PersonalSettings, ines.person.user_id).theme == "dark"


def test_a_confirmation_waits_as_long_as_the_person_chose(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit())
        case_id = case.id
    ines = browser(database, "Ines", "reviewer")
    ines.open("/settings")
    ines.send("/settings", undo_seconds="60")
    ines.open(f"/cases/{case_id}")
    ines.send(f"/cases/{case_id}/confirm")
    with database.transaction() as session:
        write = session.execute(select(WriteBack)).scalar_one()
        assert write.next_at is not None
        assert write.next_at - write.queued_at == timedelta(seconds=60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "tlh"},
        {"formats": "xx_XX"},
        {"time_zone": "Mars/Base"},
        {"theme": "pink"},
        {"undo_seconds": "9999"},
    ],
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(database: Database, wrong: dict[str, str]) -> None:
    ines = browser(database, "Ines", "reviewer")
    ines.open("/settings")
    assert "nothing was changed" in ines.send("/settings", 422, **wrong)
    with database.transaction() as session:
        assert session.get(PersonalSettings, ines.person.user_id) is None
