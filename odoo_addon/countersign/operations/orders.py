"""Quotations: made from a customer's order, changed while they are quotations, never confirmed here."""

from markupsafe import Markup
from odoo import Command

from ..exceptions import OperationRefused
from .guards import LINES, ORDER_GUARDS, PARTNER_GUARDS, fingerprint, lines_seen, seen
from .kind import Outcome, operation
from .notes import changed, paragraphs
from .ours import maker_of
from .readers import day, decimal, identifier, list_of, positive, text

_LINE = {"product_id": identifier, "name": text(2000), "quantity": positive, "price_unit": decimal}
LINE_FIELDS = {"name": "name", "quantity": "product_uom_qty", "price_unit": "price_unit", "product_id": "product_id"}
"""Parts of a line as the caller names them, and their fields."""


def require_live_order(order):
    if order.state == "cancel":
        raise OperationRefused(order.env._("%s is cancelled.", order.name), "order_cancelled")


def require_quotation(order):
    if order.state not in ("draft", "sent"):
        raise OperationRefused(
            order.env._("%s is no quotation any more: it cannot be changed here.", order.name), "order_not_draft"
        )


@operation(
    "create_quotation_from_po",
    guards={"res.partner": PARTNER_GUARDS},
    values={
        "reference": text(100),
        "currency": text(3),
        "valid_until": day,
        "note": text(5000),
        "lines": list_of(_LINE, required=("product_id", "quantity", "price_unit")),
    },
    required=("reference", "lines"),
    access="read",
    takes_files=True,
)
def create_quotation_from_po(call):
    """A draft quotation for the customer with the order's lines at the order's prices; taxes are Odoo's."""
    customer, env, values = call.target, call.env, call.values
    company = env.company
    _require_new_reference(customer, company, values["reference"])
    products = env["product.product"].browse([line["product_id"] for line in values["lines"]])
    _require_products(products, company)
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "company_id": company.id,
            "client_order_ref": values["reference"],
            **_pricelist(env, company, customer, values.get("currency")),
            **({"validity_date": values["valid_until"]} if values.get("valid_until") else {}),
            **({"note": paragraphs(values["note"])} if values.get("note") else {}),
            "order_line": [
                Command.create(
                    {
                        "product_id": line["product_id"],
                        "product_uom_qty": line["quantity"],
                        "price_unit": line["price_unit"],
                        **({"name": line["name"]} if line.get("name") else {}),
                    }
                )
                for line in values["lines"]
            ],
        }
    )
    if order.state != "draft":
        raise OperationRefused(env._("Odoo did not leave the quotation a draft."), "not_draft")
    made = fingerprint(order)
    return Outcome(
        result={
            "model": "sale.order",
            "id": order.id,
            "name": order.name,
            "line_ids": order.order_line.ids,
            **amounts(order),
            "undo": {
                "kind": "delete_draft_quotation",
                "model": "sale.order",
                "id": order.id,
                "values": {},
                "expected": {},
            },
        },
        notes=[
            (order, env._("Quotation from purchase order %s.", values["reference"])),
            (
                customer,
                Markup("%s %s")
                % (env._("Quotation from purchase order %s:", values["reference"]), order._get_html_link()),
            ),
        ],
        made=made,
        evidence_on=order,
    )


@operation(
    "update_draft_order",
    guards={"sale.order": ORDER_GUARDS},
    values={
        "reference": text(100),
        "valid_until": day,
        "note": text(5000),
        "lines": list_of({"line_id": identifier, **_LINE}),
    },
    takes_files=True,
)
def update_draft_order(call):
    """Change a quotation: reference, validity, note, its lines by id, and new lines with a product."""
    order, env, values = call.target, call.env, call.values
    require_quotation(order)
    before, changes, told = {}, {}, []
    for name, field in (("reference", "client_order_ref"), ("valid_until", "validity_date"), ("note", "note")):
        if name in values:
            before[field] = seen(order, field)
            changes[field] = paragraphs(values[name]) if name == "note" and values[name] else values[name]
    commands, lines_before = [], []
    for line in values.get("lines", []):
        commands.append(_line_command(order, line, lines_before))
    if not (changes or commands):
        raise OperationRefused(env._("There is nothing to change."), "missing_value")
    if lines_before:
        before["lines"] = lines_before
    net, lines_known = order.amount_untaxed, order.order_line
    order.write({**changes, **({"order_line": commands} if commands else {})})
    require_quotation(order)
    added = order.order_line - lines_known
    for field in changes:
        told.append(changed(order._fields[field].get_description(env)["string"], before[field], seen(order, field)))
    if commands:
        told.append(
            changed(
                env._("Untaxed amount"), order.currency_id.format(net), order.currency_id.format(order.amount_untaxed)
            )
        )
    after = {field: seen(order, field) for field in changes}
    touched = order.order_line.browse([line["id"] for line in lines_before]) | added
    return Outcome(
        result={
            "model": "sale.order",
            "id": order.id,
            "name": order.name,
            "before": before,
            "after": after,
            "added_line_ids": added.ids,
            **amounts(order),
            "undo": {
                "kind": "restore_draft",
                "model": "sale.order",
                "id": order.id,
                "values": {"operation": call.key},
                "expected": {**after, **({LINES: lines_seen(order)} if commands else {})},
            },
        },
        notes=[(order, Markup("<br/>").join(told))],
        made=after | {f"{LINES}.{line.id}": _as_left(line) for line in touched},
        evidence_on=order,
    )


