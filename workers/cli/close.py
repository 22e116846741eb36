"""`countersign close CASE --note …`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def close(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's number.")],
    note: Annotated[str, typer.Option("--note", help="What was done, or why nothing is needed.")],
    by: Annotated[str, typer.Option("--as", help="Your e-mail address.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Close a case on which nothing is proposed or on its way. Nothing in Odoo changes."""
    from app.clock import now
    from app.decisions import closing
    from app.users import access
    from workers.wiring import parts

    with parts().database.transaction() as session:
        user = access.user_by_email(session, by)
        caller = access.Caller(user.id, user.email, user.name, tuple(user.roles))
        closing.close(session, case_id, by=caller, note=note, at=now())
    said = f"Case {case_id} is closed, says {user.name}."
    typer.echo(json.dumps({"case": case_id, "says": said}) if as_json else said)
