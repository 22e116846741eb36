from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..exceptions import OperationRefused
from .common import OperationCase


@tagged("post_install", "-at_install")
class TestRights(OperationCase):
    """What the service user can and cannot, and what a person's own rights decide."""

    def test_the_service_group_writes_nothing(self):
        group = self.env.ref("countersign.group_service")
        rows = self.env["ir.model.access"].search([("group_id", "=", group.id)])
        self.assertTrue(rows)
        self.assertFalse(any(r.perm_write or r.perm_create or r.perm_unlink for r in rows))
        self.assertEqual(group.api_key_duration, 365)
        self.assertFalse(self.service.has_group("account.group_account_invoice"))

    def test_the_service_user_cannot_write_directly(self):
        for record, values in (
            (self.draft, {"state": "posted"}),
            (self.draft, {"ref": "x"}),
            (self.draft.invoice_line_ids, {"price_unit": 1}),
            (self.order, {"client_order_ref": "x"}),
            (self.customer, {"email": "x@x.example"}),
            (self.tax, {"amount": 0}),
            (self.service, {"group_ids": []}),
            (self.env["countersign.operation"].browse(self._operation()), {"decided_by": "x"}),
        ):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_user(self.service).write(values)
        for method in ("action_post", "unlink"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.draft.with_user(self.service), method)()

    def _operation(self):
        self.apply("post_note", self.order, {"body": "x"}, key="rights")
        return self.env["countersign.operation"].search([("key", "=", "rights")]).id

    def test_the_service_user_reads_what_it_needs_and_no_private_tasks(self):
        private = (
            self.env["project.task"]
            .with_user(self.clerk)
            .sudo()
            .create({"name": "private", "user_ids": [(6, 0, self.clerk.ids)]})
        )
        seen = self.env["project.task"].with_user(self.service).search([("id", "=", private.id)])
        self.assertFalse(seen)
        for model in (
            "sale.order",
            "sale.order.line",
            "account.move",
            "account.move.line",
            "account.analytic.line",
            "project.project",
            "project.task",
            "project.milestone",
            "account.tax",
            "account.partial.reconcile",
            "hr.expense",
            "res.partner",
        ):
            self.env[model].with_user(self.service).search_count([])

    def test_a_person_acts_with_their_own_rights_and_name(self):
        self.apply("set_customer_reference", self.draft, {"reference": "PO"}, user=self.clerk, mandate=None)
        self.assertEqual(self.draft.ref, "PO")
        note = self.last_note(self.draft)
        self.assertEqual(note.author_id, self.clerk.partner_id)
        self.assertIn("Ada Clerk", note.body)
        row = self.env["countersign.operation"].search([], limit=1)
        self.assertEqual((row.decided_by, row.user_id), ("Ada Clerk", self.clerk))

    def test_a_person_cannot_name_somebody_else(self):
        self.apply("post_note", self.invoice, {"body": "x"}, user=self.clerk)
        self.assertNotIn("Clara Engel", self.last_note(self.invoice).body)

    def test_a_person_without_rights_is_refused(self):
        for kind, record, values in (
            ("set_customer_reference", self.draft, {"reference": "x"}),
            ("set_customer_reference", self.order, {"reference": "x"}),
            ("draft_credit_note", self.invoice, {"reason": "x", "whole": True}),
            ("mark_disputed", self.invoice, {}),
            ("update_billing_contact", self.customer, {"phone": "1"}),
            (
                "create_quotation_from_po",
                self.customer,
                {
                    "reference": "PO",
                    "lines": [{"product_id": self.service_product.id, "quantity": "1", "price_unit": "1"}],
                },
            ),
        ):
            with self.subTest(kind=kind), self.assertRaises(AccessError), self.cr.savepoint():
                self.apply(kind, record, values, user=self.employee)
        self.assertFalse(self.draft.ref)

    def test_a_clerk_credits_and_a_seller_does_not(self):
        lines = [{"line_id": self.invoice.invoice_line_ids[0].id, "quantity": "1"}]
        self.apply("draft_credit_note", self.invoice, {"reason": "x", "lines": lines}, user=self.clerk)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.apply("draft_credit_note", self.invoice, {"reason": "x", "lines": lines}, user=self.seller)
        self.apply("set_customer_reference", self.order, {"reference": "PO"}, user=self.seller)
        self.assertEqual(self.order.client_order_ref, "PO")

    def test_outsiders_are_refused(self):
        with self.assertRaises(AccessError):
            self.apply("post_note", self.order, {"body": "x"}, user=self.portal)

    def test_nothing_here_posts_pays_or_confirms(self):
        from ..operations import KINDS

        posted = self.env["account.move"].search([("state", "=", "posted")])
        payments = self.env["account.payment"].search_count([])
        for kind in KINDS:
            for record in (self.draft, self.quotation, self.invoice, self.customer, self.project):
                try:
                    with self.cr.savepoint():
                        self.apply(kind, record, {"body": "x", "state": "posted"})
                except (AccessError, OperationRefused):
                    continue
        self.assertEqual(self.env["account.move"].search([("state", "=", "posted")]), posted)
        self.assertEqual(self.env["account.payment"].search_count([]), payments)
        self.assertEqual((self.draft.state, self.quotation.state), ("draft", "draft"))
