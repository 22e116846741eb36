"""Rows that say what something comes to: a total, a tax, a carry-over."""

from __future__ import annotations

from classifiers.order_fields import labels
from classifiers.order_fields.figures import Notation, figures
from classifiers.order_fields.layout import Phrase, Row


def total_label(row: Row, is_scanned: bool) -> labels.Label | None:
    """The label of a total that a row's first words, or its first words before a figure, carry."""
    if len(row.phrases) > 2:  # notes at the left, a total at the right
        tokens = row.phrases[-2].tokens
        label = labels.find(tokens, "totals", is_scanned=is_scanned)
        if label is not None and label.last >= len(tokens) - 2 and _is_sum(row.phrases[-1]):
            return label
    for phrase in row.phrases[:4]:
        tokens = phrase.tokens
        first = 0
        while first < len(tokens) and not any(c.isalnum() for c in tokens[first].text):
            first += 1
        label = labels.find(tokens, "totals", first=first, is_scanned=is_scanned)
        if label is not None:
            return label
        is_word = first < len(tokens) and any(c.isalpha() for c in tokens[first].text)
        if is_word and phrase.x0 < 0.5 * row.phrases[-1].x1:
            return None
    return None


def _is_sum(phrase: Phrase) -> bool:
    """Whether a phrase is a sum of money and nothing else."""
    found = figures(phrase.tokens, Notation())
    return len(found) == 1 and len(phrase.tokens) <= len(found[0].tokens) + 1


def is_row_of_totals(row: Row, is_scanned: bool) -> bool:
    """Whether a row holds nothing but labels of totals, their sums below or beside in boxes."""
    if len(row.phrases) < 2:
        return False
    found = [labels.find(p.tokens, "totals", is_scanned=is_scanned) for p in row.phrases]
    return all(
        label is not None and label.last >= len(p.tokens) - 1 for label, p in zip(found, row.phrases, strict=True)
    )
