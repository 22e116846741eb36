"""Finding cases by words: customer, sender, references, what was read, and the text of the source itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy import text as text_of
from sqlalchemy.orm import Session

from app.cases.models import OPEN_STATES, Case, CaseText
from app.errors import Malformed

MOST_WORDS = 12
FEW = 2000
_NEAR = 200
_SHORTEST_PREFIX = 3
"""Shorter words are sought whole: the beginnings of words that start with "in" are half of all mails."""
_PROBED, _COMMON = 200, 10
"""Words are common when so many of these cases hold them, drawn evenly from first to last."""
_READ_OF_BODY = 20_000
_BEFORE, _AFTER = 30, 110
"""Letters around a hit: few before it, so that it is not cut off where the line ends."""
_BEGINS, _BETWEEN, _ENDS = r"(?<![^\W_])", r"[\W_]+", r"(?![^\W_])"
_FROM = (
    "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïðñòóôõöøùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĦħĨĩĪ"
    "īĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŦŧŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžȘșȚț"
)
_TO = (
    "aaaaaaceeeeiiiidnoooooouuuuyaaaaaaceeeeiiiidnoooooouuuuyyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiii"
    "iiiiiiijjkkllllllllnnnnnnoooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzsstt"
)
_PLAIN = str.maketrans(_FROM, _TO)
_LETTERS = {"ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is one of the words that were sought."""

    text: str
    is_hit: bool


def folded(text: str) -> str:
    """Text as it is compared: without accents and capitals. The database's `countersign_folded` does the same."""
    for letter, plain in _LETTERS.items():
        text = text.replace(letter, plain)
    return unicodedata.normalize("NFC", text).translate(_PLAIN).lower()


def split(text: str) -> list[str]:
    """The words of a text: letters and digits, and nothing else."""
    return "".join(c if c.isalpha() or c.isdecimal() else " " for c in text).split()


def matching(text: str) -> ColumnElement[bool]:
    """Cases that hold all these words; a word with a mark in it (INV/2026/00012) as it stands, in this order.

    Raises:
        Malformed: It holds a sign that no text has.
    """
    query = _as_query_of(text)
    if not query:
        return false()
    return Case.id.in_(_ids_of(query))


def few_that_hold(session: Session, text: str) -> tuple[int, ...] | None:
    """The cases that hold all these words, open or not, when they are few; None when they are many.

    The database cannot know beforehand how rare a word is, and guesses. Few cases are looked up by their numbers; many
    are met soon on the way along any order. Asked once per session and text.
    """
    if (query := _as_query_of(text)) == "":
        return ()
    known: dict[str, tuple[int, ...] | None] = session.info.setdefault("few_that_hold", {})
    if query not in known:
        session.info.pop("bitmaps", None)
        session.execute(text_of("set local enable_bitmapscan = on"))
        if session.execute(_PROBE, {"probed": _PROBED, "query": query}).scalar_one() >= _COMMON:
            known[query] = None
        else:
            found = session.execute(_ids_of(query).limit(FEW + 1)).scalars().all()
            known[query] = None if len(found) > FEW else tuple(found)
    return known[query]


_PROBE = text_of("""
with drawn as (
  select distinct n * last / :probed as case_id
    from (select max(case_id) as last from case_texts) as t, generate_series(1, :probed) as n
)
select count(*) from drawn, lateral (select search from case_texts t where t.case_id = drawn.case_id offset 0) as t
 where t.search @@ to_tsquery('simple', :query)
""")
"""Gathering every case that holds a common word takes long, only to find that they are many; a sample says it soon."""


def _ids_of(query: str) -> Any:
    return select(CaseText.case_id).where(CaseText.search.op("@@")(func.to_tsquery("simple", query)))


def _as_query_of(text: str) -> str:
    """All words, as the database takes them; empty when there is none. Raises Malformed."""
    if "\x00" in text:
        raise Malformed("The words to search for hold a sign that no text has. Type them again.")
    words = _words(text)
    return " & ".join(_word_query(word, is_last=n == len(words)) for n, word in enumerate(words, 1))


def _words(text: str) -> list[list[str]]:
    """What was asked for, word by word, each in its parts: `fehnwerder INV/2026` is [[fehnwerder], [inv, 2026]]."""
    found: list[list[str]] = []
    for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', text):
        parts = split(folded(quoted or plain))
        if parts:
            found.append(parts)
    return found[:MOST_WORDS]


def _word_query(parts: list[str], *, is_last: bool) -> str:
    last = f"{parts[-1]}:*" if _is_beginning(parts, is_last=is_last) else parts[-1]
    return f"({' <-> '.join([*parts[:-1], last])})"


def _is_beginning(parts: list[str], *, is_last: bool) -> bool:
    """Whether longer words fit too: the last word may be half typed, those before it are whole."""
    return is_last and len(parts[-1]) >= _SHORTEST_PREFIX


