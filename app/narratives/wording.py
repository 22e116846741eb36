"""A model words what was done in each piece of work; what it says is checked, and hours and figures stay ours.

It sees only remarks that the customer may read. Of its words nothing stands that names a figure, a person or a document
that the remarks of that piece do not name, that says something else, or that comes near to what was held back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.documents.folding import fold
from app.llm.asking import Asker, Outside, Said
from app.llm.chat import Schema, Unanswered
from app.narratives.drafting import Draft, Piece, draft
from app.narratives.internal import REASONS, Guard
from prompts.load import load

PROMPT = "narrative"
MOST_PIECES = 20
"""Pieces that one question is about; those after it keep their remarks."""
LONGEST = 240
"""Characters of a description."""
_TOKENS_EACH = 70
_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "nl": "Dutch", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{4,}")
_LEAST_SHARED = 0.6
"""Share of a description's longer words that the remarks must have, where both are in one language."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a draft, in the form in which `Asker.ask` takes it; `pieces` by their numbers."""

    pieces: Mapping[int, Piece]
    outside: tuple[Outside, ...] = field(repr=False)
    values: Mapping[str, object]
    schema: Schema
    max_tokens: int


def question(drafted: Draft) -> Question | None:
    """The question about a draft's pieces, or None where no remark can be worded."""
    pieces = [p for line in drafted.offered for p in line.pieces if p.done][:MOST_PIECES]
    if not pieces:
        return None
    numbers = [p.number for p in pieces]
    item = {
        "type": "object",
        "properties": {"number": {"enum": numbers}, "text": {"type": "string"}},
        "required": ["number", "text"],
        "additionalProperties": False,
    }
    definition = {
        "type": "object",
        "properties": {"pieces": {"type": "array", "items": item, "maxItems": len(pieces)}},
        "required": ["pieces"],
        "additionalProperties": False,
    }
    return Question(
        {p.number: p for p in pieces},
        tuple(Outside("remarks", "\n".join(p.done)) for p in pieces),
        {
            "language": _LANGUAGES[drafted.language], "tone": drafted.profile.tone, "length": drafted.profile.length,
            "numbers": numbers,
        },
        Schema("narrative_answer", definition),
        100 + _TOKENS_EACH * len(pieces),
    )  # fmt: skip


def worded(
    drafted: Draft, guard: Guard, asker: Asker, *, names: Sequence[str] = (), case_id: int | None = None
) -> Draft:  # fmt: skip
    """The draft with a model's words where they stand, and notes on what did not; without an answer, as it was."""
    asked = question(drafted)
    if asked is None:
        return drafted
    try:
        said = asker.ask(
            load(PROMPT), asked.schema, asked.outside, values=asked.values, names=names, max_tokens=asked.max_tokens,
            case_id=case_id,
        )  # fmt: skip
    except Unanswered as error:
        return _with_note(drafted, f"The model gave no answer ({error.outcome}): remarks stand as they were written.")
    return taken_over(drafted, guard, asked, said)


def taken_over(drafted: Draft, guard: Guard, asked: Question, said: Said) -> Draft:
    """The draft with those of the answer's descriptions that stand; the others are counted and the reason told."""
    words, drops = _standing(drafted, guard, asked, said.content)
    if not words:
        return _with_note(drafted, f"Nothing that the model said was used: {_in_words(drops) or 'it said nothing'}.")
    anew = draft(drafted.invoice, drafted.profile, guard, words)
    used = sum(s.worded for line in anew.offered for s in line.sentences)
    notes = [*anew.notes]
    if drops:
        notes.append(
            f"{len(drops)} of the model's {len(drops) + len(words)} descriptions were left out: {_in_words(drops)}."
        )
    if not used:
        return _with_note(drafted, "The model's words made the text too long: remarks stand as they were written.")
    translated = _translated(words, asked)
    if translated:
        notes.append(
            f"{len(translated)} description{'' if len(translated) == 1 else 's'} put into "
            f"{_LANGUAGES[drafted.language]} by the model: compare with the remarks."
        )
    by = {"prompt": said.prompt, "model": said.model, "fingerprint": said.fingerprint}
    return replace(anew, notes=tuple(notes), worded_by=by)


def _standing(
    drafted: Draft, guard: Guard, asked: Question, content: Mapping[str, Any]
) -> tuple[dict[int, str], list[str]]:
    words: dict[int, str] = {}
    drops: list[str] = []
    answers = content.get("pieces")
    held = [h.text for h in drafted.held_back]
    for one in answers if isinstance(answers, list) else ():
        number, text = (one.get("number"), one.get("text")) if isinstance(one, Mapping) else (None, None)
        piece = asked.pieces.get(number) if isinstance(number, int) else None
        if piece is None or not isinstance(text, str) or piece.number in words:
            continue
        said = " ".join(text.split()).strip(" .;,:-–\"“”„«»'")
        others = [p.done for p in asked.pieces.values() if p is not piece]
        why = unfit(said, piece, guard, drafted.language, held, others)
        if why:
            drops.append(why)
        elif said:
            words[piece.number] = said
    return words, drops


def unfit(
    said: str, piece: Piece, guard: Guard, language: str, held: Sequence[str], others: Sequence[Sequence[str]] = ()
) -> str:
    """Why a description cannot stand for a piece, as the middle of a sentence; empty when it can.

    `held` are the words held back, `others` the remarks of other pieces.
    """
    if not said:
        return "empty"
    if len(said) > LONGEST:
        return "too long"
    reason = guard.held_back(said)
    if reason is not None:
        return f"it {REASONS[reason]}"
    if any(_echoes(said, words, piece.done) for words in held):
        return "it says what was held back"
    sources = [SourceText("", one, language) for one in piece.done]
    plain = said[0].lower() + said[1:] if said[1:2].islower() else said  # a large first letter makes no name
    checked = check(plain, Ground(sources), language)
    if isinstance(checked, Ungrounded):
        return f"a {checked.reason} in it stands in no remark"
    if any(c.isdigit() for c in said) and not _figures(said) <= _figures("\n".join(piece.done)):
        return "a number in it stands in no remark"
    if (_stems(said) - _stems("\n".join(piece.done))) & {s for done in others for s in _stems("\n".join(done))}:
        return "it says what the remarks of another piece say"
    return "" if _is_supported(said, piece.done) else "it says what no remark says"


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _WORD.findall(fold(text))}


def _echoes(said: str, held: str, allowed: Iterable[str]) -> bool:
    """Whether most of what a held-back remark says beyond the others is said here."""
    own = _stems(held) - _stems("\n".join(allowed))
    return bool(own) and len(own & _stems(said)) * 2 > len(own)


def _is_supported(said: str, done: Sequence[str]) -> bool:
    """Whether the description says what the remarks say, as far as words of one language can show it.

    Nothing shared at all is a translation, which only figures and names could give away; a description that shares some
    words and adds others is no wording of the remarks.
    """
    stems, known = _stems(said), _stems("\n".join(done))
    shared = len(stems & known)
    return not stems or shared == 0 or shared / len(stems) >= _LEAST_SHARED


def _translated(words: Mapping[int, str], asked: Question) -> list[int]:
    return [n for n, text in words.items() if not _stems(text) & _stems("\n".join(asked.pieces[n].done))]


def _in_words(drops: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(drops))


def _with_note(drafted: Draft, note: str) -> Draft:
    return replace(drafted, notes=(*drafted.notes, note))
