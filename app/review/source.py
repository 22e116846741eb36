"""The source pane: what came in, as it came in, with the words that claims rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.assessments.results import Assessment
from app.documents import page_images
from app.documents.folding import fold
from app.documents.reading import Box, Evidence, Mail, Page, Reading, Segment
from app.documents.withheld import accounts
from app.review import amounts
from app.review.highlights import Mark, Text, lines_of_boxes, mark_id
from app.review.languages import _
from app.vocabulary import Flag

MOST_PAGES = 12
"""Pages shown of one attachment besides those with evidence; the rest is one click away in the original."""
MOST_TEXT = 60_000
MOST_SOUGHT, MOST_FOUND = 400_000, 100
"""Characters of a part that are looked through, and places that are shown."""
UNMARKED = ("language",)
"""Fields that rest on the text as a whole: marking its beginning would say nothing."""
BROAD = ("requested_action",)
"""Fields that rest on a sentence, not on the words of a value."""
PAD = 1.5
"""Points added around the glyphs' boxes, so that a highlight does not cut letters."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Text as it came, or text aimed at software, which is fenced and never styled as ours."""

    html: Markup
    is_fenced: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a mail by its role: new, quoted, forwarded, signature, disclaimer."""

    role: str
    stretches: tuple[Stretch, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Plain text, or a table's rows of cells."""

    stretches: tuple[Stretch, ...] = ()
    rows: tuple[tuple[Markup, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Lit:
    """A place of evidence on a page: one rectangle per line, (x, y, width, height) in points."""

    id: str
    boxes: tuple[tuple[float, float, float, float], ...]
    is_broad: bool = False


@dataclass(frozen=True, slots=True)
class PageView:
    """A page image with what is lit on it, and its text."""

    page: Page
    src: str
    lit: tuple[Lit, ...]
    text: Markup
    words: str = ""
    """The address of the page's words."""
    found: tuple[tuple[str, tuple[tuple[float, float, float, float], ...]], ...] = ()
    """What was looked for: (id, boxes) of each place."""


@dataclass(frozen=True, slots=True)
class PartView:
    """A part as the pane shows it."""

    part: Reading
    anchor: str
    label: str
    subject: Markup
    blocks: tuple[Block, ...]
    texts: tuple[TextBlock, ...]
    pages: tuple[PageView, ...]
    pages_left_out: int
    hidden: str
    is_cut: bool
    document_id: int = 0
    found_ids: frozenset[str] = frozenset()
    """The ids of the places found that stand in its text."""

    @property
    def mail(self) -> Mail | None:
        return self.part.mail


def evidence_of(assessment: Assessment) -> Iterator[Evidence]:
    """Every place that anything on the page rests on; those of fields first."""
    yield from _of_fields(assessment)
    for claim in assessment.summary:
        yield from claim.evidence
    yield from assessment.classification.evidence
    for places in assessment.flag_evidence.values():
        yield from places


def _of_fields(assessment: Assessment, *, but_not: tuple[str, ...] = ()) -> Iterator[Evidence]:
    for name, found in assessment.fields.items():
        if name not in (*UNMARKED, *but_not):
            yield from found.evidence
    for name, correction in assessment.corrections.items():
        if name not in (*UNMARKED, *but_not):
            yield from correction.evidence


def sought(reading: Reading, text: str, *, is_suspect: bool = False, with_amounts: bool = True) -> tuple[Evidence, ...]:
    """Where a text stands in the source, whatever its case and accents; what is not shown is not found."""
    wanted = fold(text)
    if len(wanted.strip()) < 2:
        return ()
    found: list[Evidence] = []
    for part in reading.walk():
        hidden = (accounts(part.text) if is_suspect else []) + ([] if with_amounts else amounts.ranges(part.text))
        folded, at = fold(part.text[:MOST_SOUGHT]), 0
        while len(found) < MOST_FOUND and (at := folded.find(wanted, at)) >= 0:
            end = at + len(wanted)
            if not any(start < end and at < stop for start, stop in hidden):
                found.append(part.evidence(at, end))
            at = end
    return tuple(found)


def found_ids(views: Iterable[PartView], hits: Iterable[Evidence]) -> tuple[str, ...]:
    """The ids of the places found that are on the page, in order; a place that is left out there has none."""
    pages = {(view.part.path, shown.page.number) for view in views for shown in view.pages}
    with_pages = {view.part.path for view in views if view.part.pages}
    shown_ids = {m for view in views for m in view.found_ids}
    return tuple(
        dict.fromkeys(
            _found_id(e) for e in hits
            if (e.part in with_pages and (e.part, e.page) in pages) or _found_id(e) in shown_ids
        )
    )  # fmt: skip


def in_document(hits: Iterable[Evidence], named: int | None) -> tuple[Evidence, ...]:
    """What was found in another mail of the case, so that its ids are its own."""
    return tuple(replace(e, document_id=named) for e in hits) if named is not None else tuple(hits)


def _found_id(evidence: Evidence) -> str:
    return mark_id(evidence).replace("e-", "h-", 1)


def parts(
    reading: Reading, document_id: int, assessment: Assessment | None, hits: tuple[Evidence, ...] = (), *,
    is_suspect: bool = False, with_amounts: bool = True, named: int | None = None,
) -> tuple[PartView, ...]:  # fmt: skip
    """The document and all below it, in order; `hits` is what was looked for in it.

    `named` is how evidence names the document: None for the one that the assessment is of (see `Evidence.document_id`).

    A suspect document (`app.decisions.suspect`) is shown without bank accounts, whatever this case is about.
    Containers that say nothing themselves are left out. Without amounts there are no page images, only their text.
    """
    places: defaultdict[str, dict[str, Evidence]] = defaultdict(dict)
    for e in evidence_of(assessment) if assessment else ():
        if e.document_id == named:
            places[e.part][mark_id(e)] = e
    values = {mark_id(e) for e in _of_fields(assessment, but_not=BROAD)} if assessment else set()
    aimed = assessment.flag_evidence.get(Flag.PROMPT_INJECTION, ()) if assessment else ()
    return tuple(
        _part(
            part,
            document_id,
            tuple(places[part.path].values()),
            values,
            suspect=is_suspect,
            fences=[(e.start, e.end) for e in aimed if (e.part, e.document_id) == (part.path, named)],
            hits=tuple(e for e in hits if e.part == part.path),
            with_amounts=with_amounts,
            named=named,
        )
        for part in reading.walk()
        if part.form != "archive" or part.problems
    )


def _part(
    part: Reading, document_id: int, places: tuple[Evidence, ...], values: set[str], *, suspect: bool,
    fences: list[tuple[int, int]], hits: tuple[Evidence, ...], with_amounts: bool,
    named: int | None,
) -> PartView:  # fmt: skip
    hidden = accounts(part.text) if suspect else []
    masked = [] if with_amounts else amounts.ranges(part.text)
    has_images = bool(part.pages) and with_amounts
    marks = [Mark(e.start, e.end, mark_id(e), mark_id(e) not in values) for e in places if not (has_images and e.boxes)]
    in_text = [e for e in hits if not (has_images and e.boxes)]
    marks += [Mark(e.start, e.end, _found_id(e), is_found=True) for e in in_text]
    text = Text(part.text, marks, hidden, masked)
    blocks: tuple[Block, ...] = ()
    texts: tuple[TextBlock, ...] = ()
    pages: tuple[PageView, ...] = ()
    subject = Markup("")
    if part.mail is not None:
        subject = text.html(*_subject(part))
        blocks = tuple(_blocks(part, text, fences))
    elif has_images:
        pages = tuple(_pages(part, document_id, places, values, Text(part.text, marks, hidden), hits, named))
    else:
        texts = tuple(_texts(part, text, fences))
    return PartView(
        part=part, document_id=document_id,
        anchor=f"part-{'' if named is None else f'd{named}-'}{page_images.address(part.path).replace('.', '_')}",
        label=_("Mail") if part.mail and not part.path else part.name or _("Attachment"), subject=subject,
        blocks=blocks, found_ids=frozenset(_found_id(e) for e in in_text) & text.given,
        texts=texts, pages=pages, pages_left_out=len(part.pages) - len(pages) if has_images else 0,
        hidden=part.hidden_text[:4000] if with_amounts else "", is_cut=not has_images and len(part.text) > MOST_TEXT,
    )  # fmt: skip


def _subject(part: Reading) -> tuple[int, int]:
    segment = next((s for s in part.mail.segments if s.role == "subject"), None) if part.mail else None
    return (segment.start, segment.end) if segment else (0, len(part.mail.subject) if part.mail else 0)


def _blocks(part: Reading, text: Text, fences: list[tuple[int, int]]) -> Iterator[Block]:
    segments: Iterable[Segment] = part.mail.segments if part.mail else ()
    shown = 0
    for segment in segments:
        if segment.role == "subject" or not part.text[segment.start : segment.end].strip():
            continue
        if shown > MOST_TEXT:
            return
        end = min(segment.end, segment.start + MOST_TEXT)
        shown += end - segment.start
        start, end = _trimmed(part.text, segment.start, end)
        yield Block(segment.role, _stretches(text, start, end, fences), is_open=text.has_marks(start, end))


def _stretches(text: Text, start: int, end: int, fences: list[tuple[int, int]]) -> tuple[Stretch, ...]:
    """The range cut where text aimed at software begins and ends."""
    cuts: list[Stretch] = []
    at = start
    for low, high in sorted((max(s, start), min(e, end)) for s, e in fences if s < end and e > start):
        if low < at:
            continue
        if text.text[at:low].strip():
            cuts.append(Stretch(text.html(*_trimmed(text.text, at, low))))
        cuts.append(Stretch(text.html(low, high), is_fenced=True))
        at = high
    if text.text[at:end].strip():
        cuts.append(Stretch(text.html(*_trimmed(text.text, at, end))))
    return tuple(cuts)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without blank lines at its ends."""
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip("\n\r \t"))
    return start + lead, start + len(piece.rstrip())


def _pages(
    part: Reading, document_id: int, places: tuple[Evidence, ...], values: set[str], text: Text,
    hits: tuple[Evidence, ...], named: int | None,
) -> Iterator[PageView]:  # fmt: skip
    with_evidence = {e.page for e in (*places, *hits) if e.page is not None}
    for position, page in enumerate(part.pages):
        if position >= MOST_PAGES and page.number not in with_evidence:
            continue
        address = f"/documents/{document_id}/pages/{page_images.address(part.path)}/{page.number}"
        yield PageView(
            page=page,
            src=f"{address}.png",
            words=f"{address}.words" if named is None else "",  # a field is filled from the document it is read from
            found=tuple((_found_id(e), _rectangles(e.boxes)) for e in hits if e.page == page.number and e.boxes),
            lit=tuple(_lit(e, values) for e in places if e.page == page.number and e.boxes),
            text=text.html(page.start, min(page.end, page.start + MOST_TEXT)),
        )


def _lit(evidence: Evidence, values: set[str]) -> Lit:
    return Lit(mark_id(evidence), _rectangles(evidence.boxes), mark_id(evidence) not in values)


def _rectangles(boxes: Iterable[Box]) -> tuple[tuple[float, float, float, float], ...]:
    return tuple(
        (round(b.x0 - PAD, 1), round(b.top - PAD, 1), round(b.x1 - b.x0 + 2 * PAD, 1),
         round(b.bottom - b.top + 2 * PAD, 1))
        for b in lines_of_boxes(boxes)
    )  # fmt: skip


def _texts(part: Reading, text: Text, fences: list[tuple[int, int]]) -> Iterator[TextBlock]:
    """The text, with its tables as tables where their place in the text is known."""
    at, most = 0, min(len(part.text), MOST_TEXT)
    for table in sorted((t for t in part.tables if t.end and not t.is_hidden), key=lambda t: t.start):
        if table.start < at or table.end > most:
            continue
        if part.text[at : table.start].strip():
            yield TextBlock(_stretches(text, *_trimmed(part.text, at, table.start), fences))
        yield TextBlock(rows=tuple(_rows(part.text, text, table.start, table.end)))
        at = table.end
    if part.text[at:most].strip():
        yield TextBlock(_stretches(text, *_trimmed(part.text, at, most), fences))


def _rows(raw: str, text: Text, start: int, end: int) -> Iterator[tuple[Markup, ...]]:
    at = start
    for line in raw[start:end].split("\n"):
        cells, cell_at = [], at
        for cell in line.split("\t"):
            cells.append(text.html(cell_at, cell_at + len(cell)))
            cell_at += len(cell) + 1
        yield tuple(cells)
        at += len(line) + 1
