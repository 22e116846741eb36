"""How large a request may be: counted as it arrives, whatever its headers say."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem

ORDINARY_BYTES = 1_000_000
"""Enough for any decision, edit or query; documents have their own limit."""


class BodyLimit:
    """Middleware: refuses a request of more than the bytes of its path, or `ORDINARY_BYTES`, with 413.

    `uploads` are larger limits by path; a path that ends with a slash stands for all below it.
    """

    def __init__(self, app: ASGIApp, *, uploads: Mapping[str, int]) -> None:
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        sentence = (
            f"The request is larger than {limit // 1_000_000} MB, the most this server takes here. Send fewer files at "
            "once, or have COUNTERSIGN_MAX_UPLOAD_MB raised."
        )
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await problem(413, sentence, facts={"limit_bytes": limit})(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, sentence)
            return message

        await self.app(scope, counted, send)

    def _limit(self, path: str) -> int:
        below = (most for place, most in self.uploads.items() if place.endswith("/") and path.startswith(place))
        return self.uploads.get(path) or next(below, ORDINARY_BYTES)
