import io

from odoo import Command
from odoo.tests import tagged
from PIL import Image

from ..exceptions import Stale
from .common import OperationCase


@tagged("post_install", "-at_install")
class TestTakingBack(OperationCase):
    """What an operation wrote is taken back as it was, while the record still has it."""

    def test_a_draft_credit_note_that_was_posted_stays(self):
        values = {"reason": "x", "lines": [{"line_id": self.invoice.invoice_line_ids[0].id, "quantity": "1"}]}
        answer = self.apply("draft_credit_note", self.invoice, values)
        credit = self.env["account.move"].browse(answer["result"]["id"])
        credit.action_post()
        self.assertRefused("not_draft", "delete_draft_credit_note", credit)
        credit.button_draft()
        self.assertRefused("not_draft", "delete_draft_credit_note", credit)
        self.assertTrue(credit.exists())

    def test_words_of_a_draft_stay_once_it_is_posted(self):
        answer = self.apply("update_invoice_narrative", self.draft, {"narration": "Thank you"})
        self.draft.action_post()
        undo = answer["result"]["undo"]
        self.assertRefused("invoice_not_draft", undo["kind"], self.draft, undo["values"])
        self.assertIn("Thank you", self.draft.narration)

    def test_a_quotation_that_was_confirmed_stays(self):
        answer = self.apply("update_draft_order", self.quotation, {"reference": "PO-1"})
        self.quotation.action_confirm()
        undo = answer["result"]["undo"]
        self.assertRefused("order_not_draft", undo["kind"], self.quotation, undo["values"])

    def test_terms_with_their_form_come_back_letter_for_letter(self):
        self.quotation.note = "<p>Net <b>30</b> days<br>from receipt</p>"
        before = (self.quotation.note, self.quotation.amount_total, self.quotation.validity_date)
        line = self.quotation.order_line
        product = {"product_id": self.service_product.id, "quantity": "3", "price_unit": "10.00"}
        answer = self.apply(
            "update_draft_order",
            self.quotation,
            {
                "note": "Other terms",
                "valid_until": "2031-01-01",
                "lines": [{"line_id": line.id, "quantity": "1"}, product],
            },
        )
        self.assertEqual((line.product_uom_qty, line.price_unit), (1, 150.0))
        self.assertEqual(len(self.quotation.order_line), 2)
        self.undo(answer)
        self.assertEqual((self.quotation.note, self.quotation.amount_total, self.quotation.validity_date), before)
        self.assertEqual(self.quotation.order_line, line)

    def test_a_new_quantity_keeps_the_price_and_discount_that_were_seen(self):
        line = self.quotation.order_line
        line.write({"discount": 10.0})
        self.service_product.list_price = 999.0
        answer = self.apply("update_draft_order", self.quotation, {"lines": [{"line_id": line.id, "quantity": "7"}]})
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (7, 150.0, 10.0))
        self.undo(answer)
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (42, 150.0, 10.0))

    def test_somebody_elses_later_change_is_kept(self):
        answer = self.apply("update_draft_order", self.quotation, {"reference": "PO-1"})
        self.quotation.client_order_ref = "By hand"
        undo = answer["result"]["undo"]
        with self.assertRaises(Stale):
            self.undo(answer)
        self.assertRefused("touched", undo["kind"], self.quotation, undo["values"])
        self.assertEqual(self.quotation.client_order_ref, "By hand")

    def test_a_task_with_time_on_it_stays(self):
        answer = self.apply("create_ticket", self.project, {"name": "Was it ordered?"})
        task = self.env["project.task"].browse(answer["result"]["id"])
        employee = self.env["hr.employee"].sudo().create({"name": "E", "company_id": self.company.id})
        self.env["account.analytic.line"].sudo().create(
            {
                "name": "x",
                "project_id": self.project.id,
                "task_id": task.id,
                "unit_amount": 1,
                "employee_id": employee.id,
            }
        )
        self.assertRefused("touched", "archive_created", task, answer["result"]["undo"]["values"])
        self.assertTrue(task.active)

    def test_a_contact_that_is_used_stays(self):
        values = {"new_contact": True, "name": "Ria", "email": "ria@hafenwerk.example"}
        answer = self.apply("update_billing_contact", self.customer, values)
        contact = self.env["res.partner"].browse(answer["result"]["id"])
        contact.write({"child_ids": [Command.create({"name": "Below"})]})
        self.assertRefused("touched", "archive_created", contact, answer["result"]["undo"]["values"])
        contact.child_ids.unlink()
        self.undo(answer)
        self.assertFalse(contact.active)

    def test_a_large_picture_is_kept_byte_for_byte(self):
        buffer = io.BytesIO()
        Image.effect_noise((3000, 2400), 64).convert("RGB").save(buffer, "JPEG", quality=40)
        answer = self.apply("attach_evidence", self.order, {}, files=[("scan.jpg", buffer.getvalue())])
        attachment = self.env["ir.attachment"].browse(answer["result"]["attachment_ids"])
        self.assertEqual(attachment.raw, buffer.getvalue())
        self.undo(answer)
        self.assertFalse(attachment.exists())

    def test_a_question_mails_no_customer(self):
        template = self.env["mail.template"].create(
            {"name": "New", "model_id": self.env.ref("project.model_project_task").id, "subject": "x", "body_html": "x",
             "partner_to": "{{ object.partner_id.id }}"}
        )  # fmt: skip
        self.customer.email = "office@hafenwerk.example"
        self.project.message_subscribe(self.customer.ids)
        stage = self.env["project.task.type"].create({"name": "New", "project_ids": self.project.ids, "sequence": -9})
        stage.mail_template_id = template
        before = self.env["mail.mail"].search_count([("recipient_ids", "in", self.customer.ids)])
        answer = self.apply("create_ticket", self.project, {"name": "Was it ordered?"})
        task = self.env["project.task"].browse(answer["result"]["id"])
        self.env.flush_all()
        self.cr.precommit.run()
        self.assertEqual(task.stage_id, stage)
        after = self.env["mail.mail"].search_count([("recipient_ids", "in", self.customer.ids)])
        self.assertEqual(after, before)
        self.assertNotIn(self.customer, task.message_partner_ids)
        notified = self.env["mail.notification"].sudo().search([("mail_message_id.res_id", "=", task.id)])
        self.assertIn(self.employee.partner_id, notified.res_partner_id, "the project's manager hears of it")
