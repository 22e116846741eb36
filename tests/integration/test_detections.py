"""What the detectors find becomes one case each, follows Odoo, and bows to what people decided."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from app.audit import checkpoints
from app.audit.models import AuditEvent
from app.cases.models import Case, CaseDocument, CaseStep
from app.db import Database
from app.decisions import closing, decide
from app.detectors import raising, telling
from app.detectors.discrepancy import Discrepancy
from app.detectors.models import Detection
from app.detectors.raising import Raised
from app.documents.models import Document
from app.suggestions.freeze import freeze
from app.suggestions.models import Suggestion
from tests.builders import NOW, a_case, a_person, a_reference, an_arrival, the_policy
from tests.discrepancies import a_discrepancy

LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(days=1)


def raised(
    database: Database, *found: Discrepancy, whole: bool = True, at: datetime = NOW, **limits: Iterable[object]
) -> Raised:
    with database.transaction() as session:
        return raising.raise_all(session, found, whole=whole, at=at, **limits)  # type: ignore[arg-type]


def the_case(database: Database, case_id: int) -> Case:
    with database.transaction() as session:
        return session.get_one(Case, case_id)


def a_step(database: Database, case_id: int, *, state: str = "to_decide") -> Suggestion:
    """The case as it stands once it was assessed: with something proposed."""
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.state = state
        return freeze(session, case_id, a_reference(), the_policy(), at=NOW)


def test_a_finding_opens_one_case_however_often_it_is_found(database: Database) -> None:
    first = raised(database, a_discrepancy())
    again = raised(database, a_discrepancy(), at=LATER)
    assert (len(first.new), again.counts()) == (1, {"new": 0, "changed": 0, "again": 0, "fixed": 0, "standing": 1})
    with database.transaction() as session:
        detection = session.execute(select(Detection)).scalar_one()
        assert (detection.first_seen_at, detection.last_seen_at) == (NOW, LATER)
        assert session.execute(select(func.count()).select_from(Document)).scalar_one() == 1
        case = session.get_one(Case, detection.case_id)
        assert (case.title[:11], case.customer_name) == ("S00031 Falk", "Falk & Söhne KG")
        assert case.here_because.startswith("Here because Countersign found it in Odoo, since 2026-09-30")
        step = session.execute(select(CaseStep)).scalar_one()
        assert (step.stage, step.state) == ("assess", "waiting")


def test_what_changed_is_told_in_a_further_document_of_the_same_case(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    a_step(database, case_id)
    assert raised(database, a_discrepancy(hours="12"), at=LATER).changed == (case_id,)
    with database.transaction() as session:
        documents = session.execute(select(CaseDocument).where(CaseDocument.case_id == case_id)).scalars().all()
        assert sorted(d.role for d in documents) == ["added", "opening"]
        current = session.get_one(Document, raising.document_of(session, case_id))
        assert telling.read(current.content).discrepancy.finding.quantity == 12
        step = session.get_one(CaseStep, (case_id, "assess"))
        assert step.state == "waiting"


@pytest.mark.parametrize("state", ["received", "to_decide", "needs_approval", "stale", "snoozed", "needs_attention"])
def test_what_is_not_found_any_more_closes_its_case_with_a_note(database: Database, state: str) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        case.attention = "Look." if state == "needs_attention" else ""
        case.state = state
    suggestion = a_step(database, case_id, state=state)
    assert raised(database, at=LATER).fixed == (case_id,)
    with database.transaction() as session:
        case = session.get_one(Case, case_id)
        assert (case.state, case.closed_at) == ("closed", LATER)
        assert session.get_one(Suggestion, suggestion.id).state == "superseded"
        moved = session.execute(
            select(AuditEvent).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq.desc()).limit(1)
        ).scalar_one()
        assert moved.content["why"].startswith("No longer found in Odoo by the rules in force (S00031")
        assert session.execute(select(Detection.state, Detection.fixed_at)).one() == ("fixed", LATER)
        open_steps = session.execute(select(CaseStep).where(CaseStep.state.in_(("waiting", "leased")))).all()
        assert not open_steps
    with database.snapshot() as session:
        assert checkpoints.verify(session, key=b"k" * 32).holds


def test_half_a_copy_proves_nothing_fixed(database: Database) -> None:
    raised(database, a_discrepancy())
    assert raised(database, whole=False).fixed == ()
    assert raised(database, companies=[2]).fixed == ()
    assert raised(database, rules=["rate_mismatch.order"]).fixed == ()
    assert raised(database, companies=[1, 2], rules=["unbilled_time.hours"]).fixed != ()


def test_what_is_found_again_after_it_was_fixed_opens_the_same_case(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    raised(database, at=LATER)
    assert raised(database, a_discrepancy(), at=MUCH_LATER).again == (case_id,)
    case = the_case(database, case_id)
    assert (case.state, case.closed_at) == ("received", None)
    with database.transaction() as session:
        assert session.execute(select(Detection.state, Detection.fixed_at)).one() == ("open", None)
        assert session.get_one(CaseStep, (case_id, "assess")).state == "waiting"


def test_a_persons_no_holds_while_the_same_is_found(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    suggestion = a_step(database, case_id)
    with database.transaction() as session:
        person = a_person(session)
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=person, policy=the_policy(), at=NOW,
            reason_code="other", note="Agreed with the customer.",
        )  # fmt: skip
    assert the_case(database, case_id).state == "closed"
    for found in ([a_discrepancy()], [], [a_discrepancy()]):  # standing, fixed, back: still the same matter
        raised(database, *found, at=LATER)
        assert the_case(database, case_id).state == "closed"
    assert raised(database, a_discrepancy(hours="14"), at=MUCH_LATER).changed == (case_id,)
    assert the_case(database, case_id).state == "received"


def test_a_case_closed_by_hand_stays_closed(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    with database.transaction() as session:
        session.get_one(Case, case_id).state = "to_decide"
        closing.close(session, case_id, by=a_person(session), note="A gift to the customer.", at=NOW)
    raised(database, a_discrepancy(), at=LATER)
    assert the_case(database, case_id).state == "closed"


def test_what_is_on_its_way_to_odoo_is_not_taken_back(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    suggestion = a_step(database, case_id)
    with database.transaction() as session:
        decide.confirm(
            session, suggestion.id, content_hash=suggestion.content_hash, by=a_person(session), policy=the_policy(),
            at=NOW,
        )  # fmt: skip
    raised(database, at=LATER)
    assert the_case(database, case_id).state == "writing"
    with database.transaction() as session:
        assert session.get_one(Suggestion, suggestion.id).state == "confirmed"
        session.get_one(Case, case_id).state = "to_decide"  # as when the confirmation is taken back
    raised(database, at=MUCH_LATER)
    assert the_case(database, case_id).state == "closed"


def test_two_runs_at_once_raise_nothing_twice(database: Database) -> None:
    found = [a_discrepancy(key=f"unbilled_time.hours:{n}") for n in range(8)]
    together, results = threading.Barrier(2), list[Raised]()

    def one_run() -> None:
        together.wait(60)
        results.append(raised(database, *found))

    threads = [threading.Thread(target=one_run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(len(r.new) for r in results) == [0, 8]
    with database.transaction() as session:
        assert session.execute(select(func.count()).select_from(Case)).scalar_one() == 8


def test_a_run_that_dies_leaves_nothing_half(database: Database) -> None:
    class PowerCut(Exception):
        pass

    def dying() -> Iterable[Discrepancy]:
        yield a_discrepancy()
        raise PowerCut

    with pytest.raises(PowerCut), database.transaction() as session:
        raising.raise_all(session, [a_discrepancy()], whole=True, at=NOW)
        raising.raise_all(session, dying(), whole=True, at=NOW)
    with database.transaction() as session:
        assert session.execute(select(func.count()).select_from(Case)).scalar_one() == 0
    assert len(raised(database, a_discrepancy()).new) == 1


def test_the_same_bytes_by_another_way_change_nothing_of_the_case(database: Database) -> None:
    case_id = raised(database, a_discrepancy()).new[0]
    with database.transaction() as session:
        document = session.get_one(Document, raising.document_of(session, case_id))
        from app.cases.intake import take_in

        taken = take_in(session, an_arrival(document.content, name="mailed.json", key="mailed"))
        assert (taken.case_id, taken.came_again) == (case_id, True)
        assert telling.is_a_detectors(session, document.id)


def test_long_keys_are_kept_apart(database: Database) -> None:
    keys = [f"unbilled_time.hours:{'9' * 300}{n}" for n in range(2)]
    found = [a_discrepancy(key=key) for key in keys]
    assert len(raised(database, *found).new) == 2
    assert len(raised(database, *found).standing) == 2
    with database.transaction() as session:
        assert set(raising.cases_of(session, keys)) == set(keys)


_KEYS = ("unbilled_time.hours:a", "unbilled_time.hours:b")


class Runs(RuleBasedStateMachine):
    """Any sequence of runs and decisions: one case per key, open exactly while somebody should look."""

    database: Database

    @initialize()
    def empty(self) -> None:
        self.round = 0
        self.model: dict[str, dict[str, object]] = {}
        self.prefix = f"{id(self)}-{Runs.runs}"
        Runs.runs += 1

    runs = 0

    @rule(found=st.dictionaries(st.sampled_from(_KEYS), st.sampled_from(["9.5", "12"])), whole=st.booleans())
    def a_run(self, found: dict[str, str], whole: bool) -> None:
        self.round += 1
        at = NOW + timedelta(minutes=self.round)
        discrepancies = [a_discrepancy(key=f"{self.prefix}:{key}", hours=hours) for key, hours in found.items()]
        raised(self.database, *discrepancies, whole=whole, at=at)
        for key, hours in found.items():
            known = self.model.setdefault(key, {"hours": hours, "open": True, "no": False, "fixed": False})
            changed = known["hours"] != hours
            if changed or (known["fixed"] and not known["no"]):
                known.update(open=True, no=False)
            known.update(hours=hours, fixed=False)
        if whole:
            for key in set(self.model) - set(found):
                self.model[key].update(open=False, fixed=True)

    @rule(key=st.sampled_from(_KEYS))
    def a_person_closes(self, key: str) -> None:
        if not self.model.get(key, {}).get("open"):
            return
        with self.database.transaction() as session:
            case_id = raising.cases_of(session, [f"{self.prefix}:{key}"])[f"{self.prefix}:{key}"]
            session.get_one(Case, case_id).state = "to_decide"  # assessed meanwhile
            person = a_person(session, f"p{self.prefix}{self.round}{key[-1]}")
            closing.close(session, case_id, by=person, note="Not ours.", at=NOW)
        self.model[key].update(open=False, no=True)
        self.round += 1

    @invariant()
    def each_key_has_one_case_in_the_right_state(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.transaction() as session:
            rows = {
                d.key.removeprefix(f"{self.prefix}:"): d
                for d in session.execute(
                    select(Detection).where(Detection.key.startswith(self.prefix, autoescape=True))
                ).scalars()
            }
            assert set(rows) == set(self.model)
            assert len({d.case_id for d in rows.values()}) == len(rows)
            for key, known in self.model.items():
                case = session.get_one(Case, rows[key].case_id)
                assert (case.state not in ("done", "closed")) == known["open"], (key, case.state, known)
                assert (rows[key].state == "fixed") == known["fixed"]


def test_any_sequence_of_runs_and_decisions_ends_in_the_right_states(database: Database) -> None:
    Runs.database = database
    run_state_machine_as_test(
        Runs, settings=settings(
            max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_a_detection_among_other_cases_leaves_them_alone(database: Database) -> None:
    with database.transaction() as session:
        other = a_case(session)
    raised(database, a_discrepancy())
    raised(database)
    assert the_case(database, other.id).state == "to_decide"


def test_two_things_under_one_key_are_one_case(database: Database) -> None:
    found = a_discrepancy()
    assert len(raised(database, found, replace(found, title="The same, told twice")).new) == 1


def test_many_taken_in_at_once_stand_as_if_taken_in_one_by_one(database: Database) -> None:
    """Rows of the way in: case, document, arrival, chain and step, apart from numbers and names."""
    from app.cases.intake import take_in, take_in_own
    from app.documents.models import Arrival

    made = [an_arrival(f"own {n}".encode(), name=f"{n}.json", key=f"own-{n}") for n in range(3)]
    with database.transaction() as session:
        one = take_in(session, an_arrival(b"own 9", name="9.json", key="own-9"))
        many = take_in_own(session, made)
    with database.transaction() as session:

        def rows(case_id: int, document_id: int) -> list[dict[str, object]]:
            found: list[dict[str, object]] = []
            for model, where in (
                (Case, Case.id == case_id), (CaseDocument, CaseDocument.case_id == case_id),
                (Document, Document.id == document_id), (Arrival, Arrival.document_id == document_id),
                (AuditEvent, AuditEvent.case_id == case_id), (CaseStep, CaseStep.case_id == case_id),
            ):  # fmt: skip
                row = session.execute(select(model).where(where)).scalar_one()
                unlike = {"id", "case_id", "document_id", "hash", "sha256", "content", "name", "title", "source_key"}
                found.append({c.key: getattr(row, c.key) for c in model.__table__.columns if c.key not in unlike})
            return found

        expected = rows(one.case_id, one.document_id)
        for taken in many:
            assert rows(taken.case_id, taken.document_id) == expected
    with database.snapshot() as session:
        assert checkpoints.verify(session, key=b"k" * 32).holds
