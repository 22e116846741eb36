"""Decisions taken in Odoo, writes handed to Odoo, and what Odoo reports of them: once, guarded, by whom it concerns."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit import checkpoints
from app.audit.models import AuditEvent
from app.cases.models import Case, CaseStep
from app.db import Database
from app.errors import Unavailable
from app.odoo.commands import Change, OperationKind, WriteCommand
from app.odoo.gateway import Receipt, WriteStatus
from app.suggestions.models import Suggestion
from app.suggestions.proposal import Proposal, Shown
from app.writebacks import deliver as writes
from app.writebacks.models import WriteBack
from tests.builders import a_credit, a_reference, a_suggestion
from tests.odoo_link import DATABASE, INVOICE, ORDER, OdooServer, a_matter, linked, odoo_server
from workers import writeback


class BooksOnce:
    """Odoo for the worker: applies each key once and answers "already" ever after, as the addon does."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self.commands: list[WriteCommand] = []
        self.away = False

    def apply(self, command: WriteCommand, *, key: str) -> Receipt:
        if self.away:
            raise Unavailable("Odoo does not answer.")
        self.commands.append(command)
        if key in self.applied:
            return Receipt(WriteStatus.ALREADY, {"model": "account.move", "id": 91, "name": "draft"})
        self.applied.append(key)
        return Receipt(WriteStatus.APPLIED, {"model": "account.move", "id": 91, "name": "draft"})


class WorkersParts:
    """What the worker needs of the house."""

    def __init__(self, database: Database, odoo: Any) -> None:
        from tests.web import settings

        self.database, self.odoo, self.settings = database, odoo, settings()


@pytest.fixture
def server(database: Database) -> OdooServer:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        linked(session, "Carla", 8, "controller")
    return odoo_server(database)


def proposed(database: Database, proposal: Proposal | None = None, **more: Any) -> Suggestion:
    with database.transaction() as session:
        return a_matter(session, proposal, **more)[1]


def only_write(database: Database) -> WriteBack:
    with database.transaction() as session:
        return session.execute(select(WriteBack)).scalar_one()


def state_of(database: Database, suggestion: Suggestion) -> tuple[str, str]:
    """(state of the suggestion, state of its case)."""
    with database.transaction() as session:
        return (
            session.get_one(Suggestion, suggestion.id).state, session.get_one(Case, suggestion.case_id).state,
        )  # fmt: skip


def events(database: Database, action: str) -> list[dict[str, Any]]:
    with database.transaction() as session:
        return list(session.execute(select(AuditEvent.content).where(AuditEvent.action == action)).scalars())


def the_lease_is_over(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("update write_backs set next_at = next_at - interval '2 minutes'"))


# -- handing over ---------------------------------------------------------------------------------------------------


