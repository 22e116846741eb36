"""Exact amounts with a currency, the only rounding, and splitting without losing a cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

# ISO 4217 minor units that are not 2 (Babel knows them too; this avoids importing it for arithmetic).
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency as a Decimal: 0.01 for EUR, 1 for JPY (ISO 4217)."""
    return Decimal(1).scaleb(-_EXPONENTS.get(currency, 2))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in major units of one ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}: {self.amount!r}")
        if not self.amount.is_finite():
            raise ValueError(f"Money takes a finite amount, not {self.amount}")
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ValueError(f"a currency is three capital letters (ISO 4217), not {self.currency!r}")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{self.rounded().amount:,} {self.currency}"

    def rounded(self) -> Money:
        """Rounded half up to the currency's minor unit: the commercial rule, used once, at the end."""
        return Money(self.amount.quantize(minor_unit(self.currency), rounding=ROUND_HALF_UP), self.currency)

    def allocate(self, weights: Sequence[Decimal]) -> list[Money]:
        """Split in proportion to `weights` so that the parts add up to this amount, rounded, to the minor unit.

        The cents left over go to the parts with the largest remainders (largest-remainder method), first come first.

        Raises:
            ValueError: No weights, a negative one, or all are zero.
        """
        if not weights or any(w < 0 for w in weights) or not sum(weights):
            raise ValueError("allocate needs weights that are not negative and not all zero")
        unit = minor_unit(self.currency)
        total = self.rounded().amount
        sign = -1 if total < 0 else 1
        whole = sum(weights, Decimal(0))
        exact = [abs(total) * w / whole for w in weights]
        parts = [e.quantize(unit, rounding=ROUND_DOWN) for e in exact]
        left = int((abs(total) - sum(parts, Decimal(0))) / unit)
        by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
        for i in by_remainder[:left]:
            parts[i] += unit
        return [Money(sign * p, self.currency) for p in parts]

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}: no rate was given")
        return other.amount
