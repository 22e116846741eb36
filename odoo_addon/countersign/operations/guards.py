"""What the person saw against what the record says now."""

from decimal import Decimal, InvalidOperation

from ..exceptions import OperationRefused

LINES = "lines"
NAMED_LINES = "named_lines"
"""Lines of which only those that are named are compared: others may change, be added or go."""
ORDER_GUARDS = frozenset(
    {"state", "name", "client_order_ref", "partner_id", "currency_id", "amount_untaxed", "amount_tax", "amount_total",
     "validity_date", "note", LINES}
)  # fmt: skip
INVOICE_GUARDS = frozenset(
    {"state", "name", "ref", "move_type", "payment_state", "partner_id", "currency_id", "amount_untaxed", "amount_tax",
     "amount_total", "amount_residual", "narration", "no_followup", "invoice_date", "invoice_date_due", LINES,
     NAMED_LINES}
)  # fmt: skip
PARTNER_GUARDS = frozenset({"name", "vat", "ref", "email", "phone", "active"})
PROJECT_GUARDS = frozenset({"name", "partner_id", "active"})
TASK_GUARDS = frozenset({"name", "partner_id", "project_id", "stage_id", "active"})
TICKET_GUARDS = frozenset({"name", "partner_id", "team_id", "stage_id", "active"})

ANYWHERE = {
    "sale.order": ORDER_GUARDS,
    "account.move": INVOICE_GUARDS,
    "res.partner": PARTNER_GUARDS,
    "project.project": PROJECT_GUARDS,
    "project.task": TASK_GUARDS,
}
"""The records a case can be about, for operations that only add a note, an activity or a file."""

_EXACT = Decimal("0.000001")


def guarded_lines(record):
    """The priced lines of an order or invoice; an empty recordset for anything else."""
    if record._name == "sale.order":
        return record.order_line.filtered(lambda line: not line.display_type)
    if record._name == "account.move":
        return record.invoice_line_ids.filtered(lambda line: line.display_type == "product")
    return record.browse()


def seen(record, name):
    """A field's value in JSON without loss: ids, decimal text, ISO dates; None for empty."""
    value = record[name]
    match record._fields[name].type:
        case "many2one":
            return value.id or None
        case "many2many" | "one2many":
            return sorted(value.ids)
        case "boolean":
            return bool(value)
        case "float" | "monetary":
            return plain(value)
        case "date" | "datetime":
            return value.isoformat(sep=" ") if hasattr(value, "hour") else value.isoformat() if value else None
        case _:
            return str(value) if value else None


def lines_seen(record):
    """The priced lines as a person saw them, by id."""
    quantity = "product_uom_qty" if record._name == "sale.order" else "quantity"
    return [
        {
            "id": line.id,
            "name": line.name or None,
            "quantity": plain(line[quantity]),
            "price_unit": plain(line.price_unit),
            "tax_ids": sorted(line.tax_ids.ids),
        }
        for line in guarded_lines(record).sorted("id")
    ]


def fingerprint(record):
    """All that makes an order or invoice what it is, to tell later whether somebody touched it."""
    return {"state": record.state, "amount_total": seen(record, "amount_total"), LINES: lines_seen(record)}


def differences(env, record, expected, allowed):
    """List of {"field", "expected", "actual"}; empty when the record is what was seen.

    Fields outside `allowed` are refused, so that a guard cannot be used to read what the caller may not see.
    """
    if not isinstance(expected, dict):
        raise OperationRefused(env._("The expected values must be an object."), "expected")
    unknown = set(expected) - allowed
    if unknown:
        raise OperationRefused(
            env._("These fields cannot be compared: %s.", ", ".join(sorted(unknown))), "unknown_field"
        )
    found = []
    for name, before in expected.items():
        if name in (LINES, NAMED_LINES):
            found += _line_differences(env, before, lines_seen(record), named_only=name == NAMED_LINES)
            continue
        now = seen(record, name)
        if not _same(before, now):
            found.append({"field": name, "expected": before, "actual": now})
    return found


def plain(number):
    """A float as exact text with at most six decimals and no trailing zeros."""
    value = Decimal(str(number)).quantize(_EXACT).normalize()
    return f"{value:f}" if value else "0"


def _line_differences(env, before, now, *, named_only):
    if not isinstance(before, list) or not all(isinstance(line, dict) and "id" in line for line in before):
        raise OperationRefused(env._("Expected lines must be a list of lines with their ids."), "expected")
    old, new = {line["id"]: line for line in before}, {line["id"]: line for line in now}
    found = []
    for line_id in sorted(old.keys() if named_only else old.keys() | new.keys()):
        if line_id not in new or line_id not in old:
            found.append({"field": f"lines.{line_id}", "expected": old.get(line_id), "actual": new.get(line_id)})
            continue
        for part, value in new[line_id].items():
            if not _same(old[line_id].get(part), value):
                found.append({"field": f"lines.{line_id}.{part}", "expected": old[line_id].get(part), "actual": value})
    return found


def _same(before, now):
    if before in (None, "", False) and now in (None, "", False):
        return True
    if isinstance(before, str) and isinstance(now, str) and before != now:
        try:
            return Decimal(before) == Decimal(now)
        except InvalidOperation:
            return False
    return before == now and isinstance(before, bool) == isinstance(now, bool)
