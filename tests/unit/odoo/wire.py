"""A small Odoo on the wire: answers given in advance, calls remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from app.odoo.json2 import Json2Odoo

KEY = "0123456789abcdef0123456789abcdef01234567"


def error(status: int, name: str, message: str = "no", context: dict[str, Any] | None = None) -> httpx.Response:
    """An error as Odoo writes it, with the traceback it always sends."""
    debug = 'Traceback (most recent call last):\n  File "/opt/odoo/http.py", line 1\nSecretError: hunter2'
    body = {"name": name, "message": message, "arguments": [message], "context": context or {}, "debug": debug}
    return httpx.Response(status, json=body)


class Wire:
    """Gives the answers in order, the last one for ever."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[dict[str, Any]], Any]) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def gateway(self, **options: Any) -> Json2Odoo:
        transport = httpx.MockTransport(self._answer)
        given = {"url": "https://odoo.example/base", "database": "prod", "api_key": KEY} | options
        url, database, key = given.pop("url"), given.pop("database"), given.pop("api_key")
        return Json2Odoo(url, database, key, transport=transport, sleep=self.slept.append, **given)

    def bodies(self) -> Iterator[Any]:
        for request in self.requests:
            yield json.loads(request.content)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        content = json.dumps(answer(json.loads(request.content)))
        return httpx.Response(200, content=content, headers={"content-type": "application/json"})
