"""Which rows of a table make one line: by line numbers, by the white between lines, or downwards from the figures."""

from __future__ import annotations

import itertools
from statistics import median

from classifiers.order_fields.descriptions import own_words
from classifiers.order_fields.rows import Body, BodyRow, heading_is_grid, starts_line


def groups_of(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]]:
    """Rows that make one line each: by line numbers, else by the white between lines, else downwards from figures."""
    by_number = _by_number(body, rows)
    by_gap = None if heading_is_grid(body.heading) else _by_gap(body, rows)
    if by_gap is not None and by_number is not None:
        is_one_each = all(sum(starts_line(body, r) for r in group) <= 1 for group in by_gap)
        is_whole = sum(map(len, by_gap)) >= sum(map(len, by_number))
        return by_gap if is_one_each and is_whole and len(by_gap) == len(by_number) else by_number
    if by_gap is not None:
        return by_gap
    if by_number is not None:
        return by_number
    return _downwards(body, rows)


def _agree(groups: list[list[BodyRow]]) -> bool:
    """Whether every group holds exactly one row of figures."""
    return all(sum(r.kind == "figures" for r in g) == 1 for g in groups)


def _by_number(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]] | None:
    """Groups from one line number to the next, if nearly every line has one and each group has figures."""
    if body.column("position") is None:
        return None
    starts = [i for i, r in enumerate(rows) if starts_line(body, r)]
    if starts and starts[0] > 0 and rows[-1].kind == "figures" and rows[-1] is rows[starts[-1]]:
        described = body.column("description")
        own = [r for r in rows if r.kind == "figures"]
        if sum(1 for r in own if not _has_words(body, r, described)) * 2 > len(own):
            return None  # the words stand above their number
    figures_rows = sum(r.kind == "figures" for r in rows)
    if not starts or len(starts) < 0.7 * figures_rows:
        return None
    groups: list[list[BodyRow]] = []
    tops = [_top_of_cell(rows, at) for at in starts]
    for first, last in zip(tops, [*tops[1:], len(rows)], strict=True):
        group = rows[first:last]
        if any(r.kind == "figures" for r in group):
            groups += _split_many(body, group)
        elif groups:
            groups[-1] += group
    good = sum(1 for g in groups if sum(r.kind == "figures" for r in g) == 1)
    return groups if good >= 0.7 * len(groups) else None


def _top_of_cell(rows: list[BodyRow], at: int) -> int:
    """The first row of a line whose figures stand at half its height: the words above reach into their row."""
    first = at
    while first > 0 and rows[at].kind == "figures" and rows[first - 1].kind == "text":
        upper, lower = rows[first - 1].row, rows[first].row
        room = lower.top - upper.bottom
        if upper.block != lower.block or upper.is_grid or room > (0.0 if first == at else 0.35 * lower.height):
            break
        first -= 1
    return first


def _split_many(body: Body, group: list[BodyRow]) -> list[list[BodyRow]]:
    """A numbered group with several rows of figures: lines without a number stand among them."""
    if sum(r.kind == "figures" for r in group) <= 1:
        return [group]
    if group[0].kind != "figures":
        return [group]
    return _downwards(body, group)


def _by_gap(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]] | None:
    """Groups parted by the wider white, if that gives one row of figures to each; None without such a rhythm."""
    if len(rows) < 3:
        return None
    gaps = [b.row.top - a.row.bottom if b.row.block == a.row.block else 1e6 for a, b in itertools.pairwise(rows)]
    inner = [g for g in gaps if g < 1e5]
    if len(inner) < 2:
        return None
    narrow = min(inner)
    height = median(r.row.height for r in rows)
    candidates = sorted({round(g, 1) for g in inner})
    best: tuple[int, list[list[BodyRow]]] | None = None
    for low, high in itertools.pairwise(candidates):
        limit = (low + high) / 2
        if high - low < 0.22 * height or limit - narrow < 0.1 * height:
            continue
        groups: list[list[BodyRow]] = [[rows[0]]]
        for row, gap in zip(rows[1:], gaps, strict=True):
            if gap > limit:
                groups.append([row])
            else:
                groups[-1].append(row)
        with_figures = [g for g in groups if any(r.kind == "figures" for r in g)]
        covered = sum(map(len, with_figures))
        if (
            with_figures
            and _agree(with_figures)
            and len(with_figures) < len(rows)
            and (best is None or covered > best[0])
        ):
            best = (covered, with_figures)
    return best[1] if best else None


def _downwards(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]]:
    """Words below figures belong to them; words above do where the figures' row has none of its own."""
    described = body.column("description")
    own = [r for r in rows if r.kind == "figures"]
    without = sum(1 for r in own if not _has_words(body, r, described))
    upwards = without * 2 > len(own)
    groups: list[list[BodyRow]] = []
    waiting: list[BodyRow] = []
    for at, row in enumerate(rows):
        if row.kind == "figures":
            if upwards:
                groups.append([*waiting, row])
            else:
                keep = waiting if not _has_words(body, row, described) else []
                groups.append([*keep, row])
            waiting = []
        elif upwards or not groups:
            waiting.append(row)
        else:
            before = rows[at - 1]
            if before.row.block != row.row.block:
                waiting.append(row)
            elif _is_heading_of_next(rows, at):
                waiting = [row] if _next_lacks_words(body, rows, at, described) else []
            elif waiting:
                waiting.append(row)
            else:
                groups[-1].append(row)
    return groups


def _next_lacks_words(body: Body, rows: list[BodyRow], at: int, described: int | None) -> bool:
    following = next((r for r in rows[at:] if r.kind == "figures"), None)
    return following is not None and not _has_words(body, following, described)


def _is_heading_of_next(rows: list[BodyRow], at: int) -> bool:
    """Whether a row of words stands nearer to the next row than to the one before: a heading of what follows."""
    if at + 1 >= len(rows) or rows[at + 1].row.block != rows[at].row.block or rows[at].row.is_grid:
        return rows[at].row.is_grid and at + 1 < len(rows)
    above = rows[at].row.top - rows[at - 1].row.bottom
    below = rows[at + 1].row.top - rows[at].row.bottom
    return above > below + 0.5 * rows[at].row.height


def _has_words(body: Body, row: BodyRow, described: int | None) -> bool:
    return any(any(c.isalpha() for c in t.text) for t in own_words(body, row, described))
