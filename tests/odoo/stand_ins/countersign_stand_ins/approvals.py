"""What Enterprise's approvals has of categories, requests and approvers, as far as an operation of ours meets it."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ApprovalCategory(models.Model):
    _name = "approval.category"
    _description = "Approval category (stand-in)"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    approval_minimum = fields.Integer(default=1)


class ApprovalApprover(models.Model):
    _name = "approval.approver"
    _description = "Approver (stand-in)"

    user_id = fields.Many2one("res.users", required=True)
    request_id = fields.Many2one("approval.request", ondelete="cascade")
    required = fields.Boolean()
    status = fields.Selection(
        [("new", "New"), ("pending", "To approve"), ("approved", "Approved"), ("refused", "Refused"),
         ("cancel", "Cancel")], default="new",
    )  # fmt: skip


class ApprovalRequest(models.Model):
    _name = "approval.request"
    _description = "Approval request (stand-in)"
    _inherit = ["mail.thread", "mail.activity.mixin"]

    name = fields.Char(tracking=True)
    category_id = fields.Many2one("approval.category", required=True)
    company_id = fields.Many2one(related="category_id.company_id", store=True)
    request_owner_id = fields.Many2one("res.users")
    reason = fields.Html()
    reference = fields.Char()
    approver_ids = fields.One2many("approval.approver", "request_id")
    request_status = fields.Selection(
        [("new", "To submit"), ("pending", "Submitted"), ("approved", "Approved"), ("refused", "Refused"),
         ("cancel", "Cancel")], compute="_compute_request_status", store=True,
    )  # fmt: skip

    @api.depends("approver_ids.status")
    def _compute_request_status(self):
        for request in self:
            statuses = request.approver_ids.mapped("status")
            request.request_status = next((s for s in ("cancel", "refused", "new", "pending") if s in statuses), "new")
            if statuses and all(s == "approved" for s in statuses):
                request.request_status = "approved"

    def action_confirm(self):
        if len(self.approver_ids) < self.category_id.approval_minimum:
            raise UserError("You have to add at least one approver to confirm your request.")
        self.approver_ids.write({"status": "pending"})
        return True

    def action_approve(self):
        self.approver_ids.filtered(lambda a: a.user_id == self.env.user).write({"status": "approved"})

    def action_cancel(self):
        self.approver_ids.write({"status": "cancel"})
