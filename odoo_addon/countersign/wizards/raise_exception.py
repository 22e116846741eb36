from odoo import api, fields, models
from odoo.exceptions import UserError

MODELS = ("account.move", "sale.order", "project.task", "project.project", "res.partner")


class CountersignRaise(models.TransientModel):
    """Asks for the note of an exception that a person raises on the selected records."""

    _name = "countersign.raise"
    _description = "Raise an exception"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    about = fields.Char(compute="_compute_about")
    note = fields.Text("What is wrong?", required=True)

    @api.model
    def default_get(self, fields):
        found = super().default_get(fields)
        context = self.env.context
        if context.get("active_model"):
            found["res_model"] = context["active_model"]
            found["res_ids"] = context.get("active_ids") or [context.get("active_id")]
        return found

    @api.depends("res_model", "res_ids")
    def _compute_about(self):
        for wizard in self:
            names = wizard._records()[:5].mapped("display_name")
            more = len(wizard.res_ids or ()) - len(names)
            wizard.about = ", ".join(names) + (self.env._(" and %s more", more) if more > 0 else "")

    def action_raise(self):
        self.ensure_one()
        records = self._records()
        outbox = self.env["countersign.outbox"]
        outbox._require_few(records)
        told = outbox._told(records, outbox._raise(records, self.note))
        if told["params"]["type"] == "danger":
            raise UserError(told["params"]["message"])  # the words stay on the screen for another try
        return told

    def _records(self):
        self.ensure_one()
        if self.res_model not in MODELS or not all(type(i) is int for i in self.res_ids or ()):
            raise UserError(self.env._("An exception is raised on invoices, orders, projects, tasks or customers."))
        records = self.env[self.res_model].browse(self.res_ids).exists()
        if not records:
            raise UserError(self.env._("These records do not exist any more."))
        records.check_access("read")
        return records
