"""Outside text as markup: nothing is lost, nothing becomes markup, every place has its id once."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from app.documents.reading import Box, Evidence
from app.review.highlights import Mark, Text, ids, lines_of_boxes, mark_id

TEXTS = st.text(alphabet="ab <>&\"'\n{}%é", max_size=60)


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    spans = draw(st.lists(st.tuples(st.integers(-2, 62), st.integers(-2, 62)), max_size=8))
    marks = [Mark(min(a, b), max(a, b), f"m{min(a, b)}-{max(a, b)}") for a, b in spans]
    return text, list({m.id: m for m in marks}.values())


class Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.fine = True
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.depth += 1
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1
        self.fine &= self.depth >= 0


@given(marked_texts())
def test_the_text_stays_as_it_was_and_only_marks_are_markup(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    made = str(Text(text, marks).html())
    nesting = Nesting()
    nesting.feed(made)
    assert nesting.fine
    assert nesting.depth == 0
    assert nesting.tags <= {"mark"}
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", made)) == text


@given(marked_texts(), st.integers(0, 60))
def test_cut_anywhere_each_place_has_its_id_once(case: tuple[str, list[Mark]], cut: int) -> None:
    text, marks = case
    source = Text(text, marks)
    made = str(source.html(0, min(cut, len(text)))) + str(source.html(min(cut, len(text))))
    found = re.findall(r'id="([^"]+)"', made)
    shown = [m.id for m in marks if max(0, m.start) < min(m.end, len(text))]
    assert sorted(found) == sorted(shown)


@given(marked_texts(), st.integers(0, 60), st.integers(0, 60))
def test_what_is_withheld_does_not_come_out(case: tuple[str, list[Mark]], a: int, b: int) -> None:
    text, marks = case
    start, end = min(a, b, len(text)), min(max(a, b), len(text))
    made = str(Text(text, marks, [(start, end)] if start < end else []).html())
    said = html.unescape(re.sub(r"<b class=\"withheld\">account withheld</b>|</?mark[^>]*>", "", made))
    assert said == text[:start] + text[end:]


def test_overlapping_marks_are_both_lit() -> None:
    made = str(Text("abcdef", [Mark(0, 4, "one"), Mark(2, 6, "two")]).html())
    assert made == (
        '<mark class="evidence" id="one">ab<mark class="evidence" id="two">cd</mark></mark>'
        '<mark class="evidence">ef</mark>'
    )


def test_the_same_words_have_the_same_id_whoever_claims_them() -> None:
    one, other = Evidence("0.2", 3, 9, "words"), Evidence("0.2", 3, 9, "words", 1)
    assert mark_id(one) == mark_id(other) == "e-0_2-3-9"
    assert ids([one, other, Evidence("", 1, 2, "x")]) == "e-0_2-3-9 e-root-1-2"


def test_words_of_a_line_are_one_box_and_lines_are_not_joined() -> None:
    words = [Box(10, 10, 30, 20), Box(33, 10, 60, 20), Box(10, 30, 40, 40), Box(300, 30, 320, 40)]
    assert lines_of_boxes(words) == [Box(10, 10, 60, 20), Box(10, 30, 40, 40), Box(300, 30, 320, 40)]
