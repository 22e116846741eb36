"""A reply in a model's words, from the mail to the person who confirms it, in one house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from app.cases.models import CaseStep
from app.decisions.dossier import dossier
from app.llm.chat import ModelUnavailable
from app.suggestions.models import Suggestion
from tests.house import House
from tests.unit.workers.test_drafting import Answering, in_one
from workers import drafting


def no_answer(*_: object) -> Mapping[str, Any]:
    raise ModelUnavailable("away")


@pytest.fixture
def asked(house: House) -> Iterator[House]:
    """The house with a model set; what it answers is given to `word`."""
    set_now = {"countersign_llm_model": "small", "openai_base_url": "http://127.0.0.1:9/v1"}
    house.parts.settings = house.parts.settings.model_copy(update=set_now)
    yield house
    house.parts.__dict__.pop("asking", None)


def word(house: House, case_id: int, answer: Any) -> Suggestion:
    """Have the model word what waits, twice as a doubled message would; the reply as it is then."""
    house.parts.__dict__["asking"] = SimpleNamespace(asker=Answering(answer), close=lambda: None)
    drafting.draft(house.parts, case_id)
    drafting.draft(house.parts, case_id)
    return house.suggestions(case_id)["draft_reply"]


def waits(house: House, case_id: int) -> bool:
    with house.parts.database.transaction() as session:
        step = session.get(CaseStep, (case_id, drafting.STAGE))
        return step is not None and step.state == "waiting"


def contested(house: House) -> int:
    taken = house.take_in_sample("06-cap")
    house.work()
    return taken.case_id


def test_our_own_words_stand_at_once_and_the_models_follow_as_a_new_version(asked: House) -> None:
    case_id = contested(asked)
    ours = asked.suggestions(case_id)["draft_reply"]
    assert waits(asked, case_id)
    worded = word(asked, case_id, in_one)
    assert (worded.version, worded.supersedes_id) == (ours.version + 1, ours.id)
    assert "net, and it is being approved" in worded.command["odoo"]["values"]["body"]
    with asked.parts.database.transaction() as session:
        shown = dossier(session, case_id)
    assert shown.brief is not None
    assert shown.brief.lead.worded_by == "small (brief/v1)"
    assert any(e.action == "reply.worded" for e in shown.events)


def test_what_was_worded_stays_when_odoo_is_looked_at_again(asked: House) -> None:
    case_id = contested(asked)
    worded = word(asked, case_id, in_one)
    from app.cases import steps
    from app.clock import now

    with asked.parts.database.transaction() as session:
        steps.schedule(session, case_id, "reconcile", at=now())
    asked.work()
    assert asked.suggestions(case_id)["draft_reply"].id == worded.id
    assert not waits(asked, case_id)


def test_a_model_that_is_away_leaves_the_reply_as_it_is_and_the_trail_says_so(asked: House) -> None:
    case_id = contested(asked)
    ours = asked.suggestions(case_id)["draft_reply"]
    assert word(asked, case_id, no_answer).id == ours.id
    with asked.parts.database.transaction() as session:
        event = next(e for e in dossier(session, case_id).events if e.action == "reply.worded")
    assert "no answer" in event.content["because"]


def test_a_reply_that_a_person_confirmed_is_not_worded_any_more(asked: House) -> None:
    case_id = contested(asked)
    ours = asked.suggestions(case_id)["draft_reply"]
    asked.confirm(ours, asked.person("Clara", "reviewer"))
    assert word(asked, case_id, in_one).id == ours.id


def test_without_a_model_nothing_waits_for_one(house: House) -> None:
    assert not waits(house, contested(house))
