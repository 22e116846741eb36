"""`countersign user …`: people, API keys, sign-in links."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="People, API keys and sign-in links.")


@app.command()
def add(
    email: str,
    name: str,
    role: Annotated[list[str], typer.Option(help="reviewer, controller, project_manager, auditor, … (repeatable)")],
) -> None:
    """Add a person, or change an existing one's name and roles."""
    from app.clock import now
    from app.users import access
    from workers.wiring import parts

    with parts().database.transaction() as session:
        access.add_user(session, email=email, name=name, roles=tuple(role), at=now(), by="machine:command line")
    typer.echo(f"{name} <{email}>: {', '.join(role)}")


@app.command()
def key(
    email: str,
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="intake, read, decide, audit or admin (repeatable)")],
    days: Annotated[int, typer.Option(help="How long it is good for.", min=1, max=730)] = 365,
) -> None:
    """Make an API key for a person. It is shown once."""
    from app.clock import now
    from app.users import access
    from workers.wiring import parts

    with parts().database.transaction() as session:
        user = access.user_by_email(session, email)
        at = now()
        made = access.issue_key(
            session, user, name=name, scopes=tuple(scope), at=at, expires_at=at + timedelta(days=days)
        )
    typer.echo(made)


@app.command()
def link(email: str) -> None:
    """Print a sign-in link for a person, good for fifteen minutes."""
    from app.users import access
    from workers.wiring import parts

    p = parts()
    with p.database.transaction() as session:
        user = access.user_by_email(session, email)
    typer.echo(
        access.sign_in_link(p.settings.public_url, p.settings.countersign_secret_key.get_secret_value(), user.id)
    )
