from odoo.exceptions import AccessError, MissingError
from odoo.tests import tagged

from ..exceptions import KeyReused, OperationRefused, Stale
from .common import MANDATE, OperationCase


@tagged("post_install", "-at_install")
class TestDoor(OperationCase):
    """What holds for every operation."""

    def test_a_repetition_answers_the_same_and_changes_nothing(self):
        first = self.apply(
            "set_customer_reference", self.order, {"reference": "PO-1"}, {"client_order_ref": None}, key="k1"
        )
        notes = self.order.message_ids
        again = self.apply(
            "set_customer_reference", self.order, {"reference": "PO-1"}, {"client_order_ref": None}, key="k1"
        )
        self.assertEqual((first["status"], again["status"]), ("applied", "already"))
        self.assertEqual(again["result"], first["result"])
        self.assertEqual(self.order.message_ids, notes)

    def test_a_key_belongs_to_one_change(self):
        self.apply("post_note", self.order, {"body": "one"}, key="k2")
        with self.assertRaises(KeyReused):
            self.apply("post_note", self.order, {"body": "two"}, key="k2")

    def test_stale_names_every_field_with_both_values(self):
        self.order.client_order_ref = "OLD"
        expected = {
            "client_order_ref": "SEEN",
            "state": "draft",
            "partner_id": self.customer.id,
            "amount_untaxed": "6300.00",
        }
        with self.assertRaises(Stale) as caught:
            self.apply("set_customer_reference", self.order, {"reference": "NEW"}, expected)
        self.assertEqual(
            caught.exception.context["differences"],
            [
                {"field": "client_order_ref", "expected": "SEEN", "actual": "OLD"},
                {"field": "state", "expected": "draft", "actual": "sale"},
            ],
        )
        self.assertEqual(caught.exception.http_status, 409)
        self.assertEqual(self.order.client_order_ref, "OLD")
        self.assertFalse(self.env["countersign.operation"].search([("asked", "like", "NEW")]))

    def test_a_renamed_line_is_stale_though_the_head_says_nothing(self):
        line = self.draft.invoice_line_ids
        seen = {"id": line.id, "name": line.name, "quantity": "30", "price_unit": "150.0", "tax_ids": line.tax_ids.ids}
        line.name = "Reworded by somebody"
        with self.assertRaises(Stale) as caught:
            self.apply("set_customer_reference", self.draft, {"reference": "X"}, {"lines": [seen]})
        [difference] = caught.exception.context["differences"]
        self.assertEqual(difference["field"], f"lines.{line.id}.name")

    def test_a_failing_operation_leaves_no_row_behind(self):
        with self.assertRaises(OperationRefused), self.cr.savepoint():
            self.apply("draft_credit_note", self.draft, {"reason": "x", "whole": True}, key="k3")
        self.assertFalse(self.env["countersign.operation"].search([("key", "=", "k3")]))

    def test_the_closed_list(self):
        self.assertRefused("unknown_kind", "post_invoice", self.draft)
        self.assertRefused("model", "set_customer_reference", self.tax, {"reference": "x"})
        self.assertRefused("unknown_field", "set_customer_reference", self.order, {"reference": "x", "state": "draft"})
        self.assertRefused("unknown_field", "set_customer_reference", self.order, {"reference": "x"}, {"create_uid": 1})
        self.assertRefused("missing_value", "post_note", self.order, {"body": ""})
        self.assertRefused("values", "post_note", self.order, {"body": ["a"]})
        self.assertRefused("files", "update_draft_order", self.quotation, {"note": "x"}, attachments=[{"name": "a"}])
        self.assertRefused(
            "record",
            "post_note",
            self.order,
            {"body": "x"},
            record={"model": "sale.order", "id": True, "company_id": 1},
        )
        self.assertRefused("key", "post_note", self.order, {"body": "x"}, key="x" * 129)

    def test_only_the_confirmed_change(self):
        self.assertRefused("digest", "post_note", self.order, {"body": "x"}, digest="0" * 64)

    def test_the_service_names_who_decided(self):
        self.assertRefused("mandate", "post_note", self.order, {"body": "x"}, mandate={"decided_by": "", "rule": "R"})
        self.assertRefused(
            "mandate", "post_note", self.order, {"body": "x"}, mandate={**MANDATE, "link": "javascript:alert(1)"}
        )
        self.assertRefused("mandate", "post_note", self.order, {"body": "x"}, mandate={**MANDATE, "other": "x"})

    def test_the_note_says_who_decided_under_which_rule_with_a_link(self):
        self.apply("post_note", self.order, {"body": "Two\nlines <b>plain</b>"})
        note = self.last_note(self.order)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(note.author_id, self.service.partner_id)
        for part in (
            "Two<br>lines &lt;b&gt;plain",
            "Clara Engel",
            "Rule 7",
            'href="https://countersign.example/cases/17"',
            "C-17",
        ):
            self.assertIn(part, note.body)
        self.assertFalse(note.notified_partner_ids)

    def test_records_that_are_gone_or_of_another_company(self):
        gone = self.env["sale.order"].browse(99999999)
        with self.assertRaises(MissingError):
            self.apply("post_note", gone, {"body": "x"})
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.apply(
                "post_note",
                self.order,
                {"body": "x"},
                record={"model": "sale.order", "id": self.order.id, "company_id": other.id},
            )
        self.service.company_ids += other
        operations = (
            self.env["countersign.operation"].with_user(self.service).with_context(allowed_company_ids=other.ids)
        )
        record = {"model": "sale.order", "id": self.order.id, "company_id": other.id}
        with self.assertRaises(AccessError):
            operations.apply("k9", "post_note", record, {"body": "x"}, {}, MANDATE)

    def test_about(self):
        about = self.env["countersign.operation"].with_user(self.service).about()
        self.assertTrue(about["version"].startswith("19.0."))
        self.assertIn("draft_credit_note", about["kinds"])
