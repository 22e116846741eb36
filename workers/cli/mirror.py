"""`countersign mirror`."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def mirror(
    afresh: Annotated[bool, typer.Option("--afresh", help="Read every record again, not only what changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Copy from Odoo what is new for billing, and remove what is gone there. A run that is cut off goes on later."""
    from app.errors import Unavailable
    from workers.cli.progress import mirror_bars
    from workers.mirroring import run
    from workers.wiring import parts

    began = time.monotonic()
    with mirror_bars(quiet=as_json) as say:
        report = run(parts(), afresh=afresh, say=say)
    if report.is_busy:
        raise Unavailable("Another run is copying from Odoo at the moment. Try again when it has finished.")
    seconds = time.monotonic() - began
    if as_json:
        found = {"exact": report.is_exact, "read": report.read, "changed": report.changed, "removed": report.removed}
        typer.echo(json.dumps(found | {"seconds": round(seconds, 1)}))
        return
    changed, removed = sum(report.changed.values()), sum(report.removed.values())
    if not report.anything_new:
        typer.echo(f"Nothing new in Odoo ({seconds:.1f} s).")
    else:
        typer.echo(f"{changed} {_records(changed)} new or changed, {removed} removed ({seconds:.1f} s).")
    if not report.is_exact:
        typer.echo("Odoo has no Countersign addon that can tell what changed: each kind of record was asked for.")


def _records(count: int) -> str:
    return "record" if count == 1 else "records"
