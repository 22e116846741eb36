"""Labels and what stands beside, below or behind them.

A value is taken only if it is of the kind its label promises: a reference has digits, a date is a date. Where both the
phrase to the right and the one below would do, the shape of the neighbourhood decides: a row of labels has its values
below, a colon or a label in the next line says that the value is to the right.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.order_fields import labels, references
from classifiers.order_fields.kinds import DATES, PARTIES, REFERENCES, fit, is_abbreviation
from classifiers.order_fields.labels import Label
from classifiers.order_fields.layout import Canvas, Phrase, Row, Token
from classifiers.order_fields.word_sets import word_set

_JOINERS = word_set("& + - / and e en et i oraz und y | –")
_SEPARATORS = word_set("( * , - . / ; > | · » – — • ▪ ▶ ► ●")


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and the tokens of its value. `how` is inline, right, below or sentence."""

    concept: str
    label: Label
    row: int
    value: tuple[Token, ...]
    how: str
    label_tokens: tuple[Token, ...]
    value_row: int
    value_phrase: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A label where it stands."""

    row: int
    phrase: int
    label: Label
    is_opening: bool
    """It opens its phrase, or follows a separator: it is not a word of a sentence."""


class Pairs:
    """All labels of a canvas and their values."""

    def __init__(
        self, canvas: Canvas, *, skip: frozenset[int] = frozenset(), taken: frozenset[int] = frozenset(),
        is_month_first: bool = False,
    ) -> None:  # fmt: skip
        """`skip` are rows of tables, `taken` the places of tokens that order lines use."""
        self.canvas = canvas
        self.is_month_first = is_month_first
        self._skip = skip
        self._taken = taken
        self._sites: list[Site] = []
        self._by_phrase: dict[tuple[int, int], list[Site]] = {}
        for site in self._find_sites():
            self._sites.append(site)
            self._by_phrase.setdefault((site.row, site.phrase), []).append(site)
        self.pairs: list[Pair] = [pair for site in self._sites for pair in self._pairs_of(site)]

    def of(self, *concepts: str) -> list[Pair]:
        """The pairs of some concepts, in reading order."""
        return [pair for pair in self.pairs if pair.concept in concepts]

    @property
    def labels(self) -> list[Label]:
        """Every label that opens a phrase and means something."""
        return [s.label for s in self._sites if s.is_opening]

    def starts_with_label(self, row: int, phrase: int, *, weak: bool = False) -> bool:
        """Whether a phrase begins with a label (strong, unless `weak`)."""
        return any(s.label.first == 0 and (weak or not s.label.is_weak) for s in self._by_phrase.get((row, phrase), ()))

    def _is_labelled_otherwise(self, row: int, phrase: int, concept: str) -> bool:
        """Whether a phrase begins with a label of its own; "payable in 30 days" begins with a word of its value."""
        count = len(self.canvas.rows[row].phrases[phrase].tokens)
        for site in self._by_phrase.get((row, phrase), ()):
            label = site.label
            if label.first or (label.is_weak and not label.has_colon):
                continue
            is_own = concept == "payment_terms" and concept in label.concepts and label.last < count
            if label.has_colon or not is_own:
                return True
        return False

    def is_label(self, row: int, phrase: int) -> bool:
        """Whether a phrase is a label with nothing behind it."""
        return any(
            s.label.first == 0 and s.label.last >= len(self.canvas.rows[row].phrases[phrase].tokens)
            for s in self._by_phrase.get((row, phrase), ())
        )

    # finding labels

    def _find_sites(self) -> Iterator[Site]:
        for r, row in enumerate(self.canvas.rows):
            for p, phrase in enumerate(row.phrases):
                yield from self._sites_in(r, p, phrase)

    def _sites_in(self, r: int, p: int, phrase: Phrase) -> Iterator[Site]:
        tokens = phrase.tokens
        at = 0
        is_opening = True
        while at < len(tokens):
            text = tokens[at].text
            if text in _SEPARATORS or (at == 0 and re.match(r"^[\d]{1,2}[.)]$", text)):
                is_opening, at = True, at + 1
                continue
            label = labels.find(tokens, "fields", first=at, is_scanned=self.canvas.is_scanned)
            if label is not None and _begins_a_name(label, tokens):
                label = None
            if label is not None and (
                is_opening or label.has_colon or not label.is_weak or _names_an_order(label, tokens)
            ):
                is_glued = not is_opening and label.last == len(tokens) and self._has_value_beside(r, p, label)
                yield Site(r, p, label, is_opening or label.has_colon or is_glued)
                at = label.last
                is_opening = at < len(tokens) and (tokens[at].text in _JOINERS or tokens[at - 1].text[-1] in "/&")
                if is_opening and tokens[at].text in _JOINERS:
                    at += 1
                continue
            end = text[-1]
            is_opening = end in ",;·|" or (end == "." and not is_abbreviation(text)) or text in _JOINERS
            at += 1

    def _has_value_beside(self, r: int, p: int, label: Label) -> bool:
        """Whether what a label at a phrase's end promises stands to the right: the print left no gap before it."""
        phrases = self.canvas.rows[r].phrases
        if p + 1 >= len(phrases) or label.is_weak:
            return False
        return any(
            self._fit(c, phrases[p + 1].tokens, at_once=True, is_shared=False)
            for c in label.concepts if c in DATES | REFERENCES
        )  # fmt: skip

    # finding values

    def _pairs_of(self, site: Site) -> Iterator[Pair]:
        row = self.canvas.rows[site.row]
        phrase = row.phrases[site.phrase]
        label_tokens = phrase.tokens[site.label.first : site.label.last]
        for concept in site.label.concepts:
            found = self._value_of(site, concept, row, phrase)
            if found is not None:
                value, how, value_row, value_phrase = found
                yield Pair(concept, site.label, site.row, value, how, label_tokens, value_row, value_phrase)

    def _value_of(
        self, site: Site, concept: str, row: Row, phrase: Phrase
    ) -> tuple[tuple[Token, ...], str, int, Phrase | None] | None:
        rest, is_shared = self._rest(site, phrase)
        if rest and _is_unit_like(rest) and concept in PARTIES:
            rest = ()  # "Supplier (BP)"
        if rest:
            value = self._fit(concept, rest, at_once=not site.is_opening, is_shared=is_shared)
            if not value and concept in DATES and site.phrase == len(row.phrases) - 1:
                value = self._over_the_line_end(site, concept, phrase, rest)
            if value and self._is_credible(site, concept, value):
                return value, "inline" if site.is_opening else "sentence", site.row, phrase
            if not is_shared and len(rest) > 0 and not _is_unit_like(rest):
                return None
        if not site.is_opening or (
            site.label.first > 0
            and not site.label.has_colon
            and site.label.last < len(phrase.tokens)
            and not self._all_labels(site)
        ):
            return None
        if site.row in self._skip:
            return self._in_columns(site, concept, row, phrase)
        right = self._right(site, concept)
        below = self._below(site, concept, phrase)
        return self._choose(site, concept, right, below, phrase)

    def _in_columns(
        self, site: Site, concept: str, row: Row, phrase: Phrase
    ) -> tuple[tuple[Token, ...], str, int, Phrase | None] | None:
        """A sheet may repeat the order's head in every line: the label is a column's, the value in the first line."""
        if not row.is_grid or site.label.is_weak or site.row + 1 >= len(self.canvas.rows):
            return None
        following = self.canvas.rows[site.row + 1]
        other = next((p for p in following.phrases if p.column == phrase.column), None)
        if other is None or other.tokens[0].start in self._taken or following.block != row.block:
            return None
        value = self._fit(concept, other.tokens, at_once=False, is_shared=False)
        return (value, "below", site.row + 1, other) if value else None

    def _all_labels(self, site: Site) -> bool:
        phrase = self.canvas.rows[site.row].phrases[site.phrase]
        covered = sum(s.label.last - s.label.first for s in self._by_phrase[(site.row, site.phrase)])
        return covered >= len(phrase.tokens) - 2

    def _rest(self, site: Site, phrase: Phrase) -> tuple[tuple[Token, ...], bool]:
        """What stands behind the label in its phrase, up to the next label. Two labels joined by a mark share it."""
        tokens = phrase.tokens
        others = self._by_phrase[(site.row, site.phrase)]
        last = len(tokens)
        first = site.label.last
        is_shared = False
        for other in others:
            if other.label.first < first:
                if other.label.last <= site.label.first and self._joined(tokens, other.label.last, site.label.first):
                    is_shared = True
                continue
            between = tokens[first : other.label.first]
            if all(t.text in _JOINERS for t in between) and (between or tokens[first - 1].text[-1] in "/&"):
                first = other.label.last
                is_shared = True
                continue
            if other.is_opening or other.label.has_colon:
                last = other.label.first
                break
        rest = list(tokens[first:last])
        while rest and rest[0].text in (":", "-", "–", ".", "=", "：", ")"):
            rest.pop(0)
        while rest and rest[-1].text in _SEPARATORS:
            rest.pop()
        return tuple(rest), is_shared

    @staticmethod
    def _joined(tokens: Sequence[Token], first: int, last: int) -> bool:
        between = tokens[first:last]
        return all(t.text in _JOINERS for t in between) and (bool(between) or tokens[first - 1].text[-1] in "/&")

    def _over_the_line_end(
        self, site: Site, concept: str, phrase: Phrase, rest: tuple[Token, ...]
    ) -> tuple[Token, ...]:
        """A date that begins at the end of a line and goes on in the next."""
        if len(rest) > 4 or site.row + 1 >= len(self.canvas.rows):
            return ()
        following = self.canvas.rows[site.row + 1]
        for other in following.phrases:
            if abs(other.x0 - phrase.x0) < 3 * phrase.height or other.x0 <= phrase.x0 <= other.x1:
                return self._fit(concept, (*rest, *other.tokens[:4]), at_once=True, is_shared=False)
        return ()

    def _fit(self, concept: str, tokens: Sequence[Token], *, at_once: bool, is_shared: bool) -> tuple[Token, ...]:
        return fit(concept, tokens, at_once=at_once, is_shared=is_shared, is_month_first=self.is_month_first)

    def _is_credible(self, site: Site, concept: str, value: tuple[Token, ...]) -> bool:
        """Whether a label inside a sentence, or a weak one, may claim a value."""
        if concept in PARTIES | {"person", "notes", "payment_terms", "currency"}:
            return site.is_opening
        if site.label.is_weak and not site.label.has_colon and concept == "order_title":
            text = references.text_of(value)
            return sum(c.isdigit() for c in text) >= 2 and len(text) >= 3
        return True

    def _right(self, site: Site, concept: str) -> tuple[tuple[Token, ...], int, Phrase] | None:
        """The phrase to the right if it is no label and of the right kind."""
        row = self.canvas.rows[site.row]
        if site.phrase + 1 >= len(row.phrases):
            return None
        phrase = row.phrases[site.phrase + 1]
        own = row.phrases[site.phrase]
        if self.canvas.is_paged and not row.is_grid:
            width = self.canvas.widths.get(row.page, 600.0)
            if phrase.x0 - own.x1 > 0.42 * width:
                return None
        if row.is_grid and phrase.column is not None and own.column is not None and phrase.column - own.column > 6:
            return None
        if self._is_labelled_otherwise(site.row, site.phrase + 1, concept):
            return None
        tokens = phrase.tokens
        while tokens and tokens[0].text in (":", "-", "=", "：", "."):
            tokens = tokens[1:]
        last = self._next_opening(site.row, site.phrase + 1, phrase)
        tokens = tokens[:last] if last else tokens
        if not tokens or tokens[0].start in self._taken:
            return None
        value = self._fit(concept, tokens, at_once=False, is_shared=self._is_joined_label(site))
        return (value, site.row, phrase) if value else None

    def _next_opening(self, row: int, phrase: int, value: Phrase) -> int:
        """Where in a phrase another label opens, 0 if none does; counted from the phrase's end."""
        firsts = [s.label.first for s in self._by_phrase.get((row, phrase), ()) if s.is_opening and s.label.first > 0]
        return min(firsts) - len(value.tokens) if firsts else 0

    def _is_joined_label(self, site: Site) -> bool:
        return len(self._by_phrase[(site.row, site.phrase)]) > 1

    def _below(self, site: Site, concept: str, phrase: Phrase) -> tuple[tuple[Token, ...], int, Phrase] | None:
        """The phrase below: it shares the label's left edge, its middle or its right edge."""
        rows = self.canvas.rows
        own = rows[site.row]
        height = max(phrase.height, 6.0)
        bottom = phrase.bottom
        is_second_language = False
        for r in range(site.row + 1, min(len(rows), site.row + 8)):
            row = rows[r]
            if row.block != own.block or r in self._skip:
                return None
            gap = row.top - bottom
            if gap > 2.6 * height + (14.0 if not self.canvas.is_paged else 0.0):
                return None
            if row.top <= phrase.top + 0.3 * height:
                continue
            for p, other in enumerate(row.phrases):
                if not _is_under(phrase, other, own, site.phrase):
                    continue
                if self._is_labelled_otherwise(r, p, concept) or other.tokens[0].start in self._taken:
                    return None
                value = self._fit(concept, other.tokens, at_once=False, is_shared=self._is_joined_label(site))
                if value and (concept not in REFERENCES or _is_mostly(value, other.tokens)):
                    return value, r, other
                if is_second_language or concept in PARTIES or any(c.isdigit() for c in other.text):
                    return None
                is_second_language = True  # the label may be there in another language first
                bottom = other.bottom
        return None

    def _choose(
        self, site: Site, concept: str,
        right: tuple[tuple[Token, ...], int, Phrase] | None,
        below: tuple[tuple[Token, ...], int, Phrase] | None,
        phrase: Phrase,
    ) -> tuple[tuple[Token, ...], str, int, Phrase | None] | None:  # fmt: skip
        if right is None and below is None:
            return None
        take_right = below is None
        if right is not None and below is not None:
            take_right = site.label.has_colon or self._labels_in_next_row(site) or not self._labels_in_row(site)
            if concept in PARTIES | {"payment_terms"} and not site.label.has_colon:
                letter = phrase.height * 0.5
                is_far = right[2].x0 - phrase.x1 > 14 * letter
                is_aligned = abs(below[2].x0 - phrase.x0) < 1.2 * letter
                if is_far and is_aligned and self.canvas.is_paged and not self._is_in_list(site, phrase, right[2]):
                    take_right = False
        if take_right and right is not None:
            return right[0], "right", right[1], right[2]
        if below is not None:
            return below[0], "below", below[1], below[2]
        return None

    def _is_in_list(self, site: Site, own: Phrase, value: Phrase) -> bool:
        """Whether a row next to it has a label and a value below or above these two: labels with values beside."""
        for number in (site.row - 1, site.row + 1):
            if not 0 <= number < len(self.canvas.rows):
                continue
            for p, (a, b) in enumerate(itertools.pairwise(self.canvas.rows[number].phrases)):
                is_level = abs(a.x0 - own.x0) < 2.5 and abs(b.x0 - value.x0) < 2.5
                if is_level and self.is_label(number, p) and not self.is_label(number, p + 1):
                    return True
        return False

    def _labels_in_row(self, site: Site) -> bool:
        """Whether the row holds other labels without values: then it is a heading row with its values below."""
        row = self.canvas.rows[site.row]
        return any(p != site.phrase and self.is_label(site.row, p) for p in range(len(row.phrases)))

    def _labels_in_next_row(self, site: Site) -> bool:
        phrase = self.canvas.rows[site.row].phrases[site.phrase]
        if site.row + 1 >= len(self.canvas.rows):
            return False
        following = self.canvas.rows[site.row + 1]
        return any(
            self.starts_with_label(site.row + 1, p)
            for p, other in enumerate(following.phrases)
            if abs(other.x0 - phrase.x0) < phrase.height
        )


