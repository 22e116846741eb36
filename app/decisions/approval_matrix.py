"""The approval matrix: which rule asks whom, and how many, before a suggestion may be written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.errors import Misconfigured
from app.money import Money
from app.vocabulary import REASONS, Kind

DEFAULT = Path(__file__).parent / "policies" / "default.yaml"
SCHEMA = Path(__file__).parent / "policies" / "schema.json"
WHY_NOT = ("sender", "action", "risk", "company", "no_amount", "no_rate", "threshold")
"""Why a rule does not fit: it is about messages whose sender failed a check, about other steps, risks or companies, or
only about less than this amount."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a rule asks for one suggestion. `one_of`: at least one confirmation must be given in one of these roles."""

    rule: str
    says: str
    approvals: int
    roles: tuple[str, ...]
    one_of: tuple[str, ...]
    waits_for_call_back: bool = False
    """Whether the rule asks for a call-back, and the case's checklist is not complete."""


@dataclass(frozen=True, slots=True)
class Closing:
    """When software closes a message that asks for nothing by itself: from which confidence on, and which reasons."""

    above: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file in force. `hash` is the SHA-256 of its content in canonical form; every decision records it.

    `sender_failed` and `is_called_back` are of the case at hand (see `on`): whether a check of who its message is from
    failed, and whether the call-back checklist is complete.
    """

    content: dict[str, Any]
    hash: str
    sender_failed: bool = False
    is_called_back: bool = False

    def on(self, *, sender_failed: bool, is_called_back: bool = False) -> Policy:
        """The policy as it speaks of one case."""
        return replace(self, sender_failed=sender_failed, is_called_back=is_called_back)

    @property
    def closing(self) -> Closing | None:
        """When software closes what asks for nothing; None (the default) means never."""
        stated = self.content.get("closing")
        if stated is None:
            return None
        return Closing(Decimal(stated["above"]), tuple(stated.get("reasons", REASONS[Kind.NO_ACTION])))

    @property
    def minds_senders(self) -> bool:
        """Whether a rule asks for more where a check of the sender failed."""
        return any("sender" in rule for rule in self.content["rules"])

    def requirement(self, *, action: str, risk: str, amount: Money | None, company_id: int | None) -> Requirement:
        """The first rule that fits.

        Raises:
            Misconfigured: No rule fits; nothing may be confirmed then.
        """
        for rule in self.content["rules"]:
            if not self.why_not(rule, action=action, risk=risk, amount=amount, company_id=company_id):
                return Requirement(
                    rule["id"], rule["says"], rule["approvals"], tuple(rule["roles"]), tuple(rule.get("one_of", ())),
                    waits_for_call_back=bool(rule.get("call_back")) and not self.is_called_back,
                )  # fmt: skip
        raise Misconfigured(
            f"No rule of the policy fits {action} with risk {risk}. Add a rule without conditions at the end."
        )

    def why_not(
        self, rule: Mapping[str, Any], *, action: str, risk: str, amount: Money | None, company_id: int | None
    ) -> str:
        """Why a rule does not fit, one of `WHY_NOT`; empty when it does."""
        if "sender" in rule and not self.sender_failed:
            return "sender"
        if "actions" in rule and action not in rule["actions"]:
            return "action"
        if "risks" in rule and risk not in rule["risks"]:
            return "risk"
        if "companies" in rule and company_id not in rule["companies"]:
            return "company"
        if "below" in rule and not self._is_below(amount, Decimal(rule["below"])):
            return "no_amount" if amount is None else "no_rate" if not self._has_rate(amount.currency) else "threshold"
        return ""

    def forbidden_risks(self, role: str) -> tuple[str, ...]:
        """Risk classes that people may never decide in this role."""
        return tuple(self.content["duties"]["never"].get(role, ()))

    @property
    def editor_needs_another(self) -> bool:
        return bool(self.content["duties"]["editor_is_not_the_only_approver"])

    @property
    def amounts_hidden_from(self) -> tuple[str, ...]:
        """Roles that do not see what a case is worth: project managers, or nobody. Others always do."""
        return tuple(self.content["duties"].get("amounts_hidden_from", ("project_manager",)))

    @property
    def delivery_validator_bars(self) -> tuple[str, ...]:
        return tuple(self.content["duties"]["delivery_validator_does_not_approve"])

    def _has_rate(self, currency: str) -> bool:
        return currency == self.content["currency"] or currency in self.content["rates"]

    def _is_below(self, amount: Money | None, threshold: Decimal) -> bool:
        """An amount that is not known, or in a currency without a rate, is never below."""
        if amount is None:
            return False
        if amount.currency == self.content["currency"]:
            return abs(amount.amount) < threshold
        rate = self.content["rates"].get(amount.currency)
        return rate is not None and abs(amount.amount) * Decimal(rate) < threshold


def load(path: Path | None = None) -> Policy:
    """Read and check a policy file; without a path, the default one.

    Raises:
        Misconfigured: The file is missing, is not YAML, or breaks the schema; the message names the place.
    """
    import yaml

    path = path or DEFAULT
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise Misconfigured(
            f"The policy {path} cannot be read: {error}. Correct it; until then nothing is decided."
        ) from None
    return checked(json.loads(json.dumps(content, default=str)), f"The policy {path}")


def checked(content: Any, name: str) -> Policy:
    """A policy out of its content, once it fits the schema; `name` stands first in what is said of a fault.

    Raises:
        Misconfigured: It breaks the schema; the message names the place.
    """
    import jsonschema

    problem = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(content)
    )
    if problem is not None:
        place = "/".join(str(p) for p in problem.absolute_path) or "the top"
        raise Misconfigured(f"{name} is wrong at {place}: {problem.message}. Until it is right nothing is decided.")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Policy(content, hashlib.sha256(canonical.encode()).hexdigest())
