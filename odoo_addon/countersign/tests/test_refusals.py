import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import JsonRpcException

from ..exceptions import KeyReused, OperationRefused, Stale
from .common import MANDATE, OperationCase
from .service_double import a_suggestion
from .test_panel import PanelCase


@tagged("post_install", "-at_install")
class TestWhoMayCall(OperationCase, HttpCase):
    """The door opens for the user of Countersign alone: what it writes says that it was decided."""

    def a_note(self, **more):
        record = {"model": "res.partner", "id": self.customer.id, "company_id": self.company.id}
        given = {"key": "countersign:1", "kind": "post_note", "record": record, "values": {"body": "Pay to DE00"}}
        return {**given, "expected": {}, "mandate": MANDATE, **more}

    def call(self, user, method, arguments):
        until = fields.Datetime.now() + timedelta(days=1)
        key = self.env["res.users.apikeys"].with_user(user).sudo()._generate(None, "test", until)
        context = {"allowed_company_ids": self.company.ids}
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": self.env.cr.dbname,
        }
        body = json.dumps({**arguments, "context": context})
        answer = self.url_open(f"/json/2/countersign.operation/{method}", data=body, headers=headers)
        self.env.invalidate_all()
        return answer

    def test_people_cannot_apply_and_cannot_take_a_key(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids += self.company
        change = self.a_note()
        for user in (self.employee, self.clerk, admin):
            for method, arguments in (
                ("apply", change),
                ("_apply_as_person", change),
                ("_apply", {"is_service": True, **change, "attachments": [], "digest": None}),
                ("_keep_refusal", {"change": change, "message": "no"}),
                ("create", {"vals_list": [{"key": "countersign:1"}]}),
            ):
                with self.subTest(user=user.login, method=method):
                    answer = self.call(user, method, arguments)
                    self.assertEqual(answer.status_code, 403, answer.text[:300])
        self.assertFalse(self.env["countersign.operation"].search([("key", "=", "countersign:1")]))
        self.assertNotIn("DE00", self.last_note(self.customer).body or "")
        answer = self.call(self.service, "apply", change)
        self.assertEqual((answer.status_code, answer.json().get("status")), (200, "applied"))

    def test_nor_from_the_browser(self):
        self.authenticate("a.clerk", "a.clerk")
        for method in ("apply", "_apply_as_person"):
            params = {"model": "countersign.operation", "method": method, "args": [], "kwargs": self.a_note()}
            with self.subTest(method=method), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(f"/web/dataset/call_kw/countersign.operation/{method}", params)
        self.assertFalse(self.env["countersign.operation"].search([("key", "=", "countersign:1")]))


@tagged("post_install", "-at_install")
class TestRefusals(PanelCase):
    """What a person was told stays true, though the service may never have heard of it."""

    def setUp(self):
        super().setUp()
        self.change = self.service_there.changes[self.suggestion["id"]] = self.a_note(
            self.invoice,
            "draft_credit_note",
            reason="6 hours",
            lines=[{"line_id": self.invoice.invoice_line_ids[0].id, "quantity": "6"}],
        )
        self.reader = new_test_user(
            self.env,
            "another.reader",
            groups="base.group_user,account.group_account_readonly",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        answered = self.service_there.answer
        self.service_there.answer = lambda path, claims, body: (
            (500, {}) if path.endswith("receipts") else answered(path, claims, body)
        )

    def as_service(self, **more):
        operations = self.env["countersign.operation"].with_user(self.service)
        return operations.with_context(allowed_company_ids=self.company.ids).apply(**{**self.change, **more})

    def assertNothingMade(self):
        self.assertFalse(self.env["account.move"].search([("reversed_entry_id", "=", self.invoice.id)]))

    def test_what_odoo_refused_a_person_is_not_written_later_by_the_service(self):
        answer = self.decide(user="another.reader")
        self.assertEqual(answer["written"], "refused")
        row = self.env["countersign.operation"].search([("key", "=", self.change["key"])])
        self.assertEqual((row.user_id, row.result), (self.reader, False))
        self.assertIn(row.refusal, answer["says"])
        for _ in range(2):
            with self.assertRaises(OperationRefused) as caught:
                self.as_service()
            self.assertEqual(str(caught.exception), row.refusal)
        with self.assertRaises(KeyReused):
            self.as_service(values={"reason": "All", "whole": True})
        self.assertNothingMade()

    def test_nor_what_had_changed_though_it_is_as_before_by_then(self):
        self.change["expected"] = {"ref": "typed earlier"}
        answer = self.decide()
        self.assertEqual(answer["written"], "stale")
        self.invoice.ref = "typed earlier"
        with self.assertRaises(Stale) as caught:
            self.as_service()
        [difference] = caught.exception.context["differences"]
        self.assertEqual((difference["field"], difference["expected"]), ("ref", "typed earlier"))
        self.assertNothingMade()

    def test_confirmed_again_it_is_refused_again(self):
        first = self.decide(user="another.reader")
        self.service_there.open["account.move", self.invoice.id] = [self.suggestion]
        again = self.decide(user="another.reader")
        self.assertEqual((again["written"], again["says"]), (first["written"], first["says"]))
        self.assertEqual(self.env["countersign.operation"].search_count([("key", "=", self.change["key"])]), 1)

    def test_a_refused_change_counts_as_none_when_something_is_taken_back(self):
        self.change.update(self.a_note(self.draft, "update_invoice_narrative", narration="Thank you"))
        self.decide(user="another.reader")
        self.assertTrue(self.env["countersign.operation"].search([("key", "=", self.change["key"])]).refusal)
        self.assertRefused("not_ours", "restore_draft", self.draft, {"operation": self.change["key"]})

    def test_a_change_that_nobody_can_read_is_refused_and_not_kept(self):
        nowhere = {"model": "account.move", "id": self.invoice.id, "company_id": 2**30}
        for damaged in ({"record": None}, {"attachments": "x"}, {"record": nowhere}):
            with self.subTest(damaged=damaged):
                again = a_suggestion(7, self.invoice)
                self.service_there.open["account.move", self.invoice.id] = [again]
                self.service_there.changes[again["id"]] = {**self.change, **damaged}
                self.assertEqual(self.decide(suggestion=again)["written"], "refused")
        self.assertFalse(self.env["countersign.operation"].search([("key", "=", self.change["key"])]))


@tagged("post_install", "-at_install")
class TestWhoSeesWhat(PanelCase):
    """A contact or project that everybody opens tells nobody more than Odoo itself would."""

    def setUp(self):
        super().setUp()
        self.about_order = a_suggestion(2, self.order)
        self.about_customer = a_suggestion(3, self.customer)
        self.everything = [self.suggestion, self.about_order, self.about_customer]
        for record in (self.customer, self.project, self.invoice, self.order):
            self.service_there.open[record._name, record.id] = self.everything
        self.service_there.cases = [
            {"case_id": 40 + n, "title": f"Case {n}", "state": "open", "state_words": "Open", "url": ""}
            for n in (1, 2, 3, 9)
        ]

    def shown(self, user, record=None):
        answer = self.look(record or self.customer, user=user)
        return (
            [s["case_id"] for s in answer["suggestions"]],
            [c["case_id"] for c in answer["cases"]],
        )

    def test_an_employee_who_opens_a_contact_sees_nothing(self):
        self.assertTrue(self.customer.with_user(self.employee).has_access("read"))
        self.assertEqual(self.shown(self.employee), ([], []))
        self.assertNotIn("time sheets", str(self.look(self.customer, user=self.employee)))

    def test_a_seller_sees_what_is_about_orders(self):
        self.order.user_id = seller = new_test_user(
            self.env,
            "a.young.seller",
            groups="base.group_user,sales_team.group_sale_salesman",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertFalse(self.invoice.with_user(seller).has_access("read"))
        steps, cases = self.shown(seller)
        self.assertIn(42, steps)
        self.assertNotIn(41, steps)
        self.assertEqual(steps, cases)
        self.assertIn(49, self.shown(seller, self.order)[1])
        self.assertNotIn(41, self.shown(seller, self.order)[1])

    def test_accounting_sees_every_case_and_the_steps_on_what_it_reads(self):
        steps, cases = self.shown(self.clerk)
        self.assertIn(41, steps)
        self.assertEqual(cases, [41, 42, 43, 49])

    def test_what_is_remembered_is_each_person_s_own(self):
        self.shown(self.clerk)
        self.assertEqual(self.shown(self.employee), ([], []))
        self.assertEqual(self.shown(self.employee), ([], []))

    def test_a_step_on_a_record_that_is_gone_or_unknown_is_left_out(self):
        gone = self.customer.copy()
        self.about_customer["target"]["res_id"] = gone.id
        self.about_order["target"]["model"] = "no.such.model"
        gone.unlink()
        self.assertEqual(self.shown(self.clerk)[0], [41])


@tagged("post_install", "-at_install")
class TestNeutralized(OperationCase):
    def test_a_copy_for_tests_neither_calls_nor_is_called(self):
        from odoo.modules.neutralize import get_neutralization_queries

        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("countersign.service_url", "http://127.0.0.1:1")
        parameters.set_param("countersign.secret", "one secret of both sides, forty characters")
        outbox = self.env["countersign.outbox"].sudo()
        outbox._tell("invoice.posted", self.invoice)
        row = outbox.search([], limit=1)
        self.assertEqual(row.state, "waiting")
        self.env.flush_all()
        (query,) = get_neutralization_queries(["countersign"])
        self.cr.execute(query)
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()
        self.assertFalse(parameters.get_param("countersign.secret"))
        self.assertFalse(self.env["countersign.client"]._configured())
        self.assertEqual(row.state, "failed")
        self.assertFalse(outbox.search([("state", "=", "waiting")]))
        outbox._tell("invoice.posted", self.invoice)
        self.assertFalse(outbox.search([("state", "=", "waiting")]))