def _names_an_order(label: Label, tokens: Sequence[Token]) -> bool:
    """A title's word in a sentence with a number right behind it: "amendment 1 to order 26-AC-731"."""
    if "order_title" not in label.concepts or label.last >= len(tokens):
        return False
    text = references.bare(tokens[label.last].text)
    return references.is_reference(text) and sum(c.isdigit() for c in text) >= 2 and sum(c.isalnum() for c in text) >= 5


def _is_under(label: Phrase, other: Phrase, own: Row, index: int) -> bool:
    if label.column is not None:
        return other.column == label.column
    height = max(label.height, 6.0)
    if abs(other.x0 - label.x0) <= 0.8 * height or abs(other.x1 - label.x1) <= 0.6 * height:
        return True
    if abs((other.x0 + other.x1) - (label.x0 + label.x1)) / 2 <= 0.8 * height:
        return True
    following = own.phrases[index + 1].x0 if index + 1 < len(own.phrases) else label.x1 + 12 * height
    before = own.phrases[index - 1].x1 if index else label.x0 - 6 * height
    return (
        other.x0 < label.x1 and other.x1 > label.x0 and other.x1 <= following + height and other.x0 >= before - height
    )


def _is_mostly(value: Sequence[Token], tokens: Sequence[Token]) -> bool:
    """A reference below its label stands there alone, or with a date."""
    return len(tokens) - len(value) <= 3 or value[0] is tokens[0]


def _is_unit_like(tokens: Sequence[Token]) -> bool:
    """A bracket behind a label, as in "Date (dd/mm/yyyy)", is no value."""
    return tokens[0].text.startswith("(") and tokens[-1].text.rstrip(":").endswith(")")


def _begins_a_name(label: Label, tokens: Sequence[Token]) -> bool:
    """Whether a label without a colon is the first word of a name: "Azienda Ospedaliera", "Empresa Municipal"."""
    return (
        label.key in labels.keys("words_of_names")
        and not label.has_colon
        and label.last < len(tokens)
        and tokens[label.last].text[:1].isupper()
    )
