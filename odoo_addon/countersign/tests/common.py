import base64
import hashlib
import uuid

from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.tests import new_test_user

MANDATE = {
    "decided_by": "Clara Engel",
    "rule": "Rule 7",
    "case": "C-17",
    "link": "https://countersign.example/cases/17",
}


class OperationCase(AccountTestInvoicingCommon):
    """A customer with an order, a posted and a draft invoice; the service user, and people with various rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for group in ("sales_team.group_sale_manager", "project.group_project_manager", "base.group_system"):
            cls.env.user.sudo().group_ids += cls.env.ref(group)
        cls.company = cls.company_data["company"]
        people = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.service = new_test_user(
            cls.env, "the.service", groups="countersign.group_service", name="Service", **people
        )
        cls.employee = new_test_user(cls.env, "an.employee", groups="base.group_user", **people)
        cls.clerk = new_test_user(
            cls.env, "a.clerk", groups="base.group_user,account.group_account_invoice", name="Ada Clerk", **people
        )
        cls.seller = new_test_user(
            cls.env, "a.seller", groups="base.group_user,sales_team.group_sale_salesman_all_leads", **people
        )
        cls.portal = new_test_user(cls.env, "a.portal", groups="base.group_portal")
        cls.tax = cls.company_data["default_tax_sale"]
        cls.tax.write({"amount": 19.0, "price_include_override": "tax_excluded"})
        cls.customer = cls.env["res.partner"].create({"name": "Hafenwerk", "is_company": True, "vat": "X-1"})
        cls.service_product = cls.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "list_price": 150.0,
                "taxes_id": [Command.set(cls.tax.ids)],
                "invoice_policy": "order",
            }
        )
        line = {"product_id": cls.service_product.id, "product_uom_qty": 42, "price_unit": 150.0}
        orders = cls.env["sale.order"].with_company(cls.company)
        cls.order = orders.create({"partner_id": cls.customer.id, "order_line": [Command.create(line)]})
        cls.order.action_confirm()
        cls.quotation = orders.create({"partner_id": cls.customer.id, "order_line": [Command.create(line)]})
        cls.invoice = cls._invoice([(42, 150.0), (1, 286.0)])
        cls.invoice.action_post()
        cls.draft = cls._invoice([(30, 150.0)])
        cls.project = cls.env["project.project"].create(
            {"name": "Yard", "company_id": cls.company.id, "user_id": cls.employee.id, "partner_id": cls.customer.id}
        )

    @classmethod
    def _invoice(cls, lines):
        return cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": "2026-09-30",
                "company_id": cls.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.service_product.id,
                            "name": f"Part {n}",
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                    for n, (quantity, price) in enumerate(lines)
                ],
            }
        )

    def apply(self, kind, target, values=None, expected=None, user=None, key=None, files=(), **more):
        """As the service calls it, or, with a `user`, as the panel does for a person."""
        operations = self.env["countersign.operation"].with_user(user or self.service)
        operations = operations.with_context(allowed_company_ids=self.company.ids)
        given = {
            "key": key or f"test-{uuid.uuid4()}",
            "kind": kind,
            "record": {"model": target._name, "id": target.id, "company_id": self.company.id},
            "values": values or {},
            "expected": expected or {},
            "mandate": MANDATE,
            "attachments": [
                {
                    "name": name,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "content": base64.b64encode(content).decode(),
                }
                for name, content in files
            ],
        }
        way = operations._apply_as_person if user and user != self.service else operations.apply
        answer = way(**{**given, **more})
        self.env.invalidate_all()
        return answer

    def undo(self, answer, user=None):
        undo = answer["result"]["undo"]
        record = self.env[undo["model"]].browse(undo["id"])
        return self.apply(undo["kind"], record, undo["values"], undo["expected"], user=user)

    def assertRefused(self, reason, *args, **kwargs):
        from ..exceptions import OperationRefused

        with self.assertRaises(OperationRefused) as caught:
            self.apply(*args, **kwargs)
        self.assertEqual(caught.exception.context, {"reason": reason})

    def last_note(self, record):
        return self.env["mail.message"].search(
            [("model", "=", record._name), ("res_id", "=", record.id)], order="id desc", limit=1
        )
