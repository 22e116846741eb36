"""Which areas of the product a person's roles open: the navigation shows these, and the pages ask again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import Refused
from app.patterns.report import ROLES as PATTERN_ROLES
from app.review.languages import N_, _
from app.users.access import Caller

_MONEY_ROLES = ("reviewer", "controller")
ROLES: dict[str, tuple[str, ...]] = {
    "narratives": _MONEY_ROLES,
    "dashboards": (*_MONEY_ROLES, "policy_owner", "auditor"),
    "patterns": PATTERN_ROLES,
    "audit": ("auditor", "controller"),
    "policy": ("policy_owner", "controller", "auditor"),
    "administration": ("administrator",),
    "failures": (*_MONEY_ROLES, "administrator"),
    "questions": ("project_manager",),
}
"""An auditor reads the policy too: nobody can audit decisions without the rules that they were taken under."""

_FOR = {
    "narratives": N_("Invoice texts are for finance reviewers and controllers."),
    "dashboards": N_("Dashboards are for finance reviewers, controllers, policy owners and auditors."),
    "patterns": N_("Reports on disputes are for finance reviewers, controllers, policy owners and auditors."),
    "audit": N_("The audit trail is for auditors and finance controllers."),
    "policy": N_("The policy is for policy owners, finance controllers and auditors."),
    "administration": N_("Only an administrator can see and change this."),
    "questions": N_("Questions about the work go to project managers."),
    "failures": N_("Failed steps are for administrators, finance reviewers and controllers."),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the main navigation: its words (to be translated when shown), and which area must be open for it."""

    label: str
    address: str
    area: str = ""


NAVIGATION = (
    Entry(N_("Inbox"), "/inbox"),
    Entry(N_("Questions"), "/questions", "questions"),
    Entry(N_("Narratives"), "/narratives", "narratives"),
    Entry(N_("Dashboards"), "/dashboards", "dashboards"),
    Entry(N_("Audit"), "/audit", "audit"),
    Entry(N_("Policy"), "/policy", "policy"),
    Entry(N_("Settings"), "/settings"),
)


def navigation(roles: Iterable[str]) -> tuple[Entry, ...]:
    """The entries somebody with these roles may use, in order."""
    held = set(roles)
    return tuple(entry for entry in NAVIGATION if not entry.area or held & set(ROLES[entry.area]))


@dataclass(frozen=True, slots=True)
class Areas:
    """What is open to a person beside the inbox, health and their own settings."""

    narratives: bool
    dashboards: bool
    patterns: bool
    audit: bool
    policy: bool
    administration: bool
    failures: bool
    questions: bool


def areas(roles: Iterable[str]) -> Areas:
    """The areas open to somebody with these roles."""
    held = set(roles)
    return Areas(**{area: bool(held & set(allowed)) for area, allowed in ROLES.items()})


def require(person: Caller, area: str) -> None:
    """Raises Refused when none of the person's roles opens the area."""
    if not set(person.roles) & set(ROLES[area]):
        raise Refused(_(_FOR[area]), area=area)
