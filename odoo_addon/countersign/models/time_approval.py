"""Approval of time, which Odoo Community lacks: who may, what it locks, and how it is taken back.

`write` is the only door: whoever sets the field, in whichever way, is checked there, under sudo too.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .operation import SERVICE_GROUP

APPROVE_OWN = "countersign.approve_own_time"
APPROVER_GROUP = "countersign.group_time_approver"

LOCKED = frozenset(
    {
        "date", "unit_amount", "product_uom_id", "employee_id", "user_id", "project_id", "task_id", "so_line",
        "company_id", "name",
    }
)  # fmt: skip
"""What the approver has read and the customer is charged by. The description counts: it is printed as proof."""

ELSEWHERE = ("validated", "x_approved")
"""Approvals of others: Odoo Enterprise's field, and the customary custom one. Any of them counts as approved."""

UNGUARDED = ("x_approved",)
"""Those of them that nobody else guards: whoever may edit time could approve their own by it."""

TIME_ADMIN = "hr_timesheet.group_timesheet_manager"

TIME_OFF = ("holiday_id", "global_leave_id")
"""Links of time that Odoo writes, and removes again, for leave and public holidays; it is nobody's to approve."""


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    countersign_approved = fields.Boolean("Approved", copy=False, readonly=True)
    countersign_approved_by = fields.Many2one("res.users", "Approved by", copy=False, readonly=True)
    countersign_approved_at = fields.Datetime("Approved at", copy=False, readonly=True)
    countersign_to_approve = fields.Boolean(
        "To approve",
        compute="_compute_countersign_to_approve",
        search="_search_countersign_to_approve",
        help="Time that nobody has approved, here or by another approval this database knows.",
    )

    @api.depends("countersign_approved", "project_id")
    def _compute_countersign_to_approve(self):
        for line in self:
            approved = line.countersign_approved or line._is_approved_elsewhere()
            line.countersign_to_approve = bool(line.project_id) and not approved and not line._is_time_off()

    @api.model
    def _search_countersign_to_approve(self, operator, value):
        if operator != "in":
            return NotImplemented
        names = ("countersign_approved", *self._known(ELSEWHERE), *self._known(TIME_OFF))
        waiting = Domain("project_id", "!=", False) & Domain.AND(Domain(name, "=", False) for name in names)
        wanted = Domain.FALSE
        if True in value:
            wanted |= waiting
        if False in value:
            wanted |= ~waiting
        return wanted

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """The service learns of our approval once somebody uses it: where nobody approves, nothing is unapproved."""
        found = super().fields_get(allfields, attributes)
        is_service = "countersign_approved" in found and self.env.user.has_group(SERVICE_GROUP)
        # sudo: whether time is approved here at all, in whichever company
        if is_service and not self.sudo().search_count([("countersign_approved", "=", True)], limit=1):
            del found["countersign_approved"]
        return found

    @api.model
    def _known(self, names):
        """Those of these fields that this database has and can search."""
        return [name for name in names if name in self._fields and self._fields[name].store]

    def _is_approved_elsewhere(self):
        return any(self[name] for name in self._known(ELSEWHERE))

    def _is_time_off(self):
        return any(self[name] for name in self._known(TIME_OFF))

    @api.model_create_multi
    def create(self, vals_list):
        """Time can come in approved (an import, say) if the person may approve it."""
        approved, plain = [], []
        for vals in vals_list:
            self._refuse_forged(vals)
            approved.append(bool(vals.get("countersign_approved")))
            # Said outright, because Odoo fills what is left out from the caller's context and default values.
            plain.append(
                {
                    **vals,
                    "countersign_approved": False,
                    "countersign_approved_by": False,
                    "countersign_approved_at": False,
                }
            )
        lines = super().create(plain)
        for name in self._guarded():
            set_now = lines.filtered(name)
            if set_now and not self._is_default_of_the_firm(name):
                set_now._require_may_set_elsewhere(True)
        if any(approved):
            if len(lines) != len(vals_list):
                raise UserError(self.env._("Time that is entered on the calendar is approved afterwards."))
            marked = [line.id for line, is_approved in zip(lines, approved, strict=True) if is_approved]
            self.browse(marked).write({"countersign_approved": True})
        return lines

    def write(self, vals):
        self._refuse_forged(vals)
        if "countersign_approved" in vals:
            if len(vals) > 1:
                raise UserError(self.env._("Approval is given or taken back on its own, not along with other changes."))
            approve = bool(vals["countersign_approved"])
            lines = self._allowed_to_set(approve)
            stamp = {
                "countersign_approved": approve,
                "countersign_approved_by": self.env.uid if approve else False,
                "countersign_approved_at": fields.Datetime.now() if approve else False,
            }
            result = super(AccountAnalyticLine, lines).write(stamp)
            self.env["countersign.outbox"]._tell("timesheet.approved" if approve else "timesheet.changed", lines)
            return result
        for name in self._guarded():
            if name in vals:
                stays = self.sudo().filtered_domain([(name, "=", bool(vals[name]))]).with_env(self.env)
                (self - stays)._require_may_set_elsewhere(bool(vals[name]))
        if not LOCKED.isdisjoint(vals):
            self._refuse_change_of_approved(vals)
        if LOCKED.union(ELSEWHERE).isdisjoint(vals) or not self._known(ELSEWHERE):
            return super().write(vals)
        approved = self.sudo().filtered(lambda line: line._is_approved_elsewhere())
        changed = approved.filtered(lambda line: line._changes(vals))
        result = super().write(vals)
        now = self.sudo().filtered(lambda line: line._is_approved_elsewhere())
        self.env["countersign.outbox"]._tell("timesheet.approved", now - approved)
        self.env["countersign.outbox"]._tell("timesheet.changed", changed | (approved - now))
        return result

    def copy_data(self, default=None):
        return super().copy_data({**dict.fromkeys(self._guarded(), False), **(default or {})})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if self.sudo().filtered("countersign_approved"):
            raise UserError(self.env._("Approved time cannot be deleted. Take the approval back first."))

    def _is_readonly(self):
        return super()._is_readonly() or self.countersign_approved

    def _is_updatable_timesheet(self):
        return super()._is_updatable_timesheet() and not self.countersign_approved

    # Odoo recomputes these when a task or project moves; what was approved stays what it was, as with invoiced time.

    def _compute_so_line(self):
        return super(AccountAnalyticLine, self.filtered(lambda line: not line.countersign_approved))._compute_so_line()

    def _compute_project_id(self):
        unapproved = self.filtered(lambda line: not line.countersign_approved)
        return super(AccountAnalyticLine, unapproved)._compute_project_id()

    # Buttons ---------------------------------------------------------------------------------------------------------

    def action_countersign_approve(self):
        """Approve what this person may approve of the selection, and say what was left and why."""
        return self._approve_selected(True)

    def action_countersign_take_back(self):
        """Take approvals back where this person may and nothing was invoiced, and say what was left and why."""
        return self._approve_selected(False)

    def _approve_selected(self, approve):
        self.check_access("read")
        able, left = [], {}
        for line in self:
            why_not = line._why_not_set(approve)
            if why_not:
                left[why_not] = left.get(why_not, 0) + 1
            else:
                able.append(line.id)
        reasons = "\n".join(f"{count} × {why}" for why, count in left.items())
        if not able:
            raise UserError(reasons or self.env._("There is nothing to change."))
        self.browse(able).write({"countersign_approved": approve})
        done = self.env._("%s approved.", len(able)) if approve else self.env._("%s taken back.", len(able))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": f"{done}\n{reasons}".strip(),
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # Rules -----------------------------------------------------------------------------------------------------------

    def _allowed_to_set(self, approve):
        """The lines whose approval changes, under sudo: project managers need no right to edit other people's time.

        :raises AccessError: one of them is not this person's to decide on
        """
        self.check_access("read")
        for line in self:
            why_not = line._why_not_set(approve, repeat=True)
            if why_not:
                raise AccessError(self.env._("%(time)s: %(why)s", time=line.sudo().display_name, why=why_not))
        return self.sudo().filtered(lambda line: line.countersign_approved != approve)

    @api.model
    def _guarded(self):
        """Approvals of others that we let only those set who may approve here; computed ones set themselves."""
        return [name for name in self._known(UNGUARDED) if not self._fields[name].compute]

    @api.model
    def _is_default_of_the_firm(self, name):
        """Whether the firm wants all time to come in approved; a default that a person chose does not count."""
        # sudo: everybody's default values are read
        defaults = self.env["ir.default"].sudo()
        chosen = (defaults._get(self._name, name, company_id=company) for company in (True, False))
        default = self._fields[name].default
        return any(chosen) or bool(default and default(self))

    def _require_may_set_elsewhere(self, approve):
        """:raises AccessError: another approval would be set, or taken back, by somebody who may not do so with ours.

        Administrators of timesheets may, and so may programs that run with all rights.
        """
        if self.env.su or self.env.user.has_group(TIME_ADMIN):
            return
        for line in self:
            if not line.sudo().project_id or line.sudo()._is_time_off():
                continue
            why_not = line._why_not_set(approve, repeat=True)
            if why_not:
                raise AccessError(self.env._("%(time)s: %(why)s", time=line.sudo().display_name, why=why_not))

    def _why_not_set(self, approve, repeat=False):
        """Why this person may not approve this line, or take it back; empty when they may.

        :param repeat: setting what is set already is no error
        """
        self.ensure_one()
        line, user = self.sudo(), self.env.user
        if not line.project_id:
            return self.env._("This is no time on a project.")
        if line._is_time_off():
            return self.env._("This is time off: Odoo writes it, nobody approves it.")
        if not repeat and line.countersign_approved == approve:
            return self.env._("approved already") if approve else self.env._("not approved")
        if line.project_id.user_id != user and not user.has_group(APPROVER_GROUP):
            return self.env._("Only the project's manager or a timesheet approver decides on this time.")
        is_own = user in (line.user_id | line.employee_id.user_id)
        if is_own and not self.env["ir.config_parameter"].sudo().get_param(APPROVE_OWN):
            return self.env._("Nobody decides on their own time.")
        if not approve and line.timesheet_invoice_id and not line._is_not_billed():
            return self.env._("This time is on invoice %s.", line.timesheet_invoice_id.display_name)
        return ""

    @api.model
    def _refuse_forged(self, vals):
        if "countersign_approved_by" in vals or "countersign_approved_at" in vals:
            raise AccessError(self.env._("Who approved, and when, is written by the approval itself."))

    def _refuse_change_of_approved(self, vals):
        for line in self.sudo().filtered("countersign_approved"):
            changed = line._changes(vals)
            if changed:
                labels = ", ".join(sorted(line._fields[name]._description_string(self.env) for name in changed))
                raise UserError(
                    self.env._(
                        "%(time)s of %(day)s is approved: %(fields)s cannot change. Take the approval back first.",
                        time=line.display_name,
                        day=fields.Date.to_string(line.date),
                        fields=labels,
                    )
                )

    def _changes(self, vals):
        """The locked fields that these values would change."""
        return [
            name
            for name in LOCKED.intersection(vals)
            if (field := self._fields[name]).convert_to_record(field.convert_to_cache(vals[name], self), self)
            != self[name]
        ]


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _get_timesheet(self):
        """The time that follows the task when its project stops being billed: not what was approved."""
        return super()._get_timesheet().filtered(lambda line: not line.countersign_approved)
