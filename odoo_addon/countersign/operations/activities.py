"""Things for people to do: an activity on the record, and taking one back."""

from datetime import timedelta

from markupsafe import Markup
from odoo import fields

from ..exceptions import OperationRefused
from .guards import ANYWHERE
from .kind import Outcome, operation
from .notes import paragraphs
from .readers import day, identifier, one_of, text

_TYPES = {
    "todo": "mail.mail_activity_data_todo",
    "call": "mail.mail_activity_data_call",
    "email": "mail.mail_activity_data_email",
    "meeting": "mail.mail_activity_data_meeting",
}
_OWNER = {
    "sale.order": "user_id",
    "account.move": "invoice_user_id",
    "res.partner": "user_id",
    "project.project": "user_id",
}


def plan(call, activity_type, user, summary):
    """An activity on the record for a user who works in its company."""
    record, env, values = call.target, call.env, call.values
    if not user or not user.active or not user._is_internal() or env.company not in user.company_ids:
        raise OperationRefused(env._("That user cannot get an activity in this company."), "user")
    due = values.get("due_on") or fields.Date.context_today(record) + timedelta(days=2)
    activity = record.activity_schedule(
        _TYPES[activity_type],
        date_deadline=due,
        summary=summary,
        note=paragraphs(values.get("note")),
        user_id=user.id,
        automated=False,
    )
    return Outcome(
        result={
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "activity_id": activity.id,
            "user_id": user.id,
            "due_on": due.isoformat(),
            "undo": {
                "kind": "cancel_activity",
                "model": record._name,
                "id": record.id,
                "values": {"activity_id": activity.id},
                "expected": {},
            },
        },
        notes=[(record, Markup("%s") % env._("Activity for %(user)s: %(summary)s", user=user.name, summary=summary))],
        evidence_on=record,
    )


@operation(
    "schedule_activity",
    guards=ANYWHERE,
    values={
        "activity": one_of(*_TYPES),
        "summary": text(200),
        "note": text(5000),
        "due_on": day,
        "user_id": identifier,
    },
    required=("summary",),
    access="read",
    takes_files=True,
)
def schedule_activity(call):
    """An activity for the named user, else for whoever is responsible for the record."""
    record, values = call.target, call.values
    if "user_id" in values:
        user = call.env["res.users"].browse(values["user_id"]).exists()
    else:
        user = record.user_ids[:1] if record._name == "project.task" else record[_OWNER[record._name]]
    return plan(call, values.get("activity", "todo"), user.sudo(), values["summary"])


@operation(
    "cancel_activity", guards=ANYWHERE, values={"activity_id": identifier}, required=("activity_id",), access="read"
)
def cancel_activity(call):
    """Take back an activity of ours that is still open."""
    record, env = call.target, call.env
    activity = env["mail.activity"].browse(call.values["activity_id"]).exists()
    if not activity or activity.res_model != record._name or activity.res_id != record.id or not activity.active:
        raise OperationRefused(env._("The activity is done or gone."), "activity")
    ours = (
        env["countersign.operation"]
        .sudo()
        .search(
            [
                ("kind", "in", ["schedule_activity", "request_approval"]),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ]
        )
    )
    if not any((row.result or {}).get("activity_id") == activity.id for row in ours):
        raise OperationRefused(env._("The activity was not made by Countersign."), "not_ours")
    summary = activity.summary
    activity.unlink()
    return Outcome(
        result={
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "activity_id": call.values["activity_id"],
        },
        notes=[(record, env._("Activity taken back: %s", summary))],
    )
