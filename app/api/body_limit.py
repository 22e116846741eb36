"""How large a request may be: counted as it arrives, whatever its headers say."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem

ORDINARY_BYTES = 1_000_000
"""Enough for any decision, edit or query; documents have their own limit."""


class BodyLimit:
    """Middleware: refuses a request of more than `upload_bytes` (at `upload_path`) or `ORDINARY_BYTES` with 413."""

    def __init__(self, app: ASGIApp, *, upload_path: str, upload_bytes: int) -> None:
        self.app, self.upload_path, self.upload_bytes = app, upload_path, upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.upload_bytes if scope["path"] == self.upload_path else ORDINARY_BYTES
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
