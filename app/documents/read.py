"""The one door to reading: bytes in, a tree of text with positions out. Never raises for bad input."""

from __future__ import annotations

from dataclasses import replace

from app.documents import sniff
from app.documents.characters import clean, decode
from app.documents.limits import DEFAULT, Limits
from app.documents.part import Part, Spending
from app.documents.reading import Problem, Reading

_BOOKS = (sniff.XLSX, sniff.XLSB, sniff.XLS, sniff.ODS)


def read(
    content: bytes, name: str, limits: Limits = DEFAULT, *, may_recognise: bool = True, threads: int = 1
) -> Reading:
    """Read a document of any supported kind with all its parts; `threads` is for OCR.

    What cannot be read comes back as a part of form "unread" whose problems say what to do. A file that hangs or kills
    its reader is not contained here: `app.documents.sandbox` does that.

    Raises:
        NeedsRecognition: The document holds a scan, and `may_recognise` is False.
    """
    spending = Spending(limits, may_recognise=may_recognise, threads=threads)
    return _open(Part(content, name, "", spending, _open))


def _open(part: Part) -> Reading:
    limits, spending = part.limits, part.spending
    spending.parts += 1
    media_type = sniff.media_type(part.content, part.name)
    if part.depth > limits.depth:
        return part.unread(
            media_type, "archive_bomb", "Files are nested too deeply: ask the sender for the document itself."
        )
    if spending.parts > limits.parts:
        return part.unread(media_type, "archive_bomb", "There are too many files in one message: open it by hand.")
    if len(part.content) > limits.file_bytes:
        return part.unread(media_type, "too_large", "The file is too large to be read: open it by hand.")
    if not part.content:
        return part.unread(media_type, "empty", "The file is empty: ask the sender to send it again.")
    try:
        return _read(part, media_type)
    except RecursionError:
        return part.unread(media_type, "corrupt", "The file is nested beyond reason and was not read: open it by hand.")
    except MemoryError:
        return part.unread(media_type, "memory", "Reading the file needs too much memory: open it by hand.")
    except Exception as error:  # noqa: BLE001 - parsers of foreign formats raise anything; a part must not sink its mail
        return part.unread(
            media_type, "corrupt", f"The file could not be read ({type(error).__name__}): open it by hand."
        )


def _read(part: Part, media_type: str) -> Reading:
    if media_type == sniff.MAIL:
        from app.documents.mail import read_mail

        return read_mail(part)
    if media_type == sniff.PDF:
        from app.documents.pdf import read_pdf

        return read_pdf(part)
    if media_type in _BOOKS:
        from app.documents.sheets import read_workbook

        return read_workbook(part, media_type)
    if media_type == sniff.DOCX:
        from app.documents.word import read_word

        return read_word(part)
    if media_type in (sniff.XML, sniff.EDIFACT, sniff.X12, sniff.CSV, sniff.TEXT):
        return _structured(part, media_type) or _plain(part, media_type)
    if media_type == sniff.HTML:
        return _html(part)
    if media_type.startswith("image/"):
        from app.documents.images import read_image

        return read_image(part, media_type)
    return part.unread(
        media_type, "unsupported", "Files of this kind cannot be read: open it by hand or ask for a PDF."
    )


def _structured(part: Part, media_type: str) -> Reading | None:
    """An order or an answer in a business standard; None if the content is none that we know."""
    from app.documents.structured import parse

    found = parse(part.content, part.name)
    if found is None:
        return None
    return Reading(
        path=part.path, name=part.name, media_type=media_type, form=found.form, text=found.text,
        order=found.order, invoice_answer=found.answer, language=found.order.language if found.order else "",
    )  # fmt: skip


def _plain(part: Part, media_type: str) -> Reading:
    if media_type == sniff.CSV:
        from app.documents.sheets import read_csv

        return read_csv(part)
    from app.documents import language

    text = clean(decode(part.content))
    form = "text" if media_type == sniff.TEXT else "xml" if media_type == sniff.XML else "edi"
    problems = ()
    if len(text) > part.limits.text_chars:
        text = text[: part.limits.text_chars]
        problems = (Problem("too_large", "The text is very long: only its beginning was read.", False),)
    reading = Reading(part.path, part.name, media_type, form, text=text, problems=problems)
    return replace(reading, language=language.detect(text)) if form == "text" else reading


def _html(part: Part) -> Reading:
    from app.documents import language
    from app.documents.html import to_text

    page = to_text(decode(part.content)[: 4 * part.limits.text_chars])
    problems = (
        Problem("hidden_text", "The page holds text that a reader does not see: look at it before acting.", False),
    )
    return Reading(
        path=part.path, name=part.name, media_type=sniff.HTML, form="text", text=page.text, tables=page.tables,
        language=language.detect(page.text), hidden_text=page.hidden, problems=problems if page.hidden else (),
    )  # fmt: skip
