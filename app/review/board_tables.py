"""Charts of dashboards that are tables: what changed, who read, what failed, what it cost, who disputes what."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.dashboards.values import Table
from app.patterns.shares import FEWEST
from app.review import board_words, figures, wording
from app.review.board_drawing import Chart, Link, Rows, TableCell, plain
from app.review.languages import _, ngettext


def steps(table: Table, link: Link) -> Chart:
    """Shares of steps, instead of their numbers: these stand in the exported sheet."""
    changed = [
        (line, Decimal(int(line.cells[2] or 0) + int(line.cells[3] or 0)) / int(line.cells[0] or 1))
        for line in table.lines
        if int(line.cells[0] or 0) >= FEWEST
    ]
    sentence = ""
    if not table.lines:
        sentence = _("Nobody decided a step in this time.")
    elif changed and max(share for _line, share in changed) > 0:
        line, share = max(changed, key=lambda pair: pair[1])
        sentence = _(
            "Most often changed or rejected: “%(step)s”, %(share)s of the time.", step=board_words.label(table, line),
            share=figures.percent(share),
        )  # fmt: skip
    rows = []
    for line in table.lines:
        decided = int(line.cells[0] or 0)
        cells = [TableCell(board_words.label(table, line), link("steps", line.key, ""), is_number=False)]
        cells.append(TableCell(figures.count(decided)))
        for part in line.cells[1:4]:
            number = int(part or 0)
            text = figures.percent(Decimal(number) / decided) if decided >= FEWEST else figures.count(number)
            cells.append(TableCell(text))
        cells.append(TableCell(board_words.written(table.columns[4], line.cells[4]), is_number=False))
        rows.append(tuple(cells))
    base = plain(table, link, sentence)
    return replace(base, table=Rows(base.table.head, tuple(rows)))


def readers(table: Table, link: Link) -> Chart:
    cases = max((int(line.cells[0] or 0) for line in table.lines), default=0)
    sentence = (
        ngettext(
            "Of %(num)s case that a person decided in this time: how often each reader said something, and was right.",
            "Of %(num)s cases that a person decided in this time: how often each reader said something, and was right.",
            cases,
        )
        if cases
        else _("No case that was read was decided in this time.")
    )
    return plain(table, link, sentence, "")


def failures(table: Table, link: Link) -> Chart:
    if not table.lines:
        sentence = _("Nothing failed in this time, and nothing that failed before still stands.")
    else:
        standing = int(table.total("standing"))
        sentence = ngettext(
            "%(num)s failure still stands and needs somebody.", "%(num)s failures still stand and need somebody.",
            standing,
        )  # fmt: skip
    return plain(table, link, sentence, "")


def cost(table: Table, link: Link) -> Chart:
    if not table.lines:
        sentence = _("No question was put to a language model in this time.")
    else:
        questions = int(table.total("questions"))
        sentence = ngettext(
            "%(num)s question; %(tokens)s tokens.", "%(num)s questions; %(tokens)s tokens.", questions,
            tokens=figures.whole(table.total("tokens")),
        )  # fmt: skip
    return plain(table, link, sentence, "")


def heat(table: Table, link: Link) -> Chart:
    if not table.lines:
        sentence = _("No customer disputed anything in this time.")
        return plain(table, link, sentence, "")
    often = max(
        ((int(value or 0), line, column) for line in table.lines
         for column, value in zip(table.columns, line.cells, strict=True)), key=lambda found: found[0],
    )  # fmt: skip
    if often[0] >= 3:
        sentence = _(
            "The same dispute comes again and again: %(customer)s, “%(reason)s”, %(times)s times.",
            customer=board_words.label(table, often[1]), reason=wording.REASON_WORDS.get(often[2].code, often[2].code),
            times=often[0],
        )  # fmt: skip
    else:
        sentence = _("No customer disputed three times for the same reason.")
    chart = plain(table, link, sentence, "", "heat")
    rows = tuple(
        tuple(
            cell if not cell.is_number
            else TableCell("·" if cell.text == figures.whole(0) else cell.text, "", min(3, int(value or 0)))
            for cell, value in zip(row, (None, *line.cells), strict=True)
        )
        for row, line in zip(chart.table.rows, table.lines, strict=True)
    )  # fmt: skip
    return replace(chart, table=Rows(chart.table.head, rows))
