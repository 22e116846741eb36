"""Questions for delivery: a ticket where Odoo has a helpdesk, else a task in the project.

`helpdesk.ticket` is the model's name in Enterprise and in OCA helpdesk_mgmt; their teams differ. The team is the one
that the system parameter `countersign.helpdesk_team_id` names, else the company's first; "none" asks for tasks. The
customer is told nothing: no mail goes out, they do not follow the ticket, and where the portal would show it to its
contact (OCA) the ticket has none.
"""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .guards import PROJECT_GUARDS
from .kind import Outcome, operation
from .notes import paragraphs
from .ours import snapshot
from .readers import day, identifier, text
from .settings import chosen, switched_off

_TEAM = "countersign.helpdesk_team_id"
_QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True, "mail_create_nolog": True}
"""Made without the mails that a stage or a new record sends."""
_TO_COLLEAGUES = {"mail_notrack": True}
"""Assigned afterwards: who gets it is told, as Odoo tells them; stages and customers stay out of it."""
MADE = {
    "project.task": (
        "name", "description", "project_id", "stage_id", "state", "user_ids", "date_deadline", "timesheet_ids",
        "child_ids", "active",
    ),
    "helpdesk.ticket": ("name", "description", "team_id", "stage_id", "user_id", "timesheet_ids", "active"),
}  # fmt: skip
"""What tells whether somebody has worked on what we made."""


@operation(
    "create_ticket",
    guards={"project.project": PROJECT_GUARDS},
    values={"name": text(200), "description": text(10000), "due_on": day, "user_id": identifier},
    required=("name",),
    access="read",
    takes_files=True,
)
def create_ticket(call):
    """Not billable, for the project's manager unless another user is named."""
    project, env, values = call.target, call.env, call.values
    user = env["res.users"].browse(values["user_id"]).exists() if "user_id" in values else project.user_id
    if user and (not user.sudo()._is_internal() or env.company not in user.sudo().company_ids):
        raise OperationRefused(env._("That user cannot get a task in this company."), "user")
    has_helpdesk = "helpdesk.ticket" in env and not switched_off(env, _TEAM)
    made = _ticket(call, user) if has_helpdesk else _task(call, user)
    return Outcome(
        result={
            "model": made._name,
            "id": made.id,
            "name": made.name,
            "project_id": project.id,
            "undo": {
                "kind": "archive_created",
                "model": made._name,
                "id": made.id,
                "values": {"operation": call.key},
                "expected": {"name": made.name, "active": True},
            },
        },
        notes=[
            (made, Markup("%s") % env._("Opened from a billing case.")),
            # Who may open a task in a project may say so there, though only its managers may write on it.
            (
                project.sudo(),
                Markup("%s %s") % (env._("Asked from a billing case:"), made._get_html_link()),
            ),
        ],
        made=snapshot(made, MADE[made._name]),
        evidence_on=made,
    )


def _task(call, user):
    values = call.values
    task = (
        call.env["project.task"]
        .with_context(**_QUIET)
        .create(
            {
                "name": values["name"],
                "project_id": call.target.id,
                "description": paragraphs(values.get("description")),
                "date_deadline": values.get("due_on", False),
                "sale_line_id": False,
                "user_ids": [Command.clear()],
            }
        )
        .with_env(call.env)
    )
    if user:
        task.with_context(**_TO_COLLEAGUES).user_ids = user
    return _without_outsiders(task)


def _ticket(call, user):
    project, env, values = call.target, call.env, call.values
    tickets = env["helpdesk.ticket"]
    teams = env[tickets._fields["team_id"].comodel_name]
    team = chosen(env, _TEAM, teams._name).with_env(env) or teams.sudo().search(
        [("company_id", "in", [env.company.id, False])], limit=1
    ).with_env(env)
    shows_contact_the_ticket = teams._name == "helpdesk.ticket.team"
    about = [env._("Project: %s", project.display_name)]
    if project.partner_id:
        about.append(env._("Customer: %s", project.partner_id.display_name))
    if values.get("due_on"):
        about.append(env._("Wanted by: %s", values["due_on"].isoformat()))
    ticket = {
        "name": values["name"],
        "team_id": team.id,
        "description": Markup("<br/>").join([*about, paragraphs(values.get("description"))]),
    }
    if project.partner_id and not shows_contact_the_ticket:
        ticket["partner_id"] = project.partner_id.id
    if "project_id" in tickets._fields and not tickets._fields["project_id"].related:
        ticket["project_id"] = project.id
    made = tickets.with_context(**_QUIET).create(ticket).with_env(env)
    if user and _may_be_assigned(team, user):
        made.with_context(**_TO_COLLEAGUES).user_id = user
    return _without_outsiders(made)


def _without_outsiders(made):
    """No customer follows a question between colleagues."""
    outside = made.sudo().message_partner_ids.filtered("partner_share")
    if outside:
        made.sudo().message_unsubscribe(outside.ids)
    return made


def _may_be_assigned(team, user):
    """Helpdesk teams assign their own people."""
    members = next((team[name] for name in ("member_ids", "user_ids") if name in team._fields), None)
    return not members or user in members
