"""Who calls from Odoo: the token of Odoo's server, verified, and the person of ours it stands for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from app.clock import now
from app.decisions.approval_matrix import Policy
from app.errors import Refused
from app.users import odoo_people
from app.users.access import Caller
from app.users.odoo_people import Claims, Onlooker, TokenRefused

_BEARER = HTTPBearer(
    scheme_name="odooToken", bearerFormat="JWT", auto_error=False,
    description="A token that our Odoo addon signs for the acting user (HS256, good for a minute; docs/odoo-link.md).",
)  # fmt: skip
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="countersign-odoo"'}


def signed(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Claims:
    """The verified claims of the token this request carries."""
    if credentials is None:
        raise HTTPException(401, "Only Odoo's server calls here, with a token it has signed.", _CHALLENGE)
    try:
        return odoo_people.read_token(credentials.credentials, request.app.state.settings.odoo_secrets)
    except TokenRefused as error:
        raise HTTPException(401, error.message, _CHALLENGE) from None


def signed_once(request: Request, claims: Annotated[Claims, Depends(signed)]) -> Claims:
    """The claims of a token that was not used before: whatever comes of this call, it is used up."""
    try:
        with request.app.state.database.transaction() as session:
            odoo_people.use_up(session, claims, at=now())
    except TokenRefused as error:
        raise HTTPException(401, error.message, _CHALLENGE) from None
    return claims


FromOdoo = Annotated[Claims, Depends(signed)]
FromOdooOnce = Annotated[Claims, Depends(signed_once)]


def require_about(claims: Claims, model: str, res_id: int) -> None:
    """Raises Refused when the token was signed for another record: Odoo checked who may read that one only."""
    if (claims.model, claims.res_id) != (model, res_id):
        raise Refused("This call is signed for another record. Open the record again.", model=model, res_id=res_id)


def deciding_person(session: Session, claims: Claims) -> Caller:
    """The person of ours this user is. Raises Refused when there is none."""
    person = odoo_people.person_of(session, claims, at=now())
    if isinstance(person, Onlooker):
        raise Refused(person.why_not)
    return person


def why_no_decision(person: Caller | Onlooker, policy: Policy) -> str:
    """Why this person can decide nothing at all; empty when some rule of the policy names one of their roles."""
    if isinstance(person, Onlooker):
        return person.why_not
    deciding = {role for rule in policy.content["rules"] for role in rule["roles"]}
    if deciding & set(person.roles):
        return ""
    return (
        f"You can look, not decide: your role in Countersign ({', '.join(person.roles) or 'none'}) decides on nothing. "
        "Ask an administrator of Countersign."
    )
