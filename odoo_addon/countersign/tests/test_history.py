from odoo.tests import tagged

from .common import OperationCase


@tagged("post_install", "-at_install")
class TestHistory(OperationCase):
    """Notes, files, activities, tasks, contacts."""

    def records(self):
        task = self.env["project.task"].create({"name": "Task", "project_id": self.project.id})
        return [self.order, self.invoice, self.draft, self.customer, self.project, task]

    def test_notes_on_every_kind_of_record(self):
        for record in self.records():
            for kind, values in (
                ("post_note", {"body": "noted"}),
                ("draft_reply", {"subject": "Re", "body": "noted"}),
                ("close_no_action", {"reason": "noted"}),
            ):
                with self.subTest(kind=kind, record=record):
                    self.apply(kind, record, values)
                    self.assertIn("noted", self.last_note(record).body)

    def test_evidence_is_attached_byte_for_byte(self):
        for record in self.records():
            with self.subTest(record=record):
                self.apply("attach_evidence", record, {}, files=[("a.bin", bytes(range(256))), ("b.txt", b"")])
                files = self.last_note(record).attachment_ids.sorted("name")
                self.assertEqual(
                    [(f.name, f.raw or b"") for f in files], [("a.bin", bytes(range(256))), ("b.txt", b"")]
                )
                self.assertEqual((files[0].res_model, files[0].res_id), (record._name, record.id))
        self.assertRefused("files", "attach_evidence", self.order)

    def test_a_file_that_was_changed_on_the_way(self):
        wrong = {"name": "a", "sha256": "0" * 64, "content": "YQ=="}
        self.assertRefused("files", "attach_evidence", self.order, attachments=[wrong])
        self.assertRefused("files", "attach_evidence", self.order, attachments=[{**wrong, "name": "../a"}])
        self.assertRefused("files", "attach_evidence", self.order, attachments=[{**wrong, "content": "%"}])

    def test_an_activity_and_back(self):
        self.order.user_id = self.seller
        answer = self.apply(
            "schedule_activity", self.order, {"summary": "Ask", "activity": "call", "due_on": "2026-11-20"}
        )
        activity = self.env["mail.activity"].browse(answer["result"]["activity_id"])
        self.assertEqual(
            (activity.user_id, str(activity.date_deadline), activity.summary), (self.seller, "2026-11-20", "Ask")
        )
        self.undo(answer)
        self.assertFalse(activity.exists())
        with self.assertRaises(Exception):
            self.undo(answer)

    def test_an_activity_of_somebody_else_stays(self):
        activity = self.order.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
        self.assertRefused("not_ours", "cancel_activity", self.order, {"activity_id": activity.id})
        self.assertTrue(activity.exists())

    def test_an_approver_must_be_named_and_work_here(self):
        answer = self.apply("request_approval", self.invoice, {"summary": "Credit", "user_id": self.clerk.id})
        self.assertIn("Credit", self.env["mail.activity"].browse(answer["result"]["activity_id"]).summary)
        self.assertRefused("missing_value", "request_approval", self.invoice, {"summary": "Credit"})
        self.assertRefused("user", "request_approval", self.invoice, {"summary": "x", "user_id": self.portal.id})
        self.assertRefused("user", "request_approval", self.invoice, {"summary": "x", "user_id": 99999999})

    def test_a_ticket_is_a_task_nobody_bills(self):
        answer = self.apply("create_ticket", self.project, {"name": "Was it accepted?", "description": "See\nthe case"})
        task = self.env["project.task"].browse(answer["result"]["id"])
        self.assertEqual((task.project_id, task.user_ids, task.sale_line_id.id), (self.project, self.employee, False))
        self.assertIn("See<br>the case", task.description)

    def test_a_contact_changes_and_the_company_does_not(self):
        contact = self.env["res.partner"].create(
            {"name": "Silke", "parent_id": self.customer.id, "email": "a@x.example"}
        )
        answer = self.apply(
            "update_billing_contact",
            contact,
            {"email": "b@x.example", "name": "Silke Brandt"},
            {"email": "a@x.example"},
        )
        self.assertEqual((contact.email, contact.name), ("b@x.example", "Silke Brandt"))
        self.undo(answer)
        self.assertEqual((contact.email, contact.name), ("a@x.example", "Silke"))
        self.assertRefused("company_name", "update_billing_contact", self.customer, {"name": "Other"})
        self.assertRefused("values", "update_billing_contact", contact, {"email": "no address"})
        self.assertRefused("unknown_field", "update_billing_contact", contact, {"vat": "X"})
        self.assertRefused(
            "contact_exists",
            "update_billing_contact",
            self.customer,
            {"new_contact": True, "name": "S", "email": "A@x.example"},
        )
        made = self.apply(
            "update_billing_contact", self.customer, {"new_contact": True, "name": "Piet", "email": "p@x.example"}
        )
        added = self.env["res.partner"].browse(made["result"]["id"])
        self.assertEqual((added.parent_id, added.type), (self.customer, "invoice"))
