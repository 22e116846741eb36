"""Events for the service: written with the change they tell of, posted afterwards, signed, until the service has them.

A row is made in the transaction of the change and goes with it when that is rolled back. Posting happens in a
scheduled action, so a slow or missing service never holds a person up. Bodies are thin: they say which record,
the service reads the rest with its own rights.
"""

import json
import logging
import uuid
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .client import ANSWERED, REFUSED

_logger = logging.getLogger(__name__)

EVENTS_OFF = "countersign.events_off"
"""Parameter: topics that are switched off, separated by commas. Everything else is told."""

TOPICS = {
    "order.confirmed": "order",
    "invoice.drafted": "invoice",
    "invoice.posted": "invoice",
    "invoice.reopened": "invoice",
    "milestone.reached": "milestone",
    "timesheet.approved": "timesheet",
    "timesheet.changed": "timesheet",
    "expense.approved": "expense",
    "attachment.added": "attachment",
    "record.sent": None,
    "exception.raised": None,
}
"""Type of event and the switch that governs it; what a person sends has no switch."""

MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
"""Minutes until the next try, by tries so far: ten tries in a good three days, then a row is given up."""
NEVER_WELCOME = (400, 413, 422)
"""What the service will not take later either."""
AT_ONCE = 200
FAILURES = 3
"""Rows in a row on which the service fails before it is left alone."""
SENT_STAYS_DAYS = 30
_TRIGGERED = "countersign.outbox.triggered"


