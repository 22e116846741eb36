"""Signatures are verified from the raw bytes; nothing rests on one that a stranger can get by with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.senders.signature import signatures
from tests.signed_mail import Zone, mail, signed

AT = datetime(2026, 11, 16, 10, tzinfo=UTC)


def outcomes(content: bytes, zone: Zone) -> list[tuple[str, str]]:
    return [(s.domain, s.outcome) for s in signatures(content, zone, at=AT)]


def test_what_the_senders_server_signed_is_good() -> None:
    zone = Zone().signs("kunde.example")
    assert outcomes(signed(mail()), zone) == [("kunde.example", "good")]
    assert outcomes(signed(mail()).replace(b"\r\n", b"\n"), zone) == [("kunde.example", "good")]


def test_a_mail_without_a_signature_asks_nobody() -> None:
    zone = Zone()
    assert outcomes(mail(), zone) == []
    assert zone.asked == []


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"RE/2026/0001", b"RE/2026/0002"), (b"Copy of an invoice", b"New bank account"), (b"anna@", b"anne@")],
    ids=["text", "subject", "sender"],
)
def test_a_mail_that_was_changed_is_broken(old: bytes, new: bytes) -> None:
    assert outcomes(signed(mail()).replace(old, new), Zone().signs("kunde.example")) == [("kunde.example", "broken")]


def test_a_second_sender_written_above_breaks_it() -> None:
    forged = b"From: boss@marlowvoss.example\r\n" + signed(mail())
    assert outcomes(forged, Zone().signs("kunde.example")) == [("kunde.example", "broken")]


def test_a_signature_of_part_of_the_text_counts_for_nothing() -> None:
    content = signed(mail(), partly=True) + b"\r\nOur new bank account is another.\r\n"
    assert outcomes(content, Zone().signs("kunde.example")) == [("kunde.example", "partly")]


def test_keys_that_are_missing_or_revoked_or_another() -> None:
    content = signed(mail())
    assert outcomes(content, Zone()) == [("kunde.example", "no_key")]
    assert outcomes(content, Zone(**{"s1._domainkey.kunde.example": "v=DKIM1; p="})) == [("kunde.example", "no_key")]
    assert outcomes(content, Zone(**{"s1._domainkey.kunde.example": "v=spf1 -all"})) == [("kunde.example", "no_key")]


def test_a_name_service_that_is_away_is_no_broken_signature() -> None:
    zone = Zone().signs("kunde.example")
    zone.is_away = True
    assert outcomes(signed(mail()), zone) == [("kunde.example", "away")]


def test_a_signature_that_does_not_cover_the_sender_counts_for_nothing() -> None:
    content = signed(mail()).replace(b"h=from : to", b"h=to : to")
    assert [o for _, o in outcomes(content, Zone().signs("kunde.example"))] in (["partly"], ["unreadable"])


@pytest.mark.parametrize("kind", [b"rsa-sha1", b"ed25519-sha256", b"nonsense"])
def test_a_kind_that_is_weak_or_not_verified_carries_nothing(kind: bytes) -> None:
    content = signed(mail()).replace(b"a=rsa-sha256", b"a=" + kind)
    assert outcomes(content, Zone().signs("kunde.example")) == [("kunde.example", "partly")]


def test_only_so_many_signatures_are_looked_at() -> None:
    content = mail()
    for number in range(12):
        content = signed(content, f"relay{number}.example")
    zone = Zone()
    assert len(signatures(content, zone, at=AT)) == 5
    assert len(zone.asked) == 5


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_a_stranger_writes_as_a_signature_is_never_good(junk: bytes) -> None:
    content = b"DKIM-Signature: " + junk.replace(b"\r", b" ").replace(b"\n", b" ") + b"\r\n" + mail()
    assert all(s.outcome != "good" for s in signatures(content, Zone().signs("kunde.example"), at=AT))


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_a_flipped_byte_anywhere_never_makes_another_sender_good(place: int, flip: int) -> None:
    whole = bytearray(signed(mail()))
    place %= len(whole)
    whole[place] ^= flip
    found = signatures(bytes(whole), Zone().signs("kunde.example"), at=AT)
    for seal in found:
        assert seal.outcome != "good" or seal.domain == "kunde.example"
