"""No bytes make the parser fail, and no value ever stands elsewhere than its span says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from order_samples import ORDERS

from app.documents.structured import Structured, parse

_SAMPLES = st.sampled_from([text.encode() for text in ORDERS.values()])
_NOISE = st.sampled_from(
    [b"", b"<", b">", b"&", b"'", b"+", b":", b"?", b"*", b"~", b"\n", b"\0", b"\xff", b"9" * 60, b"]]>", b"<!--"]
)


def _check(found: Structured | None) -> None:
    for part in () if found is None else (found, *found.further):
        for told in (part.order, part.answer):
            for name, start, end in told.spans if told else ():
                assert 0 <= start < end <= len(part.text), name
        for line in part.order.lines if part.order else ():
            assert all(part.text[start:end].strip() for _, start, end in line.spans)


@settings(deadline=None)  # the first call loads the language model
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_left(content: bytes) -> None:
    _check(parse(content, "file"))


@given(
    st.sampled_from(
        [b"<?xml version='1.0'?>", b"UNA:+.? '", b"UNH+1+ORDERS:D:96A'", b"ISA*00*", b"ST*850*1~", b"STX=ANA:1+"]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_behind_a_beginning_we_know_are_read_or_left(start: bytes, content: bytes) -> None:
    _check(parse(start + content, "file"))


@settings(max_examples=200, deadline=None)
@given(_SAMPLES, st.floats(0, 1), st.floats(0, 0.2), _NOISE, st.booleans())
def test_a_damaged_order_is_read_as_far_as_it_goes(
    content: bytes, at: float, size: float, noise: bytes, cut: bool
) -> None:
    start = int(len(content) * at)
    end = len(content) if cut else start + int(len(content) * size)
    _check(parse(content[:start] + noise + content[end:], "file"))
