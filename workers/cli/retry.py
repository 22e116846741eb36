"""`countersign retry CASE`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def retry(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's number.")],
    by: Annotated[str, typer.Option("--as", help="Your e-mail address.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Read and assess a case again, for instance after the machine gave up on it or Odoo was away."""
    from app.cases import again
    from app.clock import now
    from app.jobs import send_nudges_with
    from app.users import access
    from workers.celery_app import send
    from workers.wiring import parts

    send_nudges_with(send)
    with parts().database.transaction() as session:
        user = access.user_by_email(session, by)
        caller = access.Caller(user.id, user.email, user.name, tuple(user.roles))
        again.assess_again(session, case_id, by=caller, at=now())
    said = f"Case {case_id} is read and assessed again."
    typer.echo(json.dumps({"case": case_id, "says": said}) if as_json else said)
