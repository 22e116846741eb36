"""Quantity x price = amount, used to choose between readings of a page; a printed figure itself is never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import permutations

from classifiers.order_fields.draft_line import DraftLine
from classifiers.order_fields.figures import Figure

_TRIALS = 8
"""Columns of numbers tried against each other; a table has fewer."""


def fits(
    quantity: Decimal, price: Decimal, amount: Decimal, *, per: Decimal | None = None, discount: Figure | None = None
) -> bool:
    """Whether quantity x price is the amount, up to rounding of the price."""
    expected = quantity * price / (per if per and per > 0 else Decimal(1))
    tolerance = max(Decimal("0.03"), abs(amount) * Decimal("0.0004"))
    if abs(expected - amount) <= tolerance:
        return True
    if discount is None:
        return False
    rate = discount.value
    return (
        abs(expected * (1 - rate / 100) - amount) <= tolerance
        or abs(expected - rate - amount) <= tolerance
        or abs((price - rate) * quantity - amount) <= tolerance
    )


def holds(line: DraftLine) -> bool | None:
    """Whether a line's figures agree; None if it lacks one."""
    if line.quantity is None or line.unit_price is None or line.amount is None:
        return None
    return fits(
        line.quantity.value, line.unit_price.value, line.amount.value, per=line.price_per, discount=line.discount
    )


def settle(lines: list[DraftLine]) -> None:
    """Choose, over all lines of a table, the readings that agree; fill a price or sum found in a line's other rows."""
    for line in lines:
        _fill(line)
    _settle_notation(lines)
    known = [(line, holds(line)) for line in lines]
    wrong = sum(1 for _, ok in known if ok is False)
    right = sum(1 for _, ok in known if ok)
    lacks_price = all(line.unit_price is None and line.quantity is not None for line in lines)
    if wrong > right or lacks_price:
        _reassign(lines)


def _settle_notation(lines: list[DraftLine]) -> None:
    """Where 1.250 may be a thousand or a bit more than one, take what agrees, the same for all if that is right."""
    for line in lines:
        if holds(line) is not False:
            continue
        quantity, price, amount = line.quantity, line.unit_price, line.amount
        assert quantity is not None
        assert price is not None
        assert amount is not None
        for q in _readings(quantity):
            for p in _readings(price):
                for a in _readings(amount):
                    if fits(q.value, p.value, a.value, per=line.price_per, discount=line.discount):
                        line.quantity, line.unit_price, line.amount = q, p, a
                        break
    changed = [line for line in lines if line.quantity is not None and line.quantity.other is not None]
    if not changed:
        return
    for line in changed:  # a line without a price follows the others' notation
        if line.quantity is not None and holds(line) is None and any(_was_swapped(o) for o in lines):
            line.quantity = _readings(line.quantity)[-1]


def _was_swapped(line: DraftLine) -> bool:
    return bool(line.quantity and line.quantity.is_swapped)


def _readings(figure: Figure) -> tuple[Figure, ...]:
    return (figure,) if figure.other is None else (figure, figure.swapped())


def _fill(line: DraftLine) -> None:
    """A price or a sum that stands in another row of the line, if exactly those figures agree."""
    if line.quantity is None or (line.unit_price is not None and line.amount is not None):
        return
    q = line.quantity.value
    if line.unit_price is None and line.amount is None:
        for i, price in enumerate(line.spare):
            for amount in line.spare[i + 1 :]:
                if price.value and fits(q, price.value, amount.value) and (q != 1 or price.value > 1):
                    line.unit_price, line.amount = price, amount
                    return
    elif line.unit_price is None and line.amount is not None:
        for price in line.spare:
            if price.value and fits(q, price.value, line.amount.value, per=line.price_per):
                line.unit_price = price
                return
    elif line.unit_price is not None:
        for amount in line.spare:
            if amount.value and fits(q, line.unit_price.value, amount.value, per=line.price_per):
                line.amount = amount
                return


def _reassign(lines: Sequence[DraftLine]) -> None:
    """When the headings' columns contradict arithmetic in most lines, take the columns that agree in nearly all."""
    columns: dict[int, int] = {}
    for line in lines:
        for column in line.by_column:
            columns[column] = columns.get(column, 0) + 1
    usable = sorted(c for c, n in columns.items() if n >= 0.7 * len(lines))[:_TRIALS]
    best: tuple[int, tuple[int, int, int]] | None = None
    for q, p, a in permutations(usable, 3):
        agree = distinct = 0
        for line in lines:
            figures = line.by_column
            if (
                q in figures
                and p in figures
                and a in figures
                and fits(
                    figures[q].value, figures[p].value, figures[a].value, per=line.price_per, discount=line.discount
                )
            ):
                agree += 1
                distinct += figures[q].value != 1 and figures[p].value != 1
        if (
            agree >= 0.8 * len(lines)
            and distinct
            and (best is None or (agree, q < p < a) > (best[0], best[1][0] < best[1][1] < best[1][2]))
        ):
            best = (agree, (q, p, a))
    if best is None:
        return
    q, p, a = best[1]
    for line in lines:
        if q in line.by_column and p in line.by_column and a in line.by_column:
            line.quantity, line.unit_price, line.amount = line.by_column[q], line.by_column[p], line.by_column[a]


def sum_of(lines: Iterable[DraftLine]) -> Decimal | None:
    """The sum of the lines' amounts; None if a line has none."""
    total = Decimal(0)
    seen = False
    for line in lines:
        if line.amount is None:
            return None
        total += line.amount.value
        seen = True
    return total if seen else None
