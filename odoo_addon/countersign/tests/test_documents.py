from odoo.tests import tagged

from ..exceptions import Stale
from .common import OperationCase


@tagged("post_install", "-at_install")
class TestDocuments(OperationCase):
    """References, quotations, wording, the dispute mark."""

    def test_reference_of_an_order_and_back(self):
        self.order.client_order_ref = "FIRST"
        answer = self.apply(
            "set_customer_reference", self.order, {"reference": "SECOND"}, {"client_order_ref": "FIRST"}
        )
        self.assertEqual(self.order.client_order_ref, "SECOND")
        self.undo(answer)
        self.assertEqual(self.order.client_order_ref, "FIRST")
        self.assertEqual(self.order.state, "sale")

    def test_reference_of_a_cancelled_order(self):
        self.quotation.action_cancel()
        self.assertRefused("order_cancelled", "set_customer_reference", self.quotation, {"reference": "x"})

    def test_reference_of_a_draft_but_not_of_a_posted_invoice(self):
        self.apply("set_customer_reference", self.draft, {"reference": "PO-9"}, {"ref": None, "state": "draft"})
        self.assertEqual((self.draft.ref, self.draft.state), ("PO-9", "draft"))
        self.assertRefused("invoice_not_draft", "set_customer_reference", self.invoice, {"reference": "x"})
        bill = self.init_invoice("in_invoice", products=self.service_product)
        self.assertRefused("not_customer_invoice", "set_customer_reference", bill, {"reference": "x"})

    def _quotation_values(self, **more):
        line = {"product_id": self.service_product.id, "name": "Support", "quantity": "12.5", "price_unit": "99.90"}
        return {"reference": "PO-77", "currency": self.company.currency_id.name, "lines": [line], **more}

    def test_quotation_from_an_order_stays_a_draft(self):
        answer = self.apply(
            "create_quotation_from_po",
            self.customer,
            self._quotation_values(valid_until="2026-12-31", note="As agreed"),
            {"name": "Hafenwerk", "vat": "X-1"},
            files=[("po.pdf", b"%PDF \x00\xff")],
        )
        order = self.env["sale.order"].browse(answer["result"]["id"])
        self.assertEqual(
            (order.state, order.client_order_ref, str(order.validity_date)), ("draft", "PO-77", "2026-12-31")
        )
        self.assertEqual((order.order_line.product_uom_qty, order.order_line.price_unit), (12.5, 99.9))
        self.assertEqual((answer["result"]["net"], answer["result"]["tax"]), ("1248.75", "237.26"))
        self.assertEqual(self.last_note(order).attachment_ids.raw, b"%PDF \x00\xff")
        self.assertEqual(order.message_attachment_count, 1)
        self.undo(answer)
        self.assertFalse(order.exists())

    def test_a_touched_or_foreign_quotation_is_not_taken_back(self):
        self.assertRefused("not_ours", "delete_draft_quotation", self.quotation)
        answer = self.apply("create_quotation_from_po", self.customer, self._quotation_values())
        order = self.env["sale.order"].browse(answer["result"]["id"])
        order.order_line.price_unit = 100
        self.assertRefused("touched", "delete_draft_quotation", order)
        order.action_confirm()
        self.assertRefused("order_not_draft", "delete_draft_quotation", order)

    def test_one_order_per_reference_and_sellable_products_only(self):
        self.order.client_order_ref = "PO-77"
        self.assertRefused("reference_taken", "create_quotation_from_po", self.customer, self._quotation_values())
        self.order.client_order_ref = False
        self.service_product.sale_ok = False
        self.assertRefused("product", "create_quotation_from_po", self.customer, self._quotation_values())
        self.service_product.sale_ok = True
        self.assertRefused(
            "currency", "create_quotation_from_po", self.customer, self._quotation_values(currency="XAF")
        )

    def test_a_quotation_changes_and_an_order_does_not(self):
        line = self.quotation.order_line
        values = {
            "reference": "PO-5",
            "lines": [
                {"line_id": line.id, "price_unit": "135.00"},
                {"product_id": self.service_product.id, "quantity": "1", "price_unit": "50"},
            ],
        }
        answer = self.apply("update_draft_order", self.quotation, values, {"state": "draft", "amount_untaxed": "6300"})
        self.assertEqual(self.quotation.amount_untaxed, 42 * 135 + 50)
        self.assertEqual(answer["result"]["before"]["lines"], [{"id": line.id, "price_unit": "150"}])
        self.assertEqual(self.quotation.state, "draft")
        self.assertRefused("order_not_draft", "update_draft_order", self.order, {"note": "x"})
        self.assertRefused(
            "line",
            "update_draft_order",
            self.quotation,
            {"lines": [{"line_id": self.order.order_line.id, "name": "x"}]},
        )
        self.assertRefused("missing_value", "update_draft_order", self.quotation, {})

    def test_wording_leaves_amounts_alone(self):
        total, line = self.draft.amount_total, self.draft.invoice_line_ids
        values = {"narration": "First\nsecond <script>", "lines": [{"line_id": line.id, "name": "October"}]}
        answer = self.apply("update_invoice_narrative", self.draft, values, {"state": "draft"})
        self.assertEqual((line.name, self.draft.amount_total, self.draft.state), ("October", total, "draft"))
        self.assertIn("First<br>second", self.draft.narration)
        self.assertNotIn("<script", self.draft.narration)
        self.assertEqual(answer["result"]["before"]["lines"], [{"id": line.id, "name": "Part 0"}])
        self.assertRefused("invoice_not_draft", "update_invoice_narrative", self.invoice, {"narration": "x"})
        tax_line = self.draft.line_ids.filtered("tax_line_id")
        self.assertRefused(
            "line", "update_invoice_narrative", self.draft, {"lines": [{"line_id": tax_line.id, "name": "x"}]}
        )

    def test_the_dispute_mark_keeps_an_invoice_out_of_dunning(self):
        answer = self.apply("mark_disputed", self.invoice, {"reason": "Hours"}, {"no_followup": False})
        self.assertTrue(self.invoice.no_followup)
        receivable = self.invoice.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        self.assertTrue(receivable.no_followup)
        self.assertEqual((self.invoice.state, self.invoice.payment_state), ("posted", "not_paid"))
        with self.assertRaises(Stale):
            self.apply("mark_disputed", self.invoice, {}, {"no_followup": False})
        self.undo(answer)
        self.assertFalse(self.invoice.no_followup)
        self.assertRefused("invoice_not_posted", "mark_disputed", self.draft)
