from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import OperationCase


@tagged("post_install", "-at_install")
class TestPeople(OperationCase):
    """Who confirms in Odoo acts as themselves: Odoo's own rights decide, and the chatter names them."""

    def partly(self):
        return {"reason": "Hours", "lines": [{"line_id": self.invoice.invoice_line_ids[0].id, "quantity": "1"}]}

    def assertNotAllowed(self, kind, record, values, user):
        """Refused in one sentence that names the record and says what to do; nothing was done."""
        before = self.env["countersign.operation"].search_count([])
        with self.assertRaises(AccessError) as caught, self.cr.savepoint():
            self.apply(kind, record, values, user=user)
        said = str(caught.exception)
        self.assertIn(record.display_name, said)
        self.assertIn("Ask somebody who has them", said)
        self.assertNotIn("\n", said)
        self.assertNotIn("cookies", said)
        self.assertEqual(self.env["countersign.operation"].search_count([]), before)

    def test_an_invoicing_user_credits_under_their_own_name(self):
        answer = self.apply("draft_credit_note", self.invoice, self.partly(), user=self.clerk)
        credit = self.env["account.move"].browse(answer["result"]["id"])
        self.assertEqual((credit.state, credit.create_uid), ("draft", self.clerk))
        for record in (self.invoice, credit):
            said = self.last_note(record)
            self.assertEqual(said.author_id, self.clerk.partner_id)
            self.assertIn("Decided by Ada Clerk under rule “Rule 7”.", said.body)
            self.assertIn('href="https://countersign.example/cases/17"', said.body)
        row = self.env["countersign.operation"].search([], limit=1)
        self.assertEqual((row.user_id, row.decided_by, row.rule), (self.clerk, "Ada Clerk", "Rule 7"))

    def test_who_may_sell_and_not_invoice_credits_nothing(self):
        self.assertNotAllowed("draft_credit_note", self.invoice, self.partly(), self.seller)
        self.assertNotAllowed("mark_disputed", self.invoice, {}, self.seller)
        self.assertNotAllowed("update_invoice_narrative", self.draft, {"narration": "x"}, self.seller)
        self.assertFalse(self.env["account.move"].search([("reversed_entry_id", "=", self.invoice.id)]))
        self.apply("set_customer_reference", self.order, {"reference": "PO-1"}, user=self.seller)
        self.assertEqual(self.order.client_order_ref, "PO-1")

    def test_what_one_person_wrote_another_takes_back_with_their_own_rights(self):
        credit = self.apply("draft_credit_note", self.invoice, self.partly(), user=self.clerk)
        record = self.env["account.move"].browse(credit["result"]["id"])
        undo = credit["result"]["undo"]
        self.assertNotAllowed(undo["kind"], record, undo["values"], self.seller)
        self.undo(credit, user=self.clerk)
        self.assertFalse(record.exists())
        self.assertIn("Ada Clerk", self.last_note(self.invoice).body)

    def test_an_employee_without_rights_gets_one_sentence_for_everything(self):
        line = {"product_id": self.service_product.id, "quantity": "1", "price_unit": "1"}
        for kind, record, values in (
            ("set_customer_reference", self.order, {"reference": "x"}),
            ("update_draft_order", self.quotation, {"reference": "x"}),
            ("create_quotation_from_po", self.customer, {"reference": "x", "lines": [line]}),
            ("update_billing_contact", self.customer, {"phone": "1"}),
            ("draft_credit_note", self.invoice, self.partly()),
            ("attach_evidence", self.order, {"body": "x"}),
        ):
            with self.subTest(kind=kind):
                files = [("a.txt", b"a")] if kind == "attach_evidence" else ()
                with self.assertRaises(AccessError) as caught, self.cr.savepoint():
                    self.apply(kind, record, values, user=self.employee, files=files)
                self.assertIn("Ask somebody who has them", str(caught.exception))

    def test_a_project_user_asks_delivery(self):
        worker = new_test_user(
            self.env,
            "a.worker",
            groups="base.group_user,project.group_project_user",
            name="Wim Worker",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        answer = self.apply("create_ticket", self.project, {"name": "Was it ordered?"}, user=worker)
        task = self.env[answer["result"]["model"]].browse(answer["result"]["id"])
        self.assertEqual((task.create_uid, task.user_ids), (worker, self.employee))
        for record in (task, self.project):
            self.assertIn("Wim Worker", self.last_note(record).body)
        self.undo(answer, user=worker)
        self.assertFalse(task.active)

    def test_a_decision_for_another_person_is_noted_as_ones_own(self):
        mandate = {"decided_by": "Clara Engel", "rule": "CN-1", "case": "17", "link": ""}
        self.apply("post_note", self.invoice, {"body": "x"}, user=self.clerk, mandate=mandate)
        said = self.last_note(self.invoice).body
        self.assertIn("Ada Clerk", said)
        self.assertNotIn("Clara Engel", said)
