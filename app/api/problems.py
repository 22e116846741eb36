"""Errors of the API by RFC 9457 (application/problem+json): how they are written and documented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: "Not understood", 401: "Who are you?", 403: "Not allowed", 404: "Not found", 405: "Not possible here",
    409: "Somebody was first", 413: "Too large", 422: "Not readable", 500: "Our error", 503: "Not answering",
    507: "No room left",
}  # fmt: skip

_WHEN = {
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key's scopes, the person's role or the policy say no.",
    404: "There is no such thing.",
    409: "Somebody decided first, it is not the version you saw, or the key was used for something else.",
    413: "The request is larger than the server takes.",
    422: "A value cannot be read; `detail` names it.",
    503: "The database or Odoo does not answer; try again later.",
    507: "The server has no room to store it; nothing was taken in.",
}


class Problem(BaseModel):
    """What went wrong, to what, and what to do next. Further members are the facts behind the sentence."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "about:blank", "title": "Somebody was first", "status": 409, "case": 4827,
                "detail": "This is not the version you saw: it was changed meanwhile. Read it again, then decide.",
            }
        },
    )  # fmt: skip

    type: str = Field("about:blank", description="Always about:blank: the status says the sort of problem.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status code.")
    detail: str = Field(description="What happened and what to do, in a sentence.")


def title_of(status: int) -> str:
    """The status in our words."""
    return _TITLES.get(status, "Error")


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, facts: Mapping[str, object] | None = None
) -> JSONResponse:
    """An answer that says what went wrong; facts become members beside the standard ones."""
    body = {**_plain(facts or {}), "type": "about:blank", "title": title_of(status), "status": status, "detail": detail}
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route for the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {s: {"description": _WHEN[s], "content": {MEDIA_TYPE: {"schema": schema}}} for s in sorted(statuses)}


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    return {k: v if isinstance(v, str | int | bool | None) else str(v) for k, v in facts.items()}
