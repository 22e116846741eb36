"""`countersign choose CASE REASON`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def choose(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's number.")],
    reason: Annotated[str, typer.Argument(metavar="REASON", help="What it is about, such as hours_quantity.")],
    by: Annotated[str, typer.Option("--as", help="Your e-mail address.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what a case is about when the machine is unsure or wrong; suggestions follow from it."""
    from app.clock import now
    from app.decisions import choosing
    from app.jobs import send_nudges_with
    from app.users import access
    from workers.celery_app import send
    from workers.wiring import parts

    send_nudges_with(send)
    with parts().database.transaction() as session:
        user = access.user_by_email(session, by)
        caller = access.Caller(user.id, user.email, user.name, tuple(user.roles))
        choosing.choose_reading(session, case_id, reason, by=caller, at=now())
    said = f"Case {case_id} is about {reason.replace('_', ' ')}, says {user.name}. It is compared with Odoo again."
    typer.echo(json.dumps({"case": case_id, "reason": reason, "says": said}) if as_json else said)
