"""A part about to be read: its bytes, its place in the tree, and what may still be spent on the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.documents.limits import DEFAULT, Limits
from app.documents.reading import Problem, Reading


@dataclass(slots=True)
class Spending:
    """What reading one document has used so far, over all its parts."""

    limits: Limits = DEFAULT
    parts: int = 0
    unpacked_bytes: int = 0
    ocr_pages: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes with a name and a path (see Reading); `declared_type` is what the sender called it, "" if nothing.

    `open` reads a part of any kind; the readers of containers call `child` for what they find inside.
    """

    content: bytes
    name: str
    path: str
    spending: Spending
    open: Callable[[Part], Reading]
    declared_type: str = ""
    depth: int = 0
    in_mail: bool = field(default=False)

    @property
    def limits(self) -> Limits:
        return self.spending.limits

    def inner(self, content: bytes, name: str, index: int, declared_type: str = "", *, in_mail: bool = False) -> Part:
        """The part at place `index` inside this one, not read yet."""
        return Part(
            content=content,
            name=name,
            path=f"{self.path}.{index}" if self.path else str(index),
            spending=self.spending,
            open=self.open,
            declared_type=declared_type,
            depth=self.depth + 1,
            in_mail=in_mail,
        )

    def child(
        self, content: bytes, name: str, index: int, declared_type: str = "", *, in_mail: bool = False
    ) -> Reading:
        """The part at place `index` inside this one, read."""
        inner = self.inner(content, name, index, declared_type, in_mail=in_mail)
        return inner.open(inner)

    def unread(self, media_type: str, code: str, message: str) -> Reading:
        """This part, not read, and why."""
        return Reading(self.path, self.name, media_type, "unread", problems=(Problem(code, message),))
