"""The bytes of a part inside a document, and a picture of one of its pages. For the inside of a reading process."""

from __future__ import annotations

from app.documents.limits import DEFAULT, Limits
from app.documents.part import Part, Spending
from app.documents.read import open_part
from app.documents.reading import Reading
from app.errors import NotFound


def content_of(content: bytes, name: str, path: str, limits: Limits = DEFAULT) -> bytes:
    """The bytes of the part at `path` (as in a Reading: "" is the document itself, "0.2" lies inside "0").

    Opens the containers on the way as reading does, with the same limits, and reads nothing else.

    Raises:
        NotFound: There is no part at this path.
    """
    if not path:
        return content
    found: list[bytes] = []

    def open_on_the_way(part: Part) -> Reading:
        if part.path == path:
            found.append(part.content)
        elif not part.path or path.startswith(f"{part.path}."):
            return open_part(part)
        return Reading(part.path, part.name, "", "unread")

    open_on_the_way(Part(content, name, "", Spending(limits, may_recognise=False), open_on_the_way))
    if not found:
        raise NotFound(f"There is no part {path} in {name}.")
    return found[0]


def draw(content: bytes, name: str, path: str, number: int, dpi: int, turned: float, limits: Limits = DEFAULT) -> bytes:
    """Page `number` of the part at `path` as PNG (see `render.render_page`)."""
    from app.documents.render import render_page

    return render_page(content_of(content, name, path, limits), number, dpi, turned, limits)
