"""What a model is asked about a message: its texts, cut to a budget, in the form in which the prompt takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from app.documents.reading import Reading
from app.firm import Firm
from app.llm.asking import Outside
from app.llm.chat import Schema
from app.llm.masking import people, quoted_names
from app.vocabulary import KIND_OF, REASONS, Kind
from classifiers.llm.cutting import LeftOut, Piece, cut, tokens
from classifiers.llm.triage_answer import NAME, STANDS_ALONE, schema, schema_of_contested, schema_of_reason
from classifiers.triage.envelope import is_own_staff

PROMPT = "triage"
CONTESTED = "contested"
"""The prompt, and the key of its answer, of the one question asked before triage."""
MESSAGE_BUDGET = 900
"""Tokens of the message that are shown."""
CONTESTED_BUDGET = 500
"""The same for the question whether anything is contested: that stands at the beginning."""
EXAMPLE_BUDGET = 200
"""Tokens of each earlier message that are shown beside it."""
MOST_EXAMPLES = 3
_SHORT_ANSWER = 800
_ANSWER_WITH_LINES = 1600
_REASON_ONLY = 140
_YES_OR_NO = 24
EVERY_REASON = tuple(KIND_OF)
"""The shortlist of a model that is asked without any reader before it."""


@dataclass(frozen=True, slots=True)
class Example:
    """An earlier message of the same customer, and the reason that a person confirmed."""

    text: str = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question in the form in which `app.llm.asking.Asker.ask` takes it, for the newest version of `prompt`.

    `left_out` are sentences for the reviewer: what of the message the model does not see. `shortlist` are the reasons
    between which it is to help decide; it is not told them, as they would lead it.
    """

    outside: tuple[Outside, ...] = field(repr=False)
    values: Mapping[str, object]
    names: tuple[str, ...] = field(repr=False)
    schema: Schema
    max_tokens: int
    left_out: tuple[str, ...]
    shortlist: tuple[str, ...]
    prompt: str = PROMPT

    @property
    def of_reason(self) -> tuple[Schema, int]:
        """Schema and token limit for the beginning of the answer, matter and reason: votes collected in bulk."""
        return Schema("triage_reason", schema_of_reason()), _REASON_ONLY


def question(
    reading: Reading,
    shortlist: Sequence[str] = EVERY_REASON,
    *,
    examples: Sequence[Example] = (),
    firm: Firm | None = None,
    budget: int = MESSAGE_BUDGET,
) -> Question:
    """The question about a message. The same reading gives the same question, but for order lines: they are asked for
    only where the shortlist holds an order.

    Raises ValueError for a shortlist that is empty or names something that is no reason.
    """
    if not shortlist or not set(shortlist) <= set(KIND_OF):
        raise ValueError(f"a shortlist names reasons of the vocabulary, not {', '.join(shortlist) or 'nothing'}")
    listed = tuple(reason for reason in KIND_OF if reason in shortlist)
    shown = cut(reading, budget)
    message = tuple(_texts(reading, shown.pieces))
    earlier = [Outside("earlier", _beginning(one.text)) for one in examples[:MOST_EXAMPLES]]
    brings_lines = any(reason in REASONS[Kind.CUSTOMER_PO] for reason in listed)
    return Question(
        outside=(*message, *earlier),
        values={
            "message_texts": len(message),
            "notes": list(dict.fromkeys(_without_name(one).sentence for one in shown.left_out)),
            "confirmed": [one.reason for one in examples[:MOST_EXAMPLES]],
            "is_own_staff": reading.mail is not None and is_own_staff(reading.mail, firm),
        },
        names=_names(reading),
        schema=Schema(NAME, schema(lines=brings_lines), stands_alone=STANDS_ALONE),
        max_tokens=_ANSWER_WITH_LINES if brings_lines else _SHORT_ANSWER,
        left_out=shown.sentences,
        shortlist=listed,
    )


def contested(reading: Reading, *, budget: int = CONTESTED_BUDGET) -> Question:
    """The question whether a message contests what was billed; it depends on the message alone."""
    return Question(
        outside=tuple(_texts(reading, cut(reading, budget).pieces)),
        values={},
        names=_names(reading),
        schema=Schema(CONTESTED, schema_of_contested(), weighs=CONTESTED),
        max_tokens=_YES_OR_NO,
        left_out=(),
        shortlist=(),
        prompt=CONTESTED,
    )


def _names(reading: Reading) -> tuple[str, ...]:
    """People who are named in headers, attachments' included, or in a quotation's first line."""
    mails = [part.mail for part in reading.walk() if part.mail is not None]
    quoted = [name for part in reading.walk() if part.mail is not None for name in quoted_names(part.text)]
    addresses = [one for mail in mails for one in (mail.sender, mail.reply_to, *mail.to, *mail.cc) if one is not None]
    return people([*(one.name for one in addresses), *quoted])


def _texts(reading: Reading, pieces: Sequence[Piece]) -> Iterator[Outside]:
    """Neighbouring pieces of one role and part are one text; the first one says from whom the message is."""
    names = {part.path: part.name for part in reading.walk() if part is not reading and part.name}
    sender = reading.mail.sender if reading.mail is not None else None
    origin = f"{sender.name} ({sender.domain})".strip() if sender is not None else ""
    held = [(key, list(group)) for key, group in groupby(pieces, key=lambda one: (one.role, one.part))]
    if not held:
        yield Outside("empty", "", {"from": origin} if origin else {})
    for number, ((role, part), group) in enumerate(held):
        attributes = {"from": origin} if origin and number == 0 else {}
        if part in names:
            attributes["file"] = names[part]
        yield Outside(role, "\n".join(one.text for one in group), attributes)


def _without_name(one: LeftOut) -> LeftOut:
    """What an attachment is called was written by others: it stands in no sentence of ours to the model."""
    return replace(one, where="an attachment" if one.where else "")


def _beginning(text: str) -> str:
    """The first words of a text that fit into `EXAMPLE_BUDGET`."""
    shown = " ".join(text.split())
    while tokens(shown) > EXAMPLE_BUDGET:
        shown = shown[: EXAMPLE_BUDGET * 3].rpartition(" ")[0] or shown[: EXAMPLE_BUDGET * 3]
    return shown
