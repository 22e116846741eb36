"""From the rows of a table to lines: which words belong to which figures, and what each cell says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from classifiers.order_fields import labels
from classifiers.order_fields.figures import Figure, Notation, figures
from classifiers.order_fields.layout import Canvas, Phrase, Token
from classifiers.order_fields.rows import Body, BodyRow, heading_is_grid, phrase_cells

_POSITION = re.compile(r"^[A-Z]{0,3}\d{1,6}(?:[.\-]\d{1,4}){0,3}[.)]?$")
_CODE = re.compile(r"^(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9./_\-]{2,29}$")
_UNIT_WORD = re.compile(r"^[^\W\d_][\w./²³%-]{0,24}$")
_TIMES = frozenset({"x", "×", "*", "@", "at", "à", "a", "zu", "je", "=", "ext.", "ext", "per", "pro"})
_ATTRIBUTE = re.compile(r"^[^\W\d_][^:]{1,38}:(?:\s|$)")


@dataclass(slots=True)
class DraftLine:
    """A line of an order as it is put together: its figures, its words, and where they stand."""

    number: tuple[Token, ...] = ()
    description: list[Token] = field(default_factory=list)
    quantity: Figure | None = None
    unit: tuple[Token, ...] = ()
    unit_text: str = ""
    unit_price: Figure | None = None
    price_per: Decimal | None = None
    discount: Figure | None = None
    amount: Figure | None = None
    gross: Figure | None = None
    spare: list[Figure] = field(default_factory=list)
    by_column: dict[int, Figure] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    is_cancelled: bool = False

    def tokens(self) -> list[Token]:
        """All tokens the line rests on."""
        figures_of = [f for f in (self.quantity, self.unit_price, self.amount, self.discount, self.gross) if f]
        return [*self.number, *self.description, *self.unit, *(t for f in figures_of for t in f.tokens)]


def lines_of(body: Body, canvas: Canvas, notation: Notation) -> list[DraftLine]:
    """The lines of a table's body, top to bottom."""
    rows = [r for r in body.rows if r.kind in ("figures", "text")]
    if not any(r.kind == "figures" for r in rows):
        return []
    drafts: list[DraftLine] = []
    for group in _groups(body, rows):
        line = _line(body, group, canvas, notation)
        if line is not None:
            drafts.append(line)
    return drafts


# which rows make a line


def _groups(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]]:
    """Rows that make one line each: by line numbers, else by the white between lines, else downwards from figures."""
    by_number = _by_number(body, rows)
    by_gap = None if heading_is_grid(body.heading) else _by_gap(body, rows)
    if by_gap is not None and by_number is not None:
        is_one_each = all(sum(_starts(body, r) for r in group) <= 1 for group in by_gap)
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


def _starts(body: Body, row: BodyRow) -> bool:
    """Whether a row begins with a line number in its column."""
    at = body.column("position")
    if at is None:
        return False
    tokens = row.tokens(at)
    return 1 <= len(tokens) <= 2 and bool(_POSITION.match(tokens[0].text))


def _by_number(body: Body, rows: list[BodyRow]) -> list[list[BodyRow]] | None:
    """Groups from one line number to the next, if nearly every line has one and each group has figures."""
    if body.column("position") is None:
        return None
    starts = [i for i, r in enumerate(rows) if _starts(body, r)]
    if starts and starts[0] > 0 and rows[-1].kind == "figures" and rows[-1] is rows[starts[-1]]:
        described = body.column("description")
        own = [r for r in rows if r.kind == "figures"]
        if sum(1 for r in own if not _has_words(body, r, described)) * 2 > len(own):
            return None  # the words stand above their number
    figures_rows = sum(r.kind == "figures" for r in rows)
    if not starts or len(starts) < 0.7 * figures_rows:
        return None
    groups: list[list[BodyRow]] = []
    for first, last in zip(starts, [*starts[1:], len(rows)], strict=True):
        group = rows[first:last]
        if any(r.kind == "figures" for r in group):
            groups += _split_many(body, group)
        elif groups:
            groups[-1] += group
    good = sum(1 for g in groups if sum(r.kind == "figures" for r in g) == 1)
    return groups if good >= 0.7 * len(groups) else None


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
    gaps = [
        b.row.top - a.row.bottom if b.row.block == a.row.block else 1e6 for a, b in zip(rows, rows[1:], strict=False)
    ]
    inner = [g for g in gaps if g < 1e5]
    if len(inner) < 2:
        return None
    narrow = min(inner)
    height = median(r.row.height for r in rows)
    candidates = sorted({round(g, 1) for g in inner})
    best: tuple[int, list[list[BodyRow]]] | None = None
    for low, high in zip(candidates, candidates[1:], strict=False):
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
    return any(any(c.isalpha() for c in t.text) for t in _own_words(body, row, described))


# what a group of rows says


