"""What Enterprise's helpdesk has of teams and tickets, as far as an operation of ours meets it."""

from odoo import api, fields, models


class HelpdeskTeam(models.Model):
    _name = "helpdesk.team"
    _description = "Helpdesk team (stand-in)"
    _order = "sequence, name"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    member_ids = fields.Many2many("res.users")
    project_id = fields.Many2one("project.project")


class HelpdeskTicket(models.Model):
    _name = "helpdesk.ticket"
    _description = "Helpdesk ticket (stand-in)"
    _inherit = ["mail.thread", "mail.activity.mixin"]

    name = fields.Char(required=True, tracking=True)
    team_id = fields.Many2one("helpdesk.team", default=lambda self: self.env["helpdesk.team"].search([], limit=1))
    company_id = fields.Many2one(related="team_id.company_id", store=True)
    project_id = fields.Many2one(related="team_id.project_id", store=True)
    description = fields.Html()
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one("res.partner")
    user_id = fields.Many2one("res.users", tracking=True)
    stage_id = fields.Many2one("project.task.type")

    @api.model_create_multi
    def create(self, vals_list):
        """The customer follows a ticket, as in Enterprise."""
        tickets = super().create(vals_list)
        for ticket in tickets.filtered("partner_id"):
            ticket.message_subscribe(partner_ids=ticket.partner_id.ids)
        return tickets
