"""`countersign eval export-decisions`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def export_decisions(
    out: Annotated[Path, typer.Option(help="Folder for the dataset: empty, or written by an earlier export.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only cases decided on or after this day (UTC).")
    ] = None,
    seed: Annotated[str, typer.Option(help="Another seed gives other invented names; the same gives the same.")] = "0",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write what reviewers decided as a labelled dataset, with customers' data replaced by invented data.

    Needs the database. Labels hold what people chose, confirmed, edited or rejected; what nobody decided is left out.
    """
    from evals import decided, exporting
    from workers.wiring import parts

    own = parts()
    with own.database.snapshot() as session:
        cases = list(decided.decided(session, since=since.replace(tzinfo=UTC) if since else None))
        known = decided.known_names(session)
    result = exporting.export(cases, known, out, secret=own.secret_key, seed=seed, firm=own.settings.firm)
    if as_json:
        typer.echo(json.dumps(result.as_dict(), ensure_ascii=False))
        return
    typer.echo(
        f"{result.cases} decided cases written to {out}: {result.with_reason} with a kind and reason, "
        f"{result.with_fields} with fields."
    )
    if result.left_out:
        typer.echo(
            f"{len(result.left_out)} left out, because they could not be masked; {out / 'export.json'} says why."
        )
    if not result.cases:
        typer.echo("Nobody has decided on a case yet that came as a message.")
