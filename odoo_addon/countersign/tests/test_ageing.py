from odoo.tests import tagged

from .linked import LinkedCase
from .receiver import SECRET, claims_of


@tagged("post_install", "-at_install")
class TestAgeing(LinkedCase):
    """One activity on each record whose exceptions stay open, and none when they are gone."""

    def setUp(self):
        super().setUp()
        self.parameters.set_param("countersign.ageing_days", "14")
        self.kind = self.env.ref("countersign.activity_ageing")

    def case(self, record, number=7, **more):
        return {
            "model": record._name,
            "res_id": record.id,
            "company_id": self.company.id,
            "case_id": number,
            "case_url": f"https://countersign.example/cases/{number}",
            "title": f"Case {number}",
            "days": 20 + number,
            "amount": "1200.50",
            "currency": "EUR",
            **more,
        }

    def remind(self, *cases, answer=None):
        self.receiver.answers = [answer or (200, {"records": list(cases)})]
        self.run_job("cron_ageing")
        return self.env["mail.activity"].search([("activity_type_id", "=", self.kind.id)], order="id")

    def test_each_record_has_one_activity_for_who_is_responsible(self):
        self.order.user_id = self.seller
        [activity] = self.remind(self.case(self.order), self.case(self.order, 9))
        self.assertEqual((activity.res_model, activity.res_id), ("sale.order", self.order.id))
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(activity.summary, "2 exceptions open, the oldest for 29 days")
        self.assertIn('href="https://countersign.example/cases/7"', activity.note)
        self.assertIn("1200.50 EUR", activity.note)
        claims = claims_of(SECRET, self.receiver.heard[0][1]["authorization"])
        self.assertEqual(claims["uid"], self.env.ref("base.user_root").id)
        self.assertEqual(sorted(claims["companies"]), sorted(self.env["res.company"].sudo().search([]).ids))
        self.assertEqual(self.receiver.bodies()[0]["older_than_days"], 14)

    def test_the_next_night_updates_and_repeats_nothing(self):
        [first] = self.remind(self.case(self.order))
        [second] = self.remind(self.case(self.order, days=28))
        self.assertEqual(first, second)
        self.assertEqual(second.summary, "Exception open for 28 days: Case 7")

    def test_what_is_settled_loses_its_activity(self):
        self.assertEqual(len(self.remind(self.case(self.order), self.case(self.invoice))), 2)
        [left] = self.remind(self.case(self.invoice))
        self.assertEqual(left.res_model, "account.move")
        self.assertFalse(self.remind())

    def test_activities_of_others_stay(self):
        own = self.order.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
        self.remind(self.case(self.order))
        self.remind()
        self.assertTrue(own.exists())

    def test_nothing_changes_when_the_service_does_not_answer(self):
        before = self.remind(self.case(self.order))
        with self.assertLogs("odoo.addons.countersign.models.ageing", level="WARNING"):
            after = self.remind(answer=(500, {}))
        self.assertEqual(before, after)

    def test_done_is_done_for_a_while(self):
        activity = self.remind(self.case(self.order))
        activity.action_feedback("Called them.")
        self.assertFalse(self.remind(self.case(self.order)))
        activity.with_context(active_test=False).date_done = "2026-01-01"
        self.assertEqual(len(self.remind(self.case(self.order))), 1)

    def test_the_responsible_of_each_model(self):
        task = self.env["project.task"].create(
            {"name": "t", "project_id": self.project.id, "user_ids": [(6, 0, self.seller.ids)]}
        )
        lonely = self.env["project.task"].create({"name": "u", "project_id": self.project.id, "user_ids": False})
        self.customer.user_id = self.seller
        self.invoice.invoice_user_id = self.clerk
        found = self.remind(*(self.case(r) for r in (task, lonely, self.project, self.customer, self.invoice)))
        people = {(a.res_model, a.res_id): a.user_id for a in found}
        self.assertEqual(people["project.task", task.id], self.seller)
        self.assertEqual(people["project.task", lonely.id], self.employee)
        self.assertEqual(people["project.project", self.project.id], self.employee)
        self.assertEqual(people["res.partner", self.customer.id], self.seller)
        self.assertEqual(people["account.move", self.invoice.id], self.clerk)

    def test_nonsense_of_the_service_is_passed_over(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        found = self.remind(
            self.case(self.order, company_id=other.id),
            {"model": "res.users", "res_id": 2},
            {"model": "sale.order", "res_id": 99999999},
            self.case(self.invoice, title="<b>x</b>", case_url="javascript:alert(1)"),
        )
        self.assertEqual(found.res_model, "account.move")
        self.assertNotIn("javascript", found.note)
        self.assertIn("&lt;b&gt;", found.note)

    def test_without_days_there_are_no_reminders(self):
        self.remind(self.case(self.order))
        self.parameters.set_param("countersign.ageing_days", False)
        self.assertFalse(self.remind(self.case(self.order)))
        self.assertEqual(len(self.receiver.heard), 1)
