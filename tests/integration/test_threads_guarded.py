"""What a thread must not open: to strangers, past the call-back, to eyes that see no amounts; no circle of waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.assessments import keep
from app.assessments.models import AssessmentRow
from app.cases import snoozing, steps
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.decisions import call_back, closing, continuing, merging, news, splitting
from app.decisions.dossier import dossier
from app.decisions.splitting import Matter
from app.errors import Conflict
from app.review import thread_view
from app.senders import kept as sender_checks
from app.senders.checked import FAILED, Checked, Sign
from app.users.access import Caller
from app.writebacks import held
from tests.builders import the_policy
from tests.house import SAMPLES, House
from tests.threads import HERS, SUBJECT, a_mail, by_a_person, opened, questions, sent
from workers import assessment, threads

HOURS = (
    "Guten Tag, wir haben nochmals nachgesehen: es sind nur 34 Stunden abgezeichnet. Auf RE/2026/00004 bestreiten wir "
    "8 Stunden, also 1.200,00 EUR netto. Bitte um Gutschrift."
)
RATE = (
    "Guten Tag, auch der Stundensatz auf der Rechnung RE/2026/00004 ist falsch: 150,00 statt der vereinbarten 130,00 "
    "EUR. Wir bitten um eine Gutschrift von 720,00 EUR."
)


Doing = Callable[..., object]


class NotKeptError(Exception):
    pass


def snoozed(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> None:
    snoozing.snooze(session, case_id, seen=seen, by=by, at=at, until=at + timedelta(days=3), because="later")


def closed(session: Session, case_id: int, *, seen: Seen, by: Caller, at: datetime) -> None:
    closing.close_without_action(
        session, case_id, seen=seen, by=by, policy=the_policy(), reason="other", note="Nothing to do.", at=at
    )


def fails(house: House, document_id: int) -> None:
    with house.parts.database.transaction() as session:
        sender_checks.keep(session, document_id, Checked("hafenwerk.example", (Sign(FAILED[0]),), False), at=now())


def document_of(house: House, case_id: int) -> int:
    with house.parts.database.transaction() as session:
        return dossier(session, case_id).documents[0].id


def called_back(house: House, case_id: int, by: Caller) -> None:
    everything = dict.fromkeys(call_back.ITEMS, "") | {"written_down": "Silke Brandt, 10:14"}
    by_a_person(house, case_id, by, lambda s, c, **k: call_back.tick(s, c, everything, **k))


def is_called_back(house: House, case_id: int) -> bool:
    with house.parts.database.transaction() as session:
        return call_back.is_complete(session, case_id)


def test_a_call_back_does_not_serve_a_mail_of_a_failed_sender_that_is_folded_in_later(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    fails(house, document_of(house, case_id))
    called_back(house, case_id, ines)
    assert is_called_back(house, case_id)
    other = sent(house, HOURS, n="later", answers="", subject="Etwas anderes, und neu", sender="eve@elsewhere.example")
    fails(house, document_of(house, other))
    by_a_person(house, other, ines, lambda s, c, **k: merging.merge(s, c, case_id, **k))
    assert not is_called_back(house, case_id)


def the_order() -> EmailMessage:
    import email
    import email.policy

    content = next(SAMPLES.glob("07-order*")).read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_who_sends_a_known_order_again_does_not_get_a_say_on_its_case(house: House) -> None:
    case_id = house.take_in_sample("07-order").case_id
    house.work()
    again = the_order()
    for name, value in (("From", "Eve <eve@elsewhere.example>"), ("Message-ID", "<copy@elsewhere.example>")):
        del again[name]
        again[name] = value
    copy = house.take_in(again.as_bytes(), "copy.eml").case_id
    house.work()
    assert house.case(copy).merged_into == case_id, "the same order is one case"
    change = sent(
        house, "Please note: send the invoice for this order to eve@elsewhere.example, the total is now 99,000.00 GBP.",
        n="change", answers="<copy@elsewhere.example>", sender="eve@elsewhere.example",
        subject=f"Re: {again['subject']}",
    )  # fmt: skip
    assert house.case(change).merged_into is None
    assert [(q.case_id, q.other_id) for q in questions(house)] == [(change, case_id)]


def test_a_person_who_is_asked_about_a_mail_is_not_forestalled_by_the_order_in_it(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = house.take_in_sample("07-order").case_id
    house.work()
    answers = str(the_order()["Message-ID"])

    def from_a_stranger(number: int, *, is_answer: bool) -> int:
        mail = the_order()
        for name, value in (("From", "Eve <eve@elsewhere.example>"), ("Message-ID", f"<{number}@elsewhere.example>")):
            del mail[name]
            mail[name] = value
        if is_answer:
            mail["In-Reply-To"] = answers
        taken = house.take_in(mail.as_bytes(), f"{number}.eml").case_id
        house.work()
        return taken

    first = from_a_stranger(1, is_answer=True)
    (asked,) = questions(house)
    assert (asked.case_id, asked.other_id) == (first, case_id)
    assert house.case(first).merged_into is None
    by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=False, **k))
    second = from_a_stranger(2, is_answer=False)
    assert house.case(second).merged_into != case_id, "a no keeps that sender out of the case"


def test_the_customer_goes_on_where_their_order_was_uploaded_first(house: House) -> None:
    (part,) = the_order().iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    case_id = house.take_in(content, part.get_filename() or "").case_id
    house.work()
    mailed = house.take_in_sample("07-order").case_id
    house.work()
    assert house.case(mailed).merged_into == case_id
    on = sent(
        house, "Please confirm by Friday that you have this order.", n="on", answers=str(the_order()["Message-ID"]),
        sender=str(the_order()["From"]), subject=f"Re: {the_order()['subject']}",
    )  # fmt: skip
    assert house.case(on).merged_into == case_id


def test_a_no_to_a_forged_mail_does_not_cut_the_customer_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    told = threads.place

    def with_a_failure(p, message, attempt):  # type: ignore[no-untyped-def]
        if message is not None:
            fails(house, message.document_id)
        return told(p, message, attempt)

    with monkeypatch.context() as patched:
        patched.setattr(threads, "place", with_a_failure)
        forged = sent(house, RATE, n="forged")
    (asked,) = questions(house)
    by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=False, **k))
    hers = sent(house, HOURS, n="hers", sender=HERS)
    assert house.case(hers).merged_into is None, "nothing changes silently after a no"
    assert [(q.case_id, q.other_id) for q in questions(house)] == [(forged, case_id), (hers, case_id)]


def test_an_earlier_mail_that_a_security_alert_shares_keeps_its_accounts_withheld(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    first = document_of(house, case_id)
    sent(house, RATE)
    with house.parts.database.transaction() as session:
        assert dossier(session, case_id).reading_of != first
    (part,) = by_a_person(
        house, case_id, ines,
        lambda s, c, **k: splitting.split(s, c, [Matter("rate_price", "The rate is contested.", ())], **k),
    )  # fmt: skip
    with house.parts.database.transaction() as session:
        session.get_one(Case, part.id).kind = "security_alert"
        session.execute(update(AssessmentRow).where(AssessmentRow.case_id == part.id).values(document_id=first))
    with house.parts.database.transaction() as session:
        assert dossier(session, case_id).is_suspect


def test_the_subjects_of_a_thread_show_no_amounts_to_who_sees_none_and_no_accounts_of_a_suspect(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE, subject=f"{SUBJECT}, 7.200,00 EUR auf IBAN DE00 5001 0517 0000 0000 00")
    with house.parts.database.transaction() as session:
        found = dossier(session, case_id)
        plain = thread_view.thread_of(session, found, "", with_amounts=True)
        masked = thread_view.thread_of(session, found, "", with_amounts=False)
        assert plain is not None
        assert masked is not None
        assert "7.200,00" in plain.entries[-1].subject
        assert "7.200,00" not in masked.entries[-1].subject
        session.get_one(Case, case_id).kind = "security_alert"
        session.flush()
        suspect = thread_view.thread_of(session, dossier(session, case_id), "", with_amounts=True)
        assert suspect is not None
        assert "5001 0517" not in suspect.entries[-1].subject


def test_a_mail_comes_out_again_of_a_case_that_was_split_off_one_with_several_mails(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    sent(house, RATE)
    (part,) = by_a_person(
        house, case_id, ines,
        lambda s, c, **k: splitting.split(s, c, [Matter("rate_price", "The rate is contested.", ())], **k),
    )  # fmt: skip
    house.work()
    mail = sent(house, HOURS, n="more", answers="", subject="Etwas anderes, und neu", sender="eve@elsewhere.example")
    with house.parts.database.transaction() as session:
        assert continuing.fold_in(session, mail, continuing.Fold(part.id, "It answers it."), at=now()) is not None
    by_a_person(house, mail, ines, merging.take_out)
    assert house.case(mail).merged_into is None
    with house.parts.database.transaction() as session:
        assert keep.assessment_of(keep.current(session, part.id)).classification.reason == "rate_price"


@pytest.mark.parametrize("do", [held.mark_seen, snoozed, closed])
def test_what_came_in_after_the_page_was_opened_is_not_put_aside_unseen(house: House, do: Doing) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    sent(house, RATE, n="first")
    with house.parts.database.transaction() as session:
        page = Seen(session.get_one(Case, case_id).version, dossier(session, case_id).events[-1].seq)
    sent(house, "Vielen Dank, ist angekommen. Schönes Wochenende!", n="thanks")
    with pytest.raises(NotKeptError), house.parts.database.transaction() as session:
        do(session, case_id, seen=page, by=ines, at=now())
        raise NotKeptError  # thanks change nothing: it could be done
    sent(house, HOURS, n="second")
    with pytest.raises(Conflict), house.parts.database.transaction() as session:
        do(session, case_id, seen=page, by=ines, at=now())
    with house.parts.database.transaction() as session:
        assert news.is_waiting(session, case_id)


def test_a_step_that_ends_while_a_mail_is_folded_in_waits_and_nobody_waits_in_a_circle(house: House) -> None:
    """Whoever folds holds the case and then asks for its comparison anew; whoever compares takes them in that order."""
    case_id = house.take_in(a_mail(RATE, answers="", n="one"), "one.eml").case_id
    assessment.assess(house.parts, case_id)
    with ThreadPoolExecutor(1) as pool:
        with house.parts.database.transaction() as session:
            session.get_one(Case, case_id, with_for_update=True)
            running = pool.submit(assessment.reconcile, house.parts, case_id)
            _until_somebody_waits(house)
            steps.schedule(session, case_id, "reconcile", at=now())
        running.result(60)
    with house.parts.database.transaction() as session:
        assert steps.is_waiting(session, case_id, "reconcile"), "what was asked for meanwhile is still to do"


def _until_somebody_waits(house: House) -> None:
    ends = time.monotonic() + 30
    waits = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    while time.monotonic() < ends:
        with house.parts.database.transaction() as session:
            if session.execute(waits).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits for the case")
