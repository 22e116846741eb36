"""A customer's mails on one matter are one case: what continues it is folded in, tells what is new, can come out."""

from __future__ import annotations

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.assessments import keep
from app.assessments.typed import Habit
from app.cases import snoozing, thread
from app.cases.models import Case, CaseMerge
from app.clock import now
from app.decisions import correcting, decide, merging, news, splitting, thread_questions
from app.decisions.correcting import Typed
from app.decisions.splitting import Matter
from app.errors import Conflict, Refused
from app.mailboxes import thread_token
from app.senders import kept as sender_checks
from app.senders.checked import FAILED, Checked, Sign
from app.writebacks import deliver, held, queue
from app.writebacks.models import WriteBack
from tests.house import House
from tests.threads import OURS, SUBJECT, a_mail, by_a_person, events, opened, questions, sent
from workers import assessment

RATE = (
    "Guten Tag, auch der Stundensatz auf der Rechnung RE/2026/00004 ist falsch: 150,00 statt der vereinbarten 130,00 "
    "EUR. Wir bitten um eine Gutschrift von 720,00 EUR."
)
MORE_HOURS = (
    "Guten Tag, wir haben nochmals nachgesehen: es sind nur 34 Stunden abgezeichnet. Auf RE/2026/00004 bestreiten wir "
    "8 Stunden, also 1.200,00 EUR netto. Bitte um Gutschrift."
)
THANKS = "Vielen Dank, ist angekommen. Schönes Wochenende!"


def current(house: House, case_id: int):  # type: ignore[no-untyped-def]
    with house.parts.database.transaction() as session:
        row = keep.current(session, case_id)
        return keep.assessment_of(row), row.document_id


def is_news(house: House, case_id: int) -> bool:
    with house.parts.database.transaction() as session:
        return news.is_waiting(session, case_id)


# -- what continues a case ----------------------------------------------------------------------------------------


def test_an_answer_of_the_same_house_is_part_of_its_case_and_says_what_is_new(house: House) -> None:
    case_id = opened(house)
    answer = sent(house, MORE_HOURS, sender="Jan Ohlsen <ohlsen@hafenwerk.example>")
    assert house.case(answer).merged_into == case_id
    assert house.case(answer).state == "closed"
    (told,) = events(house, case_id, "case.continued")
    assert told.actor == "software"
    assert told.content["mail_case"] == answer
    assert told.content["fields"]["amount_disputed"] == {"was": "900.00", "is": "1200.00"}
    assessment, _document = current(house, case_id)
    assert assessment.value("amount_disputed") == "1200.00"
    assert assessment.value("po_number") == "4500781120"
    assert is_news(house, case_id)
    assert house.case(case_id).state == "to_decide"


def test_what_was_said_before_keeps_its_evidence_in_its_own_mail(house: House) -> None:
    case_id = opened(house)
    _, first = current(house, case_id)
    sent(house, RATE)
    assessment, newest = current(house, case_id)
    assert newest != first
    assert assessment.mails == (first, newest)
    assert {e.document_id for e in assessment.fields["po_number"].evidence} == {first}
    assert {e.document_id for e in assessment.fields["amount_disputed"].evidence} == {None}
    assert assessment.classification.reason == "rate_price"
    assert "hours_quantity" in assessment.classification.secondary_reasons
    assert "hours_over_approved" in [f.code for f in _findings(house, case_id)]


def _findings(house: House, case_id: int):  # type: ignore[no-untyped-def]
    with house.parts.database.transaction() as session:
        return keep.findings_of(keep.current(session, case_id))


def test_every_mail_of_the_case_can_be_answered_not_only_the_first(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE, n="second")
    third = sent(house, "Bitte melden Sie sich dazu bis Freitag.", n="third", answers="<second@mail.example>")
    assert house.case(third).merged_into == case_id
    with house.parts.database.transaction() as session:
        assert len(thread.mails_of(session, case_id)) == 3


