"""Where in Odoo the events of the outbox come from. Each class looks at the states it knows and says nothing else."""

from odoo import api, models

from .operation import SERVICE_GROUP

FILES_MATTER_ON = frozenset(
    {"account.move", "sale.order", "project.project", "project.task", "project.milestone", "hr.expense"}
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        self.env["countersign.outbox"]._tell("order.confirmed", orders.filtered(lambda o: o.state == "sale"))
        return orders

    def write(self, vals):
        if vals.get("state") != "sale":
            return super().write(vals)
        unconfirmed = self.filtered(lambda order: order.state != "sale")
        result = super().write(vals)
        self.env["countersign.outbox"]._tell("order.confirmed", unconfirmed)
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        drafts = moves.filtered(lambda move: move.state == "draft" and move.is_sale_document(include_receipts=True))
        self.env["countersign.outbox"]._tell("invoice.drafted", drafts)
        return moves

    def write(self, vals):
        event = {"posted": "invoice.posted", "draft": "invoice.reopened"}.get(vals.get("state"))
        if event is None:
            return super().write(vals)
        moved = self.filtered(lambda move: move.state != vals["state"] and move.is_sale_document(include_receipts=True))
        result = super().write(vals)
        self.env["countersign.outbox"]._tell(event, moved)
        return result


class ProjectMilestone(models.Model):
    _inherit = "project.milestone"

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        self.env["countersign.outbox"]._tell("milestone.reached", milestones.filtered("is_reached"))
        return milestones

    def write(self, vals):
        if not vals.get("is_reached"):
            return super().write(vals)
        unreached = self.filtered(lambda milestone: not milestone.is_reached)
        result = super().write(vals)
        self.env["countersign.outbox"]._tell("milestone.reached", unreached)
        return result


class HrExpense(models.Model):
    _inherit = "hr.expense"

    @api.model_create_multi
    def create(self, vals_list):
        expenses = super().create(vals_list)
        approved = expenses.filtered(lambda expense: expense.approval_state == "approved")
        self.env["countersign.outbox"]._tell("expense.approved", approved)
        return expenses

    def write(self, vals):
        if vals.get("approval_state") != "approved":
            return super().write(vals)
        unapproved = self.filtered(lambda expense: expense.approval_state != "approved")
        result = super().write(vals)
        self.env["countersign.outbox"]._tell("expense.approved", unapproved)
        return result


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._tell_countersign()
        return attachments

    def write(self, vals):
        if "res_id" not in vals and "res_model" not in vals:
            return super().write(vals)
        # Files of messages are uploaded first and find their record when the message is posted.
        elsewhere = self.sudo().filtered(lambda file: (file.res_model, file.res_id) != _place(file, vals))
        result = super().write(vals)
        elsewhere._tell_countersign()
        return result

    def _tell_countersign(self):
        """One event per record that got files; none for Odoo's own renderings, nor for the service's evidence."""
        added = self.sudo().filtered(
            lambda file: file.res_id and file.res_model in FILES_MATTER_ON and not file.res_field
        )
        if not added or self.env.user.has_group(SERVICE_GROUP):
            return
        for model, files in added.grouped("res_model").items():
            records = self.env[model].browse(sorted({file.res_id for file in files})).exists()
            self.env["countersign.outbox"]._tell("attachment.added", records)


def _place(file, vals):
    return vals.get("res_model", file.res_model), vals.get("res_id", file.res_id)
