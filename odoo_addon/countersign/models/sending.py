"""What a person, or an automation rule, tells the service on purpose."""

from odoo import api, models
from odoo.exceptions import UserError

LONGEST_NOTE = 5000


class CountersignOutbox(models.Model):
    _inherit = "countersign.outbox"

    @api.model
    def _send(self, records):
        """Ask the service to look at these records."""
        return self._tell_on_purpose("record.sent", records)

    @api.model
    def _raise(self, records, note):
        """Raise an exception on each record, with a person's words; the note stays on the record too."""
        note = (note or "").strip()
        if not note:
            raise UserError(self.env._("Say what is wrong: the note is what the reviewer reads first."))
        if len(note) > LONGEST_NOTE:
            raise UserError(self.env._("The note is too long: %s characters at most.", LONGEST_NOTE))
        user = self.env.user
        rows = self._tell_on_purpose("exception.raised", records, note=note, raised_by=user.name, login=user.login)
        for record in records.sudo():
            record.message_post(
                body=self.env._("Exception raised with Countersign: %s", note),
                author_id=user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
        return rows

    def _tell_on_purpose(self, event, records, **more):
        records.check_access("read")
        _base, _secret, why_not = self.env["countersign.client"]._settings()
        if why_not:
            raise UserError(why_not)
        rows = self._tell(event, records, **more)
        if len(rows) != len(records):
            raise UserError(
                self.env._("Countersign could not be told. An administrator finds why in the server's log.")
            )
        return rows

    @api.model
    def _told(self, records):
        """The notification for the person who told."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Countersign is told of %s.", ", ".join(records[:3].mapped("display_name")))
                if len(records) <= 3
                else self.env._("Countersign is told of %s records.", len(records)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
