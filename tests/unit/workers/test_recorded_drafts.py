"""Drafts in the words of a real model (recorded, `make cassettes`): what stands, or our own words and the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest

from app.clock import now
from app.drafts.brief import brief_of
from app.drafts.reply import Letter
from app.drafts.wording import statements
from app.llm.asking import Asker
from app.narratives.drafting import draft
from app.narratives.profile import Profile
from app.narratives.wording import worded
from app.patterns.wording import own_words, word
from app.suggestions import policy
from tests.situations import a_situation
from tests.unit.app.narratives.invoices import invoice, line, worked
from tests.unit.workers.test_any_draft import FACTS, GUARD
from workers.drafting import in_words

LETTERS = {
    "en": (
        "We have checked your objection to invoice INV/2026/0100.",
        "Of the 42 hours that it bills, 36 hours are approved in our records.",
        "We plan a credit note of 900.00 EUR net; it is being approved here.",
        "The invoice stays open until then.",
    ),
    "de": (
        "Wir haben Ihren Einwand gegen die Rechnung INV/2026/0100 geprüft.",
        "Von den 42 Stunden, die sie abrechnet, sind bei uns 36 Stunden freigegeben.",
        "Wir planen eine Gutschrift über 900,00 EUR netto; sie wird bei uns noch genehmigt.",
        "Die Rechnung bleibt bis dahin offen.",
    ),
}


def figures(texts: Iterable[str]) -> set[str]:
    return set(re.findall(r"\d+", " ".join(texts)))


@pytest.mark.parametrize("language", list(LETTERS))
def test_a_reply(language: str, recorded_asker: Asker) -> None:
    ours = LETTERS[language]
    letter = Letter(UUID(int=7), "h", now(), language, statements([(text, True) for text in ours]))
    found = in_words(recorded_asker, letter, None, 7).letter
    assert found is not None
    if found.body is None:
        assert found.note["because"]
    else:
        assert figures([found.body]) == figures(ours)
        assert found.note["prompt"].startswith("reply/")


def test_the_opening_of_a_brief(recorded_asker: Asker) -> None:
    situation = a_situation("hours_quantity")
    known = brief_of(situation, policy.propose(situation))
    assert known is not None
    brief = replace(known, for_customer=(), for_us=(), open_points=())
    found = in_words(recorded_asker, None, brief, 7).lead
    assert found is not None
    assert found.worded_by or found.because
    assert figures(found.sentences) == figures(known.lead.own)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_text_of_a_draft_invoice(language: str, recorded_asker: Asker) -> None:
    ours = draft(
        invoice(
            line(
                worked(14, "wksp interface w/ warehouse team, minutes", "8"),
                worked(15, "load tests of release 2.4, 3 runs", "4", 8, task="Release"),
                worked(16, "fixed our own bug in the import", "1", 9, task="Release"),
            ),
            language=language,
        ),
        Profile(),
        GUARD,
    )
    found = worded(ours, GUARD, recorded_asker, names=["Anna Petersen"])
    assert figures(one.text for one in found.lines) <= figures(one.text for one in ours.lines)
    assert [one.hours for one in found.lines] == [one.hours for one in ours.lines]
    assert not any("bug" in one.text for one in found.lines)
    assert found.worded_by or found.notes


def test_a_report_on_patterns(recorded_asker: Asker) -> None:
    told = word(FACTS, recorded_asker)
    assert told.sentences == own_words(FACTS).sentences or told.prompt.startswith("pattern/")
    assert figures(told.sentences) <= figures(fact.text for fact in FACTS)
