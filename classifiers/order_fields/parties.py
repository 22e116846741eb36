"""Who orders and from whom: the buyer issues the order, the supplier is addressed by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from app.documents.order import Party
from app.firm import Firm
from classifiers.order_fields import labels
from classifiers.order_fields.layout import Canvas, Phrase, Token, text_of
from classifiers.order_fields.names import (
    SMALL,
    Name,
    begins_with_form,
    form_end,
    is_code,
    is_department,
    letter_width,
    looks_personal,
    name_in,
    same,
)
from classifiers.order_fields.pairing import Pair, Pairs
from classifiers.order_fields.said_parties import between, said_parties

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_STATES = "AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
_VAT = re.compile(rf"\b(?:{_STATES})[ -]?[A-Z]?[A-Z0-9][\d .\-]{{6,14}}[A-Z0-9]{{0,3}}\b")
_SENDER = re.compile(
    r"\b(?:tel|phone|telefon|fax|tél|telefono|teléfono|mob)\b|@|\bwww\.|\b(?:vat|abn|ein|siret|siren|tva|nif|cif|btw|kvk|p\.?\s?iva|partita|"
    r"ust-?id|uid|nip|regon|nipc|mwst|registered|registration|cvr|tax id|company no)\b",
    re.IGNORECASE,
)
_LEAST = 0.6
"""What must speak for a buyer at least."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name and what speaks for it."""

    name: Name
    score: float
    row: int


