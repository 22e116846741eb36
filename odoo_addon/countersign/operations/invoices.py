"""Wording of draft invoices."""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .guards import INVOICE_GUARDS, LINES, NAMED_LINES, guarded_lines, lines_seen, seen
from .kind import Outcome, operation
from .notes import changed, paragraphs
from .readers import identifier, list_of, text


def require_customer_document(invoice):
    if invoice.move_type not in ("out_invoice", "out_refund"):
        raise OperationRefused(
            invoice.env._("%s is no customer invoice.", invoice.display_name), "not_customer_invoice"
        )


def require_draft_invoice(invoice):
    require_customer_document(invoice)
    if invoice.state != "draft":
        raise OperationRefused(
            invoice.env._("%s is posted: it cannot be changed, only credited.", invoice.display_name),
            "invoice_not_draft",
        )


@operation(
    "update_invoice_narrative",
    guards={"account.move": INVOICE_GUARDS},
    values={
        "narration": text(10000),
        "lines": list_of({"line_id": identifier, "name": text(2000)}, required=("line_id", "name")),
    },
    takes_files=True,
)
def update_invoice_narrative(call):
    """Change the terms at the foot and the names of product lines of a draft; amounts must come out the same."""
    invoice, env, values = call.target, call.env, call.values
    require_draft_invoice(invoice)
    lines = guarded_lines(invoice)
    before, changes, told, commands, lines_before = {}, {}, [], [], []
    if "narration" in values:
        before["narration"] = seen(invoice, "narration")
        changes["narration"] = paragraphs(values["narration"]) or False
        told.append(env._("Terms reworded."))
    for line in values.get("lines", []):
        found = lines.filtered(lambda known, wanted=line["line_id"]: known.id == wanted)
        if not found:
            raise OperationRefused(
                env._("%(name)s has no line %(id)s.", name=invoice.display_name, id=line["line_id"]), "line"
            )
        lines_before.append({"id": found.id, "name": found.name or None})
        told.append(changed(env._("Line"), found.name, line["name"]))
        commands.append(Command.update(found.id, {"name": line["name"]}))
    if not (changes or commands):
        raise OperationRefused(env._("There is nothing to change."), "missing_value")
    if commands:
        before["lines"] = lines_before
        changes["invoice_line_ids"] = commands
    total = invoice.amount_total
    invoice.write(changes)
    if invoice.amount_total != total or invoice.state != "draft":
        raise OperationRefused(env._("Rewording changed an amount: nothing was saved."), "amount_changed")
    after = {"narration": seen(invoice, "narration")} if "narration" in values else {}
    reworded = lines.browse([line["id"] for line in lines_before])
    reworded_now = [line for line in lines_seen(invoice) if line["id"] in reworded.ids]
    return Outcome(
        result={
            "model": "account.move",
            "id": invoice.id,
            "name": invoice.display_name,
            "before": before,
            "after": after,
            "undo": {
                "kind": "restore_draft",
                "model": "account.move",
                "id": invoice.id,
                "values": {"operation": call.key},
                "expected": {"state": "draft", **after, **({NAMED_LINES: reworded_now} if commands else {})},
            },
        },
        notes=[(invoice, Markup("<br/>").join(told))],
        made=after | {f"{LINES}.{line.id}": {"name": line.name or None} for line in reworded},
        evidence_on=invoice,
    )
