"""What the counts say, as sentences that are good by themselves. A model may word them, never add to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.assessments.present import REASON_WORDS
from app.money import Money
from app.patterns.contracts import BILLING_WORDS, CONTRACT_WORDS
from app.patterns.counting import Counted, Group
from app.patterns.shares import FEWEST, beside, is_clear_change, is_more_than_chance, percent, share

REPEATED = 3
"""So often the same customer disputes for the same reason before it is called repeated."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NAMELESS = {
    "reason": "Not read yet", "customer": "Customer not known", "manager": "No manager known",
    "contract": "Not known", "billing": "Not known",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the counts say. `about` is whole, outcome, money, days, repeated or a dimension."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """A customer who disputes for the same reason again and again."""

    customer: str
    name: str
    reason: str
    disputes: int


def facts(counted: Counted) -> tuple[Fact, ...]:
    """The facts, most general first; empty when there was no dispute."""
    whole = counted.whole
    if not whole.disputes:
        return ()
    told: list[tuple[str, str]] = [("whole", _whole(counted))]
    if whole.ended:
        told.append(("outcome", _outcome(whole)))
    told += [("money", text) for text in _money(whole)]
    if whole.ended >= FEWEST and whole.half_within is not None:
        told.append(("days", f"Half of the {whole.ended} that ended did so within {_days(whole.half_within)}, "
                     f"nine of ten within {_days(whole.most_within or 0)}."))  # fmt: skip
    told += [("month", text) for text in [_trend(counted)] if text]
    told += [("reason", text) for text in _reasons(counted)]
    told += [("customer", text) for text in [_customers(counted)] if text]
    told += [("repeated", text) for text in [_repeated(counted)] if text]
    for by, thing in (
        ("contract", "Invoices under contracts of the type “{}”"),
        ("billing", "Invoices billed as “{}”"),
        ("manager", "Invoices of projects led by {}"),
    ):
        told += [(by, text) for text in [_more_often(counted, by, thing)] if text]
    return tuple(Fact(about, text) for about, text in told)


def headlines(told: Sequence[Fact]) -> tuple[str, ...]:
    """The facts to begin with: one of each sort that no chart tells better."""
    first: dict[str, str] = {}
    for number, fact in enumerate(told):
        if fact.about in ("whole", "outcome", "money", "month", "reason", "repeated"):
            first.setdefault(f"{fact.about}{number if fact.about == 'money' else ''}", fact.text)
    return tuple(first.values())


def takeaway(counted: Counted, by: str) -> str:
    """The one sentence above a chart."""
    if by == "repeated":
        return _repeated(counted) or f"No customer disputed {REPEATED} times or more for the same reason."
    found = [fact.text for fact in facts(counted) if fact.about == by]
    if found:
        return found[0]
    if by == "month":
        months = [group.disputes for group in months_of(counted)]
        return f"Between {min(months)} and {max(months)} a month." if months else ""
    invoices = sum(group.invoices or 0 for group in counted.groups.get(by, ()))
    if by in ("contract", "billing", "manager") and invoices:
        thing = {"contract": "contract type", "billing": "way of billing", "manager": "project manager"}[by]
        return f"No {thing} has more of its invoices disputed than the others by more than chance explains."
    return ""


def name_of(counted: Counted, by: str, key: str) -> str:
    """A group's name for people."""
    return group_words(counted.names, by, key)


def group_words(names: Mapping[tuple[str, str], str], by: str, key: str) -> str:
    """A group's name for people, where customers and managers are named like this."""
    if by == "reason":
        return REASON_WORDS.get(key, _NAMELESS[by])
    if by == "contract":
        return CONTRACT_WORDS.get(key, key)
    if by == "billing":
        return BILLING_WORDS.get(key, key)
    if by == "month":
        return month_words(key)
    if by == "manager" and key == "several":
        return "Several managers"
    found = names.get((by, key), "").strip()
    return found or (f"Odoo user {key}" if by == "manager" and key else _NAMELESS[by])


def month_words(key: str) -> str:
    """ "2026-11" as "November 2026"."""
    year, _, month = key.partition("-")
    return f"{_MONTHS[int(month) - 1]} {year}" if month.isdigit() and 0 < int(month) < 13 else key


