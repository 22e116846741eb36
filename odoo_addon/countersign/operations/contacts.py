"""Whom a customer's invoices go to."""

from markupsafe import Markup
from odoo.tools import email_normalize

from ..exceptions import OperationRefused
from .guards import PARTNER_GUARDS
from .kind import Outcome, operation
from .notes import changed
from .ours import snapshot
from .readers import flag, text

_FIELDS = ("name", "email", "phone")
_MADE = ("name", "email", "phone", "type", "parent_id", "street", "city", "user_ids", "child_ids", "active")
"""What tells whether somebody has worked on a contact that we made."""


@operation(
    "update_billing_contact",
    guards={"res.partner": PARTNER_GUARDS},
    values={"new_contact": flag, "name": text(200), "email": text(254), "phone": text(50)},
    takes_files=True,
)
def update_billing_contact(call):
    """Change name, e-mail or phone of a contact, or with `new_contact` add an invoice contact to a customer.

    A company's own name is never changed, nor its tax id, address or bank.
    """
    partner, env, values = call.target, call.env, call.values
    asked = {name: values[name] for name in _FIELDS if name in values}
    if not asked:
        raise OperationRefused(env._("There is nothing to change."), "missing_value")
    if asked.get("email"):
        if not email_normalize(asked["email"]):
            raise OperationRefused(env._("%s is no e-mail address.", asked["email"]), "values")
        asked["email"] = asked["email"].strip()
    if values.get("new_contact"):
        return _add(call, asked)
    if "name" in asked and (partner.is_company or not asked["name"]):
        raise OperationRefused(env._("The name of %s cannot be changed here.", partner.display_name), "company_name")
    before = {name: partner[name] or None for name in asked}
    partner.write(asked)
    labels = {name: partner._fields[name].get_description(env)["string"] for name in asked}
    return Outcome(
        result={
            "model": "res.partner",
            "id": partner.id,
            "name": partner.display_name,
            "before": before,
            "after": {name: value or None for name, value in asked.items()},
            "undo": {
                "kind": "update_billing_contact",
                "model": "res.partner",
                "id": partner.id,
                "values": before,
                "expected": {name: value or None for name, value in asked.items()},
            },
        },
        notes=[(partner, Markup("<br/>").join(changed(labels[n], before[n], asked[n]) for n in asked))],
        evidence_on=partner,
    )


def _add(call, asked):
    customer, env = call.target, call.env
    if not asked.get("name") or not asked.get("email"):
        raise OperationRefused(env._("A new contact needs a name and an e-mail address."), "missing_value")
    if any(email_normalize(child.email) == email_normalize(asked["email"]) for child in customer.child_ids):
        raise OperationRefused(env._("%s is a contact already.", asked["email"]), "contact_exists")
    contact = env["res.partner"].create({"parent_id": customer.id, "type": "invoice", "is_company": False, **asked})
    return Outcome(
        result={
            "model": "res.partner",
            "id": contact.id,
            "name": contact.display_name,
            "customer_id": customer.id,
            "undo": {
                "kind": "archive_created",
                "model": "res.partner",
                "id": contact.id,
                "values": {"operation": call.key},
                "expected": {"name": contact.name, "email": contact.email, "active": True},
            },
        },
        made=snapshot(contact, _MADE),
        notes=[(customer, Markup("%s %s <%s>") % (env._("Invoice contact added:"), contact.name, contact.email))],
        evidence_on=customer,
    )