def test_an_answer_that_is_read_before_what_it_answers_finds_it_later(house: House) -> None:
    answer = sent(house, RATE)
    assert house.case(answer).merged_into is None
    case_id = opened(house)
    for _ in range(2):
        house.work()
    assert house.case(answer).merged_into == case_id


def test_an_answer_to_our_own_letter_finds_its_case_by_its_message_id_and_by_our_mark(house: House) -> None:
    case_id = opened(house)
    mark = thread_token.make(case_id, house.parts.secret_key)
    by_mark = sent(house, RATE, n="marked", answers="", subject=f"Ihre Nachricht [{mark}]")
    assert house.case(by_mark).merged_into == case_id
    forged = sent(house, RATE, n="forged", answers="", subject=f"Ihre Nachricht [CS-{case_id}-AAAAAA]")
    assert house.case(forged).merged_into is None


def test_a_mark_opens_no_case_to_another_house(house: House) -> None:
    case_id = opened(house)
    mark = thread_token.make(case_id, house.parts.secret_key)
    other = sent(house, RATE, n="x", answers="", subject=f"Re: [{mark}]", sender="eve@elsewhere.example")
    assert house.case(other).merged_into is None
    assert [(q.case_id, q.other_id) for q in questions(house)] == [(other, case_id)]


def test_subject_and_number_make_an_answer_certain_only_with_the_same_customer(house: House) -> None:
    case_id = opened(house)
    answer = sent(house, MORE_HOURS, answers="")
    assert house.case(answer).merged_into == case_id
    new = sent(house, MORE_HOURS, n="new", answers="", subject=SUBJECT.removeprefix("Re: "))
    assert house.case(new).merged_into is None, "a mail that says of itself that it is no answer"
    assert "merge_with_case" in house.suggestions(new)


def test_a_subject_alone_ties_nothing(house: House) -> None:
    opened(house)
    other = sent(house, "Bitte senden Sie uns einen Kontoauszug.", answers="", subject="Re: Frage zu unserem Konto")
    assert house.case(other).merged_into is None
    assert not questions(house)
    assert "merge_with_case" not in house.suggestions(other)


# -- who may answer -----------------------------------------------------------------------------------------------


def test_another_house_is_asked_about_and_stays_apart_for_good_after_a_no(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    stranger = sent(house, RATE, sender="Kanzlei Probe <post@kanzlei-probe.example>")
    assert house.case(stranger).merged_into is None
    assert house.case(case_id).state == "to_decide"
    (asked,) = questions(house)
    assert (asked.case_id, asked.other_id) == (stranger, case_id)
    assert "new sender" in asked.because
    for one in (stranger, case_id):
        assert events(house, one, "thread.asked")
    by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=False, **k))
    again = sent(house, MORE_HOURS, n="again", sender="post@kanzlei-probe.example")
    assert house.case(again).merged_into is None
    assert len(questions(house)) == 1


def test_a_yes_folds_it_in_and_its_house_may_answer_from_then_on(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    stranger = sent(house, RATE, sender="post@kanzlei-probe.example")
    (asked,) = questions(house)
    by_a_person(house, stranger, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=True, **k))
    house.work()
    assert house.case(stranger).merged_into == case_id
    assert is_news(house, case_id)
    assert current(house, case_id)[0].classification.reason == "rate_price"
    again = sent(house, MORE_HOURS, n="again", sender="kollege@kanzlei-probe.example")
    assert house.case(again).merged_into == case_id
    with pytest.raises(Conflict):
        by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=False, **k))


def test_a_project_manager_answers_no_such_question(house: House) -> None:
    paul = house.person("Paul", "project_manager")
    opened(house)
    stranger = sent(house, RATE, sender="post@kanzlei-probe.example")
    (asked,) = questions(house)
    with pytest.raises(Refused):
        by_a_person(house, stranger, paul, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=True, **k))


