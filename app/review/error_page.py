"""A page that says what went wrong, what is safe, and what to do next."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.review.languages import told
from app.review.shell import page


def error_page(request: Request, status: int, title: str, sentence: str, *, code: str = "") -> HTMLResponse:
    """The error as a page; `code` is what support finds in the log."""
    return page(request, "error.html", {"title": told(title), "sentence": told(sentence), "code": code}, status=status)
