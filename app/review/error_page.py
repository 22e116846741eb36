"""A page that says what went wrong, what is safe, and what to do next."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.review.languages import _, told
from app.review.shell import page

MAY_PASS = (500, 502, 503, 507)
"""What went wrong on our side: the same address may well answer when it is tried again."""


def error_page(request: Request, status: int, title: str, sentence: str, *, code: str = "") -> HTMLResponse:
    """The error as a page; `code` is what support finds in the log."""
    is_read = request.method in ("GET", "HEAD")
    query = f"?{request.url.query}" if request.url.query else ""
    context = {
        "title": told(title), "sentence": _not_shown(request) if status == 500 and is_read else told(sentence),
        "code": code, "again": request.url.path + query if is_read and status in MAY_PASS else "",
        "is_ours": status in MAY_PASS, "status": status,
    }  # fmt: skip
    return page(request, "error.html", context, status=status)


def _not_shown(request: Request) -> str:
    if request.url.path.startswith("/cases/"):
        return _("This case could not be shown. Nothing is lost and nothing was changed.")
    return _("This page could not be shown. Nothing is lost and nothing was changed.")
