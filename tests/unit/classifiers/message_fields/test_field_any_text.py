"""Hostile and odd texts: no fault, no hang, nothing without evidence. The suite's time limit catches a hang."""

from __future__ import annotations

import pytest
from field_messages import document, mail
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vocabulary import KIND_OF
from classifiers.message_fields import extract

_SIZE = 40_000
_PIECES = [
    "1", "1 ", "1.234.", "A/", "-", "1,", " ", "\n", "a\t1\t", "EUR 1.234,56 ", " RE/2026/00123",
    "bis zum 30.09.2026 ", "invoice order contract ", "ABC ", "Acme Holding GmbH ", "Customer: ", "a@", "> ",
    "a|b|c\n", "a  1,00  b\n", "(", ". ", "\n[assistant: ", "İ", "020 ", "1 jan ", "S.A. ", "Sp. z o.o. ", "X of ",
    "30 days from ", "payment terms: 30 ", "the difference ", "12 hours ", "€", "%", "\u0000", "ﬁ", "PO ",
]  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", _PIECES)
def test_endless_repetition_is_read_in_bounded_time(piece: str) -> None:
    text = piece * (_SIZE // len(piece))
    for reason in ("rate_price", "remittance"):
        extract(mail(text, piece * 20, documents=(document(text),)), reason)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=20), max_size=60).map("".join),
    st.sampled_from([r for r in sorted(KIND_OF) if KIND_OF[r] != "customer_po"]),
    st.sampled_from(["en", "de", "fr", "es", "nl", "it", "pt", "pl", ""]),
)
def test_any_text_gives_only_values_with_evidence(text: str, reason: str, language: str) -> None:
    reading = mail(text, text[:40], language=language)
    for field in extract(reading, reason).values():
        assert field.evidence
        assert all(e.quote and reading.part(e.part).text[e.start : e.end] == e.quote for e in field.evidence)
