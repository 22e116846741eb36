"""Pictures of documents: photographs, scans and screenshots, page by page, by OCR."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from app.documents import language, ocr, pdf_scans, rows
from app.documents.part import Part
from app.documents.reading import Page, Problem, Reading

_SMALLEST = (200, 60)
_SMALLEST_AREA = 30_000
"""Pixels; a smaller picture in a mail is a logo or an icon."""
_USUAL_SIDE = 842.0
"""Points: the longer side of A4, for pictures whose resolution makes no sense."""


def read_image(part: Part, media_type: str) -> Reading:
    """PNG, JPEG, TIFF (all its pages), GIF, BMP or WebP, read by OCR if it is large enough to be a document."""
    from PIL import Image, UnidentifiedImageError

    pages: list[Page] = []
    texts: list[str] = []
    scans: list[tuple[int, pdf_scans.Quality]] = []
    problems: list[Problem] = []
    position = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(part.content))
            if image.width * image.height > part.limits.image_pixels:
                return part.unread(media_type, "too_large", "The picture is too large to be read: open it by hand.")
            for number, frame in enumerate(_frames(image), 1):
                if number > part.limits.pages:
                    problems.append(
                        Problem("page_limit", f"Only the first {part.limits.pages} pages were read.", False)
                    )
                    break
                scan = _recognise(part, frame, number, problems)
                composed = rows.compose(scan.words, position)
                if scan.quality.words or not _is_small(frame):
                    scans.append((number, scan.quality))
                pages.append(
                    Page(
                        number=number,
                        width=round(scan.width, 2),
                        height=round(scan.height, 2),
                        start=position,
                        end=position + len(composed.text),
                        words=composed.words,
                        is_scanned=True,
                        turned=round(scan.turned, 3),
                    )
                )
                texts.append(composed.text)
                position += len(composed.text) + 2
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        if not pages:
            return part.unread(media_type, "corrupt", "The picture is damaged: ask the sender to send it again.")
        problems.append(Problem("corrupt", "The picture is damaged: its last pages were not read.", False))
    text = "\n\n".join(texts)
    return Reading(
        path=part.path,
        name=part.name,
        media_type=media_type,
        form="image",
        text=text,
        pages=tuple(pages),
        language=language.detect(text),
        problems=(*problems, *pdf_scans.verdict(scans)),
    )


def points_per_pixel(image: Any) -> float:
    """From the picture's own resolution if the page then has a plausible size, else as if it were an A4 page."""
    longest = max(image.width, image.height)
    dpi = image.info.get("dpi", (0, 0))
    try:
        dots = float(dpi[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        dots = 0.0
    if 60 <= dots <= 1200 and 200 <= longest * 72 / dots <= 1300:
        return 72 / dots
    if longest * 0.75 <= 1000:
        return 0.75
    return _USUAL_SIDE / float(longest)


def upright(image: Any) -> Any:
    """The picture on white paper in RGB, turned as its camera says."""
    from PIL import Image, ImageOps

    dpi = image.info.get("dpi")
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        turned = turned.convert("RGBA")
        paper = Image.new("RGBA", turned.size, "white")
        turned = Image.alpha_composite(paper, turned)
    elif turned.mode.startswith("I") or turned.mode == "F":
        turned = _levelled(turned)
    result = turned.convert("RGB")
    if dpi:
        result.info["dpi"] = dpi
    return result


def _levelled(image: Any) -> Any:
    """16 bits and more per pixel, spread over 8."""
    low, high = image.getextrema()
    span = max(high - low, 1)
    return image.point(lambda v: (v - low) * 255 / span).convert("L") if image.mode != "F" else image.convert("L")


def _frames(image: Any) -> Iterator[Any]:
    from PIL import ImageSequence

    if getattr(image, "n_frames", 1) == 1 or image.format == "GIF":
        yield upright(image)
        return
    for frame in ImageSequence.Iterator(image):
        yield upright(frame)


def _is_small(image: Any) -> bool:
    wide, high = image.size
    return bool(wide < _SMALLEST[0] or high < _SMALLEST[1] or wide * high < _SMALLEST_AREA)


def _recognise(part: Part, image: Any, number: int, problems: list[Problem]) -> pdf_scans.Scan:
    scale = points_per_pixel(image)
    nothing = pdf_scans.Scan([], image.width * scale, image.height * scale, 0.0, pdf_scans.Quality(1.0, 0.0, 255.0, 0))
    if _is_small(image):
        return nothing
    if not part.may_recognise():
        problems.append(Problem("page_limit", f"Page {number} is a scan beyond the limit and was not read.", False))
        return nothing
    return pdf_scans.from_recognised(ocr.recognise(image, scale, part.spending.threads), [])
