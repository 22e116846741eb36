"""Workers that die, readers that crash, software that fails: the case goes on, or says to a person why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases import again, steps
from app.cases.models import CaseStep
from app.clock import now
from app.documents import sandbox
from app.jobs import send_nudges_with
from app.odoo.gateway import Receipt, WriteStatus
from app.writebacks import deliver as writes
from app.writebacks.models import WriteBack
from fixtures.odoo.sandbox import Fault
from tests.house import House
from workers import assessment, sweep, writeback

MAIL = b"From: a@customer.example\nSubject: Thanks\n\nThank you, received.\n"


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What would have been sent to workers; nothing is."""
    sent: list[tuple[str, str]] = []

    def send(task: str, subject: str) -> None:
        sent.append((task, subject))

    monkeypatch.setattr(sweep, "send", send)
    monkeypatch.setattr(sweep, "queued", lambda: 0)
    send_nudges_with(send)
    yield sent
    send_nudges_with(None)


def step(house: House, case_id: int, stage: str = "assess") -> CaseStep:
    with house.parts.database.transaction() as session:
        return session.get_one(CaseStep, (case_id, stage))


def a_worker_takes_it_and_dies(house: House, case_id: int, stage: str = "assess") -> None:
    with house.parts.database.transaction() as session:
        assert steps.claim(session, case_id, stage, at=now()) is not None


def test_a_step_whose_worker_died_is_sent_again_and_done_once(house: House, nudges: list[tuple[str, str]]) -> None:
    case_id = house.take_in(MAIL, "thanks.eml").case_id
    a_worker_takes_it_and_dies(house, case_id)
    nudges.clear()
    assert sweep.resend(house.parts) == 0, "the lease is not over"
    house.time_passes()
    assert sweep.resend(house.parts) == 1
    assert nudges == [("case.assess", str(case_id))]
    assessment.assess(house.parts, case_id)
    found = step(house, case_id)
    assert (found.state, found.attempts, found.lost) == ("done", 2, 1)


def test_a_step_that_ends_its_worker_five_times_is_shown_to_a_person_with_a_sentence(
    house: House, nudges: list[tuple[str, str]]
) -> None:
    case_id = house.take_in(MAIL, "deadly.eml").case_id
    for _ in range(steps.LOSSES):
        a_worker_takes_it_and_dies(house, case_id)
        house.time_passes()
        sweep.resend(house.parts)
    assert nudges.count(("case.assess", str(case_id))) == 1 + steps.LOSSES
    assessment.assess(house.parts, case_id)
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert "five times" in case.attention
    assert "by hand" in case.attention
    assert step(house, case_id).state == "failed"
    house.time_passes()
    assert sweep.resend(house.parts) == 0, "it is not tried again by itself"


def test_what_was_given_up_can_be_tried_again_by_hand(house: House, nudges: list[tuple[str, str]]) -> None:
    case_id = house.take_in(MAIL, "deadly.eml").case_id
    for _ in range(steps.LOSSES):
        a_worker_takes_it_and_dies(house, case_id)
        house.time_passes()
    assessment.assess(house.parts, case_id)
    with house.parts.database.transaction() as session:
        again.assess_again(session, case_id, by=house.person("Clara", "reviewer"), at=now())
    house.work()
    case = house.case(case_id)
    assert (case.state, case.attention) != ("needs_attention", "")
    assert "five times" not in case.attention
    assert step(house, case_id).state == "done"


@pytest.mark.parametrize("how", [b"kill -9 the reader", b"crash the reader"])
def test_a_document_that_kills_its_reader_costs_neither_worker_nor_other_documents(
    house: House, monkeypatch: pytest.MonkeyPatch, how: bytes
) -> None:
    monkeypatch.setattr(sandbox, "_TASKS", "tests.dying_reader")
    bad = house.take_in(b"Subject: x\n\n" + how, "bad.eml").case_id
    good = house.take_in(MAIL, "good.eml").case_id
    house.work()
    case = house.case(bad)
    assert case.state == "needs_attention"
    assert "by hand" in case.attention or "another copy" in case.attention
    assert step(house, bad).state == "done"
    assert (house.case(good).state, step(house, good).state) != ("needs_attention", "failed")


def test_software_that_fails_gives_its_lease_back_and_after_five_times_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr("classifiers.assess.assess", broken)
    case_id = house.take_in(MAIL, "thanks.eml").case_id
    for times in range(1, steps.LOSSES + 1):
        before = now()
        with pytest.raises(KeyError):
            assessment.assess(house.parts, case_id)
        found = step(house, case_id)
        assert (found.lost, found.last_error) == (times, "KeyError")
        if times < steps.LOSSES:
            assert found.state == "waiting"
            assert before + steps.back_off(times) <= found.next_at <= now() + steps.back_off(times)
            assert house.case(case_id).state == "received"
    assert step(house, case_id).state == "failed"
    assert "five times" in house.case(case_id).attention


