import json
import time
import uuid
from unittest.mock import patch

from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException

from ..models.panel_memory import memory
from .common import MANDATE, OperationCase
from .service_double import ServiceDouble, a_suggestion

SECRET = "one secret of both sides, forty characters"


class PanelCase(OperationCase, HttpCase):
    """A Countersign that listens, and an invoice with a suggestion."""

    def setUp(self):
        super().setUp()
        self.service_there = ServiceDouble(SECRET)
        self.addCleanup(self.service_there.stop)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("countersign.service_url", self.service_there.url)
        parameters.set_param("countersign.secret", SECRET)
        memory.forget(self.env.cr.dbname)
        self.addCleanup(memory.forget, self.env.cr.dbname)
        self.suggestion = a_suggestion(1, self.invoice)
        self.service_there.open["account.move", self.invoice.id] = [self.suggestion]
        self.service_there.changes[self.suggestion["id"]] = self.a_note(self.invoice)

    def a_note(self, target, kind="post_note", expected=None, **values):
        return {
            "key": f"panel-{uuid.uuid4()}",
            "kind": kind,
            "record": {"model": target._name, "id": target.id, "company_id": self.company.id},
            "values": values or {"body": "Time sheets were sent."},
            "expected": expected or {},
            "mandate": MANDATE,
            "attachments": [],
            "digest": None,
        }

    def look(self, record=None, user=None, **more):
        record = record or self.invoice
        panel = self.env["countersign.panel"].with_user(user or self.clerk)
        return panel.with_context(allowed_company_ids=self.company.ids)._look(record._name, record.id, **more)

    def decide(self, verdict="confirm", user="a.clerk", suggestion=None, **more):
        """Over HTTP, as the browser does it."""
        suggestion = suggestion or self.suggestion
        decision = {
            "suggestion_id": suggestion["id"],
            "content_hash": suggestion["content_hash"],
            "verdict": verdict,
            **more,
        }
        self.authenticate(user, user)
        answer = self.make_jsonrpc_request(
            "/countersign/decide",
            {
                "model": "account.move",
                "res_id": self.invoice.id,
                "decision": decision,
                "company_ids": self.company.ids,
            },
        )
        self.env.invalidate_all()
        return answer

    def receipts(self):
        return self.service_there.calls("/v1/odoo/receipts")


@tagged("post_install", "-at_install")
class TestLooking(PanelCase):
    def test_the_service_hears_who_looks_at_what(self):
        shown = self.look()
        self.assertEqual(shown["state"], "ready")
        self.assertEqual([s["title"] for s in shown["suggestions"]], ["Post a note"])
        ((path, claims, body),) = self.service_there.heard
        self.assertEqual(path, "/v1/odoo/panel")
        self.assertEqual(body, {"model": "account.move", "res_id": self.invoice.id})
        self.assertEqual((claims["uid"], claims["login"]), (self.clerk.id, "a.clerk"))
        self.assertEqual((claims["model"], claims["res_id"]), ("account.move", self.invoice.id))
        self.assertEqual(claims["companies"], self.company.ids)

    def test_what_was_said_half_a_minute_ago_is_not_asked_again(self):
        self.assertEqual(self.look(), self.look())
        self.assertEqual(len(self.service_there.heard), 1)
        self.look(fresh=True)
        self.assertEqual(len(self.service_there.heard), 2)
        with patch("odoo.addons.countersign.models.panel_memory.time.monotonic", lambda: time.perf_counter() + 1e6):
            self.look()
        self.assertEqual(len(self.service_there.heard), 3)

    def test_one_person_never_gets_what_was_said_to_another(self):
        self.look()
        self.look(user=self.env.user)
        self.assertEqual(len(self.service_there.heard), 2)

    def test_a_record_that_was_written_is_asked_for_anew(self):
        self.look()
        self.env.cr.execute(
            "UPDATE account_move SET write_date = write_date + interval '1 second' WHERE id = %s", [self.invoice.id]
        )
        self.env.invalidate_all()
        self.look()
        self.assertEqual(len(self.service_there.heard), 2)

    def test_no_answer_is_a_state_and_holds_up_only_the_first_form(self):
        self.service_there.stop()
        self.assertEqual(self.look()["state"], "unreachable")
        self.assertIn("cannot be reached", self.look()["says"])
        with patch.object(type(self.env["countersign.client"]), "_call") as called:
            self.assertEqual(self.look(self.draft)["state"], "unreachable")
            called.assert_not_called()

    def test_a_refusal_is_told_in_the_words_of_the_service(self):
        self.service_there.refuses = (403, {"title": "Forbidden", "detail": "This database is not known."})
        self.assertEqual(self.look(), {"state": "refused", "says": "This database is not known."})

    def test_without_settings_only_administrators_are_told(self):
        self.env["ir.config_parameter"].sudo().set_param("countersign.secret", "")
        self.assertEqual(self.look(), {"state": "not_configured", "says": ""})
        self.assertIn("secret", self.look(user=self.env.user)["says"])

    def test_nobody_learns_of_a_record_he_may_not_read(self):
        for user in (self.employee, self.portal):
            with self.assertRaises(AccessError):
                self.look(user=user)
        with self.assertRaises(AccessError):
            self.look(self.env.company)
        with self.assertRaises(ValidationError):
            self.env["countersign.panel"].with_user(self.clerk)._look("account.move", True)
        with self.assertRaises(MissingError):
            self.env["countersign.panel"].with_user(self.clerk)._look("account.move", 2**30)
        self.assertEqual(self.service_there.heard, [])

    def test_over_http_the_browser_gets_suggestions_and_no_secret(self):
        self.authenticate("a.clerk", "a.clerk")
        answer = self.make_jsonrpc_request(
            "/countersign/panel",
            {"model": "account.move", "res_id": self.invoice.id, "company_ids": self.company.ids},
        )
        self.assertEqual(answer["state"], "ready")
        self.assertNotIn(SECRET, json.dumps(answer))

    def test_somebody_else_s_company_is_refused(self):
        other = self.env["res.company"].sudo().with_context(install_mode=True).create({"name": "Elsewhere"})
        self.authenticate("a.clerk", "a.clerk")
        with self.assertRaises(JsonRpcException) as caught:
            self.make_jsonrpc_request(
                "/countersign/panel",
                {"model": "account.move", "res_id": self.invoice.id, "company_ids": other.ids},
            )
        self.assertIn("AccessError", str(caught.exception.args or caught.exception))
        self.assertEqual(self.service_there.heard, [])


