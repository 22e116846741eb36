"""What Odoo changed or refused comes back to a person, who can always end the case."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases import again
from app.clock import now
from app.decisions import decide
from app.errors import Refused
from app.suggestions.models import Suggestion
from app.users.access import Caller
from app.writebacks.models import WriteBack
from tests.house import House


def contested(house: House) -> tuple[int, Suggestion]:
    """A contested invoice, and the step that keeps it out of reminders."""
    taken = house.take_in_sample("01-hours")
    house.work()
    return taken.case_id, house.suggestions(taken.case_id)["mark_disputed"]


def all_of(house: House, case_id: int, kind: str) -> list[tuple[str, int]]:
    """(state, version) of every version of a step, the oldest first."""
    with house.parts.database.transaction() as session:
        rows = session.execute(
            select(Suggestion)
            .where(Suggestion.case_id == case_id, Suggestion.kind == kind)
            .order_by(Suggestion.version, Suggestion.made_at)
        ).scalars()
        return [(s.state, s.version) for s in rows]


def reject(house: House, suggestion: Suggestion, by: Caller) -> None:
    with house.parts.database.transaction() as session:
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=house.parts.policy, at=now(),
            reason_code="already_handled",
        )  # fmt: skip


def write_of(house: House, suggestion_id: UUID) -> WriteBack:
    with house.parts.database.transaction() as session:
        return session.execute(select(WriteBack).where(WriteBack.suggestion_id == suggestion_id)).scalar_one()


def make_stale(house: House, suggestion: Suggestion, clara: Caller) -> None:
    """Somebody sets the mark in Odoo and takes it out: the write finds it changed, then it can be done again."""
    invoice = house.odoo.books.get("account.move", suggestion.target_id or 0)
    house.confirm(suggestion, clara)
    invoice["no_followup"] = True
    house.write()
    invoice["no_followup"] = False


def test_a_stale_step_is_shown_beside_its_successor_until_a_person_decides(house: House) -> None:
    case_id, mark = contested(house)
    clara = house.person("Clara", "reviewer")
    make_stale(house, mark, clara)
    assert house.case(case_id).state == "stale"
    assert write_of(house, mark.id).differs == [{"what": "no_followup", "seen": False, "now": True}]
    house.work()
    assert all_of(house, case_id, "mark_disputed") == [("stale", 1), ("open", 2)]
    assert house.case(case_id).state == "stale", "both values are shown until somebody decides"
    with house.parts.database.transaction() as session:
        fresh = session.execute(
            select(Suggestion).where(Suggestion.kind == "mark_disputed", Suggestion.state == "open")
        ).scalar_one()
    house.confirm(fresh, clara)
    house.write()
    assert all_of(house, case_id, "mark_disputed") == [("superseded", 1), ("written", 2)]
    assert house.case(case_id).state == "to_decide", "the other steps still wait"


def test_a_stale_step_that_is_not_proposed_again_can_be_put_aside(house: House) -> None:
    case_id, mark = contested(house)
    clara = house.person("Clara", "reviewer")
    house.confirm(mark, clara)
    house.odoo.books.get("account.move", mark.target_id or 0)["no_followup"] = True
    house.write()
    house.work()
    assert all_of(house, case_id, "mark_disputed") == [("stale", 1)]
    reject(house, mark, clara)
    assert all_of(house, case_id, "mark_disputed") == [("rejected", 1)]
    assert house.case(case_id).state == "to_decide"


def refuse(house: House, suggestion: Suggestion, clara: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object, **__: object) -> None:
        raise Refused("Odoo says: the period is locked. Ask accounting.")

    house.confirm(suggestion, clara)
    with monkeypatch.context() as patch:
        patch.setattr(house.parts.odoo, "apply", no)
        house.write()


def test_a_refused_step_shows_odoos_reason_and_can_be_put_aside(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id, mark = contested(house)
    clara = house.person("Clara", "reviewer")
    refuse(house, mark, clara, monkeypatch)
    case = house.case(case_id)
    assert (case.state, case.attention) == ("needs_attention", "Odoo says: the period is locked. Ask accounting.")
    reject(house, mark, clara)
    assert house.case(case_id).state in ("to_decide", "needs_attention")
    for suggestion in house.suggestions(case_id).values():
        if suggestion.state == "open":
            reject(house, suggestion, clara)
    assert house.case(case_id).state == "closed"


def test_a_refused_step_is_proposed_again_when_a_person_has_the_case_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, mark = contested(house)
    clara = house.person("Clara", "reviewer")
    refuse(house, mark, clara, monkeypatch)
    with house.parts.database.transaction() as session:
        again.assess_again(session, case_id, by=clara, at=now())
    house.work()
    case = house.case(case_id)
    assert (case.state, case.attention) == ("to_decide", "")
    fresh = house.suggestions(case_id)["mark_disputed"]
    assert (fresh.state, fresh.version) == ("open", 2)
    house.confirm(fresh, clara)
    house.write()
    assert house.suggestions(case_id)["mark_disputed"].state == "written"
    assert house.case(case_id).state == "to_decide"
