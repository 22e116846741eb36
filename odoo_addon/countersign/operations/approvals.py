"""Asking for an approval: where Odoo has a way to approve, by that way; else by an activity for the approver.

OCA base_tier_validation on the record itself, when one of its tiers fits; else Enterprise `approval.request` in the
category that the system parameter `countersign.approval_category_id` names; else `mail.activity`. The approval itself
is given where the approver works, never here.
"""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .activities import plan
from .guards import ANYWHERE
from .kind import Outcome, operation
from .notes import paragraphs
from .ours import earlier, require_changed
from .readers import day, identifier, text
from .settings import chosen

_CATEGORY = "countersign.approval_category_id"
_OPEN_REVIEWS = ("waiting", "pending")


@operation(
    "request_approval",
    guards=ANYWHERE,
    values={"summary": text(200), "note": text(5000), "due_on": day, "user_id": identifier},
    required=("summary", "user_id"),
    access="read",
    takes_files=True,
)
def request_approval(call):
    """Ask the named approver, or whom the tiers of this record name."""
    record, env = call.target, call.env
    user = env["res.users"].browse(call.values["user_id"]).exists().sudo()
    if not user or not user.active or not user._is_internal() or env.company not in user.company_ids:
        raise OperationRefused(env._("That user cannot approve in this company."), "user")
    if "review_ids" in record._fields and "need_validation" in record._fields and record.need_validation:
        return _by_tiers(call)
    category = chosen(env, _CATEGORY, "approval.category") if "approval.request" in env else None
    if category:
        return _by_request(call, category, user)
    outcome = plan(call, "todo", user, env._("Approval: %s", call.values["summary"]))
    outcome.result["approval"] = {"model": "mail.activity", "ids": [outcome.result["activity_id"]]}
    return outcome


@operation("cancel_approval", guards=ANYWHERE, values={"operation": text(128)}, required=("operation",), access="read")
def cancel_approval(call):
    """Take back a request of ours that nobody has answered yet."""
    record, env = call.target, call.env
    row = earlier(call, ["request_approval"])
    require_changed(call, row)
    asked = (row.result or {}).get("approval") or {}
    if asked.get("model") == "tier.review":
        reviews = env["tier.review"].browse(asked["ids"]).exists()
        if sorted(record.review_ids.ids) != sorted(asked["ids"]) or any(r.status not in _OPEN_REVIEWS for r in reviews):
            raise OperationRefused(
                env._("The validation of %s was answered or changed since.", record.display_name), "touched"
            )
        record.restart_validation()
    elif asked.get("model") == "approval.request" and "approval.request" in env:
        request = env["approval.request"].browse(asked["ids"]).exists()
        if request.request_status not in ("new", "pending") or any(
            a.status in ("approved", "refused") for a in request.approver_ids
        ):
            raise OperationRefused(env._("The approval was answered or withdrawn since."), "touched")
        request.action_cancel()
    else:
        raise OperationRefused(env._("There is no request of ours to take back."), "not_ours")
    return Outcome(
        result={"model": record._name, "id": record.id, "name": record.display_name, "approval": asked},
        notes=[(record, Markup("%s") % env._("Request for approval taken back: %s", row.asked.get("summary") or ""))],
    )


def _by_tiers(call):
    record, env = call.target, call.env
    reviews = record.request_validation()
    if not reviews:
        raise OperationRefused(env._("No tier of %s asks anybody.", record.display_name), "no_tier")
    people = ", ".join(sorted({r.todo_by or "–" for r in reviews}))
    return _asked(call, reviews, people)


def _by_request(call, category, user):
    record, env, values = call.target, call.env, call.values
    request = env["approval.request"].create(
        {
            "name": values["summary"],
            "category_id": category.id,
            "request_owner_id": env.uid,
            "reference": record.display_name,
            "reason": Markup("%s<br/>%s") % (paragraphs(values.get("note")), record._get_html_link()),
        }
    )
    if user not in request.approver_ids.user_id:
        request.write({"approver_ids": [Command.create({"user_id": user.id, "required": True})]})
    request.action_confirm()
    return _asked(call, request, user.name)


def _asked(call, asked, people):
    record, env, summary = call.target, call.env, call.values["summary"]
    told = Markup("%s<br/>%s") % (
        env._("Approval asked of %(people)s: %(summary)s", people=people, summary=summary),
        paragraphs(call.values.get("note")),
    )
    return Outcome(
        result={
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "approval": {"model": asked._name, "ids": sorted(asked.ids)},
            "undo": {
                "kind": "cancel_approval",
                "model": record._name,
                "id": record.id,
                "values": {"operation": call.key},
                "expected": {},
            },
        },
        notes=[(record, told)],
        evidence_on=record,
    )
