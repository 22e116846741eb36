"""Images of a document's pages, for showing evidence where it stands. Drawn in a bounded child process."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from app.db import Database
from app.documents import download, readings
from app.documents.children import ChildDied, Children
from app.documents.limits import DEFAULT, Limits
from app.documents.reading import Box, Page
from app.errors import Malformed, NotFound

DPI = 110
_DRAW = "app.documents.part_content:draw"
_CONTENT = "app.documents.part_content:content_of"
ROOT = "root"
"""How the path of the document itself ("") is written in addresses."""


class Renderer(Protocol):
    """Draws a page of a part; files from outside are never drawn in the web process itself."""

    def page(self, content: bytes, name: str, part: str, number: int, *, dpi: int, turned: float) -> bytes:
        """The page as PNG.

        Raises:
            Malformed: The part cannot be shown.
        """
        ...

    def part(self, content: bytes, name: str, part: str) -> bytes:
        """The bytes of a part. Raises NotFound when there is none, Malformed when it cannot be taken out."""
        ...


class ChildRenderer:
    """Draws in child processes of its own, started when the first page is asked for. Close it.

    Two of them, so that one slow page does not keep every other waiting.
    """

    def __init__(self, workers: int = 2, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._children = Children(workers, limits.text_memory)

    def page(self, content: bytes, name: str, part: str, number: int, *, dpi: int, turned: float) -> bytes:
        with self._children.borrowed() as child:
            try:
                child.prepare(_DRAW)
                kind, value = child.call(
                    _DRAW, content, name, part, number, dpi, turned, self.limits, seconds=self.limits.text_seconds
                )
            except (TimeoutError, ChildDied) as error:
                raise Malformed("This page cannot be shown: the file makes its reader fail.", number=number) from error
        if kind != "value" or not isinstance(value, bytes):
            raise Malformed("This page cannot be shown. Open the original instead.", number=number)
        return value

    def part(self, content: bytes, name: str, part: str) -> bytes:
        with self._children.borrowed() as child:
            try:
                child.prepare(_CONTENT)
                kind, value = child.call(_CONTENT, content, name, part, self.limits, seconds=self.limits.text_seconds)
            except (TimeoutError, ChildDied) as error:
                raise Malformed("This part cannot be taken out: the file makes its reader fail.") from error
        if kind != "value" or not isinstance(value, bytes):
            raise NotFound(f"There is no part {part or ROOT} in {name}.")
        return value

    def close(self) -> None:
        self._children.close()


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as PNG, or None for whoever has it already.

    A browser keeps it but asks each time: what is withheld on a page may change with what the case turns out to be.
    """

    png: bytes | None
    etag: str

    @property
    def headers(self) -> dict[str, str]:
        return {"ETag": self.etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


def address(part: str) -> str:
    """A part's path as it stands in addresses."""
    return part or ROOT


def path_of(part: str) -> str:
    """The path of a part from its place in an address."""
    return "" if part == ROOT else part


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page of a part, and the part's text that its words are ranges of."""

    page: Page
    text: str


def page_of(session: Session, document_id: int, part: str, number: int) -> ReadPage:
    """A page of a document that has been read; `part` is as in addresses.

    Raises:
        NotFound: There is no such document, part or page, or it has not been read.
    """
    path = path_of(part)
    owner = next((r for r in readings.load(session, document_id).walk() if r.path == path), None)
    page = next((p for p in owner.pages if p.number == number), None) if owner else None
    if owner is None or page is None:
        raise NotFound(f"Document {document_id} has no page {number} in part {part}.", document=document_id)
    return ReadPage(page, owner.text)


def image(
    database: Database, renderer: Renderer, document_id: int, part: str, number: int, *, dpi: int,
    withheld: Callable[[str, Page], Sequence[Box]] | None = None, has_already: str | None = None,
) -> PageImage:  # fmt: skip
    """Draw a page of a document that has been read; `part` is as in addresses.

    `withheld` says, from the part's text and the page, which boxes are painted over; `has_already` is the ETag (or
    several) of what the browser keeps: nothing is drawn when that is this page.

    Raises:
        NotFound: There is no such document, part or page, or it has not been read.
        Malformed: It cannot be drawn.
    """
    path = path_of(part)
    with database.transaction() as session:
        document = download.found(session, document_id, with_content=True)
        content, name, sha256 = document.content, document.name, document.sha256
        read = page_of(session, document_id, part, number)
    page = read.page
    boxes = tuple(withheld(read.text, page)) if withheld else ()
    key = f"{sha256}/{path}/{number}/{dpi}/{page.turned}/{boxes}"
    etag = f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'
    if has_already and etag in has_already:
        return PageImage(None, etag)
    png = renderer.page(content, name, path, number, dpi=dpi, turned=page.turned)
    return PageImage(painted_over(png, boxes, dpi) if boxes else png, etag)


def painted_over(png: bytes, boxes: Sequence[Box], dpi: int) -> bytes:
    """The image with these boxes (in points) filled in, so that what stood there does not leave the server."""
    from PIL import Image, ImageDraw

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    scale = dpi / 72
    for box in boxes:
        draw.rectangle(
            (box.x0 * scale - 2, box.top * scale - 2, box.x1 * scale + 2, box.bottom * scale + 2), fill="#2a2f35"
        )
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG")
    return out.getvalue()
