"""Read a PDF: words with boxes page by page, form fields, scanned pages by OCR, embedded files as parts."""

from __future__ import annotations

from typing import Any

from app.documents import language, rows
from app.documents.part import Part
from app.documents.pdf_words import Frame, page_words
from app.documents.reading import Page, Problem, Reading
from app.documents.sniff import PDF


def read_pdf(part: Part) -> Reading:
    """A PDF as text with words, tables of words left to those who know what they look for."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(part.content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            return part.unread(PDF, "encrypted", "The PDF is protected by a password: ask the sender for an open copy.")
        return part.unread(PDF, "corrupt", "The PDF is damaged: ask the sender to send it again.")
    try:
        return _read(part, document)
    finally:
        document.close()


def _read(part: Part, document: Any) -> Reading:
    problems: list[Problem] = []
    pages: list[Page] = []
    texts: list[str] = []
    position = 0
    count = len(document)
    if count > part.limits.pages:
        problems.append(
            Problem("page_limit", f"The PDF has {count} pages: only the first {part.limits.pages} were read.", False)
        )
    for number in range(1, min(count, part.limits.pages) + 1):
        page = document[number - 1]
        frame = Frame(page)
        found = page_words(page, frame)
        text = rows.compose(found.words)
        pages.append(rows.page(number, frame.width, frame.height, text, position, is_scanned=not found.words))
        texts.append(text.text)
        position += len(text.text) + 2
        page.close()
    text = "\n\n".join(texts)
    return Reading(
        path=part.path, name=part.name, media_type=PDF, form="pdf", text=text, pages=tuple(pages),
        language=language.detect(text), problems=tuple(problems),
    )  # fmt: skip
