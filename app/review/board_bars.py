"""Charts of dashboards that are bars: one line a row, its value beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.dashboards.values import Line, Table
from app.review import board_words, figures
from app.review.board_drawing import ZERO, Chart, Link, Mark, Rect, cut, has_something, px, table_of
from app.review.languages import _, ngettext

MOST_BARS = 10
_BARS, _LABELS, _LONGEST, _ROW = 360, 132, 118, 36
_WIDE_BARS, _WIDE_LABELS, _WIDE_LONGEST = 560, 190, 250
_CHARACTERS, _WIDE_CHARACTERS = 20, 30


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    size: Decimal
    value: str
    href: str
    colour: str


def _bars(
    table: Table, link: Link, bars: Sequence[_Bar], sentence: str, *, width: str,
    is_linked: Callable[[Line], bool] = has_something,
) -> Chart:  # fmt: skip
    is_wide = width == ""
    whole, labels, longest = (_WIDE_BARS, _WIDE_LABELS, _WIDE_LONGEST) if is_wide else (_BARS, _LABELS, _LONGEST)
    most = _WIDE_CHARACTERS if is_wide else _CHARACTERS
    largest = max((bar.size for bar in bars), default=ZERO) or Decimal(1)
    marks = []
    for number, bar in enumerate(bars):
        top = number * _ROW + 6
        length = max(ZERO, bar.size) / largest * longest
        rects = (Rect(bar.colour, str(labels), str(top), px(max(Decimal(2), length)), "20"),) if bar.size > 0 else ()
        marks.append(
            Mark(
                cut(bar.label, most), bar.value, f"{bar.value}, {bar.label}", bar.href, rects,
                (str(labels - 8), str(top + 14)), (px(labels + length + 7), str(top + 14)),
                Rect("", "0", str(top - 3), str(whole), "26"),
            )
        )  # fmt: skip
    return Chart(
        table.code, board_words.TABLE_TITLES[table.code], sentence, "bars", width,
        (whole, _ROW * len(bars) + 4), table_of(table, link, is_linked=is_linked), marks=tuple(marks),
    )  # fmt: skip


def queue(table: Table, link: Link) -> Chart:
    bars = []
    for number, line in enumerate(table.lines):
        cases, amount = int(line.cells[0] or 0), Decimal(line.cells[1] or 0)
        value = f"{figures.count(cases)} · {figures.thousands(amount)}" if amount else figures.count(cases)
        href = link("queue", line.key, "") if cases else ""
        label = board_words.label(table, line)
        bars.append(_Bar(label, Decimal(cases), value, href, "c1" if number < 3 else "c6"))
    old = sum(int(line.cells[0] or 0) for line in table.lines[3:])
    sentence = ngettext(
        "%(num)s case is older than 5 days. Number of cases, and %(currency)s at stake.",
        "%(num)s cases are older than 5 days. Number of cases, and %(currency)s at stake.", old,
        currency=table.columns[1].currency,
    )  # fmt: skip
    return _bars(table, link, bars, sentence, width="narrow")


def unbilled(table: Table, link: Link) -> Chart:
    currency = table.columns[0].currency
    bars = [
        _Bar(
            board_words.label(table, line), Decimal(line.cells[0] or 0), figures.thousands(Decimal(line.cells[0] or 0)),
            link("unbilled", line.key, ""), "c3",
        )
        for line in table.lines[:MOST_BARS]
    ]  # fmt: skip
    whole, old = table.total("unbilled"), table.total("old")
    if not whole:
        sentence = _("No invoice is missing for work that was done.")
    elif not old:
        sentence = _("None of it is older than 30 days. %(currency)s, net.", currency=currency)
    else:
        sentence = _(
            "%(old)s of %(whole)s is older than 30 days. Net.", old=figures.whole(old),
            whole=board_words.money(whole, currency),
        )  # fmt: skip
    return _bars(table, link, bars, sentence, width="narrow")


def revenue(table: Table, link: Link) -> Chart:
    currency = table.columns[0].currency
    bars = [
        _Bar(
            board_words.label(table, line), Decimal(line.cells[0] or 0), figures.thousands(Decimal(line.cells[0] or 0)),
            link("revenue", line.key, "") if line.key != "others" else "", "c2" if line.key != "others" else "c5",
        )
        for line in table.lines
    ]  # fmt: skip
    shares = [Decimal(line.cells[1] or 0) for line in table.lines if line.key != "others"]
    sentence = _("Nothing was billed in the twelve months to the last day.")
    if len(shares) > 5:
        sentence = _(
            "The five largest are %(share)s of revenue. %(currency)s, net of credit notes.",
            share=figures.percent(sum(shares[:5], ZERO)), currency=currency,
        )  # fmt: skip
    elif shares:
        sentence = _("%(currency)s, net of credit notes.", currency=currency)
    return _bars(table, link, bars, sentence, width="")


_STATUS_COLOURS = {"paid": "c2", "in_payment": "c2", "partial": "c3", "not_paid": "c1", "reversed": "c5"}


def status(table: Table, link: Link) -> Chart:
    currency = table.columns[1].currency
    bars = []
    for line in table.lines:
        count, gross = int(line.cells[0] or 0), Decimal(line.cells[1] or 0)
        bars.append(
            _Bar(
                board_words.label(table, line), gross, f"{figures.count(count)} · {figures.thousands(gross)}",
                link("status", line.key, ""), _STATUS_COLOURS.get(line.key, "c5"),
            )
        )  # fmt: skip
    whole = int(table.total("invoices"))
    sentence = ngettext(
        "%(num)s invoice dated in this time. Number, and %(currency)s with tax.",
        "%(num)s invoices dated in this time. Number, and %(currency)s with tax.", whole, currency=currency,
    )  # fmt: skip
    return _bars(table, link, bars, sentence, width="narrow")


def outstanding(table: Table, link: Link) -> Chart:
    """Days sales outstanding at the ends of the last months."""
    drawn = [
        _Bar(board_words.label(table, line), Decimal(line.cells[0] or 0), board_words.days(Decimal(line.cells[0] or 0)),
             "", "c1")
        for line in table.lines
    ]  # fmt: skip
    if not drawn:
        sentence = _("Nothing was billed in these months.")
    elif len(drawn) == 1:
        sentence = _("What is owed, in days of sales.")
    else:
        first, last = (Decimal(table.lines[n].cells[0] or 0) for n in (0, -1))
        by = board_words.days(abs(last - first))
        if abs(last - first) < 1:
            sentence = _("What is owed, in days of sales: no change since %(day)s.", day=drawn[0].label)
        elif last > first:
            sentence = _(
                "What is owed, in days of sales: %(days)s days more than on %(day)s.", days=by, day=drawn[0].label
            )
        else:
            sentence = _(
                "What is owed, in days of sales: %(days)s days fewer than on %(day)s.", days=by, day=drawn[0].label
            )
    return _bars(table, link, drawn, sentence, width="")


def reasons(table: Table, link: Link) -> Chart:
    currency = table.columns[-1].currency
    bars = []
    for line in table.lines[:MOST_BARS]:
        count, amount = int(line.cells[0] or 0), Decimal(line.cells[-1] or 0)
        value = f"{figures.count(count)} · {figures.thousands(amount)}" if amount else figures.count(count)
        bars.append(_Bar(board_words.label(table, line), Decimal(count), value, link("reasons", line.key, ""), "c6"))
    whole = int(table.total("disputes"))
    if not whole:
        sentence = _("No dispute was opened in this time.")
    else:
        first = table.lines[0]
        sentence = _(
            "Most often: “%(reason)s”, %(part)s of %(whole)s. Number, and %(currency)s contested.",
            reason=board_words.label(table, first), part=figures.count(int(first.cells[0] or 0)),
            whole=figures.count(whole), currency=currency,
        )  # fmt: skip
    return _bars(table, link, bars, sentence, width="")


def exceptions(table: Table, link: Link) -> Chart:
    bars = [
        _Bar(
            board_words.label(table, line), Decimal(int(line.cells[0] or 0)), figures.count(int(line.cells[0] or 0)),
            link("exception_reasons", line.key, ""), "c6",
        )
        for line in table.lines[:MOST_BARS]
    ]  # fmt: skip
    if not bars:
        sentence = _("No invoice of this time has a dispute or a discrepancy.")
    else:
        sentence = _("Most often: “%(reason)s”. Number of invoices of this time.", reason=bars[0].label)
    return _bars(table, link, bars, sentence, width="")


def approval(table: Table, link: Link) -> Chart:
    """Hours that nobody approved by age, and cases that wait for a second person."""
    bars = []
    for number, line in enumerate(table.lines):
        hours, cases = Decimal(line.cells[0] or 0), int(line.cells[1] or 0)
        value = _("%(hours)s h", hours=board_words.hours(hours))
        if cases:
            value = f"{value} · " + ngettext("%(num)s case", "%(num)s cases", cases)
        href = link("approval", line.key, "") if cases else ""
        bars.append(_Bar(board_words.label(table, line), hours, value, href, "c3" if number < 3 else "c6"))
    hours, cases = table.total("hours"), int(table.total("cases"))
    if not hours and not cases:
        sentence = _("No time and no case waits for approval.")
        return _bars(table, link, bars, sentence, width="", is_linked=_has_cases)
    sentence = ngettext(
        "%(hours)s hours that nobody approved, and %(num)s case that waits for a second person.",
        "%(hours)s hours that nobody approved, and %(num)s cases that wait for a second person.", cases,
        hours=board_words.hours(hours),
    )  # fmt: skip
    return _bars(table, link, bars, sentence, width="", is_linked=_has_cases)


def _has_cases(line: Line) -> bool:
    return bool(line.cells[1])
