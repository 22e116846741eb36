"""A model words what was done in each piece of work; what it says is checked, and hours and figures stay ours.

It sees only remarks that the customer may read. Of its words nothing stands that names a figure, a person or a document
that the remarks of that piece do not name, that says something else, less or in a way that turns it round, or that
comes near to what was held back. A description in another language is put back into that of the remarks and compared
there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.documents.folding import fold, words_of
from app.documents.language import detect
from app.llm.asking import Asker, Outside, Said
from app.llm.chat import Schema, Unanswered
from app.narratives.binding import kinds, says_the_same
from app.narratives.drafting import Draft, Piece, draft
from app.narratives.internal import REASONS, Guard
from prompts.load import load

PROMPT, BACK = "narrative", "narrative_back"
FOREIGN = "it shares no word with the remarks, and its way back into their language does not say the same"
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
_SMALL = words_of(
    """
    with from that this these those into onto over under within between after before about through across their
    eine einer eines einem einen fuer uber unter nach zwischen sowie oder durch beim vom zum zur dass diese dieser
    avec dans pour sous entre apres avant leur leurs cette ainsi vers chez para como entre sobre desde
    """
)


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
    return Question(
        {p.number: p for p in pieces},
        tuple(Outside("remarks", "\n".join(p.done)) for p in pieces),
        {
            "language": _LANGUAGES[drafted.language], "tone": drafted.profile.tone, "length": drafted.profile.length,
            "numbers": numbers,
        },
        Schema("narrative_answer", _schema(numbers)),
        100 + _TOKENS_EACH * len(pieces),
    )  # fmt: skip


def _schema(numbers: Sequence[int]) -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {"number": {"enum": list(numbers)}, "text": {"type": "string"}},
        "required": ["number", "text"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"pieces": {"type": "array", "items": item, "maxItems": len(numbers)}},
        "required": ["pieces"],
        "additionalProperties": False,
    }


def worded(
    drafted: Draft, guard: Guard, asker: Asker, *, names: Sequence[str] = (), case_id: int | None = None
) -> Draft:  # fmt: skip
    """The draft with a model's words where they stand, and notes on what did not; without an answer, as it was."""
    asked = question(drafted)
    if asked is None:
        return drafted

    def ask(prompt: str, one: Question) -> Said:
        return asker.ask(
            load(prompt), one.schema, one.outside, values=one.values, names=names, max_tokens=one.max_tokens,
            case_id=case_id,
        )  # fmt: skip

    try:
        said = ask(PROMPT, asked)
    except Unanswered as error:
        return _with_note(drafted, f"The model gave no answer ({error.outcome}): remarks stand as they were written.")
    foreign = translations(drafted, guard, asked, said)
    back: Said | None = None
    if foreign:
        try:
            back = ask(BACK, way_back(asked, foreign))
        except Unanswered:
            back = None  # what cannot be compared does not stand
    return taken_over(drafted, guard, asked, said, back)


def taken_over(drafted: Draft, guard: Guard, asked: Question, said: Said, back: Said | None = None) -> Draft:
    """The draft with those of the answer's descriptions that stand; the others are counted and the reason told.

    `back` is what the model made of descriptions in another language when it put them back into that of the remarks.
    """
    returned = dict(_answers(back.content, asked)) if back is not None else {}
    words: dict[int, str] = {}
    drops: list[str] = []
    foreign: set[int] = set()
    for number, text in _answers(said.content, asked):
        piece = asked.pieces[number]
        why = unfit(text, piece, guard, drafted, asked)
        if why == FOREIGN and _comes_back(text, returned.get(number, ""), piece.done, drafted.language):
            why = ""
            foreign.add(number)
        if why:
            drops.append(why)
        else:
            words[number] = text
    if not words:
        return _with_note(drafted, f"Nothing that the model said was used: {_in_words(drops) or 'it said nothing'}.")
    anew = draft(drafted.invoice, drafted.profile, guard, words)
    notes = [*anew.notes]
    if drops:
        total = len(drops) + len(words)
        notes.append(f"{len(drops)} of the model's {total} descriptions were left out: {_in_words(drops)}.")
    if not any(s.worded for line in anew.offered for s in line.sentences):
        return _with_note(drafted, "The model's words made the text too long: remarks stand as they were written.")
    if foreign:
        notes.append(
            f"The model put {len(foreign)} of the descriptions into {_LANGUAGES[drafted.language]}; put back, they say "
            "what the remarks say. Compare them all the same."
        )
    by = {"prompt": said.prompt, "model": said.model, "fingerprint": said.fingerprint}
    lines = tuple(
        replace(line, translated=True) if foreign & {p.number for p in line.pieces} else line for line in anew.lines
    )
    return replace(anew, lines=lines, notes=tuple(notes), worded_by=by)


