"""Old and new text of a line as one running text, and the sentences in it that rest on entries."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.review.languages import speaking
from app.review.narrative_lines import draft_name, line_name, reworded

TEXTS = st.text(alphabet="ab \n", max_size=30)


def test_a_line_that_stays_is_neither_struck_nor_new() -> None:
    pieces = reworded("[MV-TM] Consulting hours\nYard planning", "Purchase order: 45\nYard planning\n6 Oct: 30 h")
    assert [(p.what, p.text) for p in pieces] == [
        ("removed", "[MV-TM] Consulting hours\n"), ("added", "Purchase order: 45\n"), ("kept", "Yard planning\n"),
        ("added", "6 Oct: 30 h"),
    ]  # fmt: skip


def test_a_line_that_is_changed_in_part_is_compared_by_words() -> None:
    pieces = reworded("Test of the nightly load: 16 h", "Test of the nightly load: 18 h")
    assert [p.text for p in pieces if p.what == "removed"] == ["16"]
    assert [p.text for p in pieces if p.what == "added"] == ["18"]


@given(TEXTS, TEXTS)
def test_what_is_kept_and_added_is_the_new_text(now: str, after: str) -> None:
    pieces = reworded(now, after)
    assert "".join(p.text for p in pieces if p.what != "removed") == after
    removed_or_kept = "".join(p.text for p in pieces if p.what != "added")
    assert [line for line in removed_or_kept.split("\n") if line] == [line for line in now.split("\n") if line]


def test_a_draft_is_called_by_its_order_and_day_in_the_readers_language() -> None:
    today = date(2026, 11, 22)
    assert draft_name("draft S00001 of 2026-10-31", today) == "draft S00001 of Sat 31 Oct"
    assert draft_name("draft S00001", today) == "draft S00001"
    assert draft_name("RE/2026/00004", today) == "RE/2026/00004"
    with speaking("de"):
        assert "31. Okt" in draft_name("draft S00001 of 2026-10-31", today)
    assert line_name("Yard planning (phase 2) (line 26)") == "Yard planning (phase 2)"
