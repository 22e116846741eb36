"""PDFs: words where they are seen, forms, comments, hidden text, rotation, embedded files, damage."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import lines_pdf, page_picture, pdf, scanned_pdf, table_pdf

from app.documents.limits import Limits
from app.documents.read import read
from app.documents.reading import Page, Reading
from app.documents.render import render_page


def assert_words_fit(reading: Reading) -> None:
    """Every word's offsets give the word, in order, and the boxes lie on the page."""
    for page in reading.pages:
        last = page.start
        for word in page.words:
            text = reading.text[word.start : word.end]
            assert text
            assert not any(c.isspace() for c in text)
            assert last <= word.start < word.end <= page.end
            last = word.end
        between = reading.text[page.start : page.end]
        assert "".join(between.split()) == "".join(reading.text[w.start : w.end] for w in page.words)


def ink(page: Page, png: bytes, word_index: int) -> bool:
    """Whether the picture of the page has its ink inside the word's box (and none just around it)."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("L")
    scale = image.width / page.width
    box = page.words[word_index].box
    inside = image.crop(
        (int(box.x0 * scale) - 1, int(box.top * scale) - 1, int(box.x1 * scale) + 2, int(box.bottom * scale) + 2)
    )
    whole = image.point(lambda v: 255 if v < 128 else 0).getbbox()
    dark = inside.point(lambda v: 255 if v < 128 else 0).getbbox()
    return (
        whole is not None
        and dark is not None
        and (whole[2] - whole[0], whole[3] - whole[1]) == (dark[2] - dark[0], dark[3] - dark[1])
    )


WORDS = st.text(alphabet=st.characters(codec="latin-1", categories=("L", "Nd", "Po", "Sc")), min_size=1, max_size=12)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(WORDS, st.integers(20, 480), st.integers(20, 800)), max_size=25))
def test_offsets_index_the_text_exactly_whatever_stands_where(placed: list[tuple[str, int, int]]) -> None:
    def draw(canvas: object, number: int) -> None:
        for text, x, y in placed:
            canvas.drawString(x, y, text)  # type: ignore[attr-defined]

    reading = read(pdf(draw), "x.pdf")
    assert reading.form == "pdf"
    assert_words_fit(reading)


def test_a_row_of_a_table_is_a_line_with_its_columns_apart() -> None:
    reading = read(table_pdf(), "order.pdf")
    assert reading.text.split("\n") == [
        "Pos\tDescription\tQty\tAmount",
        "10\tConsulting days\t12\t14.400,00",
        "20\tTravel\t1\t350,50",
    ]
    assert_words_fit(reading)


def test_evidence_has_the_boxes_of_its_words() -> None:
    reading = read(table_pdf(), "order.pdf")
    start = reading.text.index("14.400,00")
    evidence = reading.evidence(start, start + 9)
    assert evidence.page == 1
    assert len(evidence.boxes) == 1
    assert 480 < evidence.boxes[0].x0 < evidence.boxes[0].x1 <= 531
    assert abs(evidence.boxes[0].bottom - (842 - 700 + 18)) < 3


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_lie_on_the_page_as_it_is_shown(rotation: int) -> None:
    def draw(canvas: object, number: int) -> None:
        canvas.drawString(100, 200, "Order")  # type: ignore[attr-defined]

    content = pdf(draw, rotate=rotation)
    page = read(content, "x.pdf").pages[0]
    import pypdfium2

    assert (page.width, page.height) == pypdfium2.PdfDocument(content)[0].get_size()
    assert ink(page, render_page(content, 1, 144, page.turned), 0)


def test_a_page_whose_text_runs_sideways_is_turned_upright() -> None:
    def draw(canvas: object, number: int) -> None:
        canvas.translate(300, 100)  # type: ignore[attr-defined]
        canvas.rotate(90)  # type: ignore[attr-defined]
        for i, line in enumerate(("Purchase order 4711", "Twelve consulting days", "Total amount 900")):
            canvas.drawString(0, -20 * i, line)  # type: ignore[attr-defined]

    content = pdf(draw)
    reading = read(content, "x.pdf")
    assert reading.text == "Purchase order 4711\nTwelve consulting days\nTotal amount 900"
    page = reading.pages[0]
    assert page.turned == 90
    assert page.width > page.height
    image_size = render_page(content, 1, 72, page.turned)
    assert image_size[:4] == b"\x89PNG"


def test_values_in_form_fields_are_read_where_they_stand() -> None:
    def draw(canvas: object, number: int) -> None:
        form = canvas.acroForm  # type: ignore[attr-defined]
        canvas.drawString(60, 700, "Order number")  # type: ignore[attr-defined]
        form.textfield(name="number", x=200, y=694, width=120, height=18, value="PO-4711")
        canvas.drawString(60, 660, "Urgent")  # type: ignore[attr-defined]
        form.checkbox(name="urgent", x=200, y=656, size=14, checked=True)

    reading = read(pdf(draw), "form.pdf")
    assert reading.text == "Order number\tPO-4711\nUrgent\t☒"
    assert_words_fit(reading)


def test_text_that_nobody_sees_is_reported_and_kept_out() -> None:
    def draw(canvas: object, number: int) -> None:
        canvas.drawString(60, 700, "Order 4711")  # type: ignore[attr-defined]
        canvas.setFillColorRGB(1, 1, 1)  # type: ignore[attr-defined]
        canvas.drawString(60, 600, "white on white")  # type: ignore[attr-defined]
        canvas.setFillColorRGB(0, 0, 0)  # type: ignore[attr-defined]
        canvas.drawString(-400, 500, "off the page")  # type: ignore[attr-defined]
        canvas.setFont("Helvetica", 1)  # type: ignore[attr-defined]
        canvas.drawString(60, 400, "microscopic")  # type: ignore[attr-defined]
        invisible = canvas.beginText(60, 300)  # type: ignore[attr-defined]
        invisible.setFont("Helvetica", 12)
        invisible.setTextRenderMode(3)
        invisible.textOut("without ink")
        canvas.drawText(invisible)  # type: ignore[attr-defined]

    reading = read(pdf(draw), "x.pdf")
    assert reading.text == "Order 4711"
    assert sorted(reading.hidden_text.split()) == sorted(
        ["white", "on", "white", "off", "the", "page", "microscopic", "without", "ink"]
    )
    assert [p.code for p in reading.problems] == ["hidden_text"]


def test_white_letters_on_a_dark_bar_are_no_secret() -> None:
    def draw(canvas: object, number: int) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.4)  # type: ignore[attr-defined]
        canvas.rect(50, 690, 400, 30, fill=1)  # type: ignore[attr-defined]
        canvas.setFillColorRGB(1, 1, 1)  # type: ignore[attr-defined]
        canvas.drawString(60, 700, "Description Amount")  # type: ignore[attr-defined]

    reading = read(pdf(draw), "x.pdf")
    assert reading.text == "Description Amount"
    assert not reading.problems


def test_the_text_layer_of_a_scan_is_used() -> None:
    from reportlab.lib.utils import ImageReader

    def draw(canvas: object, number: int) -> None:
        canvas.drawImage(ImageReader(page_picture("Order 4711", size=(620, 877))), 0, 0, 595, 842)  # type: ignore[attr-defined]
        layer = canvas.beginText(60, 780)  # type: ignore[attr-defined]
        layer.setFont("Helvetica", 12)
        layer.setTextRenderMode(3)
        layer.textOut("Order 4711 of 3 May 2026 for consulting services")
        canvas.drawText(layer)  # type: ignore[attr-defined]

    reading = read(pdf(draw), "x.pdf")
    assert reading.text == "Order 4711 of 3 May 2026 for consulting services"
    assert reading.pages[0].is_scanned
    assert not reading.hidden_text


def test_embedded_files_become_parts() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(lines_pdf("Order 4711"))
    document.new_attachment("order.csv").set_data(b"line;amount\n1;900\n2;800\n")
    out = io.BytesIO()
    document.save(out)
    document.close()
    reading = read(out.getvalue(), "x.pdf")
    assert [(p.path, p.form, p.name) for p in reading.attachments] == [("0", "sheet", "order.csv")]


def test_comments_written_onto_the_page_are_read() -> None:
    import pypdfium2
    import pypdfium2.raw as pdfium

    document = pypdfium2.PdfDocument(lines_pdf("Order 4711"))
    page = document[0]
    note = pdfium.FPDFPage_CreateAnnot(page.raw, pdfium.FPDF_ANNOT_FREETEXT)
    pdfium.FPDFAnnot_SetRect(note, pdfium.FS_RECTF(60, 720, 300, 700))
    text = "not approved".encode("utf-16-le") + b"\0\0"
    pdfium.FPDFAnnot_SetStringValue(note, b"Contents", (pdfium.FPDF_WCHAR * (len(text) // 2)).from_buffer_copy(text))
    pdfium.FPDFPage_CloseAnnot(note)
    out = io.BytesIO()
    document.save(out)
    assert read(out.getvalue(), "x.pdf").text == "Order 4711\nnot approved"


def test_encrypted_damaged_and_oversized_files_say_what_to_do() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", canPrint=0))
    canvas.drawString(60, 700, "Order")
    canvas.save()
    locked = read(out.getvalue(), "x.pdf")
    assert (locked.form, locked.problems[0].code) == ("unread", "encrypted")
    assert "open copy" in locked.problems[0].message
    whole = lines_pdf("Order 4711")
    for cut in (20, len(whole) // 3, len(whole) // 2):
        broken = read(whole[:cut], "x.pdf")
        assert (broken.form, broken.problems[0].code) == ("unread", "corrupt")
    many = read(lines_pdf("Order", pages=5), "x.pdf", Limits(pages=3))
    assert len(many.pages) == 3
    assert [p.code for p in many.problems] == ["page_limit"]


def test_a_pdf_without_anything_on_it_is_reported() -> None:
    assert [p.code for p in read(pdf(lambda canvas, number: None), "x.pdf").problems] == ["empty"]


def test_pages_to_be_shown_are_small_pictures() -> None:
    content = table_pdf()
    png = render_page(content, 1, 110)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) < 30_000
    from app.errors import Malformed, NotFound

    with pytest.raises(NotFound):
        render_page(content, 2)
    with pytest.raises(Malformed):
        render_page(b"%PDF-1.7 nothing", 1)
    with pytest.raises(Malformed):
        render_page(b"plain", 1)


def test_a_scan_inside_a_pdf_is_shown_as_its_boxes_say() -> None:
    picture = page_picture("Order number PO-4711", "Consulting\t900.00", quarters=2)
    content = scanned_pdf(picture)
    reading = read(content, "scan.pdf")
    page = reading.pages[0]
    assert page.is_scanned
    assert page.turned == 180
    assert "PO-4711" in reading.text
    assert_words_fit(reading)
    from PIL import Image

    shown = Image.open(io.BytesIO(render_page(content, 1, 72, page.turned))).convert("L")
    box = page.words[0].box
    assert shown.crop((int(box.x0), int(box.top), int(box.x1), int(box.bottom))).getextrema()[0] < 100


def hand_made(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + tail


def stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def test_the_data_of_a_dynamic_form_becomes_a_part() -> None:
    content = hand_made(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA [ (datasets) 6 0 R ] >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            stream(b"BT /F1 12 Tf 50 700 Td (Please wait) Tj ET"),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            stream(b"<datasets><data><form><number>PO-4711</number></form></data></datasets>"),
        ]
    )
    reading = read(content, "form.pdf")
    assert reading.text == "Please wait"
    assert reading.part("0").name == "form-data.xml"
    assert "PO-4711" in reading.part("0").text


def test_a_page_cut_from_a_larger_sheet_has_boxes_on_what_is_shown() -> None:
    content = hand_made(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 900] /CropBox [100 200 500 700] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            stream(b"BT /F1 20 Tf 150 600 Td (Order) Tj ET"),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )
    page = read(content, "x.pdf").pages[0]
    assert (page.width, page.height) == (400, 500)
    assert ink(page, render_page(content, 1, 144), 0)
