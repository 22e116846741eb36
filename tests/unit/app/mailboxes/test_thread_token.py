"""Our mails are known again by what we signed, and by nothing that others make up."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.mailboxes import thread_token

KEY, OTHER_KEY = "k" * 40, "o" * 40
CASES = st.integers(min_value=1, max_value=10**9)
MAILS = st.uuids()


@given(CASES, st.text(max_size=80))
def test_a_tag_is_read_out_of_any_subject(case_id: int, subject: str) -> None:
    tagged = thread_token.subject_with(subject, case_id, KEY)
    assert case_id in thread_token.read(tagged, KEY)
    assert case_id in thread_token.read(f"Re: AW: {tagged.lower()}", KEY)
    assert thread_token.read(tagged, OTHER_KEY) == ()


@given(CASES, st.text(max_size=40).filter(lambda t: "[" not in t))
def test_a_subject_is_tagged_once(case_id: int, subject: str) -> None:
    once = thread_token.subject_with(subject, case_id, KEY)
    assert thread_token.subject_with(once, case_id, KEY) == once
    assert thread_token.subject_with(once, case_id + 1, KEY).count("[CS-") == 1


@given(CASES, MAILS)
def test_a_message_id_names_its_case_and_is_always_the_same(case_id: int, mail: UUID) -> None:
    made = thread_token.message_id(case_id, mail, KEY, domain="billing.example")
    assert made == thread_token.message_id(case_id, mail, KEY, domain="billing.example")
    assert thread_token.read(f"<a@b.example>\r\n {made} <c@d.example>", KEY) == (case_id,)
    assert thread_token.is_ours(made, KEY)
    assert not thread_token.is_ours(made, OTHER_KEY)


@given(CASES, CASES, MAILS)
def test_a_signature_holds_for_its_own_case_alone(case_id: int, other: int, mail: UUID) -> None:
    made = thread_token.message_id(case_id, mail, KEY, domain="billing.example")
    moved = made.replace(f"cs.{case_id}.", f"cs.{other}.")
    assert thread_token.read(moved, KEY) == ((case_id,) if other == case_id else ())
    tag = thread_token.make(case_id, KEY).replace(f"CS-{case_id}-", f"CS-{other}-")
    assert thread_token.read(tag, KEY) in ((), (other,))


@given(st.text(max_size=2000))
def test_text_from_outside_is_read_without_harm(text: str) -> None:
    assert thread_token.read(text, KEY) == ()
    assert not thread_token.is_ours(text, KEY)
