"""How fast PDFs with a text layer are read, against PDFium's plain text: `python -m evals.reading_speed`. Prints JSON.

Each file is read both ways in turn, several times, and its best time counts, so that other work weighs on both alike.
Times are processor seconds of one process. Scans are left out: OCR has nothing to be compared with here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.documents.part import NeedsRecognition
from app.documents.read import read

_FOLDER = Path(__file__).parent / "datasets" / "purchase_orders"
_TIMES = 15


def plain_text(content: bytes) -> int:
    """The text of every page, as pypdfium2 gives it; the number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    for page in document:
        text_page = page.get_textpage()
        text_page.get_text_range()
        text_page.close()
        page.close()
    count = len(document)
    document.close()
    return count


def words_with_boxes(content: bytes) -> int:
    """The document read by the product; the number of pages."""
    return len(read(content, "order.pdf", may_recognise=False).pages)


def measure(folder: Path = _FOLDER, times: int = _TIMES) -> dict[str, float]:
    """Pages, pages per second both ways, and their ratio."""
    pages = 0
    seconds = {plain_text: 0.0, words_with_boxes: 0.0}
    for path in sorted(folder.glob("*.pdf")):
        content = path.read_bytes()
        try:
            pages += words_with_boxes(content)
        except NeedsRecognition:
            continue
        best = dict.fromkeys(seconds, float("inf"))
        for _ in range(times):
            for way in best:
                best[way] = min(best[way], _seconds(way, content))
        for way, spent in best.items():
            seconds[way] += spent
    plain, ours = (pages / spent if spent else 0.0 for spent in seconds.values())
    return {
        "pages": pages,
        "plain_text_pages_per_second": round(plain, 1),
        "read_pages_per_second": round(ours, 1),
        "ratio": round(ours / plain, 3) if plain else 0.0,
    }


def _seconds(way: Callable[[bytes], int], content: bytes) -> float:
    started = time.process_time()
    way(content)
    return time.process_time() - started


if __name__ == "__main__":
    json.dump(measure(), sys.stdout, indent=2)
    sys.stdout.write("\n")
