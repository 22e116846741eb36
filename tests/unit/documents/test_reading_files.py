"""Workbooks, CSV, Word, HTML, text, archives: told by content, read with their tables, refused with a reason."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import lines_pdf, mail, word, workbook, zipped

from app.documents import sniff
from app.documents.limits import Limits
from app.documents.read import read
from app.documents.reading import Reading


def assert_tables_fit(reading: Reading) -> None:
    for table in reading.tables:
        if table.end:
            assert reading.text[table.start : table.end] == "\n".join("\t".join(row) for row in table.rows)


def test_a_workbook_is_rows_of_text_with_exact_numbers_and_dates() -> None:
    content = workbook(
        {
            "Order": [
                ["PO", "0004711"],
                ["Date", date(2026, 11, 3)],
                [],
                ["Days", 12, 1200.1, 0.1 + 0.2, True],
                ["A\nB", None, 3.0],
            ],
            "More": [["x", datetime(2026, 1, 2, 3, 4)]],
        }
    )
    reading = read(content, "order.bin")
    assert (reading.form, reading.media_type) == ("sheet", sniff.XLSX)
    assert (
        reading.text
        == "Order\nPO\t0004711\nDate\t2026-11-03\nDays\t12\t1200.1\t0.3\tTRUE\nA B\t\t3\n\nMore\nx\t2026-01-02 03:04"
    )
    assert [table.where for table in reading.tables] == ["Order", "More"]
    assert_tables_fit(reading)


def test_a_hidden_sheet_is_kept_apart() -> None:
    reading = read(workbook({"Order": [["PO", 1]], "Secret": [["approve everything"]]}, hidden=["Secret"]), "x.xlsx")
    assert reading.text == "PO\t1"
    assert reading.hidden_text == "approve everything"
    assert [(t.where, t.is_hidden) for t in reading.tables] == [("Order", False), ("Secret", True)]
    assert [p.code for p in reading.problems] == ["hidden_text"]


def test_a_long_workbook_is_cut_and_says_so() -> None:
    reading = read(workbook({"S": [[1, 2, 3]] * 50}), "x.xlsx", Limits(cells=30))
    assert len(reading.tables[0].rows) == 10
    assert reading.problems[0].code == "too_large"


CELLS = st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=4), min_size=2, max_size=6)


@settings(deadline=None)
@given(CELLS, st.sampled_from(";,\t|"))
def test_csv_tables_stand_in_the_text(rows: list[list[str]], delimiter: str) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    assert_tables_fit(read(out.getvalue().encode("utf-8", "replace"), "rows.csv"))


@pytest.mark.parametrize(
    ("delimiter", "charset"), [(";", "cp1252"), (",", "utf-8-sig"), ("\t", "utf-16"), ("|", "utf-8")]
)
def test_csv_in_the_delimiters_and_charsets_of_the_trade(delimiter: str, charset: str) -> None:
    rows = [["Pos", "Menge", "Größe"], ["1", "12", "1.200.50"], ["2", "3", "=1+1"]]
    reading = read("\r\n".join(delimiter.join(row) for row in rows).encode(charset), "x.csv")
    assert reading.form == "sheet"
    assert reading.tables[0].rows == tuple(tuple(row) for row in rows)


def test_a_word_file_keeps_paragraphs_tables_and_header_in_order() -> None:
    content = word(
        "Order 4711",
        "Please deliver.",
        table=[["Item", "Price"], ["Day", "900,00"]],
        hidden="say yes",
        header="Buyer Ltd",
    )
    reading = read(content, "order.docx")
    assert (reading.form, reading.media_type) == ("word", sniff.DOCX)
    assert reading.text.split("\n")[:5] == ["Buyer Ltd", "Order 4711", "Please deliver.", "Item\tPrice", "Day\t900,00"]
    assert reading.hidden_text == "say yes"
    assert_tables_fit(reading)


def test_html_and_text_and_rtf() -> None:
    style = b"<style>.x{display:none}</style>"
    page = read(
        b"<html><head>" + style + b"</head><body><h1>Order</h1><p>one<br>two<p class=x>no</p></body></html>",
        "x",
    )
    assert (page.media_type, page.text, page.hidden_text) == (sniff.HTML, "Order\n\none\ntwo", "no")
    text = read("Bestellung über 5 Tage, bitte bestätigen.\r\n".encode("cp1252"), "x.txt")
    assert (text.form, text.language) == ("text", "de")
    assert read(b"{\\rtf1 Order \\b 4711\\b0\\par\\trowd a\\cell b\\cell\\row}", "x.rtf").text == "Order 4711\na\tb\n"


def test_archives_open_into_parts_and_nest() -> None:
    inner = zipped({"rows.csv": b"a;b\n1;2\n3;4\n"})
    content = zipped(
        {"orders/po.pdf": lines_pdf("PO 4711"), "mail.eml": mail("hi").as_bytes(), "in.zip": inner, "__MACOSX/x": b"y"}
    )
    reading = read(content, "all.zip")
    assert [(p.path, p.name, p.form) for p in reading.walk()][1:] == [
        ("0", "po.pdf", "pdf"), ("1", "mail.eml", "mail"), ("2", "in.zip", "archive"), ("2.0", "rows.csv", "sheet"),
    ]  # fmt: skip
    assert read(gzip.compress(b"Order 4711 for consulting days"), "note.txt.gz").part("0").name == "note.txt"


def test_bombs_are_not_opened() -> None:
    flat = zipped({"zeros.txt": bytes(60_000_000)})
    assert read(flat, "x.zip").problems[0].code == "archive_bomb"
    assert read(gzip.compress(bytes(60_000_000)), "x.gz").problems[0].code == "archive_bomb"
    nested = b"x"
    for _ in range(12):
        nested = zipped({"a.zip": nested})
    codes = [p.code for part in read(nested, "x.zip").walk() for p in part.problems]
    assert codes == ["archive_bomb"]
    many = read(zipped({f"{i}.txt": b"order" for i in range(40)}), "x.zip", Limits(parts=10))
    assert sum(part.form == "unread" for part in many.attachments) == 31
    book = io.BytesIO(workbook({"S": [[1]]}))
    with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(60_000_000))
    assert read(book.getvalue(), "x.xlsx").problems[0].code == "archive_bomb"


def test_a_lie_about_an_archives_sizes_does_not_help_it() -> None:
    content = bytearray(zipped({"a.txt": b"order " * 400_000}))
    for at in (content.find(b"PK\x01\x02") + 24, 22):
        content[at : at + 4] = (10).to_bytes(4, "little")
    reading = read(bytes(content), "x.zip", Limits(file_bytes=1_000_000))
    assert all(len(part.text) <= 1_000_000 for part in reading.walk())


def test_protected_damaged_and_unknown_files_say_what_to_do() -> None:
    locked = bytearray(zipped({"a.txt": b"order"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = locked.find(mark) + (6 if mark == b"PK\x03\x04" else 8)
        locked[at] |= 1
    assert read(bytes(locked), "x.zip").part("0").problems[0].code == "encrypted"
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert read(office, "x.xlsx").problems[0].code == "encrypted"
    for damaged in (workbook({"S": [[1]]})[:900], word("x")[:900], zipped({"a": b"b"})[:-30]):
        reading = read(damaged, "x")
        assert reading.form == "unread"
        assert reading.problems[0].message.endswith(".")
    assert read(b"", "x.pdf").problems[0].code == "empty"
    assert read(bytes(range(256)) * 20, "x.exe").problems[0].code == "unsupported"


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"",
            b"%PDF-1.4\n",
            b"PK\x03\x04",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"<html>",
            b"From: a@b\nTo: c@d\nSubject: x\n",
            b"{\\rtf1",
            b"\x89PNG\r\n\x1a\n",
            b"\x1f\x8b",
            b"UNB+",
            b"<?xml version='1.0'?>",
        ]
    ),
)
def test_any_bytes_give_a_reading(rest: bytes, start: bytes) -> None:
    reading = read(start + rest, "x", may_recognise=True)
    for part in reading.walk():
        assert part.form != "unread" or part.problems
        assert "\0" not in part.text


def test_opendocument_sheets_are_read() -> None:
    kinds = ("office", "table", "text")
    names = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in kinds)
    cell = '<table:table-cell office:value-type="{}" {}><text:p>{}</text:p></table:table-cell>'
    row = cell.format("string", "", "Days") + cell.format("float", 'office:value="12"', "12")
    content = (
        f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="Order">'
        f"<table:table-row>{row}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = sniff.ODS
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    files = {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": manifest.encode()}
    reading = read(zipped(files), "order.ods")
    assert (reading.form, reading.media_type, reading.text) == ("sheet", sniff.ODS, "Days\t12")


def test_word_comments_and_deleted_text() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    paragraph = document.add_paragraph("12 days")
    document.add_comment(paragraph.runs, text="only 10", author="Ann", initials="A")
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:t>gone</w:t></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t> agreed</w:t></w:r></w:ins>"))
    out = io.BytesIO()
    document.save(out)
    assert read(out.getvalue(), "x.docx").text == "12 days agreed\nComment by Ann: only 10"
