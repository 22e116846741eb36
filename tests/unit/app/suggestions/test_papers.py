"""Papers proposed with a reply: named with their source, ticked by a person, kept with what is confirmed."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.suggestions import papers
from tests.books import an_invoice, hours, the_books
from tests.situations import a_situation, proposals_of


def of(reason: str, **fields: object) -> dict[str, papers.Paper]:
    s = a_situation(reason, the_books(timesheets=hours(("36", True), ("6", False))), **fields)
    return {p.name: p for p in papers.of_json(proposals_of(s)["draft_reply"].within)}


def test_contested_hours_bring_the_invoice_and_the_approved_time_which_a_person_looks_at_first() -> None:
    found = of("hours_quantity")
    assert found["INV_2026_0100.pdf"].is_ticked
    time = found["Timesheets_INV_2026_0100.pdf"]
    assert (time.model, time.record_ids, time.is_ticked) == ("account.analytic.line", (700,), False)
    assert time.what == "36 h on 1 timesheet, 2026-09-01 to 2026-09-01"


def test_time_that_is_asked_for_is_ticked() -> None:
    assert of("missing_backup")["Timesheets_INV_2026_0100.pdf"].is_ticked


def test_a_contested_rate_brings_the_order() -> None:
    assert "S00001.pdf" in of("rate_price")


@pytest.mark.parametrize("reason", ["bank_details_change", "auto_reply", "new_po", "remittance"])
def test_nothing_is_attached_where_nothing_is_contested_or_asked_for(reason: str) -> None:
    s = a_situation(reason)
    reply = proposals_of(s).get("draft_reply")
    assert reply is None or not papers.of_json(reply.within)


def test_what_is_ticked_is_shown_and_part_of_what_is_confirmed() -> None:
    s = a_situation("hours_quantity", the_books(timesheets=hours(("36", True))))
    reply = proposals_of(s)["draft_reply"]
    rows = {row.what: row.after for row in reply.shown}
    assert rows["INV_2026_0100.pdf"].startswith("attached: ")
    assert rows["Timesheets_INV_2026_0100.pdf"].startswith("not attached: ")
    assert reply.command()["within"]["papers"]
    assert reply.change is not None
    assert set(reply.change.values) == {"subject", "body"}  # the operation in Odoo takes no more


def test_names_are_file_names() -> None:
    books = the_books(invoices=(an_invoice(name="RE/2026/../00 04\n"),))
    name = next(iter(papers.proposed(a_situation("already_paid", books)))).name
    assert not set(name) & set('/\\\n" ')


def test_only_proposed_papers_can_be_ticked() -> None:
    from app.decisions.amendment import _ticked

    s = a_situation("hours_quantity", the_books(timesheets=hours(("36", True))))
    reply = proposals_of(s)["draft_reply"]
    changed, rest = _ticked(reply, {"papers": "Timesheets_INV_2026_0100.pdf", "body": "x"})
    assert rest == {"body": "x"}
    assert [p.name for p in papers.of_json(changed.within) if p.is_ticked] == ["Timesheets_INV_2026_0100.pdf"]
    assert {r.what: r.after for r in changed.shown}["INV_2026_0100.pdf"].startswith("not attached")
    with pytest.raises(Refused, match="not among the papers"):
        _ticked(reply, {"papers": "salaries.pdf"})
