from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import time_approval
from .linked import LinkedCase


@tagged("post_install", "-at_install")
class TestTimeApproval(LinkedCase):
    """Who approves whose time, what approval locks, and how it is taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        user = "hr_timesheet.group_hr_timesheet_user"
        cls.worker = new_test_user(cls.env, "a.worker", groups=user, name="Wanda Worker", **people)
        cls.manager = new_test_user(cls.env, "a.manager", groups=user, name="Mona Manager", **people)
        cls.approver = new_test_user(cls.env, "an.approver", groups="countersign.group_time_approver", **people)
        cls.employees = {
            person: cls.env["hr.employee"].create(
                {"name": person.name, "user_id": person.id, "company_id": cls.company.id}
            )
            for person in (cls.worker, cls.manager, cls.approver)
        }
        cls.project.write({"user_id": cls.manager.id, "allow_timesheets": True, "privacy_visibility": "employees"})
        cls.elsewhere = cls.project.copy({"name": "Dock", "user_id": cls.clerk.id, "allow_timesheets": True})
        cls.time = cls.log(cls.worker)

    @classmethod
    def log(cls, person, project=None, hours=3.0, **more):
        return cls.env["account.analytic.line"].create(
            {
                "name": "Workshop",
                "date": "2026-09-14",
                "unit_amount": hours,
                "employee_id": cls.employees[person].id,
                "project_id": (project or cls.project).id,
                **more,
            }
        )

    def approve(self, lines, user):
        lines.with_user(user).action_countersign_approve()
        self.env.invalidate_all()

    def take_back(self, lines, user):
        lines.with_user(user).action_countersign_take_back()
        self.env.invalidate_all()

    def test_the_manager_of_the_project_approves(self):
        self.approve(self.time, self.manager)
        self.assertTrue(self.time.countersign_approved)
        self.assertEqual(self.time.countersign_approved_by, self.manager)
        self.assertTrue(self.time.countersign_approved_at)

    def test_an_approver_approves_on_any_project(self):
        time = self.log(self.worker, self.elsewhere)
        with self.assertRaises(UserError):
            self.approve(time, self.manager)
        self.approve(time, self.approver)
        self.assertEqual(time.countersign_approved_by, self.approver)

    def test_nobody_else_approves_in_any_way(self):
        for user in (self.worker, self.employee, self.clerk, self.service, self.portal):
            for way in (
                lambda line: line.action_countersign_approve(),
                lambda line: line.write({"countersign_approved": True}),
                lambda line: line.sudo().write({"countersign_approved": True}),
            ):
                with self.subTest(user=user.login), self.assertRaises(UserError), self.cr.savepoint():
                    way(self.time.with_user(user))
        self.env.invalidate_all()
        self.assertFalse(self.time.countersign_approved)

    def test_time_cannot_be_born_approved_by_its_author(self):
        values = {"name": "x", "project_id": self.project.id, "unit_amount": 1, "countersign_approved": True}
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["account.analytic.line"].with_user(self.worker).create(values)
        values["employee_id"] = self.employees[self.worker].id
        born = self.env["account.analytic.line"].with_user(self.approver).create(values)
        self.assertEqual(born.countersign_approved_by, self.approver)

    def test_time_is_not_born_approved_by_a_default_value(self):
        times = self.env["account.analytic.line"].with_user(self.worker)
        values = {
            "name": "x",
            "project_id": self.project.id,
            "unit_amount": 8,
            "employee_id": self.employees[self.worker].id,
        }
        forged = {"default_countersign_approved": True, "default_countersign_approved_by": self.manager.id}
        by_context = times.with_context(**forged).create(values)
        self.env["ir.default"].with_user(self.worker).set(
            "account.analytic.line", "countersign_approved", True, user_id=True
        )
        by_default = times.create(values)
        for line in (by_context, by_default):
            self.assertFalse(line.countersign_approved)
            self.assertFalse(line.countersign_approved_by)

    def test_who_approved_cannot_be_written(self):
        for name, value in (("countersign_approved_by", self.manager.id), ("countersign_approved_at", "2026-01-01")):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.time.with_user(self.approver).write({name: value})
        with self.assertRaises(UserError):
            self.time.with_user(self.approver).write({"countersign_approved": True, "unit_amount": 8})

    def test_nobody_approves_their_own_time_unless_the_switch_says_so(self):
        own, managers = self.log(self.approver), self.log(self.manager)
        with self.assertRaisesRegex(UserError, "own time"):
            self.approve(own, self.approver)
        with self.assertRaisesRegex(UserError, "own time"):
            self.approve(managers, self.manager)
        self.parameters.set_param("countersign.approve_own_time", "True")
        self.approve(own, self.approver)
        self.approve(managers, self.manager)
        self.assertTrue(own.countersign_approved and managers.countersign_approved)
        with self.assertRaises(UserError):
            self.approve(self.time, self.worker)

    def test_a_batch_approves_what_it_may_and_says_what_was_left(self):
        own, done = self.log(self.approver), self.log(self.worker)
        self.approve(done, self.manager)
        told = (self.time + own + done).with_user(self.approver).action_countersign_approve()
        self.assertTrue(self.time.countersign_approved)
        self.assertFalse(own.countersign_approved)
        self.assertEqual(done.countersign_approved_by, self.manager)
        message = told["params"]["message"]
        self.assertIn("1 approved.", message)
        self.assertIn("1 × Nobody decides on their own time.", message)
        self.assertIn("1 × approved already", message)

    def test_the_field_is_all_or_nothing(self):
        own = self.log(self.approver)
        with self.assertRaises(AccessError):
            (self.time + own).with_user(self.approver).write({"countersign_approved": True})
        self.assertFalse(self.time.countersign_approved)

    def test_approved_time_is_locked(self):
        task = self.env["project.task"].create({"name": "t", "project_id": self.project.id})
        self.approve(self.time, self.manager)
        line = self.order.order_line[0]
        for user in (self.worker, self.approver, self.env.user):
            for name, value in (
                ("unit_amount", 8.0),
                ("date", "2026-09-15"),
                ("employee_id", self.employees[self.manager].id),
                ("task_id", task.id),
                ("project_id", self.elsewhere.id),
                ("so_line", line.id),
                ("name", "Something else"),
            ):
                with self.subTest(user=user.login, name=name), self.assertRaises(UserError), self.cr.savepoint():
                    self.time.with_user(user).sudo().write({name: value})
        with self.assertRaisesRegex(UserError, "Take the approval back"):
            self.time.unlink()
        self.env.invalidate_all()
        self.assertEqual((self.time.unit_amount, self.time.name), (3.0, "Workshop"))
        self.assertTrue(self.time.readonly_timesheet)

    def test_what_changes_nothing_may_be_written(self):
        self.approve(self.time, self.manager)
        self.time.write({"unit_amount": 3.0, "date": "2026-09-14", "name": "Workshop", "project_id": self.project.id})

    def test_a_moved_task_or_order_line_leaves_approved_time_alone(self):
        task = self.env["project.task"].create({"name": "t", "project_id": self.project.id})
        self.project.allow_billable = True
        approved, open_time = self.log(self.worker, task_id=task.id), self.log(self.worker, task_id=task.id)
        self.approve(approved, self.manager)
        task.write({"partner_id": self.customer.id, "sale_line_id": self.order.order_line[0].id})
        self.env.flush_all()
        self.assertEqual(open_time.so_line, self.order.order_line[0])
        self.assertFalse(approved.so_line)
        task.project_id = self.elsewhere
        self.env.flush_all()
        self.assertEqual((approved.project_id, open_time.project_id), (self.project, self.elsewhere))

    def test_other_rates_and_an_unbilled_project_leave_approved_time_alone(self):
        self.project.write({"allow_billable": True, "partner_id": self.customer.id})
        task = self.env["project.task"].create({"name": "t", "project_id": self.project.id})
        line, other = self.order.order_line[0], self.quotation.order_line[0]
        approved, open_time = (self.log(self.worker, task_id=task.id, so_line=line.id) for _ in range(2))
        self.approve(approved, self.manager)
        rate = {"project_id": self.project.id, "employee_id": self.employees[self.worker].id, "sale_line_id": other.id}
        self.env["project.sale.line.employee.map"].create(rate)
        self.env.flush_all()
        self.assertEqual((approved.so_line, open_time.so_line), (line, other))
        self.project.allow_billable = False
        self.env.flush_all()
        self.assertEqual(approved.so_line, line)
        self.assertFalse(open_time.so_line)

    def test_taking_back_unlocks(self):
        self.approve(self.time, self.manager)
        with self.assertRaises(UserError):
            self.take_back(self.time, self.worker)
        self.take_back(self.time, self.manager)
        self.assertFalse(self.time.countersign_approved or self.time.countersign_approved_by)
        self.time.with_user(self.worker).unit_amount = 4.0

    def test_invoiced_time_keeps_its_approval(self):
        self.approve(self.time, self.manager)
        self.time.sudo().timesheet_invoice_id = self.draft
        with self.assertRaisesRegex(UserError, "is on invoice"):
            self.take_back(self.time, self.manager)
        with self.assertRaises(AccessError):
            self.time.with_user(self.manager).write({"countersign_approved": False})
        self.draft.button_cancel()
        self.take_back(self.time, self.manager)
        self.assertFalse(self.time.countersign_approved)

    def test_only_time_on_projects_is_approved(self):
        account = self.env["account.analytic.account"].create(
            {"name": "Costs", "plan_id": self.env["account.analytic.plan"].search([], limit=1).id}
        )
        cost = self.env["account.analytic.line"].create({"name": "Paper", "account_id": account.id, "amount": -5})
        with self.assertRaisesRegex(UserError, "no time"):
            cost.action_countersign_approve()

    def test_what_waits_can_be_searched(self):
        own = self.log(self.approver)
        lines = self.time + own
        search = self.env["account.analytic.line"].search
        self.assertEqual(search([("id", "in", lines.ids), ("countersign_to_approve", "=", True)]), lines)
        self.approve(self.time, self.manager)
        self.assertEqual(search([("id", "in", lines.ids), ("countersign_to_approve", "=", True)]), own)
        self.assertEqual(search([("id", "in", lines.ids), ("countersign_to_approve", "!=", True)]), self.time)
        self.assertEqual(lines.mapped("countersign_to_approve"), [t == own for t in lines])

    def test_an_approval_by_another_field_counts_too(self):
        elsewhere = "is_so_line_edited"  # any stored boolean stands for Enterprise's or a custom one
        self.time[elsewhere] = True
        self.enterContext(patch.object(time_approval, "ELSEWHERE", (elsewhere, "validated", "x_unknown")))
        self.assertFalse(self.time.countersign_to_approve)
        found = self.env["account.analytic.line"].search(
            [("id", "=", self.time.id), ("countersign_to_approve", "=", True)]
        )
        self.assertFalse(found)

    def test_events_tell_of_another_approval_and_of_what_changes_after_it(self):
        elsewhere = "is_so_line_edited"
        self.enterContext(patch.object(time_approval, "ELSEWHERE", (elsewhere,)))
        self.forget_rows()
        self.time[elsewhere] = True
        self.time.unit_amount = 5.0
        self.time.write({"unit_amount": 5.0, "name": "Workshop"})
        self.time[elsewhere] = False
        self.time.unit_amount = 6.0
        events = ["timesheet.approved", "timesheet.changed", "timesheet.changed"]
        self.assertEqual(self.rows().mapped("event"), events)

    def unguarded(self):
        """A stored boolean that stands for a firm's own field of approval, which Odoo lets everybody write."""
        name = "is_so_line_edited"
        self.enterContext(patch.object(time_approval, "ELSEWHERE", (name,)))
        self.enterContext(patch.object(time_approval, "UNGUARDED", (name,)))
        return name

    def test_nobody_approves_their_own_time_by_a_custom_field(self):
        name = self.unguarded()
        own = self.time.with_user(self.worker)
        mine = {"project_id": self.project.id, "name": "x", "unit_amount": 1.0}
        lines = self.env["account.analytic.line"].with_user(self.worker)
        for way in (
            lambda: own.write({name: True}),
            lambda: own.write({name: True, "unit_amount": 9.0}),
            lambda: lines.create({**mine, name: True}),
            lambda: lines.with_context(**{f"default_{name}": True}).create(mine),
            lambda: self.own_default(name) or lines.create(mine),
        ):
            with self.assertRaisesRegex(AccessError, "manager or a timesheet approver"), self.cr.savepoint():
                way()
        self.assertFalse(self.time[name])
        self.assertFalse(lines.create({**mine, name: False})[name])
        own.write({name: False, "unit_amount": 2.0})

    def own_default(self, name):
        self.env["ir.default"].with_user(self.worker).set("account.analytic.line", name, True, user_id=True)

    def test_who_may_approve_may_by_a_custom_field_too(self):
        name = self.unguarded()
        self.time.with_user(self.approver).write({name: True})
        self.assertTrue(self.time[name])
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.time.with_user(self.worker).write({name: False})
        self.assertFalse(self.time.copy()[name])
        own = self.log(self.approver)
        with self.assertRaisesRegex(AccessError, "their own time"), self.cr.savepoint():
            own.with_user(self.approver).write({name: True})
        self.approver.group_ids += self.env.ref("hr_timesheet.group_timesheet_manager")
        own.with_user(self.approver).write({name: True})
        theirs = {"project_id": self.project.id, "employee_id": self.employees[self.worker].id, "name": "Imported"}
        self.assertTrue(self.env["account.analytic.line"].with_user(self.approver).create({**theirs, name: True})[name])

    def test_a_firm_may_let_all_time_come_in_approved(self):
        name = self.unguarded()
        self.env["ir.default"].set("account.analytic.line", name, True)
        mine = {"project_id": self.project.id, "name": "x", "unit_amount": 1.0}
        self.assertTrue(self.env["account.analytic.line"].with_user(self.worker).create(mine)[name])

    def test_time_off_is_nobodys_to_approve(self):
        self.enterContext(patch.object(time_approval, "TIME_OFF", ("is_so_line_edited",)))
        self.time.is_so_line_edited = True
        self.assertFalse(self.time.countersign_to_approve)
        self.assertFalse(
            self.env["account.analytic.line"].search([("id", "=", self.time.id), ("countersign_to_approve", "=", True)])
        )
        with self.assertRaisesRegex(UserError, "time off"):
            self.approve(self.time, self.manager)

    def test_events_tell_of_approval_and_of_taking_back(self):
        self.forget_rows()
        more = self.log(self.worker)
        self.approve(self.time + more, self.manager)
        self.assertEqual(self.rows().mapped("event"), ["timesheet.approved"] * 2)
        self.take_back(more, self.manager)
        self.assertEqual(self.rows()[-1].event, "timesheet.changed")
        self.assertEqual((self.rows()[-1].res_id, self.rows()[-1].company_id), (more.id, self.company))

    def test_another_companys_time_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += other
        far = self.env["project.project"].create(
            {"name": "Far", "company_id": other.id, "user_id": self.manager.id, "allow_timesheets": True}
        )
        worker = self.env["hr.employee"].create({"name": "Far Worker", "company_id": other.id})
        time = self.env["account.analytic.line"].create(
            {"name": "x", "project_id": far.id, "employee_id": worker.id, "unit_amount": 1}
        )
        for user in (self.manager, self.approver):
            with self.subTest(user=user.login), self.assertRaises(AccessError), self.cr.savepoint():
                time.with_user(user).action_countersign_approve()

    def test_the_manager_sees_the_projects_time_and_writes_none_of_it(self):
        self.assertEqual(self.time.with_user(self.manager).unit_amount, 3.0)
        with self.assertRaises(AccessError):
            self.time.with_user(self.manager).write({"unit_amount": 1.0})
        theirs = self.log(self.worker, self.elsewhere)
        found = (
            self.env["account.analytic.line"].with_user(self.manager).search([("id", "in", (self.time + theirs).ids)])
        )
        self.assertEqual(found, self.time)

    def test_the_service_reads_approvals(self):
        self.approve(self.time, self.manager)
        names = ["countersign_approved", "countersign_approved_by", "countersign_approved_at"]
        self.assertTrue(self.time.with_user(self.service).read(names)[0]["countersign_approved"])

    def test_where_nobody_approves_no_time_is_unapproved(self):
        def named():
            asked = {"account.analytic.line": ["countersign_approved", "name"]}
            found = self.env["countersign.operation"].with_user(self.service).describe(asked, [])
            return found["models"]["account.analytic.line"]

        self.env.cr.execute("UPDATE account_analytic_line SET countersign_approved = false")
        self.env.invalidate_all()
        self.assertEqual(named(), ["name"])
        self.approve(self.time, self.manager)
        self.assertEqual(named(), ["countersign_approved", "name"])

    def test_a_copy_is_not_approved(self):
        self.approve(self.time, self.manager)
        self.assertFalse(self.time.copy().countersign_approved)
