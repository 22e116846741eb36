"""`countersign show CASE`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def show(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's number.")],
    as_json: Annotated[bool, typer.Option("--json", help="The whole case as one JSON object.")] = False,
) -> None:
    """Show one case: what they say, what we found, what to do."""
    from app.decisions.dossier import dossier
    from workers.wiring import parts

    with parts().database.transaction() as session:
        found = dossier(session, case_id)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=1))
        return
    from workers.cli.pages import print_case

    print_case(found)
