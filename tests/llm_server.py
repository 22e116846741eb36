"""An OpenAI-compatible endpoint on the loopback that misbehaves as told: each request gets the next of its answers.

What it says is made up to be wrong in one way each; it stands for no real model.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self

Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def says(
    text: str | None,
    *,
    finish: str = "stop",
    usage: dict[str, Any] | bool | None = True,
    after: float = 0.0,
    logprobs: dict[str, Any] | None = None,
    **message: Any,
) -> Reply:
    """A chat completion with this text; `usage` True for 100 tokens in and 20 out, None for none told."""
    counted = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120} if usage is True else usage
    body = {
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "small-1", "usage": counted,
        "choices": [
            {"index": 0, "finish_reason": finish, "logprobs": logprobs,
             "message": {"role": "assistant", "content": text} | message},
        ],
    }  # fmt: skip
    return sends(200, json.dumps(body), after=after)


def sends(
    status: int, body: str | bytes, *, kind: str = "application/json", after: float = 0.0, **headers: str
) -> Reply:
    """This body; `retry_after="1"` becomes the header Retry-After."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(after)
        content = body.encode() if isinstance(body, str) else body
        named = {"content-type": kind, "content-length": str(len(content))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        writer.write(_head(status, named) + content)
        await writer.drain()

    return reply


def fails(status: int, code: str = "", **headers: str) -> Reply:
    """An error as OpenAI writes it. The message holds what must not be shown."""
    error = {"message": "Incorrect key sk-echoed. You sent: Sehr geehrte", "type": "error", "code": code or None}
    return sends(status, json.dumps({"error": error}), **headers)


def drips(body: str, *, pause: float) -> Reply:
    """A byte, a pause, a byte …: no pause is long, the whole is."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"content-type": "application/json", "content-length": str(len(body))}))
        for byte in body.encode():
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)

    return reply


def pours(chunk: bytes = b" " * 65536, *, most: int = 4_000) -> Reply:
    """A body that does not end (it does after 256 MB, so that a broken test does too)."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(200, {"content-type": "application/json", "transfer-encoding": "chunked"}))
        for _ in range(most):
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()

    return reply


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    """No answer: the connection is closed."""
    writer.close()


class LlmServer:
    """Gives its answers in order, the last one for ever; remembers what it was asked. A context manager.

    Whether a message contests anything is answered by `contested` every time, and remembered apart: at no cost, unless
    told otherwise, so that the answers in order are those to the question that follows it.
    No answer is given before so many questions as `gathers` were under way at the same time.
    """

    def __init__(self, *replies: Reply, contested: Reply | None = None, gathers: int = 0) -> None:
        self._replies = list(replies)
        self._gathers = gathers
        self._contested = contested or says('{"contested": "yes"}', usage={"prompt_tokens": 0, "completion_tokens": 0,
                                                                           "total_tokens": 0})  # fmt: skip
        self.requests: list[dict[str, Any]] = []
        self.asides: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self._at_once = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _next(self) -> Reply:
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.headers.append({":path": head[0].split(" ")[1]} | headers)
                asked = json.loads(body)
                is_aside = asked.get("response_format", {}).get("json_schema", {}).get("name") == "contested"
                (self.asides if is_aside else self.requests).append(asked)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    while self.most_at_once < self._gathers:
                        await asyncio.sleep(0.01)
                    await (self._contested if is_aside else self._next())(writer)
                finally:
                    self._at_once -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.transport.abort()  # what nobody reads any more would keep a mere close waiting


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
