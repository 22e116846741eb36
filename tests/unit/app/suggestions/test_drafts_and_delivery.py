"""An order number reaches the drafts it belongs on, and questions that the books do not answer reach delivery."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from app.assessments.findings import Match, RecordRef
from app.odoo.records import InvoiceKind, InvoiceState, Project
from app.suggestions import policy
from app.suggestions.proposal import Situation
from tests.books import an_invoice, an_order, the_books
from tests.unit.app.suggestions.test_actions import proposed, situation

NUMBER = "PO-77"


def a_draft(id: int, **changes: object) -> object:
    return an_invoice(id, "", state=InvoiceState.DRAFT, **changes)


def asked(reason: str, *invoices: object) -> Situation:
    return situation(reason, the_books(invoices=invoices), certain=("customer", "order"), po_number=NUMBER)


def written_on(s: Situation, kind: str) -> list[tuple[str, int]]:
    return [(p.change.model, p.change.record_id) for p in policy.propose(s) if p.kind == kind and p.change]


def test_the_number_goes_on_the_order_and_its_drafts() -> None:
    s = asked("po_reference", a_draft(101), a_draft(102, reference=an_order().name), an_invoice(103))
    assert written_on(s, "set_customer_reference") == [
        ("sale.order", an_order().id), ("account.move", 101), ("account.move", 102),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "S00999"}, {"reference": "PO-OF-ANOTHER-ORDER"}, {"company_id": 2}, {"customer_id": 11},
        {"kind": InvoiceKind.CREDIT_NOTE}, {"reference": NUMBER},
    ],
)  # fmt: skip
def test_other_drafts_are_left_alone(changes: dict[str, object]) -> None:
    assert ("account.move", 101) not in written_on(
        asked("po_reference", a_draft(101, **changes)), "set_customer_reference"
    )


def test_an_order_with_many_drafts_is_left_to_a_person() -> None:
    s = asked("po_reference", *(a_draft(100 + n) for n in range(6)))
    assert written_on(s, "set_customer_reference") == [("sale.order", an_order().id)]


def test_a_customer_who_misses_the_number_finds_it_on_the_next_invoice() -> None:
    s = asked("missing_reference", a_draft(101, narration="<p>Net 30 days</p>"))
    found = proposed(s)["update_invoice_narrative"]
    assert [(r.now, r.after) for r in found.shown] == [("Net 30 days", f"{NUMBER}\nNet 30 days")]
    assert found.change is not None
    assert found.change.expected == {"state": "draft", "narration": "<p>Net 30 days</p>"}
    assert "update_invoice_narrative" not in proposed(
        asked("missing_reference", a_draft(101, narration=f"Your {NUMBER}"))
    )


def test_delivery_is_asked_what_the_books_do_not_answer() -> None:
    s = situation("quality_acceptance", the_books())
    assert "create_ticket" not in proposed(s), "nobody knows the project"
    project = Project(60, "Yard", 1, 10, None, 5)
    match = Match("project", RecordRef("project.project", 60, "Yard"), Decimal("0.9"), True, ("time",), company_id=1)
    books = replace(s.books, matches=(*s.books.matches, match), books=replace(s.books.books, projects=(project,)))
    ticket = proposed(replace(s, books=books))["create_ticket"]
    assert ticket.change is not None
    assert (ticket.change.model, ticket.change.record_id) == ("project.project", 60)
    assert ticket.shown[0].after == "Was the deliverable accepted?"
