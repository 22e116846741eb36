"""Dashboards in words: titles, values, what stands beneath them, and the heads of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.dashboards.values import Cell, Column, Figure, Line, Note, Section, Table
from app.money import Money
from app.patterns.shares import FEWEST
from app.review import figures, wording
from app.review.languages import N_, Words, _, ngettext
from app.vocabulary import Kind

SECTION_TITLES = Words({
    "operations": N_("Operations"), "cycle": N_("Billing cycle"), "receivables": N_("Receivables, from Odoo"),
    "patterns": N_("Dispute patterns"),
})  # fmt: skip
SECTION_CHIPS = Words({
    "operations": N_("Operations"), "cycle": N_("Billing cycle"), "receivables": N_("Receivables"),
    "patterns": N_("Dispute patterns"),
})  # fmt: skip
FIGURE_TITLES = Words({
    "waiting": N_("Waiting now"), "first_decision": N_("First decision, median"), "in_time": N_("Answered in time"),
    "unchanged": N_("Confirmed unchanged"), "overridden": N_("Edited or rejected"), "rejected": N_("Rejected"),
    "right_when_sure": N_("Right when sure"), "attention": N_("Needs attention"),
    "cost_per_case": N_("Model cost per case"), "cycle_time": N_("Month’s end to invoice"),
    "issued_in_time": N_("Issued in time"), "unbilled": N_("Unbilled work"),
    "exceptions": N_("Invoices with an exception"), "reworked": N_("Reworked after a dispute"), "open": N_("Open"),
    "overdue": N_("Overdue"), "sales_outstanding": N_("Days sales outstanding"),
    "effectiveness": N_("Collection effectiveness"), "promises": N_("Promises kept"), "disputes": N_("Disputes opened"),
    "credited": N_("Led to a credit"), "disputed_invoices": N_("Invoices disputed"),
    "half_ended": N_("Half ended within"),
})  # fmt: skip
TABLE_TITLES = Words({
    "inflow": N_("Cases in"), "queue": N_("How long cases wait"), "calibration": N_("Does “sure” mean sure?"),
    "steps": N_("What changed in the proposals"), "readers": N_("Who read the cases"), "failures": N_("What failed"),
    "cost": N_("What questions to the model cost"),
    "cycle_weeks": N_("Days from the month’s end to the invoice, by week"),
    "approval": N_("What waits for approval"), "unbilled": N_("Unbilled work by company"),
    "exception_reasons": N_("What exceptions are about"), "ageing": N_("Open invoices by days overdue"),
    "status": N_("Payment status"), "revenue": N_("Revenue by customer, 12 months"),
    "outstanding": N_("Days sales outstanding, by month"), "reasons": N_("Why customers dispute"),
    "pairs": N_("Who disputes what"),
})  # fmt: skip
_BY = Words({
    "day": N_("Day"), "on": N_("On"), "week": N_("Week of"), "month": N_("Month"), "age": N_("Age"),
    "bin": N_("Said, of 100"),
    "step": N_("Step"), "reader": N_("Reader"), "failure": N_("What"), "question": N_("Question, model"),
    "approval_age": N_("Age"), "company": N_("Company"), "reason": N_("Reason"), "overdue": N_("Overdue"),
    "payment_state": N_("Status"), "customer": N_("Customer"), "dispute_customer": N_("Customer"),
})  # fmt: skip
_COLUMNS = Words({
    "all": N_("All"), "cases": N_("Cases"), "at_stake": N_("At stake"), "said": N_("Said"), "right": N_("Were right"),
    "low": N_("At least"), "high": N_("At most"), "decided": N_("Decided"), "unchanged": N_("Unchanged"),
    "edited": N_("Edited"), "rejected": N_("Rejected"), "why": N_("Most common reason to reject"),
    "standing": N_("Still stands"), "in_this_time": N_("In this time"), "questions": N_("Questions"),
    "answered": N_("Answered"), "tokens": N_("Tokens"), "seconds": N_("Median time"), "cost": N_("Cost"),
    "median": N_("Median"), "invoices": N_("Invoices"), "hours": N_("Hours not approved"),
    "unbilled": N_("On no invoice"), "old": N_("Older than 30 days"), "drafts": N_("On drafts"), "open": N_("Open"),
    "disputed": N_("Disputed"), "gross": N_("Billed, with tax"), "net": N_("Net"), "share": N_("Share"),
    "disputes": N_("Disputes"), "dso": N_("Days"), "owed": N_("Owed at its end"), "sales": N_("Sales of 90 days"),
    "credited": N_("Credited"), "upheld": N_("Invoice stood"),
    "withdrawn": N_("Taken back"), "contested": N_("Contested"), "draft": N_("Invoice texts"),
    "unread": N_("Not read yet"),
})  # fmt: skip
_OF_TABLE = Words({
    "cycle_weeks.low": N_("1 in 10 below"), "cycle_weeks.high": N_("1 in 10 above"),
    "readers.said": N_("Gave a reading"),
    "approval.cases": N_("Cases for a second person"), "exception_reasons.invoices": N_("Invoices"),
    "reasons.open": N_("Open"), "cost.answered": N_("Answered"),
})  # fmt: skip
_KEYS: Mapping[str, Words] = {
    "age": Words({
        "under_1": N_("under 1 day"), "1_2": N_("1–2 days"), "3_5": N_("3–5 days"), "6_10": N_("6–10 days"),
        "over_10": N_("over 10 days"),
    }),
    "approval_age": Words({
        "under_8": N_("up to 1 week"), "8_14": N_("1–2 weeks"), "15_30": N_("15–30 days"),
        "over_30": N_("over 30 days"),
    }),
    "overdue": Words({
        "not_due": N_("not due"), "1_30": N_("1–30 days"), "31_60": N_("31–60 days"), "61_90": N_("61–90 days"),
        "over_90": N_("over 90 days"),
    }),
    "payment_state": Words({
        "not_paid": N_("Not paid"), "partial": N_("Partly paid"), "in_payment": N_("In payment"), "paid": N_("Paid"),
        "reversed": N_("Credited in full"), "blocked": N_("Blocked"), "invoicing_legacy": N_("From before Odoo"),
    }),
    "reader": Words({
        "rules": N_("Rules"), "linear": N_("Trained model"), "neighbours": N_("Similar messages"),
        "llm": N_("Language model"), "together": N_("All together"),
    }),
    "failure": Words({
        "step:assess": N_("Reading failed"), "step:reconcile": N_("Comparing with Odoo failed"),
        "step:suggest": N_("Proposing failed"), "write:failed": N_("Writing to Odoo failed"),
        "write:refused": N_("Odoo refused the write"), "write:stale": N_("Odoo had changed before the write"),
        "model:unavailable": N_("The model did not answer"), "model:misconfigured": N_("The model is set up wrongly"),
        "model:declined": N_("The model declined"), "model:malformed": N_("The model’s answer could not be used"),
        "model:budget_spent": N_("The day’s budget was spent"), "model:unanswered": N_("Nobody answered"),
    }),
}  # fmt: skip
_NOTES = Words({
    "no_rate": N_(
        "Amounts in %(currencies)s are left out of sums: the policy has no rate for them. Add one to count them."
    ),
    "not_mirrored.invoices": N_("Odoo’s invoices are not mirrored yet, so these figures cannot be told."),
    "not_mirrored.timesheets": N_("Odoo’s timesheets are not mirrored yet, so figures on work cannot be told."),
    "not_mirrored.payments": N_(
        "Odoo’s payments are not mirrored yet: days sales outstanding count every invoice as unpaid, and what was "
        "collected cannot be told."
    ),
    "no_approvals": N_("This Odoo approves no time, so none waits for it."),
})  # fmt: skip
_MISSING = Words({
    "none": N_("Nothing to count in this time"), "no_model": N_("No model was asked in this time"),
    "no_price": N_("The model has no price set"), "no_time_on_invoices": N_("No invoice of this time carries hours"),
    "no_invoices": N_("No invoice was dated in this time"), "no_sales": N_("Nothing was billed in the last 90 days"),
    "not_mirrored": N_("Payments are not mirrored yet"),
})  # fmt: skip
MORE_IS_BETTER = frozenset({
    "in_time", "unchanged", "right_when_sure", "issued_in_time", "effectiveness", "promises",
})  # fmt: skip
LESS_IS_BETTER = frozenset({
    "first_decision", "overridden", "rejected", "cycle_time", "exceptions", "reworked", "sales_outstanding", "disputes",
    "disputed_invoices", "half_ended",
})  # fmt: skip
FEW = 20
"""A change of fewer is told without being called better or worse."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it is shown: `tone` of the change is better, worse or nothing."""

    code: str
    title: str
    value: str
    unit: str
    beneath: str
    change: str
    tone: str


