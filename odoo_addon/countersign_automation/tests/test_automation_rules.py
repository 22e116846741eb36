from odoo.addons.countersign.tests.linked import LinkedCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestAutomationRules(LinkedCase):
    """The two rules are off until somebody switches them on, then raise one exception at the change they name."""

    def setUp(self):
        super().setUp()
        self.forget_rows()

    def switch_on(self, name):
        rule = self.env.ref(f"countersign_automation.{name}").sudo()
        self.assertFalse(rule.active)
        rule.active = True
        return rule

    def test_they_are_off(self):
        self.draft.action_post()
        self.quotation.action_confirm()
        self.assertFalse(self.rows("exception.raised"))

    def test_an_invoice_without_a_reference(self):
        self.switch_on("invoice_without_reference")
        with_reference = self._invoice([(1, 10.0)])
        with_reference.ref = "PO-7"
        (self.draft + with_reference).action_post()
        self.draft.narration = "Thank you"
        self.env.flush_all()
        [row] = self.rows("exception.raised")
        self.assertEqual((row.res_model, row.res_id), ("account.move", self.draft.id))
        self.assertIn("without a reference", row.more["note"])
        self.assertIn("without a reference", self.last_note(self.draft).body)

    def test_an_order_without_a_purchase_order(self):
        self.switch_on("order_without_reference")
        self.quotation.action_confirm()
        self.env.flush_all()
        self.assertEqual(self.rows("exception.raised").mapped("res_id"), self.quotation.ids)

    def test_a_missing_link_stops_nobody(self):
        self.switch_on("order_without_reference")
        self.link(False)
        self.quotation.action_confirm()
        self.env.flush_all()
        self.assertEqual(self.quotation.state, "sale")
        self.assertFalse(self.rows())
