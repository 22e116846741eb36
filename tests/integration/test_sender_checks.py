"""Who a mail is from: checked when the case is assessed, shown as words, and minded by the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEvent
from app.cases.models import Case
from app.cases.seen import Seen
from app.clock import now
from app.decisions import call_back, decide, merging
from app.decisions.approval_matrix import Policy, checked
from app.decisions.dossier import dossier
from app.errors import Refused
from app.firm import Firm
from app.mailboxes.taking import take_in_content
from app.mirror.models import OdooCustomer
from app.senders import checking, kept
from app.senders.checked import Checked
from app.senders.checking import SenderChecks
from app.senders.models import SenderCheck
from app.senders.server_results import NAMELESS
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks.models import WriteBack
from app.writebacks.reopening import reopen
from tests.builders import a_credit, a_suggestion, the_policy
from tests.house import SAMPLES, House
from tests.mailboxes import a_mailbox
from tests.signed_mail import Zone, mail, signed
from workers import senders

OURS = "mx.marlowvoss.example"


@pytest.fixture
def zone() -> Zone:
    return Zone().signs("kunde.example")


@pytest.fixture
def desk(house: House, zone: Zone) -> Iterator[House]:
    """The house with a mailbox whose server is believed, and our own name service."""
    house.parts.senders = SenderChecks(house.parts.database, Firm(domains=("marlowvoss.example",)), zone)
    with house.parts.database.transaction() as session:
        a_mailbox(session, "billing", trusted_results=OURS)
    yield house
    del house.parts.senders


def arrives(desk: House, content: bytes, to: str = "billing") -> int:
    """Take a mail in through the mailbox, and let the workers work: its case's number."""
    from app.mailboxes.models import Mailbox

    with desk.parts.database.transaction() as session:
        box = session.execute(select(Mailbox).where(Mailbox.name == to)).scalar_one()
        case_id = take_in_content(session, box, content, at=now()).case_id
    desk.work()
    return case_id


def found(desk: House, case_id: int) -> Checked:
    with desk.parts.database.transaction() as session:
        sender = dossier(session, case_id).sender
    assert sender is not None
    return sender


def codes(desk: House, case_id: int) -> list[str]:
    return [s.code for s in found(desk, case_id).signs]


def fresh(sender: str, number: int, **more: Any) -> bytes:
    when = now() - timedelta(minutes=5)
    text = mail(
        sender, message_id=f"<n{number}@test.example>", body=f"Please send a copy of RE/2026/00{number}.\n", **more
    )
    return text.replace(b"Mon, 16 Nov 2026 10:00:00 +0000", f"{when:%a, %d %b %Y %H:%M:%S} +0000".encode())


# -- what is found ------------------------------------------------------------------------------------------------


def test_a_signed_mail_is_confirmed(desk: House) -> None:
    case_id = arrives(desk, signed(fresh("Anna <anna@kunde.example>", 1)))
    assert found(desk, case_id).is_confirmed
    assert codes(desk, case_id) == ["signed", "first_contact"]


def test_not_signed_is_not_failed(desk: House) -> None:
    case_id = arrives(desk, fresh("Anna <anna@kunde.example>", 1))
    assert found(desk, case_id).verdict == "unconfirmed"
    assert codes(desk, case_id) == ["not_signed", "first_contact"]


def test_a_changed_mail_from_the_mailbox_has_failed_and_one_through_a_list_has_not(desk: House) -> None:
    broken = signed(fresh("Anna <anna@kunde.example>", 1)).replace(b"copy of RE", b"copy if RE")
    listed = b"List-Id: <list.example>\r\n" + broken.replace(b"<n1@", b"<n2@")
    assert "broken_signature" in found(desk, arrives(desk, broken)).failed
    assert "changed_on_way" in codes(desk, arrives(desk, listed))


def test_what_somebody_uploads_was_perhaps_saved_by_hand(desk: House) -> None:
    broken = signed(fresh("Anna <anna@kunde.example>", 1)).replace(b"copy of RE", b"copy if RE")
    case_id = desk.take_in(broken, "mail.eml").case_id
    desk.work()
    assert codes(desk, case_id)[0] == "changed_on_way"


def test_exchange_writes_messages_anew_so_that_signatures_break_there(desk: House) -> None:
    with desk.parts.database.transaction() as session:
        a_mailbox(session, "m365", host="outlook.office365.com", trusted_results=NAMELESS)
    says = "dmarc=pass action=none header.from=kunde.example;compauth=pass reason=100"
    broken = signed(fresh("Anna <anna@kunde.example>", 1)).replace(b"copy of RE", b"copy if RE")
    assert codes(desk, arrives(desk, broken, to="m365"))[0] == "changed_on_way"
    confirmed = f"Authentication-Results: {says}\r\n".encode() + broken.replace(b"<n1@", b"<n2@")
    assert found(desk, arrives(desk, confirmed, to="m365")).verdict == "confirmed"


