from odoo.tests import tagged

from .common import OperationCase


@tagged("post_install", "-at_install")
class TestCreditNotes(OperationCase):
    """Draft credit notes, whole and in part."""

    def setUp(self):
        super().setUp()
        self.hours, self.hotel = self.invoice.invoice_line_ids.sorted("id")

    def _credit(self, **values):
        answer = self.apply(
            "draft_credit_note", self.invoice, {"reason": "Not approved", **values}, {"state": "posted"}
        )
        return answer, self.env["account.move"].browse(answer["result"]["id"])

    def test_hours_at_the_invoiced_price(self):
        answer, credit = self._credit(lines=[{"line_id": self.hours.id, "quantity": "6"}])
        self.assertEqual(
            (credit.state, credit.move_type, credit.reversed_entry_id), ("draft", "out_refund", self.invoice)
        )
        self.assertEqual((credit.amount_untaxed, credit.amount_tax), (900.0, 171.0))
        self.assertEqual((answer["result"]["net"], answer["result"]["gross"]), ("900.00", "1071.00"))
        self.assertEqual(credit.invoice_line_ids.tax_ids, self.tax)
        self.assertEqual(credit.invoice_line_ids.account_id, self.hours.account_id)
        self.assertEqual(self.invoice.amount_residual, self.invoice.amount_total)
        self.assertIn(self.invoice.name, credit.ref)

    def test_a_price_difference_and_an_amount(self):
        _, by_price = self._credit(lines=[{"line_id": self.hours.id, "quantity": "42", "price_unit": "12.00"}])
        self.assertEqual(by_price.amount_untaxed, 504.0)
        _, by_amount = self._credit(lines=[{"line_id": self.hotel.id, "amount": "100.01", "name": "Goodwill"}])
        self.assertEqual((by_amount.amount_untaxed, by_amount.invoice_line_ids.name), (100.01, "Goodwill"))

    def test_a_price_that_contains_its_tax(self):
        self.tax.price_include_override = "tax_included"
        invoice = self._invoice([(10, 119.0)])
        invoice.action_post()
        line = {"line_id": invoice.invoice_line_ids.id, "amount": "100.00"}
        answer = self.apply("draft_credit_note", invoice, {"reason": "x", "lines": [line]})
        self.assertEqual((answer["result"]["net"], answer["result"]["gross"]), ("100.00", "119.00"))

    def test_the_whole_invoice(self):
        _, credit = self._credit(whole=True, dated="2026-10-15")
        self.assertEqual((credit.amount_total, str(credit.invoice_date)), (self.invoice.amount_total, "2026-10-15"))
        self.assertEqual((credit.state, credit.auto_post, len(credit.invoice_line_ids)), ("draft", "no", 2))

    def test_an_order_line_is_followed(self):
        advance = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=self.order.ids
        )
        advance.create({"advance_payment_method": "delivered"}).create_invoices()
        invoice = self.order.invoice_ids
        invoice.action_post()
        line = {"line_id": invoice.invoice_line_ids.id, "quantity": "6"}
        answer = self.apply("draft_credit_note", invoice, {"reason": "x", "lines": [line]})
        credit = self.env["account.move"].browse(answer["result"]["id"])
        self.assertEqual(credit.invoice_line_ids.sale_line_ids, self.order.order_line)

    def test_what_cannot_be_credited(self):
        draft_line = {"line_id": self.draft.invoice_line_ids.id}
        for reason, values in (
            ("too_much", {"lines": [{"line_id": self.hours.id, "quantity": "42.5"}]}),
            ("too_much", {"lines": [{"line_id": self.hotel.id, "amount": "286.01"}]}),
            ("too_much", {"lines": [{"line_id": self.hotel.id, "quantity": "1", "price_unit": "287"}]}),
            ("values", {"lines": [{"line_id": self.hotel.id, "amount": "1", "quantity": "1"}]}),
            ("values", {"whole": True, "lines": [{"line_id": self.hotel.id}]}),
            ("values", {}),
            ("line", {"lines": [draft_line]}),
            ("line", {"lines": [{"line_id": self.hotel.id}, {"line_id": self.hotel.id}]}),
        ):
            with self.subTest(values=values):
                self.assertRefused(reason, "draft_credit_note", self.invoice, {"reason": "x", **values})
        self.assertRefused("invoice_not_posted", "draft_credit_note", self.draft, {"reason": "x", "whole": True})

    def test_never_more_than_was_billed_over_several_credits(self):
        self._credit(lines=[{"line_id": self.hours.id, "quantity": "40"}])
        self.assertRefused("too_much", "draft_credit_note", self.invoice, {"reason": "x", "whole": True})
        self._credit(lines=[{"line_id": self.hours.id, "quantity": "2"}])

    def test_taken_back_only_while_untouched(self):
        answer, credit = self._credit(lines=[{"line_id": self.hours.id, "quantity": "6"}])
        self.undo(answer)
        self.assertFalse(credit.exists())
        answer, credit = self._credit(lines=[{"line_id": self.hours.id, "quantity": "6"}])
        credit.invoice_line_ids.quantity = 5
        self.assertRefused("touched", "delete_draft_credit_note", credit)
        credit.action_post()
        self.assertRefused("not_draft", "delete_draft_credit_note", credit)
        self.assertRefused("not_draft", "delete_draft_credit_note", self.invoice)
        other = self.invoice._reverse_moves()
        self.assertRefused("not_ours", "delete_draft_credit_note", other)

    def test_notes_link_both_documents(self):
        _, credit = self._credit(lines=[{"line_id": self.hours.id, "quantity": "6"}])
        self.assertIn(f'data-oe-id="{credit.id}"', self.last_note(self.invoice).body)
        self.assertIn(f'data-oe-id="{self.invoice.id}"', self.last_note(credit).body)
