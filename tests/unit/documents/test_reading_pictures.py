"""Scans and photographs by OCR: turned, tilted, faint; logos and damaged files."""

from __future__ import annotations

import pytest
from paper import attach, mail, page_picture, picture_bytes, scanned_pdf

from app.documents.limits import Limits
from app.documents.part import NeedsRecognition
from app.documents.read import read

LINES = ("Purchase order PO-4711", "Description\tAmount", "Consulting days\t14.400,00", "Travel expenses\t350,50")


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_picture_is_read_whichever_side_is_up(quarters: int) -> None:
    reading = read(picture_bytes(page_picture(*LINES, quarters=quarters), dpi=(150, 150)), "scan.png")
    assert reading.form == "image"
    assert reading.text.split("\n") == list(LINES)
    page = reading.pages[0]
    assert page.turned == 90 * quarters
    assert page.width > page.height
    assert all(word.score is not None and word.score > 0.8 for word in page.words)


def test_a_tilted_scan_keeps_its_rows_and_is_straightened() -> None:
    reading = read(picture_bytes(page_picture(*LINES, tilt=2.0)), "scan.png")
    assert reading.text.split("\n") == list(LINES)
    page = reading.pages[0]
    assert abs(page.turned - 2.0) < 0.4
    row = [word for word in page.words if reading.text[word.start : word.end] in ("Consulting", "14.400,00")]
    assert abs(row[0].box.top - row[1].box.top) < 3


def test_a_faint_scan_is_said_to_be_poor_and_a_good_one_is_not() -> None:
    assert not read(picture_bytes(page_picture(*LINES)), "scan.png").problems
    faint = read(picture_bytes(page_picture(*LINES, grey=150)), "scan.png")
    assert [p.code for p in faint.problems] == ["low_quality_scan"]
    assert not faint.problems[0].is_fatal


def test_only_the_pages_that_are_scans_are_recognised() -> None:
    reading = read(scanned_pdf(page_picture(*LINES)), "scan.pdf", Limits(ocr_pages=0))
    assert [p.code for p in reading.problems] == ["page_limit"]
    assert read(scanned_pdf(page_picture(*LINES)), "scan.pdf").text.split("\n") == list(LINES)


def test_where_there_is_no_room_for_recognition_the_need_is_reported() -> None:
    with pytest.raises(NeedsRecognition):
        read(scanned_pdf(page_picture(*LINES)), "scan.pdf", may_recognise=False)


def test_a_logo_in_a_mail_is_not_read() -> None:
    logo = picture_bytes(page_picture("Logo", size=(180, 50)))
    reading = read(attach(mail("hello"), logo, "logo.png", "image/png").as_bytes(), "x.eml", may_recognise=False)
    assert reading.attachments[0].form == "image"
    assert reading.attachments[0].text == ""
    assert not reading.attachments[0].problems


def test_all_pages_of_a_fax_are_read() -> None:
    first, second = page_picture("First page of order"), page_picture("Second page of order")
    content = picture_bytes(first, "TIFF", save_all=True, append_images=[second])
    reading = read(content, "fax.tif")
    assert [page.number for page in reading.pages] == [1, 2]
    assert reading.text == "First page of order\n\nSecond page of order"


def test_a_blank_picture_says_that_nothing_could_be_read() -> None:
    reading = read(picture_bytes(page_picture()), "scan.png")
    assert [p.code for p in reading.problems] == ["low_quality_scan"]
    assert "Nothing could be read" in reading.problems[0].message


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_damaged_and_huge_pictures_are_refused(kind: str) -> None:
    whole = picture_bytes(page_picture("x", size=(400, 300)), kind)
    assert read(whole[:60], "scan").problems[0].code == "corrupt"
    assert read(whole, "scan", Limits(image_pixels=1000)).problems[0].code == "too_large"