def marked(text: str, sought: str) -> tuple[Piece, ...]:
    """A text in pieces, with the sought words told apart."""
    pattern = _pattern(sought)
    return tuple(_pieces(text, pattern)) if pattern else (Piece(text, False),)


def _pieces(text: str, pattern: re.Pattern[str]) -> Iterator[Piece]:
    at = 0
    for hit in pattern.finditer(_same_length(text)):
        if hit.start() > at:
            yield Piece(text[at : hit.start()], False)
        yield Piece(text[hit.start() : hit.end()], True)
        at = hit.end()
    if at < len(text):
        yield Piece(text[at:], False)


def _same_length(text: str) -> str:
    """Folded so that every letter keeps its place."""
    plain = text.translate(_PLAIN).lower()
    return plain if len(plain) == len(text) else text.translate(_PLAIN)


def _pattern(sought: str) -> re.Pattern[str] | None:
    words = _words(sought)
    if not words:
        return None
    ends = ["" if _is_beginning(parts, is_last=parts is words[-1]) else _ENDS for parts in words]
    longest = sorted(zip(words, ends, strict=True), key=lambda word: -len("".join(word[0])))
    return re.compile("|".join(_BEGINS + _BETWEEN.join(map(_letters, parts)) + end for parts, end in longest))


def _letters(part: str) -> str:
    """A pattern of one part: what was folded into two letters may stand as one in the text."""
    found = re.escape(part)
    for one, two in (("ß", "ss"), ("æ", "ae"), ("œ", "oe")):
        found = found.replace(two, f"(?:{two}|{one})")
    return found


def snippets(session: Session, case_ids: Collection[int], sought: str, *, mask: Any = None) -> dict[int, str]:
    """For each of these cases, the words of its source around the first hit, where there is one.

    `mask` is applied to the text of a case first: `mask(case_id, text)`.
    """
    pattern = _pattern(sought)
    if not case_ids or pattern is None:
        return {}
    rows = session.execute(
        select(CaseText.case_id, func.left(CaseText.body, _READ_OF_BODY)).where(CaseText.case_id.in_(case_ids))
    ).all()
    found: dict[int, str] = {}
    for case_id, body in rows:
        text = mask(case_id, body) if mask else body
        flat = " ".join(text.split())
        hit = pattern.search(_same_length(flat))
        if hit:
            found[case_id] = _around(flat, hit.start(), hit.end())
    return found


def _around(text: str, start: int, end: int) -> str:
    """The hit with some words before and after it, cut at words."""
    first = 0 if start <= _BEFORE else text.find(" ", start - _BEFORE) + 1
    last = len(text) if end + _AFTER >= len(text) else text.rfind(" ", end, end + _AFTER)
    last = last if last > end else min(len(text), end + _AFTER)
    return f"{'… ' if first else ''}{text[min(first, start) : last]}{' …' if last < len(text) else ''}"


@dataclass(frozen=True, slots=True)
class Near:
    """A reference that differs from the sought one in one sign, as we have it, and a case that holds it."""

    reference: str
    case_id: int
    is_open: bool


def near(session: Session, sought: str) -> Near | None:
    """A number one slip away from the one sought: two digits the other way round, one wrong, missing or too many."""
    words = _words(sought)
    if len(words) != 1 or not any(c.isdigit() for c in words[0][-1]) or not 4 <= len(words[0][-1]) <= 20:
        return None
    word = words[0][-1]
    slips = sorted(_slips(word) - {word})
    held = select(CaseText.case_id, CaseText.search).where(
        CaseText.search.op("@@")(func.to_tsquery("simple", " | ".join(slips)))
    )
    session.info.pop("bitmaps", None)
    session.execute(text_of("set local enable_bitmapscan = on"))
    session.execute(text_of("set local enable_indexscan = off"))  # by the index of words: most of these are nowhere
    found = {row.case_id: row.search for row in session.execute(held.limit(_NEAR))}
    session.execute(text_of("set local enable_indexscan = on"))
    row = session.execute(
        select(Case.id, Case.state)
        .where(Case.id.in_(found))
        .order_by(Case.state.in_(OPEN_STATES).desc(), Case.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    lexemes = set(re.findall(r"'([^']*)':", found[row.id]))
    return Near(next((s for s in slips if s in lexemes), slips[0]), row.id, row.state in OPEN_STATES)


def _slips(word: str) -> set[str]:
    found = set()
    for i in range(len(word)):
        found.add(word[:i] + word[i + 1 :])
        if i + 1 < len(word):
            found.add(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
        if word[i].isdigit():
            for digit in "0123456789":
                found.add(word[:i] + digit + word[i + 1 :])
                found.add(word[:i] + digit + word[i:])
    return found | {word + digit for digit in "0123456789"}
