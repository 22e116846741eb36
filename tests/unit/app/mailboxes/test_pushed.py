"""A mail that is put together from a provider's parts: whole, the same each time; nothing breaks out of a header."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from app.mailboxes.pushed import Attached, Parsed, put_together
from app.mailboxes.web_form import read_form

ANY = st.text(max_size=120)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80).map(
    lambda line: " ".join(line.split())
)
FILES = st.builds(
    Attached, name=ANY, media_type=st.one_of(ANY, st.sampled_from(["application/pdf", "message/rfc822", "text/plain"])),
    content=st.binary(max_size=200), content_id=ANY,
)  # fmt: skip
PARSED = st.builds(
    Parsed, st.just("mailgun"), st.lists(st.tuples(ANY, ANY), max_size=8), ANY, ANY, st.lists(FILES, max_size=3)
)


def read(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@given(PARSED)
def test_whatever_a_provider_sends_becomes_a_message_that_can_be_read(parsed: Parsed) -> None:
    content = put_together(parsed)
    assert content == put_together(parsed)
    head, _, _ = content.partition(b"\r\n\r\n")
    assert all(line[:1] in (b" ", b"\t") or b":" in line for line in head.split(b"\r\n"))
    found = read(content)
    assert [part.get_payload(decode=True) for part in found.iter_attachments()] == [f.content for f in parsed.attached]


@given(ANY, st.sampled_from(["\r\n", "\n", "\r", "\0", "\x0b", "\x85", "\u2028"]))
def test_no_header_can_be_slipped_in(value: str, ending: str) -> None:
    injected = f"{value}{ending}Bcc: victim@else.example{ending}{ending}body"
    attached = Attached(injected, f"text/plain{ending}X-Evil: 1", b"x", injected)
    found = read(put_together(Parsed("mailgun", [("Subject", injected), (f"X{ending}Evil", "1")], "t", "", [attached])))
    assert found["bcc"] is None
    assert all(part["x-evil"] is None for part in found.walk())
    body = found.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "t"


@given(LINES, st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=300))
def test_subject_and_text_are_what_they_were(subject: str, text: str) -> None:
    found = read(put_together(Parsed("postmark", [("Subject", subject)], text)))
    assert " ".join((found["subject"] or "").split()) == subject
    assert found.get_payload(decode=True) == text.encode()


@given(st.dictionaries(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=9),
                       st.binary(max_size=200), max_size=6))  # fmt: skip
def test_fields_of_a_form_come_through_to_the_byte(fields: dict[str, bytes]) -> None:
    from urllib.parse import urlencode

    assert read_form("application/x-www-form-urlencoded", urlencode(fields).encode()).fields == fields
    boundary = b"a-boundary-that-no-value-holds"
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, name.encode(), value)
        for name, value in fields.items()
    )
    kind = f"multipart/form-data; boundary={boundary.decode()}"
    assert read_form(kind, body + b"--%s--\r\n" % boundary).fields == fields