@tagged("post_install", "-at_install")
class TestDeciding(PanelCase):
    def test_a_confirmed_change_is_made_as_the_person_and_reported(self):
        answer = self.decide()
        self.assertEqual((answer["state"], answer["result"], answer["written"]), ("done", "confirmed", "applied"))
        self.assertEqual(answer["says"], "Confirmed: Post a note. Odoo has the change.")
        operation = self.env["countersign.operation"].search([("res_id", "=", self.invoice.id)])
        self.assertEqual((operation.user_id, operation.decided_by), (self.clerk, "Ada Clerk"))
        note = self.last_note(self.invoice)
        self.assertEqual(note.author_id, self.clerk.partner_id)
        self.assertIn("Decided by Ada Clerk under rule", note.body)
        (receipt,) = self.receipts()
        self.assertEqual((receipt["key"], receipt["status"]), (operation.key, "applied"))

    def test_a_decision_makes_the_panel_ask_again(self):
        self.look()
        self.decide()
        self.assertEqual(self.look()["suggestions"], [])

    def test_a_draft_credit_note_comes_back_with_its_name(self):
        self.service_there.changes[self.suggestion["id"]] = self.a_note(
            self.invoice, "draft_credit_note", reason="6 hours", lines=[self.six_hours()]
        )
        answer = self.decide()
        made = self.env["account.move"].browse(answer["made"]["id"])
        self.assertEqual((made.state, made.move_type, made.amount_untaxed), ("draft", "out_refund", 900.0))
        self.assertEqual(answer["made"]["name"], made.display_name)

    def six_hours(self):
        return {"line_id": self.invoice.invoice_line_ids[0].id, "quantity": "6"}

    def test_a_record_that_changed_is_left_alone_and_both_values_are_told(self):
        order_ref = {"ref": "typed earlier"}
        self.service_there.changes[self.suggestion["id"]] = self.a_note(self.invoice, expected=order_ref)
        before = self.last_note(self.invoice)
        answer = self.decide()
        self.assertEqual(answer["written"], "stale")
        self.assertIn("Nothing was written: Odoo changed", answer["says"])
        self.assertEqual([d["field"] for d in answer["differences"]], [self.invoice._fields["ref"].string])
        self.assertEqual(answer["differences"][0]["expected"], "typed earlier")
        self.assertEqual(self.last_note(self.invoice), before)
        self.assertEqual(self.receipts()[0]["status"], "stale")
        self.assertEqual([d["field"] for d in self.receipts()[0]["differences"]], ["ref"])

    def test_odoo_s_rights_of_the_person_decide(self):
        reader = self.env["res.users"].sudo().search([("login", "=", "a.reader")]) or self.reader()
        self.service_there.changes[self.suggestion["id"]] = self.a_note(
            self.invoice, "draft_credit_note", reason="6 hours", lines=[self.six_hours()]
        )
        answer = self.decide(user=reader.login)
        self.assertEqual(answer["written"], "refused")
        self.assertIn("Nothing was written. Odoo refused:", answer["says"])
        self.assertEqual(self.receipts()[0]["status"], "refused")
        self.assertFalse(self.env["account.move"].search([("reversed_entry_id", "=", self.invoice.id)]))

    def reader(self):
        from odoo.tests import new_test_user

        return new_test_user(
            self.env,
            "a.reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def test_a_change_this_addon_does_not_know_is_refused(self):
        self.service_there.changes[self.suggestion["id"]] = {**self.a_note(self.invoice), "more": 1}
        answer = self.decide()
        self.assertEqual(answer["written"], "refused")
        self.assertIn("Update the addon", answer["says"])

    def test_a_change_handed_out_twice_happens_once(self):
        change = self.service_there.changes[self.suggestion["id"]]
        self.decide()
        again = a_suggestion(2, self.invoice)
        self.service_there.open["account.move", self.invoice.id] = [again]
        self.service_there.changes[again["id"]] = change
        answer = self.decide(suggestion=again)
        self.assertEqual(answer["written"], "already")
        self.assertEqual(self.env["countersign.operation"].search_count([("key", "=", change["key"])]), 1)

    def test_a_receipt_that_does_not_arrive_changes_nothing(self):
        answered = self.service_there.answer

        def without_receipts(path, claims, body):
            return (500, {}) if path.endswith("receipts") else answered(path, claims, body)

        self.service_there.answer = without_receipts
        answer = self.decide()
        self.assertEqual(answer["written"], "applied")
        self.assertTrue(self.env["countersign.operation"].search([("res_id", "=", self.invoice.id)]))

    def test_a_locked_record_is_tried_again_and_then_left_to_the_service(self):
        from odoo.exceptions import LockError

        operations = type(self.env["countersign.operation"])
        with (
            patch("odoo.addons.countersign.models.panel.PAUSE", 0),
            patch.object(operations, "_apply_as_person", side_effect=LockError("locked")) as tried,
        ):
            answer = self.decide()
        self.assertEqual(tried.call_count, 3)
        self.assertEqual(answer["written"], "busy")
        self.assertIn("tries again by itself", answer["says"])
        self.assertEqual(self.receipts()[0]["status"], "busy")

    def test_a_yes_that_waits_for_another_person_writes_nothing(self):
        del self.service_there.changes[self.suggestion["id"]]
        answer = self.decide()
        self.assertEqual((answer["result"], answer["written"]), ("waits", None))
        self.assertEqual(self.receipts(), [])

    def test_a_no_carries_its_reason_and_a_correction_its_values(self):
        self.decide("edit", values={"body": "Shorter."})
        self.suggestion = dict(self.suggestion, content_hash=self.suggestion["content_hash"])
        self.decide("reject", reason="other", note="Agreed by phone")
        edit, reject = self.service_there.calls("/v1/odoo/decisions")
        self.assertEqual((edit["verdict"], edit["values"]), ("edit", {"body": "Shorter."}))
        self.assertEqual((reject["verdict"], reject["reason"], reject["note"]), ("reject", "other", "Agreed by phone"))

    def test_what_the_service_does_not_take_is_not_done(self):
        changed = {**self.suggestion, "content_hash": "another"}
        answer = self.decide(suggestion=changed)
        self.assertEqual(answer["state"], "refused")
        self.assertIn("has changed since you saw it", answer["says"])
        self.assertFalse(self.env["countersign.operation"].search([("res_id", "=", self.invoice.id)]))

    def test_without_an_answer_nothing_is_done(self):
        self.service_there.stop()
        self.assertEqual(self.decide()["state"], "unreachable")

    def test_nonsense_is_refused_before_it_leaves_odoo(self):
        self.authenticate("a.clerk", "a.clerk")
        for decision in (
            None,
            {"verdict": "post"},
            {"verdict": "edit", "values": []},
            {"verdict": "reject", "note": 1},
        ):
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/countersign/decide",
                    {"model": "account.move", "res_id": self.invoice.id, "decision": decision},
                )
        self.assertEqual(self.service_there.heard, [])


@tagged("post_install", "-at_install")
class TestPanelPages(PanelCase):
    browser_size = "1366x768"

    def test_javascript(self):
        """The HOOT tests of static/tests. A filter that finds nothing succeeds too, so their number is looked at."""
        with self.assertLogs("odoo.addons.countersign.tests.test_panel", "INFO") as logged:
            self.browser_js(
                "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=/@countersign%5C//",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
            )
        passed = [line for line in logged.output if "[HOOT] Passed" in line]
        self.assertRegex("".join(passed), r"\[HOOT\] Passed (2[4-9]|[3-9]\d|\d{3,}) tests")

    def test_tour(self):
        self.suggestion.update(
            amount="900.00", currency="EUR", evidence=[{"quote": "nur 36 Stunden", "source": "Mail of 20 Nov 2026"}]
        )
        self.service_there.open["account.move", self.invoice.id].append(a_suggestion(2, self.invoice))
        self.start_tour(f"/odoo/account.move/{self.invoice.id}", "countersign_panel", login="a.clerk", timeout=300)
        self.assertEqual([r["status"] for r in self.receipts()], ["applied"])