class Parties:
    """The buyer and the supplier of an order document."""

    def __init__(self, canvas: Canvas, pairs: Pairs, first_line_row: int, firm: Firm | None) -> None:
        self._canvas = canvas
        self._pairs = pairs
        self._table = first_line_row
        self._firm_names = firm.names if firm else ()
        self._said = list(said_parties(canvas))
        self.supplier = self._choose_supplier()
        self.buyer = self._choose_buyer()

    # supplier

    def _choose_supplier(self) -> Name | None:
        found: list[Candidate] = []
        billed = [n for p in self._pairs.of("buyer", "bill_to") if (n := self._name_of(p)) is not None]
        for pair in self._pairs.of("supplier"):
            name = self._name_of(pair)
            if name is None or (pair.label.is_weak and any(same(name.text, b.text) for b in billed)):
                continue
            score = 8.0 if not pair.label.is_weak else 5.0
            score += 1.5 * name.has_form - (4.0 if looks_personal(name) and not name.has_form else 0.0)
            score -= 3.0 if "buyer" in pair.label.concepts else 0.0
            found.append(Candidate(name, score, pair.row))
        found += [Candidate(name, 7.0, row) for name, row, role in self._said if role == "supplier"]
        for name, row in self._opening_names():
            if self._is_ours(name):
                found.append(Candidate(name, 20.0, row))
        if not found:
            return None
        return max(found, key=lambda c: (c.score, -c.row)).name

    def _is_ours(self, name: Name) -> bool:
        return any(same(name.text, own) for own in self._firm_names)

    def _is_supplier(self, name: Name) -> bool:
        return self._is_ours(name) or (self.supplier is not None and same(name.text, self.supplier.text))

    # buyer

    def _choose_buyer(self) -> Name | None:
        found = [c for c in self._buyer_candidates() if not self._is_supplier(c.name)]
        if not found:
            return None
        best = max(found, key=lambda c: (c.score, -c.row))
        if best.score < _LEAST:
            return None
        if not best.name.has_form:  # the same name elsewhere with its legal form
            for other in sorted(found, key=lambda c: -c.score):
                if other.name.has_form and same(other.name.text, best.name.text):
                    return other.name
        return best.name

    def _buyer_candidates(self) -> Iterator[Candidate]:
        repeated = self._mentions()
        for pair in self._pairs.of("buyer", "bill_to", "ship_to"):
            name = self._name_of(pair)
            if name is None:
                continue
            score = {"buyer": 9.0, "bill_to": 7.0, "ship_to": 3.0}[pair.concept]
            if not name.has_form:
                score -= 5.0 if looks_personal(name) or pair.concept != "buyer" else 3.0
            if set(pair.label.concepts) & {"supplier", "person"}:
                score -= 2.0
            yield Candidate(name, score + 0.3 * min(3, repeated.get(name.text, 0)), pair.row)
        yield from (Candidate(name, 8.5, row) for name, row, role in self._said if role == "buyer")
        sender = 0.0
        heads: list[Token] = []
        for name, row in self._opening_names():
            score = self._letterhead_score(name, row)
            if name.has_form and name.tokens[0] in heads:
                score -= 1.5  # a department in the block of its body
            if name.has_form and not is_department(name):
                heads += [p.tokens[0] for p in self._block_of(name, row)]
            if score <= 0:
                continue
            yield Candidate(name, score + 0.3 * min(3, repeated.get(name.text, 0)) - sender, row)
            sender += 0.4

    def _letterhead_score(self, name: Name, row_number: int) -> float:
        """How much a name that opens a phrase looks like the issuer's letterhead or legal footer."""
        canvas = self._canvas
        row = canvas.rows[row_number]
        tall = max(t.bottom - t.top for t in name.tokens)
        size = tall / self._usual_height
        score = 0.0
        is_first_page = row.block == 0 or not canvas.is_paged
        height = canvas.heights.get(row.page, 0.0)
        at = row.top / height if height else row_number / max(1, len(canvas.rows))
        if is_first_page and at < 0.35 and row_number < self._table:
            score = 4.0 if name.has_form else 0.5
            score += min(3.0, 3.0 * max(0.0, size - 1.12))
            score += 1.2 if row_number <= 3 else 0.0
        elif name.has_form and at > 0.85:
            score = 3.5
        elif name.has_form and row_number > self._table:
            score = 1.5
        elif name.has_form and is_first_page:
            score = 2.0
        if not name.has_form and not canvas.is_paged:
            score = min(score, 0.4)
        elif not name.has_form and not self._has_address_below(row_number, name):
            score = min(score, 0.4) if size < 1.6 or row_number > 3 else score
        if self._pairs.starts_with_label(row_number, self._phrase_of(row_number, name), weak=False):
            score -= 3.0
        if score > 0 and is_first_page and row_number < self._table:
            score += 1.5 * self._has_sender_marks(name, row_number)
            score -= 1.2 * self._stands_left_of_another(name, row_number)
        return score

    def _block_of(self, name: Name, row_number: int) -> Iterator[Phrase]:
        """The phrases below a name that share its left or right edge or its middle, up to a gap or a label."""
        rows = self._canvas.rows
        left, right = name.tokens[0].x0, name.tokens[-1].x1
        bottom = max(t.bottom for t in name.tokens)
        height = max(8.0, min(14.0, name.tokens[0].height))
        for number in range(row_number + 1, min(len(rows), row_number + 14)):
            for at, phrase in enumerate(rows[number].phrases):
                is_aligned = (
                    abs(phrase.x0 - left) < 0.6 * height or abs(phrase.x1 - right) < 0.6 * height
                    or abs(phrase.x0 + phrase.x1 - left - right) < height
                )  # fmt: skip
                if not is_aligned or phrase.top < bottom - height:
                    continue
                if phrase.top - bottom > 1.6 * height or self._pairs.is_label(number, at):
                    return
                bottom = phrase.bottom
                yield phrase

    def _has_sender_marks(self, name: Name, row_number: int) -> bool:
        """Whether a telephone, a mail address or a tax number stands in the block below: an issuer prints its own."""
        return any(_SENDER.search(p.text) or _VAT.search(p.text) for p in self._block_of(name, row_number))

    def _stands_left_of_another(self, name: Name, row_number: int) -> bool:
        """Whether another name with an address stands level to the right: then this is the address window."""
        top = min(t.top for t in name.tokens)
        for other, number in self._opening_names():
            if other.text == name.text or other.tokens[0].x0 < name.tokens[-1].x1 or not other.has_form:
                continue
            is_level = abs(min(t.top for t in other.tokens) - top) < 40
            tall, other_tall = (max(t.height for t in n.tokens) for n in (name, other))
            if letter_width(name) > 1.2 * letter_width(other) or tall > 1.3 * other_tall:
                continue  # a larger print is a letterhead
            if (
                is_level
                and self._canvas.rows[number].block == self._canvas.rows[row_number].block
                and self._has_address_below(number, other)
            ):
                return True
        return False

    def _has_address_below(self, row_number: int, name: Name) -> bool:
        """Whether one of the three lines below a name looks like an address."""
        return any(any(c.isdigit() for c in p.text) for p in islice(self._block_of(name, row_number), 3))

    def _phrase_of(self, row_number: int, name: Name) -> int:
        for p, phrase in enumerate(self._canvas.rows[row_number].phrases):
            if name.tokens[0] in phrase.tokens:
                return p
        return 0

    @property
    def _usual_height(self) -> float:
        heights = sorted(t.bottom - t.top for row in self._canvas.rows[:200] for t in row.tokens)
        return max(1.0, heights[len(heights) // 2]) if heights else 1.0

    def _mentions(self) -> dict[str, int]:
        """How often each name that opens a phrase stands in the whole text."""
        text = " ".join(self._canvas.text.split())
        return {name.text: text.count(name.text) for name, _ in self._opening_names()}

    # names

    def _opening_names(self) -> list[tuple[Name, int]]:
        if not hasattr(self, "_names"):
            self._names = list(self._find_names())
        return self._names

    def _find_names(self) -> Iterator[tuple[Name, int]]:
        """Names that open a phrase above the lines, and names with a legal form below them."""
        seen = 0
        for number, row in enumerate(self._canvas.rows):
            is_above = number < self._table
            for p, phrase in enumerate(row.phrases):
                if seen > 160:
                    return
                if not is_above and not form_end(phrase.tokens):
                    continue
                if len(phrase.tokens) > 14:
                    continue
                if self._pairs.starts_with_label(number, p):
                    continue
                for part in _parts(phrase):
                    if self._is_title(part) or between(part) is not None:
                        continue
                    name = self._grown(number, p, name_in(part)) if is_above else name_in(part)
                    if name is not None and (name.has_form or is_above):
                        seen += 1
                        yield name, number

    def _is_title(self, tokens: Sequence[Token]) -> bool:
        """Whether words are the document's title: a name for an order, changed or cancelled, and little else."""
        if len(tokens) > 6 or form_end(tokens):
            return False
        for first in range(min(3, len(tokens))):
            label = labels.find(tokens, "fields", first=first, is_scanned=self._canvas.is_scanned)
            if label is not None and "order_title" in label.concepts:
                return True
        text = text_of(tokens)
        return labels.contains(text, "changes") or labels.contains(text, "cancels")

    def _grown(self, number: int, p: int, name: Name | None) -> Name | None:
        """A name wrapped over two lines: the next line below holds only its legal form, or ends in one."""
        if name is None or form_end(name.tokens):
            return name
        rows = self._canvas.rows
        phrase = rows[number].phrases[p]
        if name.tokens[-1] is not phrase.tokens[-1]:
            return name
        is_open = name.tokens[-1].text.casefold() in SMALL
        for row in rows[number + 1 : number + 4]:
            for other in row.phrases:
                is_below = (
                    abs(other.x0 - phrase.x0) < 0.5 * phrase.height
                    and 0 < other.top - phrase.top < 1.9 * max(phrase.height, other.height)
                    and 0.8 < other.height / max(1.0, phrase.height) < 1.25
                )
                joined = (*name.tokens, *other.tokens)
                if is_below and len(other.tokens) <= 3 and 0 < form_end(joined) == len(joined):
                    return Name(text_of(joined), joined, True)
                if is_below and is_open and len(other.tokens) <= 5 and other.text[:1].isupper():
                    return Name(text_of(joined), joined, name.has_form)
        return name

    def _name_of(self, pair: Pair) -> Name | None:
        """The company named by a label's value: its first line, or a later one if that is a number or a person."""
        rows = self._canvas.rows
        name = name_in(pair.value)
        if name is not None and pair.value_phrase is not None:
            p = next((i for i, q in enumerate(rows[pair.value_row].phrases) if q is pair.value_phrase), 0)
            if pair.how in ("right", "below") or pair.value_phrase.tokens[-1] is name.tokens[-1]:
                name = self._grown(pair.value_row, p, name)
        if name is not None and name.has_form and not is_code(name):
            return name
        for below in self._block_below(pair):
            other = name_in(below.tokens)
            if other is not None and other.has_form:
                return other
        return name if name is not None and not is_code(name) else None

    def _block_below(self, pair: Pair) -> Iterator[Phrase]:
        """The phrases under a label's value with the same left edge, at most three, up to the next label."""
        rows = self._canvas.rows
        anchor = pair.value_phrase
        if anchor is None:
            return
        x0 = pair.value[0].x0
        bottom = anchor.bottom
        found = 0
        for number in range(pair.value_row + 1, min(len(rows), pair.value_row + 6)):
            row = rows[number]
            if row.block != rows[pair.value_row].block or row.top - bottom > 1.6 * max(anchor.height, 8.0):
                return
            for p, phrase in enumerate(row.phrases):
                if anchor.column is not None and phrase.column != anchor.column:
                    continue
                if anchor.column is None and abs(phrase.x0 - x0) > 0.8 * anchor.height:
                    continue
                if self._pairs.starts_with_label(number, p):
                    return
                bottom = phrase.bottom
                found += 1
                yield phrase
            if found >= 3:
                return


def _parts(phrase: Phrase) -> Iterator[tuple[Token, ...]]:
    """A phrase parted at marks such as "·" and "|": a letterhead in one line."""
    start = 0
    for i, token in enumerate(phrase.tokens):
        if token.text in ("·", "•", "|", "—", "–") and not begins_with_form(phrase.tokens[i + 1 :]):
            if i > start:
                yield phrase.tokens[start:i]
            start = i + 1
    if start < len(phrase.tokens):
        yield phrase.tokens[start:]


def party(name: Name | None, canvas: Canvas, pairs: Pairs) -> Party:
    """A party with its VAT number and mail address where they stand in the same lines."""
    if name is None:
        return Party()
    start = name.tokens[0].start
    near = canvas.text[max(0, start - 20) : start + 420]
    vat = _VAT.search(near)
    email = _EMAIL.search(near)
    return Party(name=name.text, vat_id=vat.group().strip() if vat else "", email=email.group() if email else "")
