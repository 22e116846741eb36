"""The customer's own reference, on an order or on a draft invoice."""

from .guards import INVOICE_GUARDS, ORDER_GUARDS
from .invoices import require_draft_invoice
from .kind import Outcome, operation
from .notes import changed
from .orders import require_live_order
from .readers import text


@operation(
    "set_customer_reference",
    guards={"sale.order": ORDER_GUARDS, "account.move": INVOICE_GUARDS},
    values={"reference": text(100)},
    takes_files=True,
)
def set_customer_reference(call):
    """Write client_order_ref (order, any state but cancelled) or ref (draft invoice). Empty takes it away."""
    record, reference = call.target, call.values.get("reference", False)
    if record._name == "sale.order":
        require_live_order(record)
        field = "client_order_ref"
    else:
        require_draft_invoice(record)
        field = "ref"
    before = record[field] or None
    record.write({field: reference})
    return Outcome(
        result={
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "before": {field: before},
            "after": {field: reference or None},
            "undo": {
                "kind": "set_customer_reference",
                "model": record._name,
                "id": record.id,
                "values": {"reference": before},
                "expected": {field: reference or None},
            },
        },
        notes=[(record, changed(record.env._("Customer reference"), before, reference))],
        evidence_on=record,
    )
