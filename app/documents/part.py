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
    may_recognise: bool = True
    """False in a process that has no room for OCR: a scan then raises `NeedsRecognition`."""
    threads: int = 1
    """Threads that OCR may use."""
    parts: int = 0
    unpacked_bytes: int = 0
    ocr_pages: int = 0


class NeedsRecognition(BaseException):
    """The document holds a scan and this process must not recognise it."""


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

    def refusal(self, media_type: str) -> Reading | None:
        """Counts this part; if a limit is passed, what to answer instead of reading it."""
        spending, limits = self.spending, self.limits
        spending.parts += 1
        spending.unpacked_bytes += len(self.content) if self.depth else 0
        if self.depth > limits.depth:
            why = "Files are nested too deeply: ask the sender for the document itself."
            return self.unread(media_type, "archive_bomb", why)
        if spending.parts > limits.parts:
            return self.unread(media_type, "archive_bomb", "There are too many files in one message: open it by hand.")
        if len(self.content) > limits.file_bytes or spending.unpacked_bytes > limits.unpacked_bytes:
            return self.unread(media_type, "too_large", "The file is too large to be read: open it by hand.")
        return None

    def may_recognise(self) -> bool:
        """Whether one more scanned page may be recognised; counts it. Raises NeedsRecognition (see Spending)."""
        if not self.spending.may_recognise:
            raise NeedsRecognition
        self.spending.ocr_pages += 1
        return self.spending.ocr_pages <= self.limits.ocr_pages

    def unread(self, media_type: str, code: str, message: str) -> Reading:
        """This part, not read, and why."""
        return Reading(self.path, self.name, media_type, "unread", problems=(Problem(code, message),))
