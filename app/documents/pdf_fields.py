"""What is filled in or written onto a PDF: values of form fields and comments, as words at their place."""

from __future__ import annotations

import ctypes
from typing import Any

from app.documents.characters import clean
from app.documents.pdf_words import Frame
from app.documents.rows import Placed

_WIDGET, _FREE_TEXT, _NOTE, _STAMP = 20, 3, 1, 13
_CHECKBOX, _RADIO, _TEXT_FIELD, _COMBO, _LIST = 2, 3, 6, 4, 5
_HIDDEN_FLAGS = 0x02 | 0x20  # hidden, no view
_MOST = 2000


def has_forms(document: Any) -> bool:
    import pypdfium2.raw as pdfium

    return bool(pdfium.FPDF_GetFormType(document.raw) != pdfium.FORMTYPE_NONE)


def dynamic_form(document: Any) -> bytes:
    """The data of an XFA form as XML: its pages are drawn by Adobe's reader alone, others see "Please wait"."""
    import pypdfium2.raw as pdfium

    for index in range(min(max(pdfium.FPDF_GetXFAPacketCount(document.raw), 0), 50)):
        name = ctypes.create_string_buffer(64)
        pdfium.FPDF_GetXFAPacketName(document.raw, index, name, 64)
        if name.value != b"datasets":
            continue
        size = ctypes.c_ulong()
        pdfium.FPDF_GetXFAPacketContent(document.raw, index, None, 0, size)
        if not 0 < size.value < 20_000_000:
            continue
        content = ctypes.create_string_buffer(size.value)
        if pdfium.FPDF_GetXFAPacketContent(document.raw, index, content, size.value, size):
            return content.raw[: size.value]
    return b""


def written_on(page: Any, frame: Frame, form: Any) -> tuple[list[Placed], list[str]]:
    """Words of the page's form fields and comments, and what hidden ones say. `form` is PDFium's handle or None."""
    import pypdfium2.raw as pdfium

    words: list[Placed] = []
    hidden: list[str] = []
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not note:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(note)
            if kind == _WIDGET and form is not None:
                text = _field_value(note, form, pdfium)
            elif kind in (_FREE_TEXT, _NOTE, _STAMP):
                text = _string(
                    lambda buffer, size, n=note: pdfium.FPDFAnnot_GetStringValue(n, b"Contents", buffer, size)
                )
            else:
                continue
            text = clean(text).strip()
            if not text:
                continue
            if pdfium.FPDFAnnot_GetFlags(note) & _HIDDEN_FLAGS:
                hidden.append(text)
                continue
            rect = pdfium.FS_RECTF()
            if pdfium.FPDFAnnot_GetRect(note, rect):
                box = frame.box(rect.left, rect.bottom, rect.right, rect.top)
                words.extend(_placed(text, *box, _type_size(note, form, kind, pdfium)))
        finally:
            pdfium.FPDFPage_CloseAnnot(note)
    return words, hidden


def _field_value(note: Any, form: Any, pdfium: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, note)
    if kind in (_CHECKBOX, _RADIO):
        return "☒" if pdfium.FPDFAnnot_IsChecked(form, note) else "☐"
    if kind in (_TEXT_FIELD, _COMBO, _LIST):
        return _string(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, note, buffer, size))
    return ""


def _string(ask: Any) -> str:
    """PDFium's two-call protocol for a string in UTF-16."""
    size = ask(None, 0)
    if size <= 2 or size > 2_000_000:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    ask(buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


def _type_size(note: Any, form: Any, kind: int, pdfium: Any) -> float:
    """The field's type size in points; 0 if it fits itself to the field."""
    size = ctypes.c_float()
    if kind != _WIDGET or form is None or not pdfium.FPDFAnnot_GetFontSize(form, note, size):
        return 0.0
    return float(size.value)


def _placed(text: str, x0: float, top: float, x1: float, bottom: float, type_size: float) -> list[Placed]:
    """Words in a rectangle, line by line; where in it a viewer draws them is known only roughly."""
    width, height = max(x1 - x0, 1.0), max(bottom - top, 1.0)
    lines = _wrapped(text, width, height)
    step = height / len(lines)
    size = min(step, type_size or 11.0)
    out: list[Placed] = []
    for i, line in enumerate(lines):
        letter = min(0.5 * size, width / max(1, len(line)))
        middle = top + (i + 0.5) * step
        at = 0
        for word in line.split():
            at = line.index(word, at)
            left = x0 + at * letter
            out.append(Placed(word, left, middle - 0.36 * size, left + len(word) * letter, middle + 0.36 * size))
            at += len(word)
    return out


def _wrapped(text: str, width: float, height: float) -> list[str]:
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 or height < 20 or len(text) * 4.0 < width:
        return lines
    import textwrap

    return textwrap.wrap(text, max(8, int(width / 5.0))) or lines
