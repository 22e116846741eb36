"""Pages, sheets and texts for tests: words with boxes placed by hand, as reading a PDF would give them."""

from __future__ import annotations

from app.documents.reading import Box, Page, Reading, Table, Word

LETTER = 5.0
"""Points a letter takes."""


class Sheet:
    """A page to put words on; `put` takes the left edge (or the right one) and the top in points."""

    def __init__(self, width: float = 595.0, height: float = 842.0) -> None:
        self.width, self.height = width, height
        self._pages: list[list[tuple[float, float, str]]] = [[]]

    def put(self, x: float, y: float, text: str) -> Sheet:
        """Words whose first letter stands at `x`."""
        at = x
        for word in text.split(" "):
            self._pages[-1].append((at, y, word))
            at += LETTER * (len(word) + 0.6)
        return self

    def put_right(self, x: float, y: float, text: str) -> Sheet:
        """Words whose last letter ends at `x`."""
        return self.put(x - LETTER * (len(text) - 0.4 * text.count(" ")), y, text)

    def turn(self) -> Sheet:
        """Go to the next page."""
        self._pages.append([])
        return self

    def reading(self, language: str = "en") -> Reading:
        """The pages as read."""
        text = ""
        pages: list[Page] = []
        for number, placed in enumerate(self._pages, 1):
            start = len(text)
            words: list[Word] = []
            last_y: float | None = None
            for x, y, word in sorted(placed, key=lambda p: (round(p[1]), p[0])):
                text += "" if last_y is None else "\n" if abs(y - last_y) > 3 else " "
                words.append(Word(len(text), len(text) + len(word), Box(x, y, x + LETTER * len(word), y + 8.0)))
                text += word
                last_y = y
            pages.append(Page(number, self.width, self.height, start, len(text), tuple(words)))
            text += "\n\n"
        return Reading("", "order.pdf", "application/pdf", "pdf", text, tuple(pages), language=language)


def order_head(sheet: Sheet, number: str = "PO-4711", issued: str = "14 May 2026") -> Sheet:
    """A plain head: letterhead, title, number, date, supplier."""
    sheet.put(50, 40, "Hollowmere Water plc").put(50, 52, "14 Weir Lane, Derby DE1 0ZZ")
    sheet.put(50, 80, "Purchase Order")
    sheet.put(50, 96, "PO Number:").put(150, 96, number)
    sheet.put(50, 108, "Order Date:").put(150, 108, issued)
    sheet.put(50, 120, "Supplier:").put(150, 120, "Brightwater Advisory Ltd")
    return sheet


def order_table(sheet: Sheet, rows: list[tuple[str, str, str, str]], top: float = 160.0) -> float:
    """A table of description, quantity, price and amount under its heading; returns the next free top."""
    sheet.put(50, top, "Description").put_right(350, top, "Qty").put_right(450, top, "Unit Price").put_right(
        545, top, "Amount"
    )
    y = top + 16
    for description, quantity, price, amount in rows:
        sheet.put(50, y, description).put_right(350, y, quantity).put_right(450, y, price).put_right(545, y, amount)
        y += 16
    return y


def text_reading(text: str, language: str = "en") -> Reading:
    """Plain text as read."""
    return Reading("", "order.txt", "text/plain", "text", text, language=language)


def sheet_reading(rows: list[list[str]], language: str = "en") -> Reading:
    """A sheet as read: cells parted by tabs, a line a row."""
    body = "\n".join("\t".join(row) for row in rows)
    table = Table(tuple(tuple(row) for row in rows), start=0, end=len(body))
    return Reading("", "order.csv", "text/csv", "sheet", body, tables=(table,), language=language)
