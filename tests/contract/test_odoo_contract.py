"""One contract, two Odoos: what holds for the sandbox holds for a real Odoo 19 with the addon.

The sandbox is fresh for each test; the real one is shared, so every test works on records of its own or takes back what
it did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.errors import Conflict, Misconfigured, NotFound, Refused
from app.money import Money
from app.odoo import queries
from app.odoo.commands import Attachment, Change, Json, OperationKind, WriteCommand
from app.odoo.gateway import Receipt, Stale, WriteStatus
from app.odoo.records import Invoice, InvoiceKind, InvoiceLine, InvoiceState, OrderState, PaymentState, SalesOrder
from tests.contract.asking import (
    BOTH,
    DE,
    GB,
    MANDATE,
    apply,
    draft_of,
    invoice_named,
    lines_of,
    new_key,
    order_named,
    seen_lines,
    undo,
    user_named,
)
from tests.contract.peers import Peer


class OdooContract:
    """A subclass supplies the `odoo` fixture."""

    # --- reading ----------------------------------------------------------------------------------

    def test_says_which_odoo_and_addon_it_is(self, odoo: Peer) -> None:
        version = odoo.gateway.version()
        assert (version.server, version.addon) == ("19.0", "19.0.1.0.0")

    def test_sees_the_two_companies_and_no_other(self, odoo: Peer) -> None:
        assert odoo.gateway.companies() == BOTH
        assert [(c.name, c.currency, c.country) for c in queries.companies(odoo.gateway)] == [
            ("Marlow Voss Beratung GmbH", "EUR", "DE"),
            ("Marlow Voss Advisory Ltd", "GBP", "GB"),
        ]

    def test_finds_customers_by_mail_domain_vat_id_and_name(self, odoo: Peer) -> None:
        by_domain = queries.customers(odoo.gateway, BOTH, domain="hafenwerk.example")
        assert [(c.name, c.is_company) for c in by_domain] == [("Hafenwerk Logistik AG", True), ("Silke Brandt", False)]
        assert by_domain[1].customer_id == by_domain[0].id
        assert [c.city for c in queries.customers(odoo.gateway, BOTH, vat_id="GB318774095", only_entities=True)] == [
            "Leeds"
        ]
        assert queries.customers(odoo.gateway, BOTH, name_like="POLDER")[0].name == "Polder Instruments B.V."
        assert queries.customers(odoo.gateway, BOTH, domain="hafenwerk_example") == []

    def test_reads_an_order_with_its_lines(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00013")
        assert order.state is OrderState.SENT
        assert order.is_quotation
        assert (order.net, order.currency) == (Money(Decimal("10300.00"), "EUR"), "EUR")
        lines = queries.sales_order_lines(odoo.gateway, [DE], order_ids=[order.id])
        assert [(ln.quantity, ln.unit_price.amount, ln.unit) for ln in lines] == [
            (Decimal(60), Decimal("140.00"), "Hours"),
            (Decimal(2), Decimal("950.00"), "Units"),
        ]

    def test_reads_billed_and_approved_hours_of_an_invoice(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "RE/2026/00004")
        assert (invoice.net, invoice.gross) == (Money(Decimal("6300.00"), "EUR"), Money(Decimal("7497.00"), "EUR"))
        assert (invoice.reference, invoice.origin) == ("4500781120", "S00001")
        [line] = lines_of(odoo, invoice)
        assert (line.quantity, line.unit_price.amount) == (Decimal(42), Decimal("150.00"))
        sheets = queries.timesheets(odoo.gateway, [DE], invoice_ids=[invoice.id])
        assert sum(t.hours for t in sheets) == 42
        assert sum(t.hours for t in sheets if t.is_approved) == 36

    def test_reads_payments_of_an_invoice(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "INV/2026/00006")
        [payment] = queries.payments(odoo.gateway, [GB], invoice_ids=[invoice.id])
        assert payment.amount == Money(Decimal("4500.00"), "GBP")
        assert payment.settled_on.isoformat() == "2026-10-30"
        assert payment.credit_note_id is None
        assert invoice.payment_state is PaymentState.PARTIAL
        assert invoice.open_amount == Money(Decimal("1500.00"), "GBP")

    def test_reads_milestones_projects_taxes_and_products(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00009")
        [line] = queries.sales_order_lines(odoo.gateway, [DE], order_ids=[order.id])
        milestones = queries.milestones(odoo.gateway, [DE], order_line_ids=[line.id])
        assert [(m.name, m.share, m.is_reached) for m in milestones] == [
            ("Design accepted", Decimal("0.3"), True),
            ("Build accepted", Decimal("0.4"), True),
            ("Go-live accepted", Decimal("0.3"), False),
        ]
        [project] = queries.projects(odoo.gateway, [DE], customer_id=order.customer_id)
        assert project.name == "S00009 Calibration data platform"
        wrong = lines_of(odoo, invoice_named(odoo, "RE/2026/00011"))[0]
        assert [t.rate for t in queries.taxes(odoo.gateway, [DE], ids=wrong.tax_ids)] == [Decimal("0.19")]
        assert "Consulting hours" in [p.name for p in queries.products(odoo.gateway, [DE])]

    def test_pages_through_long_lists_without_gap_or_repetition(self, odoo: Peer) -> None:
        with odoo.another_gateway(page=7) as gateway:
            paged = queries.timesheets(gateway, BOTH)
        assert [t.id for t in paged] == [t.id for t in queries.timesheets(odoo.gateway, BOTH)]
        assert len(paged) == odoo.gateway.search_count(
            "account.analytic.line", [["project_id", "!=", False]], companies=BOTH
        )

    @pytest.mark.parametrize(
        ("domain", "names"),
        [
            ([["state", "=", "sent"]], ["S00012", "S00013"]),
            (["|", ["name", "=", "S00001"], ["name", "=", "S00002"]], ["S00001", "S00002"]),
            ([["partner_id.vat", "=like", "GB31877409%"]], ["S00011"]),
            ([["partner_id", "ilike", "benaco"]], ["S00005"]),
            ([["order_line.product_id.default_code", "=", "MV-RT"]], ["S00011"]),
            ([["client_order_ref", "=", False], ["state", "=", "sent"]], ["S00012", "S00013"]),
            ([["amount_total", ">", 40000], ["currency_id.name", "=", "EUR"]], ["S00001"]),
            (["!", ["state", "!=", "sent"]], ["S00012", "S00013"]),
            ([["name", "not in", ["S00012"]], ["state", "in", ["sent"]]], ["S00013"]),
            ([["note", "ilike", "not to exceed"]], ["S00006"]),
        ],
    )
    def test_understands_domains(self, odoo: Peer, domain: list[Any], names: list[str]) -> None:
        rows = odoo.gateway.search_read("sale.order", domain, ["name"], companies=BOTH, order="name")
        assert [r["name"] for r in rows] == names

    def test_keeps_to_the_companies_named(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "INV/2026/00005")
        assert queries.invoices(odoo.gateway, [DE], ids=[invoice.id]) == []
        with pytest.raises(Refused):
            odoo.gateway.read("account.move", [invoice.id], ["name"], companies=[DE])
        with pytest.raises(Refused):
            odoo.gateway.search_read("account.move", [], ["name"], companies=[1])
        with pytest.raises(Misconfigured):
            odoo.gateway.search_read("account.move", [], ["name"], companies=[])

    # --- errors -----------------------------------------------------------------------------------

    def test_wrong_key_database_field_model_method_and_argument_are_settings_to_mend(self, odoo: Peer) -> None:
        with odoo.another_gateway(api_key="f" * 40) as gateway, pytest.raises(Misconfigured, match="API key"):
            gateway.companies()
        with odoo.another_gateway(database="nowhere") as gateway, pytest.raises(Misconfigured, match="nowhere"):
            gateway.companies()
        with pytest.raises(Misconfigured, match="no_such_field"):
            odoo.gateway.search_read("sale.order", [], ["no_such_field"], companies=[DE])
        with pytest.raises(Misconfigured):
            odoo.gateway.call("no.such.model", "search_count", domain=[])
        with pytest.raises(Misconfigured):
            odoo.gateway.call("sale.order", "no_such_method")
        with pytest.raises(Misconfigured):
            odoo.gateway.call("sale.order", "search_count", domain=[], nonsense=1)
        with pytest.raises(Misconfigured):
            odoo.gateway.call("sale.order", "search_count")

    def test_a_missing_record_is_not_found(self, odoo: Peer) -> None:
        with pytest.raises(NotFound):
            odoo.gateway.read("sale.order", [order_named(odoo, "S00001").id, 999_999], ["name"], companies=[DE])

    @pytest.mark.parametrize(
        ("verb", "changes", "content", "status", "kind"),
        [
            ("GET", {}, b"", 404, "json"),
            ("POST", {"Content-Type": "text/plain"}, b"{}", 415, "html"),
            ("POST", {}, b"{", 400, "json"),
            ("POST", {"Authorization": "bearer " + "f" * 40}, b"{}", 401, "json"),
            ("POST", {"X-Odoo-Database": "nowhere"}, b"{}", 404, "html"),
            ("POST", {}, b"[1]", 200, "json"),
        ],
    )
    def test_odd_requests_have_odoos_status_and_form(
        self, odoo: Peer, verb: str, changes: dict[str, str], content: bytes, status: int, kind: str
    ) -> None:
        headers = {"Authorization": f"bearer {odoo.key}", "X-Odoo-Database": odoo.database}
        headers |= {"Content-Type": "application/json"} | changes
        path = f"{odoo.url}/json/2/uom.uom/search_read"
        answer = httpx.request(verb, path, content=content, headers=headers, timeout=180)
        assert (answer.status_code, kind in answer.headers["content-type"]) == (status, True)

    def test_errors_carry_no_traceback_and_no_path(self, odoo: Peer) -> None:
        with pytest.raises(Refused) as caught:
            odoo.gateway.call("sale.order", "write", ids=[1], vals={"note": "x"})
        said = f"{caught.value} {caught.value.facts}"
        assert "Traceback" not in said
        assert ".py" not in said
        assert odoo.key not in said

    # --- what nobody may do -----------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("model", "method", "arguments"),
        [
            ("account.move", "write", {"vals": {"state": "posted"}}),
            ("account.move", "write", {"vals": {"ref": "x"}}),
            ("account.move", "action_post", {}),
            ("account.move", "button_draft", {}),
            ("account.move", "unlink", {}),
            ("account.move.line", "write", {"vals": {"price_unit": 1.0}}),
            ("account.tax", "write", {"vals": {"amount": 0.0}}),
            ("account.journal", "write", {"vals": {"name": "x"}}),
            ("sale.order", "write", {"vals": {"client_order_ref": "x"}}),
            ("sale.order", "action_confirm", {}),
            ("sale.order", "action_cancel", {}),
            ("res.partner", "write", {"vals": {"email": "x@evil.example"}}),
            ("res.users", "write", {"vals": {"group_ids": [[6, 0, []]]}}),
            ("account.payment", "create", {"vals_list": [{"amount": 1.0}]}),
            ("account.payment.register", "create", {"vals_list": [{}]}),
            ("account.move.reversal", "create", {"vals_list": [{}]}),
            ("res.partner.bank", "create", {"vals_list": [{"acc_number": "DE00", "partner_id": 1}]}),
            ("countersign.operation", "create", {"vals_list": [{"key": "x"}]}),
            ("account.analytic.line", "write", {"vals": {"x_approved": True}}),
        ],
    )
    def test_the_service_user_cannot_write_past_the_closed_list(
        self, odoo: Peer, model: str, method: str, arguments: dict[str, Any]
    ) -> None:
        draft = draft_of(odoo, "Brauhaus Sternecker KG")
        targets = {"account.move": draft.id, "sale.order": order_named(odoo, "S00012").id}
        if method == "button_draft":
            targets["account.move"] = invoice_named(odoo, "RE/2026/00009").id
        ids = {} if method == "create" else {"ids": [targets.get(model, 1)]}
        answer = odoo.raw(model, method, **ids, **arguments)
        assert answer.status_code == 403, answer.text[:300]
        assert answer.json()["name"] == "odoo.exceptions.AccessError"
        assert draft_of(odoo, "Brauhaus Sternecker KG") == draft

    # --- one write, once, as seen -------------------------------------------------------------------

    def test_a_change_is_made_once_and_a_repetition_answers_the_same(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00002")
        reference = f"BS-2026-{uuid4().hex[:6]}"
        change = _reference(order, reference, before="")
        key = new_key()
        first = apply(odoo, change, key)
        assert first.status is WriteStatus.APPLIED
        assert first.result["before"] == {"client_order_ref": None}
        assert order_named(odoo, "S00002").customer_reference == reference
        again = apply(odoo, change, key)
        assert again.status is WriteStatus.ALREADY
        assert again.result == first.result
        said = [
            n for n in queries.notes(odoo.gateway, [DE], model="sale.order", record_id=order.id) if reference in n.body
        ]
        assert len(said) == 1
        for part in ("Clara Engel", "credit notes under 1,000", "C-17", 'href="https://countersign.example/cases/17"'):
            assert part in said[0].body
        undo(odoo, first, DE)
        assert order_named(odoo, "S00002").customer_reference == ""

    def test_a_key_belongs_to_one_change(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00010")
        key = new_key()
        first = apply(odoo, _reference(order, "HT-1", before="HT-2026-0611"), key)
        with pytest.raises(Conflict) as caught:
            apply(odoo, _reference(order, "HT-2", before="HT-1"), key)
        assert not isinstance(caught.value, Stale)
        assert order_named(odoo, "S00010").customer_reference == "HT-1"
        undo(odoo, first, DE)

    def test_a_stale_record_is_not_written_and_both_values_are_told(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00003")
        expected = {"client_order_ref": "ARD-OLD", "state": "sale", "amount_total": "1.00"}
        change = Change(
            OperationKind.SET_CUSTOMER_REFERENCE, DE, "sale.order", order.id, {"reference": "NEW"}, expected
        )
        with pytest.raises(Stale) as caught:
            apply(odoo, change)
        assert {d.field: (d.expected, d.actual) for d in caught.value.differences} == {
            "client_order_ref": ("ARD-OLD", "ARD-26-0092"),
            "amount_total": ("1.00", "27000"),
        }
        assert order_named(odoo, "S00003") == order

    def test_a_changed_added_or_missing_line_is_stale(self, odoo: Peer) -> None:
        invoice = draft_of(odoo, "Wychwood Foods Ltd")
        [line] = lines_of(odoo, invoice)
        seen = seen_lines([line])
        wrong = [{**seen[0], "quantity": "11"}]
        fields = {}
        for lines in (wrong, [], [*seen, {**seen[0], "id": 999_999}]):
            change = _narrative(invoice, {"narration": "x"}, {"lines": lines})
            with pytest.raises(Stale) as caught:
                apply(odoo, change)
            fields |= {d.field: (d.expected, d.actual) for d in caught.value.differences}
        assert fields[f"lines.{line.id}.quantity"] == ("11", "12")
        assert fields[f"lines.{line.id}"] == (None, seen[0])
        assert fields["lines.999999"][1] is None

    def test_four_callers_with_one_key_make_one_change(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00004")
        change, key = _note(order, f"once only {uuid4().hex}"), new_key()

        def call(_: int) -> Receipt:
            with odoo.another_gateway(attempts=20, timeout=180) as gateway:
                return gateway.apply(WriteCommand(change, MANDATE), key=key)

        with ThreadPoolExecutor(4) as pool:
            receipts = list(pool.map(call, range(4)))
        assert sorted(r.status for r in receipts) == ["already", "already", "already", "applied"]
        notes = queries.notes(odoo.gateway, [DE], model="sale.order", record_id=order.id)
        assert sum(str(change.values["body"]) in n.body for n in notes) == 1

    def test_of_two_decisions_on_the_same_sight_only_one_is_written(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00005")

        def call(number: int) -> Receipt | Stale:
            change = _reference(order, f"RACE-{number}", before="OB-88-2026")
            with odoo.another_gateway(attempts=20, timeout=180) as gateway:
                try:
                    return gateway.apply(WriteCommand(change, MANDATE), key=new_key())
                except Stale as stale:
                    return stale

        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(call, range(3)))
        [won] = [o for o in outcomes if isinstance(o, Receipt)]
        assert sum(isinstance(o, Stale) for o in outcomes) == 2
        undo(odoo, won, DE)

    def test_only_what_was_confirmed_is_written(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00006")
        change = _reference(order, "WF-30912-B", before="WF-30912", company=GB)
        arguments = WriteCommand(change, MANDATE).arguments(new_key()) | {"values": {"reference": "SOMETHING ELSE"}}
        answer = odoo.raw("countersign.operation", "apply", **arguments)
        assert answer.status_code == 422
        assert answer.json()["context"] == {"reason": "digest"}
        assert order_named(odoo, "S00006") == order

    # --- the closed list ----------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            (OperationKind.SET_CUSTOMER_REFERENCE, {"reference": "X"}),
            (OperationKind.UPDATE_INVOICE_NARRATIVE, {"narration": "X"}),
            (OperationKind.DELETE_DRAFT_CREDIT_NOTE, {}),
        ],
    )
    def test_a_posted_invoice_is_never_changed(self, odoo: Peer, kind: OperationKind, values: dict[str, Json]) -> None:
        invoice = invoice_named(odoo, "RE/2026/00009")
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(kind, DE, "account.move", invoice.id, values))
        assert caught.value.facts["reason"] in ("invoice_not_draft", "not_draft")
        assert invoice_named(odoo, "RE/2026/00009") == invoice

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"values": {"reference": "X", "state": "posted"}}, "unknown_field"),
            ({"values": {"reference": 7}}, "values"),
            ({"expected": {"partner_bank_id": 1}}, "unknown_field"),
            ({"model": "res.users"}, "model"),
            ({"model": "account.tax"}, "model"),
        ],
    )
    def test_what_is_not_on_the_list_is_refused(self, odoo: Peer, change: dict[str, Any], reason: str) -> None:
        order = order_named(odoo, "S00001")
        given = {"model": "sale.order", "values": {"reference": "X"}, "expected": {}} | change
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(OperationKind.SET_CUSTOMER_REFERENCE, DE, record_id=order.id, **given))
        assert caught.value.facts["reason"] == reason
        assert order_named(odoo, "S00001") == order

    def test_unknown_operations_records_companies_and_mandates_are_refused(self, odoo: Peer) -> None:
        british = order_named(odoo, "S00006")
        for company, kind in ((DE, Refused), (1, Refused)):
            with pytest.raises(kind):
                apply(odoo, _reference(british, "X", before="WF-30912", company=company))
        missing = Change(OperationKind.POST_NOTE, DE, "sale.order", 999_999, {"body": "x"})
        with pytest.raises(NotFound):
            apply(odoo, missing)
        arguments = WriteCommand(_note(order_named(odoo, "S00001"), "x"), MANDATE).arguments(new_key())
        for wrong, reason in (
            ({"kind": "post_invoice"}, "unknown_kind"),
            ({"mandate": {"decided_by": "", "rule": ""}}, "mandate"),
            ({"mandate": {"decided_by": "A", "rule": "R", "link": "javascript:x"}}, "mandate"),
            ({"key": ""}, "key"),
        ):
            sent = {**arguments, **wrong}
            sent.pop("digest")
            answer = odoo.raw("countersign.operation", "apply", **sent)
            assert (answer.status_code, answer.json()["context"]) == (422, {"reason": reason})

    def test_text_from_outside_stays_text(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00001")
        body = "<script>alert(1)</script> & <b>bold</b>"
        apply(odoo, _note(order, body))
        newest = queries.notes(odoo.gateway, [DE], model="sale.order", record_id=order.id)[0]
        assert "<script" not in newest.body
        assert "&lt;script&gt;" in newest.body

    # --- each operation -----------------------------------------------------------------------------

    def test_a_draft_invoice_takes_the_customers_reference(self, odoo: Peer) -> None:
        invoice = draft_of(odoo, "Brauhaus Sternecker KG")
        expected = {"ref": invoice.reference, "state": "draft", "lines": seen_lines(lines_of(odoo, invoice))}
        change = Change(
            OperationKind.SET_CUSTOMER_REFERENCE, DE, "account.move", invoice.id, {"reference": "BS-1"}, expected
        )
        receipt = apply(odoo, change)
        after = draft_of(odoo, "Brauhaus Sternecker KG")
        assert (after.reference, after.state, after.gross) == ("BS-1", InvoiceState.DRAFT, invoice.gross)
        undo(odoo, receipt, DE)
        assert draft_of(odoo, "Brauhaus Sternecker KG").reference == invoice.reference

    def test_a_purchase_order_becomes_a_draft_quotation(self, odoo: Peer) -> None:
        customer = queries.customers(odoo.gateway, [GB], vat_id="GB318774138", only_entities=True)[0]
        products = {p.code: p.id for p in queries.products(odoo.gateway, [GB])}
        reference = f"NME-{uuid4().hex[:8]}"
        lines: list[Json] = [
            {"product_id": products["MV-TM"], "name": "Outage support", "quantity": "12.5", "price_unit": "125.00"},
            {"product_id": products["MV-WS"], "quantity": "2", "price_unit": "950.00"},
        ]
        values: dict[str, Json] = {
            "reference": reference,
            "currency": "GBP",
            "valid_until": "2026-12-31",
            "lines": lines,
        }
        paper = Attachment("order.pdf", b"%PDF-1.7 \x00\xff bytes")
        change = Change(
            OperationKind.CREATE_QUOTATION_FROM_PO,
            GB,
            "res.partner",
            customer.id,
            values,
            {"name": customer.name},
            (paper,),
        )
        receipt = apply(odoo, change)
        amounts = {k: receipt.result[k] for k in ("currency", "net", "tax", "gross")}
        assert amounts == {"currency": "GBP", "net": "3462.50", "tax": "692.50", "gross": "4155.00"}
        [order] = queries.sales_orders(odoo.gateway, [GB], reference=reference)
        assert (order.state, order.customer_id, order.name) == (OrderState.DRAFT, customer.id, receipt.result["name"])
        assert order.gross == Money(Decimal("4155.00"), "GBP")
        assert order.valid_until is not None
        assert order.valid_until.isoformat() == "2026-12-31"
        made = queries.sales_order_lines(odoo.gateway, [GB], order_ids=[order.id])
        assert [(ln.quantity, ln.unit_price.amount) for ln in made] == [
            (Decimal("12.5"), Decimal("125.00")),
            (Decimal(2), Decimal("950.00")),
        ]
        assert made[0].description == "Outage support"
        assert _files(odoo, "sale.order", order.id, GB) == [("order.pdf", hashlib.sha1(paper.content).hexdigest())]
        with pytest.raises(Refused) as caught:
            apply(odoo, change)
        assert caught.value.facts["reason"] == "reference_taken"
        undo(odoo, receipt, GB)
        assert queries.sales_orders(odoo.gateway, [GB], reference=reference) == []

    def test_a_quotation_can_be_changed_and_an_order_cannot(self, odoo: Peer) -> None:
        quotation = order_named(odoo, "S00013")
        first, second = queries.sales_order_lines(odoo.gateway, [DE], order_ids=[quotation.id])
        expected = {"state": "sent", "amount_total": "10300", "lines": seen_lines([first, second])}
        values: dict[str, Json] = {
            "reference": "HT-2026-0733",
            "lines": [{"line_id": first.id, "price_unit": "135.00"}],
        }
        change = Change(OperationKind.UPDATE_DRAFT_ORDER, DE, "sale.order", quotation.id, values, expected)
        receipt = apply(odoo, change)
        assert receipt.result["net"] == "10000.00"
        assert receipt.result["before"] == {
            "client_order_ref": None,
            "lines": [{"id": first.id, "price_unit": "140"}],
        }
        after = order_named(odoo, "S00013")
        assert (after.net.amount, after.customer_reference, after.state) == (
            Decimal("10000.00"),
            "HT-2026-0733",
            OrderState.SENT,
        )
        back: dict[str, Json] = {"reference": None, "lines": [{"line_id": first.id, "price_unit": "140.00"}]}
        apply(odoo, Change(OperationKind.UPDATE_DRAFT_ORDER, DE, "sale.order", quotation.id, back))
        assert order_named(odoo, "S00013") == quotation
        confirmed = order_named(odoo, "S00001")
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(OperationKind.UPDATE_DRAFT_ORDER, DE, "sale.order", confirmed.id, {"note": "x"}))
        assert caught.value.facts["reason"] == "order_not_draft"

    def test_a_draft_invoice_can_be_reworded(self, odoo: Peer) -> None:
        invoice = draft_of(odoo, "Hafenwerk Logistik AG")
        [line] = lines_of(odoo, invoice)
        values: dict[str, Json] = {
            "narration": "Signed timesheets enclosed.\nThank you.",
            "lines": [{"line_id": line.id, "name": "Yard planning, October"}],
        }
        apply(odoo, _narrative(invoice, values, {"state": "draft", "lines": seen_lines([line])}))
        after = draft_of(odoo, "Hafenwerk Logistik AG")
        assert "Signed timesheets enclosed." in after.narration
        assert (after.gross, after.state) == (invoice.gross, InvoiceState.DRAFT)
        assert lines_of(odoo, after)[0].description == "Yard planning, October"
        back: dict[str, Json] = {"narration": None, "lines": [{"line_id": line.id, "name": line.description}]}
        apply(odoo, _narrative(invoice, back, {}))

    @pytest.mark.parametrize(
        ("part", "net", "tax"),
        [
            ({"quantity": "6"}, "900.00", "171.00"),
            ({"quantity": "6", "price_unit": "12.50"}, "75.00", "14.25"),
            ({"amount": "333.33"}, "333.33", "63.33"),
        ],
    )
    def test_part_of_an_invoice_is_credited_as_a_draft(
        self, odoo: Peer, part: dict[str, Json], net: str, tax: str
    ) -> None:
        invoice = invoice_named(odoo, "RE/2026/00004")
        [line] = lines_of(odoo, invoice)
        values: dict[str, Json] = {"reason": "Hours not approved", "lines": [{"line_id": line.id, **part}]}
        receipt = apply(odoo, _credit(invoice, [line], values))
        amounts = (receipt.result["net"], receipt.result["tax"], receipt.result["currency"])
        assert amounts == (net, tax, "EUR")
        [credit] = queries.invoices(odoo.gateway, [DE], credits_invoice_ids=[invoice.id])
        assert (credit.id, credit.kind, credit.state) == (
            receipt.result["id"],
            InvoiceKind.CREDIT_NOTE,
            InvoiceState.DRAFT,
        )
        assert (str(credit.net.amount), str(credit.tax.amount), credit.name) == (net, tax, "")
        assert credit.customer_id == invoice.customer_id
        assert credit.reference == "Reversal of: RE/2026/00004, Hours not approved"
        assert lines_of(odoo, credit)[0].tax_ids == line.tax_ids
        assert invoice_named(odoo, "RE/2026/00004") == invoice
        undo(odoo, receipt, DE)
        assert queries.invoices(odoo.gateway, [DE], credits_invoice_ids=[invoice.id]) == []

    def test_a_whole_invoice_is_credited_as_a_draft_and_never_twice(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "RE/2026/00010")
        lines = lines_of(odoo, invoice)
        change = _credit(invoice, lines, {"reason": "Billed twice", "whole": True, "dated": "2026-11-12"})
        receipt = apply(odoo, change)
        assert (receipt.result["net"], receipt.result["gross"]) == ("4444.00", "4444.00")
        [credit] = queries.invoices(odoo.gateway, [DE], credits_invoice_ids=[invoice.id])
        assert credit.invoiced_on is not None
        assert credit.invoiced_on.isoformat() == "2026-11-12"
        assert [ln.net for ln in lines_of(odoo, credit)] == [ln.net for ln in lines]
        more = _credit(invoice, lines, {"reason": "More", "lines": [{"line_id": lines[0].id, "amount": "1.00"}]})
        with pytest.raises(Refused) as caught:
            apply(odoo, more)
        assert caught.value.facts["reason"] == "too_much"
        assert len(queries.invoices(odoo.gateway, [DE], credits_invoice_ids=[invoice.id])) == 1
        undo(odoo, receipt, DE)

    @pytest.mark.parametrize(
        ("values", "reason"),
        [
            ({"lines": [{"line_id": 0, "quantity": "43"}]}, "too_much"),
            ({"lines": [{"line_id": 0, "amount": "6300.01"}]}, "too_much"),
            ({"lines": [{"line_id": 0, "amount": "5.00", "quantity": "1"}]}, "values"),
            ({"lines": [{"line_id": 0, "quantity": "-1"}]}, "values"),
            ({"lines": [{"line_id": 0, "quantity": "1"}, {"line_id": 0, "quantity": "1"}]}, "line"),
            ({"lines": [{"line_id": 999_999, "quantity": "1"}]}, "line"),
            ({"whole": True, "lines": [{"line_id": 0}]}, "values"),
            ({}, "values"),
        ],
    )
    def test_a_credit_that_cannot_be_is_refused(self, odoo: Peer, values: dict[str, Any], reason: str) -> None:
        invoice = invoice_named(odoo, "RE/2026/00004")
        [line] = lines_of(odoo, invoice)
        parts = [{**p, "line_id": p["line_id"] or line.id} for p in values.get("lines", [])]
        given = {"reason": "No", **values, **({"lines": parts} if parts else {})}
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(OperationKind.DRAFT_CREDIT_NOTE, DE, "account.move", invoice.id, given))
        assert caught.value.facts["reason"] == reason
        assert queries.invoices(odoo.gateway, [DE], credits_invoice_ids=[invoice.id]) == []

    def test_a_draft_is_corrected_not_credited(self, odoo: Peer) -> None:
        draft = draft_of(odoo, "Wychwood Foods Ltd")
        change = Change(OperationKind.DRAFT_CREDIT_NOTE, GB, "account.move", draft.id, {"reason": "No", "whole": True})
        with pytest.raises(Refused) as caught:
            apply(odoo, change)
        assert caught.value.facts["reason"] == "invoice_not_posted"

    def test_a_disputed_invoice_is_left_out_of_dunning_until_cleared(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "RE/2026/00008")
        assert not invoice.is_disputed
        change = Change(
            OperationKind.MARK_DISPUTED, DE, "account.move", invoice.id, {"reason": "Duplicate"}, {"no_followup": False}
        )
        receipt = apply(odoo, change)
        marked = invoice_named(odoo, "RE/2026/00008")
        assert marked.is_disputed
        assert (marked.state, marked.open_amount) == (InvoiceState.POSTED, invoice.open_amount)
        with pytest.raises(Stale):
            apply(odoo, change)
        undo(odoo, receipt, DE)
        assert invoice_named(odoo, "RE/2026/00008") == invoice

    def test_an_activity_is_scheduled_for_the_responsible_or_named_user_and_taken_back(self, odoo: Peer) -> None:
        project = queries.projects(odoo.gateway, [DE])[-1]
        change = Change(
            OperationKind.SCHEDULE_ACTIVITY, DE, "project.project", project.id,
            {"summary": "Were these hours worked?", "note": "See it.", "due_on": "2026-11-20", "activity": "call"},
        )  # fmt: skip
        receipt = apply(odoo, change)
        assert receipt.result["user_id"] == project.manager_id
        assert receipt.result["due_on"] == "2026-11-20"
        undo(odoo, receipt, DE)
        with pytest.raises(Refused) as caught:
            undo(odoo, receipt, DE)
        assert caught.value.facts["reason"] == "activity"

    def test_an_approval_is_asked_of_the_named_user_only_when_they_work_in_the_company(self, odoo: Peer) -> None:
        invoice = invoice_named(odoo, "INV/2026/00005")
        tom = user_named(odoo, "tom.ashworth")
        values: dict[str, Json] = {"summary": "Credit of 460.00 GBP", "user_id": tom}
        receipt = apply(odoo, Change(OperationKind.REQUEST_APPROVAL, GB, "account.move", invoice.id, values))
        assert receipt.result["user_id"] == tom
        undo(odoo, receipt, GB)
        with pytest.raises(Refused) as caught:
            apply(
                odoo,
                Change(OperationKind.REQUEST_APPROVAL, GB, "account.move", invoice.id, values | {"user_id": 999_999}),
            )
        assert caught.value.facts["reason"] == "user"

    def test_somebody_elses_activity_is_not_taken_back(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00001")
        change = Change(OperationKind.CANCEL_ACTIVITY, DE, "sale.order", order.id, {"activity_id": 999_999})
        with pytest.raises(Refused):
            apply(odoo, change)

    @pytest.mark.parametrize("model", ["sale.order", "account.move", "res.partner", "project.project", "project.task"])
    def test_evidence_is_attached_byte_for_byte(self, odoo: Peer, model: str) -> None:
        record = _some(odoo, model)
        paper = Attachment(f"evidence {uuid4().hex[:6]}.bin", bytes(range(256)))
        change = Change(OperationKind.ATTACH_EVIDENCE, DE, model, record, {"body": "From case C-17"}, {}, (paper,))
        apply(odoo, change)
        assert (paper.name, hashlib.sha1(paper.content).hexdigest()) in _files(odoo, model, record, DE)

    def test_a_damaged_or_missing_file_is_refused(self, odoo: Peer) -> None:
        order = order_named(odoo, "S00001")
        paper = Attachment("a.txt", b"one")
        change = Change(OperationKind.ATTACH_EVIDENCE, DE, "sale.order", order.id, {}, {}, (paper,))
        arguments: dict[str, Any] = WriteCommand(change, MANDATE).arguments(new_key())
        arguments["attachments"][0]["content"] = "dHdv"
        answer = odoo.raw("countersign.operation", "apply", **arguments)
        assert (answer.status_code, answer.json()["context"]) == (422, {"reason": "files"})
        with pytest.raises(Refused):
            apply(odoo, Change(OperationKind.ATTACH_EVIDENCE, DE, "sale.order", order.id))

    def test_a_ticket_is_a_task_in_the_project(self, odoo: Peer) -> None:
        project = queries.projects(odoo.gateway, [GB])[-1]
        values: dict[str, Json] = {"name": "Was the deliverable accepted?", "description": "See case C-17."}
        receipt = apply(odoo, Change(OperationKind.CREATE_TICKET, GB, "project.project", project.id, values))
        [task] = odoo.gateway.read(
            "project.task", [receipt.result["id"]], ["name", "project_id", "user_ids", "sale_line_id"], companies=[GB]
        )
        assert (task["name"], task["project_id"][0], task["user_ids"]) == (
            values["name"],
            project.id,
            [project.manager_id],
        )
        assert task["sale_line_id"] is False

    def test_a_billing_contact_is_changed_or_added_but_never_the_company(self, odoo: Peer) -> None:
        customer, contact = queries.customers(odoo.gateway, [DE], domain="polder-instruments.example")[:2]
        kind = OperationKind.UPDATE_BILLING_CONTACT
        values: dict[str, Json] = {"email": "ap@polder-instruments.example", "name": "Anke Visser"}
        receipt = apply(odoo, Change(kind, DE, "res.partner", contact.id, values, {"email": contact.email}))
        [changed] = queries.customers(odoo.gateway, [DE], ids=[contact.id])
        assert (changed.email, changed.name) == (values["email"], values["name"])
        undo(odoo, receipt, DE)
        assert queries.customers(odoo.gateway, [DE], ids=[contact.id]) == [contact]
        with pytest.raises(Refused) as caught:
            apply(odoo, Change(kind, DE, "res.partner", customer.id, {"name": "Another B.V."}))
        assert caught.value.facts["reason"] == "company_name"
        address = f"new.{uuid4().hex[:6]}@polder-instruments.example"
        added: dict[str, Json] = {"new_contact": True, "name": "Piet Smit", "email": address}
        made = apply(odoo, Change(kind, DE, "res.partner", customer.id, added))
        [found] = queries.customers(odoo.gateway, [DE], ids=[made.result["id"]])
        assert (found.parent_id, found.address_type, found.email) == (customer.id, "invoice", address)

    @pytest.mark.parametrize(
        ("kind", "values", "said"),
        [
            (OperationKind.POST_NOTE, {"body": "Two lines\nof note"}, "Two lines<br>of note"),
            (OperationKind.DRAFT_REPLY, {"subject": "Re: invoice", "body": "Dear Ms Le Goff"}, "Dear Ms Le Goff"),
            (OperationKind.CLOSE_NO_ACTION, {"reason": "An automatic reply"}, "An automatic reply"),
        ],
    )
    def test_notes_change_nothing_but_the_history(
        self, odoo: Peer, kind: OperationKind, values: dict[str, Json], said: str
    ) -> None:
        invoice = invoice_named(odoo, "RE/2026/00006")
        apply(odoo, Change(kind, DE, "account.move", invoice.id, values))
        newest = queries.notes(odoo.gateway, [DE], model="account.move", record_id=invoice.id)[0]
        assert said in newest.body.replace("<br/>", "<br>")
        assert invoice_named(odoo, "RE/2026/00006") == invoice

    def test_the_operations_can_be_read_back(self, odoo: Peer) -> None:
        order, key = order_named(odoo, "S00001"), new_key()
        change = _note(order, "kept")
        apply(odoo, change, key)
        [row] = odoo.gateway.search_read(
            "countersign.operation",
            [["key", "=", key]],
            ["kind", "decided_by", "rule", "digest", "asked"],
            companies=[DE],
        )
        assert (row["kind"], row["decided_by"], row["rule"]) == ("post_note", MANDATE.decided_by, MANDATE.rule)
        assert (row["digest"], row["asked"]) == (change.digest(), {"body": "kept"})


class TestSandboxOdoo(OdooContract):
    @pytest.fixture
    def odoo(self, sandbox: Peer) -> Peer:
        return sandbox


@pytest.mark.odoo
@pytest.mark.timeout(1800)
class TestRealOdoo(OdooContract):
    @pytest.fixture
    def odoo(self, real_odoo: Peer) -> Iterator[Peer]:
        return real_odoo


def _reference(order: SalesOrder, reference: str, *, before: str, company: int = DE) -> Change:
    expected: dict[str, Json] = {"client_order_ref": before or None, "state": order.state.value}
    return Change(
        OperationKind.SET_CUSTOMER_REFERENCE, company, "sale.order", order.id, {"reference": reference}, expected
    )


def _note(order: SalesOrder, body: str) -> Change:
    return Change(OperationKind.POST_NOTE, order.company_id, "sale.order", order.id, {"body": body})


def _narrative(invoice: Invoice, values: dict[str, Json], expected: dict[str, Json]) -> Change:
    kind = OperationKind.UPDATE_INVOICE_NARRATIVE
    return Change(kind, invoice.company_id, "account.move", invoice.id, values, expected)


def _credit(invoice: Invoice, lines: list[InvoiceLine], values: dict[str, Json]) -> Change:
    expected: dict[str, Json] = {
        "state": "posted",
        "amount_total": str(invoice.gross.amount),
        "amount_residual": str(invoice.open_amount.amount),
        "lines": seen_lines(lines),
    }
    return Change(OperationKind.DRAFT_CREDIT_NOTE, invoice.company_id, "account.move", invoice.id, values, expected)


def _files(odoo: Peer, model: str, record_id: int, company: int) -> list[tuple[str, str]]:
    notes = queries.notes(odoo.gateway, [company], model=model, record_id=record_id)
    ids = [i for n in notes for i in n.attachment_ids]
    rows = odoo.gateway.read("ir.attachment", ids, ["name", "checksum", "res_model", "res_id"], companies=[company])
    assert all((r["res_model"], r["res_id"]) == (model, record_id) for r in rows)
    return [(r["name"], r["checksum"]) for r in rows]


def _some(odoo: Peer, model: str) -> int:
    """A record of the German company, or a shared one."""
    wanted: dict[str, list[Any]] = {
        "sale.order": [["name", "=", "S00003"]],
        "account.move": [["name", "=", "RE/2026/00003"]],
        "res.partner": [["vat", "=", "NL812345605B01"], ["is_company", "=", True]],
        "project.project": [["name", "like", "S00003"]],
        "project.task": [["project_id.name", "like", "S00003"]],
    }
    found: int = odoo.gateway.search_read(model, wanted[model], ["id"], companies=[DE], limit=1)[0]["id"]
    return found
