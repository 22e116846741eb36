"""Plain files: text, HTML, RTF, and through `structured.parse` orders and answers in a business standard."""

from __future__ import annotations

from app.documents import language, sniff
from app.documents.characters import clean, decode
from app.documents.part import Part
from app.documents.reading import Problem, Reading

_FORMS = {sniff.XML: "xml", sniff.EDIFACT: "edi", sniff.X12: "edi"}


def read_text(part: Part, media_type: str) -> Reading:
    """Text of any kind. An interchange with several messages has the further ones as parts."""
    return _structured(part, media_type) or _plain(part, media_type)


def read_html(part: Part, media_type: str) -> Reading:
    from app.documents.html import to_text

    page = to_text(decode(part.content)[: 4 * part.limits.text_chars], max_cells=part.limits.cells)
    return Reading(
        path=part.path,
        name=part.name,
        media_type=media_type,
        form="text",
        text=page.text,
        tables=page.tables,
        language=language.detect(page.text),
        hidden_text=page.hidden,
        problems=(_hidden("page"),) if page.hidden else (),
    )


def read_rtf(part: Part, media_type: str) -> Reading:
    from app.documents.rtf import to_text

    text = clean(to_text(part.content))[: part.limits.text_chars]
    return Reading(part.path, part.name, media_type, "word", text=text, language=language.detect(text))


def _hidden(what: str) -> Problem:
    return Problem("hidden_text", f"The {what} holds text that a reader does not see: look at it before acting.", False)


def _structured(part: Part, media_type: str) -> Reading | None:
    """An order or an answer in a business standard; None if the content is none that we know."""
    from app.documents.structured import Structured, parse

    def reading(at: Part, one: Structured, further: tuple[Reading, ...] = ()) -> Reading:
        return Reading(
            path=at.path,
            name=at.name,
            media_type=media_type,
            form=one.form,
            text=one.text,
            order=one.order,
            invoice_answer=one.answer,
            language=one.language or (one.order.language if one.order else ""),
            attachments=further,
            problems=one.problems,
        )

    found = parse(part.content, part.name)
    if found is None:
        return None
    further = tuple(
        reading(part.inner(b"", f"{part.name}, message {i + 2}", i), one)
        for i, one in enumerate(found.further[: part.limits.parts])
    )
    return reading(part, found, further)


def _plain(part: Part, media_type: str) -> Reading:
    if media_type == sniff.CSV:
        from app.documents.sheets import read_csv

        return read_csv(part)
    text = clean(decode(part.content))
    problems: tuple[Problem, ...] = ()
    if len(text) > part.limits.text_chars:
        text = text[: part.limits.text_chars]
        problems = (Problem("too_large", "The text is very long: only its beginning was read.", False),)
    elif not text.strip():
        problems = (Problem("empty", "The file has no text.", False),)
    form = _FORMS.get(media_type, "text")
    name = language.detect(text) if form == "text" else ""
    return Reading(part.path, part.name, media_type, form, text=text, language=name, problems=problems)
