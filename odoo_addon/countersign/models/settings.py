"""The settings page. The secret goes in and never comes out: the field is always empty for the browser."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .ageing import AGEING_DAYS
from .client import SECRET, SHORTEST_SECRET, URL
from .outbox import EVENTS_OFF
from .time_approval import APPROVE_OWN

SWITCHES = ("order", "invoice", "milestone", "timesheet", "expense", "attachment")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    countersign_url = fields.Char("Address of the service", config_parameter=URL)
    countersign_secret = fields.Char(
        "Secret",
        compute="_compute_countersign_secret",
        inverse="_inverse_countersign_secret",
        help="The text that the service has as COUNTERSIGN_ODOO_SECRET. Leave empty to keep what is stored.",
    )
    countersign_has_secret = fields.Boolean(compute="_compute_countersign_has_secret")
    countersign_ageing_days = fields.Integer("Days until a reminder", config_parameter=AGEING_DAYS)
    countersign_approve_own = fields.Boolean("Approvers may approve their own time", config_parameter=APPROVE_OWN)
    countersign_event_order = fields.Boolean("Order confirmed")
    countersign_event_invoice = fields.Boolean("Invoice drafted, posted or reset to draft")
    countersign_event_milestone = fields.Boolean("Milestone reached")
    countersign_event_timesheet = fields.Boolean("Time approved, or changed afterwards")
    countersign_event_expense = fields.Boolean("Expense approved")
    countersign_event_attachment = fields.Boolean("File attached to an order, invoice, project, task or expense")

    def _compute_countersign_secret(self):
        self.countersign_secret = False

    def _inverse_countersign_secret(self):
        for settings in self:
            secret = (settings.countersign_secret or "").strip()
            if not secret:
                continue
            settings._require_administrator()
            if len(secret) < SHORTEST_SECRET:
                raise ValidationError(self.env._("The secret must have at least %s characters.", SHORTEST_SECRET))
            self.env["ir.config_parameter"].sudo().set_param(SECRET, secret)
        # What was typed is still in Odoo's cache, from where the answer to this very call is read.
        self.invalidate_recordset(["countersign_secret"], flush=False)

    def _compute_countersign_has_secret(self):
        self.countersign_has_secret = bool(self.env["ir.config_parameter"].sudo().get_param(SECRET))

    @api.model
    def get_values(self):
        off = (self.env["ir.config_parameter"].sudo().get_param(EVENTS_OFF) or "").split(",")
        switches = {f"countersign_event_{topic}": topic not in off for topic in SWITCHES}
        return {**super().get_values(), **switches}

    def set_values(self):
        address = (self.countersign_url or "").strip()
        if address and not self.env["countersign.client"]._is_address(address):
            raise ValidationError(
                self.env._("The address of Countersign must look like https://countersign.example, without a password.")
            )
        if self.countersign_ageing_days < 0:
            raise ValidationError(self.env._("Days until a reminder cannot be negative; 0 sends none."))
        result = super().set_values()
        off = [topic for topic in SWITCHES if not self[f"countersign_event_{topic}"]]
        self.env["ir.config_parameter"].sudo().set_param(EVENTS_OFF, ",".join(off) or False)
        if self.env["countersign.client"]._configured():
            self.env["countersign.outbox"]._send_after_commit()
        return result

    def action_countersign_test(self):
        """Store the settings, ask the service who we are to it, and say so, or say exactly what failed."""
        self._require_administrator()
        self.execute()
        answer = self.env["countersign.client"]._call("/v1/odoo/ping", {})
        kind, lines = "success", []
        if not answer.ok:
            kind, lines = "danger", [answer.says]
        elif answer.body.get("service") != "countersign":
            kind, lines = "danger", [self.env._("What answers at this address is not Countersign.")]
        else:
            kind, lines = self._read_ping(answer.body)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("Connection to Countersign"),
                "message": "\n".join(lines),
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _read_ping(self, told):
        kind, lines = "success", [self.env._("Countersign %s answers.", told.get("version") or "")]
        if not told.get("database_known"):
            kind = "warning"
            lines.append(self.env._("It does not know this database: link it there, then test again."))
        person = told.get("person") or {}
        if person.get("can_decide"):
            lines.append(self.env._("You are %s there and may decide.", person.get("name") or self.env.user.name))
        else:
            lines.append(
                self.env._(
                    "You are %(name)s there and may look, not decide. %(why)s",
                    name=person.get("name") or self.env.user.name,
                    why=person.get("why_not") or "",
                ).strip()
            )
        back = told.get("odoo") or {}
        if not back.get("reachable"):
            kind = "warning"
            lines.append(self.env._("It cannot reach this Odoo: %s", back.get("says") or "–"))
        return kind, lines

    def action_countersign_forget_secret(self):
        """Remove the stored secret: no calls and no events from then on."""
        self._require_administrator()
        self.env["ir.config_parameter"].sudo().set_param(SECRET, False)
        return {"type": "ir.actions.client", "tag": "reload"}

    def _require_administrator(self):
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators change the connection to Countersign."))
