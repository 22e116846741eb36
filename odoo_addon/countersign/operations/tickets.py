"""Questions for delivery: a task in a project."""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .guards import PROJECT_GUARDS
from .kind import Outcome, operation
from .notes import paragraphs
from .readers import day, identifier, text


@operation(
    "create_ticket",
    guards={"project.project": PROJECT_GUARDS},
    values={"name": text(200), "description": text(10000), "due_on": day, "user_id": identifier},
    required=("name",),
    access="read",
    takes_files=True,
)
def create_ticket(call):
    """A task in the project, not billable, for the project's manager unless another user is named."""
    project, env, values = call.target, call.env, call.values
    user = env["res.users"].browse(values["user_id"]).exists() if "user_id" in values else project.user_id
    if user and (not user.sudo()._is_internal() or env.company not in user.sudo().company_ids):
        raise OperationRefused(env._("That user cannot get a task in this company."), "user")
    task = env["project.task"].create(
        {
            "name": values["name"],
            "project_id": project.id,
            "description": paragraphs(values.get("description")),
            "date_deadline": values.get("due_on", False),
            "sale_line_id": False,
            "user_ids": [Command.set(user.ids)],
        }
    )
    return Outcome(
        result={"model": "project.task", "id": task.id, "name": task.name, "project_id": project.id},
        notes=[(task, Markup("%s") % env._("Opened from a billing case."))],
        evidence_on=task,
    )