def _line(body: Body, group: list[BodyRow], canvas: Canvas, notation: Notation) -> DraftLine | None:
    line = DraftLine(rows=[r.number for r in group])
    figure_rows = [r for r in group if r.kind == "figures"]
    for row in figure_rows[:1]:
        _read_figures(line, body, row, notation, canvas.is_scanned)
    for row in group:
        if row.kind == "text":
            _read_spare(line, body, row, notation, canvas.is_scanned)
    _read_words(line, body, group, canvas)
    if line.amount is None and line.unit_price is None and line.quantity is None:
        return None
    return line


def _read_figures(line: DraftLine, body: Body, row: BodyRow, notation: Notation, is_scanned: bool) -> None:
    for i, column in enumerate(body.columns):
        tokens = row.tokens(i)
        if not tokens:
            continue
        found = figures(tokens, notation, is_scanned)
        role = column.role
        plain = [f for f in found if not f.is_percent]
        if plain and role not in ("position", "code", "description"):
            line.by_column[i] = plain[-1]
        if role == "position":
            line.number = tuple(tokens[:1])
        elif role in ("quantity", "quantity_unit") and found and line.quantity is None:
            line.quantity = found[0]
            _take_unit(line, tokens, found[0])
            line.spare += found[1:]
        elif role == "unit":
            words = [t for t in tokens if not figures([t], notation, is_scanned)]
            if words:
                line.unit = tuple(words)
                line.unit_text = _joined(words)
            if found and line.quantity is None and body.column("quantity") is None:
                line.quantity = found[0]
        elif role == "unit_price" and found and line.unit_price is None:
            line.unit_price = found[0]
            _take_per(line, tokens, found)
        elif role == "price_per" and found:
            line.price_per = found[0].value
        elif role == "discount" and found:
            line.discount = found[0]
        elif role == "amount" and found:
            if line.amount is None:
                line.amount = _amount(found)
            else:
                line.spare.append(_amount(found))
        elif role == "gross_amount" and found:
            line.gross = found[-1]
        elif role in ("", "tax") and found:
            line.spare += found


def _amount(found: list[Figure]) -> Figure:
    """The sum in an amount's cell: the last figure that is no percentage."""
    plain = [f for f in found if not f.is_percent]
    return (plain or found)[-1]


def _take_unit(line: DraftLine, tokens: Sequence[Token], quantity: Figure) -> None:
    """The unit that stands in the quantity's cell: behind the number, or glued to it."""
    if line.unit_text:
        return
    if quantity.unit and quantity.unit.casefold() != "x":
        token = quantity.tokens[-1]
        line.unit, line.unit_text = (token,), quantity.unit
        return
    behind = [t for t in tokens if t.x0 >= quantity.x1 - 1 and t not in quantity.tokens]
    words: list[Token] = []
    for token in behind:
        text = token.text.strip("()/|")
        if not _UNIT_WORD.match(text) or text.casefold() in _TIMES:
            break
        words.append(token)
    if words:
        line.unit, line.unit_text = tuple(words), _joined(words).strip("()/| ")


def _take_per(line: DraftLine, tokens: Sequence[Token], found: list[Figure]) -> None:
    """A price for more than one: "133,50 / 100 ST", "12.00 per 10"."""
    texts = [t.text.casefold() for t in tokens]
    if len(found) > 1 and any(t in ("/", "per", "pro", "je", "par", "por", "za") or t.startswith("/") for t in texts):
        line.price_per = found[1].value
    for token in tokens:
        glued = re.match(r"^/(\d{1,5})", token.text)
        if glued:
            line.price_per = Decimal(glued.group(1))


def _read_spare(line: DraftLine, body: Body, row: BodyRow, notation: Notation, is_scanned: bool) -> None:
    """Figures in a line's other rows: arithmetic may find a price or a sum among them."""
    if len(line.spare) < 12:
        line.spare += [f for f in figures(row.row.tokens, notation, is_scanned) if not f.is_percent]


def _read_words(line: DraftLine, body: Body, group: list[BodyRow], canvas: Canvas) -> None:
    """The description, and a unit that is wrapped into a second row."""
    described = body.column("description")
    anchor = next((i for i, r in enumerate(group) if r.kind == "figures"), 0)
    anchored = bool(_own_words(body, group[anchor], described))
    is_closed = False
    for at, row in enumerate(group):
        if row.kind == "figures":
            words = _own_words(body, row, described)
            if words and not _is_price_note(words):
                line.description += words
            continue
        if is_closed or (at > anchor and not anchored and line.description):
            _wrapped_unit(line, body, row)
            continue
        words, is_attribute = _text_words(body, row, described, canvas, has_words=bool(line.description), line=line)
        if is_attribute and line.description:
            is_closed = True
            continue
        line.description += words
        _wrapped_unit(line, body, row)


def _own_words(body: Body, row: BodyRow, described: int | None) -> list[Token]:
    """The words of the description's cell in a row of figures; without such a column, the words in no other one."""
    if described is not None:
        return list(row.tokens(described))
    known = {i for i, c in enumerate(body.columns) if c.role and c.role != "code"}
    words = [t for i, tokens in sorted(row.cells.items()) if i not in known for t in tokens]
    words = [t for t in words if any(c.isalpha() for c in t.text)]
    return [] if _is_code_alone(words) else _without_code(words)