class CountersignOutbox(models.Model):
    _name = "countersign.outbox"
    _description = "Event for Countersign"
    _order = "id desc"

    event = fields.Selection(
        [
            ("order.confirmed", "Order confirmed"),
            ("invoice.drafted", "Invoice drafted"),
            ("invoice.posted", "Invoice posted"),
            ("invoice.reopened", "Invoice reset to draft"),
            ("milestone.reached", "Milestone reached"),
            ("timesheet.approved", "Time approved"),
            ("timesheet.changed", "Approved time changed"),
            ("expense.approved", "Expense approved"),
            ("attachment.added", "File attached"),
            ("record.sent", "Sent by hand"),
            ("exception.raised", "Exception raised"),
        ],
        required=True,
        readonly=True,
    )
    event_key = fields.Char(
        "Event id", required=True, readonly=True, default=lambda self: str(uuid.uuid4()), copy=False
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record id", model_field="res_model", required=True, readonly=True)
    res_name = fields.Char("Record", compute="_compute_res_name", compute_sudo=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    happened_at = fields.Datetime(required=True, readonly=True)
    changed_at = fields.Datetime("Record changed at", readonly=True)
    more = fields.Json("Also told", readonly=True)
    state = fields.Selection(
        [("waiting", "Waiting"), ("sent", "Sent"), ("failed", "Given up")],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    attempts = fields.Integer("Tries", readonly=True)
    next_at = fields.Datetime("Next try", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    last_error = fields.Char("What went wrong", readonly=True)

    _event_key_once = models.Constraint("unique(event_key)", "An event has one row.")
    _due = models.Index("(next_at, id) WHERE state = 'waiting'")

    @api.depends("res_model", "res_id")
    def _compute_res_name(self):
        for model, rows in self.grouped("res_model").items():
            standing = self.env[model].browse(rows.mapped("res_id")).exists() if model in self.env else ()
            names = {record.id: record.display_name for record in standing}
            for row in rows:
                row.res_name = names.get(row.res_id) or self.env._("Deleted (%s)", row.res_id)

    @api.depends("event", "res_name")
    def _compute_display_name(self):
        words = dict(self._fields["event"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{words.get(row.event, '')}: {row.res_name}"

    # Writing ---------------------------------------------------------------------------------------------------------

    @api.model
    def _wanted(self, event):
        """Whether this sort of event is told at all."""
        topic = TOPICS[event]
        off = self.env["ir.config_parameter"].sudo().get_param(EVENTS_OFF) or ""
        return topic not in off.split(",") and self.env["countersign.client"]._configured()

    @api.model
    def _tell(self, event, records, **more):
        """Write one row per record into this transaction; the scheduled action runs once, after its commit.

        Whatever is wrong here must not stop the person's work: it is logged, and the service finds the change
        when it next reads. Only the database's own errors pass, because the transaction is lost with them.
        """
        if not records or not self._wanted(event):
            return self.browse()
        try:
            now = fields.Datetime.now()
            rows = self.sudo().create(
                [
                    {
                        "event": event,
                        "res_model": record._name,
                        "res_id": record.id,
                        "company_id": _company_of(record).id,
                        "happened_at": now,
                        "changed_at": record.write_date,
                        "more": more or False,
                        "next_at": now,
                    }
                    for record in records.sudo()
                ]
            )
            self._send_after_commit()
        except psycopg2.Error:
            raise
        except Exception:
            _logger.exception("%s of %s was not written down for Countersign", event, records)
            return self.browse()
        return rows

    def _send_after_commit(self):
        hooks = self.env.cr.precommit
        if not hooks.data.get(_TRIGGERED):
            hooks.data[_TRIGGERED] = True
            hooks.add(self._wake)

    @api.model
    def _wake(self, at=None):
        job = self.env.ref("countersign.cron_outbox", raise_if_not_found=False)
        if job:
            job._trigger(at=at)
        else:
            _logger.error("The scheduled action that posts Countersign's events was deleted. Update the module.")

    # Posting ---------------------------------------------------------------------------------------------------------

    @api.model
    def _post_waiting(self):
        """Post what is due, oldest first, each row in a transaction of its own.

        When the service does not answer, or knows neither us nor our signature, nothing else would get through: all
        due rows then count a try and wait together. A row on which the service fails waits alone, so that it keeps no
        other back; after `FAILURES` of these in a row it is the service that fails.
        """
        if not self.env["countersign.client"]._configured():
            return
        progress = self.env["ir.cron"]
        failures = 0
        due = self.search(self._due_domain(), order="next_at, id", limit=AT_ONCE)
        progress._commit_progress(remaining=self.search_count(self._due_domain()))
        for row in due:
            if not row.try_lock_for_update():
                continue
            row.invalidate_recordset()  # somebody may have changed it since the search
            if row.state != "waiting":
                continue
            answer = self.env["countersign.client"]._post_event(row.event_key, row._body())
            got_through = row._note(answer)
            failures = 0 if got_through else failures + 1
            if got_through or (answer.status in (500, 502) and failures < FAILURES):
                if not progress._commit_progress(1):
                    break
            else:
                self.search(self._due_domain())._put_off(answer.says)
                progress._commit_progress(1, remaining=0)
                break
        else:
            progress._commit_progress(remaining=self.search_count(self._due_domain()))
        self._wake_for_next()

    @api.model
    def _due_domain(self):
        return [("state", "=", "waiting"), ("next_at", "<=", fields.Datetime.now())]

    def _note(self, answer):
        """Keep what came of posting this row; False when the next rows would fare no better."""
        self.ensure_one()
        if answer.outcome == ANSWERED:
            self.write(
                {"state": "sent", "sent_at": fields.Datetime.now(), "attempts": self.attempts + 1, "last_error": False}
            )
        elif answer.outcome == REFUSED and answer.status in NEVER_WELCOME:
            self.write({"state": "failed", "attempts": self.attempts + 1, "last_error": answer.says})
        else:
            self._put_off(answer.says)
            return False
        return True

    def _put_off(self, says):
        """Count a try that did not get through, and set when to try again, or give up."""
        now = fields.Datetime.now()
        for attempts, rows in self.grouped("attempts").items():
            values = {"attempts": attempts + 1, "last_error": says}
            if attempts < len(MINUTES_BETWEEN):
                values["next_at"] = now + timedelta(minutes=MINUTES_BETWEEN[attempts])
            else:
                values["state"] = "failed"
            rows.write(values)

    @api.model
    def _wake_for_next(self):
        following = self.search([("state", "=", "waiting")], order="next_at", limit=1)
        if following and following.next_at > fields.Datetime.now():
            # A trigger is kept to the minute and never early: one second later is surely due.
            self._wake(at=following.next_at + timedelta(seconds=1))

    def _body(self):
        """What is posted; the same bytes at every try."""
        self.ensure_one()
        told = {
            "type": self.event,
            "timestamp": _utc(self.happened_at),
            "data": {
                "database": self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
                "model": self.res_model,
                "id": self.res_id,
                "company_id": self.company_id.id or None,
                "write_date": _utc(self.changed_at),
                **(self.more or {}),
            },
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()

    # For people ------------------------------------------------------------------------------------------------------

    def action_retry(self):
        """Send again what waits or was given up, from the first try on."""
        if not self.env.user.has_group("countersign.group_admin"):
            raise AccessError(self.env._("Only administrators of Countersign send events again."))
        self.check_access("read")
        rows = self.sudo().filtered(lambda row: row.state != "sent")
        rows.write({"state": "waiting", "attempts": 0, "next_at": fields.Datetime.now()})
        if rows:
            self._send_after_commit()
        return True

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    @api.autovacuum
    def _gc_sent(self):
        before = fields.Datetime.now() - timedelta(days=SENT_STAYS_DAYS)
        rows = self.search([("state", "=", "sent"), ("sent_at", "<", before)], limit=10_000)
        rows.unlink()
        return len(rows), len(rows) == 10_000


def _company_of(record):
    """The company of the record or its project; customers and shared projects have none: then the person's own."""
    company = record.company_id if "company_id" in record._fields else record.project_id.company_id
    return company or record.env.company


def _utc(moment):
    """Odoo keeps moments in UTC without saying so; ISO 8601 with a Z says it."""
    return f"{moment.replace(microsecond=0).isoformat()}Z" if moment else None
