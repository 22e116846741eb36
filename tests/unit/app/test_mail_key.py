"""By what a mail is known again: the same whatever pieces it is read in and however a server keeps its lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.sources.mail_key import LONGEST_HEAD, MailKey, key_of

HEAD = b"From: ap@northwind.example\nSubject: Invoice 7\nMessage-ID: <7@northwind.example>\n"
MAIL = HEAD + b"\nWe pay 300.00 EUR less.\n"
bodies = st.binary(max_size=300).map(lambda b: b.replace(b"\r", b"\n"))


def in_pieces(content: bytes, cuts: list[int]) -> MailKey:
    known = MailKey()
    at = 0
    for cut in [*sorted(c % (len(content) + 1) for c in cuts), len(content)]:
        known.feed(content[at:cut])
        at = cut
    return known


@given(body=bodies, cuts=st.lists(st.integers(0, 10_000), max_size=6))
def test_the_pieces_it_was_read_in_make_no_difference(body: bytes, cuts: list[int]) -> None:
    content = HEAD + b"\n" + body
    assert in_pieces(content, cuts).digest() == key_of(content)


@given(body=bodies, cuts=st.lists(st.integers(0, 10_000), max_size=6))
def test_how_lines_end_makes_no_difference(body: bytes, cuts: list[int]) -> None:
    content = HEAD + b"\n" + body
    assert in_pieces(content.replace(b"\n", b"\r\n"), cuts).digest() == key_of(content)


@given(ends=st.integers(0, 200_000))
def test_empty_lines_at_the_end_make_no_difference(ends: int) -> None:
    assert key_of(MAIL + b"\r\n" * ends) == key_of(MAIL)


def test_headers_of_servers_on_the_way_make_no_difference() -> None:
    by_way = b"Received: from mx.firm.example by imap.firm.example\nX-Spam: no\n"
    assert key_of(by_way + MAIL) == key_of(MAIL)
    folded = MAIL.replace(b"Subject: Invoice 7", b"Subject: Invoice\n 7")
    assert key_of(folded) == key_of(MAIL)


def test_other_words_or_another_message_id_are_another_mail() -> None:
    changes = {b"300.00": b"301.00", b"<7@": b"<8@", b"Invoice 7": b"Invoice 8", b"ap@": b"ar@", b"less": b"less\n\nx"}
    others = [MAIL.replace(old, new) for old, new in changes.items()]
    others += [b"Reply-To: ap@northwind-billing.example\n" + MAIL, b"Content-Type: text/html\n" + MAIL,
               b"From: ar@northwind.example\n" + MAIL]  # fmt: skip
    assert len({key_of(mail) for mail in [MAIL, *others]}) == 9


def test_without_a_message_id_every_header_counts() -> None:
    nameless = MAIL.replace(b"Message-ID: <7@northwind.example>\n", b"")
    assert key_of(b"Received: today\n" + nameless) != key_of(b"Received: yesterday\n" + nameless)
    assert key_of(nameless.replace(b"\n", b"\r\n")) == key_of(nameless)


def test_of_endless_headers_only_a_part_is_held() -> None:
    known = MailKey()
    for _ in range(40):
        known.feed(b"X-Long: " + b"a" * 65_536 + b"\n")
    assert len(known.head) == LONGEST_HEAD
    assert known.digest()


def test_bytes_that_are_no_mail_have_a_key_too() -> None:
    assert key_of(b"") != key_of(b"\xff\xfe\x00 nothing")
