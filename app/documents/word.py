"""Word documents: paragraphs and tables in order, headers and footers, text boxes, comments, hidden text apart."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from app.documents import language
from app.documents.characters import clean
from app.documents.part import Part
from app.documents.reading import Problem, Reading, Table
from app.documents.sniff import DOCX

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same text box once more, for old programs."""


def read_word(part: Part, media_type: str = DOCX) -> Reading:
    """A .docx as text: a line per paragraph, a line per table row with cells separated by tabs."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    try:
        document = docx.Document(io.BytesIO(part.content))
        hidden: list[str] = []
        blocks = list(_blocks(document, hidden))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError, etree.LxmlError, AttributeError):
        return part.unread(DOCX, "corrupt", "The Word file is damaged: ask the sender to send it again.")
    pieces: list[str] = []
    tables: list[Table] = []
    position = 0
    for block in blocks:
        if isinstance(block, str):
            body = block
        else:
            body = "\n".join("\t".join(row) for row in block)
            tables.append(Table(tuple(block), where="table", start=position, end=position + len(body)))
        pieces.append(body)
        position += len(body) + 1
    text = "\n".join(pieces)
    problems = []
    if not text.strip():
        problems.append(Problem("empty", "The Word file has no text.", False))
    if hidden:
        problems.append(Problem("hidden_text", "The document holds hidden text: look at it before acting.", False))
    return Reading(
        path=part.path, name=part.name, media_type=DOCX, form="word", text=text, tables=tuple(tables),
        language=language.detect(text), hidden_text="\n".join(hidden), problems=tuple(problems),
    )  # fmt: skip


def _blocks(document: Any, hidden: list[str]) -> Iterator[str | list[tuple[str, ...]]]:
    seen: set[str] = set()
    section = document.sections[0] if len(document.sections) else None
    if section is not None:
        yield from _margin(section.header, seen, hidden)
    yield from _content(document.element.body, hidden)
    if section is not None:
        yield from _margin(section.footer, seen, hidden)
    for comment in document.comments:
        yield clean(f"Comment by {comment.author}: {comment.text}".replace("\n", " "))


def _margin(container: Any, seen: set[str], hidden: list[str]) -> Iterator[str | list[tuple[str, ...]]]:
    if container.is_linked_to_previous:
        return
    for block in _content(container._element, hidden):
        key = str(block)
        if key.strip() and key not in seen:
            seen.add(key)
            yield block


def _content(element: Any, hidden: list[str]) -> Iterator[str | list[tuple[str, ...]]]:
    for child in element.iterchildren():
        if child.tag == f"{_W}p":
            yield from _paragraph(child, hidden).split("\n")
        elif child.tag == f"{_W}tbl":
            rows = [_row(row, hidden) for row in child.iterchildren(f"{_W}tr")]
            rows = [row for row in rows if any(row)]
            if rows:
                yield rows
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"):
            yield from _content(child, hidden)


def _row(row: Any, hidden: list[str]) -> tuple[str, ...]:
    cells = []
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tc"), None) is not None:
            continue  # of a table inside a cell, whose text the outer cell has
        paragraphs = (p for p in cell.iter(f"{_W}p") if next(p.iterancestors(f"{_W}p"), None) is None)
        cells.append(" ".join(" ".join(_paragraph(p, hidden) for p in paragraphs).split()))
    return tuple(cells)


def _paragraph(paragraph: Any, hidden: list[str]) -> str:
    """A paragraph's text as shown: insertions in, deletions out, tabs and breaks kept, vanished runs apart."""
    out: list[str] = []
    secret: list[str] = []
    for node in paragraph.iter(f"{_W}p", f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        parent = node.getparent()
        if node.tag == f"{_W}p":
            out.append("" if node is paragraph else "\n")  # a paragraph inside: a text box
            continue
        if (
            parent is None
            or parent.tag != f"{_W}r"
            or next(node.iterancestors(f"{_W}del", f"{_W}moveFrom", _FALLBACK), None) is not None
        ):
            continue
        if node.tag == f"{_W}t":
            (secret if _is_hidden(parent) else out).append(node.text or "")
        elif node.tag == f"{_W}noBreakHyphen":
            out.append("-")
        else:
            out.append("\t" if node.tag == f"{_W}tab" else "\n")
    if secret:
        hidden.append(clean("".join(secret)))
    return clean("".join(out)).strip()


def _is_hidden(run: Any) -> bool:
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    vanish = properties.find(f"{_W}vanish")
    if vanish is not None and vanish.get(f"{_W}val", "1") not in ("0", "false"):
        return True
    size = properties.find(f"{_W}sz")
    if size is not None and (size.get(f"{_W}val") or "").isdigit() and int(size.get(f"{_W}val")) <= 2:
        return True
    colour = properties.find(f"{_W}color")
    shade = properties.find(f"{_W}shd")
    return (
        colour is not None and (colour.get(f"{_W}val") or "").upper() == "FFFFFF" and shade is None and _on_white(run)
    )


def _on_white(run: Any) -> bool:
    for cell in run.iterancestors(f"{_W}tc", f"{_W}p"):
        for shade in cell.iterfind(f"{_W}tcPr/{_W}shd"):
            if (shade.get(f"{_W}fill") or "auto").upper() not in ("AUTO", "FFFFFF"):
                return False
        for shade in cell.iterfind(f"{_W}pPr/{_W}shd"):
            if (shade.get(f"{_W}fill") or "auto").upper() not in ("AUTO", "FFFFFF"):
                return False
    table = next(run.iterancestors(f"{_W}tbl"), None)
    return table is None or table.find(f"{_W}tblPr/{_W}tblStyle") is None
