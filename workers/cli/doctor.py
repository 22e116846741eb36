"""`countersign doctor`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object per check.")] = False) -> None:
    """Check engines, policy, Odoo, model endpoint and mail. Exit code 1 when something needed does not work."""
    from workers.health import checks
    from workers.wiring import parts

    failed = False
    for check in checks(parts()):
        failed |= check.state == "fails"
        if as_json:
            typer.echo(json.dumps({"what": check.what, "state": check.state, "says": check.says}))
        else:
            colour = {"works": "green", "fails": "red"}.get(check.state, "yellow")
            typer.echo(f"{typer.style(f'{check.state:<8}', fg=colour)} {check.what}: {check.says}")
    raise typer.Exit(1 if failed else 0)
