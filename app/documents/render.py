"""Pictures of pages for the reviewer: the evidence beside the claim, small and turned the way the boxes are."""

from __future__ import annotations

import io
from typing import Any

from app.documents import sniff
from app.documents.limits import DEFAULT, Limits
from app.errors import Malformed, NotFound

_COLOURS = 64
_LONGEST = 4000
_NOISY = 120_000
"""Bytes of a grey page that must come from a noisy scan."""


def render_page(content: bytes, number: int, dpi: int = 110, turned: float = 0.0, limits: Limits = DEFAULT) -> bytes:
    """A page of a PDF or picture as PNG in few colours. `number` counts from 1; `turned` is `Page.turned`.

    One pixel is 72/dpi points, so that a box times dpi/72 lies where its word is. Runs parsers of outside content: call
    it through the sandbox's processes.

    Raises:
        NotFound: There is no such page.
        Malformed: The file cannot be shown.
    """
    media_type = sniff.media_type(content)
    if media_type == sniff.PDF:
        image = _pdf_page(content, number, dpi)
    elif media_type.startswith("image/"):
        image = _picture(content, number, dpi, limits)
    else:
        raise Malformed("Only PDFs and pictures have pages to show.", media_type=media_type)
    image = _turned(image, turned)
    if not _is_grey(image):
        return _png(image.quantize(_COLOURS))
    small = _png(_greys(image, 16))
    return small if len(small) < _NOISY else _png(_greys(image, 8))


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _greys(image: Any, levels: int) -> Any:
    """The picture in so many levels of grey: a scanner's noise vanishes and compresses well."""
    step = 255 / (levels - 1)
    return image.convert("L").point([round(round(v / step) * step) for v in range(256)]).quantize(levels)


def _pdf_page(content: bytes, number: int, dpi: int) -> Any:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Malformed("The PDF is damaged or protected and cannot be shown.") from error
    try:
        if not 1 <= number <= len(document):
            raise NotFound(f"The document has {len(document)} pages; there is no page {number}.", number=number)
        document.init_forms()
        page = document[number - 1]
        scale = min(dpi / 72, _LONGEST / max(*page.get_size(), 1.0))
        return page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise Malformed(f"Page {number} is damaged and cannot be shown.", number=number) from error
    finally:
        document.close()


def _picture(content: bytes, number: int, dpi: int, limits: Limits) -> Any:
    from PIL import Image

    from app.documents.images import points_per_pixel, upright

    try:
        image = Image.open(io.BytesIO(content))
        if image.width * image.height > limits.image_pixels:
            raise Malformed("The picture is too large to be shown.")
        if not 1 <= number <= getattr(image, "n_frames", 1):
            raise NotFound(f"There is no page {number} in this picture.", number=number)
        image.seek(number - 1)
        frame = upright(image)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Malformed("The picture is damaged and cannot be shown.") from error
    scale = points_per_pixel(frame) * dpi / 72
    scale = min(scale, _LONGEST / max(frame.size))
    return frame.resize((max(1, round(frame.width * scale)), max(1, round(frame.height * scale))))


def _turned(image: Any, degrees: float) -> Any:
    """Clockwise: whole quarters change the page's size, the rest straightens it about its middle."""
    from PIL import Image

    quarters = round(degrees / 90)
    rest = degrees - 90 * quarters
    if quarters % 4:
        image = image.rotate(-90 * quarters, expand=True)
    if abs(rest) > 0.01:
        image = image.rotate(-rest, resample=Image.Resampling.BICUBIC, fillcolor="white")
    return image


def _is_grey(image: Any) -> bool:
    """Whether the page has no colour worth keeping."""
    sample = image.resize((64, 64)).convert("HSV").getchannel("S").histogram()
    return bool(sum(sample[40:]) < 8)
