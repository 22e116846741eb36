from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .linked import LinkedCase


@tagged("post_install", "-at_install")
class TestSending(LinkedCase):
    """What people, and their automation rules, tell Countersign on purpose."""

    def setUp(self):
        super().setUp()
        self.forget_rows()

    def run_action(self, name, records, user):
        action = self.env.ref(f"countersign.{name}").with_user(user)
        context = {"active_model": records._name, "active_ids": records.ids, "active_id": records[:1].id}
        return action.with_context(**context).run()

    def test_records_are_sent(self):
        told = self.run_action("send_account_move", self.invoice + self.draft, self.clerk)
        self.assertEqual(sorted(self.rows("record.sent").mapped("res_id")), sorted((self.invoice + self.draft).ids))
        self.assertEqual(told["params"]["type"], "success")

    def test_every_model_has_both_actions(self):
        for model in ("account.move", "sale.order", "project.task", "project.project", "res.partner"):
            name = model.replace(".", "_")
            for kind in ("send", "raise"):
                with self.subTest(model=model, kind=kind):
                    action = self.env.ref(f"countersign.{kind}_{name}")
                    self.assertEqual(action.binding_model_id.model, model)
                    self.assertEqual(action.group_ids, self.env.ref("base.group_user"))

    def test_a_whole_list_is_too_much(self):
        many = self.env["res.partner"].create([{"name": str(n)} for n in range(101)])
        with self.assertRaisesRegex(UserError, "100 at most"):
            self.run_action("send_res_partner", many, self.clerk)
        form = self.wizard(many, self.clerk)
        form.note = "x"
        with self.assertRaisesRegex(UserError, "100 at most"):
            form.save().action_raise()
        self.assertFalse(self.rows())

    def test_nobody_sends_what_they_cannot_read(self):
        with self.assertRaises(AccessError):
            self.run_action("send_account_move", self.invoice, self.employee)
        with self.assertRaises(AccessError):
            self.run_action("send_res_partner", self.customer, self.portal)
        self.assertFalse(self.rows())

    def test_without_settings_it_is_said(self):
        self.link(False)
        told = self.run_action("send_account_move", self.invoice, self.clerk)
        self.assertEqual(told["params"]["type"], "danger")
        self.assertIn("address of Countersign is not set", told["params"]["message"])
        form = self.wizard(self.invoice, self.clerk)
        form.note = "The workshop never took place."
        with self.assertRaisesRegex(UserError, "address of Countersign is not set"):
            form.save().action_raise()

    def wizard(self, records, user):
        context = {"active_model": records._name, "active_ids": records.ids}
        return Form(self.env["countersign.raise"].with_user(user).with_context(**context))

    def test_an_exception_carries_the_persons_words_and_name(self):
        form = self.wizard(self.invoice, self.clerk)
        form.note = "The workshop never took place."
        form.save().action_raise()
        row = self.rows("exception.raised")
        self.assertEqual((row.res_model, row.res_id), ("account.move", self.invoice.id))
        words = {"note": "The workshop never took place.", "raised_by": "Ada Clerk", "login": "a.clerk"}
        self.assertEqual(row.more, words)
        note = self.last_note(self.invoice)
        self.assertIn("The workshop never took place.", note.body)
        self.assertEqual(note.author_id, self.clerk.partner_id)
        self.run_job("cron_outbox")
        told = self.receiver.bodies()[0]
        self.assertEqual(told["type"], "exception.raised")
        self.assertLessEqual(words.items(), told["data"].items())

    def test_an_exception_needs_a_note_and_a_readable_record(self):
        wizard = self.env["countersign.raise"].with_user(self.clerk)
        for note in ("  ", "x" * 5001):
            with self.subTest(note=note[:3]), self.assertRaises(UserError):
                wizard.create({"res_model": "account.move", "res_ids": self.invoice.ids, "note": note}).action_raise()
        for model, ids in (("res.users", [2]), ("account.move", ["1"]), ("account.move", [99999999])):
            with self.subTest(model=model, ids=ids), self.assertRaises(UserError):
                wizard.create({"res_model": model, "res_ids": ids, "note": "x"}).action_raise()
        with self.assertRaises(AccessError):
            wizard.with_user(self.employee).create(
                {"res_model": "account.move", "res_ids": self.invoice.ids, "note": "x"}
            ).action_raise()
        self.assertFalse(self.rows())

    def test_a_wizard_is_its_authors_own(self):
        wizard = self.env["countersign.raise"].with_user(self.clerk)
        wizard = wizard.create({"res_model": "account.move", "res_ids": self.invoice.ids, "note": "x"})
        with self.assertRaises(AccessError):
            wizard.with_user(self.seller).read(["note"])
