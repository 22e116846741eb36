"""What a person, or an automation rule, tells the service on purpose."""

from odoo import api, models
from odoo.exceptions import UserError

LONGEST_NOTE = 5000
MOST_BY_HAND = 100
"""Records that a person tells of at once: each becomes a case that somebody has to read."""


class CountersignOutbox(models.Model):
    _inherit = "countersign.outbox"

    @api.model
    def _send(self, records):
        """Ask the service to look at these records; the rows, none when no service is linked.

        Rules call this too, in the middle of people's work: a missing link must not stop that.
        """
        records.check_access("read")
        return self._tell("record.sent", records)

    @api.model
    def _raise(self, records, note):
        """Raise an exception on each record, with a person's words or a rule's; the note stays on the record too."""
        note = (note or "").strip()
        if not note:
            raise UserError(self.env._("Say what is wrong: the note is what the reviewer reads first."))
        if len(note) > LONGEST_NOTE:
            raise UserError(self.env._("The note is too long: %s characters at most.", LONGEST_NOTE))
        records.check_access("read")
        user = self.env.user
        rows = self._tell("exception.raised", records, note=note, raised_by=user.name, login=user.login)
        if rows:
            for record in records.sudo():
                record.message_post(
                    body=self.env._("Exception raised with Countersign: %s", note),
                    author_id=user.partner_id.id,
                    subtype_xmlid="mail.mt_note",
                )
        return rows

    @api.model
    def _require_few(self, records):
        if len(records) > MOST_BY_HAND:
            raise UserError(
                self.env._("Each record becomes a case that somebody reads: choose %s at most.", MOST_BY_HAND)
            )

    @api.model
    def _told(self, records, rows):
        """The notification for the person who told: that it was, or why not."""
        if not rows:
            _base, _secret, why_not = self.env["countersign.client"]._settings()
            kind = "danger"
            message = why_not or self.env._("Countersign was not told. An administrator finds why in the server's log.")
        elif len(records) <= 3:
            kind, message = (
                "success",
                self.env._("Countersign is told of %s.", ", ".join(records.mapped("display_name"))),
            )
        else:
            kind, message = "success", self.env._("Countersign is told of %s records.", len(records))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
