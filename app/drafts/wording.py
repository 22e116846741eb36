"""What stands of a model's wording of facts: a sentence may join what its facts say, in other grammar.

A sentence names the facts it rests on. It stands if it has their figures, references and words, all but everyday ones,
in their order, with "we" and "you" where they have them, and denies where they deny and nowhere else; if every word is
theirs or one of everyday (`everyday.yaml`), so that no payment, promise, fault or legal view can be announced that no
fact carries; and if it keeps the words by which a thing is only planned or pending. What does not stand is left out and
counted; when a fact that must be said is lost, our own words are used. Pure; never raises for what a model may say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.documents.folding import fold
from app.documents.language import detect
from app.documents.written_numbers import decimal_mark, parse
from app.llm.chat import Schema

LONGEST = 320
"""Characters of one sentence."""
LONGEST_ANSWER = 800
"""Characters of one entry of an answer: small models put several sentences into one."""
MOST = 8
"""Sentences of one draft."""
MOST_FACTS = 3
"""Facts that one sentence may join."""
_EVERYDAY = Path(__file__).parent / "everyday.yaml"
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE = re.compile(r"(?<=[.;!?])\s+(?=[^\W\d])")
_CHUNK = re.compile(r"\S+")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u202f\u2009 ](?=\d{3}(?:\D|$))")
_AROUND = "#()[]{}<>\"'“”„«»‘’.,;:!?…*~|"
_NOT, _WE, _YOU, _THEY = "not", "we", "you", "they"
_OF_OURS = ("mos", "mo", "my")
"""Endings by which a verb says "we" without the word: Spanish, Portuguese, Italian, Polish."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact that may be worded: one clause in the language of the draft."""

    id: str
    text: str
    is_core: bool = True
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class WordedSentence:
    """A sentence that stands, and the ids of the facts it rests on."""

    text: str
    facts: tuple[str, ...]
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that was left out. `reason` is form, fact, figure, word, order, binding or again."""

    reason: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Worded:
    """What stands. `because` says why none of it is used: then `sentences` is empty and our own words stay."""

    sentences: tuple[WordedSentence, ...]
    dropped: tuple[Dropped, ...]
    because: str = ""

    def counts(self) -> dict[str, int]:
        """How many sentences were left out for each reason."""
        return dict(Counter(drop.reason for drop in self.dropped))


@dataclass(frozen=True, slots=True)
class _Everyday:
    words: frozenset[str]
    we: frozenset[str]
    you: frozenset[str]
    never: frozenset[str]
    binding: frozenset[str]


@cache
def _everyday() -> dict[str, _Everyday]:
    import yaml

    lists = yaml.safe_load(_EVERYDAY.read_text(encoding="utf-8"))
    return {
        language: _Everyday(*(frozenset(_WORD.findall(fold(kinds[kind]))) for kind in _KINDS))
        for language, kinds in lists.items()
    }


_KINDS = ("words", "we", "you", "never", "binding")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Something said at its place in a sentence: a figure, a denial, who it is, or a word that is not of everyday.

    `can_be` has more than one entry where the writing leaves open which is meant.
    """

    kind: str
    can_be: frozenset[object]

    def is_said_by(self, said: _Mark) -> bool:
        if self.kind == said.kind == "word":
            return any(_is_form_of(str(word), str(known)) for word in said.can_be for known in self.can_be)
        return self.kind == said.kind and bool(self.can_be & said.can_be)


def statements(sentences: Sequence[tuple[str, bool]]) -> tuple[Statement, ...]:
    """Facts cut into clauses, so that a sentence says a clause whole or not at all: (text, is it core) for each."""
    clauses = [(c, core, n) for n, (text, core) in enumerate(sentences) for c in _clauses(text)]
    return tuple(Statement(f"F{n}", text, core, of) for n, (text, core, of) in enumerate(clauses, 1))


def _clauses(text: str) -> list[str]:
    """Cut after a full stop before a large letter (never after "godz."), and after a semicolon."""
    found: list[str] = []
    for piece in _CLAUSE.split(text):
        if found and not found[-1].endswith(";") and piece[:1].islower():
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return [clause.strip() for clause in found if clause.strip()]


