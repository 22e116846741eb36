"""What an operation wrote is taken back as it was, and only while nobody has touched it: for both Odoos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from app.errors import Refused
from app.odoo import queries
from app.odoo.commands import Attachment, Change, Json, OperationKind
from app.odoo.gateway import Receipt, Stale
from app.suggestions.figures import lines_guard
from tests.contract.asking import (
    DE,
    GB,
    apply,
    draft_of,
    invoice_named,
    lines_of,
    newest_note,
    order_named,
    undo,
    user_named,
)
from tests.contract.peers import Peer


class TakingBackContract:
    """A subclass supplies the `odoo` fixture."""

    def test_a_changed_quotation_gets_every_figure_back(self, odoo: Peer) -> None:
        before = order_named(odoo, "S00013")
        first, second = queries.sales_order_lines(odoo.gateway, [DE], order_ids=[before.id])
        product = next(p.id for p in queries.products(odoo.gateway, [DE]) if p.code == "MV-WS")
        lines: list[Json] = [
            {"line_id": first.id, "quantity": "70", "price_unit": "133.50", "name": "Analysis, two people"},
            {"product_id": product, "name": "Closing workshop", "quantity": "1", "price_unit": "900.00"},
        ]
        values: dict[str, Json] = {
            "reference": "HT-9", "note": "Two lines\nof terms", "valid_until": "2027-01-31", "lines": lines,
        }  # fmt: skip
        receipt = apply(odoo, _of_order(before.id, values))
        assert str(order_named(odoo, "S00013").net.amount) == receipt.result["net"]
        assert len(queries.sales_order_lines(odoo.gateway, [DE], order_ids=[before.id])) == 3
        undo(odoo, receipt, DE)
        assert order_named(odoo, "S00013") == before
        assert queries.sales_order_lines(odoo.gateway, [DE], order_ids=[before.id]) == [first, second]
        assert "Clara Engel" in newest_note(odoo, DE, "sale.order", before.id)

    def test_a_reworded_draft_gets_its_words_back(self, odoo: Peer) -> None:
        before = draft_of(odoo, "Hafenwerk Logistik AG")
        [line] = lines_of(odoo, before)
        values: dict[str, Json] = {"narration": "Thank you.", "lines": [{"line_id": line.id, "name": "October"}]}
        change = Change(OperationKind.UPDATE_INVOICE_NARRATIVE, DE, "account.move", before.id, values)
        receipt = apply(odoo, change)
        assert lines_of(odoo, before)[0].description == "October"
        undo(odoo, receipt, DE)
        assert draft_of(odoo, "Hafenwerk Logistik AG") == before
        assert lines_of(odoo, before) == [line]

    def test_of_a_draft_only_the_lines_that_are_named_are_compared(self, odoo: Peer) -> None:
        before = draft_of(odoo, "Hafenwerk Logistik AG")
        [line] = lines_of(odoo, before)
        reworded: dict[str, Json] = {"lines": [{"line_id": line.id, "name": "October"}]}
        seen = lines_guard([replace(line, description="Worded otherwise")])

        def change(guard: list[Json], values: dict[str, Json] = reworded) -> Change:
            kind = OperationKind.UPDATE_INVOICE_NARRATIVE
            return Change(kind, DE, "account.move", before.id, values, expected={"named_lines": guard})

        with pytest.raises(Stale) as caught:
            apply(odoo, change(seen))
        assert [d.field for d in caught.value.differences] == [f"lines.{line.id}.name"]
        receipt = apply(odoo, change(lines_guard([line])))
        assert lines_of(odoo, before)[0].description == "October"
        apply(odoo, change([], {"narration": "Thank you."}))
        undo(odoo, receipt, DE)
        assert lines_of(odoo, before) == [line]

    def test_a_quotation_that_somebody_changed_since_is_left_alone(self, odoo: Peer) -> None:
        before = order_named(odoo, "S00012")
        [line, *_] = queries.sales_order_lines(odoo.gateway, [GB], order_ids=[before.id])
        first = apply(odoo, _of_order(before.id, {"lines": [{"line_id": line.id, "price_unit": "101.00"}]}, GB))
        second = apply(odoo, _of_order(before.id, {"lines": [{"line_id": line.id, "price_unit": "102.00"}]}, GB))
        with pytest.raises(Stale) as caught:
            undo(odoo, first, GB)
        assert {d.field: (d.expected, d.actual) for d in caught.value.differences} == {
            f"lines.{line.id}.price_unit": ("101", "102")
        }
        asked = first.result["undo"]
        blind = Change(OperationKind.RESTORE_DRAFT, GB, "sale.order", before.id, asked["values"])
        with pytest.raises(Refused) as refused:
            apply(odoo, blind)
        assert refused.value.facts["reason"] == "touched"
        undo(odoo, second, GB)
        undo(odoo, first, GB)
        assert order_named(odoo, "S00012") == before

    def test_only_our_own_change_of_this_record_is_taken_back(self, odoo: Peer) -> None:
        order, other = order_named(odoo, "S00013"), order_named(odoo, "S00012")
        receipt = apply(odoo, _of_order(order.id, {"reference": "HT-7"}))
        key = receipt.result["undo"]["values"]["operation"]
        for company, model, record_id, named in (
            (GB, "sale.order", other.id, key),
            (DE, "sale.order", order.id, "nobody-did-this"),
            (DE, "account.move", draft_of(odoo, "Hafenwerk Logistik AG").id, key),
        ):
            with pytest.raises(Refused) as caught:
                apply(odoo, Change(OperationKind.RESTORE_DRAFT, company, model, record_id, {"operation": named}))
            assert caught.value.facts["reason"] == "not_ours"
        for kind in (OperationKind.REMOVE_EVIDENCE, OperationKind.CANCEL_APPROVAL):
            with pytest.raises(Refused) as caught:
                apply(odoo, Change(kind, DE, "sale.order", order.id, {"operation": key}))
            assert caught.value.facts["reason"] == "not_ours"
        customer = queries.customers(odoo.gateway, [DE], vat_id="NL812345605B01", only_entities=True)[0]
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(OperationKind.ARCHIVE_CREATED, DE, "res.partner", customer.id, {"operation": key}))
        assert caught.value.facts["reason"] == "not_ours"
        undo(odoo, receipt, DE)
        assert order_named(odoo, "S00013") == order

    def test_a_task_and_a_contact_are_archived(self, odoo: Peer) -> None:
        project = queries.projects(odoo.gateway, [DE])[0]
        values: dict[str, Json] = {"name": "Was this work ordered?", "description": "Case C-17"}
        task = apply(odoo, Change(OperationKind.CREATE_TICKET, DE, "project.project", project.id, values))
        assert "Was this work ordered?" in newest_note(odoo, DE, "project.project", project.id)
        undo(odoo, task, DE)
        assert _is_gone(odoo, task)
        customer = queries.customers(odoo.gateway, [DE], vat_id="NL812345605B01", only_entities=True)[0]
        added: dict[str, Json] = {
            "new_contact": True, "name": "Ria Vos", "email": f"ria.{uuid4().hex[:6]}@polder-instruments.example",
        }  # fmt: skip
        contact = apply(odoo, Change(OperationKind.UPDATE_BILLING_CONTACT, DE, "res.partner", customer.id, added))
        undo(odoo, contact, DE)
        assert _is_gone(odoo, contact)
        with pytest.raises(Stale):
            undo(odoo, contact, DE)

    def test_a_file_on_the_wrong_record_is_removed_and_the_note_stays(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "RE/2026/00006")
        paper = Attachment("letter.pdf", b"%PDF-1.7 \x00\xfe of somebody else " + uuid4().bytes)
        change = Change(
            OperationKind.ATTACH_EVIDENCE, DE, "account.move", invoice.id, {"body": "Paper of case 17"},
            attachments=(paper,),
        )  # fmt: skip
        receipt = apply(odoo, change)
        assert receipt.result["documents"] == []
        [file] = odoo.gateway.read("ir.attachment", receipt.result["attachment_ids"], ["checksum"], companies=[DE])
        assert file["checksum"] == hashlib.sha1(paper.content).hexdigest()
        undo(odoo, receipt, DE)
        notes = queries.notes(odoo.gateway, [DE], model="account.move", record_id=invoice.id)
        assert "letter.pdf" in notes[0].body
        assert "Paper of case 17" in notes[1].body
        assert notes[1].attachment_ids == ()
        with pytest.raises(Refused) as caught:
            undo(odoo, receipt, DE)
        assert caught.value.facts["reason"] == "touched"

    def test_an_approval_asked_by_activity_is_taken_back(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00006")
        values: dict[str, Json] = {"summary": "Extend the ceiling?", "user_id": user_named(odoo, "tom.ashworth")}
        receipt = apply(odoo, Change(OperationKind.REQUEST_APPROVAL, order.company_id, "sale.order", order.id, values))
        assert receipt.result["approval"] == {"model": "mail.activity", "ids": [receipt.result["activity_id"]]}
        undo(odoo, receipt, order.company_id)
        with pytest.raises(Refused) as caught:
            undo(odoo, receipt, order.company_id)
        assert caught.value.facts["reason"] == "activity"

    def test_the_order_number_and_the_mark_get_their_old_value_back(self, odoo: Peer) -> None:
        order, invoice = order_named(odoo, "S00004"), invoice_named(odoo, "RE/2026/00008")
        for change in (
            Change(OperationKind.SET_CUSTOMER_REFERENCE, DE, "sale.order", order.id, {"reference": "NEW-1"}),
            Change(OperationKind.MARK_DISPUTED, DE, "account.move", invoice.id, {"reason": "Contested"}),
        ):
            undo(odoo, apply(odoo, change), DE)
        assert (order_named(odoo, "S00004"), invoice_named(odoo, "RE/2026/00008")) == (order, invoice)


class TestSandboxTakesBack(TakingBackContract):
    @pytest.fixture
    def odoo(self, sandbox: Peer) -> Peer:
        return sandbox


@pytest.mark.odoo
@pytest.mark.timeout(1800)
class TestRealOdooTakesBack(TakingBackContract):
    @pytest.fixture
    def odoo(self, real_odoo: Peer) -> Iterator[Peer]:
        return real_odoo


def _of_order(order_id: int, values: dict[str, Json], company: int = DE) -> Change:
    return Change(OperationKind.UPDATE_DRAFT_ORDER, company, "sale.order", order_id, values)


def _is_gone(odoo: Peer, receipt: Receipt) -> bool:
    made = receipt.result
    found = odoo.gateway.search_read(made["model"], [["id", "=", made["id"]]], ["id"], companies=[DE])
    return found == []
