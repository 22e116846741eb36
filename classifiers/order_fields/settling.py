"""What columns with doubtful labels hold, by their place and by what stands below them."""

from __future__ import annotations

from collections.abc import Sequence

from classifiers.order_fields import labels
from classifiers.order_fields.columns import Column, Heading
from classifiers.order_fields.figures import Notation, figures
from classifiers.order_fields.layout import Row, Token
from classifiers.order_fields.total_rows import total_label


def settled(heading: Heading, rows: Sequence[Row], notation: Notation, is_scanned: bool) -> tuple[Column, ...]:
    """Columns whose label means two things, settled by their place and what stands below."""
    columns = list(heading.columns)
    taken = {c.role for c in columns if len(c.roles) == 1}
    for i, column in enumerate(columns):
        if len(column.roles) < 2:
            continue
        below = _below(column, rows)
        are_numbers = sum(1 for t in below if figures([t], notation, is_scanned))
        mostly = are_numbers * 2 > len(below)
        roles = column.roles
        choice = roles[0]
        if set(roles) == {"position", "quantity"}:
            choice = "position" if i == 0 or "quantity" in taken or "quantity_unit" in taken else "quantity"
        elif set(roles) == {"position", "description"}:
            is_first = i == 0 and any(c.role == "code" for c in columns)
            choice = "position" if "description" in taken or mostly or not below or is_first else "description"
        elif set(roles) == {"code", "description"}:
            choice = "code" if "description" in taken else "description"
        elif set(roles) == {"description", "discount"}:
            choice = "discount" if "description" in taken else "description"
        elif set(roles) == {"position", "code"}:
            choice = "position" if i == 0 and mostly else "code"
        elif set(roles) == {"unit", "unit_price"}:
            choice = "unit_price" if mostly and "unit_price" not in taken else "unit"
        elif set(roles) == {"unit", "price_per"}:
            choice = "price_per" if mostly else "unit"
        elif set(roles) == {"unit_price", "price_per"}:
            choice = "price_per" if "unit_price" in taken else "unit_price"
        elif "unit_price" in roles and "tax" in roles:
            choice = "tax" if "unit_price" in taken else "unit_price"
        columns[i] = column.as_role(choice)
        taken.add(choice)
    columns = _without_doubles(columns)
    if not any(c.role == "description" for c in columns):
        letters = [_letters(c, rows) * (1.5 if not c.role else 1.0) if c.role in ("code", "") else 0.0 for c in columns]
        best = max(range(len(columns)), key=lambda i: letters[i], default=0)
        if letters and letters[best] >= 7.0:
            columns[best] = columns[best].as_role("description")
    return tuple(columns)


def _letters(column: Column, rows: Sequence[Row]) -> float:
    """How many letters stand in a column's usual cell, words of a code not counted."""
    cells = [
        p for r in _full_rows(rows)[:30] for p in r.phrases
        if (p.column == column.index if column.index is not None else p.x0 < column.x1 + 4 and p.x1 > column.x0 - 4)
    ]  # fmt: skip
    words = [t.text for p in cells for t in p.tokens if not any(c.isdigit() for c in t.text)]
    return sum(c.isalpha() for w in words for c in w) / max(1, len(cells))


def _full_rows(rows: Sequence[Row]) -> list[Row]:
    """The rows that hold two figures or more, as lines of an order do, up to the totals."""
    full: list[Row] = []
    for row in rows:
        if sum(1 for t in row.tokens if figures([t], Notation())) < 2:
            continue
        if full and total_label(row, is_scanned=False) is not None:
            break
        full.append(row)
    return full


def _below(column: Column, rows: Sequence[Row]) -> list[Token]:
    """Some tokens that stand under a heading, for a look at what kind they are."""
    found: list[Token] = []
    for row in _full_rows(rows)[:8]:
        for phrase in row.phrases:
            if column.index is not None:
                if phrase.column == column.index:
                    found.append(phrase.tokens[0])
            else:
                found += [t for t in phrase.tokens if t.x0 < column.x1 + 4 and t.x1 > column.x0 - 4]
    return found


def _without_doubles(columns: list[Column]) -> list[Column]:
    """Of two descriptions the one that says so in its own name; of a second quantity or price nothing."""
    for role in ("description", "position", "code", "quantity", "unit"):
        same = [i for i, c in enumerate(columns) if c.role == role]
        if len(same) < 2:
            continue
        keep = same[0]
        if role == "description":
            named = [i for i in same if labels.key_of(columns[i].text) in _PLAIN_DESCRIPTIONS]
            keep = named[-1] if named else same[-1]
        for i in same:
            if i != keep:
                columns[i] = columns[i].as_role("code" if role in ("description", "code") else "other")
    return columns


_PLAIN_DESCRIPTIONS = frozenset(
    labels.key_of(w)
    for w in ("description", "item description", "bezeichnung", "beschreibung", "désignation", "libellé", "descripción",
              "omschrijving", "descrizione", "descrição", "designação", "opis", "nazwa", "details")
)  # fmt: skip