def shown(figure: Figure) -> Shown:
    """A figure in words."""
    title = FIGURE_TITLES[figure.code]
    if figure.value is None:
        return Shown(figure.code, title, "–", "", _MISSING[figure.missing or "none"], "", "")
    value, unit = _value(figure)
    beneath = _BENEATH[figure.code](figure) if figure.code in _BENEATH else ""
    return Shown(figure.code, title, value, unit, beneath, *_change(figure))


def money(amount: Decimal | int, currency: str) -> str:
    """Whole units of a currency: "412,380 EUR"."""
    return f"{figures.whole(amount)}{figures.FIXED}{currency}"


def duration(minutes: Decimal) -> str:
    """ "42 min", "3 h 40", "2.5 days"."""
    whole = int(minutes.quantize(Decimal(1), ROUND_HALF_UP))
    if whole < 60:
        return _("%(minutes)s min", minutes=whole)
    if whole < 48 * 60:
        return _("%(hours)s h %(minutes)s", hours=whole // 60, minutes=f"{whole % 60:02d}")
    return _("%(days)s days", days=figures.decimal(minutes / 1440))


def days(value: Decimal) -> str:
    """A number of days, with a decimal only where it has one."""
    rounded = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return figures.whole(rounded) if rounded == rounded.to_integral_value() else figures.decimal(rounded)


def hours(value: Decimal) -> str:
    """A number of hours, with a decimal only where it has one."""
    return days(value)


def cost(amount: Decimal) -> str:
    """A small amount: three decimals, or two from ten on."""
    return figures.decimal(amount, 2 if amount >= 10 else 3)


def _value(figure: Figure) -> tuple[str, str]:
    value = figure.value or Decimal(0)
    if figure.unit == "share":
        if figure.whole is not None and figure.whole < FEWEST:
            return _(
                "%(part)s of %(whole)s", part=figures.count(figure.part or 0), whole=figures.count(figure.whole)
            ), ""
        return figures.percent(value), ""
    if figure.unit == "minutes":
        return duration(value), ""
    if figure.unit == "days":
        return days(value), ngettext("day", "days", 1 if value == 1 else 2)
    if figure.unit == "money":
        return figures.whole(value), figure.currency
    if figure.unit == "cost":
        return cost(value), figure.currency
    number = int(value)
    unit = {
        "waiting": ngettext("case", "cases", number), "attention": ngettext("case", "cases", number),
        "reworked": ngettext("invoice", "invoices", number),
    }.get(figure.code, "")  # fmt: skip
    return figures.count(number), unit


def _part(figure: Figure) -> str:
    return figures.count(figure.part or 0)


def _of_steps(figure: Figure) -> str:
    return ngettext("%(part)s of %(num)s step", "%(part)s of %(num)s steps", figure.whole or 0, part=_part(figure))


def _of_invoices(figure: Figure) -> str:
    return ngettext(
        "%(part)s of %(num)s invoice", "%(part)s of %(num)s invoices", figure.whole or 0, part=_part(figure)
    )


def _of_readings(figure: Figure) -> str:
    said = ngettext(
        "%(part)s of %(num)s reading", "%(part)s of %(num)s readings", figure.whole or 0, part=_part(figure)
    )
    return _target(said, figure)


def _of_promises(figure: Figure) -> str:
    return ngettext(
        "%(part)s of %(num)s that fell due", "%(part)s of %(num)s that fell due", figure.whole or 0, part=_part(figure)
    )


def _of_ended(figure: Figure) -> str:
    return ngettext(
        "%(part)s of %(num)s that ended", "%(part)s of %(num)s that ended", figure.whole or 0, part=_part(figure)
    )


def _in_time(figure: Figure) -> str:
    said = ngettext(
        "%(part)s of %(num)s with a deadline", "%(part)s of %(num)s with a deadline", figure.whole or 0,
        part=_part(figure),
    )  # fmt: skip
    return _target(said, figure)


def _target(said: str, figure: Figure) -> str:
    if figure.target is None:
        return said
    return _("%(what)s; target %(target)s", what=said, target=figures.percent(figure.target))


def _waiting(figure: Figure) -> str:
    said = _("%(amount)s at stake", amount=money(figure.beside["at_stake"], figure.currency))
    overdue = int(figure.beside["overdue"])
    if not overdue:
        return said
    late = ngettext("%(num)s past its day", "%(num)s past their day", overdue)
    return f"{said}; {late}"


def _cycle(figure: Figure) -> str:
    return _(
        "nine of ten within %(days)s days; target %(target)s", days=days(Decimal(figure.beside["nine_of_ten"])),
        target=days(figure.target or Decimal(0)),
    )  # fmt: skip


def _issued(figure: Figure) -> str:
    said = ngettext(
        "%(part)s of %(num)s invoice within %(days)s days", "%(part)s of %(num)s invoices within %(days)s days",
        figure.whole or 0, part=figures.count(figure.part or 0), days=figure.beside["days"],
    )  # fmt: skip
    return _target(said, figure)


def _unbilled(figure: Figure) -> str:
    return _(
        "%(old)s older than 30 days; %(drafts)s more on drafts", old=figures.whole(figure.beside["old"]),
        drafts=figures.whole(figure.beside["drafts"]),
    )  # fmt: skip


def _open(figure: Figure) -> str:
    return ngettext(
        "%(num)s invoice; %(disputed)s disputed", "%(num)s invoices; %(disputed)s disputed", figure.whole or 0,
        disputed=money(figure.beside["disputed"], figure.currency),
    )  # fmt: skip


def _overridden(figure: Figure) -> str:
    return ngettext(
        "%(part)s of %(num)s step, %(rejected)s of them rejected",
        "%(part)s of %(num)s steps, %(rejected)s of them rejected",
        figure.whole or 0, part=figures.count(figure.part or 0), rejected=figures.count(int(figure.beside["rejected"])),
    )  # fmt: skip


def _half(figure: Figure) -> str:
    if "nine_of_ten" not in figure.beside:
        return ""
    return _("nine of ten within %(days)s days", days=days(Decimal(figure.beside["nine_of_ten"])))


_BENEATH: Mapping[str, Callable[[Figure], str]] = {
    "waiting": _waiting,
    "first_decision": lambda f: ngettext("%(num)s case decided", "%(num)s cases decided", f.whole or 0),
    "in_time": _in_time,
    "unchanged": _of_steps, "overridden": _overridden, "rejected": _of_steps,
    "right_when_sure": _of_readings,
    "attention": lambda f: ngettext("%(num)s dead letter", "%(num)s dead letters", int(f.beside["dead_letters"])),
    "cost_per_case": lambda f: _("%(amount)s in this time", amount=f"{cost(Decimal(f.beside['cost']))} {f.currency}"),
    "cycle_time": _cycle, "issued_in_time": _issued, "unbilled": _unbilled, "exceptions": _of_invoices,
    "reworked": lambda f: _("%(amount)s credited", amount=money(f.beside["credited"], f.currency)),
    "open": _open, "overdue": _open,
    "sales_outstanding": lambda f: _("on the sales of %(days)s days", days=f.beside["days"]),
    "effectiveness": lambda f: _target(
        _("%(amount)s came in", amount=money(f.beside["collected"], f.currency)), f
    ),
    "promises": _of_promises,
    "disputes": lambda f: _(
        "%(open)s still open; %(amount)s contested", open=figures.count(int(f.beside["open"])),
        amount=money(f.beside["contested"], f.currency),
    ),
    "credited": _of_ended,
    "disputed_invoices": _of_invoices, "half_ended": _half,
}  # fmt: skip


def _change(figure: Figure) -> tuple[str, str]:
    """What changed against the time before, and whether that is better or worse."""
    if figure.value is None or figure.before is None:
        return "", ""
    if figure.unit == "share" and (figure.whole is not None and figure.whole < FEWEST):
        return "", ""
    by = figure.value - figure.before
    said = _difference(figure, by)
    if not said:
        return _("as before"), ""
    if figure.whole is not None and figure.whole < FEW:
        return said, ""  # so few may differ by chance
    is_good = (by > 0 and figure.code in MORE_IS_BETTER) or (by < 0 and figure.code in LESS_IS_BETTER)
    is_bad = (by < 0 and figure.code in MORE_IS_BETTER) or (by > 0 and figure.code in LESS_IS_BETTER)
    return said, "better" if is_good else "worse" if is_bad else ""


def _difference(figure: Figure, by: Decimal) -> str:
    size = abs(by)
    if figure.unit == "share":
        points = int((size * 100).quantize(Decimal(1), ROUND_HALF_UP))
        if not points:
            return ""
        if by > 0:
            return ngettext("%(num)s point more than before", "%(num)s points more than before", points)
        return ngettext("%(num)s point less than before", "%(num)s points less than before", points)
    if figure.unit == "minutes":
        if size < 1:
            return ""
        slower, faster = _("%(time)s slower than before"), _("%(time)s faster than before")
        return (slower if by > 0 else faster) % {"time": duration(size)}
    if figure.unit == "days":
        if size < Decimal("0.05"):
            return ""
        more, fewer = _("%(days)s days more than before"), _("%(days)s days fewer than before")
        return (more if by > 0 else fewer) % {"days": days(size)}
    if figure.unit == "count" and size:
        more, fewer = _("%(number)s more than before"), _("%(number)s fewer than before")
        return (more if by > 0 else fewer) % {"number": figures.whole(size)}
    if figure.unit == "cost" and figure.before:
        return _("%(amount)s before", amount=f"{cost(figure.before)} {figure.currency}")
    return ""


def note(of: Note) -> str:
    """What a reader must know."""
    code = f"{of.code}.{of.values['what']}" if "what" in of.values else of.code
    return _NOTES[code] % dict(of.values)


# -- tables -------------------------------------------------------------------------------------------------------


def row_head(table: Table) -> str:
    """What the rows of a table are."""
    return _BY[table.by]


def head(table: Table, column: Column) -> str:
    """The head of a column, with its currency."""
    word = _column_word(table.code, column.code)
    return f"{word}, {column.currency}" if column.currency else word


def _column_word(table: str, code: str) -> str:
    own = f"{table}.{code}"
    if own in _OF_TABLE:
        return _OF_TABLE[own]
    if code in _COLUMNS:
        return _COLUMNS[code]
    if code in set(Kind):
        return wording.kind_word(code)
    return wording.REASON_WORDS.get(code, code)


def label(table: Table, line: Line) -> str:
    """The name of a line."""
    if line.name:
        return line.name
    if table.by in ("day", "week", "on"):
        first = date.fromisoformat(line.key)
        return figures.day(first, first)
    if table.by == "month":
        return figures.month(date.fromisoformat(line.key))
    if table.by == "bin":
        tens = int(line.key) * 10
        return _("%(low)s to %(high)s", low=tens, high=100 if tens == 90 else tens + 9)
    if table.by == "step":
        return wording.STEP_TITLES.get(line.key, line.key)
    if table.by == "reason":
        return wording.reason_word(line.key or None) if line.key else _("Not read yet")
    if line.key == "others":
        return _("All others")
    words = _KEYS.get(table.by)
    return words.get(line.key, line.key) if words is not None else line.key


def cell(table: Table, column: Column, line: Line) -> str:
    """A cell as people read it."""
    return written(column, line.cells[table.column(column.code)])


def written(column: Column, value: Cell) -> str:
    """A value in its unit."""
    if value is None or value == "":
        return "–"
    if column.unit == "reject_reason":
        return wording.REJECT_WORDS.get(str(value), str(value))
    if isinstance(value, str):
        return value
    number = Decimal(value)
    if column.unit == "share":
        return figures.percent(number)
    if column.unit == "money":
        return figures.number(Money(number, column.currency))
    if column.unit == "cost":
        return cost(number)
    if column.unit == "days":
        return days(number)
    if column.unit == "hours":
        return hours(number)
    if column.unit == "seconds":
        return _("%(seconds)s s", seconds=figures.decimal(number))
    return figures.whole(number)


def key_word(by: str, key: str) -> str:
    """A code of a table's lines in words."""
    return _KEYS[by].get(key, key)


def unit_word(unit: str) -> str:
    """The unit of a figure, for sheets."""
    words = {
        "share": _("share of 1"), "minutes": _("minutes"), "days": _("days"), "count": "", "money": "", "cost": "",
    }  # fmt: skip
    return words[unit]


def period(since: date, until: date) -> str:
    """ "1 November 2026 to 20 November 2026"."""
    return _("%(first)s to %(last)s", first=figures.full_day(since), last=figures.full_day(until))


def compared_with(since: date, until: date) -> str:
    """What "before" means on this page."""
    length = (until - since).days + 1
    before = since - timedelta(days=length)
    return ngettext(
        "“Before” is the day before.", "“Before” are the %(num)s days before: %(period)s.", length,
        period=period(before, since - timedelta(days=1)),
    )  # fmt: skip


def notes(section: Section) -> list[str]:
    return [note(n) for n in section.notes]
