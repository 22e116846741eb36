"""`countersign user …`: people, API keys, sign-in links."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer

from workers.cli.user_odoo import odoo

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="People, API keys and sign-in links.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object (per person).")]
Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]

app.command()(odoo)


@app.command()
def add(
    email: Email,
    name: Annotated[str, typer.Argument(help="The person's name, as others see it.")],
    role: Annotated[
        list[str],
        typer.Option(help="reviewer, project_manager, controller, policy_owner, automation, auditor or administrator "
                          "(may be repeated)"),
    ],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add a person, or change an existing one's name and roles."""
    from app.clock import now
    from app.users import access
    from workers.wiring import parts

    with parts().database.transaction() as session:
        user = access.add_user(session, email=email, name=name, roles=tuple(role), at=now(), by="machine:command line")
        found = {"email": user.email, "name": user.name, "roles": list(user.roles)}
    typer.echo(json.dumps(found) if as_json else f"{name} <{found['email']}>: {', '.join(role)}")


@app.command()
def team(
    email: Email,
    name: Annotated[list[str] | None, typer.Option(help="A team they are in (may be repeated); none: no team")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a person into exactly these teams. A team is its people: a new name makes a new team."""
    from app.clock import now
    from app.users import people
    from workers.wiring import parts

    with parts().database.transaction() as session:
        user = people.set_teams(session, email, name or [], at=now(), by="machine:command line")
        found = {"email": user.email, "teams": list(user.teams)}
    typer.echo(json.dumps(found) if as_json else f"{found['email']}: {', '.join(name or []) or 'no team'}")


@app.command(name="list")
def list_people(as_json: AsJson = False) -> None:
    """List everybody and their roles."""
    from sqlalchemy import select

    from app.users.models import User
    from workers.wiring import parts

    with parts().database.transaction() as session:
        people = session.execute(select(User).order_by(User.email)).scalars().all()
    for user in people:
        if as_json:
            typer.echo(json.dumps({"email": user.email, "name": user.name, "roles": list(user.roles),
                                   "teams": list(user.teams), "is_active": user.is_active}))  # fmt: skip
        else:
            teams = f" ({', '.join(user.teams)})" if user.teams else ""
            typer.echo(f"{user.name} <{user.email}>: {', '.join(user.roles)}{teams}")
    if not people and not as_json:
        typer.echo("Nobody yet. Add people with: countersign user add")


@app.command()
def key(
    email: Email,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="intake, read, decide, audit or admin (may be repeated)")],
    days: Annotated[int, typer.Option(help="How long it is good for.", min=1, max=730)] = 365,
    as_json: AsJson = False,
) -> None:
    """Make an API key for a person. It is shown once."""
    from app.clock import now
    from app.users import access
    from workers.wiring import parts

    at = now()
    until = at + timedelta(days=days)
    with parts().database.transaction() as session:
        user = access.user_by_email(session, email)
        made = access.issue_key(session, user, name=name, scopes=tuple(scope), at=at, expires_at=until)
        address = user.email
    if as_json:
        typer.echo(json.dumps({"email": address, "name": name, "scopes": scope, "key": made,
                               "expires_at": until.isoformat()}))  # fmt: skip
    else:
        typer.echo(made)


@app.command()
def link(email: Email, as_json: AsJson = False) -> None:
    """Print a sign-in link for a person, good once, for fifteen minutes."""
    from app.users import access
    from workers.wiring import parts

    p = parts()
    with p.database.transaction() as session:
        user = access.user_by_email(session, email)
    address = access.sign_in_link(p.settings.public_url, p.secret_key, user.id)
    typer.echo(json.dumps({"email": user.email, "link": address}) if as_json else address)
