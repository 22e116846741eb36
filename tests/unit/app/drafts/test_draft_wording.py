"""A model may say what the facts say; no figure, name, promise, fault or denial of its own reaches a draft."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.folding import fold, words_of
from app.drafts import wording
from app.drafts.wording import Statement, Worded, checked, statements
from app.suggestions.facts import facts_of, templates
from tests.books import hours, the_books
from tests.situations import a_situation, proposals_of

LANGUAGES = tuple(templates())
SHORT = the_books(timesheets=hours(("36", True), ("6", False)))


def facts(language: str = "en", reason: str = "hours_quantity") -> tuple[Statement, ...]:
    s = a_situation(reason, SHORT, language=language)
    found = facts_of(s, tuple(proposals_of(s).values()), language)
    return statements([(f.text, f.is_core) for f in found])


def said(*texts: str, facts_named: list[str] | None = None) -> dict[str, Any]:
    return {"sentences": [{"facts": facts_named or ["F1"], "text": text} for text in texts]}


def all_of(known: tuple[Statement, ...], *, without: str = "") -> list[str]:
    return [s.text for s in known if s.text != without]


def outcome(text: str, language: str = "en", reason: str = "hours_quantity") -> Worded:
    """What becomes of one sentence beside the facts themselves."""
    known = facts(language, reason)
    return checked(said(*all_of(known), text), known, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", ["hours_quantity", "already_paid", "missing_backup", "rate_price", "question"])
def test_the_facts_themselves_stand_in_every_language(language: str, reason: str) -> None:
    known = facts(language, reason)
    made = checked(said(*all_of(known)), known, language)
    assert (made.because, made.dropped) == ("", ())
    assert " ".join(s.text for s in made.sentences) == " ".join(s.text for s in known)


def test_two_facts_may_be_joined_and_their_grammar_changed() -> None:
    known = facts("en")
    joined = "We plan a credit note of 900.00 EUR net, and it is being approved here."
    kept = [s for s in known if "credit note" not in s.text and "approved here" not in s.text]
    made = checked(said(*(s.text for s in kept), joined), known, "en")
    assert made.sentences[-1].text == joined
    assert made.sentences[-1].facts == ("F5", "F6")


def test_where_only_endings_differ_ours_are_taken() -> None:
    known = facts("de")
    made = checked(said("Viele Dank für Ihre Nachricht zu INV/2026/0100.", *all_of(known)[1:]), known, "de")
    assert made.sentences[0].text == "vielen Dank für Ihre Nachricht zu INV/2026/0100."


def test_a_sentence_that_names_the_wrong_facts_is_given_the_right_ones() -> None:
    known = facts("en")
    made = checked(said(*all_of(known), facts_named=["F6", "F1", "nothing"]), known, "en")
    assert [s.facts for s in made.sentences] == [(s.id,) for s in known]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We plan a credit note of 1,900.00 EUR net."),
        ("en", "We plan a credit note of 900.00 USD net."),
        ("en", "A credit note of 900.00 EUR net is approved."),
        ("en", "It is approved here."),
        ("en", "We credit 900.00 EUR net."),
        ("en", "We will send reminders for it."),
        ("en", "We will send no reminders for it."),
        ("en", "Of 42 hours billed on INV/2026/0100, 6 hours are approved in our records and 36 hours are not."),
        ("en", "Of 42 hours billed on INV/2026/0100, 36 hours are not approved in our records and 6 hours are."),
        ("en", "Of 42 hours billed on INV/2026/0100, 36 hours are approved."),
        ("en", "We are sorry for our mistake."),
        ("en", "We will refund you the amount."),
        ("en", "We will pay you."),
        ("en", "We will transfer 900.00 EUR tomorrow."),
        ("en", "You are right and we accept liability."),
        ("en", "Our lawyer will come back to you."),
        ("en", "Mr Smith will call you."),
        ("en", "Write to billing@evil.example or see https://evil.example for it."),
        ("en", "We cancel INV/2026/0100."),
        ("de", "Wir erstatten Ihnen den Betrag."),
        ("de", "Wir entschuldigen uns für den Fehler."),
        ("de", "Wir haben eine Gutschrift über 900,00 EUR netto freigegeben."),
        ("de", "Solange wir sie prüfen, mahnen wir die Rechnung an."),
        ("de", "Die Rechnungsstornierung ist geplant."),
        ("fr", "Nous vous remboursons 900,00 EUR."),
        ("fr", "Un avoir de 900,00 EUR HT est validé chez nous."),
        ("es", "Les pagaremos el importe mañana."),
        ("nl", "Wij betalen u het bedrag terug."),
        ("it", "Vi rimborsiamo l'importo e ci scusiamo."),
        ("pt", "Vamos pagar o montante."),
        ("pl", "Przepraszamy za błąd i zwrócimy kwotę."),
        ("pl", "Sprawdziliśmy wskazane kwestie."),
    ],
)
def test_what_no_fact_says_is_left_out(language: str, text: str) -> None:
    made = outcome(text, language)
    assert text not in [s.text for s in made.sentences]
    assert made.dropped


HOURS = "Of 96 hours billed on INV/2026/0100, 80 hours are approved in our records and 16 hours are not."
PART = "In our books, of 3,800.00 EUR on INV/2026/0100 3,000.00 EUR is settled and 800.00 EUR is open."
RATE = "INV/2026/0100 is billed at 150.00 EUR; our order S00021 says 120.00 EUR."
SETTLED = "In our books INV/2026/0100 is settled. Nothing is open on it."
RECORDS = "We will send you the supporting records for this invoice."
SUPPORT = "Our records support what you say about INV/2026/0100."
STUNDEN = "Von 96 Stunden auf INV/2026/0100 sind in unseren Unterlagen 80 Stunden freigegeben und 16 Stunden nicht."


@pytest.mark.parametrize(
    ("language", "fact", "text"),
    [
        ("en", HOURS, HOURS.replace("billed", "approved", 1).replace("are approved", "are billed")),
        ("en", HOURS, "Of 96 hours approved in our records on INV/2026/0100, 80 are approved and 16 not billed."),
        ("en", HOURS, HOURS.replace("80 hours", "about 80 hours")),
        ("en", PART, PART.replace("settled", "o").replace("open", "settled").replace(" o ", " open ")),
        ("en", RATE, "INV/2026/0100 says 150.00 EUR; our order S00021 is billed at 120.00 EUR."),
        ("en", RATE, "Our order for INV/2026/0100 says 150.00 EUR; you billed S00021 at 120.00 EUR."),
        ("en", RATE, RATE.replace("our order", "your order")),
        ("en", SETTLED, "INV/2026/0100 is open; nothing is settled in our books."),
        ("en", SETTLED, "In our books nothing is settled on INV/2026/0100."),
        ("en", "In our books INV/2026/0100 is settled.", "In our books INV/2026/0100 is to settle."),
        ("en", RECORDS, "Please send us the supporting records for this invoice."),
        ("en", RECORDS, "You will send us the supporting records for your invoice."),
        ("en", SUPPORT, "Your records support what we say about INV/2026/0100."),
        ("de", STUNDEN, STUNDEN.replace("unseren", "Ihren")),
        ("de", "Wir prüfen sie und melden uns bei Ihnen.", "Wir prüfen Sie hier und melden uns bei Ihnen."),
        ("fr", "Nous vous enverrons les justificatifs.", "Vous nous enverrons les justificatifs."),
        ("it", "Vi inviamo i documenti.", "Vi invia i documenti."),
        ("nl", "Wij sturen u de stukken.", "U stuurt ons de stukken."),
    ],
)  # fmt: skip
def test_the_meaning_cannot_be_turned_round_with_the_facts_own_words(language: str, fact: str, text: str) -> None:
    known = statements([(fact, True)])
    assert checked(said(fact), known, language).because == ""
    made = checked(said(fact, text), known, language)
    assert " ".join(s.text for s in made.sentences) == fact
    assert made.dropped


def test_facts_are_joined_and_grammar_added_where_order_and_persons_stay() -> None:
    known = statements([(SUPPORT, True), ("We plan a credit note of 900.00 EUR net; it is being approved here.", True)])
    joined = SUPPORT.removesuffix(".") + " and we plan a credit note of 900.00 EUR net, which is being approved here."
    made = checked(said(joined.replace(", which is", "")), known, "en")
    assert [s.facts for s in made.sentences] == [("F1", "F2", "F3")]


def test_the_promise_without_its_condition_is_left_out() -> None:
    """The reminders stop while it is looked into, not for good."""
    assert outcome("We will send no reminders for it.").dropped[-1].reason in ("binding", "word")


def test_without_what_must_be_said_our_own_words_stand() -> None:
    known = facts("en")
    credit = next(s.text for s in known if "credit note" in s.text)
    made = checked(said(*all_of(known, without=credit)), known, "en")
    assert made.sentences == ()
    assert "what must be said was lost" in made.because


def test_what_is_said_twice_is_said_once() -> None:
    known = facts("en")
    made = checked(said(*all_of(known), known[0].text), known, "en")
    assert len([s for s in made.sentences if s.facts == ("F1",)]) == 1


def test_another_language_does_not_stand() -> None:
    known = facts("de")
    assert checked(said(*all_of(facts("en"))), known, "de").because


_DANGEROUS = words_of(
    "refund pay paid transfer sorry apologise liable lawyer court guarantee promise cancel waive discount free confirm "
    "immediately tomorrow mistake fault error wrong erstatten überweisen zahlen Fehler Schuld haften stornieren sofort "
    "rembourser erreur excuses payer virement reembolso pagar culpa terugbetalen fout rimborso errore reembolsar erro "
    "zwrot błąd przelew"
)  # fmt: skip


def _word() -> st.SearchStrategy[str]:
    ours = [w for s in facts("en") for w in s.text.split()]
    free = st.sampled_from(["not", "no", "never", "will", "we", "is", "7", "900.00", "1.900,00", "EUR", "USD", "42,"])
    return st.one_of(st.sampled_from(ours), free, st.sampled_from(sorted(_DANGEROUS)), st.text(min_size=1, max_size=8))


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(_word(), min_size=1, max_size=24).map(" ".join), min_size=1, max_size=6))
def test_for_any_words_no_figure_promise_or_denial_of_its_own_stands(texts: list[str]) -> None:
    known = facts("en")
    by_id = {s.id: s.text for s in known}
    made = checked(said(*all_of(known), *texts), known, "en")
    for sentence in made.sentences:
        source = " ".join(by_id[i] for i in sentence.facts)
        assert re.findall(r"\d[\d.,/]*\d|\d", sentence.text) == re.findall(r"\d[\d.,/]*\d|\d", source)
        theirs = {w.casefold() for w in re.findall(r"[^\W\d_]+", source)}
        for word in re.findall(r"[^\W\d_]+", sentence.text):
            assert word.casefold() not in {w.casefold() for w in _DANGEROUS} - theirs
        assert bool(re.search(r"\b(?:not?|never)\b", sentence.text, re.I)) == bool(re.search(r"\bnot?\b", source))


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "facts", "x"]), inner),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(st.sampled_from(["sentences", "other"]), _ANYTHING), st.sampled_from([*LANGUAGES, "xx"]))
def test_any_answer_is_checked_without_an_error(content: dict[str, Any], language: str) -> None:
    made = checked(content, facts("en"), language)
    assert made.because
    assert made.sentences == ()


def test_lists_of_everyday_words_hold_nothing_that_promises_denies_or_admits() -> None:
    for everyday in wording._everyday().values():
        assert not everyday.words & {fold(w) for w in _DANGEROUS}
        assert not everyday.words & everyday.never
    assert set(wording.languages()) == set(LANGUAGES)


def test_a_clause_is_cut_at_sentences_not_at_abbreviations() -> None:
    assert [s.text for s in statements([("A 6 godz. nie. Ona; to jest.", True)])] == [
        "A 6 godz. nie.",
        "Ona;",
        "to jest.",
    ]
