"""What was checked of a sender, on the page and over the API: words, a call-back where one is asked for."""

from __future__ import annotations

import pytest

from app.cases.models import Case
from app.db import Database
from app.decisions import call_back
from app.decisions.dossier import dossier
from app.senders import kept
from app.senders.checked import CODES, Checked, Sign
from app.senders.words import SIGN_SENTENCES, says
from tests.builders import NOW, a_credit, a_suggestion
from tests.web import a_read_case, browser, case_document, with_key
from workers.cli.pages import print_case

LOOKS = Sign("looks_like_us", {"domain": "marlovvoss.example", "like": "marlowvoss.example", "by": "letters"})
HOSTILE = "<script>alert(1)</script>"


def a_checked_case(database: Database, *signs: Sign) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        kept.keep(session, case_document(session, case), Checked("kunde.example", signs), at=NOW)
        a_suggestion(session, case, a_credit("100.00"))


def test_a_failed_check_is_a_warning_in_words_and_asks_for_a_call_back(database: Database) -> None:
    a_checked_case(database, LOOKS, Sign("first_contact", {"house": "kunde.example"}))
    ines = browser(database)
    page = ines.open("/cases/1")
    assert "Warning: A check of the sender failed." in page
    assert "marlovvoss.example looks like our own marlowvoss.example, and is another domain." in page
    assert "It is the first mail from kunde.example." in page
    assert "Money and bank matters need a finance controller here, after a call-back." in page
    assert "call back on the number that Odoo has" in page
    assert "SENDER-1" in page
    ines.send("/cases/1/call-back", check=list(call_back.ITEMS), **{"note-written_down": "Maria Esteves, 10:14"})
    page = ines.open("/cases/1")
    assert "call back on the number that Odoo has" not in page
    with database.transaction() as session:
        assert call_back.is_complete(session, 1)


def test_a_check_that_fails_later_asks_for_more_of_steps_that_stand_already(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        a_suggestion(session, case, a_credit("100.00"))
    ines = browser(database)
    assert "Needs a second approval." not in ines.open("/cases/1")
    with database.transaction() as session:
        kept.keep(session, case_document(session, session.get_one(Case, 1)), Checked("kunde.example", (LOOKS,)), at=NOW)
    page = ines.open("/cases/1")
    assert "Needs a second approval." in page
    assert "Rule SENDER-1" in page


@pytest.mark.parametrize(
    ("sign", "headline"),
    [
        (Sign("signed", {"domain": "kunde.example"}), "The sender is confirmed."),
        (Sign("not_signed", {"domain": "kunde.example"}), "Nothing confirms the sender, and nothing speaks against"),
        (Sign("not_checked", {"domain": "kunde.example"}), "Whether the mail is signed is still to be checked."),
    ],
)
def test_what_did_not_fail_is_said_calmly(database: Database, sign: Sign, headline: str) -> None:
    a_checked_case(database, sign)
    page = browser(database).open("/cases/1")
    assert headline in page
    assert "Warning:" not in page
    assert "Call-back checklist" not in page


def test_what_a_stranger_wrote_stays_text(database: Database) -> None:
    a_checked_case(database, Sign("name_shows_another", {"shown": HOSTILE, "address": HOSTILE}))
    assert HOSTILE not in browser(database).open("/cases/1")
    with_it = with_key(database, "read", name="Otto").get("/v1/cases/1").json()
    assert with_it["failed_checks"] == ["name_shows_another"]


def test_the_api_says_what_was_checked(database: Database) -> None:
    a_checked_case(database, LOOKS)
    detail = with_key(database, "read", name="Otto").get("/v1/cases/1").json()
    assert detail["sender_check"]["verdict"] == "failed"
    (sign,) = detail["sender_check"]["signs"]
    assert (sign["code"], sign["level"]) == ("looks_like_us", "failed")
    assert sign["says"] == "marlovvoss.example looks like our own marlowvoss.example, and is another domain."


def test_the_terminal_says_it_too(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    a_checked_case(database, LOOKS)
    with database.transaction() as session:
        print_case(dossier(session, 1))
    said = " ".join(capsys.readouterr().out.split())
    assert "Warning: A check of the sender failed. marlovvoss.example looks like our own marlowvoss.example" in said


def test_a_case_whose_sender_was_not_checked_says_nothing_of_it(database: Database) -> None:
    with database.transaction() as session:
        a_read_case(session)
    assert "sender-check" not in browser(database).open("/cases/1")
    detail = with_key(database, "read", name="Otto").get("/v1/cases/1").json()
    assert (detail["sender_check"], detail["failed_checks"]) == (None, [])


def test_nothing_is_called_back_about_where_nothing_failed(database: Database) -> None:
    a_checked_case(database, Sign("not_signed", {"domain": "kunde.example"}))
    page = browser(database).open("/cases/1/call-back")
    assert "there is nothing to call back about" in page
    with database.transaction() as session:
        assert not call_back.is_due(session, session.get_one(Case, 1))


@pytest.mark.parametrize("code", CODES)
def test_every_sign_has_its_sentence(code: str) -> None:
    assert says(Sign(code)).endswith(".")
    assert set(SIGN_SENTENCES) == set(CODES)
