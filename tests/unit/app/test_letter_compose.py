"""A letter as a mail: what a person confirmed, whole, and nothing that others could have put into its headers."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

from hypothesis import given, settings
from hypothesis import strategies as st

from app.letters.compose import File, Original, Words, compose
from app.letters.way_out import is_address
from app.mailboxes import thread_token

KEY = "k" * 40
MINE = "<cs.7.00000000000000000000000000000001.00000000000000000000@firm.example>"
AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
HEADERS = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "content-language", "content-type",
    "content-transfer-encoding", "mime-version",
}  # fmt: skip
OUTSIDE = st.text(max_size=120) | st.sampled_from(
    [
        "a\r\nBcc: x@y.example", "a\nTo: x@y.example", "\r\n\r\nbody", "=?utf-8?q?=0D=0ABcc:_x?=", "x\x00y",
        'ünï, (c) "q" <',
    ]
)  # fmt: skip


def made(
    words: Words, original: Original | None = None, files: tuple[File, ...] = (), name: str = "Billing"
) -> EmailMessage:
    content = compose(
        words, case_id=7, key=KEY, message_id=MINE, sender="billing@firm.example", sender_name=name,
        recipient="ap@customer.example", at=AT, original=original, files=files,
    )  # fmt: skip
    assert content.isascii()
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert f"Message-ID: {MINE}\r\n".encode() in content
    return email.message_from_bytes(content, policy=email.policy.default)


@settings(max_examples=150)
@given(OUTSIDE, OUTSIDE, OUTSIDE, st.lists(OUTSIDE, max_size=5), OUTSIDE, OUTSIDE)
def test_outside_text_adds_no_header_and_no_recipient(
    subject: str, who: str, message_id: str, references: list[str], text: str, name: str
) -> None:
    original = Original(message_id, tuple(references), subject, who, AT, text)
    mail = made(Words(subject, "Hello,\n\nit is so.", "en"), original, (File(name, "application/pdf", b"%PDF-"),))
    assert {h.casefold() for h in mail} <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    assert mail["To"] == "ap@customer.example"
    assert mail["Message-ID"] == MINE
    assert thread_token.read(str(mail["Subject"]), KEY)[-1:] == (7,)


@given(OUTSIDE)
def test_the_senders_name_adds_no_header(name: str) -> None:
    mail = made(Words("Re: x", "Hello", "en"), name=name)
    assert {h.casefold() for h in mail} <= HEADERS
    assert [a.addr_spec for a in mail["From"].addresses] == ["billing@firm.example"]


@given(st.sampled_from(["Müller & Söhne, Buchhaltung", "Comptabilité", "Żółć S.A.", 'O\'Neill "Billing"']))
def test_the_senders_name_arrives_as_it_was_entered(name: str) -> None:
    mail = made(Words("Re: x", "Hello", "en"), name=name)
    assert [a.display_name for a in mail["From"].addresses] == [name]


@settings(max_examples=150)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_the_text_arrives_as_it_was_confirmed(body: str) -> None:
    mail = made(Words("Re: x", body, "de"))
    part = mail.get_body(("plain",))
    assert part is not None
    assert part.get_content().replace("\r\n", "\n").strip("\n") == body.strip("\n")


@given(st.binary(max_size=3000), st.text(max_size=60))
def test_papers_arrive_byte_by_byte(content: bytes, name: str) -> None:
    mail = made(Words("Re: x", "Hello", "en"), None, (File(name, "application/pdf", content),))
    [attached] = list(mail.iter_attachments())
    assert attached.get_content() == content


def test_a_long_thread_keeps_its_first_and_its_latest() -> None:
    ids = tuple(f"<{n}@customer.example>" for n in range(60))
    mail = made(Words("Re: x", "Hello", "en"), Original("<last@customer.example>", ids, "x", "Dora", AT, "text"))
    kept = str(mail["References"]).split()
    assert (kept[0], kept[-1]) == (ids[0], "<last@customer.example>")
    assert len(kept) == 22


@given(st.text(max_size=80))
def test_an_address_is_one_line_with_one_at(text: str) -> None:
    if is_address(text):
        assert text.count("@") == 1
        assert text.isprintable()
        assert not set(text) & set(" \r\n<>,;")
