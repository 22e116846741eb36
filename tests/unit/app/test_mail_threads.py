"""By what mails are told to belong together, and what a case is about once another mail continues it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments.continued import BESIDE, LEADS, NOTHING, OPEN, SAME, Continued, continued
from app.assessments.results import Assessment, Claim, Classification, Correction, FieldValue, Vote
from app.cases import thread
from app.documents.reading import Address, Evidence, Mail
from app.vocabulary import KIND_OF, CertaintyWord, Kind

AT = datetime(2026, 11, 20, tzinfo=UTC)
FIRST, SECOND = 11, 22
REASONS = [r for r, kind in KIND_OF.items() if kind is not Kind.SECURITY_ALERT]
FIELDS = ("invoice_refs", "po_number", "amount_disputed", "amount_total", "deadline", "customer_name", "order_refs")


def a_mail(**more: object) -> Mail:
    values = {
        "sender": Address("Anna", "Anna@House.example"), "reply_to": None, "to": (), "cc": (), "subject": "",
        "message_id": "<own@house.example>", "in_reply_to": "", "references": (), "sent_at": None, "headers": (),
    }  # fmt: skip
    return Mail(**{**values, **more})  # type: ignore[arg-type]


# -- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "plain", "is_answer"),
    [
        ("Re: Invoice INV/1 wrong", "invoice inv/1 wrong", True),
        ("AW: Re: Antw: Rechnung 42 falsch", "rechnung 42 falsch", True),
        ("RE[2]: [EXT] Facture 2026-3", "facture 2026-3", True),
        ("Fwd: Re: Invoice INV/1 wrong", "invoice inv/1 wrong", False),
        ("WG: Bestellung 4500", "bestellung 4500", False),
        ("Re: Invoice INV/1 [CS-12-ABCDEF]", "invoice inv/1", True),
        ("Re: hi", "", True),
        ("Reminder: invoice 7", "reminder: invoice 7", False),
        ("", "", False),
    ],
)
def test_a_subject_without_what_mail_programs_put_before_it(subject: str, plain: str, is_answer: bool) -> None:
    assert thread.plain_subject(subject) == (plain, is_answer)


@given(st.text(max_size=3000))
def test_any_subject_can_be_plain_and_stays_so(subject: str) -> None:
    plain, _ = thread.plain_subject(subject)
    assert len(plain) <= thread.LONGEST_SUBJECT
    assert thread.plain_subject(plain)[0] in (plain, "")


@given(st.lists(st.text(max_size=700), max_size=200), st.text(max_size=5000), st.text(max_size=900))
def test_headers_of_any_mail_are_bounded_and_never_answer_themselves(
    references: list[str], in_reply_to: str, message_id: str
) -> None:
    mail = a_mail(references=tuple(references), in_reply_to=in_reply_to, message_id=message_id)
    found = thread.headers_of(mail)
    assert len(found.answers) <= thread.MOST_ANSWERED
    assert all(0 < len(one) <= thread.LONGEST_ID for one in found.answers if one)
    assert len(found.message_id) <= thread.LONGEST_ID
    assert mail.message_id not in found.answers


def test_what_a_mail_answers_itself_comes_last() -> None:
    mail = a_mail(references=("<root@x>", "<mid@x>"), in_reply_to="<last@x> (Anna, yesterday)")
    assert thread.headers_of(mail).answers == ("<root@x>", "<mid@x>", "<last@x>")


def test_a_house_is_a_domain_and_at_a_free_mail_service_an_address() -> None:
    assert thread.house("Anna@House.Example") == "house.example"
    assert thread.house("Anna@GMAIL.com") == "anna@gmail.com"


# -- what the case is about ---------------------------------------------------------------------------------------


def at(n: int) -> tuple[Evidence, ...]:
    return (Evidence("", n, n + 3, f"q{n}"),)


def said(reason: str, word: CertaintyWord = CertaintyWord.SURE, n: int = 0, **fields: object) -> Assessment:
    c = Classification(reason, 0.9, word, (reason,), evidence=at(n))
    values = {name: FieldValue(value, at(n)) for name, value in fields.items()}
    return Assessment(c, values, (Claim(f"Sentence {n}.", at(n)),), None, "offline", {})


def join(before: Assessment, mail: Assessment, **more: bool) -> Continued:
    return continued(before, mail, before_document=FIRST, mail_document=SECOND, **more)


WORDS = st.sampled_from(list(CertaintyWord))
VALUES = st.sampled_from(["900.00", "720.00", "2026-12-01", "INV/1", "4711"])
ASSESSMENTS = st.builds(
    lambda reason, word, n, fields: said(reason, word, n, **fields), st.sampled_from(REASONS), WORDS,
    st.integers(0, 50),
    st.fixed_dictionaries({}, optional={
        name: st.lists(VALUES, min_size=1, max_size=2, unique=True) if name.endswith("_refs") else VALUES
        for name in FIELDS
    }),
)  # fmt: skip


@given(ASSESSMENTS, ASSESSMENTS, st.booleans(), st.booleans())
def test_evidence_names_its_document_and_nothing_is_stated_without_any(
    before: Assessment, mail: Assessment, had_ended: bool, may_lead: bool
) -> None:
    found = join(before, mail, had_ended=had_ended, may_lead=may_lead)
    other = SECOND if found.document_id == FIRST else FIRST
    for field in found.assessment.fields.values():
        assert field.evidence
        assert {e.document_id for e in field.evidence} <= {None, other}
    if found.effect != NOTHING:
        assert found.assessment.mails == (FIRST, SECOND)
    if not may_lead:
        assert found.document_id == FIRST


@given(ASSESSMENTS, ASSESSMENTS)
def test_what_was_stated_on_an_open_case_is_never_lost(before: Assessment, mail: Assessment) -> None:
    found = join(before, mail)
    assert set(before.fields) <= set(found.assessment.fields)
    reasons = {found.assessment.classification.reason, *found.assessment.classification.secondary_reasons}
    if KIND_OF[before.classification.reason] not in (Kind.NO_ACTION, Kind.BILLING_REQUEST):
        assert before.classification.reason in {*reasons, *found.assessment.classification.prediction_set}
    for refs in ("invoice_refs", "order_refs"):
        kept = found.assessment.value(refs) or []
        assert set(before.value(refs) or []) <= set(kept)


@given(ASSESSMENTS, ASSESSMENTS)
def test_every_difference_is_told(before: Assessment, mail: Assessment) -> None:
    found = join(before, mail)
    told = {d.name for d in found.fields}
    for name in FIELDS:
        if name != "customer_name" and found.assessment.value(name) != before.value(name):
            assert name in told


@given(ASSESSMENTS, ASSESSMENTS, st.sampled_from(FIELDS))
def test_a_persons_word_stands_whatever_comes(before: Assessment, mail: Assessment, name: str) -> None:
    corrected = replace(before, corrections={name: Correction(["X"] if name.endswith("_refs") else "X", None, "I", AT)})
    assert join(corrected, mail).assessment.value(name) == corrected.value(name)


@given(ASSESSMENTS, ASSESSMENTS)
def test_a_persons_reading_stands_on_an_open_case(before: Assessment, mail: Assessment) -> None:
    c = replace(before.classification, votes=(Vote("person", before.classification.reason),))
    after = join(replace(before, classification=c), mail).assessment.classification
    assert (after.reason, after.reading) == (c.reason, c.reading)


@given(ASSESSMENTS, ASSESSMENTS)
def test_the_same_mail_again_says_nothing_new(before: Assessment, mail: Assessment) -> None:
    once = join(before, mail)
    twice = continued(once.assessment, mail, before_document=once.document_id, mail_document=SECOND)
    assert {n: f.value for n, f in twice.assessment.fields.items()} == {
        n: f.value for n, f in once.assessment.fields.items()
    }


def test_thanks_say_nothing() -> None:
    before = said("hours_quantity", amount_disputed="900.00")
    assert join(before, said("acknowledgement", n=1)) == Continued(before, FIRST, NOTHING, ())


@pytest.mark.parametrize(
    ("first", "second", "effect"),
    [
        ("hours_quantity", "hours_quantity", SAME),
        ("hours_quantity", "rate_price", LEADS),
        ("question", "hours_quantity", LEADS),
        ("hours_quantity", "question", BESIDE),
        ("missing_reference", "po_reference", BESIDE),
        ("hours_quantity", "promise_to_pay", OPEN),
        ("new_po", "hours_quantity", OPEN),
    ],
)
def test_what_a_mail_does_to_what_the_case_is_about(first: str, second: str, effect: str) -> None:
    assert join(said(first), said(second, n=1)).effect == effect


@pytest.mark.parametrize("second", ["hours_quantity", "rate_price", "question"])
def test_what_may_be_a_fraud_stays_so_whatever_the_next_mail_says(second: str) -> None:
    may_be = ("hours_quantity", "bank_details_change")
    before = said("hours_quantity", CertaintyWord.UNSURE)
    before = replace(before, classification=replace(before.classification, prediction_set=may_be))
    for one, other in ((before, said(second, n=1)), (said(second, n=1), before)):
        c = join(one, other).assessment.classification
        assert "bank_details_change" in c.prediction_set
        assert c.reading is CertaintyWord.UNSURE
    chosen = replace(before, classification=replace(before.classification, votes=(Vote("person", second),)))
    assert "bank_details_change" not in join(chosen, said(second, n=1)).assessment.classification.secondary_reasons
    after = join(replace(chosen, classification=replace(chosen.classification, prediction_set=(second,))), before)
    assert "bank_details_change" in after.assessment.classification.secondary_reasons


def test_of_a_case_that_had_ended_only_whom_and_which_papers_goes_on() -> None:
    before = said("hours_quantity", amount_disputed="900.00", invoice_refs=["INV/1"], deadline="2026-11-20")
    found = join(before, said("rate_price", n=1, currency="EUR"), had_ended=True)
    assert set(found.assessment.fields) == {"invoice_refs", "currency"}
    assert found.assessment.classification.reason == "rate_price"


def test_an_amount_of_a_payment_is_not_what_is_contested() -> None:
    before = said("hours_quantity", amount_disputed="900.00")
    found = join(before, said("remittance", n=1, amount_disputed="100.00", po_number="4711"))
    assert found.assessment.value("amount_disputed") == "900.00"
    assert found.assessment.value("po_number") == "4711"
