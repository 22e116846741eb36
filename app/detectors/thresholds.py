"""From when on a rule speaks: days, tolerances and habits of each of our companies, from the policy file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from app.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds of one company. Amounts are net, in the document's currency; days are calendar days."""

    stale_days: int = 60
    """Approved time older than this that no invoice carries is stale, even where nothing later was invoiced."""
    milestone_grace_days: int = 0
    """How long a reached milestone may wait for its invoice."""
    retainer_grace_days: int = 14
    """How long after a month's end hours beyond its retainer may wait to be billed or waived."""
    cycle_days: int = 60
    """Target for the days from the last work (or the draft's making) to the posted invoice."""
    quiet_weeks: int = 10
    """An order with hours left on which nobody worked for so long is asked about."""
    quiet_until_weeks: int = 40
    """After so long without time an order counts as finished and is not asked about any more."""
    expense_days: int = 45
    """How long an approved, allowed expense may wait where no later invoice of its order exists."""
    duplicate_days: int = 180
    """Two invoices further apart than this are not compared."""
    price_tolerance: Decimal = Decimal("0.005")
    """Difference of unit prices that is rounding."""
    hours_tolerance: Decimal = Decimal("0.01")
    """Difference of quantities that is rounding."""
    amount_tolerance: Decimal = Decimal("0.01")
    """Smallest amount that is worth a case; a credit that differs by no more makes good."""
    hours_per_day: Decimal = Decimal(8)
    """What a day is, where an order is in days and time in hours."""
    approved_time_only: bool = True
    """Whether this company invoices approved time only."""
    po_tags: tuple[str, ...] = ()
    """Further customer tags that mean: no invoice without a purchase order. Those whose words say so are known."""
    off: tuple[str, ...] = ()
    """Rules that this company does not want, by name or by reason ("unbilled_time.quiet_order", "tax_mapping")."""

    def wants(self, rule: str) -> bool:
        return rule not in self.off and rule.partition(".")[0] not in self.off


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`default` holds for every company that has none of its own (by Odoo's company id)."""

    default: Limits = Limits()
    companies: Mapping[int, Limits] = field(default_factory=dict)

    def of(self, company_id: int | None) -> Limits:
        return self.companies.get(company_id, self.default) if company_id is not None else self.default

    @classmethod
    def of_mapping(cls, given: Mapping[str, Any] | None) -> Thresholds:
        """From the policy file's section: `{default: {...}, companies: {"2": {...}}}`; a company's build on default.

        Raises:
            Misconfigured: An unknown name or a value of the wrong kind; the message names it.
        """
        given = given or {}
        unknown = set(given) - {"default", "companies"}
        if unknown:
            raise Misconfigured(
                f"The policy's section detectors does not know {', '.join(sorted(unknown))}: use default and companies."
            )
        default = _changed(Limits(), given.get("default") or {}, "default")
        companies = {}
        for number, changes in (given.get("companies") or {}).items():
            if not str(number).isdigit():
                raise Misconfigured(f"detectors/companies: {number!r} is no company id of Odoo.")
            companies[int(number)] = _changed(default, changes or {}, f"companies/{number}")
        return cls(default, companies)


def _changed(limits: Limits, changes: Mapping[str, Any], place: str) -> Limits:
    known = {f.name: getattr(limits, f.name) for f in fields(limits)}
    values = {}
    for name, value in changes.items():
        if name not in known:
            raise Misconfigured(
                f"detectors/{place}: there is no threshold {name!r}. Known: {', '.join(sorted(known))}."
            )
        values[name] = _as(known[name], value, f"detectors/{place}/{name}")
    return replace(limits, **values)


def _as(like: object, value: Any, place: str) -> Any:
    """The value in the type of the one it replaces."""
    if isinstance(like, bool):
        if isinstance(value, bool):
            return value
    elif isinstance(like, int):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    elif isinstance(like, Decimal):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal(-1)
        if number.is_finite() and number >= 0:
            return number
    elif isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise Misconfigured(f"{place}: {value!r} is of the wrong kind; an example is {like!r}.")