def languages() -> tuple[str, ...]:
    """The languages in which wording can be checked."""
    return tuple(_everyday())


def schema(name: str, statements: Sequence[Statement]) -> Schema:
    """What the model answers: sentences, each with the ids of the facts it rests on."""
    ids = {"type": "string", "enum": [s.id for s in statements]}
    sentence = {
        "type": "object", "additionalProperties": False, "required": ["facts", "text"],
        "properties": {
            "facts": {"type": "array", "items": ids, "minItems": 1, "maxItems": MOST_FACTS},
            "text": {"type": "string", "minLength": 1, "maxLength": LONGEST_ANSWER},
        },
    }  # fmt: skip
    sentences = {"type": "array", "items": sentence, "minItems": 1, "maxItems": MOST}
    return Schema(
        name,
        {
            "type": "object", "additionalProperties": False, "required": ["sentences"],
            "properties": {"sentences": sentences},
        },
    )  # fmt: skip


def checked(content: Mapping[str, Any], statements: Sequence[Statement], language: str) -> Worded:
    """What of a model's answer stands, or why our own words are used instead."""
    kept: list[WordedSentence] = []
    dropped: list[Dropped] = []
    known = {s.id: s for s in statements}
    said = content.get("sentences")
    for one in (said if isinstance(said, list) else [])[:MOST]:
        text, facts = _parts(one)
        named = [known[i] for i in dict.fromkeys(facts) if i in known]
        for sentence in _pieces(text):
            found = _resting(sentence, named, statements, language)
            if isinstance(found, WordedSentence) and found not in kept:
                kept.append(found)
            elif not isinstance(found, WordedSentence):
                dropped.append(Dropped(*found, sentence[:LONGEST]))
    because = _unusable(kept, statements, language)
    return Worded(() if because else tuple(kept), tuple(dropped), because)


def _parts(one: object) -> tuple[str, list[str]]:
    if not isinstance(one, Mapping):
        return "", []
    text, facts = one.get("text"), one.get("facts")
    ids = [str(i) for i in facts[:MOST_FACTS]] if isinstance(facts, list) else []
    return (" ".join(text.split()) if isinstance(text, str) else ""), ids


def _pieces(text: str) -> list[str]:
    """The sentences of an answer's text; what is far too long is looked at as one, and fails as such."""
    if len(text) > LONGEST_ANSWER:
        return [text]
    sentences: list[str] = []
    for clause in _clauses(text):
        if sentences and sentences[-1].endswith(";"):
            sentences[-1] += f" {clause}"
        else:
            sentences.append(clause)
    return sentences or [""]


def _resting(
    text: str, named: Sequence[Statement], every: Sequence[Statement], language: str
) -> WordedSentence | tuple[str, str]:
    """The sentence with the facts that bear it: those it names, else any that follow each other; or why none do."""
    runs = [named] if 0 < len(named) <= MOST_FACTS else []
    runs += [every[i : i + n] for n in range(1, MOST_FACTS + 1) for i in range(len(every) - n + 1)]
    failures = []
    for cited in runs:
        failure = _failure(text, cited, language)
        if failure is None:
            ours = _ours(text, cited)
            return WordedSentence(ours or text, tuple(s.id for s in cited), cited[0].paragraph)
        failures.append(failure)
    return failures[0] if failures else ("fact", "none")


def _ours(text: str, cited: Sequence[Statement]) -> str:
    """Our own text, where the model's has the same words in the same order: then its endings are ours too."""
    own = " ".join(s.text for s in cited)
    theirs, words = _WORD.findall(fold(text)), _WORD.findall(fold(own))
    is_same = len(theirs) == len(words) and all(_is_form_of(a, b) for a, b in zip(theirs, words, strict=True))
    return own if is_same else ""


