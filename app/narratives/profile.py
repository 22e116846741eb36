"""How a customer wants the text of an invoice: the firm's default, and what a customer has differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from app.errors import Refused
from app.vocabulary import LANGUAGES

GROUPINGS = ("task", "week", "person", "activity")
TONES = ("plain", "formal")
LENGTHS = ("short", "normal", "full")
PLACES = ("line", "invoice")
PO_PLACES = ("first", "last", "none")
SHORTEST, LONGEST = 80, 2000
"""Characters of a text. Odoo's lines take no more than 2,000 from us."""
MOST_WORDS, LONGEST_WORD = 100, 60
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "group_by": GROUPINGS, "tone": TONES, "length": LENGTHS, "per": PLACES, "po_number": PO_PLACES,
    "language": ("", *LANGUAGES),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules for one text.

    `group_by`: task, week, person or activity (equal remarks together). `length`: short (groups and hours), normal
    (what was done in each), full (each piece of work with its days). `per`: line (each line's own text) or invoice (one
    text at the foot). `max_length` counts characters of one text. `forbidden_words` hold a remark back, in any case and
    accent. `language` "" is the customer's in Odoo.
    """

    po_number: str = "first"
    staff_names: bool = False
    group_by: str = "task"
    max_length: int = 1000
    forbidden_words: tuple[str, ...] = ()
    tone: str = "plain"
    length: str = "normal"
    per: str = "line"
    language: str = ""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                said = ", ".join(c for c in choices if c)
                raise Refused(f"{name} is “{getattr(self, name)}”, and can be {said}.")
        if not SHORTEST <= self.max_length <= LONGEST:
            raise Refused(f"max_length is {self.max_length}, and can be {SHORTEST} to {LONGEST} characters.")
        if len(self.forbidden_words) > MOST_WORDS or any(
            not w.strip() or len(w) > LONGEST_WORD for w in self.forbidden_words
        ):
            raise Refused(f"forbidden_words can be {MOST_WORDS} at most, each of 1 to {LONGEST_WORD} characters.")
        if self.group_by == "person" and not self.staff_names:
            raise Refused("Grouping by person names people: allow staff_names as well, or group by task.")

    def with_values(self, values: Mapping[str, Any]) -> Profile:
        """This profile with what a customer has differently; words are added to the firm's.

        Raises:
            Refused: A value that is none of its choices.
        """
        known = {f.name for f in fields(self)}
        given = {name: value for name, value in values.items() if name in known and value is not None}
        if "forbidden_words" in given:
            given["forbidden_words"] = tuple(dict.fromkeys((*self.forbidden_words, *given["forbidden_words"])))
        return replace(self, **given)
