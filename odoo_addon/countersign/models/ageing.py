"""The nightly reminder: one activity on each record that has exceptions open for too long."""

import logging
from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models

_logger = logging.getLogger(__name__)

AGEING_DAYS = "countersign.ageing_days"
"""Parameter: days an exception may stay open before its record gets an activity; none without it."""
MODELS = ("account.move", "sale.order", "project.project", "project.task", "res.partner")


class CountersignAgeing(models.AbstractModel):
    _name = "countersign.ageing"
    _description = "Reminders of exceptions that stay open"

    @api.model
    def _remind(self):
        """Bring the activities in line with what the service says is ageing now.

        Nothing is changed when the service does not answer. An activity that a person marked as done comes back
        after as many days again, if the exception is still open then.
        """
        days = int(self.env["ir.config_parameter"].sudo().get_param(AGEING_DAYS) or 0)
        kind = self.env.ref("countersign.activity_ageing", raise_if_not_found=False)
        if not kind or not self.env["countersign.client"]._configured():
            return
        open_now = {}
        if days > 0:
            payload = {"models": list(MODELS), "older_than_days": days}
            answer = self.env["countersign.client"]._call("/v1/odoo/ageing", payload)
            if not answer.ok:
                _logger.warning("No reminders tonight: %s", answer.says)
                return
            for told in answer.body.get("records") or ():
                if told.get("model") in MODELS and isinstance(told.get("res_id"), int):
                    open_now.setdefault((told["model"], told["res_id"]), []).append(told)

        activities = self.env["mail.activity"].sudo()
        standing = activities.search([("activity_type_id", "=", kind.id)])
        for place, ours in standing.grouped(lambda activity: (activity.res_model, activity.res_id)).items():
            (ours if place not in open_now else ours[1:]).unlink()
        kept = {(a.res_model, a.res_id): a for a in standing.exists()}
        rested = self._done_lately(kind, days)
        for (model, res_id), cases in open_now.items():
            record = self.env[model].sudo().browse(res_id).exists()
            if not record or not self._same_company(record, cases):
                continue
            if (model, res_id) in kept:
                self._update(kept[model, res_id], cases)
            elif (model, res_id) not in rested:
                self._post(record, kind, cases)

    def _post(self, record, kind, cases):
        user = self._responsible(record)
        if not user:
            _logger.info("Nobody is responsible for %s: no reminder", record)
            return
        # The record's responsible is told by the activity itself; a mail for each every night would be too much.
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            {
                "res_model_id": self.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "activity_type_id": kind.id,
                "user_id": user.id,
                "date_deadline": fields.Date.context_today(self),
                "automated": True,
                "summary": self._summary(cases),
                "note": self._note(cases),
            }
        )

    def _update(self, activity, cases):
        values = {"summary": self._summary(cases), "note": self._note(cases)}
        changed = {name: value for name, value in values.items() if activity[name] != value}
        if changed:
            activity.write(changed)

    @api.model
    def _done_lately(self, kind, days):
        since = fields.Date.today() - timedelta(days=days)
        done = self.env["mail.activity"].sudo().with_context(active_test=False)
        done = done.search([("activity_type_id", "=", kind.id), ("active", "=", False), ("date_done", ">", since)])
        return {(activity.res_model, activity.res_id) for activity in done}

    @api.model
    def _same_company(self, record, cases):
        return not record.company_id or all(case.get("company_id") in (record.company_id.id, None) for case in cases)

    @api.model
    def _responsible(self, record):
        """Who answers for the record: its salesperson, the manager of its project, else an administrator of ours."""
        match record._name:
            case "account.move":
                people = record.invoice_user_id | record.line_ids.sale_line_ids.order_id.user_id
            case "project.task":
                people = record.user_ids | record.project_id.user_id
            case "res.partner":
                people = record.user_id | record.commercial_partner_id.user_id
            case _:
                people = record.user_id
        people |= self.env.ref("countersign.group_admin").sudo().user_ids.sorted("id", reverse=True)
        company = record.company_id
        able = people.filtered(lambda user: user.active and (not company or company in user.company_ids))
        return able.filtered(lambda user: user.id != self.env.ref("base.user_root").id)[:1]

    def _summary(self, cases):
        days = max(int(case.get("days") or 0) for case in cases)
        if len(cases) == 1:
            return self.env._(
                "Exception open for %(days)s days: %(title)s", days=days, title=cases[0].get("title") or ""
            )
        return self.env._("%(count)s exceptions open, the oldest for %(days)s days", count=len(cases), days=days)

    def _note(self, cases):
        return Markup("<ul>%s</ul>") % Markup("").join(
            Markup("<li>%s%s</li>") % (_linked(case), _amount(case))
            for case in sorted(cases, key=lambda case: str(case.get("case_id")))
        )


def _linked(case):
    title, url = case.get("title") or case.get("case_id") or "", str(case.get("case_url") or "")
    if url.startswith(("https://", "http://")):
        return Markup('<a href="%s">%s</a>') % (url, title)
    return title


def _amount(case):
    if not case.get("amount"):
        return ""
    return f", {case['amount']} {case.get('currency') or ''}".rstrip()