@operation("delete_draft_quotation", guards={"sale.order": ORDER_GUARDS}, access="unlink")
def delete_draft_quotation(call):
    """Take back a quotation of ours that nobody has touched since."""
    order, env = call.target, call.env
    require_quotation(order)
    require_own_and_untouched(order, "create_quotation_from_po")
    order_id = order.id
    customer, name = order.partner_id, order.name
    order.action_cancel()
    order.unlink()
    return Outcome(
        result={"model": "sale.order", "id": order_id, "name": name},
        notes=[(customer, env._("Quotation %s was taken back.", name))],
    )


def require_own_and_untouched(record, kind):
    """The record was made by one of our operations and is still as that operation left it."""
    made = maker_of(record, kind)
    if not made:
        raise OperationRefused(record.env._("%s was not made by Countersign.", record.display_name), "not_ours")
    if made.made != fingerprint(record):
        raise OperationRefused(record.env._("Somebody has worked on %s since.", record.display_name), "touched")


def amounts(document):
    """Net, tax and gross as text in the document's currency."""
    digits = document.currency_id.decimal_places
    return {
        "currency": document.currency_id.name,
        "net": f"{document.amount_untaxed:.{digits}f}",
        "tax": f"{document.amount_tax:.{digits}f}",
        "gross": f"{document.amount_total:.{digits}f}",
    }


def _line_command(order, line, before):
    values = {LINE_FIELDS[part]: value for part, value in line.items() if part in LINE_FIELDS}
    if "line_id" not in line:
        if not {"product_id", "product_uom_qty", "price_unit"} <= set(values):
            raise OperationRefused(order.env._("A new line needs product_id, quantity and price_unit."), "values")
        _require_products(order.env["product.product"].browse(line["product_id"]), order.company_id)
        return Command.create(values)
    found = order.order_line.filtered(lambda known: known.id == line["line_id"] and not known.display_type)
    if not found or "product_id" in values:
        raise OperationRefused(order.env._("%(name)s has no line %(id)s.", name=order.name, id=line["line_id"]), "line")
    before.append({"id": found.id, **{part: seen(found, LINE_FIELDS[part]) for part in line if part in LINE_FIELDS}})
    return Command.update(found.id, keep_price(found, values) if "product_uom_qty" in values else values)


def keep_price(line, values):
    """Odoo prices a line anew when its quantity changes; the person saw this price and this discount."""
    return {"price_unit": line.price_unit, "discount": line.discount, **values}


def _as_left(line):
    return {part: seen(line, field) for part, field in LINE_FIELDS.items()}


def _require_new_reference(customer, company, reference):
    taken = (
        customer.env["sale.order"]
        .sudo()
        .search(
            [
                ("company_id", "=", company.id),
                ("partner_id.commercial_partner_id", "=", customer.commercial_partner_id.id),
                ("client_order_ref", "=", reference),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )
    )
    if taken:
        raise OperationRefused(
            customer.env._(
                "%(order)s already carries the reference %(reference)s.", order=taken.name, reference=reference
            ),
            "reference_taken",
        )


def _require_products(products, company):
    env = products.env
    if len(products.exists()) != len(set(products.ids)):
        raise OperationRefused(env._("A product does not exist."), "product")
    if any(not p.sale_ok or (p.company_id and p.company_id != company) for p in products.sudo()):
        raise OperationRefused(env._("A product may not be sold by this company."), "product")


def _pricelist(env, company, customer, currency):
    """The price list that gives the order its currency; prices are written on the lines anyway."""
    if not currency:
        return {}
    usual = customer.with_company(company).property_product_pricelist
    if usual.currency_id.name == currency:
        return {"pricelist_id": usual.id}
    fitting = env["product.pricelist"].search(
        [("currency_id.name", "=", currency), ("company_id", "in", [company.id, False])],
        order="company_id, sequence, id",
        limit=1,
    )
    if fitting:
        return {"pricelist_id": fitting.id}
    if company.currency_id.name == currency:
        return {"pricelist_id": False}
    raise OperationRefused(env._("There is no price list in %s.", currency), "currency")