def test_the_mailboxs_own_server_is_believed_and_no_other(desk: House) -> None:
    says = "dmarc=fail (p=REJECT) header.from=kunde.example"
    own = fresh("Anna <anna@kunde.example>", 1, headers=[f"Authentication-Results: {OURS}; {says}"])
    other = fresh("Anna <anna@kunde.example>", 2, headers=[f"Authentication-Results: mx.else.example; {says}"])
    assert found(desk, arrives(desk, own)).failed == ("server_says_no",)
    assert found(desk, arrives(desk, other)).failed == ()
    upload = desk.take_in(own.replace(b"<n1@", b"<n3@"), "mail.eml").case_id
    desk.work()
    assert found(desk, upload).failed == ()


def test_of_a_mail_too_large_to_verify_the_servers_word_still_counts(
    desk: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "LARGEST", 100)
    plain = fresh("Anna <anna@kunde.example>", 1)
    says = f"Authentication-Results: {OURS}; dmarc=fail header.from=kunde.example"
    assert codes(desk, arrives(desk, plain)) == ["never_checked", "first_contact"]
    doubtful = fresh("Bo <bo@kunde.example>", 2, headers=[says])
    assert found(desk, arrives(desk, doubtful)).failed == ("server_says_no",)


def test_a_house_that_has_always_signed_and_does_not_this_time(desk: House) -> None:
    for number in range(3):
        arrives(desk, signed(fresh("Anna <anna@kunde.example>", number)))
    case_id = arrives(desk, fresh("Anna <anna@kunde.example>", 9))
    assert found(desk, case_id).failed == ("unsigned_this_time",)
    assert "unsigned_this_time" not in codes(desk, arrives(desk, fresh("Bo <bo@another.example>", 10)))


def test_a_look_alike_of_a_customer_that_odoo_knows(desk: House) -> None:
    with desk.parts.database.transaction() as session:
        session.add(
            OdooCustomer(
                id=900, name="Zellerhof AG", customer_id=900, country="DE", vat_id="", tags=[], write_date=now(),
                email="buchhaltung@zellerhof.example",
            )
        )  # fmt: skip
    doubtful = found(desk, arrives(desk, fresh("Zellerhof <rechnung@zellerh0f.example>", 1)))
    assert doubtful.failed == ("looks_like_customer",)
    assert doubtful.signs[0].facts["customer"] == "Zellerhof AG"
    assert found(desk, arrives(desk, fresh("Zellerhof <rechnung@zellerhof.example>", 2))).failed == ()


@pytest.mark.parametrize(
    ("sender", "headers", "code"),
    [
        ("Marlow Voss <ceo@marlovvoss.example>", [], "looks_like_us"),
        ('"accounts@bigbank.example" <x@kunde.example>', [], "name_shows_another"),
        ("Ines Moreau <ines.moreau@kunde.example>", [], "name_of_ours"),
        ("A <a@kunde.example>", ["Reply-To: a.kunde@gmail.com"], "answers_to_free_mail"),
        ("A <a@kunde.example>", ["Reply-To: a@kunde-payments.example"], "answers_to_lookalike"),
        ("A <a@kunde.example>", ["Reply-To: tickets@helpdesk.example"], "answers_elsewhere"),
        ("A <a@kunde.example>", ["From: B <b@else.example>"], "several_senders"),
    ],
)
def test_names_that_mislead(desk: House, sender: str, headers: list[str], code: str) -> None:
    desk.person("Ines Moreau", "reviewer") if code == "name_of_ours" else None
    assert code in codes(desk, arrives(desk, fresh(sender, 1, headers=headers)))


@pytest.mark.parametrize(
    ("settled", "doubtful"),
    [("anna@one.onmicrosoft.com", "ines@onmicrosoft.com"), ("anna@amt.gv.at", "ines@land.gv.at")],
)
def test_what_was_settled_with_one_house_does_not_vouch_for_its_neighbours(
    desk: House, settled: str, doubtful: str
) -> None:
    desk.person("Ines Moreau", "reviewer")
    case_id = arrives(desk, fresh(f"Anna <{settled}>", 1))
    with desk.parts.database.transaction() as session:
        session.execute(update(Case).where(Case.id == case_id).values(state="done"))
    assert found(desk, arrives(desk, fresh(f"Ines Moreau <x.{settled}>", 2))).failed == ()
    assert codes(desk, arrives(desk, fresh(f"Ines Moreau <{doubtful}>", 3)))[0] == "name_of_ours"