def test_a_failing_comparison_with_odoo_leaves_the_case_readable_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.matters.ask_books.ask", lambda *_: {}["missing"])
    case_id = house.take_in(MAIL, "thanks.eml").case_id
    assessment.assess(house.parts, case_id)
    for _ in range(steps.LOSSES):
        with pytest.raises(KeyError):
            assessment.reconcile(house.parts, case_id)
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert case.kind
    assert "compared with Odoo" in case.attention


def test_odoo_away_for_days_is_no_reason_to_give_up(house: House) -> None:
    case_id = house.take_in_sample("16-statement").case_id
    assessment.assess(house.parts, case_id)
    house.odoo.faults.extend([Fault("unavailable")] * 100)
    for _ in range(steps.LOSSES + 3):
        assessment.reconcile(house.parts, case_id)
        house.time_passes()
    found = step(house, case_id, "reconcile")
    assert (found.state, found.lost, found.waits) == ("waiting", 0, steps.LOSSES + 3)
    assert house.case(case_id).state == "to_decide"
    house.odoo.faults.clear()
    assessment.reconcile(house.parts, case_id)
    assert step(house, case_id, "reconcile").state == "done"


def test_work_of_a_lease_that_is_over_is_dropped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow worker comes back after another one has taken the step over, or after it was asked for anew."""
    case_id = house.take_in(MAIL, "thanks.eml").case_id
    database = house.parts.database
    with database.transaction() as session:
        slow = steps.claim(session, case_id, "assess", at=now())
        assert slow is not None
        lease = slow.attempts
    with database.transaction() as session:
        steps.schedule(session, case_id, "assess", at=now())
    with database.transaction() as session:
        assert steps.claim(session, case_id, "assess", at=now()) is not None
    with database.transaction() as session:
        assert not steps.finish(session, case_id, "assess", lease, at=now())
        assert not steps.postpone(session, case_id, "assess", lease, "late", at=now())
        steps.renew(session, case_id, "assess", lease, at=now() + timedelta(days=1))
    with database.transaction() as session:
        found = session.get_one(CaseStep, (case_id, "assess"))
        assert (found.state, found.last_error) == ("leased", "")
        assert found.next_at < now() + timedelta(hours=1)
        assert steps.finish(session, case_id, "assess", lease + 1, at=now())


def test_names_and_texts_that_no_database_can_keep_are_taken_in(house: House) -> None:
    name = "rechnung\0\udcfc" + "x" * 400 + ".eml"
    taken = house.take_in(b"From: a@b.example\nSubject: a\0b\n\nHello \0 world \xed\xa0\x80 \xff\n", name)
    house.work()
    case = house.case(taken.case_id)
    assert step(house, taken.case_id).state == "done"
    assert case.state != "received"


def a_write(house: House) -> tuple[int, WriteBack]:
    taken = house.take_in_sample("01-hours")
    house.work()
    suggestion = house.suggestions(taken.case_id)["mark_disputed"]
    house.confirm(suggestion, house.person("Clara", "reviewer"))
    with house.parts.database.transaction() as session:
        row = session.execute(select(WriteBack).where(WriteBack.suggestion_id == suggestion.id)).scalar_one()
    return taken.case_id, row


def test_a_write_that_fails_in_an_unforeseen_way_is_shown_to_a_person_after_five_times(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, row = a_write(house)
    monkeypatch.setattr(house.parts.odoo, "apply", lambda *_, **__: {}["missing"])
    for _ in range(5):
        with pytest.raises(KeyError):
            writeback.deliver(house.parts, row.id)
        house.time_passes()
    case = house.case(case_id)
    assert case.state == "needs_attention"
    assert "Look in Odoo whether it was done" in case.attention
    writeback.deliver(house.parts, row.id)  # it is over: nothing happens
    with house.parts.database.transaction() as session:
        assert session.get_one(WriteBack, row.id).state == "failed"


def test_an_answer_that_comes_after_the_lease_counts_and_a_late_refusal_does_not(house: House) -> None:
    case_id, row = a_write(house)
    database = house.parts.database
    with database.transaction() as session:
        slow = writes.claim(session, row.id, at=now())
    house.time_passes()
    with database.transaction() as session:
        quick = writes.claim(session, row.id, at=now())
    assert slow is not None
    assert quick is not None
    with database.transaction() as session:
        writes.settle_refused(session, slow, "too late", at=now())
        writes.postpone(session, slow, "too late", at=now())
        assert session.get_one(WriteBack, row.id).state == "leased"
    receipt = Receipt(WriteStatus.APPLIED, {"model": "account.move", "id": 1, "name": "x"})
    with database.transaction() as session:
        writes.settle(session, slow, receipt, at=now())
    with database.transaction() as session:
        writes.settle(session, quick, receipt, at=now())
        writes.postpone(session, quick, "too late", at=now())
        assert session.get_one(WriteBack, row.id).state == "written"
    with database.transaction() as session:
        written = select(AuditEvent.id).where(AuditEvent.case_id == case_id, AuditEvent.action == "write.done")
        assert len(session.execute(written).all()) == 1