def test_another_customer_of_the_same_house_is_asked_about(house: House) -> None:
    case_id = opened(house)
    with house.parts.database.transaction() as session:
        session.get_one(Case, case_id).customer_id = 18
    other = sent(house, RATE)
    assert house.case(other).merged_into is None
    assert "another customer" in questions(house)[0].because


def test_another_company_of_ours_is_asked_about(house: House) -> None:
    case_id = opened(house)
    with house.parts.database.transaction() as session:
        session.get_one(Case, case_id).company_id = 99
    other = sent(house, RATE)
    assert house.case(other).merged_into is None
    assert "another of our companies" in questions(house)[0].because


def test_a_failed_check_of_the_sender_is_a_question_and_no_fold(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = opened(house)
    from workers import threads

    told = threads.place

    def with_a_failure(p, message, attempt):  # type: ignore[no-untyped-def]
        if message is None:
            return told(p, message, attempt)
        with p.database.transaction() as session:
            failed = Checked("hafenwerk.example", (Sign(FAILED[0]),), False)
            sender_checks.keep(session, message.document_id, failed, at=now())
        return told(p, message, attempt)

    monkeypatch.setattr(threads, "place", with_a_failure)
    other = sent(house, RATE)
    assert house.case(other).merged_into is None
    assert [q.other_id for q in questions(house)] == [case_id]


def test_at_a_free_mail_service_only_the_same_address_is_the_same_house(house: House) -> None:
    first = sent(house, MORE_HOURS, n="one", answers="", sender="anna@gmail.com")
    same = sent(house, RATE, n="two", answers="<one@mail.example>", sender="Anna@gmail.com")
    other = sent(house, RATE, n="three", answers="<one@mail.example>", sender="bob@gmail.com")
    assert house.case(same).merged_into == first
    assert house.case(other).merged_into is None
    assert questions(house)[0].case_id == other


def test_a_colleague_who_was_written_to_is_shown_and_changes_nothing(house: House) -> None:
    case_id = opened(house)
    before, _ = current(house, case_id)
    inside = sent(house, "Ich bestätige: es waren 36 Stunden, die 6 Stunden gutschreiben.", sender=OURS)
    assert house.case(inside).merged_into == case_id
    assert current(house, case_id)[0].fields == before.fields
    assert is_news(house, case_id)
    stranger = sent(house, "Bitte alles gutschreiben.", n="b", sender="someone@marlowvoss.example")
    assert house.case(stranger).merged_into is None
    assert questions(house)


# -- what it does to the case -------------------------------------------------------------------------------------


def test_a_colleague_who_hands_something_on_is_looked_at_by_itself(house: House) -> None:
    case_id = opened(house)
    words = (
        "FYI\n\n-------- Original Message --------\nFrom: Silke Brandt <kreditoren@hafenwerk.example>\n"
        f"Subject: Rechnung RE/2026/00004\nDate: Wed, 18 Nov 2026 09:00:00 +0100\n\n{MORE_HOURS}"
    )
    handed_on = sent(house, words, sender=OURS, subject="Fwd: Rechnung RE/2026/00004")
    assert house.case(handed_on).merged_into is None
    assert house.case(case_id).state == "to_decide"


def test_thanks_that_bring_a_file_are_no_mere_thanks(house: House) -> None:
    case_id = opened(house)
    mail = email.message_from_bytes(a_mail(THANKS), policy=email.policy.default)
    mail.add_attachment(b"%PDF-1.4 signed", maintype="application", subtype="pdf", filename="sheet.pdf")
    brought = house.take_in(mail.as_bytes(), "file.eml").case_id
    for _ in range(2):
        house.work()
    assert house.case(brought).merged_into == case_id
    assert is_news(house, case_id)


def test_thanks_change_nothing_and_are_shown(house: House) -> None:
    case_id = opened(house)
    before = house.suggestions(case_id)
    thanks = sent(house, THANKS)
    assert house.case(thanks).kind == "no_action"
    assert house.case(thanks).merged_into == case_id
    assert {k: s.id for k, s in house.suggestions(case_id).items()} == {k: s.id for k, s in before.items()}
    assert events(house, case_id, "case.continued")[0].content["how"] == "noted"
    assert not is_news(house, case_id)


def test_an_automatic_reply_opens_wakes_and_answers_nothing(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    by_a_person(house, case_id, ines, snoozing.snooze, event="customer_answers")
    away = sent(
        house, "Ich bin bis Montag nicht im Büro.", Auto_Submitted="auto-replied", subject=f"Abwesenheit: {SUBJECT}"
    )
    assert house.case(case_id).state == "snoozed"
    assert house.case(away).merged_into == case_id
    strange = sent(
        house,
        "I am away.",
        n="c",
        sender="x@elsewhere.example",
        Auto_Submitted="auto-replied",
        subject="Automatic reply",
    )
    assert house.case(strange).merged_into is None
    assert not questions(house)
    sent(house, "Haben Sie schon nachgesehen?", n="d")
    assert house.case(case_id).state == "to_decide"


def test_a_security_alert_is_never_folded_in_by_software(house: House) -> None:
    case_id = opened(house)
    before = house.case(case_id)
    fraud = sent(
        house, "Unsere Bankverbindung hat sich geändert. Bitte überweisen Sie die Gutschrift noch heute auf das neue "
        "Konto IBAN DE00 5001 0517 0000 0000 00. Bitte rufen Sie nicht an.", subject="Re: neue Bankverbindung",
    )  # fmt: skip
    assert house.case(fraud).kind == "security_alert"
    assert house.case(fraud).merged_into is None
    assert house.case(case_id).kind == before.kind
    assert house.case(case_id).flags == before.flags
    (asked,) = questions(house)
    ines = house.person("Ines", "reviewer")
    with pytest.raises(Refused):
        by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=True, **k))


