"""Reading what a form sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData

from app.assessments.typed import Place
from app.errors import Malformed

LONGEST = 20_000


async def sent_form(request: Request) -> FormData:
    """The form of this request, with few fields and no files."""
    return await request.form(max_files=0, max_fields=200)


async def long_form(request: Request) -> FormData:
    """A form with a row of fields for each of many lines, and no files."""
    return await request.form(max_files=0, max_fields=2000)


def text_of(form: FormData, name: str) -> str:
    """A field's text without NULs, with plain line ends; empty when it was not sent."""
    value = form.get(name, "")
    return value[:LONGEST].replace("\x00", "").replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def lines_of(form: FormData, name: str) -> str:
    """All that was sent under a name, a line each: one text, or every box that was ticked."""
    values = [value for value in form.getlist(name) if isinstance(value, str)]
    return "\n".join(value for value in values if value)[:LONGEST].replace("\x00", "").replace("\r\n", "\n").strip()


@dataclass(frozen=True, slots=True)
class SeenStep:
    """A suggestion as the person saw it."""

    id: UUID
    content_hash: str


def steps_of(form: FormData) -> list[SeenStep]:
    """The ticked steps, each sent as ID:HASH.

    Raises:
        Malformed: None is ticked, or one cannot be read.
    """
    seen = []
    for value in form.getlist("step"):
        identity, _, digest = str(value).partition(":")
        try:
            seen.append(SeenStep(UUID(identity), digest))
        except ValueError:
            raise Malformed("This form cannot be read. Open the page again and decide there.") from None
    if not seen:
        raise Malformed("Choose at least one step. Nothing was decided.")
    return seen


def number_of(form: FormData, name: str) -> int:
    """A whole number; 0 when it was not sent or is none."""
    return whole_number(text_of(form, name))


def whole_number(text: str) -> int:
    """A whole number as it stands in an address or a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def place_of(form: FormData, name: str) -> Place | None:
    """The place in the source that a field's words were taken from, as the page writes it: PART:START:END, the part of
    the document itself empty. None where they were typed."""
    part, _colon, span = text_of(form, f"place-{name}").partition(":")
    start, _colon, end = span.partition(":")
    return Place(part, whole_number(start), whole_number(end)) if whole_number(end) else None
