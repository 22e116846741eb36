"""PDFium's text functions with plain addresses for arguments: the same calls at a third of the cost from Python.

pypdfium2's own bindings check and convert every pointer on every call, which for six calls a word costs more than
PDFium's work. Here the same functions are bound once more with untyped pointers.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TextCalls:
    """Functions of fpdf_text.h and fpdf_edit.h; pages, objects and results are addresses."""

    count_rects: Callable[[int, int, int], int]
    get_rect: Callable[[int, int, int, int, int, int], int]
    char_box: Callable[[int, int, int, int, int, int], int]
    fill_colour: Callable[[int, int, int, int, int, int], int]
    text_object: Callable[[int, int], int]
    render_mode: Callable[[int], int]
    object_at: Callable[[int, int], int]
    object_type: Callable[[int], int]
    object_bounds: Callable[[int, int, int, int, int], int]
    object_colour: Callable[[int, int, int, int, int], int]


@functools.cache
def text_calls() -> TextCalls:
    import pypdfium2.raw as pdfium

    address, number = ctypes.c_void_p, ctypes.c_int

    def bind(function: Any, result: Any, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)

    four = (address, address, address, address)
    return TextCalls(
        count_rects=bind(pdfium.FPDFText_CountRects, number, address, number, number),
        get_rect=bind(pdfium.FPDFText_GetRect, number, address, number, *four),
        char_box=bind(pdfium.FPDFText_GetCharBox, number, address, number, *four),
        fill_colour=bind(pdfium.FPDFText_GetFillColor, number, address, number, *four),
        text_object=bind(pdfium.FPDFText_GetTextObject, address, address, number),
        render_mode=bind(pdfium.FPDFTextObj_GetTextRenderMode, number, address),
        object_at=bind(pdfium.FPDFPage_GetObject, address, address, number),
        object_type=bind(pdfium.FPDFPageObj_GetType, number, address),
        object_bounds=bind(pdfium.FPDFPageObj_GetBounds, number, address, *four),
        object_colour=bind(pdfium.FPDFPageObj_GetFillColor, number, address, *four),
    )


def address_of(pointer: Any) -> int:
    """The address behind one of pypdfium2's typed pointers."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
