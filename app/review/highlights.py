"""Outside text as safe HTML, with the words that claims rest on marked. The only place that builds markup by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from app.documents.reading import Box, Evidence
from app.review.languages import _

MOST_MARKS = 600
"""Per part: beyond this a page of highlights helps nobody."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of a part's text to light, and the id by which links find it.

    A broad one is no field's value but a sentence that a reason, a flag or a claim rests on: it lies quietly until lit.
    """

    start: int
    end: int
    id: str
    is_broad: bool = False
    is_found: bool = False
    """A place that somebody looked for; no evidence."""


def mark_id(evidence: Evidence) -> str:
    """The id of a place of evidence: the same for the same words, whoever claims them."""
    of = f"d{evidence.document_id}-" if evidence.document_id is not None else ""
    return f"e-{of}{evidence.part.replace('.', '_') or 'root'}-{evidence.start}-{evidence.end}"


def ids(evidence: Iterable[Evidence]) -> str:
    """The ids of several places, separated by spaces, each once."""
    return " ".join(dict.fromkeys(mark_id(e) for e in evidence))


@dataclass(slots=True)
class Text:
    """A part's text with its marks and what must not be shown. Ids are given out once, however often it is cut up."""

    text: str
    marks: Sequence[Mark] = ()
    withheld: Sequence[tuple[int, int]] = ()
    """Bank accounts of a suspect message."""
    masked: Sequence[tuple[int, int]] = ()
    """Amounts, for somebody who does not see them."""
    with_ids: bool = True
    given: set[str] = field(default_factory=set)
    """The ids handed out so far."""

    def has_marks(self, start: int, end: int) -> bool:
        return any(m.start < end and m.end > start for m in self.marks)

    def html(self, start: int = 0, end: int | None = None) -> Markup:
        """The characters from start to end, escaped, with nested marks."""
        end = len(self.text) if end is None else min(end, len(self.text))
        marks = [m for m in self.marks if max(m.start, start) < min(m.end, end)][:MOST_MARKS]
        hidden = [(s, e) for s, e in (*self.withheld, *self.masked) if s < end and e > start]
        cuts = sorted(
            {start, end}
            | {min(max(c, start), end) for m in marks for c in (m.start, m.end)}
            | {min(max(c, start), end) for r in hidden for c in r}
        )
        out: list[Markup] = []
        stack: list[Mark] = []
        for at, until in zip(cuts, [*cuts[1:], end], strict=True):
            self._close(out, stack, at)
            for mark in sorted((m for m in marks if max(m.start, start) == at), key=lambda m: -m.end):
                out.append(self._open(mark))
                stack.append(mark)
            if at < until:
                out.append(self._piece(at, until, hidden))
        self._close(out, stack, end + len(self.text) + 1, everything=True)
        return Markup("").join(out)

    def _piece(self, start: int, end: int, hidden: Sequence[tuple[int, int]]) -> Markup:
        inside = next((r for r in hidden if r[0] <= start and end <= r[1]), None)
        if inside is None:
            return escape(self.text[start:end])
        if inside[0] != start:
            return Markup("")
        notice = _("account withheld") if inside in self.withheld else _("[amount]")
        return Markup('<b class="withheld">{}</b>').format(notice)

    def _open(self, mark: Mark) -> Markup:
        kind = "found" if mark.is_found else "evidence broad" if mark.is_broad else "evidence"
        if not self.with_ids or mark.id in self.given:
            return Markup('<mark class="{}">').format(kind)
        self.given.add(mark.id)
        return Markup('<mark class="{}" id="{}">').format(kind, mark.id)

    def _close(self, out: list[Markup], stack: list[Mark], at: int, *, everything: bool = False) -> None:
        """Close the marks that end here; what lies inside them and goes on is closed and opened again."""
        goes_on: list[Mark] = []
        while stack and (everything or any(m.end <= at for m in stack)):
            mark = stack.pop()
            out.append(Markup("</mark>"))
            if not everything and mark.end > at:
                goes_on.append(mark)
        for mark in reversed(goes_on):
            out.append(self._open(mark))
            stack.append(mark)


def lines_of_boxes(boxes: Iterable[Box]) -> list[Box]:
    """Word boxes joined to one box per line, so that a phrase lights as a phrase."""
    joined: list[Box] = []
    for box in boxes:
        last = joined[-1] if joined else None
        middle = (box.top + box.bottom) / 2
        if last and last.top <= middle <= last.bottom and -2 <= box.x0 - last.x1 <= 3 * (box.bottom - box.top):
            joined[-1] = Box(last.x0, min(last.top, box.top), max(last.x1, box.x1), max(last.bottom, box.bottom))
        else:
            joined.append(box)
    return joined