def test_a_name_service_that_is_away_is_asked_again(desk: House, zone: Zone) -> None:
    zone.is_away = True
    case_id = arrives(desk, signed(fresh("Anna <anna@kunde.example>", 1)))
    assert found(desk, case_id).verdict == "not_checked"
    assert senders.check_again(desk.parts) == 0
    zone.is_away = False
    with desk.parts.database.transaction() as session:
        session.execute(update(SenderCheck).values(again_at=now() - timedelta(seconds=1)))
    assert senders.check_again(desk.parts) == 1
    assert found(desk, case_id).verdict == "confirmed"
    assert senders.check_again(desk.parts) == 0


def test_it_is_not_asked_for_ever(desk: House, zone: Zone) -> None:
    zone.is_away = True
    case_id = arrives(desk, signed(fresh("Anna <anna@kunde.example>", 1)))
    for _ in range(20):
        with desk.parts.database.transaction() as session:
            session.execute(
                update(SenderCheck).where(SenderCheck.again_at.is_not(None)).values(again_at=now() - timedelta(1))
            )
        if senders.check_again(desk.parts) == 0:
            break
    assert found(desk, case_id).verdict == "unconfirmed"
    assert "never_checked" in codes(desk, case_id)


# -- what the policy makes of it ----------------------------------------------------------------------------------


def a_doubtful_case(desk: House) -> int:
    return arrives(desk, fresh("Marlow Voss <ceo@marlovvoss.example>", 1))


def test_money_on_a_doubtful_case_needs_a_controller_and_a_call_back(desk: House) -> None:
    case_id = a_doubtful_case(desk)
    ines, otto = desk.person("Ines", "reviewer"), desk.person("Otto", "controller")
    with desk.parts.database.transaction() as session:
        case = session.get_one(Case, case_id)
        credit = a_suggestion(session, case, a_credit("100.00"))
        note = session.execute(
            select(Suggestion)
            .where(Suggestion.case_id == case_id, Suggestion.risk == "advisory", Suggestion.state == "open")
        ).scalars().first()  # fmt: skip

        def confirm(suggestion: Suggestion, by: Caller) -> decide.Outcome:
            return decide.confirm(
                session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=the_policy(), at=now()
            )

        with pytest.raises(Refused, match="call back on the number that Odoo has"):
            confirm(credit, otto)
        if note is not None:
            assert confirm(note, ines).is_complete, "what moves no money needs no call"
        everything = dict.fromkeys(call_back.ITEMS, "") | {"written_down": "Maria Esteves, 10:14"}
        session.flush()
        call_back.tick(session, case_id, everything, seen=Seen(case.version), by=ines, at=now())
        assert not confirm(credit, ines).is_complete, "100.00 EUR needs one person elsewhere, here a controller too"
        assert confirm(credit, otto).is_complete


def test_what_was_confirmed_before_a_check_failed_is_decided_anew(desk: House, zone: Zone) -> None:
    zone.is_away = True
    broken = signed(fresh("Anna <anna@kunde.example>", 1)).replace(b"copy of RE", b"copy if RE")
    case_id, ines = arrives(desk, broken), desk.person("Ines", "reviewer")
    with desk.parts.database.transaction() as session:
        credit = a_suggestion(session, session.get_one(Case, case_id), a_credit("100.00"))
    assert desk.confirm(credit, ines)
    zone.is_away = False
    with desk.parts.database.transaction() as session:
        session.execute(update(SenderCheck).values(again_at=now() - timedelta(seconds=1)))
    assert senders.check_again(desk.parts) == 1
    assert found(desk, case_id).failed == ("broken_signature",)
    with desk.parts.database.transaction() as session:
        assert session.execute(select(WriteBack.state)).scalars().all() == ["withdrawn"]
        again = session.execute(
            select(Suggestion).where(Suggestion.kind == "draft_credit_note", Suggestion.state == "open")
        ).scalar_one()
        with pytest.raises(Refused, match="call back"):
            decide.confirm(
                session, again.id, content_hash=again.content_hash, by=ines, policy=the_policy(), at=now()
            )  # fmt: skip


def test_a_call_back_does_not_serve_a_mail_that_came_later_and_whose_check_fails_late(desk: House, zone: Zone) -> None:
    case_id, ines = a_doubtful_case(desk), desk.person("Ines", "reviewer")
    everything = dict.fromkeys(call_back.ITEMS, "") | {"written_down": "Maria Esteves, 10:14"}
    with desk.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, case_id).version)
        call_back.tick(session, case_id, everything, seen=seen, by=ines, at=now())
    zone.is_away = True
    other = arrives(desk, signed(fresh("Anna <anna@kunde.example>", 2)).replace(b"copy of RE", b"copy if RE"))
    with desk.parts.database.transaction() as session:
        seen = Seen(session.get_one(Case, other).version)
        merging.merge(session, other, case_id, seen=seen, by=ines, at=now())
        assert call_back.is_complete(session, case_id), "nothing speaks against the other mail yet"
    zone.is_away = False
    with desk.parts.database.transaction() as session:
        session.execute(update(SenderCheck).where(SenderCheck.again_at.is_not(None)).values(again_at=now()))
    assert senders.check_again(desk.parts) == 1
    with desk.parts.database.transaction() as session:
        assert not call_back.is_complete(session, case_id)


