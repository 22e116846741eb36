"""The same order by mail, portal, upload and forward is one case; what is not certainly the same stays apart."""

from __future__ import annotations

import email
import email.policy
import itertools
import re
import threading
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from app.audit import trail
from app.audit.models import AuditEvent
from app.cases.models import Case, CaseDocument
from app.cases.seen import Seen
from app.clock import now
from app.decisions import merging
from app.mailboxes.taking import take_in_content
from app.senders import kept
from app.senders.checked import Checked, Sign
from tests.house import SAMPLES, House
from tests.mailboxes import a_mailbox
from workers import assessment


def the_sample(name: str = "07-order") -> EmailMessage:
    message = email.message_from_bytes(next(SAMPLES.glob(f"{name}*")).read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def paper(name: str = "07-order") -> tuple[bytes, str]:
    (part,) = the_sample(name).iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content, part.get_filename() or ""


def forwarded(name: str = "07-order", *, text: str = "FYI, an order that came to me.") -> bytes:
    """A colleague hands on what reached them, with the same file."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ines Varga <ines@marlowvoss.example>", "billing@marlowvoss.example"
    mail["Subject"], mail["Message-ID"] = f"Fwd: {the_sample(name)['subject']}", "<fwd-1@marlowvoss.example>"
    mail["Date"] = "Mon, 16 Nov 2026 12:00:00 +0000"
    body = the_sample(name).get_body(("plain",))
    said = body.get_content() if body is not None else ""
    mail.set_content(
        f"{text}\n\n-------- Forwarded Message --------\nFrom: {the_sample(name)['from']}\n"
        f"Subject: {the_sample(name)['subject']}\n\n{said}"
    )
    content, file = paper(name)
    mail.add_attachment(content, maintype="application", subtype="pdf", filename=file)
    return mail.as_bytes()


def by_mail(house: House) -> int:
    case_id = house.take_in_sample("07-order").case_id
    house.work()
    return case_id


def by_upload(house: House) -> int:
    case_id = house.take_in(*paper()).case_id
    house.work()
    return case_id


def by_forward(house: House) -> int:
    case_id = house.take_in(forwarded(), "forwarded.eml").case_id
    house.work()
    return case_id


def documents_of(house: House, case_id: int) -> int:
    with house.parts.database.transaction() as session:
        return len(session.execute(select(CaseDocument).where(CaseDocument.case_id == case_id)).scalars().all())


def history(house: House, case_id: int) -> list[str]:
    with house.parts.database.transaction() as session:
        query = select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
        return list(session.execute(query).scalars())


WAYS = {"mail": by_mail, "upload": by_upload, "forward": by_forward}


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["mail", "upload", "forward"], 2)))
def test_the_same_paper_by_two_ways_is_one_case(house: House, first: str, second: str) -> None:
    one, other = WAYS[first](house), WAYS[second](house)
    case = house.case(other)
    assert (case.state, case.merged_into) == ("closed", one)
    assert house.case(one).state == "to_decide"
    assert documents_of(house, one) == 2
    assert "case.merged" in history(house, other)
    assert "case.took_over" in history(house, one)
    assert [s for s in house.suggestions(other).values() if s.state == "open"] == []


def test_all_three_ways_are_one_case(house: House) -> None:
    first, second, third = by_upload(house), by_mail(house), by_forward(house)
    assert house.case(second).merged_into == house.case(third).merged_into == first
    assert documents_of(house, first) == 3


def test_a_fold_says_why_and_a_person_who_takes_it_out_has_the_last_word(house: House) -> None:
    one, other = by_mail(house), by_upload(house)
    with house.parts.database.transaction() as session:
        event = session.execute(
            select(AuditEvent).where(AuditEvent.case_id == other, AuditEvent.action == "case.merged")
        ).scalar_one()
        assert event.actor == "software"
        assert "very file" in event.content["because"]
    clara = house.person("Clara", "reviewer")
    with house.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, other).version)
        merging.take_out(session, other, seen=seen, by=clara, at=now())
    house.work()
    assert (house.case(other).state, house.case(other).merged_into) == ("to_decide", None)
    assert documents_of(house, one) == documents_of(house, other) == 1
    assert "merge_with_case" not in house.suggestions(other)
    third = by_forward(house)  # another copy does not bring the two together again
    assert house.case(third).merged_into in (one, other)
    assert house.case(other).merged_into is None


def test_what_a_person_worked_on_stays_and_the_other_is_folded_into_it(house: House) -> None:
    older = house.take_in_sample("07-order").case_id
    newer = house.take_in(*paper()).case_id
    for run in (assessment.assess, assessment.reconcile):
        run(house.parts, newer)
    step = next(iter(house.suggestions(newer).values()))
    house.confirm(step, house.person("Clara", "reviewer"))
    house.work()
    assert (house.case(older).merged_into, house.case(newer).merged_into) == (newer, None)


def test_where_people_worked_on_both_they_decide(house: House) -> None:
    older = house.take_in_sample("07-order").case_id
    newer = house.take_in(*paper()).case_id
    with house.parts.database.transaction() as session:
        for case_id in (older, newer):
            trail.record(session, "case.assigned", case_id=case_id, actor="clara@firm.example", at=now())
    house.work()
    assert [house.case(i).merged_into for i in (older, newer)] == [None, None]
    assert "merge_with_case" in house.suggestions(newer)


def test_another_file_of_the_same_number_and_total_is_the_same_order(house: House) -> None:
    one = by_mail(house)
    content, name = paper()
    other = house.take_in(content + b"\n% printed again\n", name).case_id
    house.work()
    assert house.case(other).merged_into == one
    with house.parts.database.transaction() as session:
        because = session.execute(
            select(AuditEvent.content["because"].astext).where(
                AuditEvent.case_id == other, AuditEvent.action == "case.merged"
            )
        ).scalar_one()
    assert "Both bear the number NME-5190-T of the same customer, and the total" in because


def test_another_total_under_the_same_number_is_only_proposed(house: House) -> None:
    xml, name = paper("24-order")
    one = house.take_in(xml, name).case_id
    house.work()
    total = re.search(rb"PayableAmount[^>]*>([0-9.]+)<", xml)
    assert total is not None
    other = house.take_in(xml.replace(total[1], b"99.00"), "again.xml").case_id
    house.work()
    assert [house.case(i).merged_into for i in (one, other)] == [None, None]
    assert house.suggestions(other)["merge_with_case"].target_name == f"case {one}"


def test_the_very_paper_again_opens_nothing_that_was_done(house: House) -> None:
    one = by_mail(house)
    with house.parts.database.transaction() as session:
        case = session.get_one(Case, one)
        case.state, case.closed_at = "done", now()
    by_upload(house)
    assert house.case(one).state == "done"
    by_forward(house)  # a mail may say more than its paper
    assert house.case(one).state == "to_decide"


def test_terms_that_go_along_with_every_order_make_no_two_orders_one(house: House) -> None:
    """Two different orders with one and the same file of terms beside them."""
    terms, _ = paper("25-order")
    ids = []
    for name in ("07-order", "08-order"):
        mail = the_sample(name)
        mail.add_attachment(
            terms.replace(b"%%EOF", b"%%EOF\n"), maintype="application", subtype="pdf", filename="T.pdf"
        )
        ids.append(house.take_in(mail.as_bytes(), f"{name}.eml").case_id)
    house.work()
    assert [house.case(i).merged_into for i in ids] == [None, None]


def test_two_that_come_at_once_become_one_case(house: House) -> None:
    one, other = house.take_in_sample("07-order").case_id, house.take_in(*paper()).case_id
    for case_id in (one, other):
        assessment.assess(house.parts, case_id)
    both = [threading.Thread(target=assessment.reconcile, args=(house.parts, case_id)) for case_id in (one, other)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted([house.case(one).state, house.case(other).state]) == ["closed", "to_decide"]
    assert {house.case(one).merged_into, house.case(other).merged_into} in ({None, one}, {None, other})


def test_a_change_of_the_order_that_encloses_it_is_a_case_of_its_own(house: House) -> None:
    one = by_mail(house)
    change = the_sample()
    change.replace_header("Subject", "Change to our order NME-5190-T")
    change.replace_header("Message-ID", "<change-1@northmoor.example>")
    body = change.get_body(("plain",))
    assert body is not None
    body.set_content(
        "Dear all,\n\nwe need to change our order NME-5190-T: please increase the quantity from 10 to 20 days. "
        "The original order is attached.\n\nRegards\n"
    )
    other = house.take_in(change.as_bytes(), "change.eml").case_id
    house.work()
    assert (house.case(other).reason, house.case(other).merged_into) == ("po_change", None)
    assert house.case(one).merged_into is None
    assert house.suggestions(other)["merge_with_case"].target_name == f"case {one}"


def test_where_a_check_of_the_sender_failed_a_person_decides(house: House) -> None:
    one = by_upload(house)
    taken = house.take_in_sample("07-order")
    assessment.assess(house.parts, taken.case_id)
    with house.parts.database.transaction() as session:
        failed = Checked("northmoor.example", (Sign("looks_like_customer", {}),))
        kept.keep(session, taken.document_id, failed, at=now())
    house.work()
    assert house.case(taken.case_id).merged_into is None
    assert house.suggestions(taken.case_id)["merge_with_case"].target_name == f"case {one}"


def test_two_companies_of_ours_that_get_the_same_order_keep_a_case_each(house: House) -> None:
    xml, name = paper("24-order")
    ids = []
    for number, company in enumerate((1, 2, 1)):
        with house.parts.database.transaction() as session:
            mailbox = a_mailbox(session, f"billing-{number}", company_id=company, host=f"imap{number}.firm.example")
            mail = EmailMessage()
            mail["From"], mail["Subject"] = "orders@polder.example", "Purchase order PI-2026-131"
            mail["To"], mail["Message-ID"] = mailbox.address, f"<po-{number}@polder.example>"
            mail.set_content("Please find our order attached.")
            mail.add_attachment(xml, maintype="application", subtype="xml", filename=name)
            ids.append(take_in_content(session, mailbox, mail.as_bytes(), at=now()).case_id)
        house.work()
    first, second, third = (house.case(i) for i in ids)
    assert (first.company_id, second.company_id) == (1, 2)
    assert (first.merged_into, second.merged_into, third.merged_into) == (None, None, first.id)
    proposed = house.suggestions(second.id).get("merge_with_case")
    assert proposed is None or "same order" not in proposed.because
