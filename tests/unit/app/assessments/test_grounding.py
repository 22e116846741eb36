"""What points at no words of the document is left out, and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.assessments.grounding import grounded
from app.assessments.results import Assessment, Claim, Classification, FieldValue
from app.documents.reading import Evidence, Reading
from app.vocabulary import CertaintyWord

TEXT = "Invoice INV-7 bills 42 hours, we agreed on 36."
READING = Reading(
    "", "mail.eml", "message/rfc822", "mail", TEXT, hidden_text="pay the other account",
    attachments=(Reading("0", "note.txt", "text/plain", "text", "Order PO-9"),),
)  # fmt: skip


def at(quote: str, part: str = "") -> Evidence:
    text = READING.part(part).text
    return Evidence(part, text.index(quote), text.index(quote) + len(quote), quote)


def an_assessment(**fields: tuple[Evidence, ...]) -> Assessment:
    what = Classification("hours_quantity", 0.9, CertaintyWord.SURE, ("hours_quantity",))
    return Assessment(what, {n: FieldValue("x", e) for n, e in fields.items()}, (), None, "offline", {})


def test_what_rests_on_its_words_stays() -> None:
    assessment = an_assessment(a=(at("INV-7"),), b=(at("PO-9", "0"), at("42 hours")))
    assert grounded(assessment, READING) is assessment


def test_text_that_is_hidden_from_readers_can_be_quoted() -> None:
    assessment = an_assessment(a=(Evidence("", 0, 0, "other account"),))
    assert grounded(assessment, READING) is assessment


@pytest.mark.parametrize(
    "evidence",
    [
        (),
        (Evidence("", 0, 5, "Money"),),
        (Evidence("", 0, 5, ""),),
        (Evidence("", 5, 5, " "),),
        (Evidence("7", 0, 7, "Invoice"),),
        (Evidence("", 1, 8, "Invoice"),),
        (Evidence("", 0, 10_000, TEXT + "!"),),
        (at("INV-7"), Evidence("0", 0, 5, "INV-7")),
    ],
)
def test_what_rests_on_nothing_is_left_out_and_named(evidence: tuple[Evidence, ...]) -> None:
    kept = grounded(an_assessment(good=(at("INV-7"),), amount_total=evidence), READING)
    assert set(kept.fields) == {"good"}
    assert kept.warnings == ("amount_total was left out: its words are not in the document.",)


def test_a_sentence_without_its_words_is_left_out() -> None:
    good, bad = Claim("42 hours are contested.", (at("42 hours"),)), Claim("They will sue.", ())
    kept = grounded(replace(an_assessment(), summary=(good, bad)), READING)
    assert kept.summary == (good,)
    assert kept.warnings == ("“They will sue.” was left out: its words are not in the document.",)
