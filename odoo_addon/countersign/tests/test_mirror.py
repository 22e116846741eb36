from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import OperationCase


@tagged("post_install", "-at_install")
class TestMirror(OperationCase):
    """What a copy outside asks; everything with the caller's own rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mirror = cls.env["countersign.operation"].with_user(cls.service)

    def _standing(self, model, domain):
        return self.mirror.mirror_standing({model: domain})[model]

    def test_any_change_shows_in_the_standing(self):
        domain = [("id", "in", (self.order + self.quotation).ids)]
        seen = [self._standing("sale.order", domain)]
        self.assertEqual(seen[0][0], 2)
        self.env.cr.execute("UPDATE sale_order SET write_date = write_date + interval '1 microsecond' WHERE id = %s",
                            [self.order.id])  # fmt: skip
        seen.append(self._standing("sale.order", domain))
        self.quotation.with_context(disable_cancel_warning=True).unlink()
        seen.append(self._standing("sale.order", domain))
        self.assertEqual(seen[2][0], 1)
        self.assertEqual(len({tuple(one) for one in seen}), 3)
        self.assertEqual(self._standing("sale.order", [("id", "=", 0)]), [0, "0"])

    def test_ranges_add_up_to_the_standing(self):
        domain = [("move_id", "in", (self.invoice + self.draft).ids)]
        count, total = self._standing("account.move.line", domain)
        ranges = self.mirror.mirror_ranges("account.move.line", domain, 3)
        self.assertEqual(sum(one[1] for one in ranges), count)
        self.assertEqual(sum(int(one[2]) for one in ranges), int(total))
        ids = self.env["account.move.line"].search(domain).ids
        self.assertEqual([one[0] for one in ranges], sorted({i // 3 for i in ids}))

    def test_pages_by_change_follow_one_another_without_gap(self):
        lines = self.invoice.line_ids
        self.env.cr.execute("UPDATE account_move_line SET write_date = '2026-01-01 10:00:00.5' WHERE id IN %s",
                            [tuple(lines.ids)])  # fmt: skip
        lines.invalidate_recordset()
        seen, after = [], None
        while True:
            rows = self.mirror.mirror_rows(
                "account.move.line", [("move_id", "=", self.invoice.id)], ["write_date"], [], 2, True, after
            )
            if not rows:
                break
            seen += [row["id"] for row in rows]
            after = [rows[-1]["write_date"], rows[-1]["id"]]
        self.assertEqual(seen, sorted(lines.ids))
        self.assertEqual(after[0], "2026-01-01 10:00:00.500000")

    def test_rows_are_what_read_answers_with_names_where_asked(self):
        [row] = self.mirror.mirror_rows(
            "sale.order", [("id", "=", self.order.id)], ["name", "partner_id", "company_id"], ["partner_id"]
        )
        self.assertEqual(row["name"], self.order.name)
        self.assertEqual(row["partner_id"], [self.customer.id, "Hafenwerk"])
        self.assertEqual(row["company_id"], self.company.id)
        with self.assertRaises(ValueError):
            self.mirror.mirror_rows("sale.order", [], ["name"], ["partner_id"])
        with self.assertRaises(ValueError):
            self.mirror.mirror_rows("sale.order", [], ["order_line"], ["order_line"])

    def test_ids_bound_a_page(self):
        ids = sorted((self.order + self.quotation).ids)
        domain = [("id", "in", ids)]
        rows = self.mirror.mirror_rows("sale.order", domain, ["name"], after_id=ids[0])
        self.assertEqual([row["id"] for row in rows], ids[1:])
        rows = self.mirror.mirror_rows("sale.order", domain, ["name"], up_to_id=ids[0])
        self.assertEqual([row["id"] for row in rows], ids[:1])

    def test_notes_come_page_by_page_too_and_only_those_one_may_read(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.env["project.project"].create({"name": "Hidden", "company_id": elsewhere.id})
        wanted = []
        for number in range(3):
            hidden.message_post(body=f"Hidden {number}")
            wanted.append(self.order.message_post(body=f"Note {number}").id)
            self.customer.message_post(body=f"On a contact {number}")
        domain = [("id", ">=", wanted[0]), ("model", "in", ["sale.order", "project.project"]), ("body", "!=", False)]
        by_id = [row["id"] for row in self.mirror.mirror_rows("mail.message", domain, ["body"], limit=2)]
        self.assertEqual(by_id, wanted[:2])
        rest = self.mirror.mirror_rows("mail.message", domain, ["body"], limit=2, after_id=by_id[-1])
        self.assertEqual([row["id"] for row in rest], wanted[2:])
        seen, after = [], None
        while rows := self.mirror.mirror_rows("mail.message", domain, ["write_date"], [], 1, True, after):
            seen.append(rows[0]["id"])
            after = [rows[0]["write_date"], rows[0]["id"]]
        self.assertEqual(seen, wanted)

    def test_archived_records_are_there(self):
        self.tax.active = False
        self.assertEqual(self._standing("account.tax", [("id", "=", self.tax.id)])[0], 1)

    def test_nobody_sees_what_they_may_not_read(self):
        for question in ("mirror_standing", "mirror_ranges", "mirror_rows"):
            arguments = {
                "mirror_standing": [{"account.bank.statement.line": []}],
                "mirror_ranges": ["account.bank.statement.line", [], 10],
                "mirror_rows": ["account.bank.statement.line", [], ["id"]],
            }[question]
            with self.subTest(question), self.assertRaises(AccessError):
                getattr(self.mirror, question)(*arguments)
        with self.assertRaises(AccessError):
            self.env["countersign.operation"].with_user(self.employee).mirror_rows("account.move", [], ["name"])
        for arguments in ([{"res.partner": []}], [{}]):
            with self.assertRaises(AccessError):
                self.env["countersign.operation"].with_user(self.portal).describe(*arguments, [])

    def test_another_companys_records_stay_away(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "a.stranger",
            groups="countersign.group_service",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        mirror = self.env["countersign.operation"].with_user(stranger)
        self.assertEqual(mirror.mirror_standing({"sale.order": [("id", "=", self.order.id)]})["sale.order"][0], 0)
        self.assertFalse(mirror.mirror_rows("sale.order", [("id", "=", self.order.id)], ["name"]))

    def test_what_exists_is_described(self):
        asked = {"sale.order": ["name", "no_such_field"], "no.such.model": ["name"]}
        found = self.mirror.describe(asked, ["sale", "no_such_module"])
        self.assertEqual(found, {"models": {"sale.order": ["name"]}, "modules": ["sale"]})
