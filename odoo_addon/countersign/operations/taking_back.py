"""Taking back what an earlier operation wrote, only while the record still has what we wrote.

What was there before is read from our own row in Odoo, never from the caller: `values["operation"]` names its key.
"""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .guards import ANYWHERE, INVOICE_GUARDS, ORDER_GUARDS, PARTNER_GUARDS, TASK_GUARDS, TICKET_GUARDS, seen
from .invoices import require_draft_invoice
from .kind import Outcome, operation
from .notes import changed
from .orders import LINE_FIELDS, keep_price, require_quotation
from .ours import earlier, require_changed, require_made, require_silent, require_untouched, snapshot
from .readers import text

_OPERATION = {"operation": text(128)}


@operation(
    "restore_draft",
    guards={"sale.order": ORDER_GUARDS, "account.move": INVOICE_GUARDS},
    values=_OPERATION,
    required=("operation",),
)
def restore_draft(call):
    """Write back what `update_draft_order` or `update_invoice_narrative` replaced; lines it added are taken out."""
    record, env = call.target, call.env
    if record._name == "sale.order":
        require_quotation(record)
        kind, lines_field, line_fields = "update_draft_order", "order_line", LINE_FIELDS
    else:
        require_draft_invoice(record)
        kind, lines_field, line_fields = "update_invoice_narrative", "invoice_line_ids", {"name": "name"}
    row = earlier(call, [kind])
    require_changed(call, row)
    require_untouched(record, row.made, written(record, row.made or {}, line_fields))
    before = dict(row.result["before"])
    lines = before.pop("lines", [])
    added = row.result.get("added_line_ids", [])
    if set(added) & set(record[lines_field].filtered(_is_used).ids):
        raise OperationRefused(env._("A line that was added is used elsewhere by now."), "touched")
    told = [
        changed(record._fields[field].get_description(env)["string"], seen(record, field), value)
        for field, value in before.items()
    ]
    commands = [Command.delete(line_id) for line_id in added]
    for line in lines:
        values = {line_fields[part]: value for part, value in line.items() if part != "id"}
        values = {f: v if f == "name" else float(v) for f, v in values.items()}
        if "product_uom_qty" in values:
            values = keep_price(record[lines_field].browse(line["id"]), values)
        commands.append(Command.update(line["id"], values))
    total = record.amount_total
    record.write({**{f: v or False for f, v in before.items()}, **({lines_field: commands} if commands else {})})
    if commands:
        format_amount = record.currency_id.format
        told.append(changed(env._("Total"), format_amount(total), format_amount(record.amount_total)))
    return Outcome(
        result={"model": record._name, "id": record.id, "name": record.display_name, "after": before},
        notes=[(record, Markup("%s<br/>%s") % (env._("Taken back."), Markup("<br/>").join(told)))],
    )


@operation(
    "archive_created",
    guards={"res.partner": PARTNER_GUARDS, "project.task": TASK_GUARDS, "helpdesk.ticket": TICKET_GUARDS},
    values=_OPERATION,
    required=("operation",),
    only_ours=True,
)
def archive_created(call):
    """Archive a contact, task or ticket that an operation of ours made and nobody has worked on."""
    record, env = call.target, call.env
    row = earlier(call, ["create_ticket", "update_billing_contact"])
    require_made(call, row)
    require_untouched(record, row.made, snapshot(record, row.made or {}))
    require_silent(record)
    record.active = False
    return Outcome(
        result={"model": record._name, "id": record.id, "name": record.display_name, "after": {"active": False}},
        notes=[(record, env._("Taken back: archived, since it came from a billing case by mistake."))],
    )


@operation("remove_evidence", guards=ANYWHERE, values=_OPERATION, required=("operation",))
def remove_evidence(call):
    """Remove the files that `attach_evidence` put on the record, from the documents module too. The note stays."""
    record, env = call.target, call.env
    row = earlier(call, ["attach_evidence"])
    require_changed(call, row)
    result = row.result or {}
    attachments = env["ir.attachment"].browse(result.get("attachment_ids", [])).exists()
    if not attachments or any((a.res_model, a.res_id) != (record._name, record.id) for a in attachments):
        raise OperationRefused(env._("The files are not on %s any more.", record.display_name), "touched")
    if sorted(a.checksum for a in attachments) != sorted((row.made or {}).get("checksums", [])):
        raise OperationRefused(env._("Somebody has changed a file since."), "touched")
    names = ", ".join(attachments.mapped("name"))
    for held in result.get("documents", []):
        if held["model"] in env:
            env[held["model"]].sudo().browse(held["id"]).exists().unlink()
    attachments.exists().unlink()
    return Outcome(
        result={"model": record._name, "id": record.id, "name": record.display_name, "files": names},
        notes=[(record, env._("Taken back: the file %s was removed; it stays in the case.", names))],
    )


def written(record, names, line_fields):
    """What the parts that were written hold now: heads by field, lines by "lines.<id>"."""
    lines = {line.id: line for line in record[_LINES[record._name]]}
    found = {}
    for name in names:
        if not name.startswith("lines."):
            found[name] = seen(record, name)
        elif int(name.removeprefix("lines.")) in lines:
            line = lines[int(name.removeprefix("lines."))]
            found[name] = {part: seen(line, field) for part, field in line_fields.items()}
    return found


_LINES = {"sale.order": "order_line", "account.move": "invoice_line_ids"}


def _is_used(line):
    return line._name == "sale.order.line" and bool(line.invoice_lines or line.qty_delivered)
