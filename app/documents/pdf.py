"""Read a PDF: words with boxes page by page, form fields, scanned pages by OCR, embedded files as parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.documents import language, pdf_fields, pdf_scans, rows
from app.documents.part import Part
from app.documents.pdf_words import Frame, PageWords, page_words
from app.documents.reading import Page, Problem, Reading
from app.documents.sniff import PDF


@dataclass(slots=True)
class _Pages:
    """What has been read so far."""

    pages: list[Page] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    scans: list[tuple[int, pdf_scans.Quality]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    position: int = 0

    def add(
        self, number: int, words: list[rows.Placed], width: float, height: float, *, is_scanned: bool, turned: float
    ) -> None:
        composed = rows.compose(words, self.position)
        self.pages.append(
            Page(
                number=number,
                width=round(width, 2),
                height=round(height, 2),
                start=self.position,
                end=self.position + len(composed.text),
                words=composed.words,
                is_scanned=is_scanned,
                turned=round(turned, 3),
            )
        )
        self.texts.append(composed.text)
        self.position += len(composed.text) + 2


def read_pdf(part: Part, media_type: str = PDF) -> Reading:
    """A PDF as text with words on pages; its tables are left to those who know what they look for."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(part.content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            return part.unread(PDF, "encrypted", "The PDF is protected by a password: ask the sender for an open copy.")
        return part.unread(PDF, "corrupt", "The PDF is damaged: ask the sender to send it again.")
    try:
        if len(document) == 0:
            return part.unread(PDF, "corrupt", "The PDF is damaged and has no pages: ask the sender to send it again.")
        return _read(part, document)
    finally:
        document.close()


def _read(part: Part, document: Any) -> Reading:
    form = None
    if pdf_fields.has_forms(document):
        document.init_forms()
        form = document.formenv.raw if document.formenv is not None else None
    found = _Pages()
    count = len(document)
    limit = part.limits.pages
    for index in range(min(count, limit)):
        _read_page(part, document, index, form, found)
        if found.position > part.limits.text_chars:
            limit = index + 1
            break
    if count > limit:
        found.problems.append(
            Problem("page_limit", f"The PDF has {count} pages: only the first {limit} were read.", False)
        )
    text = "\n\n".join(found.texts)
    inside = _embedded(document)
    if form is not None and (filled := pdf_fields.dynamic_form(document)):
        inside.append((filled, "form-data.xml"))
    attachments = tuple(part.child(content, name, i) for i, (content, name) in enumerate(inside))
    hidden = "\n".join(found.hidden)
    if hidden:
        found.problems.append(
            Problem("hidden_text", "The PDF holds text that a reader does not see: look at it before acting.", False)
        )
    found.problems.extend(pdf_scans.verdict(found.scans))
    if not text.strip() and not found.problems:
        found.problems.append(Problem("empty", "The PDF shows no text: open it by hand.", False))
    return Reading(
        path=part.path,
        name=part.name,
        media_type=PDF,
        form="pdf",
        text=text,
        pages=tuple(found.pages),
        language=language.detect(text),
        hidden_text=hidden,
        attachments=attachments,
        problems=tuple(found.problems),
    )


def _read_page(part: Part, document: Any, index: int, form: Any, found: _Pages) -> None:
    import pypdfium2

    number = index + 1
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        found.problems.append(
            Problem("corrupt", f"Page {number} is damaged and was not read: open the PDF by hand.", False)
        )
        found.add(number, [], 0, 0, is_scanned=False, turned=0)
        return
    try:
        frame = Frame(page)
        seen = page_words(page, frame)
        written, hidden = pdf_fields.written_on(page, frame, form)
        found.hidden.extend(hidden)
        is_layer = pdf_scans.is_text_layer(page, frame, seen)
        _sort_unseen(page, frame, seen, found, is_layer=is_layer)
        words = [] if seen.is_garbled else seen.words
        if not is_layer and pdf_scans.needs_recognition(page, frame, words):
            if part.may_recognise():
                scan = pdf_scans.recognise(page, frame, words + written, part.spending.threads)
                found.scans.append((number, scan.quality))
                found.add(number, scan.words, scan.width, scan.height, is_scanned=True, turned=scan.turned)
                return
            found.problems.append(
                Problem(
                    "page_limit", f"Page {number} is a scan beyond the limit and was not read: open it by hand.", False
                )
            )
        words = words + written
        width, height = frame.width, frame.height
        if seen.is_sideways:
            words, width, height = pdf_scans.turn(words, width, height, seen.is_sideways)
        found.add(number, words, width, height, is_scanned=is_layer, turned=90.0 * seen.is_sideways)
    finally:
        page.close()


def _sort_unseen(page: Any, frame: Frame, seen: PageWords, found: _Pages, *, is_layer: bool) -> None:
    """Pale words on a dark ground are read like the others; what has no visible ink goes to the hidden text."""
    hidden = list(seen.unseen)
    if seen.pale:
        visible, invisible = pdf_scans.on_dark_ground(page, frame, seen.pale)
        seen.words.extend(visible)
        hidden.extend(invisible)
    if is_layer:
        seen.words.extend(seen.inkless)
    else:
        hidden.extend(seen.inkless)
    if hidden:
        found.hidden.append(rows.compose(hidden).text)


def _embedded(document: Any) -> list[tuple[bytes, str]]:
    """Files inside the PDF: the XML of a hybrid order or invoice, members of a portfolio."""
    import pypdfium2

    out = []
    for index in range(document.count_attachments()):
        try:
            attachment = document.get_attachment(index)
            out.append((bytes(attachment.get_data()), attachment.get_name() or f"embedded-{index}"))
        except (pypdfium2.PdfiumError, ValueError, UnicodeDecodeError):
            continue
    return out
