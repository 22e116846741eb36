import base64

from odoo import Command
from odoo.tests import tagged

from .linked import LinkedCase


@tagged("post_install", "-at_install")
class TestEvents(LinkedCase):
    """Which changes are told, once each, and which are not."""

    def setUp(self):
        super().setUp()
        self.forget_rows()

    def told(self):
        return [(row.event, row.res_model, row.res_id, row.company_id) for row in self.rows()]

    def test_an_order_is_confirmed(self):
        self.quotation.action_confirm()
        self.assertIn(("order.confirmed", "sale.order", self.quotation.id, self.company), self.told())
        self.quotation.write({"state": "sale"})
        self.assertEqual(len(self.rows("order.confirmed")), 1)

    def test_an_invoice_is_drafted_posted_and_reopened(self):
        invoice = self._invoice([(1, 100.0)])
        invoice.action_post()
        invoice.button_draft()
        events = [row.event for row in self.rows() if row.res_id == invoice.id]
        self.assertEqual(events, ["invoice.drafted", "invoice.posted", "invoice.reopened"])
        self.assertEqual(self.rows().company_id, self.company)

    def test_bills_and_entries_are_nobodys_business(self):
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-09-30",
                "invoice_line_ids": [Command.create({"name": "x", "quantity": 1, "price_unit": 5})],
            }
        ).action_post()
        self.assertFalse(self.rows())

    def test_invoices_posted_together_have_a_row_each(self):
        drafts = self._invoice([(1, 1.0)]) + self._invoice([(1, 2.0)])
        drafts.action_post()
        self.assertEqual(sorted(self.rows("invoice.posted").mapped("res_id")), sorted(drafts.ids))

    def test_a_milestone_is_reached(self):
        milestone = self.env["project.milestone"].create({"name": "Design", "project_id": self.project.id})
        milestone.is_reached = True
        milestone.write({"is_reached": True, "name": "Design, signed"})
        self.assertEqual(self.told(), [("milestone.reached", "project.milestone", milestone.id, self.company)])
        milestone.is_reached = False
        self.assertEqual(len(self.rows()), 1)

    def test_an_expense_is_approved(self):
        worker = self.env["hr.employee"].create(
            {"name": "Worker", "company_id": self.company.id, "expense_manager_id": self.clerk.id}
        )
        expense = self.env["hr.expense"].create(
            {
                "name": "Train",
                "employee_id": worker.id,
                "product_id": self.service_product.id,
                "total_amount_currency": 80,
                "company_id": self.company.id,
            }
        )
        expense.action_submit()
        self.assertFalse(self.rows("expense.approved"))
        expense.action_approve()
        self.assertEqual(self.rows("expense.approved").mapped("res_id"), expense.ids)

    def attach(self, record, **more):
        content = base64.b64encode(b"%PDF-1.4")
        return self.env["ir.attachment"].create(
            {"name": "po.pdf", "datas": content, "res_model": record._name, "res_id": record.id, **more}
        )

    def test_files_are_told_of_with_the_record_they_hang_on(self):
        self.attach(self.order)
        self.assertEqual(self.told(), [("attachment.added", "sale.order", self.order.id, self.company)])

    def test_files_that_come_with_a_message_are_told_of_once(self):
        self.order.message_post(body="Our order", attachments=[("a.pdf", b"%PDF-a"), ("b.pdf", b"%PDF-b")])
        self.assertEqual([row.res_id for row in self.rows("attachment.added")], self.order.ids)

    def test_files_uploaded_first_are_told_of_when_the_message_is_posted(self):
        file = self.env["ir.attachment"].create(
            {"name": "c.pdf", "datas": base64.b64encode(b"%PDF-c"), "res_model": "mail.compose.message", "res_id": 0}
        )
        self.assertFalse(self.rows())
        self.order.message_post(body="Our order", attachment_ids=file.ids)
        self.assertEqual(self.rows("attachment.added").mapped("res_id"), self.order.ids)

    def test_other_files_are_not_told_of(self):
        self.attach(self.env.user)
        self.attach(self.invoice, res_field="invoice_pdf_report_file")
        self.assertFalse(self.rows())

    def test_evidence_of_the_service_is_no_news(self):
        self.apply("post_note", self.invoice, {"body": "See the mail."}, files=[("mail.eml", b"From: x")])
        self.assertFalse(self.rows("attachment.added"))
