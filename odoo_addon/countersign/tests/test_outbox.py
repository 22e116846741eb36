import json
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..models.outbox import FAILURES, MINUTES_BETWEEN, CountersignOutbox
from .linked import LinkedCase
from .receiver import SECRET, webhook_signature


@tagged("post_install", "-at_install")
class TestOutbox(LinkedCase):
    """Events are written with the change and posted, signed, until the service has them."""

    def setUp(self):
        super().setUp()
        self.forget_rows()

    def tell(self, record=None, event="record.sent"):
        return self.outbox._tell(event, record or self.order)

    def test_the_post_is_signed_and_thin(self):
        row = self.tell()
        self.run_job("cron_outbox")
        [(path, headers, body)] = self.receiver.heard
        self.assertEqual(path, "/v1/odoo/events")
        self.assertEqual(headers["webhook-id"], row.event_key)
        self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 30)
        expected = webhook_signature(SECRET, row.event_key, headers["webhook-timestamp"], body)
        self.assertEqual(headers["webhook-signature"], expected)
        told = json.loads(body)
        self.assertRegex(told.pop("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertRegex(told["data"].pop("write_date"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        data = {
            "database": self.parameters.get_param("database.uuid"),
            "model": "sale.order",
            "id": self.order.id,
            "company_id": self.company.id,
        }
        self.assertEqual(told, {"type": "record.sent", "data": data})
        self.assertEqual((row.state, row.attempts, row.last_error), ("sent", 1, False))
        self.assertTrue(row.sent_at)

    def test_sent_rows_are_not_sent_again(self):
        self.tell()
        self.run_job("cron_outbox")
        self.run_job("cron_outbox")
        self.assertEqual(len(self.receiver.heard), 1)

    def test_a_row_goes_with_the_change_it_tells_of(self):
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            self.quotation.action_confirm()
            self.assertEqual(len(self.rows("order.confirmed")), 1)
            raise ZeroDivisionError
        self.assertFalse(self.rows())

    def test_many_rows_wake_the_job_once_and_only_at_commit(self):
        self.env.cr.flush()
        before = self.wakings()
        self.tell(self.order + self.quotation)
        self.tell(self.invoice)
        self.assertEqual(self.wakings(), before)
        self.env.cr.flush()
        self.assertEqual(len(self.wakings() - before), 1)
        self.assertEqual(len(self.rows()), 3)

    def test_an_unreachable_service_puts_everything_off_with_one_try(self):
        rows = self.tell(self.order) + self.tell(self.invoice)
        self.receiver.answers = [(504, {})]
        self.run_job("cron_outbox")
        self.assertEqual(len(self.receiver.heard), 1)
        self.assertEqual(rows.mapped("state"), ["waiting", "waiting"])
        self.assertEqual(rows.mapped("attempts"), [1, 1])
        self.assertIn("trouble of its own", rows[0].last_error)
        self.assertGreater(rows[0].next_at, fields.Datetime.now() + timedelta(seconds=30))
        later = self.wakings().filtered(lambda waking: waking.call_at >= rows[0].next_at)
        self.assertEqual(len(later), 1, "the retry wakes the job by itself")
        self.run_job("cron_outbox")
        self.assertEqual(len(self.receiver.heard), 1, "it is not due yet")

    def test_a_row_on_which_the_service_fails_keeps_no_other_back(self):
        first, second = self.tell(self.order), self.tell(self.invoice)
        self.receiver.answers = [(500, {})]
        self.run_job("cron_outbox")
        self.assertEqual((first.state, first.attempts), ("waiting", 1))
        self.assertEqual(second.state, "sent")

    def test_a_service_that_fails_again_and_again_is_left_alone(self):
        rows = self.tell(self.order) + self.tell(self.invoice) + self.tell(self.quotation) + self.tell(self.order)
        self.receiver.answers = [(500, {})] * 10
        self.run_job("cron_outbox")
        self.assertEqual(len(self.receiver.heard), FAILURES)
        self.assertEqual(rows.mapped("attempts"), [1] * 4)

    def test_a_retry_carries_the_same_id_and_body(self):
        row = self.tell()
        self.receiver.answers = [(500, {})]
        self.run_job("cron_outbox")
        row.next_at = fields.Datetime.now() - timedelta(seconds=1)
        self.run_job("cron_outbox")
        first, second = self.receiver.heard
        self.assertEqual((first[1]["webhook-id"], first[2]), (second[1]["webhook-id"], second[2]))
        self.assertEqual((row.state, row.attempts, row.last_error), ("sent", 2, False))

    def test_after_the_last_try_a_row_is_given_up(self):
        row = self.tell()
        for _ in range(len(MINUTES_BETWEEN) + 1):
            row.next_at = fields.Datetime.now() - timedelta(seconds=1)
            self.receiver.answers = [(401, {"title": "Who are you?", "detail": "The signature is not ours."})]
            self.run_job("cron_outbox")
        self.assertEqual((row.state, row.attempts), ("failed", len(MINUTES_BETWEEN) + 1))
        self.assertEqual(row.last_error, "The signature is not ours.")

    def test_what_will_never_be_taken_is_given_up_at_once_and_stops_nothing(self):
        first, second = self.tell(self.order), self.tell(self.invoice)
        self.receiver.answers = [(422, {"title": "Not readable", "detail": "data.id: must be positive."})]
        self.run_job("cron_outbox")
        self.assertEqual((first.state, first.last_error), ("failed", "data.id: must be positive."))
        self.assertEqual(second.state, "sent")

    def test_an_administrator_sends_again(self):
        row = self.tell()
        row.write({"state": "failed", "attempts": 10, "last_error": "x"})
        with self.assertRaises(AccessError):
            row.with_user(self.clerk).action_retry()
        admin = new_test_user(
            self.env, "an.admin", groups="countersign.group_admin", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        row.with_user(admin).action_retry()
        self.assertEqual((row.state, row.attempts), ("waiting", 0))
        self.run_job("cron_outbox")
        self.assertEqual(row.state, "sent")
        row.with_user(admin).action_retry()
        self.assertEqual(row.state, "sent", "what the service has is not sent again")

    def test_old_sent_rows_go_and_others_stay(self):
        old, young, failed = (self.tell() for _ in range(3))
        long_ago = fields.Datetime.now() - timedelta(days=31)
        old.write({"state": "sent", "sent_at": long_ago})
        young.write({"state": "sent", "sent_at": fields.Datetime.now()})
        failed.write({"state": "failed", "happened_at": long_ago})
        self.outbox._gc_sent()
        self.assertEqual((young + failed).exists(), young + failed)
        self.assertFalse(old.exists())

    def test_nothing_is_written_without_settings_or_with_the_switch_off(self):
        self.parameters.set_param("countersign.events_off", "invoice,order")
        self.quotation.action_confirm()
        self.assertFalse(self.rows())
        self.tell(self.invoice)
        self.assertEqual(self.rows().mapped("event"), ["record.sent"], "what a person sends has no switch")
        self.forget_rows()
        self.link(False)
        self.tell(self.invoice)
        self.assertFalse(self.rows())

    def test_rows_wait_while_the_settings_are_gone(self):
        row = self.tell()
        self.link(False)
        self.run_job("cron_outbox")
        self.assertEqual((row.state, row.attempts), ("waiting", 0))

    def test_a_fault_of_ours_does_not_stop_the_persons_work(self):
        with (
            patch.object(CountersignOutbox, "create", side_effect=KeyError("fault")),
            self.assertLogs("odoo.addons.countersign.models.outbox", level="ERROR"),
        ):
            self.quotation.action_confirm()
        self.assertEqual(self.quotation.state, "sale")

    def test_a_missing_scheduled_action_does_not_stop_it_either(self):
        self.env.ref("countersign.cron_outbox").unlink()
        self.quotation.action_confirm()
        with self.assertLogs("odoo.addons.countersign.models.outbox", level="ERROR"):
            self.env.cr.flush()
        self.assertEqual(self.quotation.state, "sale")

    def test_what_has_no_company_is_told_for_the_persons_own(self):
        partner = self.env["res.partner"].create({"name": "Shared", "company_id": False})
        told = self.env["countersign.outbox"].with_company(self.company)._tell("record.sent", partner)
        self.assertEqual(told.company_id, self.company)

    def test_the_record_may_be_gone(self):
        note = self.env["sale.order"].create({"partner_id": self.customer.id})
        row = self.tell(note)
        note.unlink()
        self.run_job("cron_outbox")
        self.assertEqual(row.state, "sent")
        self.assertIn("Deleted", row.res_name)
        self.assertTrue(row.display_name.startswith("Sent by hand: "))

    def test_events_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        admin = new_test_user(
            self.env, "an.admin", groups="countersign.group_admin", company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        row = self.tell()
        self.assertEqual(self.env["countersign.outbox"].with_user(admin).search([]), row)
        row.company_id = other
        self.assertFalse(self.env["countersign.outbox"].with_user(admin).search([]))
        with self.assertRaises(AccessError):
            row.with_user(admin).action_retry()
        for user in (self.clerk, self.service, self.employee):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["countersign.outbox"].with_user(user).search([])

    def test_administrators_change_no_row(self):
        admin = new_test_user(self.env, "an.admin", groups="countersign.group_admin")
        with self.assertRaises(AccessError):
            self.tell().with_user(admin).write({"state": "sent"})
        with self.assertRaises(AccessError):
            self.env["countersign.outbox"].with_user(admin).create({"event": "record.sent"})