def test_a_confirmation_hands_the_write_to_odoo_at_once(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    before = datetime.now(UTC)
    answer = server.decide(suggestion)
    assert answer.status_code == 200
    assert answer.json()["result"] == "confirmed"
    apply = answer.json()["apply"]
    assert set(apply) == {"key", "kind", "record", "values", "expected", "mandate", "attachments", "digest"}
    assert (apply["key"], apply["kind"]) == (f"countersign:{suggestion.id}", "draft_credit_note")
    assert apply["record"] == {"model": "account.move", "id": 76, "company_id": 1}
    assert apply["mandate"] == {
        "decided_by": "Ines (reviewer)", "rule": "CN-1", "case": str(suggestion.case_id),
        "link": f"http://testserver/cases/{suggestion.case_id}",
    }  # fmt: skip
    change = Change(
        OperationKind(apply["kind"]), 1, "account.move", 76, values=apply["values"], expected=apply["expected"]
    )
    assert apply["digest"] == change.digest()
    row = only_write(database)
    assert (row.state, row.handed_to, row.attempts) == ("leased", DATABASE, 1)
    assert before + timedelta(seconds=60) <= row.next_at <= datetime.now(UTC) + timedelta(seconds=60)
    assert state_of(database, suggestion) == ("confirmed", "writing")


def test_the_trail_says_that_it_was_decided_in_odoo(database: Database, server: OdooServer) -> None:
    server.decide(proposed(database))
    [decided], [handed] = events(database, "decision.confirm"), events(database, "write.handed_over")
    assert decided["via"] == handed["via"] == f"odoo:{DATABASE}:7"
    with database.transaction() as session:
        assert session.execute(
            select(AuditEvent.actor).where(AuditEvent.action == "decision.confirm")
        ).scalars().all() == ["ines@firm.example"]
    with database.snapshot() as session:
        assert checkpoints.verify(session, key=b"s" * 48).holds


def test_what_needs_another_person_is_handed_over_to_the_second(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database, a_credit("900.00"))
    first = server.decide(suggestion).json()
    assert (first["result"], first["apply"]) == ("waits", None)
    assert "controller" in first["says"]
    second = server.decide(suggestion, uid=8).json()
    assert second["result"] == "confirmed"
    assert second["apply"]["mandate"]["decided_by"] == "Ines (reviewer), Carla (controller)"


def test_attachments_go_along(database: Database, server: OdooServer) -> None:
    import base64

    from app.documents.models import Document
    from app.odoo.commands import Attachment

    content = b"%PDF the original"
    with database.transaction() as session:
        case, _ = a_matter(session, content=content)
        change = Change(
            OperationKind.ATTACH_EVIDENCE, 1, "account.move", 76, attachments=(Attachment("order.pdf", content),)
        )
        evidence = Proposal(
            kind="attach_evidence", target_name="INV", shown=(Shown("File", "", "order.pdf"),), because="It is theirs.",
            effect="Attaches it.", risk="operational", change=change,
        )  # fmt: skip
        suggestion = a_suggestion(session, case, evidence)
        assert session.execute(select(Document.content)).scalar_one() == content
    [attached] = server.decide(suggestion).json()["apply"]["attachments"]
    assert base64.b64decode(attached["content"]) == content


def test_what_is_too_large_for_the_answer_goes_out_through_the_worker(
    database: Database, server: OdooServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.writebacks.hand_over.LARGEST", -1)
    answer = server.decide(proposed(database)).json()
    assert (answer["result"], answer["apply"]) == ("confirmed", None)
    assert (only_write(database).state, only_write(database).handed_to) == ("waiting", None)


def test_what_happens_in_countersign_alone_is_queued_with_its_time_to_undo(
    database: Database, server: OdooServer
) -> None:
    closing = Proposal(
        kind="close_no_action", target_name="the case", shown=(Shown("Case", "open", "closed"),), because="Nothing.",
        effect="Closes it.", risk="advisory", within={"close": True},
    )  # fmt: skip
    with database.transaction() as session:
        case, _ = a_matter(session)
        suggestion = a_suggestion(session, case, closing)
    answer = server.decide(suggestion).json()
    assert (answer["result"], answer["apply"]) == ("confirmed", None)
    row = only_write(database)
    assert (row.state, row.attempts, row.handed_to) == ("waiting", 0, None)


def test_a_decision_repeated_by_odoo_gets_the_same_answer_and_no_second_decision(
    database: Database, server: OdooServer
) -> None:
    suggestion = proposed(database)
    first, again = server.decide(suggestion), server.decide(suggestion)
    assert first.json() == again.json()
    assert len(events(database, "decision.confirm")) == len(events(database, "write.handed_over")) == 1
    other = server.decide(suggestion, uid=8)
    assert other.status_code == 409
    assert "Ines" in other.json()["detail"]
    the_lease_is_over(database)
    assert server.decide(suggestion).status_code == 409


# -- receipts -------------------------------------------------------------------------------------------------------

RESULT = {"model": "account.move", "id": 91, "name": "RINV/2026/0001 (draft)", "before": {"state": None}}


@pytest.mark.parametrize("status", ["applied", "already"])
def test_a_receipt_settles_the_write(database: Database, server: OdooServer, status: str) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    answer = server.receipt(key, status, result=RESULT)
    assert answer.json() == {"says": "Written, and recorded in the case."}
    assert state_of(database, suggestion) == ("written", "done")
    row = only_write(database)
    assert (row.state, row.receipt) == ("written", {"status": status, **RESULT})
    [done] = events(database, "write.done")
    assert (done["receipt"]["id"], done["via"]) == (91, f"odoo:{DATABASE}")


def test_a_receipt_twice_settles_once(database: Database, server: OdooServer) -> None:
    key = server.decide(proposed(database)).json()["apply"]["key"]
    server.receipt(key, result=RESULT)
    for status in ("applied", "stale", "refused", "busy"):
        answer = server.receipt(key, status, message="late")
        assert answer.status_code == 200
        assert answer.json()["says"].startswith("This was settled before.")
    assert only_write(database).state == "written"
    assert len(events(database, "write.done")) == 1


def test_a_stale_receipt_sends_the_case_back_with_both_values(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    differences = [{"field": "state", "expected": "posted", "actual": "cancel"}]
    answer = server.receipt(key, "stale", differences=differences, message="The invoice changed.")
    assert "Odoo changed" in answer.json()["says"]
    assert state_of(database, suggestion) == ("stale", "stale")
    assert only_write(database).differs == [{"what": "state", "seen": "posted", "now": "cancel"}]
    with database.transaction() as session:
        assert session.get_one(CaseStep, (suggestion.case_id, "reconcile")).state == "waiting"
    [shown] = server.panel()["suggestions"]
    assert "State: seen posted, now cancel." in shown["warnings"]
    assert shown["may"] | {"confirm": False, "reject": True} == shown["may"]


def test_a_refusal_shows_the_case_to_a_person(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    server.receipt(key, "refused", message="You may not credit invoices.")
    assert state_of(database, suggestion) == ("refused", "needs_attention")
    [shown] = server.panel()["suggestions"]
    assert "You may not credit invoices." in " ".join(shown["warnings"])


def test_a_busy_record_is_left_to_the_worker(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    assert "edited" in server.receipt(key, "busy", message="Somebody edits it.").json()["says"]
    row = only_write(database)
    assert (row.state, row.last_error) == ("waiting", "Somebody edits it.")
    the_lease_is_over(database)
    books = BooksOnce()
    writeback.deliver(WorkersParts(database, books), row.id)
    assert books.applied == [key]
    assert state_of(database, suggestion) == ("written", "done")


def test_a_receipt_that_never_comes_leaves_the_write_to_the_worker(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    books, row = BooksOnce(), only_write(database)
    parts = WorkersParts(database, books)
    writeback.deliver(parts, row.id)
    assert books.commands == [], "not before the lease is over"
    the_lease_is_over(database)
    with database.transaction() as session:
        assert writes.due(session, at=datetime.now(UTC)) == [row.id]
    writeback.deliver(parts, row.id)
    writeback.deliver(parts, row.id)
    assert [c.arguments(key)["key"] for c in books.commands] == [key]
    assert state_of(database, suggestion) == ("written", "done")


@pytest.mark.parametrize("status", ["applied", "already", "stale", "refused", "busy"])
def test_a_receipt_after_the_worker_delivered_changes_nothing(
    database: Database, server: OdooServer, status: str
) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    the_lease_is_over(database)
    writeback.deliver(WorkersParts(database, BooksOnce()), only_write(database).id)
    held = only_write(database)
    assert server.receipt(key, status, result=RESULT, message="late").status_code == 200
    after = only_write(database)
    assert (after.state, after.receipt, after.written_at) == (held.state, held.receipt, held.written_at)
    assert state_of(database, suggestion) == ("written", "done")


def test_a_receipt_that_comes_while_the_worker_asks_counts_when_odoo_has_done_it(
    database: Database, server: OdooServer
) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    the_lease_is_over(database)

    class SlowBooks(BooksOnce):
        def apply(self, command: WriteCommand, *, key: str) -> Receipt:
            assert server.receipt(key, "applied", result=RESULT).status_code == 200
            return Receipt(WriteStatus.ALREADY, RESULT)

    writeback.deliver(WorkersParts(database, SlowBooks()), only_write(database).id)
    assert only_write(database).receipt == {"status": "applied", **RESULT}
    assert len(events(database, "write.done")) == 1
    assert state_of(database, suggestion) == ("written", "done")
    assert key == only_write(database).key


@pytest.mark.parametrize("status", ["stale", "refused", "busy"])
def test_a_late_no_does_not_undo_what_the_worker_is_doing(database: Database, server: OdooServer, status: str) -> None:
    suggestion = proposed(database)
    server.decide(suggestion)
    the_lease_is_over(database)

    class SlowBooks(BooksOnce):
        def apply(self, command: WriteCommand, *, key: str) -> Receipt:
            assert server.receipt(key, status, message="late").status_code == 200
            return Receipt(WriteStatus.APPLIED, RESULT)

    writeback.deliver(WorkersParts(database, SlowBooks()), only_write(database).id)
    assert state_of(database, suggestion) == ("written", "done")


def test_a_forged_receipt_is_refused(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    other = OdooServer(server.http, database="99999999-0000-4000-8000-000000000009")
    assert other.receipt(key).status_code == 404
    assert server.receipt("countersign:unknown").status_code == 404
    forged = OdooServer(server.http, secret="x" * 40)
    assert forged.receipt(key).status_code == 401
    assert only_write(database).state == "leased"


def test_a_write_of_our_own_inbox_takes_no_receipt(database: Database, server: OdooServer) -> None:
    from app.clock import now
    from app.writebacks import queue
    from tests.builders import a_person, the_policy

    with database.transaction() as session:
        _, suggestion = a_matter(session)
        queue.confirm(
            session, suggestion.id, content_hash=suggestion.content_hash, by=a_person(session), policy=the_policy(),
            at=now(), undo_seconds=5,
        )  # fmt: skip
    assert server.receipt(only_write(database).key, result=RESULT).status_code == 404
    assert only_write(database).state == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"key": "k"}, {"key": "k", "status": "done"}, {"key": "", "status": "applied"},
        {"key": "k", "status": "applied", "result": "yes"}, {"key": "k", "status": "stale", "differences": [{}]}, [],
    ],
)  # fmt: skip
def test_a_malformed_receipt_is_none(server: OdooServer, body: Any) -> None:
    assert server.call("receipts", body).status_code == 422


def test_a_result_beyond_measure_is_refused(database: Database, server: OdooServer) -> None:
    key = server.decide(proposed(database)).json()["apply"]["key"]
    assert server.receipt(key, result={"x": "y" * 60_000}).status_code == 422
    assert only_write(database).state == "leased"
    assert server.receipt(key, result={"name": "a\x00b"}).status_code == 422
    assert only_write(database).state == "leased"


# -- who decides, and on what ----------------------------------------------------------------------------------------


def test_a_user_without_a_link_decides_nothing_and_waits_for_one(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    for verdict in ("confirm", "reject", "edit"):
        answer = server.decide(suggestion, verdict, uid=55, reason="other", values={"amount": "1"})
        assert answer.status_code == 403
        assert "not linked" in answer.json()["detail"]
    assert state_of(database, suggestion)[0] == "open"


@pytest.mark.parametrize(
    "claims",
    [
        {"login": "ines@firm.example"}, {"name": "Ines"}, {"email": "ines@firm.example"}, {"user_id": "ines"},
        {"iss": "5b1c8f2e-0000-4000-8000-00000000000f", "uid": 7},
    ],
)  # fmt: skip
def test_nothing_that_a_user_can_call_themselves_makes_them_one_of_ours(
    database: Database, server: OdooServer, claims: dict[str, Any]
) -> None:
    answer = server.decide(proposed(database), claims={"uid": 55, **claims})
    assert answer.status_code == 403


def test_the_policy_holds_for_the_person(database: Database, server: OdooServer) -> None:
    with database.transaction() as session:
        linked(session, "Pia", 9, "project_manager")
    suggestion = proposed(database)
    answer = server.decide(suggestion, uid=9)
    assert answer.status_code == 403
    assert "CN-1" in answer.json()["detail"]


def test_a_closed_account_decides_nothing(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    with database.transaction() as session:
        session.execute(text("update users set is_active = false where email = 'ines@firm.example'"))
    answer = server.decide(suggestion)
    assert (answer.status_code, "closed" in answer.json()["detail"]) == (403, True)


def test_a_rejection_is_recorded_with_its_reason(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    assert server.decide(suggestion, "reject").status_code == 403, "no reason"
    answer = server.decide(suggestion, "reject", reason="wrong_amount", note="4 hours")
    assert (answer.json()["result"], answer.json()["apply"]) == ("rejected", None)
    [rejected] = events(database, "decision.reject")
    assert (rejected["reason"], rejected["note"], rejected["via"]) == ("wrong_amount", "4 hours", f"odoo:{DATABASE}:7")
    assert state_of(database, suggestion) == ("rejected", "closed")


def test_an_edit_is_a_version_that_needs_another_person(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    answer = server.decide(suggestion, "edit", values={"amount": "150.00"})
    assert (answer.json()["result"], answer.json()["apply"]) == ("edited", None)
    [shown] = server.panel()["suggestions"]
    assert (shown["amount"], shown["id"] != str(suggestion.id)) == ("150.00", True)
    waits = server.decide(shown).json()
    assert (waits["result"], "another person" in waits["says"]) == ("waits", True)
    done = server.decide(shown, uid=8).json()
    assert done["apply"]["values"]["lines"] == [{"line_id": 5, "amount": "150"}]
    assert events(database, "suggestion.edited")[0]["via"] == f"odoo:{DATABASE}:7"
    assert server.decide(shown, "edit").status_code in (409, 422)


def test_an_edit_of_what_may_not_be_edited_is_refused(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    assert server.decide(suggestion, "edit", values={"partner_id": "7"}).status_code == 403
    assert server.decide(suggestion, "edit", values={"amount": "lots"}).status_code == 403
    assert server.decide(suggestion, "edit", values={}).status_code == 422


def test_another_version_than_the_one_seen_is_a_conflict(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    shown = {"id": str(suggestion.id), "content_hash": "0" * 64}
    assert server.decide(shown).status_code == 409


def test_a_suggestion_is_decided_on_its_own_record_only(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    for about, claims in ((ORDER, {}), (INVOICE, {"companies": [2]}), (("account.move", 77), {})):
        answer = server.decide(suggestion, about=about, claims=claims)
        assert answer.status_code == 404, answer.text
    wrong = server.decide(suggestion, claims={"model": "account.move", "res_id": 77})
    assert wrong.status_code == 403
    assert state_of(database, suggestion)[0] == "open"


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "maybe"}, {"content_hash": "0"}, {"suggestion_id": "7"}, {"sudo": True}, {"note": "x" * 2001},
        {"values": {"a": 1}}, {"reason": "dislike"}, {"res_id": -1},
    ],
)  # fmt: skip
def test_a_malformed_decision_is_none(database: Database, server: OdooServer, change: dict[str, Any]) -> None:
    suggestion = proposed(database)
    assert server.decide(suggestion, **{"verdict": "confirm", **change}).status_code in (403, 422)
    assert state_of(database, suggestion)[0] == "open"


def test_a_decided_suggestion_says_who_was_first(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database)
    server.decide(suggestion, "reject", reason="not_ours")
    answer = server.decide(suggestion, uid=8)
    assert (answer.status_code, "Ines" in answer.json()["detail"]) == (409, True)


# -- the database refuses on its own ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update write_backs set handed_to = 'another'",
        "update write_backs set handed_to = null",
        "update write_backs set state = 'written'",
        "update write_backs set content_hash = repeat('a', 64)",
        "delete from write_backs",
    ],
)
def test_a_handed_over_write_cannot_be_turned_aside(database: Database, server: OdooServer, statement: str) -> None:
    server.decide(proposed(database))
    with pytest.raises(DBAPIError), database.transaction() as session:
        session.execute(text(statement))


def test_a_written_write_stays_written(database: Database, server: OdooServer) -> None:
    key = server.decide(proposed(database)).json()["apply"]["key"]
    server.receipt(key, result=RESULT)
    for statement in ("set state = 'waiting'", "set receipt = '{}'", "set state = 'leased', handed_to = 'x'"):
        with pytest.raises(DBAPIError), database.transaction() as session:
            session.execute(text(f"update write_backs {statement}"))


def test_no_write_is_handed_over_without_its_decisions(database: Database, server: OdooServer) -> None:
    suggestion = proposed(database, a_reference())
    with pytest.raises(DBAPIError, match="no write without a decision"), database.transaction() as session:
        session.add(
            WriteBack(
                suggestion_id=suggestion.id, content_hash=suggestion.content_hash,
                key=f"countersign:{suggestion.id}", state="leased", attempts=1, next_at=datetime.now(UTC),
                queued_at=datetime.now(UTC), handed_to=DATABASE,
            )
        )  # fmt: skip
        session.flush()


def test_many_decisions_at_once_hand_over_one_write(database: Database, server: OdooServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    suggestion = proposed(database)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: server.decide(suggestion, uid=7 + n % 2), range(6)))
    told = [a.json()["apply"] for a in answers if a.status_code == 200]
    assert told
    assert all(json.dumps(t) == json.dumps(told[0]) for t in told)
    assert {a.status_code for a in answers} <= {200, 409}
    assert len(events(database, "decision.confirm")) == 1
    assert only_write(database).state == "leased"


def test_receipts_and_workers_at_once_settle_one_write(database: Database, server: OdooServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    the_lease_is_over(database)
    books, row = BooksOnce(), only_write(database)
    parts = WorkersParts(database, books)

    def act(n: int) -> int:
        if n % 2:
            writeback.deliver(parts, row.id)
            return 200
        return server.receipt(key, result=RESULT).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(act, range(12))) == {200}
    assert len(books.applied) <= 1
    assert len(events(database, "write.done")) == 1
    assert state_of(database, suggestion) == ("written", "done")
    with database.snapshot() as session:
        assert checkpoints.verify(session, key=b"s" * 48).holds


def test_the_case_page_tells_that_it_was_done_in_odoo(database: Database, server: OdooServer) -> None:
    from tests.web import browser

    suggestion = proposed(database)
    key = server.decide(suggestion).json()["apply"]["key"]
    server.receipt(key, result=RESULT)
    page = " ".join(browser(database).open(f"/cases/{suggestion.case_id}").split())
    assert "confirmed the credit note in Odoo." in page
    assert "Carried out by Odoo: the credit note." in page
