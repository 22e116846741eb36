"""The bounded processes: whatever a file does, the others are read and the reader goes on."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import misbehaving
import pytest
from paper import lines_pdf, page_picture, picture_bytes, scanned_pdf

from app.documents.children import Child, ChildDied
from app.documents.limits import DEFAULT
from app.documents.read import read
from app.documents.sandbox import Reader
from app.errors import Malformed


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(workers=2) as one:
        yield one


def test_a_reading_from_a_process_is_the_same_as_one_made_here(reader: Reader) -> None:
    content = lines_pdf("Order 4711", "12 days")
    assert reader.read(content, "order.pdf") == read(content, "order.pdf")
    assert reader.read(b"\x00" * 50, "x.bin").problems[0].code == "unsupported"


def test_a_scan_is_read_in_a_process_that_can(reader: Reader) -> None:
    reading = reader.read(scanned_pdf(page_picture("Purchase order 4711")), "scan.pdf")
    assert reading.text == "Purchase order 4711"
    assert reading.pages[0].is_scanned


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("crash", "crash"),
        ("leave", "crash"),
        ("memory", "memory"),
        ("raise", "ValueError: no good"),
    ],
)
def test_misfortune_of_one_file_is_told_and_the_others_are_read(reader: Reader, name: str, outcome: str) -> None:
    files = [("a", b"order one"), (name, b"order two"), ("b", b"order three")]
    found = {one.name: one for one in reader.read_each(files, misbehaving.by_name)}
    assert found["a"].value == "a done"
    assert found["b"].value == "b done"
    assert found[name].value is None
    assert outcome in found[name].error


def test_a_file_that_hangs_is_given_up() -> None:
    with Reader(workers=2, limits=replace(DEFAULT, text_seconds=10.0)) as impatient:
        files = [("a", b"order one"), ("hang", b"order two"), ("b", b"order three")]
        found = {one.name: one for one in impatient.read_each(files, misbehaving.by_name)}
    assert (found["a"].value, found["hang"].error, found["b"].value) == ("a done", "timeout", "b done")


def test_a_file_that_makes_its_reader_fail_is_unread_with_advice() -> None:
    rows = b"Order;12;days\n" * 400_000
    with Reader(limits=replace(DEFAULT, text_seconds=1.5, cells=10**9, text_chars=10**9)) as slow:
        late = slow.read(10 * rows, "rows.csv")
        assert (late.form, late.problems[0].code) == ("unread", "timeout")
        assert slow.read(b"Please confirm the order and the invoice.", "a.txt").text.startswith("Please")
    with Reader(limits=replace(DEFAULT, text_memory=120_000_000)) as small:
        full = small.read(rows, "rows.csv")
        assert (full.form, full.problems[0].code) == ("unread", "memory")
        assert small.read(b"Please confirm the order and the invoice.", "a.txt").text.startswith("Please")
    with Reader(limits=replace(DEFAULT, file_bytes=10)) as strict:
        assert strict.read(b"order one two three", "a.txt").problems[0].code == "too_large"


def test_files_stream_in_their_order_or_as_they_come(reader: Reader, tmp_path: Path) -> None:
    paths = []
    for i in range(30):
        paths.append(tmp_path / f"{i}.txt")
        paths[-1].write_text(f"order {i}")
    expected = [f"{i}.txt: order {i}" for i in range(30)]
    assert [one.value for one in reader.read_each(paths, misbehaving.name_and_text)] == expected
    loose = [one.value for one in reader.read_each(paths, misbehaving.name_and_text, in_order=False)]
    assert sorted(map(str, loose)) == sorted(expected)
    missing = next(reader.read_each([tmp_path / "none.txt"], misbehaving.name_and_text))
    assert "cannot be opened" in missing.error


def test_files_are_taken_no_faster_than_they_are_read(reader: Reader) -> None:
    taken = 0

    def endless() -> Iterator[tuple[str, bytes]]:
        nonlocal taken
        while True:
            taken += 1
            yield f"{taken}.txt", b"order"

    stream = reader.read_each(endless(), misbehaving.name_and_text)
    assert [next(stream).value for _ in range(3)] == ["1.txt: order", "2.txt: order", "3.txt: order"]
    stream.close()
    assert taken < 60


def test_an_unread_file_is_handed_on_too(reader: Reader) -> None:
    outcome = next(reader.read_each([("x.zip", b"PK\x03\x04 broken")], misbehaving.name_and_text))
    assert outcome.value == "x.zip: corrupt"


def test_what_a_file_prints_and_what_a_process_knows(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    assert next(reader.read_each([("print", b"order")], misbehaving.by_name)).value == "print done"
    monkeypatch.setenv("ODOO_API_KEY", "secret")
    with Reader() as fresh:
        known = next(fresh.read_each([("a", b"order")], misbehaving.secrets)).value
    assert known is not None
    assert "ODOO_API_KEY" not in known
    assert "ODOO_API_KEY" in os.environ


def test_a_captured_process_cannot_run_code_in_its_parent(reader: Reader) -> None:
    outcome = next(reader.read_each([("a", b"order")], misbehaving.surprise))
    assert outcome.value is None
    assert outcome.error


@pytest.mark.parametrize("answer", [pickle.dumps(misbehaving.Surprise()), b"", b"X{}", b"R{}", b"J{", b"N[1]"])
def test_an_answer_in_no_known_form_ends_the_process(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child(1_200_000_000)
    monkeypatch.setattr("multiprocessing.connection.Connection.recv_bytes", lambda *_: answer)
    with pytest.raises(ChildDied):
        child.call("app.documents.child:prepare", "json", seconds=30)


def test_an_interrupted_call_never_gives_its_answer_to_the_next_document() -> None:
    class Interrupted(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    child = Child(1_200_000_000)
    child.call("app.documents.child:prepare", "time", seconds=60)
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        bell = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGUSR1))
        bell.start()
        with pytest.raises(Interrupted):
            child.call("time:sleep", 20.0, seconds=60)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert child.call("os.path:basename", "a/second", seconds=60) == ("value", "second")
    child.stop()


def test_only_functions_that_another_process_can_import_are_taken(reader: Reader) -> None:
    with pytest.raises(ValueError, match="module-level"):
        next(reader.read_each([("a", b"order")], lambda reading: reading))


def test_pages_are_shown_through_the_processes(reader: Reader) -> None:
    assert reader.render_page(lines_pdf("Order"), 1)[:4] == b"\x89PNG"
    assert reader.render_page(picture_bytes(page_picture("Order")), 1, turned=90)[:4] == b"\x89PNG"
    with pytest.raises(Malformed):
        reader.render_page(lines_pdf("Order"), 7)
    with pytest.raises(Malformed):
        reader.render_page(b"text", 1)


def test_a_process_starts_quickly_and_works_again_after_a_rest(reader: Reader) -> None:
    with Reader() as fresh:
        started = time.monotonic()
        fresh.read(b"order", "a.txt")
        assert time.monotonic() - started < 30
        assert fresh.read(b"order", "a.txt").text == "order"
