"""Draft credit notes: whole or in part, made the way Odoo reverses an invoice, never posted here."""

from markupsafe import Markup
from odoo import Command, fields

from ..exceptions import OperationRefused
from .guards import INVOICE_GUARDS, fingerprint, guarded_lines
from .invoices import require_customer_document
from .kind import Outcome, operation
from .orders import amounts, require_own_and_untouched
from .readers import day, flag, identifier, list_of, positive, text


@operation(
    "draft_credit_note",
    guards={"account.move": INVOICE_GUARDS},
    values={
        "reason": text(500),
        "whole": flag,
        "dated": day,
        "lines": list_of(
            {
                "line_id": identifier,
                "quantity": positive,
                "price_unit": positive,
                "amount": positive,
                "name": text(2000),
            },
            required=("line_id",),
        ),
    },
    required=("reason",),
    takes_files=True,
)
def draft_credit_note(call):
    """Credit a posted invoice as a draft.

    `whole` takes every line. Otherwise each of `lines` credits `quantity` (default: all) at `price_unit` (default: the
    invoice's, with its discount), or a net `amount`. Taxes and totals are Odoo's own.
    """
    invoice, env, values = call.target, call.env, call.values
    require_customer_document(invoice)
    if invoice.move_type != "out_invoice" or invoice.state != "posted":
        raise OperationRefused(
            env._("Only a posted invoice can be credited; a draft is corrected."), "invoice_not_posted"
        )
    if bool(values.get("whole")) == bool(values.get("lines")):
        raise OperationRefused(env._("Say either the whole invoice or which lines."), "values")
    dated = values.get("dated") or fields.Date.context_today(invoice)
    credit = invoice._reverse_moves([_head(invoice, values["reason"], dated)], cancel=False)
    if values.get("lines"):
        _keep_only(credit, invoice, values["lines"])
    _require_draft_within(credit, invoice)
    return Outcome(
        result={
            "model": "account.move",
            "id": credit.id,
            "name": credit.display_name,
            "invoice_id": invoice.id,
            "invoice_name": invoice.name,
            **amounts(credit),
            "undo": {
                "kind": "delete_draft_credit_note",
                "model": "account.move",
                "id": credit.id,
                "values": {},
                "expected": {},
            },
        },
        notes=[
            (
                invoice,
                Markup("%s %s %s")
                % (
                    env._("Draft credit note over %s:", credit.currency_id.format(credit.amount_total)),
                    credit._get_html_link(),
                    values["reason"],
                ),
            ),
            (credit, Markup("%s %s") % (env._("Draft credit note for"), invoice._get_html_link())),
        ],
        made=fingerprint(credit),
        evidence_on=invoice,
    )


@operation("delete_draft_credit_note", guards={"account.move": INVOICE_GUARDS}, access="unlink")
def delete_draft_credit_note(call):
    """Take back a draft credit note of ours that nobody has touched since."""
    credit, env = call.target, call.env
    if credit.move_type == "out_refund" and (credit.state == "posted" or credit.posted_before):
        raise OperationRefused(
            env._(
                "%s was posted meanwhile: Odoo keeps it. Accounting reverses it there by an invoice.",
                credit.display_name,
            ),
            "not_draft",
        )
    if credit.move_type != "out_refund" or credit.state != "draft":
        raise OperationRefused(env._("%s is no draft credit note.", credit.display_name), "not_draft")
    require_own_and_untouched(credit, "draft_credit_note")
    invoice, name = credit.reversed_entry_id, credit.display_name
    credit_id = credit.id
    credit.unlink()
    return Outcome(
        result={"model": "account.move", "id": credit_id, "name": name},
        notes=[(invoice, env._("%s was taken back.", name))],
    )


def _head(invoice, reason, dated):
    """What Odoo's own reversal wizard writes on the head, but the due date: a credit is due at once."""
    env = invoice.with_context(lang=invoice.partner_id.lang or invoice.env.lang).env
    return {
        "ref": env._("Reversal of: %(move_name)s, %(reason)s", move_name=invoice.name, reason=reason),
        "date": dated,
        "invoice_date": dated,
        "invoice_date_due": dated,
        "invoice_payment_term_id": None,
        "invoice_user_id": invoice.invoice_user_id.id,
        "invoice_origin": invoice.invoice_origin,
        "auto_post": "no",
    }


def _keep_only(credit, invoice, lines):
    """Replace the copied lines by the parts that are credited."""
    known = {line.id: line for line in guarded_lines(invoice)}
    kept, wanted_net = [], []
    for part in lines:
        line = known.get(part["line_id"])
        if line is None or [p["line_id"] for p in lines].count(part["line_id"]) > 1:
            raise OperationRefused(
                credit.env._(
                    "%(name)s has no line %(id)s, or it is named twice.", name=invoice.name, id=part["line_id"]
                ),
                "line",
            )
        values, net = _part_of(line, part)
        copied = line.with_context(include_business_fields=True).copy_data(values)[0]
        copied.pop("move_id", None)
        kept.append(Command.create(copied))
        wanted_net.append((line, net))
    old = credit.invoice_line_ids.ids
    credit.write({"invoice_line_ids": [*(Command.delete(i) for i in old), *kept]})
    for made, (line, net) in zip(guarded_lines(credit).sorted("id"), wanted_net, strict=True):
        if net is not None and made.currency_id.compare_amounts(made.price_subtotal, net):
            raise OperationRefused(
                credit.env._("Line %(id)s cannot be credited by %(net)s.", id=line.id, net=net), "amount"
            )
        if made.currency_id.compare_amounts(abs(made.price_subtotal), abs(line.price_subtotal)) > 0:
            raise OperationRefused(
                credit.env._("Line %s would be credited by more than it was billed.", line.id), "too_much"
            )


def _part_of(line, part):
    """Values that differ from the invoiced line, and the net amount that must come out (None: whatever they give)."""
    values = {"name": part["name"]} if part.get("name") else {}
    if "amount" not in part:
        values["quantity"] = part.get("quantity", line.quantity)
        if values["quantity"] > line.quantity:
            raise OperationRefused(line.env._("Line %s was not billed for so many.", line.id), "too_much")
        if "price_unit" in part:
            values |= {"price_unit": part["price_unit"], "discount": 0.0}
        return values, None
    if "quantity" in part or "price_unit" in part:
        raise OperationRefused(line.env._("Give an amount, or a quantity and a price."), "values")
    if not line.price_subtotal:
        raise OperationRefused(line.env._("Line %s was billed at nothing.", line.id), "too_much")
    # A price that contains its tax is scaled, so that the net comes out as asked.
    scale = line.price_total / line.price_subtotal if any(line.tax_ids.mapped("price_include")) else 1.0
    return values | {"quantity": 1.0, "price_unit": part["amount"] * scale, "discount": 0.0}, part["amount"]


def _require_draft_within(credit, invoice):
    env = credit.env
    if credit.state != "draft" or credit.move_type != "out_refund" or credit.reversed_entry_id != invoice:
        raise OperationRefused(env._("Odoo did not leave a draft credit note."), "not_draft")
    others = (
        env["account.move"]
        .sudo()
        .search(
            [
                ("reversed_entry_id", "=", invoice.id),
                ("move_type", "=", "out_refund"),
                ("state", "!=", "cancel"),
                ("id", "!=", credit.id),
            ]
        )
    )
    credited = sum(others.mapped("amount_total")) + credit.amount_total
    if credit.currency_id.compare_amounts(credited, invoice.amount_total) > 0:
        raise OperationRefused(
            env._("%(name)s would be credited by more than it was billed.", name=invoice.name), "too_much"
        )
