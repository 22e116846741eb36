import base64

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OperationCase


@tagged("post_install", "-at_install")
class TestPapers(OperationCase):
    """Papers for a reply: read with the caller's rights, and nothing changes by printing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = cls.env["countersign.operation"].with_user(cls.service)

    def test_an_invoice_that_was_sent_is_given_as_it_was_sent(self):
        self.env["ir.attachment"].create(
            {
                "name": "sent.pdf",
                "raw": b"%PDF-1.7 as it was sent",
                "res_model": "account.move",
                "res_id": self.invoice.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.env.invalidate_all()
        answer = self.papers.paper("account.move", [self.invoice.id])
        self.assertEqual(base64.b64decode(answer["content"]), b"%PDF-1.7 as it was sent")

    def test_a_draft_is_never_printed(self):
        self.assertFalse(self.papers.paper("account.move", [self.draft.id])["content"])

    def test_printing_stores_nothing(self):
        before = self.env["ir.attachment"].search_count([])
        for record in (self.invoice, self.order):
            answer = self.papers.paper(record._name, record.ids)
            self.assertTrue(answer["content"] or answer["why"])  # a server without wkhtmltopdf says so
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_other_models_and_records_that_are_gone_have_no_paper(self):
        self.assertFalse(self.papers.paper("res.partner", [self.customer.id])["content"])
        self.assertFalse(self.papers.paper("sale.order", [self.order.id, 10**9])["content"])
        self.assertFalse(self.papers.paper("sale.order", [])["content"])

    def test_who_may_not_read_a_record_gets_no_paper_of_it(self):
        with self.assertRaises(AccessError):
            self.papers.with_user(self.employee).paper("account.move", [self.invoice.id])
        with self.assertRaises(AccessError):
            self.papers.with_user(self.portal).paper("sale.order", [self.order.id])
