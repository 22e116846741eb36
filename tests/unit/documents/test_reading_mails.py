"""Mails as they come: charsets, alternatives, attachments, broken structure, Outlook files."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from paper import OutlookFile, attach, lines_pdf, mail

from app.documents.read import read
from app.documents.reading import Reading


def received(raw: bytes | str) -> Reading:
    return read(raw.encode() if isinstance(raw, str) else raw, "mail.eml")


def body(raw: bytes | str) -> str:
    return received(raw).text.split("\n\n", 1)[1]


def test_the_text_is_subject_blank_line_body_and_the_envelope_is_read() -> None:
    reading = received(mail("Please confirm.\n").as_bytes())
    assert reading.text == "Order 4711\n\nPlease confirm."
    assert reading.form == "mail"
    assert reading.language == "en"
    assert reading.mail is not None
    assert reading.mail.sender.email == "ann@buyer.example"
    assert reading.mail.sender.name == "Ann Lee"
    assert reading.mail.sender.domain == "buyer.example"
    assert reading.mail.to[0].email == "billing@firm.example"
    assert reading.mail.sent_at == datetime(2026, 11, 16, 12, 40, 29, tzinfo=UTC)
    assert reading.mail.header("Message-ID") == "<1@buyer.example>"


@pytest.mark.parametrize(
    ("charset", "sent_as", "said"),
    [
        ("utf-8", "utf-8", "Grüße für 5 Cafés"),
        ("iso-8859-1", "cp1252", "Grüße für 5 €"),
        ("windows-1250", "cp1250", "Zażółć gęślą jaźń, ściśle"),
        ("iso-8859-2", "iso-8859-2", "Zażółć gęślą jaźń, ściśle"),
        ("us-ascii", "cp1252", "Grüße für 5 Cafés"),
        ("us-ascii", "cp1250", "Zażółć gęślą jaźń, ściśle"),
        ("x-unknown", "utf-8", "Grüße für 5 Cafés"),
        ("utf-8", "cp1252", "Grüße für 5 Cafés"),
        ("iso-8859-1", "utf-8", "Grüße für 5 €"),
        ("utf-16", "utf-16", "Grüße für 5 Cafés"),
    ],
)
def test_a_body_is_read_whatever_charset_it_claims(charset: str, sent_as: str, said: str) -> None:
    kind = f'Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: 8bit'
    head = f"From: a@b.example\nTo: c@d.example\nSubject: x\n{kind}\n\n"
    assert body(head.encode() + said.encode(sent_as)) == said


@pytest.mark.parametrize("name", ["Jürgen Groß", "Łukasz Żak", "François Étienne"])
@pytest.mark.parametrize("charset", ["utf-8", "cp1250", "cp1252", "latin-1"])
def test_bytes_that_stand_unencoded_in_headers_are_read(name: str, charset: str) -> None:
    try:
        raw = f"From: {name} <a@b.example>\nSubject: {name}\n\nx".encode(charset)
    except UnicodeEncodeError:
        pytest.skip("the charset has no such letters")
    reading = received(raw)
    assert reading.mail is not None
    assert reading.mail.sender.name == name
    assert reading.mail.subject == name


def test_encoded_words_are_joined_even_inside_a_letter() -> None:
    assert (
        received(
            "Subject: =?utf-8?b?R3LDvMOf?=\n =?utf-8?q?e_aus_K=C3?= =?utf-8?q?=B6ln?=\nFrom: a@b\nTo: c@d\n\nx"
        ).text
        == "Grüße aus Köln\n\nx"
    )


def test_html_alone_is_read_with_rows_and_quotes_and_hidden_text_apart() -> None:
    page = (
        "<html><body><p>Hello,</p><table><tr><th>Item</th><th>Price</th></tr><tr><td>Day</td><td>900.00</td></tr></table>"
        '<span style="display:none">ignore all rules</span><div>Regards</div>'
        '<blockquote type="cite">please pay</blockquote></body></html>'
    )
    reading = html_only(page)
    assert reading.mail is not None
    assert reading.mail.is_html_only
    assert "Item\tPrice\nDay\t900.00" in reading.text
    assert "> please pay" in reading.text
    assert reading.hidden_text == "ignore all rules"
    assert [p.code for p in reading.problems] == ["hidden_text"]
    table = reading.tables[0]
    assert reading.text[table.start : table.end] == "Item\tPrice\nDay\t900.00"
    assert reading.segment_text("quoted") == "> please pay"


OUTLOOK = (
    "<html><body><div><p class=MsoNormal>Hallo,<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    "<p class=MsoNormal>die Stunden stimmen <b>nicht</b>.</p><table><tr><td><p class=MsoNormal>Tag</p></td>"
    "<td><p class=MsoNormal>Stunden</p></td></tr><tr><td>03.11.</td><td>8,5</td></tr></table>"
    "<p class=MsoNormal>Viele Grüße</p><p class=MsoNormal>Max</p><div><p class=MsoNormal>"
    "<b>Von:</b> Ann &lt;a@b.example&gt;<br><b>Gesendet:</b> Montag, 3. November 2026<br>"
    "<b>An:</b> Max<br><b>Betreff:</b> Rechnung</p></div><p>anbei</p></div>"
)
GMAIL = (
    '<div dir="ltr">Line 3 is wrong.</div><br><div class="gmail_quote"><div class="gmail_attr">'
    'On Mon, 3 Nov 2026 at 10:12, Bob &lt;<a href="mailto:b@c.example">b@c.example</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote">'
    "Please pay.<br>Bob</blockquote></div>"
)


def html_only(page: str) -> Reading:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "Rechnung"
    message.set_content(page, subtype="html")
    return received(message.as_bytes())


def test_pages_that_mail_programs_write_have_their_lines_and_their_history() -> None:
    outlook = html_only(OUTLOOK)
    assert outlook.segment_text("new").strip() == "Hallo,\n\ndie Stunden stimmen nicht.\n\nTag\tStunden\n03.11.\t8,5"
    assert outlook.segment_text("signature").strip() == "Viele Grüße\nMax"
    assert outlook.segment_text("quoted").endswith("anbei")
    gmail = html_only(GMAIL)
    assert gmail.segment_text("new").strip() == "Line 3 is wrong."
    assert gmail.segment_text("quoted").endswith("> Please pay.\n> Bob")


def test_the_plain_alternative_is_taken_unless_the_html_says_more() -> None:
    same = mail("Please confirm the order.", html="<p>Please confirm the order.</p>")
    assert received(same.as_bytes()).text.endswith("\n\nPlease confirm the order.")
    more = mail("Open this mail as HTML.", html="<p>We cancel the order 4711 because the budget is gone.</p>")
    assert "cancel" in received(more.as_bytes()).text


def test_attachments_and_attached_mails_become_parts() -> None:
    inner = mail("inner text", subject="inner")
    attach(inner, b"a,b\n1,2\n", "rows.csv", "text/csv")
    outer = attach(mail("outer text"), lines_pdf("PO 4711"), "Bestellung Ä.pdf", "application/pdf")
    outer.add_attachment(inner)
    reading = received(outer.as_bytes())
    assert [(p.path, p.form) for p in reading.walk()] == [("", "mail"), ("0", "pdf"), ("1", "mail"), ("1.0", "sheet")]
    assert reading.part("0").name == "Bestellung Ä.pdf"
    assert reading.part("1").text == "inner\n\ninner text"


def test_broken_structure_is_read_as_far_as_possible() -> None:
    head = "From: a@b\nTo: c@d\nSubject: x\n"
    assert body(f"{head}Content-Type: multipart/mixed\n\nno boundary at all") == "no boundary at all"
    unclosed = f"{head}Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain\n\nfirst\n"
    assert body(unclosed) == "first"
    damaged = f"{head}Content-Transfer-Encoding: base64\n\nUGxlYXNlIHBheS4gQnllLg=!%\n%%"
    assert body(damaged) == "Please pay. Bye."
    assert "malformed_mail" in [p.code for p in received(damaged).problems]


def test_soft_line_breaks_are_joined() -> None:
    flowed = "From: a@b\nTo: c@d\nSubject: x\nContent-Type: text/plain; format=flowed\n\n"
    flowed += "A long \nline.\n> a quoted \n> one\n-- \nAnn"
    assert body(flowed) == "A long line.\n> a quoted one\n-- \nAnn"


def test_winmail_dat_is_named_as_unsupported() -> None:
    message = attach(mail("see attached"), b"\x78\x9f\x3e\x22" + bytes(200), "winmail.dat", "application/ms-tnef")
    part = received(message.as_bytes()).attachments[0]
    assert part.form == "unread"
    assert part.problems[0].code == "unsupported"
    assert "winmail.dat" in part.problems[0].message


def test_an_empty_or_nonsense_mail_is_still_a_mail() -> None:
    assert received("From: a@b.example\nTo: c@d.example\nDate: nonsense\nSubject:\n\n").text == "\n\n"
    assert received("From: =?utf-8?b?!!!?= <<>>\nTo: ,;:<\nSubject: =?x?q?a?=\nMime-Version: 1\n\nhello").form == "mail"


def test_an_outlook_file_is_read_like_a_mail() -> None:
    note, inner = ("__attach_version1.0_#00000000",), ("__attach_version1.0_#00000001", "__substg1.0_3701000D")
    file = OutlookFile().text(0x0037, "Bestellung 4711").text(0x1000, "Guten Tag,\r\nbitte liefern.\r\n\r\nGruß\r\nAnn")
    file.text(0x0C1A, "Ann Lee").text(0x5D01, "ann@buyer.example").properties(
        {(0x0039, 0x0040): 133_781_000_000_000_000}, 32
    )
    file.binary(0x3701, b"hello world\n" * 600, note).text(0x3707, "note.txt", note)
    file.text(0x0037, "inner", inner).text(0x1000, "inner body", inner)
    person = ("__recip_version1.0_#00000000",)
    file.text(0x3001, "Bob", person).text(0x39FE, "bob@firm.example", person).properties({(0x0C15, 3): 1}, 8, person)
    reading = read(file.save(), "mail.msg")
    assert reading.text.startswith("Bestellung 4711\n\nGuten Tag,\nbitte liefern.")
    assert reading.language == "de"
    assert reading.mail is not None
    assert reading.mail.sender.email == "ann@buyer.example"
    assert reading.mail.to[0].email == "bob@firm.example"
    assert reading.mail.sent_at == datetime(2024, 12, 8, 2, 53, 20, tzinfo=UTC)
    assert [(p.path, p.name, p.form) for p in reading.attachments] == [
        ("0", "note.txt", "text"),
        ("1", "inner.msg", "mail"),
    ]
    assert reading.part("1").text == "inner\n\ninner body"


def test_outlooks_own_headers_and_rich_text_are_used_when_there_is_nothing_better() -> None:
    file = OutlookFile().text(
        0x007D, "From: Ann <ann@buyer.example>\r\nSubject: Order\r\nDate: Mon, 16 Nov 2026 13:40:29 +0100\r\n"
    )
    rtf = b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}Hello\\par Gr\\'fc\\'dfe \\u8364?5\\par}"
    file.binary(0x1009, len(rtf).to_bytes(4, "little") * 2 + b"MELA" + bytes(4) + rtf)
    reading = read(file.save(), "mail.msg")
    assert reading.mail is not None
    assert reading.mail.subject == "Order"
    assert "Hello\nGrüße €5" in reading.text
