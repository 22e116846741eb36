"""Parts, pages and places of evidence as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable

from app.api.shapes import BoxShape, PageInfo, PartInfo, PartProblem, Place
from app.documents import page_images
from app.documents.reading import Evidence, Reading


def image_path(document_id: int, part: str, number: int) -> str:
    """The address of a page's image."""
    return f"/v1/documents/{document_id}/pages/{page_images.address(part)}/{number}.png"


def part_infos(document_id: int, reading: Reading) -> list[PartInfo]:
    """Every part of a document, the document itself first."""
    return [
        PartInfo(
            path=page_images.address(part.path), name=part.name, form=part.form, media_type=part.media_type,
            language=part.language, characters=len(part.text),
            pages=[
                PageInfo(
                    number=p.number, width=p.width, height=p.height, is_scanned=p.is_scanned,
                    image=image_path(document_id, part.path, p.number),
                )
                for p in part.pages
            ],
            problems=[PartProblem(code=p.code, message=p.message, is_fatal=p.is_fatal) for p in part.problems],
        )
        for part in reading.walk()
    ]  # fmt: skip


def places(document_id: int, evidence: Iterable[Evidence]) -> list[Place]:
    """Places of evidence, with the image of the page they are on."""
    return [
        Place(
            document_id=e.document_id or document_id, part=page_images.address(e.part), start=e.start, end=e.end,
            quote=e.quote, page=e.page,
            boxes=[BoxShape(x0=b.x0, top=b.top, x1=b.x1, bottom=b.bottom) for b in e.boxes],
            image=image_path(e.document_id or document_id, e.part, e.page) if e.page is not None else None,
        )
        for e in evidence
    ]  # fmt: skip
