"""The panel's data: what concerns the record, what the person may do, and nothing of anybody else."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.assessments import keep
from app.assessments.findings import Books, Finding, Match, Reconciliation, RecordRef
from app.cases.models import Case
from app.db import Database
from app.decisions import decide
from app.mirror.models import OdooCustomer, OdooInvoice, OdooMilestone, OdooProject, OdooTask, OdooTimesheet
from app.money import Money
from app.suggestions.models import Suggestion
from tests.builders import NOW, a_case, a_credit, a_reference, a_suggestion, the_policy
from tests.odoo_link import INVOICE, ORDER, a_matter, linked, odoo_server
from tests.web import ORIGIN, a_read_case, a_reading, an_assessment, case_document


def test_the_panel_shows_the_suggestion_on_its_record(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        case, suggestion = a_matter(session)
    shown = odoo_server(database).panel()
    assert shown["person"] == {"can_decide": True, "why_not": ""}
    assert shown["inbox_url"] == f"{ORIGIN}/inbox"
    assert [(c["case_id"], c["state"], c["state_words"]) for c in shown["cases"]] == [
        (case.id, "to_decide", "To decide")
    ]
    [s] = shown["suggestions"]
    assert (s["id"], s["content_hash"]) == (str(suggestion.id), suggestion.content_hash)
    assert (s["amount"], s["currency"]) == ("300.00", "EUR")
    assert (s["title"], s["kind_words"]) == ("Draft a credit note of 300.00 EUR", "Draft a credit note")
    assert s["target"] == {"model": "account.move", "res_id": 76, "name": "INV/2026/00012"}
    assert s["shown"] == [{"what": "Hours", "now": "42.00", "after": "40.00"}]
    assert (s["rule"], s["rule_says"]) == ("CN-1", "A credit below 500.00 EUR needs one finance reviewer.")
    assert s["may"] == {"confirm": True, "edit": True, "reject": True, "why_not": ""}
    assert [v["name"] for v in s["editable"]] == ["quantity", "amount", "reason"]
    assert {r["code"] for r in s["reject_reasons"]} == set(decide.REJECT_REASONS)
    assert s["case_url"] == f"{ORIGIN}/cases/{case.id}"
    assert s["certainty"] == "Sure"


def test_another_record_shows_nothing_of_it(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session)
    server = odoo_server(database)
    for about in (("account.move", 77), ("sale.order", 76), ("project.task", 76)):
        shown = server.panel(about)
        assert (shown["suggestions"], shown["cases"]) == ([], [])


def test_companies_that_are_not_chosen_show_nothing(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session)
    server = odoo_server(database)
    for companies in ([2], []):
        shown = server.panel(companies=companies)
        assert (shown["suggestions"], shown["cases"]) == ([], [])


def test_a_contact_shows_its_companys_cases(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session)
        for id in (14, 15, 16):
            session.add(
                OdooCustomer(id=id, name=f"K{id}", customer_id=16 if id == 16 else 14, country="DE", vat_id="",
                             tags=[], write_date=NOW)
            )  # fmt: skip
    server = odoo_server(database)
    assert len(server.panel(("res.partner", 14))["suggestions"]) == 1
    assert len(server.panel(("res.partner", 15))["suggestions"]) == 1, "a person at the customer"
    assert server.panel(("res.partner", 16))["suggestions"] == []


def an_invoice_row(customer_id: int) -> OdooInvoice:
    return OdooInvoice(
        id=76, name="INV/2026/00012", kind="out_invoice", state="posted", payment_state="not_paid",
        customer_id=customer_id, customer_name="K", currency="EUR", net=Decimal(1), tax=Decimal(0), gross=Decimal(1),
        open_amount=Decimal(1), reference="", origin="", invoiced_on=None, due_on=None, fiscal_position_id=None,
        credits_invoice_id=None, created_at=NOW, company_id=1, write_date=NOW,
    )  # fmt: skip


def test_a_customer_who_names_anothers_invoice_does_not_appear_on_it(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session, content=b"theirs", customer_id=14)
        a_matter(session, content=b"a stranger's words", customer_id=99)
        session.add(an_invoice_row(14))
    shown = odoo_server(database).panel()
    assert [c["title"] for c in shown["cases"]] == ["Case theirs"]
    assert len(shown["suggestions"]) == 1


def matched(session: object, case: Case, matches: tuple[Match, ...], findings: tuple[Finding, ...]) -> None:
    reading = a_reading()
    document_id = case_document(session, case)  # type: ignore[arg-type]
    keep.keep(session, case.id, document_id, an_assessment(reading), at=NOW)  # type: ignore[arg-type]
    keep.keep_reconciliation(session, case.id, Reconciliation(matches, findings, Books()))  # type: ignore[arg-type]


def test_what_rests_on_a_project_or_task_shows_there(database: Database) -> None:
    with database.transaction() as session:
        case, _ = a_matter(session, a_reference())
        records = (RecordRef("project.project", 5, "P"), RecordRef("project.task", 9, "T"))
        finding = Finding("unbilled", "9.5 h are not billed.", "us", Money(Decimal(1), "EUR"), records=records)
        matched(session, case, (), (finding,))
    server = odoo_server(database)
    for about in (("project.project", 5), ("project.task", 9)):
        [shown] = server.panel(about)["suggestions"]
        assert {"quote": "9.5 h are not billed.", "source": "Odoo: P, T"} in shown["evidence"]
    assert server.panel(("project.task", 5))["suggestions"] == []


def test_what_rests_on_hours_and_milestones_shows_on_their_project_and_task(database: Database) -> None:
    with database.transaction() as session:
        for n, (customer, record) in enumerate(
            [(14, ("account.analytic.line", 500)), (14, ("project.milestone", 600)), (14, ("project.task", 9)),
             (14, ("account.analytic.line", 501)), (99, ("account.analytic.line", 500))]
        ):  # fmt: skip
            case, _ = a_matter(session, a_reference(), content=f"{n}".encode(), customer_id=customer)
            matched(session, case, (), (Finding("unbilled", "9.5 h.", "us", records=(RecordRef(*record, "R"),)),))
        session.add(OdooProject(id=5, name="P", company_id=1, customer_id=14, order_line_id=None, manager_id=None,
                                write_date=NOW))  # fmt: skip
        session.add(OdooTask(id=9, name="T", company_id=1, project_id=5, order_line_id=None, write_date=NOW))
        session.add(OdooMilestone(id=600, name="M", project_id=5, order_line_id=None, is_reached=True, reached_on=None,
                                  deadline_on=None, share=Decimal(1), write_date=NOW))  # fmt: skip
        for id, project in ((500, 5), (501, 6)):
            session.add(
                OdooTimesheet(
                    id=id, worked_on=NOW.date(), hours=Decimal(9), description="", employee_id=None, employee="A",
                    project_id=project, task_id=9 if project == 5 else None, order_id=None, order_line_id=None,
                    invoice_id=None, billable="billable_time", is_approved=True, company_id=1, write_date=NOW,
                )
            )  # fmt: skip
    server = odoo_server(database)
    titles = {c["title"] for c in server.panel(("project.project", 5))["cases"]}
    assert titles == {"Case 0", "Case 1", "Case 2"}
    assert {c["title"] for c in server.panel(("project.task", 9))["cases"]} == {"Case 0", "Case 2"}


def test_an_uncertain_match_is_none(database: Database) -> None:
    with database.transaction() as session:
        for certain, content in ((True, b"certain"), (False, b"perhaps")):
            case, _ = a_matter(session, a_reference(), content=content)
            ref = RecordRef("account.move", 76, "INV/2026/00012")
            matched(session, case, (Match("invoice", ref, Decimal("0.6"), certain, ("named",)),), ())
    assert [c["title"] for c in odoo_server(database).panel()["cases"]] == ["Case certain"]


def test_evidence_is_quoted_with_its_source(database: Database) -> None:
    with database.transaction() as session:
        case = a_read_case(session)
        case.company_id = 1
        a_suggestion(session, case, a_credit())
    [s] = odoo_server(database).panel()["suggestions"]
    quotes = {e["quote"]: e["source"] for e in s["evidence"]}
    assert "Odoo: INV/2026/00012" in quotes.values()
    assert all(e["quote"] for e in s["evidence"])


def test_warnings_are_said(database: Database) -> None:
    with database.transaction() as session:
        case, suggestion = a_matter(session)
        case.flags = ["prompt_injection", "low_quality_scan"]
        case.unsure_because = "Two readings fit."
        suggestion.state = "stale"
    [s] = odoo_server(database).panel()["suggestions"]
    said = " ".join(s["warnings"])
    for words in ("changed in Odoo", "text aimed at software", "poor scan", "Two readings fit."):
        assert words in said


def test_two_cases_that_would_credit_the_same_say_so(database: Database) -> None:
    with database.transaction() as session:
        first, _ = a_matter(session, content=b"a mail")
        second, _ = a_matter(session, content=b"a rule")
    said = {s["case_id"]: s["warnings"] for s in odoo_server(database).panel()["suggestions"]}
    assert said == {
        one.id: [f"Case {other.id} proposes a credit for INV/2026/00012 too: decide on one of them."]
        for one, other in ((first, second), (second, first))
    }


def test_a_suspect_message_shows_no_bank_account(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        case, _ = a_matter(session, a_reference("DE44 5001 0517 5407 3249 31"))
        case.kind, case.summary = "security_alert", "Pay to DE44 5001 0517 5407 3249 31 from now on."
        case.title = "New account DE44500105175407324931"
    shown = odoo_server(database).panel(ORDER)
    assert "5407" not in str(shown)
    [s] = shown["suggestions"]
    assert "do not reply" in " ".join(s["warnings"])
    assert (s["may"]["edit"], s["editable"]) == (False, [])


def test_a_user_without_a_link_looks_and_is_told_why(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session)
    shown = odoo_server(database).panel()
    assert shown["person"]["can_decide"] is False
    [s] = shown["suggestions"]
    assert s["may"] == {"confirm": False, "edit": False, "reject": False, "why_not": shown["person"]["why_not"]}
    assert "not linked" in shown["person"]["why_not"]


def test_a_role_that_decides_nothing_looks(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Audra", 7, "auditor")
        a_matter(session)
    shown = odoo_server(database).panel()
    assert (shown["person"]["can_decide"], shown["suggestions"][0]["may"]["confirm"]) == (False, False)
    assert "auditor" in shown["person"]["why_not"]


def test_who_confirmed_waits_for_another(database: Database) -> None:
    with database.transaction() as session:
        linked(session, "Ines", 7)
        linked(session, "Carla", 8, "controller")
        a_matter(session, a_credit("900.00"))
    server = odoo_server(database)
    [s] = server.panel()["suggestions"]
    assert server.decide(s).json()["result"] == "waits"
    [mine] = server.panel()["suggestions"]
    assert (mine["approvals_required"], mine["approvals_given"]) == (2, ["Ines (reviewer)"])
    assert "must confirm" in mine["waiting_for"]
    assert (mine["may"]["confirm"], mine["may"]["why_not"]) == (
        False,
        "You confirmed this; it waits for another person.",
    )
    [theirs] = server.panel(uid=8)["suggestions"]
    assert theirs["may"]["confirm"] is True


def test_who_validated_delivery_may_not_confirm_the_credit(database: Database) -> None:
    with database.transaction() as session:
        pia = linked(session, "Pia", 7, "project_manager", "reviewer")
        case, _ = a_matter(session)
        decide.validate_delivery(session, case.id, by=pia, was_delivered=False, note="", at=NOW)
    [s] = odoo_server(database).panel()["suggestions"]
    assert (s["may"]["confirm"], s["may"]["reject"]) == (False, True)
    assert "delivered" in s["may"]["why_not"]


def test_ended_and_replaced_steps_are_not_shown(database: Database) -> None:
    with database.transaction() as session:
        ines = linked(session, "Ines", 7)
        _, old = a_matter(session)
        decide.amend(
            session, old.id, a_credit("200.00"), content_hash=old.content_hash, by=ines, policy=the_policy(), at=NOW
        )
        _, gone = a_matter(session, content=b"rejected")
        decide.reject(
            session, gone.id, content_hash=gone.content_hash, by=ines, policy=the_policy(), at=NOW,
            reason_code="not_ours",
        )  # fmt: skip
    assert [s["amount"] for s in odoo_server(database).panel()["suggestions"]] == ["200.00"]


def test_a_folded_case_is_not_shown(database: Database) -> None:
    with database.transaction() as session:
        first, _ = a_matter(session, content=b"first")
        second, _ = a_matter(session, content=b"second")
        second.merged_into = first.id
    assert [c["title"] for c in odoo_server(database).panel()["cases"]] == ["Case first"]


def test_a_written_case_stays_for_a_while(database: Database) -> None:
    with database.transaction() as session:
        case, suggestion = a_matter(session)
        case.state, case.closed_at = "done", datetime.now(UTC)
        suggestion.state = "written"
        old, other = a_matter(session, content=b"long ago")
        old.state, old.closed_at, other.state = "done", datetime(2026, 1, 1, tzinfo=UTC), "written"
    shown = odoo_server(database).panel()
    assert [(c["case_id"], c["state_words"]) for c in shown["cases"]] == [(case.id, "Decided and written")]
    assert shown["suggestions"] == []


def test_a_token_for_one_record_opens_no_other(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session)
    server = odoo_server(database)
    body = {"model": "account.move", "res_id": 76}
    assert server.call("panel", body, about=("account.move", 77)).status_code == 403
    assert server.call("panel", body).status_code == 403
    assert server.call("panel", {"model": "account.move", "res_id": 0}, about=INVOICE).status_code == 422


def test_a_case_of_no_company_follows_its_steps(database: Database) -> None:
    with database.transaction() as session:
        a_matter(session, company_id=None)
        bare = a_case(session, content=b"no steps")
        bare.customer_id = 14
    server = odoo_server(database)
    about = ("res.partner", 14)
    assert [c["title"] for c in server.panel(about)["cases"]] == ["Case a dispute"]
    assert server.panel(about, companies=[2])["cases"] == []


def test_the_panel_of_many_is_bounded(database: Database) -> None:
    with database.transaction() as session:
        for n in range(70):
            a_matter(session, content=f"case {n}".encode())
    shown = odoo_server(database).panel()
    assert 0 < len(shown["suggestions"]) <= 60
    with database.transaction() as session:
        assert session.query(Suggestion).count() == 70
