"""`countersign user odoo`: which user of Odoo is which person here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BY = "machine:command line"


def odoo(
    email: Annotated[str, typer.Argument(help="The person here; without one, the links there are are listed.")] = "",
    uid: Annotated[int, typer.Option(help="Number of the user in Odoo.", min=0)] = 0,
    database: Annotated[
        str, typer.Option(help="Odoo's database.uuid; not needed for a user who called and waits.")
    ] = "",
    login: Annotated[str, typer.Option(help="The user's login in Odoo, for the list.")] = "",
    waiting: Annotated[
        bool, typer.Option("--waiting", help="List users of Odoo who called and are nobody here.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take a link away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Link a user of Odoo to a person, so that they decide inside Odoo; or list the links."""
    from workers.wiring import parts

    if (email or remove) and not uid:
        typer.secho("Say with --uid which user of Odoo it is. See: countersign user odoo --waiting", err=True, fg="red")
        raise typer.Exit(2)
    with parts().database.transaction() as session:
        if remove:
            lines = [_removed(session, uid, database)]
        elif email:
            lines = [_linked(session, email, uid, database, login)]
        else:
            lines = _waiting(session) if waiting else _links(session)
    for said, told in lines:
        typer.echo(json.dumps(told) if as_json else said)
    if not lines and not as_json:
        nobody = "Nobody waits." if waiting else "Nobody is linked. See who called: countersign user odoo --waiting"
        typer.echo(nobody)


def _linked(session: Session, email: str, uid: int, database: str, login: str) -> tuple[str, dict[str, Any]]:
    from app.clock import now
    from app.users import odoo_people

    database, login = _completed(session, uid, database, login)
    held = odoo_people.link(session, email, database=database, uid=uid, login=login, by=BY, at=now())
    told = {"email": email.casefold(), "database": held.database, "uid": held.uid, "login": held.login}
    return f"{email.casefold()} is user {uid} ({held.login or 'no login given'}) of Odoo {held.database}.", told


def _removed(session: Session, uid: int, database: str) -> tuple[str, dict[str, Any]]:
    from app.clock import now
    from app.errors import Refused
    from app.users import odoo_people

    held = {p.database for p, _ in odoo_people.linked(session) if p.uid == uid}
    if not database and len(held) > 1:
        raise Refused(f"User {uid} is linked in several databases. Say with --database which: {', '.join(held)}.")
    database = database or next(iter(held), "")
    odoo_people.unlink(session, database=database, uid=uid, by=BY, at=now())
    return f"User {uid} of Odoo {database} is linked to nobody now.", {"database": database, "uid": uid}


def _completed(session: Session, uid: int, database: str, login: str) -> tuple[str, str]:
    """Database and login as given, else those of the one user with this number who called."""
    from app.errors import NotFound, Refused
    from app.users import odoo_people

    called = [v for v in odoo_people.waiting(session) if v.uid == uid and database in ("", v.database)]
    if not database and not called:
        raise NotFound(
            f"No user {uid} of an Odoo has called. Say with --database which Odoo it is (its database.uuid)."
        )
    if len({v.database for v in called}) > 1:
        raise Refused(f"Users {uid} of several databases called. Say with --database which one you mean.")
    return database or called[0].database, login or (called[0].login if called else "")


def _links(session: Session) -> list[tuple[str, dict[str, Any]]]:
    from app.users import odoo_people

    return [
        (
            f"{email}: user {p.uid} ({p.login}) of Odoo {p.database}",
            {"email": email, "database": p.database, "uid": p.uid, "login": p.login,
             "linked_at": p.linked_at.isoformat()},
        )
        for p, email in odoo_people.linked(session)
    ]  # fmt: skip


def _waiting(session: Session) -> list[tuple[str, dict[str, Any]]]:
    from app.users import odoo_people

    return [
        (
            f"{v.name} ({v.login}), last seen {v.last_seen_at:%Y-%m-%d %H:%M} UTC. If you know who that is: "
            f"countersign user odoo EMAIL --uid {v.uid} --database {v.database}",
            {"database": v.database, "uid": v.uid, "login": v.login, "name": v.name,
             "last_seen_at": v.last_seen_at.isoformat()},
        )
        for v in odoo_people.waiting(session)
    ]  # fmt: skip