def translations(drafted: Draft, guard: Guard, asked: Question, said: Said) -> dict[int, str]:
    """The descriptions that are fit but for one thing: they share no word with their remarks, as translations do."""
    return {
        number: text
        for number, text in _answers(said.content, asked)
        if unfit(text, asked.pieces[number], guard, drafted, asked) == FOREIGN
    }


def way_back(asked: Question, foreign: Mapping[int, str]) -> Question:
    """The question that puts descriptions back into the language of the remarks."""
    remarks = "\n".join(one for number in foreign for one in asked.pieces[number].done)
    numbers = list(foreign)
    return Question(
        {number: asked.pieces[number] for number in numbers},
        tuple(Outside("description", text) for text in foreign.values()),
        {"language": _LANGUAGES[_spoken(remarks)], "numbers": numbers},
        Schema("narrative_answer", _schema(numbers)), 100 + _TOKENS_EACH * len(numbers),
    )  # fmt: skip


def _answers(content: Mapping[str, Any], asked: Question) -> Iterator[tuple[int, str]]:
    """Each piece's first description, in one line."""
    seen: set[int] = set()
    answers = content.get("pieces")
    for one in answers if isinstance(answers, list) else ():
        number, text = (one.get("number"), one.get("text")) if isinstance(one, Mapping) else (None, None)
        if isinstance(number, int) and number in asked.pieces and number not in seen and isinstance(text, str):
            said = " ".join(text.split()).strip(" .;,:-–\"“”„«»'")
            if said:
                seen.add(number)
                yield number, said


def unfit(said: str, piece: Piece, guard: Guard, drafted: Draft, asked: Question) -> str:
    """Why a description cannot stand for a piece, as the middle of a sentence; empty when it can.

    `FOREIGN` is that nothing but a translation could be meant.
    """
    if len(said) > LONGEST:
        return "too long"
    reason = guard.held_back(said)
    if reason is not None:
        return f"it {REASONS[reason]}"
    own = _stems("\n".join(piece.done))
    new = _stems(said) - own
    if any(new & _stems(held.text) for held in drafted.held_back):
        return "it says what was held back"
    plain = said[0].lower() + said[1:] if said[1:2].islower() else said  # a large first letter makes no name
    checked = check(plain, Ground([SourceText("", one, drafted.language) for one in piece.done]), drafted.language)
    if isinstance(checked, Ungrounded):
        return f"a {checked.reason} in it stands in no remark"
    if not _figures(said) <= _figures("\n".join(piece.done)):
        return "a number in it stands in no remark"
    if any(new & _stems("\n".join(other.done)) for other in asked.pieces.values()):
        return "it says what the remarks of another piece say"
    if says_the_same(said, piece.done, drafted.language):
        return ""
    if not _stems(said) & own:
        return FOREIGN
    return "it says what no remark says" if new else "it leaves out or turns round what a remark says"


def _figures(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in _WORD.findall(fold(text)) if word not in _SMALL}


def _comes_back(said: str, back: str, done: Sequence[str], language: str) -> bool:
    """Whether a translation's way back says what the remarks say, and the translation itself denies no more or less."""
    remarks = "\n".join(done)
    spoken = _spoken(remarks)
    return says_the_same(back, done, spoken) and kinds(said, language) == kinds(remarks, spoken)


def _spoken(remarks: str) -> str:
    """The language into which descriptions are put back: that of the remarks, English where it cannot be told."""
    language = detect(remarks)
    return language if language in _LANGUAGES else "en"


def _in_words(drops: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(drops))


def _with_note(drafted: Draft, note: str) -> Draft:
    return replace(drafted, notes=(*drafted.notes, note))