def test_an_ordinary_case_is_asked_for_nothing_more(desk: House) -> None:
    case_id = arrives(desk, fresh("Anna <anna@kunde.example>", 1))
    ines = desk.person("Ines", "reviewer")
    with desk.parts.database.transaction() as session:
        credit = a_suggestion(session, session.get_one(Case, case_id), a_credit("100.00"))
        outcome = decide.confirm(
            session, credit.id, content_hash=credit.content_hash, by=ines, policy=the_policy(), at=now()
        )
        assert outcome.is_complete


# -- closing by itself --------------------------------------------------------------------------------------------


def closing(above: str = "0.5", **more: Any) -> Policy:
    return checked({**the_policy().content, "closing": {"above": above, **more}}, "The test's policy")


def a_newsletter(sender: bytes = b"") -> bytes:
    content = next(SAMPLES.glob("14-newsletter*")).read_bytes()
    if sender:
        lines = content.split(b"\n")
        content = b"\n".join(b"From: " + sender if line.startswith(b"From:") else line for line in lines)
    return content


def test_nothing_is_closed_by_software_unless_the_policy_says_so(desk: House) -> None:
    assert desk.parts.policy.closing is None
    assert desk.case(arrives(desk, a_newsletter())).state == "to_decide"


def test_what_asks_for_nothing_is_closed_and_can_be_opened_again(desk: House) -> None:
    desk.parts.policy = closing()
    case_id = arrives(desk, a_newsletter())
    case = desk.case(case_id)
    assert case.state == "closed"
    ines = desk.person("Ines", "reviewer")
    with desk.parts.database.transaction() as session:
        moved = session.execute(
            select(AuditEvent).where(AuditEvent.case_id == case_id, AuditEvent.action == "case.moved")
            .order_by(AuditEvent.seq)
        ).scalars().all()[-1]  # fmt: skip
        assert (moved.actor, moved.content["by_policy"]) == ("software", desk.parts.policy.hash)
        assert "policy lets the software close" in moved.content["why"]
        assert Decimal(moved.content["confidence"]) >= Decimal("0.5")
        reopen(session, case_id, seen=Seen(case.version), by=ines, at=now())
    desk.work()
    assert desk.case(case_id).state == "to_decide", "what a person opened again stays open"


@pytest.mark.parametrize(
    ("policy", "sender"),
    [
        (closing("1"), b""),
        (closing(reasons=["auto_reply"]), b""),
        (closing(), b"Marlow Voss <news@marlovvoss.example>"),
        (closing(), b'"boss@marlowvoss.example" <news@somewhere.example>'),
    ],
    ids=["not sure enough", "another reason", "a look-alike", "a name that shows another address"],
)
def test_what_is_not_closed(desk: House, policy: Policy, sender: bytes) -> None:
    desk.parts.policy = policy
    assert desk.case(arrives(desk, a_newsletter(sender))).state != "closed"


def test_a_mail_whose_check_waits_is_left_to_a_person(desk: House, zone: Zone) -> None:
    desk.parts.policy, zone.is_away = closing(), True
    content = a_newsletter(b"News <news@kunde.example>").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert desk.case(arrives(desk, signed(content))).state == "to_decide"


def test_a_dispute_is_never_closed(desk: House) -> None:
    desk.parts.policy = closing()
    assert desk.case(desk.take_in_sample("01").case_id).state == "received"
    desk.work()
    with desk.parts.database.transaction() as session:
        assert session.execute(select(Case.state)).scalars().all() == ["to_decide"]


def test_the_policy_bound_to_a_case_is_the_same_policy() -> None:
    policy = the_policy()
    assert policy.on(sender_failed=True).hash == policy.hash
    assert policy.on(sender_failed=False) == replace(policy, sender_failed=False)


def test_kept_checks_are_asked_for_by_case(desk: House) -> None:
    doubtful, plain = a_doubtful_case(desk), arrives(desk, fresh("Anna <anna@kunde.example>", 2))
    with desk.parts.database.transaction() as session:
        assert kept.failed_of_case(session, doubtful) == ("looks_like_us",)
        assert kept.failed_of_cases(session, [doubtful, plain]) == {doubtful: ("looks_like_us",)}
