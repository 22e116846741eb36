"""Who calls: the API key of a request, and the scope a route needs. No cookie is ever looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from app.clock import now
from app.db import Database
from app.decisions.reach import only_asked
from app.errors import Refused
from app.users import access
from app.users.access import Caller

_BEARER = HTTPBearer(
    scheme_name="apiKey", bearerFormat="cs_…", auto_error=False,
    description=(
        "An API key, made with `countersign user key`. Its scopes (intake, read, decide, audit, admin) limit it."
    ),
)  # fmt: skip


def session_scope(request: Request) -> Iterator[Session]:
    """One transaction per request, committed before the answer leaves."""
    database: Database = request.app.state.database
    with database.transaction() as session:
        yield session


DbSession = Annotated[Session, Depends(session_scope, scope="function")]


class _Needs:
    """The caller, if their key holds a scope; looked up in a transaction of its own, so that none waits for a body."""

    def __init__(self, scope: str) -> None:
        self.scope = scope

    def __call__(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Caller:
        if credentials is None:
            raise HTTPException(
                401, "Send an API key: Authorization: Bearer cs_…", {"WWW-Authenticate": 'Bearer realm="countersign"'}
            )
        database: Database = request.app.state.database
        with database.transaction() as session:
            found = access.caller_with_key(session, credentials.credentials, at=now())
        if found is None:
            raise HTTPException(
                401, "This key is unknown, expired or revoked. Ask an administrator for another.",
                {"WWW-Authenticate": 'Bearer realm="countersign", error="invalid_token"'},
            )  # fmt: skip
        found.require(self.scope)
        if self.scope == "read" and only_asked(found):
            raise Refused(
                "The API shows cases whole, and this key acts for somebody who sees only what they were asked about. "
                "Ask an administrator for a key of a person who reads cases.",
                roles=", ".join(found.roles),
            )
        return found


MayTakeIn = Annotated[Caller, Depends(_Needs("intake"))]
MayRead = Annotated[Caller, Depends(_Needs("read"))]
MayDecide = Annotated[Caller, Depends(_Needs("decide"))]
MayAudit = Annotated[Caller, Depends(_Needs("audit"))]
MayAdminister = Annotated[Caller, Depends(_Needs("admin"))]