def _text_words(
    body: Body, row: BodyRow, described: int | None, canvas: Canvas, *, has_words: bool, line: DraftLine
) -> tuple[list[Token], bool]:
    """The words of a row without figures that go into the description, and whether the row is a note of its own."""
    cells = phrase_cells(body, row.row)
    words: list[Token] = []
    is_attribute = False
    position = body.column("position")
    for at, phrases in sorted(cells.items()):
        role = body.columns[at].role
        for phrase in phrases:
            tokens = list(phrase.tokens)
            if role == "position" and _starts(body, row):
                line.number = line.number or tuple(tokens[:1])
                tokens = tokens[1:]
                if not tokens:
                    continue
                role = "description" if described is None else role
            if described is not None and role != "description":
                is_first = at < described and not has_words and role not in ("position", "code", "unit")
                if not is_first and not (at > described and _begins_in(body, phrase, described)):
                    continue
            elif described is None and role in ("unit", "amount", "unit_price") and has_words:
                continue
            if described is None and (role == "code" and _is_code_alone(tokens) or role == "other" and not has_words):
                continue
            if described is None and not has_words and not words:
                tokens = _without_code(tokens)
            if not tokens:
                continue
            if not words and _is_attribute(phrase, tokens, canvas.is_scanned):
                is_attribute = True
                if has_words:
                    return words, True
            words += tokens
    if position is not None and not words:
        return [], is_attribute
    return words, is_attribute


def _begins_in(body: Body, phrase: Phrase, described: int) -> bool:
    """Whether a phrase assigned to a later column really runs on from the description's."""
    column = body.columns[described]
    return column.index is None and phrase.x0 < column.x1 + 12


def _without_code(tokens: list[Token]) -> list[Token]:
    """Leave out an item code before the words of a description."""
    if len(tokens) > 1 and _CODE.match(tokens[0].text) and not any(c.islower() for c in tokens[0].text):
        return tokens[1:]
    return tokens


def _is_code_alone(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and bool(_CODE.match(tokens[0].text))


def _is_attribute(phrase: Phrase, tokens: Sequence[Token], is_scanned: bool) -> bool:
    """Whether words are a label and its value, such as a delivery date or a cost centre, not a description."""
    text = _joined(tokens)
    if _ATTRIBUTE.match(text):
        return True
    label = labels.find(tokens, "fields", is_scanned=is_scanned)
    if label is None or label.is_weak or set(label.concepts) <= {"notes", "project", "contract", "period"}:
        return False
    return any(any(c.isdigit() for c in t.text) for t in tokens[label.last : label.last + 4])


def _is_price_note(words: Sequence[Token]) -> bool:
    return all(w.text.casefold() in _TIMES for w in words)


def number_by_words(lines: Sequence[DraftLine]) -> None:
    """Without a column for it, a line's number may open its description: 1, 2, 3 or 10, 20, 30."""
    firsts = [line.description[0].text.rstrip(".)") if len(line.description) > 1 else "" for line in lines]
    if len(lines) < 2 or any(line.number for line in lines) or not all(f.isdigit() and len(f) < 6 for f in firsts):
        return
    values = [int(f) for f in firsts]
    step = values[1] - values[0]
    if step > 0 and all(b - a == step for a, b in zip(values, values[1:], strict=False)):
        for line in lines:
            line.number, line.description = (line.description[0],), line.description[1:]


def tidy(line: DraftLine) -> None:
    """Take out of a description what arithmetic has found to be the line's figures, and the words around them."""
    used = {t.start for f in (line.quantity, line.unit_price, line.amount) if f is not None for t in f.tokens}
    rows = {round(t.middle) for t in line.description if t.start in used}
    if rows:
        line.description = [
            t for t in line.description
            if t.start not in used
            and not (round(t.middle) in rows and (t.text.casefold() in _TIMES or not any(c.isalnum() for c in t.text)))
        ]  # fmt: skip


def _wrapped_unit(line: DraftLine, body: Body, row: BodyRow) -> None:
    """A unit of two words may be wrapped in its narrow column."""
    at = body.column("unit")
    if heading_is_grid(body.heading):
        return
    cells = phrase_cells(body, row.row)
    if at is None:
        quantity = body.column("quantity")
        below = [t for phrase in cells.get(quantity if quantity is not None else -1, ()) for t in phrase.tokens]
        if below and not line.unit and len(below) <= 2 and all(_UNIT_WORD.match(w.text) for w in below):
            line.unit, line.unit_text = tuple(below), _joined(below)  # the unit stands under the quantity
        return
    words = [t for phrase in cells.get(at, ()) for t in phrase.tokens]
    if words and line.unit and len(words) <= 2 and all(_UNIT_WORD.match(w.text) for w in words):
        column = body.columns[at]
        if all(w.x0 >= column.x0 - 10 for w in words):
            line.unit = (*line.unit, *words)
            line.unit_text = _joined(line.unit)


def _joined(tokens: Sequence[Token]) -> str:
    text = ""
    for i, token in enumerate(tokens):
        text += token.text if i == 0 or token.start == tokens[i - 1].end else f" {token.text}"
    return text
