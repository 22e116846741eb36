"""How the judge settles what the readers say."""

from __future__ import annotations

from app.assessments.results import Vote
from app.vocabulary import CertaintyWord, Kind
from classifiers.triage import judge
from classifiers.triage.calibration import Calibration, choose
from classifiers.triage.evidence import ALL_REASONS
from classifiers.triage.weighing import Weighing

CALIBRATION = Calibration(1.0, 0.0, 0.9, 0.6, 0.9, 0.9)


def scores(**likely: float) -> dict[str, float]:
    rest = (1 - sum(likely.values())) / (len(ALL_REASONS) - len(likely))
    return {reason: likely.get(reason, rest) for reason in ALL_REASONS}


def settled(*votes: Vote, **likely: float):  # type: ignore[no-untyped-def]
    return judge.settle([*votes, Vote("linear", None, scores(**likely))], CALIBRATION)


def test_a_rule_decides() -> None:
    found = settled(Vote("rules", "new_po"), new_po=0.3, po_change=0.6)
    assert (found.reason, found.reading) == ("new_po", CertaintyWord.BY_RULE)


def test_a_rule_that_the_words_contradict_says_so() -> None:
    found = settled(Vote("rules", "new_po"), rate_price=0.98)
    assert found.prediction_set == ("new_po", "rate_price")
    assert "rate price" in found.unsure_because


def test_words_follow_confidence() -> None:
    assert settled(tax=0.97).reading is CertaintyWord.SURE
    assert settled(tax=0.7, legal_form=0.2).reading is CertaintyWord.LIKELY
    assert settled(tax=0.4, legal_form=0.35).reading is CertaintyWord.UNSURE


def test_an_uncertain_answer_names_what_else_it_could_be() -> None:
    found = settled(tax=0.5, legal_form=0.4)
    assert found.prediction_set[:2] == ("tax", "legal_form")
    assert "legal form" in found.unsure_because


def weighed(choice: str | None, weight: float = 2.0, **likely: float):  # type: ignore[no-untyped-def]
    weighing = Weighing(0.0, 0.0, weight, 0.0, 1.0, {"legal_form": 0.37, "tax": 0.37}, CALIBRATION)
    return judge.weigh(settled(**likely), Vote("llm", choice), weighing)


def test_a_model_is_asked_about_uncertain_cases_only_with_the_likeliest_reasons_in_the_vocabularys_order() -> None:
    assert judge.shortlist(settled(tax=0.97)) == ()
    assert judge.shortlist(settled(Vote("rules", "tax"), tax=0.3)) == ()
    found = judge.shortlist(settled(legal_form=0.3, tax=0.25, new_po=0.2, bounce=0.1, question=0.05))
    assert found == ("new_po", "tax", "legal_form", "question", "bounce")


def test_a_models_vote_counts_as_much_as_it_is_worth() -> None:
    assert weighed("legal_form", tax=0.45, legal_form=0.35).reason == "legal_form"
    assert weighed("legal_form", weight=0.1, tax=0.45, legal_form=0.35).reason == "tax"


def test_readers_that_disagree_are_both_named() -> None:
    found = weighed("legal_form", weight=0.1, tax=0.45, legal_form=0.35)
    assert found.unsure_because == "One reader says tax, another legal form."
    assert {"tax", "legal_form"} <= set(found.prediction_set)


def test_whether_anything_is_contested_moves_the_kind_and_a_choice_does_not() -> None:
    weighing = Weighing(1.0, 0.0, 9.0, 0.0, 1.0, dict.fromkeys(ALL_REASONS, 0.1), CALIBRATION)
    own = {"remittance": 0.6, "already_paid": 0.2}

    def reason(contested: float | None) -> str:
        return judge.weigh(settled(**own), Vote("llm", "already_paid", contested=contested), weighing).reason

    assert reason(0.95) == "already_paid"
    assert reason(0.05) == reason(None) == "remittance"


def test_readers_that_agree_make_a_case_surer() -> None:
    alone = settled(tax=0.7, legal_form=0.2)
    assert weighed("tax", tax=0.7, legal_form=0.2).confidence > alone.confidence


def test_a_models_vote_takes_no_case_out_of_sight() -> None:
    weighing = Weighing(9.0, 0.0, 9.0, 0.0, 1.0, dict.fromkeys(ALL_REASONS, 0.1), CALIBRATION)
    for own, choice, contested in (
        ("duplicate_invoice", "marketing", 0.01),
        ("payment_terms", "acknowledgement", 0.01),
        ("bank_details_change", "tax", 0.99),
        ("impersonation", "wrong_entity", 0.99),
    ):
        alone = settled(**{own: 0.7, choice: 0.2})
        found = judge.weigh(alone, Vote("llm", choice, contested=contested), weighing)
        assert (found.reason, found.confidence) == (own, alone.confidence)
        assert found.reading is CertaintyWord.UNSURE
        assert {own, choice} <= set(found.prediction_set)
        assert found.unsure_because == f"One reader says {own}, another {choice}.".replace("_", " ")
        assert [vote.reader for vote in found.votes] == ["linear", "llm"]


def test_a_models_vote_may_bring_a_case_into_sight() -> None:
    weighing = Weighing(9.0, 0.0, 9.0, 0.0, 1.0, dict.fromkeys(ALL_REASONS, 0.1), CALIBRATION)
    for own, choice, contested, kind in (
        ("acknowledgement", "tax", 0.99, Kind.DISPUTE),
        ("wrong_entity", "bank_details_change", 0.01, Kind.SECURITY_ALERT),
        ("bank_details_change", "impersonation", 0.5, Kind.SECURITY_ALERT),
    ):
        found = judge.weigh(settled(**{own: 0.7, choice: 0.2}), Vote("llm", choice, contested=contested), weighing)
        assert (found.reason, found.kind) == (choice, kind)


def test_a_certain_case_and_a_vote_for_nothing_change_the_record_only() -> None:
    sure = weighed("legal_form", tax=0.97)
    assert (sure.reason, sure.reading) == ("tax", CertaintyWord.SURE)
    unsaid = weighed(None, tax=0.5, legal_form=0.4)
    assert unsaid.prediction_set == settled(tax=0.5, legal_form=0.4).prediction_set
    assert [vote.reader for vote in unsaid.votes] == ["linear", "llm"]


def test_a_message_is_put_aside_only_when_that_is_safe() -> None:
    assert choose(scores(acknowledgement=0.55, credit_not_received=0.4)) == "credit_not_received"
    assert choose(scores(acknowledgement=0.9)) == "acknowledgement"


def test_the_kind_is_settled_before_the_reason() -> None:
    found = choose(scores(new_po=0.34, rate_price=0.33, discount_rebate=0.3))
    assert found == "rate_price"


def test_every_vote_is_kept() -> None:
    assert [vote.reader for vote in settled(Vote("rules", None), tax=0.9).votes] == ["rules", "linear"]
