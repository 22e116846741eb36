"""The dispute mark: Odoo 19's "No Follow-Up" on the invoice, which keeps it out of dunning."""

from markupsafe import Markup

from ..exceptions import OperationRefused
from .guards import INVOICE_GUARDS
from .invoices import require_customer_document
from .kind import Outcome, operation
from .notes import paragraphs
from .readers import text


def _mark(call, disputed):
    invoice, env = call.target, call.env
    require_customer_document(invoice)
    if invoice.state != "posted":
        raise OperationRefused(
            env._("%s is not posted: nobody would dun it.", invoice.display_name), "invoice_not_posted"
        )
    before = invoice.no_followup
    invoice.no_followup = disputed
    if invoice.no_followup != disputed:
        raise OperationRefused(env._("Odoo did not take the mark on %s.", invoice.name), "not_taken")
    told = env._("Disputed: left out of follow-up letters.") if disputed else env._("No longer disputed.")
    reason = call.values.get("reason")
    return Outcome(
        result={
            "model": "account.move",
            "id": invoice.id,
            "name": invoice.name,
            "before": {"no_followup": before},
            "after": {"no_followup": disputed},
            "undo": {
                "kind": "clear_disputed" if disputed else "mark_disputed",
                "model": "account.move",
                "id": invoice.id,
                "values": {},
                "expected": {"no_followup": disputed},
            },
        },
        notes=[(invoice, Markup("%s %s") % (told, paragraphs(reason)))],
        evidence_on=invoice,
    )


@operation("mark_disputed", guards={"account.move": INVOICE_GUARDS}, values={"reason": text(2000)}, takes_files=True)
def mark_disputed(call):
    return _mark(call, disputed=True)


@operation("clear_disputed", guards={"account.move": INVOICE_GUARDS}, values={"reason": text(2000)})
def clear_disputed(call):
    return _mark(call, disputed=False)
