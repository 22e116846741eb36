"""Which disputes a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.errors import Malformed

_LONGEST = 3660
"""Days; more than ten years is a slip of the pen."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """Disputes opened from `since` to `until`, both included, in days of UTC.

    `customer` is a name as in Odoo, whatever its case, or a group's key; `company_id` is one of ours, by its Odoo id.
    """

    since: date
    until: date
    customer: str = ""
    company_id: int | None = None

    def __post_init__(self) -> None:
        if self.since > self.until:
            raise Malformed(f"The first day, {self.since}, is after the last, {self.until}. Turn them round.")
        if (self.until - self.since).days > _LONGEST:
            raise Malformed("A report covers ten years at most. Choose a later first day.")

    @classmethod
    def until_today(
        cls, today: date, *, since: date | None = None, until: date | None = None, customer: str = "",
        company_id: int | None = None,
    ) -> Asked:  # fmt: skip
        """What is not said: to today, from the first of the month eleven months before.

        Raises:
            Malformed: The days are the wrong way round or too far apart.
        """
        last = until or today
        months = last.year * 12 + last.month - 1 - (MONTHS - 1)
        return cls(since or date(max(1, months // 12), months % 12 + 1, 1), last, customer.strip(), company_id)