def test_what_answers_a_security_alert_never_lowers_it(house: House) -> None:
    fraud = opened(house, "12")
    again = sent(
        house, "Haben Sie die Änderung schon eingetragen?", answers="<12-new-bank-account@hafenwerk-logistik.example>",
        sender="kreditoren@hafenwerk-logistik.example", subject="Re: WICHTIG",
    )  # fmt: skip
    assert house.case(fraud).kind == "security_alert"
    assert house.case(again).merged_into is None
    (asked,) = questions(house)
    ines = house.person("Ines", "reviewer")
    for step in house.suggestions(again).values():
        if step.kind != "close_no_action":
            with pytest.raises(Conflict, match="security alert"):
                house.confirm(step, ines)
    by_a_person(house, again, ines, lambda s, c, **k: held.answer(s, asked.id, on=c, belongs=True, **k))
    house.work()
    assert house.case(fraud).kind == "security_alert"
    assert house.case(again).merged_into == fraud


def test_a_persons_corrections_stay_and_what_they_say_now_is_shown_beside(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    with house.parts.database.transaction() as session:
        typed = Typed({"amount_disputed": "850.00"}, Habit(".", True, now().date()))
        correcting.correct_fields(session, case_id, typed, by=ines, at=now())
    house.work()
    sent(house, MORE_HOURS)
    assessment, _ = current(house, case_id)
    assert assessment.value("amount_disputed") == "850.00"
    told = events(house, case_id, "case.continued")[0].content["fields"]["amount_disputed"]
    assert told == {"was": "850.00", "is": "1200.00", "kept": True}


def test_a_mail_that_says_something_else_leaves_it_open_what_the_case_is(house: House) -> None:
    case_id = opened(house)
    order = sent(
        house, "Dear team, please find our new purchase order 4500799999 over 12,000.00 EUR net: 80 h at 150.00 EUR. "
        "Please confirm the order.", subject="Re: Purchase order 4500799999",
    )  # fmt: skip
    assert house.case(order).merged_into == case_id
    assessment, _ = current(house, case_id)
    assert assessment.classification.prediction_set[0] == "hours_quantity"
    assert house.case(case_id).reading == "Unsure"
    assert "draft_credit_note" not in house.suggestions(case_id)


# -- decisions ----------------------------------------------------------------------------------------------------


def test_a_case_that_had_ended_is_open_again_and_ends_when_it_was_seen(house: House) -> None:
    ines = house.person("Ines", "controller")
    case_id = opened(house)
    for kind in ("post_note", "attach_evidence", "mark_disputed", "draft_reply"):
        assert house.confirm(house.suggestions(case_id)[kind], ines) or True
    with house.parts.database.transaction() as session:
        from app.decisions import decide

        step = house.suggestions(case_id)["draft_credit_note"]
        decide.reject(
            session, step.id, content_hash=step.content_hash, by=ines, policy=house.parts.policy, at=now(),
            reason_code="other",
        )  # fmt: skip
    house.write()
    assert house.case(case_id).state == "done"
    sent(house, "Haben Sie schon etwas von der Gutschrift gehört?")
    assert house.case(case_id).state == "to_decide"
    assert is_news(house, case_id)
    by_a_person(house, case_id, ines, held.mark_seen)
    assert not is_news(house, case_id)


def test_what_was_decided_and_not_sent_is_decided_anew(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    step = house.suggestions(case_id)["mark_disputed"]
    with house.parts.database.transaction() as session:
        queue.confirm(
            session, step.id, content_hash=step.content_hash, by=ines, policy=house.parts.policy, at=now(),
            undo_seconds=3600,
        )  # fmt: skip
    assert house.case(case_id).state == "writing"
    sent(house, MORE_HOURS)
    assert events(house, case_id, "decision.held")
    assert house.case(case_id).state == "to_decide"
    house.time_passes()
    house.write()
    assert not events(house, case_id, "write.done")


def test_a_half_decided_step_starts_anew_with_what_came_in(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    step = house.suggestions(case_id)["draft_credit_note"]
    assert not house.confirm(step, ines)
    assert house.case(case_id).state == "needs_approval"
    sent(house, MORE_HOURS)
    again = house.suggestions(case_id)["draft_credit_note"]
    assert again.id != step.id
    assert house.case(case_id).state == "to_decide"
    assert not house.confirm(again, ines), "it needs both people again"


def test_nothing_is_confirmed_between_the_mail_and_the_next_comparison(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    house.take_in(a_mail(MORE_HOURS), "answer.eml")
    house.work()  # folded; the case itself waits to be compared
    with pytest.raises(Conflict):
        house.confirm(house.suggestions(case_id)["mark_disputed"], ines)


# -- back again ---------------------------------------------------------------------------------------------------


def test_taken_out_the_case_is_as_it_was_and_is_not_folded_again(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    before, first = current(house, case_id)
    answer = sent(house, RATE)
    by_a_person(house, answer, ines, merging.take_out)
    for _ in range(2):
        house.work()
    after, document = current(house, case_id)
    assert (after.fields, after.classification.reason, document) == (before.fields, "hours_quantity", first)
    assert house.case(answer).merged_into is None
    assert house.case(answer).state == "to_decide"
    assert not is_news(house, case_id)


def test_taking_one_of_two_out_keeps_the_other_and_a_persons_word(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    first = sent(house, RATE, n="r")
    sent(house, "Bitte antworten Sie bis zum 04.12.2026.", n="q")
    with house.parts.database.transaction() as session:
        typed = Typed({"customer_name": "Hafenwerk AG"}, Habit(".", True, now().date()))
        correcting.correct_fields(session, case_id, typed, by=ines, at=now())
    by_a_person(house, first, ines, merging.take_out)
    house.work()
    assessment, _ = current(house, case_id)
    assert assessment.value("customer_name") == "Hafenwerk AG"
    assert len(assessment.mails) == 2
    with house.parts.database.transaction() as session:
        assert len(thread.mails_of(session, case_id)) == 2


def test_reading_the_case_again_keeps_its_mails_together(house: House) -> None:
    from app.cases.again import assess_again

    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    sent(house, RATE)
    with_both, _ = current(house, case_id)
    with house.parts.database.transaction() as session:
        assess_again(session, case_id, by=ines, at=now())
    for _ in range(2):
        house.work()
    after, _ = current(house, case_id)
    assert (after.mails, after.fields) == (with_both.mails, with_both.fields)
    with house.parts.database.transaction() as session:
        assert session.execute(select(CaseMerge.how)).scalars().all() == ["continues"]


def test_a_mail_anew_in_the_thread_of_an_ended_case_stays_a_case_of_its_own(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    from app.decisions import closing

    by_a_person(
        house, case_id, ines, closing.close_without_action, policy=house.parts.policy, reason="handled_elsewhere"
    )
    other = sent(house, "Guten Tag, auf der Rechnung RE/2026/00009 ist die Umsatzsteuer falsch. Bitte um Gutschrift.")
    assert house.case(other).merged_into is None
    assert house.case(case_id).state == "closed"
    assert "merge_with_case" in house.suggestions(other)


def test_an_answer_twice_is_one(house: House) -> None:
    case_id = opened(house)
    assert sent(house, RATE) != case_id
    sent(house, RATE)  # the very same bytes again
    assert len(events(house, case_id, "case.continued")) == 1


def test_the_case_that_a_case_continues_by_two_forged_ids_is_asked_about_and_never_guessed(house: House) -> None:
    sent(house, RATE, n="same", answers="", subject="Rechnung RE/2026/00004")
    house.take_in(a_mail(MORE_HOURS, n="same", answers="", subject="Etwas ganz anderes, und neu"), "b.eml")
    house.work()
    answer = sent(house, "Noch etwas dazu.", n="z", answers="<same@mail.example>")
    assert house.case(answer).merged_into is None


def test_a_stranger_who_gives_a_message_id_again_does_not_part_the_thread(house: House) -> None:
    case_id = sent(house, RATE, n="same", answers="", subject="Rechnung RE/2026/00004")
    fake = a_mail("Etwas ganz anderes.", n="same", answers="", subject="Etwas anderes, neu", sender="eve@evil.example")
    house.take_in(fake, "fake.eml")
    house.work()
    answer = sent(house, "Noch etwas dazu.", n="z", answers="<same@mail.example>")
    assert house.case(answer).merged_into == case_id


# -- at once ------------------------------------------------------------------------------------------------------


def test_two_answers_at_the_same_moment_are_both_in_and_nobody_waits_in_a_circle(house: House) -> None:
    case_id = opened(house)
    answers = [house.take_in(a_mail(text, n=n), f"{n}.eml").case_id for n, text in (("a", RATE), ("b", MORE_HOURS))]
    for one in answers:
        assessment.assess(house.parts, one)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(assessment.reconcile, house.parts, one) for one in (*answers, case_id, *answers)]:
            done.result(60)
    for _ in range(2):
        house.work()
    assert [house.case(one).merged_into for one in answers] == [case_id, case_id]
    assert len(events(house, case_id, "case.continued")) == 2
    assert len(current(house, case_id)[0].mails) == 3


def test_a_write_that_was_handed_over_already_ends_and_the_case_still_asks_to_be_looked_at(house: House) -> None:
    ines = house.person("Ines", "controller")
    case_id = opened(house)
    for kind, step in house.suggestions(case_id).items():
        if kind != "mark_disputed":
            with house.parts.database.transaction() as session:
                decide.reject(
                    session, step.id, content_hash=step.content_hash, by=ines, policy=house.parts.policy, at=now(),
                    reason_code="not_ours",
                )  # fmt: skip
    assert house.confirm(house.suggestions(case_id)["mark_disputed"], ines)
    with house.parts.database.transaction() as session:
        row = session.execute(select(WriteBack)).scalar_one()
        claimed = deliver.claim(session, row.id, at=now())
    assert claimed is not None
    sent(house, "Haben Sie schon nachgesehen?")
    assert house.case(case_id).state == "writing"
    house.time_passes()
    with house.parts.database.transaction() as session:
        session.execute(update(WriteBack).values(state="waiting"))
    house.write()
    assert events(house, case_id, "write.done")
    assert house.case(case_id).state == "to_decide"
    assert is_news(house, case_id)
    by_a_person(house, case_id, ines, held.mark_seen)
    assert house.case(case_id).state == "done"


def test_of_a_message_with_several_matters_the_one_whose_number_is_named_goes_on(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    (part,) = by_a_person(
        house, case_id, ines,
        lambda s, c, **k: splitting.split(s, c, [Matter("rate_price", "The rate is contested.", ())], **k),
    )  # fmt: skip
    house.work()
    unsure = sent(house, "Gibt es etwas Neues dazu?", n="u")
    assert house.case(unsure).merged_into is None, "both matters name the same papers"
    assert part.id != case_id


# -- what a person says holds for more than one mail --------------------------------------------------------------


def test_one_answer_settles_all_mails_of_that_house_on_the_case(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    first = sent(house, RATE, n="s1", sender="post@kanzlei-probe.example")
    second = sent(house, MORE_HOURS, n="s2", sender="post@kanzlei-probe.example")
    asked = questions(house)
    assert [q.case_id for q in asked] == [first, second]
    by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, asked[0].id, on=c, belongs=True, **k))
    for _ in range(3):
        house.work()
    assert [house.case(one).merged_into for one in (first, second)] == [case_id, case_id]
    with house.parts.database.transaction() as session:
        assert not thread_questions.open_questions(session, [case_id])


def test_a_no_holds_for_all_that_wait(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    for n in ("s1", "s2"):
        sent(house, RATE + n, n=n, sender="post@kanzlei-probe.example")
    (first, _second) = questions(house)
    by_a_person(house, case_id, ines, lambda s, c, **k: held.answer(s, first.id, on=c, belongs=False, **k))
    assert [q.belongs for q in questions(house)] == [False, False]


def test_a_proposed_fold_that_is_confirmed_continues_the_case_too(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    new = sent(house, MORE_HOURS, n="new", answers="", subject=SUBJECT.removeprefix("Re: "))
    assert house.confirm(house.suggestions(new)["merge_with_case"], ines)
    house.write()
    house.work()
    assert house.case(new).merged_into == case_id
    assert current(house, case_id)[0].value("amount_disputed") == "1200.00"
    assert is_news(house, case_id)


def test_a_correction_finds_its_words_in_an_earlier_mail(house: House) -> None:
    ines = house.person("Ines", "reviewer")
    case_id = opened(house)
    _, first = current(house, case_id)
    sent(house, RATE)
    with house.parts.database.transaction() as session:
        typed = Typed({"quantity_disputed": "36"}, Habit(".", True, now().date()))
        correcting.correct_fields(session, case_id, typed, by=ines, at=now())
    field = current(house, case_id)[0].fields["quantity_disputed"]
    assert [e.document_id for e in field.evidence] == [first]


def test_an_order_keeps_its_own_paper_when_the_customer_writes_on(house: House) -> None:
    case_id = opened(house, "07")
    head = "<07-order-as-quoted@"
    with house.parts.database.transaction() as session:
        (mail,) = thread.mails_of(session, case_id)
    assert mail.message_id.startswith(head)
    before = house.suggestions(case_id)
    answer = sent(
        house, "Could you please confirm our order?", answers=mail.message_id, sender=mail.sender,
        subject="Re: order",
    )  # fmt: skip
    assert house.case(answer).merged_into == case_id
    after = house.suggestions(case_id)
    assert {k for k in before if k != "draft_reply"} <= set(after)
    files = [a["sha256"] for s in after.values() for a in (s.command.get("odoo") or {}).get("attachments", ())]
    assert files
    assert set(files) == {
        a["sha256"] for s in before.values() for a in (s.command.get("odoo") or {}).get("attachments", ())
    }