def _failure(text: str, cited: Sequence[Statement], language: str) -> tuple[str, str] | None:
    """Why a sentence does not rest on these facts: (reason, what of it)."""
    everyday = _everyday().get(language)
    if everyday is None:
        return "form", f"no list of everyday words for {language!r}"
    if not text or len(text) > LONGEST or not text.isprintable() or not _WORD.search(text):
        return "form", f"{len(text)} characters"
    source = "\n".join(s.text for s in cited)
    found = check(text, Ground((SourceText("", source, language),)), language)
    if isinstance(found, Ungrounded):
        return "figure", f"{found.reason}: {found.what}"
    strange = _strange(text, source, everyday)
    if strange:
        return "word", ", ".join(strange[:4])
    theirs = _marks(source, source, language, everyday)
    said = _marks(text, source, language, everyday)
    if len(said) != len(theirs) or not all(a.is_said_by(b) for a, b in zip(theirs, said, strict=True)):
        return "order", "figures, words, who is meant or what is denied are not as in its facts"
    words = _WORD.findall(fold(text))
    bound = everyday.binding & set(_WORD.findall(fold(source)))
    lost = sorted(b for b in bound if not any(_is_form_of(word, b) for word in words))
    if lost:
        return "binding", ", ".join(lost)
    return None


def _strange(text: str, source: str, everyday: _Everyday) -> list[str]:
    """Words that are neither the facts' nor everyday ones, as written."""
    theirs = set(_WORD.findall(fold(source)))
    free = everyday.words | everyday.we | everyday.you
    return [
        word
        for word in _WORD.findall(text)
        if fold(word) not in free and not any(_is_form_of(fold(word), known) for known in theirs)
    ]


def _is_form_of(word: str, known: str) -> bool:
    """The same word, or one whose ending differs by two letters at most (invoice, invoices; approved, approval)."""
    if word == known:
        return True
    if word.endswith(_OF_OURS) != known.endswith(_OF_OURS):
        return False
    shared = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    return shared >= 4 and len(word) - shared <= 2 and len(known) - shared <= 2


def _marks(text: str, source: str, language: str, everyday: _Everyday) -> list[_Mark]:
    """What a sentence says, in order: all but words of everyday, and other forms of those that its facts have."""
    decimal = decimal_mark("", language)
    theirs = set(_WORD.findall(fold(source)))
    light = theirs & everyday.words
    found: list[_Mark] = []
    for at, chunk in enumerate(_CHUNK.finditer(_GROUPED.sub("", text))):
        written = chunk.group().strip(_AROUND)
        if any(c.isnumeric() for c in written):
            parsed = parse(written, decimal) if all(c.isdigit() or c in ".,'’" for c in written) else None
            found.append(_Mark("figure", frozenset([parsed[0] if parsed else fold(written)])))
            continue
        for word in _WORD.findall(chunk.group()):
            folded = fold(word)
            if folded in everyday.never:
                if found[-1:] != [_Mark(_NOT, frozenset([_NOT]))]:
                    found.append(_Mark(_NOT, frozenset([_NOT])))
            elif folded in everyday.we:
                found.append(_Mark("who", frozenset([_WE])))
            elif folded in everyday.you:
                found.append(_Mark("who", _who(word, language, is_first=at == 0)))
            elif folded in everyday.words or (
                folded not in theirs and any(_is_form_of(folded, known) for known in light)
            ):
                continue
            else:
                found.append(_Mark("word", frozenset([folded])))
    return found


def _who(word: str, language: str, *, is_first: bool) -> frozenset[object]:
    """Whom a word for "you" means: in German a small letter makes it "they", and the first word may be either."""
    if language != "de":
        return frozenset([_YOU])
    if word[:1].islower():
        return frozenset([_THEY])
    return frozenset([_YOU, _THEY]) if is_first else frozenset([_YOU])


def _unusable(kept: Sequence[WordedSentence], statements: Sequence[Statement], language: str) -> str:
    """Why our own words are used; empty when the model's say all that must be said, in the right language."""
    if not kept:
        return "no sentence of the model's stands in the facts"
    said = {i for k in kept for i in k.facts}
    lost = next((s for s in statements if s.is_core and s.id not in said), None)
    if lost is not None:
        return f"what must be said was lost: “{lost.text}”"
    spoken = detect(" ".join(k.text for k in kept))
    if spoken and spoken != language:
        return f"the model wrote in another language ({spoken})"
    return ""
