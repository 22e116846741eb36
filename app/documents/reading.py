"""What reading a document yields: one tree of text with positions. Plain values, picklable, no IO.

Every part of a document (a mail, each attachment, each file in an archive) is a `Reading`. A part is addressed by its
`path`: "" for the root, "0" for its first attachment, "0.2" for the third attachment of the first. All text of a part
is in `text`; words, mail segments and evidence are character ranges of that text, so one offset finds everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.documents.invoice_answer import InvoiceAnswer
from app.documents.order import Order


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points (1/72 inch), origin top left, of the page as it is shown (rotation applied)."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page: its character range in the part's text, its box, and OCR's score (None for real text)."""

    start: int
    end: int
    box: Box
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page: size in points as shown, its character range in the part's text, its words in reading order.

    A scan that lies on its side, upside down or askew is shown `turned`: by so many degrees clockwise (a fraction of a
    degree straightens it). Size and boxes are those of the page so turned; `render.render_page` turns it the same way.
    """

    number: int
    width: float
    height: float
    start: int
    end: int
    words: tuple[Word, ...] = ()
    is_scanned: bool = False
    turned: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells as text, in the order of the source. `where` is "page 2" or a sheet's name.

    Where `end` is not 0 the part's text from `start` to `end` is the table: a line per row, cells separated by tabs.
    """

    rows: tuple[tuple[str, ...], ...]
    where: str = ""
    page: int | None = None
    is_hidden: bool = False
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A range of a mail's text and its role: subject, new, quoted, forwarded, signature or disclaimer.

    `quoted` is history under a reply; `forwarded` is the message that the sender passes on, which is then the matter.
    """

    role: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address; `name` is the display name, which proves nothing."""

    name: str
    email: str

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].casefold()


@dataclass(frozen=True, slots=True)
class Mail:
    """The envelope of a mail. `headers` has lower-case names; repeated headers keep their order."""

    sender: Address
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sent_at: datetime | None
    headers: tuple[tuple[str, str], ...]
    segments: tuple[Segment, ...] = ()
    is_html_only: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or the empty string."""
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part could not be read, or not wholly: a stable code and a sentence that says what to do.

    Codes: encrypted, corrupt, archive_bomb, too_large, too_many_pages, timeout, memory, unsupported, empty,
    low_quality_scan, hidden_text, malformed_mail, page_limit.
    """

    code: str
    message: str
    is_fatal: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of a document, read. `form` is one of mail, pdf, image, sheet, word, xml, edi, text, archive, unread."""

    path: str
    name: str
    media_type: str
    form: str
    text: str = ""
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    mail: Mail | None = None
    order: Order | None = None
    invoice_answer: InvoiceAnswer | None = None
    language: str = ""
    hidden_text: str = ""
    attachments: tuple[Reading, ...] = ()
    problems: tuple[Problem, ...] = ()
    sha256: str = ""
    """Of the part's own bytes, in hexadecimal: a paper is known by it wherever it comes again. Empty for what holds
    other parts, for what is too small to be told from others, and in readings made before it was noted."""

    def walk(self) -> Iterator[Reading]:
        """This part and all below it, in order."""
        yield self
        for part in self.attachments:
            yield from part.walk()

    def part(self, path: str) -> Reading:
        """The part at a path. Raises KeyError if there is none."""
        for part in self.walk():
            if part.path == path:
                return part
        raise KeyError(path)

    def segment_text(self, *roles: str) -> str:
        """The text of a mail's segments with these roles, in order, joined by new lines."""
        if self.mail is None:
            return self.text
        return "\n".join(self.text[s.start : s.end] for s in self.mail.segments if s.role in roles)

    def evidence(self, start: int, end: int) -> Evidence:
        """Evidence for a character range of this part: the quote, and on pages the boxes of its words."""
        boxes: list[Box] = []
        number: int | None = None
        for page in self.pages:
            if page.start <= start < max(page.end, page.start + 1):
                number = page.number
                boxes = [w.box for w in page.words if w.start < end and w.end > start]
        return Evidence(self.path, start, end, self.text[start:end], number, tuple(boxes))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a claim rests: a character range of one part, the words there, and their boxes if it is on a page."""

    part: str
    start: int
    end: int
    quote: str
    page: int | None = None
    boxes: tuple[Box, ...] = field(default=())
    document_id: int | None = None
    """The document, where it is not the one that the assessment is of: an earlier mail of the case, or a later one."""

    def within(self, prefix: str) -> Evidence:
        """The same evidence seen from a parent part, whose child at `prefix` it belongs to."""
        return replace(self, part=f"{prefix}.{self.part}" if self.part else prefix)
