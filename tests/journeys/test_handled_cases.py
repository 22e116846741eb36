"""Cases that people put off, split, fold together and mark, while the workers and a customer go on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.assessments import keep
from app.cases import snoozing, steps
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.decisions import call_back, merging, splitting
from app.decisions.splitting import Matter
from app.errors import Refused
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks import alarm
from tests.house import SAMPLES, House


def handled(house: House, case_id: int, by: Caller, do, **more):  # type: ignore[no-untyped-def]
    """Do something with a case as a page opened now would."""
    with house.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, case_id).version)
        return do(session, case_id, seen=seen, by=by, at=now(), **more)


def an_answer_to(house: House, sample: str, words: str) -> bytes:
    """A mail of the same sender that answers the sample's."""
    original = next(SAMPLES.glob(f"{sample}*")).read_bytes().decode("utf-8", "replace")
    head = dict(line.split(": ", 1) for line in original.split("\n\n")[0].splitlines() if ": " in line)
    message_id = head.get("Message-ID") or head["Message-Id"]
    return (
        f"From: {head['From']}\nTo: {head['To']}\nSubject: Re: {head['Subject']}\n"
        f"Message-ID: <answer@customer.example>\nIn-Reply-To: {message_id}\n"
        f"References: {message_id}\nDate: Fri, 20 Nov 2026 10:00:00 +0100\n"
        f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
    ).encode()


def test_a_case_put_off_sleeps_through_a_look_at_odoo_and_wakes_when_the_customer_writes(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    handled(house, case_id, ines, snoozing.snooze, event="customer_answers", because="Waits for the sheet.")
    with house.parts.database.transaction() as session:
        steps.schedule(session, case_id, "reconcile", at=now())
    house.work()
    assert house.case(case_id).state == "snoozed"
    house.take_in(an_answer_to(house, "01-hours", "Did you receive our message about the hours?"), "answer.eml")
    house.work()
    woken = house.case(case_id)
    assert (woken.state, woken.snoozed_for) == ("to_decide", "")


def a_new_mail_about(house: House, sample: str, words: str, *, sender: str = "") -> bytes:
    """A mail that answers none, by the sample's sender or another."""
    original = next(SAMPLES.glob(f"{sample}*")).read_bytes().decode("utf-8", "replace")
    head = dict(line.split(": ", 1) for line in original.split("\n\n")[0].splitlines() if ": " in line)
    return (
        f"From: {sender or head['From']}\nTo: {head['To']}\nSubject: {words[:40]}\nMessage-ID: <new-{len(words)}@x>\n"
        "Date: Fri, 20 Nov 2026 10:00:00 +0100\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{words}\n"
    ).encode()


def test_a_new_mail_of_the_customer_about_the_same_invoice_wakes_the_case_once(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    handled(house, case_id, ines, snoozing.snooze, event="customer_answers")
    stranger = "Wir bestreiten die Rechnung RE/2026/00004: es wurden zu viele Stunden berechnet. Bitte Gutschrift."
    house.take_in(a_new_mail_about(house, "01-hours", stranger, sender="x@other.example"), "stranger.eml")
    house.work()
    assert house.case(case_id).state == "snoozed"
    again = "Zur Rechnung RE/2026/00004: wir bestreiten weiterhin 6 Stunden und bitten um eine Gutschrift."
    second = house.take_in(a_new_mail_about(house, "01-hours", again), "again.eml").case_id
    house.work()
    assert house.case(case_id).state == "to_decide"
    handled(house, case_id, ines, snoozing.snooze, event="customer_answers")
    with house.parts.database.transaction() as session:
        steps.schedule(session, second, "reconcile", at=now())
    house.work()
    assert house.case(case_id).state == "snoozed"


def test_a_part_of_a_message_gets_its_own_steps_and_both_can_be_one_again(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    before = set(house.suggestions(case_id))
    [part] = handled(
        house, case_id, ines, splitting.split, matters=[Matter("missing_backup", "They want the signed timesheets.")]
    )
    house.work()
    assert house.case(part.id).state == "to_decide"
    assert house.case(part.id).customer_name == house.case(case_id).customer_name
    assert "draft_reply" in house.suggestions(part.id)
    assert set(house.suggestions(case_id)) == before
    with house.parts.database.transaction() as session:
        assert keep.assessment_of(keep.current(session, part.id)).classification.reason == "missing_backup"
    handled(house, part.id, ines, merging.merge, into=case_id)
    handled(house, part.id, ines, merging.take_out)
    house.work()
    assert house.case(part.id).state == "to_decide"
    assert "draft_reply" in house.suggestions(part.id)


def test_a_dispute_marked_as_fraud_proposes_nothing_that_moves_money(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = house.take_in_sample("01-hours").case_id
    house.work()
    credit = house.suggestions(case_id)["draft_credit_note"]
    before = [m for m in house.odoo.books.all("account.move") if m.get("reversed_entry_id") == credit.target_id]
    handled(house, case_id, ines, alarm.mark_as_fraud, reason="impersonation")
    house.work()
    assert house.case(case_id).kind == "security_alert"
    with house.parts.database.transaction() as session:
        open_steps = session.execute(
            select(Suggestion).where(Suggestion.case_id == case_id, Suggestion.state == "open")
        ).scalars().all()  # fmt: skip
    assert {s.kind for s in open_steps} <= {"post_note", "schedule_activity", "close_no_action"}
    assert open_steps
    with pytest.raises(Refused, match="0 of 4 done"):
        house.confirm(open_steps[0], ines)
    handled(house, case_id, ines, call_back.tick, ticked=dict.fromkeys(call_back.ITEMS, "Maria Esteves, 10:14"))
    assert house.confirm(open_steps[0], ines)
    house.write()
    credits = [m for m in house.odoo.books.all("account.move") if m.get("reversed_entry_id") == credit.target_id]
    assert credits == before
