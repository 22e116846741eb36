"""Only what the mailbox's own server wrote over a mail is believed, and of that only what is about the sender."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.senders.server_results import NAMELESS, server_results

OURS = "mx.marlowvoss.example"
_PASS = f"{OURS}; dmarc=pass header.from=kunde.example"


def _read(*headers: tuple[str, str], trusted: str = OURS) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = server_results(headers, trusted=trusted, sender_domain="kunde.example")
    return found.passed, found.refused


def _ar(value: str) -> tuple[str, str]:
    return ("authentication-results", value)


@pytest.mark.parametrize(
    ("value", "passed", "refused"),
    [
        (_PASS, ("dmarc",), ()),
        (f"{OURS}; dkim=pass header.d=mail.kunde.example; spf=pass smtp.mailfrom=b.kunde.example", ("dkim", "spf"), ()),
        (f"{OURS}; spf=pass smtp.mailfrom=a@kunde.example", ("spf",), ()),
        (f"{OURS}; dkim=pass header.i=@kunde.example", ("dkim",), ()),
        (f"{OURS}; dkim=pass header.d=other.example; spf=pass smtp.mailfrom=other.example", (), ()),
        (f"{OURS}; dmarc=pass header.from=other.example", (), ()),
        (f"{OURS}; dmarc=fail (p=REJECT) header.from=kunde.example", (), ("dmarc",)),
        (f"{OURS}; spf=softfail smtp.mailfrom=kunde.example", (), ()),
        (f"{OURS}; dkim=fail header.d=kunde.example; dkim=pass header.d=kunde.example", ("dkim",), ()),
        (f"{OURS}; none", (), ()),
        ("mx.another.example; dmarc=pass header.from=kunde.example", (), ()),
    ],
)
def test_what_a_header_says(value: str, passed: tuple[str, ...], refused: tuple[str, ...]) -> None:
    assert _read(_ar(value)) == (passed, refused)


def test_nobody_is_believed_where_no_server_is_named() -> None:
    assert _read(_ar(_PASS), trusted="") == ((), ())


def test_what_a_stranger_wrote_below_our_servers_header_counts_for_nothing() -> None:
    own = _ar(f"{OURS}; dkim=none")
    assert _read(own, _ar(_PASS)) == ((), ())
    assert _read(own, ("received", "from a by b"), _ar(f"{OURS}; dmarc=fail header.from=kunde.example")) == ((), ())


def test_a_second_header_of_our_server_may_speak_against_the_sender() -> None:
    assert _read(_ar(f"{OURS}; dkim=none"), _ar(f"{OURS}; dmarc=fail header.from=kunde.example")) == ((), ("dmarc",))


def test_a_server_that_writes_no_name_is_believed_only_on_top() -> None:
    own = (
        "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=kunde.example; dkim=pass (signature was verified) "
        "header.d=kunde.example;dmarc=pass action=none header.from=kunde.example;compauth=pass reason=100"
    )
    assert _read(_ar(own), trusted=NAMELESS)[0] == ("spf", "dkim", "dmarc")
    assert _read(_ar("mx.another.example; spf=none"), _ar(own), trusted=NAMELESS) == ((), ())


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_and_none_without_our_name_passes(value: str) -> None:
    passed, refused = _read(_ar(value.replace(OURS, "")))
    assert (passed, refused) == ((), ())
