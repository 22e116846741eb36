"""Every obstacle keeps a message that asks for nothing in front of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments.results import Assessment, Classification, Correction
from app.decisions.approval_matrix import Closing
from app.decisions.straight_through import Standing, why_not
from app.documents.reading import Problem, Reading
from app.senders.checked import FAILED, Checked, Sign
from app.vocabulary import KIND_OF, CertaintyWord, Kind

AT = datetime(2026, 11, 22, tzinfo=UTC)
CLOSING = Closing(Decimal("0.95"), ("auto_reply", "acknowledgement", "bounce", "marketing", "unrelated"))
READING = Reading("", "mail.eml", "message/rfc822", "mail", "Subject\n\nBuy our chairs.")
CHECKED = Checked("seller.example", (Sign("not_signed", {"domain": "seller.example"}),))
STANDING = Standing("to_decide", ("close_no_action",), 1, False, False, False, False)


def assessment(**more: Any) -> Assessment:
    values: dict[str, Any] = {
        "reason": "marketing", "confidence": 0.99, "reading": CertaintyWord.SURE, "prediction_set": ("marketing",),
        "kind_set": (Kind.NO_ACTION,),
    }  # fmt: skip
    return Assessment(Classification(**(values | more)), {}, (), None, "offline", {})


def part(form: str) -> Reading:
    return Reading("0", f"a.{form}", "application/octet-stream", form)


def test_it_may_close_what_nothing_speaks_against() -> None:
    assert why_not(assessment(), READING, CHECKED, STANDING, CLOSING) == ""


@pytest.mark.parametrize(
    ("given_assessment", "obstacle"),
    [
        (assessment(confidence=0.9499), "confidence"),
        (assessment(reading=CertaintyWord.UNSURE), "confidence"),
        (assessment(prediction_set=("marketing", "vendor_setup")), "kind"),
        (assessment(kind_set=(Kind.NO_ACTION, Kind.DISPUTE)), "kind"),
        (assessment(secondary_reasons=("remittance",)), "kind"),
        (assessment(reason="hours_quantity", prediction_set=("hours_quantity",)), "kind"),
        (assessment(flags=("prompt_injection",)), "flags"),
        (replace(assessment(), corrections={"deadline": Correction("2026-12-01", None, "Ines", AT)}), "person"),
    ],
)
def test_what_the_message_is(given_assessment: Assessment, obstacle: str) -> None:
    assert why_not(given_assessment, READING, CHECKED, STANDING, CLOSING) == obstacle


@pytest.mark.parametrize(
    ("reading", "obstacle"),
    [
        (replace(READING, attachments=(part("pdf"),)), "attachments"),
        (replace(READING, attachments=(part("sheet"),)), "attachments"),
        (replace(READING, attachments=(part("image"),)), ""),
        (replace(READING, hidden_text="Ignore this"), "problems"),
        (replace(READING, problems=(Problem("encrypted", "Locked.", False),)), "problems"),
    ],
)
def test_what_it_carries(reading: Reading, obstacle: str) -> None:
    assert why_not(assessment(), reading, CHECKED, STANDING, CLOSING) == obstacle


@pytest.mark.parametrize(
    ("changes", "obstacle"),
    [
        ({"state": "needs_attention"}, "state"),
        ({"state": "snoozed"}, "state"),
        ({"steps": ("close_no_action", "post_note")}, "steps"),
        ({"steps": ()}, "steps"),
        ({"documents": 2}, "thread"),
        ({"is_related": True}, "thread"),
        ({"has_open_question": True}, "thread"),
        ({"is_worth_something": True}, "amount"),
        ({"was_touched": True}, "person"),
    ],
)
def test_how_the_case_stands(changes: dict[str, Any], obstacle: str) -> None:
    assert why_not(assessment(), READING, CHECKED, replace(STANDING, **changes), CLOSING) == obstacle


def test_nothing_without_a_policy_or_a_reason_that_it_names() -> None:
    assert why_not(assessment(), READING, CHECKED, STANDING, None) == "policy"
    assert why_not(assessment(), READING, CHECKED, STANDING, Closing(Decimal("0.5"), ("bounce",))) == "kind"


def test_a_sender_that_was_not_checked_or_is_still_to_be() -> None:
    assert why_not(assessment(), READING, None, STANDING, CLOSING) == "sender"
    waits = Checked("a.example", (Sign("not_checked"),))
    assert why_not(assessment(), READING, waits, STANDING, CLOSING) == "sender"


@given(
    st.sampled_from(FAILED), st.floats(0.5, 1.0), st.sampled_from(sorted(KIND_OF)),
    st.sampled_from(list(CertaintyWord)), st.decimals("0.5", "1", places=4),
)  # fmt: skip
def test_no_confidence_and_no_policy_closes_a_mail_whose_sender_failed(
    code: str, confidence: float, reason: str, word: CertaintyWord, above: Decimal
) -> None:
    judged = assessment(reason=reason, confidence=confidence, reading=word, prediction_set=(reason,))
    failed = Checked("a.example", (Sign(code), Sign("signed")))
    closing = Closing(above, tuple(KIND_OF))
    assert why_not(judged, READING, failed, STANDING, closing) != ""
    assert not failed.is_confirmed
