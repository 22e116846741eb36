"""What this Odoo can do: which modules and fields exist, for those parts that Community, Enterprise and OCA do apart.

Asked once through our addon (`describe`), or model by model where the addon is missing; remembered for some minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from weakref import WeakKeyDictionary

from app.errors import Misconfigured, Refused
from app.odoo.answers import AddonMissing
from app.odoo.gateway import OdooGateway
from app.odoo.mapping import APPROVED_FIELDS

REMEMBERED_FOR = 600.0
"""Seconds; a module that is installed meanwhile is noticed after them."""


class Edition(StrEnum):
    """Where a part comes from."""

    COMMUNITY = "community"
    ENTERPRISE = "enterprise"
    OCA = "oca"


@dataclass(frozen=True, slots=True)
class Part:
    """One way to do a thing in Odoo: the model that holds it, and the module that brings the model."""

    edition: Edition
    module: str
    model: str


HELPDESK = (
    Part(Edition.OCA, "helpdesk_mgmt", "helpdesk.ticket"),
    Part(Edition.ENTERPRISE, "helpdesk", "helpdesk.ticket"),
    Part(Edition.COMMUNITY, "project", "project.task"),
)
APPROVALS = (
    Part(Edition.ENTERPRISE, "approvals", "approval.request"),
    Part(Edition.OCA, "base_tier_validation", "tier.review"),
    Part(Edition.COMMUNITY, "mail", "mail.activity"),
)
DOCUMENTS = (
    Part(Edition.ENTERPRISE, "documents", "documents.document"),
    Part(Edition.OCA, "dms", "dms.file"),
    Part(Edition.COMMUNITY, "base", "ir.attachment"),
)
SUBSCRIPTIONS = (
    Part(Edition.ENTERPRISE, "sale_subscription", "sale.order"),
    Part(Edition.OCA, "contract", "contract.contract"),
    Part(Edition.OCA, "subscription_oca", "sale.subscription"),
    Part(Edition.COMMUNITY, "sale", "sale.order.line"),
)
TIMESHEET_APPROVALS = APPROVED_FIELDS

_TELLING: Mapping[str, tuple[str, ...]] = {
    "account.analytic.line": TIMESHEET_APPROVALS,
    "helpdesk.ticket": ("number", "ticket_ref", "name", "description", "team_id", "partner_id", "company_id"),
    "project.task": ("name", "description", "project_id", "partner_id", "company_id"),
    "approval.request": ("name", "reason", "category_id", "request_owner_id", "partner_id", "amount", "reference"),
    "tier.review": ("model", "res_id", "status", "reviewer_id", "definition_id"),
    "account.move": ("review_ids", "validation_status", "need_validation"),
    "documents.document": ("name", "datas", "folder_id", "res_model", "res_id", "partner_id"),
    "dms.file": ("name", "content", "directory_id", "res_model", "res_id"),
    "sale.order": ("is_subscription", "plan_id", "next_invoice_date", "client_order_ref"),
    "contract.contract": ("name", "partner_id", "code", "contract_line_fixed_ids", "recurring_next_date"),
    "sale.subscription": ("name", "partner_id", "sale_subscription_line_ids", "recurring_next_date"),
}
"""Fields that tell the variants apart, or that an action fills where they exist."""

_PROOF = {
    "helpdesk_mgmt": ("helpdesk.ticket", "number"),
    "helpdesk": ("helpdesk.ticket", "team_id"),
    "approvals": ("approval.request", "category_id"),
    "base_tier_validation": ("tier.review", "status"),
    "documents": ("documents.document", "folder_id"),
    "dms": ("dms.file", "directory_id"),
    "sale_subscription": ("sale.order", "is_subscription"),
    "contract": ("contract.contract", "contract_line_fixed_ids"),
    "subscription_oca": ("sale.subscription", "sale_subscription_line_ids"),
}
"""Module: the model and field that only it brings, or that those asked about before it would have shown too."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this Odoo has, as far as the service user may see it."""

    helpdesk: Part
    approvals: Part
    documents: Part
    subscriptions: Part
    timesheet_approvals: tuple[str, ...]
    """Fields that approve a timesheet here; none where nobody approves time."""
    has_addon: bool
    fields: Mapping[str, frozenset[str]] = field(repr=False)
    """Of the models that differ between editions: those of the known fields that exist; other models are missing."""

    def has(self, model: str, *fields: str) -> bool:
        """Whether the model, and all these fields of it, exist. Only for models that differ between editions."""
        return model in self.fields and self.fields[model].issuperset(fields)


_known: WeakKeyDictionary[OdooGateway, tuple[float, Capabilities]] = WeakKeyDictionary()
_lock = threading.Lock()


def capabilities(odoo: OdooGateway, *, afresh: bool = False) -> Capabilities:
    """What this Odoo can do; asked again after ten minutes, or at once when `afresh`.

    Raises:
        Unavailable, Misconfigured: As the gateway.
    """
    with _lock:
        known = _known.get(odoo)
    if known is not None and not afresh and time.monotonic() - known[0] < REMEMBERED_FOR:
        return known[1]
    found = _ask(odoo)
    with _lock:
        _known[odoo] = (time.monotonic(), found)
    return found


def _ask(odoo: OdooGateway) -> Capabilities:
    try:
        models = {model: list(names) for model, names in _TELLING.items()}
        answer = odoo.ask_addon("describe", models=models, modules=[])["models"]
        has_addon = True
    except AddonMissing:
        answer = _model_by_model(odoo)
        has_addon = False
    fields = {model: frozenset(names) for model, names in answer.items()}
    return Capabilities(
        helpdesk=_first(HELPDESK, fields),
        approvals=_first(APPROVALS, fields),
        documents=_first(DOCUMENTS, fields),
        subscriptions=_first(SUBSCRIPTIONS, fields),
        timesheet_approvals=tuple(n for n in TIMESHEET_APPROVALS if n in fields.get("account.analytic.line", ())),
        has_addon=has_addon,
        fields=MappingProxyType(fields),
    )


def _model_by_model(odoo: OdooGateway) -> dict[str, list[str]]:
    found = {}
    for model, names in _TELLING.items():
        try:
            found[model] = odoo.fields(model, names)
        except (Misconfigured, Refused):  # no such model, or not for this user: the same to us
            continue
    return found


def _first(parts: Sequence[Part], fields: Mapping[str, frozenset[str]]) -> Part:
    for part in parts:
        model, name = _PROOF.get(part.module, ("", ""))
        if name in fields.get(model, ()):
            return part
    return parts[-1]
