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


# -- Ed25519 (RFC 8463) -------------------------------------------------------------------------------------------

OF_THE_RFC = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
"""The signed mail of RFC 8463, appendix A.3, and the key that its first signature is verified with (A.2)."""
KEY_OF_THE_RFC = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def test_the_example_of_the_standard_is_good() -> None:
    zone = Zone(**{"brisbane._domainkey.football.example.com": KEY_OF_THE_RFC})
    assert outcomes(OF_THE_RFC, zone)[0] == ("football.example.com", "good")
    changed = OF_THE_RFC.replace(b"We lost", b"We won")
    assert outcomes(changed, zone)[0] == ("football.example.com", "broken")


def test_a_short_key_signs_as_well_as_a_long_one() -> None:
    zone = Zone().signs("kunde.example", kind="ed25519")
    content = signed(mail(), kind="ed25519")
    assert outcomes(content, zone) == [("kunde.example", "good")]
    for old, new in ((b"RE/2026/0001", b"RE/2026/0002"), (b"Copy of an invoice", b"New bank account")):
        assert outcomes(content.replace(old, new), zone) == [("kunde.example", "broken")]
    assert outcomes(b"From: boss@marlowvoss.example\r\n" + content, zone) == [("kunde.example", "broken")]


def test_both_kinds_over_one_mail() -> None:
    zone = Zone().signs("kunde.example").signs("kunde.example", selector="s2", kind="ed25519")
    content = signed(signed(mail()), selector="s2", kind="ed25519")
    assert outcomes(content, zone) == [("kunde.example", "good"), ("kunde.example", "good")]


def test_a_short_signature_of_part_of_the_text_counts_for_nothing() -> None:
    zone = Zone().signs("kunde.example", kind="ed25519")
    assert outcomes(signed(mail(), kind="ed25519", partly=True), zone) == [("kunde.example", "partly")]


@pytest.mark.parametrize("kinds", [("rsa", "ed25519"), ("ed25519", "rsa")])
def test_a_key_of_another_kind_confirms_nothing(kinds: tuple[str, str]) -> None:
    content = signed(mail(), kind=kinds[0])
    assert outcomes(content, Zone().signs("kunde.example", kind=kinds[1])) in (
        [("kunde.example", "broken")],
        [("kunde.example", "unreadable")],
    )


@pytest.mark.parametrize("key", ["", "AAAA", "not base64!", "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"])
def test_a_short_key_that_is_none(key: str) -> None:
    zone = Zone(**{"s1._domainkey.kunde.example": f"v=DKIM1; k=ed25519; p={key}"})
    assert [o for _, o in outcomes(signed(mail(), kind="ed25519"), zone)] in (["broken"], ["no_key"], ["unreadable"])


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_a_flipped_byte_never_makes_another_sender_good_by_a_short_key(place: int, flip: int) -> None:
    whole = bytearray(signed(mail(), kind="ed25519"))
    place %= len(whole)
    whole[place] ^= flip
    for seal in signatures(bytes(whole), Zone().signs("kunde.example", kind="ed25519"), at=AT):
        assert seal.outcome != "good" or seal.domain == "kunde.example"


# -- what carries nothing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [b"rsa-sha1", b"nonsense"])
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
