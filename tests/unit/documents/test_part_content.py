"""The bytes of a part are those that reading saw at the same path."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from app.documents import download
from app.documents.page_images import ChildRenderer, address, painted_over, path_of
from app.documents.part_content import content_of
from app.documents.read import read
from app.documents.reading import Box
from app.errors import Malformed, NotFound


def a_pdf(text: str) -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(300, 200))
    page.drawString(50, 100, text)
    page.save()
    return out.getvalue()


def a_mail_with_everything() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("b.pdf", a_pdf("Inside the archive"))
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inner text")
    inner.add_attachment(b"deep", maintype="text", subtype="csv", filename="deep.csv")
    mail = EmailMessage()
    mail["Subject"] = "outer"
    mail.set_content("outer text")
    mail.add_attachment(a_pdf("Attached"), maintype="application", subtype="pdf", filename="order.pdf")
    mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="files.zip")
    mail.add_attachment(inner)
    return mail.as_bytes()


def test_every_part_that_was_read_is_found_at_its_path() -> None:
    mail = a_mail_with_everything()
    reading = read(mail, "mail.eml", may_recognise=False)
    names = {part.path: part.name for part in reading.walk()}
    assert set(names.values()) >= {"order.pdf", "a.txt", "b.pdf", "deep.csv"}
    for part in reading.walk():
        again = read(content_of(mail, "mail.eml", part.path), part.name, may_recognise=False)
        assert (again.form, again.text) == (part.form, part.text)


@pytest.mark.parametrize("path", ["9", "0.0", "1.7", "2.0.0", "00"])
def test_a_path_that_leads_nowhere_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        content_of(a_mail_with_everything(), "mail.eml", path)


def test_a_page_inside_an_archive_inside_a_mail_is_drawn_in_a_child() -> None:
    mail = a_mail_with_everything()
    renderer = ChildRenderer()
    try:
        png = renderer.page(mail, "mail.eml", "1.1", 1, dpi=72, turned=0.0)
        assert png.startswith(b"\x89PNG")
        assert renderer.part(mail, "mail.eml", "1.0") == b"first"
        with pytest.raises(NotFound):
            renderer.part(mail, "mail.eml", "7")
        with pytest.raises(Malformed):
            renderer.page(b"%PDF-1.7 broken", "x.pdf", "", 1, dpi=72, turned=0.0)
    finally:
        renderer.close()


def test_what_is_withheld_is_not_in_the_picture() -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG")
    picture = Image.open(io.BytesIO(painted_over(out.getvalue(), [Box(36, 36, 72, 48)], 144))).convert("L")
    assert picture.getpixel((100, 84)) < 80
    assert picture.getpixel((30, 30)) > 240


def test_addresses_of_parts_come_back() -> None:
    for path in ("", "0", "0.12.3"):
        assert path_of(address(path)) == path


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        ("", "message/rfc822", "message.eml"), ("", "application/pdf; x=1", "document.pdf"), ("", "", "document"),
        ("a/b\\c.pdf", "", "c.pdf"), ("x" * 300 + ".pdf", "", "x" * 190 + ".pdf"), ("\x07.\x00", "", "document"),
    ],
)  # fmt: skip
def test_names_are_fit_to_keep(given: str, kind: str, kept: str) -> None:
    assert download.file_name(given, kind) == kept


def test_download_headers_carry_any_name_safely() -> None:
    headers = download.headers('Übersicht "1"\r\nX: y.html')
    assert "\r" not in headers["Content-Disposition"]
    assert "\n" not in headers["Content-Disposition"]
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%C3%9Cbersicht" in headers["Content-Disposition"]
