"""`countersign audit verify` and `countersign audit export`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Verify or export the audit trail.")


@app.command()
def verify(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Recompute every chain and checkpoint, and name the first broken link. Exit code 1 when one is broken."""
    from app.audit import checkpoints
    from workers.wiring import parts

    p = parts()
    with p.database.snapshot() as session:
        found = checkpoints.verify(session, key=p.secret_key.encode())
    if as_json:
        broken = [{"case": b.case_id, "seq": b.seq, "message": b.message} for b in found.broken]
        typer.echo(
            json.dumps({"holds": found.holds, "events": found.events, "chains": found.chains,
                        "checkpoints": found.checkpoints, "broken": broken})
        )  # fmt: skip
    elif found.holds:
        typer.echo(f"The trail holds: {found.events} events in {found.chains} chains, {found.checkpoints} checkpoints.")
    else:
        typer.secho(f"The trail is broken: {found.broken[0].message}.", fg="red")
        for link in found.broken[1:]:
            typer.echo(f"Also: {link.message}.")
    raise typer.Exit(0 if found.holds else 1)


@app.command()
def export(
    case: Annotated[int | None, typer.Option(help="Only this case; all of them else.")] = None,
    checkpoints: Annotated[bool, typer.Option("--checkpoints", help="The signed checkpoints instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As always here: one JSON object a line.")] = True,
) -> None:
    """Write events as JSON, one a line, with the hashes that chain them; or the checkpoints that seal them.

    Keep checkpoints where the database's owner cannot write: they prove what the trail held.
    """
    from sqlalchemy import select

    from app.audit.models import AuditCheckpoint, AuditEvent
    from app.cases import queries
    from workers.wiring import parts

    with parts().database.transaction() as session:
        if checkpoints:
            rows = select(AuditCheckpoint).order_by(AuditCheckpoint.id).execution_options(yield_per=100)
            for c in session.execute(rows).scalars():
                typer.echo(json.dumps(
                    {"id": c.id, "at": c.at.isoformat(), "heads": c.heads, "merkle_root": c.merkle_root,
                     "previous_root": c.previous_root, "signature": c.signature}
                ))  # fmt: skip
            return
        query = select(AuditEvent).order_by(AuditEvent.case_id, AuditEvent.seq).execution_options(yield_per=1000)
        if case is not None:
            if case:
                queries.get(session, case)
            query = query.where(AuditEvent.case_id == case)
        for e in session.execute(query).scalars():
            row = {
                "case": e.case_id, "seq": e.seq, "at": e.at.isoformat(), "actor": e.actor, "action": e.action,
                "content": e.content, "previous_hash": e.previous_hash, "hash": e.hash,
            }  # fmt: skip
            typer.echo(json.dumps(row, ensure_ascii=False))
