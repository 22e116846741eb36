"""Documents made in code for the reading tests: PDFs, workbooks, Word files, pictures, Outlook files, mails."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage

ROWS = (
    ("Pos", "Description", "Qty", "Amount"),
    ("10", "Consulting days", "12", "14.400,00"),
    ("20", "Travel", "1", "350,50"),
)


def pdf(
    draw: Callable[..., None], *, rotate: int = 0, pages: int = 1, size: tuple[float, float] = (595.0, 842.0)
) -> bytes:
    """A PDF whose pages `draw(canvas, number)` fills; origin bottom left, points."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for number in range(1, pages + 1):
        draw(canvas, number)
        canvas.setPageRotation(rotate)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines_pdf(*lines: str, **options: int) -> bytes:
    """A PDF with a line of text every 20 points."""

    def draw(canvas: object, number: int) -> None:
        for i, line in enumerate(lines):
            canvas.drawString(60, 780 - 20 * i, line)  # type: ignore[attr-defined]

    return pdf(draw, **options)


def table_pdf(rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    """A PDF with a table: columns at fixed places, amounts aligned to the right."""

    def draw(canvas: object, number: int) -> None:
        canvas.setFont("Helvetica", 10)  # type: ignore[attr-defined]
        for i, row in enumerate(rows):
            y = 700 - 18 * i
            for x, cell in zip((60, 110, 330), row[:-1], strict=False):
                canvas.drawString(x, y, cell)  # type: ignore[attr-defined]
            canvas.drawRightString(530, y, row[-1])  # type: ignore[attr-defined]

    return pdf(draw)


def page_picture(
    *lines: str, size: tuple[int, int] = (900, 420), grey: int = 0, quarters: int = 0, tilt: float = 0.0
) -> object:
    """A picture of a page in a scanner's resolution; `quarters` counter-clockwise, `tilt` in degrees."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=26)
    for i, line in enumerate(lines):
        for j, cell in enumerate(line.split("\t")):
            draw.text((60 + 420 * j, 50 + 60 * i), cell, fill=(grey, grey, grey), font=font)
    if tilt:
        image = image.rotate(tilt, fillcolor="white", resample=Image.Resampling.BICUBIC)
    return image.rotate(90 * quarters, expand=True) if quarters else image


def picture_bytes(image: object, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[attr-defined]
    return out.getvalue()


def scanned_pdf(*pictures: object) -> bytes:
    """A PDF whose pages are pictures and nothing else, A4 wide."""
    from reportlab.lib.utils import ImageReader

    def draw(canvas: object, number: int) -> None:
        picture = pictures[number - 1]
        width, height = picture.size  # type: ignore[attr-defined]
        scale = min(595 / width, 842 / height)
        canvas.drawImage(ImageReader(picture), 0, 842 - height * scale, width * scale, height * scale)  # type: ignore[attr-defined]

    return pdf(draw, pages=len(pictures))


def workbook(sheets: dict[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(*paragraphs: str, table: Sequence[Sequence[str]] = (), hidden: str = "", header: str = "") -> bytes:
    import docx

    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for i, row in enumerate(table):
            for j, cell in enumerate(row):
                grid.cell(i, j).text = cell
    if hidden:
        document.add_paragraph().add_run(hidden).font.hidden = True
    if header:
        document.sections[0].header.paragraphs[0].text = header
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def mail(
    body: str = "", *, subject: str = "Order 4711", html: str = "", sender: str = "Ann Lee <ann@buyer.example>"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "billing@firm.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 16 Nov 2026 13:40:29 +0100"
    message["Message-ID"] = "<1@buyer.example>"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def attach(message: EmailMessage, content: bytes, name: str, kind: str = "application/octet-stream") -> EmailMessage:
    main, sub = kind.split("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message


class OutlookFile:
    """A minimal compound file (MS-CFB, version 3) with the streams of an Outlook message."""

    def __init__(self) -> None:
        self.entries: list[tuple[tuple[str, ...], bytes | None]] = []

    def text(self, identifier: int, value: str, place: tuple[str, ...] = ()) -> OutlookFile:
        return self.stream(f"__substg1.0_{identifier:04X}001F", value.encode("utf-16-le"), place)

    def binary(self, identifier: int, value: bytes, place: tuple[str, ...] = ()) -> OutlookFile:
        return self.stream(f"__substg1.0_{identifier:04X}0102", value, place)

    def properties(self, values: dict[tuple[int, int], int], header: int, place: tuple[str, ...] = ()) -> OutlookFile:
        """Fixed-size properties: {(identifier, type): value} after a header of so many bytes."""
        rows = b"".join(struct.pack("<HHIq", kind, number, 0, value) for (number, kind), value in values.items())
        return self.stream("__properties_version1.0", bytes(header) + rows, place)

    def stream(self, name: str, content: bytes, place: tuple[str, ...] = ()) -> OutlookFile:
        for depth in range(1, len(place) + 1):
            if (place[:depth], None) not in self.entries:
                self.entries.append((place[:depth], None))
        self.entries.append(((*place, name), content))
        return self

    def save(self) -> bytes:
        big, small = _Sectors(512), _Sectors(64)
        paths: list[tuple[tuple[str, ...], bytes | None]] = [((), None), *self.entries]
        starts = {path: (small if len(content) < 4096 else big).add(content) for path, content in paths if content}
        starts[()] = big.add(small.body)
        small_table = big.add(small.table())
        directory = big.add(_directory(paths, starts, len(small.body)))
        tables = 1
        while tables * 128 < len(big.links) + tables:
            tables += 1
        first = len(big.links)
        big.links += [0xFFFFFFFD] * tables
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack(
            "<16sHHHHH6xIIIIIIIII", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory, 0, 4096,
            small_table, -(-len(small.links) // 128), _END, 0,
        )  # fmt: skip
        header += b"".join(struct.pack("<I", first + i if i < tables else _FREE) for i in range(109))
        return header + big.body + big.table().ljust(tables * 512, b"\xff")


_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE


class _Sectors:
    """Contents cut into chained sectors."""

    def __init__(self, size: int) -> None:
        self.size, self.body, self.links = size, b"", list[int]()

    def add(self, content: bytes) -> int:
        count = max(1, -(-len(content) // self.size))
        first = len(self.links)
        self.links += [*range(first + 1, first + count), _END]
        self.body += content.ljust(count * self.size, b"\0")
        return first

    def table(self) -> bytes:
        return b"".join(struct.pack("<I", link) for link in self.links).ljust(-(-len(self.links) // 128) * 512, b"\xff")


def _directory(
    paths: list[tuple[tuple[str, ...], bytes | None]], starts: dict[tuple[str, ...], int], small: int
) -> bytes:
    index = {path: i for i, (path, _) in enumerate(paths)}
    groups: dict[tuple[str, ...], list[int]] = {}
    for path, _ in paths[1:]:
        groups.setdefault(path[:-1], []).append(index[path])
    following = {one: then for group in groups.values() for one, then in zip(group, [*group[1:], _FREE], strict=True)}
    out = b""
    for path, content in paths:
        name = (path[-1] if path else "Root Entry").encode("utf-16-le")
        kind = 5 if not path else 1 if content is None else 2
        size = small if not path else len(content or b"")
        out += name.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(name) + 2, kind, 1, _FREE, following.get(index[path], _FREE),
            groups.get(path, [_FREE])[0], b"", 0, 0, 0, starts.get(path, _END), size,
        )  # fmt: skip
    return out