def day_words(day: date) -> str:
    """ "3 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def months_of(counted: Counted) -> tuple[Group, ...]:
    """Every month asked for, those without a dispute too."""
    known = {group.key: group for group in counted.groups["month"]}
    first, last = counted.asked.since, counted.asked.until
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    keys = [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in numbers]
    return tuple(known.get(key, Group(key)) for key in keys)


def repeated(counted: Counted) -> tuple[Repeated, ...]:
    """Customers with at least `REPEATED` disputes for one reason, most first."""
    found = [
        Repeated(customer, name_of(counted, "customer", customer), reason, count)
        for (customer, reason), count in counted.pairs.items()
        if count >= REPEATED and customer and reason
    ]
    return tuple(sorted(found, key=lambda r: (-r.disputes, r.name, r.reason)))


def amounts(group: Group) -> str:
    """What is contested, by currency: "61,810.50 EUR and 1,200.00 GBP"."""
    return _joined([str(Money(s.contested, s.currency)) for s in group.sums if s.contested])


def _whole(counted: Counted) -> str:
    whole, asked = counted.whole, counted.asked
    said = f"{_count(whole.disputes, 'dispute was', 'disputes were')} opened from {day_words(asked.since)} to "
    said += day_words(asked.until)
    money = amounts(whole)
    said += f", about {money}" if money else ""
    said += f"; {_count(whole.open, 'is', 'are')} still open." if whole.open else "; none is open."
    if whole.invoices:
        said += f" {share(whole.disputed or 0, whole.invoices, 'invoices')} dated in this time were disputed."
    return said


def _outcome(group: Group) -> str:
    numbers = (group.credited, group.upheld, group.withdrawn)
    phrases = (
        f"{group.credited} led to a credit", f"in {group.upheld} the invoice stood as billed",
        f"{_count(group.withdrawn, 'was', 'were')} taken back by the customer",
    )  # fmt: skip
    parts = [
        f"{phrase}{beside(number, group.ended)}" for phrase, number in zip(phrases, numbers, strict=True) if number
    ]
    return f"{_count(group.ended, 'dispute', 'disputes')} ended: {_joined(parts)}."


def _money(group: Group) -> Iterable[str]:
    for sums in group.sums:
        if sums.settled:
            granted, settled = Money(sums.granted, sums.currency), Money(sums.settled, sums.currency)
            of = f" ({percent(min(sums.granted, sums.settled), sums.settled)})" if sums.ended >= FEWEST else ""
            ended = _count(sums.ended, "dispute", "disputes")
            yield f"Of {settled} contested in {ended} that ended, {granted} was credited{of}."


def _trend(counted: Counted) -> str:
    """The last three whole months against the three before."""
    whole = [g for g in months_of(counted) if _is_whole(g.key, counted)]
    if len(whole) < 6:
        return ""
    now, before = whole[-3:], whole[-6:-3]
    n, b = sum(g.disputes for g in now), sum(g.disputes for g in before)
    said = (
        f"{_count(n, 'dispute', 'disputes')} from {month_words(now[0].key)} to {month_words(now[-1].key)}, "
        f"{b} in the three months before: "
    )
    if not is_clear_change(n, b):
        return f"{said}no clear change."
    return f"{said}{'more' if n > b else 'fewer'} than chance explains."


def _is_whole(key: str, counted: Counted) -> bool:
    first = date(int(key[:4]), int(key[5:]), 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return counted.asked.since <= first and last <= counted.asked.until


def _reasons(counted: Counted) -> Iterable[str]:
    groups = [g for g in counted.groups["reason"] if g.key]
    if not groups:
        return
    top = groups[0]
    if sum(g.disputes == top.disputes for g in groups) == 1 and top.disputes >= REPEATED:
        name = name_of(counted, "reason", top.key)
        yield f"The most frequent reason is “{name}”: {share(top.disputes, counted.whole.disputes, 'disputes')}."
    for currency in [s.currency for s in counted.whole.sums]:
        ranked = sorted(
            ((s.contested, s.disputes, g.key) for g in groups for s in g.sums if s.currency == currency), reverse=True
        )
        if len(ranked) > 1 and ranked[0][0] > ranked[1][0]:
            contested, disputes, key = ranked[0]
            yield (
                f"Most {currency} are contested for the reason “{name_of(counted, 'reason', key)}”: "
                f"{Money(contested, currency)} in {_count(disputes, 'dispute', 'disputes')}."
            )


def _customers(counted: Counted) -> str:
    groups = [g for g in counted.groups["customer"] if g.disputes]
    total = counted.whole.disputes
    if len(groups) < 2 or total < FEWEST:
        return ""
    some: list[Group] = []
    while sum(g.disputes for g in some) * 2 < total and len(some) < len(groups):
        some.append(groups[len(some)])
    if len(some) > 3 or not all(g.key for g in some) or len(some) == len(groups):
        top = groups[0]
        said = f"{name_of(counted, 'customer', top.key)} has {share(top.disputes, total, 'disputes')}."
        return said if top.key else ""
    names = _joined([name_of(counted, "customer", g.key) for g in some])
    verb = "has" if len(some) == 1 else "have"
    theirs = share(sum(g.disputes for g in some), total, "disputes")
    return f"{names} {verb} {theirs}; {len(groups)} customers have any."


def _repeated(counted: Counted) -> str:
    found = repeated(counted)[:3]
    if not found:
        return ""
    parts = [f"{r.name} for “{REASON_WORDS.get(r.reason, r.reason)}” ({r.disputes} times)" for r in found]
    return f"The same dispute comes again and again from {_joined(parts)}."


def _more_often(counted: Counted, by: str, thing: str) -> str:
    """The group whose invoices are disputed more often than all others', if any is beyond chance."""
    groups = counted.groups[by]
    invoices, disputed = sum(g.invoices or 0 for g in groups), sum(g.disputed or 0 for g in groups)

    def stands_out(group: Group) -> bool:
        mine, of_mine = group.disputed or 0, group.invoices or 0
        return is_more_than_chance(mine, of_mine, disputed - mine, invoices - of_mine)

    found = [g for g in groups if g.key not in ("", "several") and stands_out(g)]
    if not found:
        return ""
    top = max(found, key=lambda g: (g.disputed or 0) * 1_000_000 // (g.invoices or 1))
    mine, of_mine = top.disputed or 0, top.invoices or 0
    return (
        f"{thing.format(name_of(counted, by, top.key))} are disputed more often than others: {share(mine, of_mine)} "
        f"against {share(disputed - mine, invoices - of_mine)}, more than chance explains. The counts do not say why."
    )


def _days(number: int) -> str:
    return _count(number, "day", "days")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


WORDS: Mapping[str, str] = {
    "reason": "Reason", "customer": "Customer", "contract": "Contract type", "billing": "Billing model",
    "manager": "Project manager", "month": "Month",
}  # fmt: skip
