"""`countersign queue`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def queue(
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind (may be repeated).")] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only this state (may be repeated); all open ones else.")
    ] = None,
    sort: Annotated[str, typer.Option(help="priority, amount, deadline, age or newest.")] = "priority",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many cases.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per case.")] = False,
) -> None:
    """List the cases that wait, most urgent first."""
    from app.cases import queries
    from app.cases.models import OPEN_STATES, STATES
    from app.decisions.dossier import case_json
    from app.vocabulary import Kind
    from workers.cli.asked import one_of
    from workers.wiring import parts

    one_of("--kind", kind or (), tuple(Kind))
    one_of("--state", state or (), STATES)
    one_of("--sort", (sort,), queries.SORTS)
    wanted = queries.Filter(states=tuple(state or OPEN_STATES), kinds=tuple(kind or ()))
    with parts().database.transaction() as session:
        cases = queries.page(session, wanted, sort=sort, limit=limit).cases
        totals = queries.totals(session, wanted)
    if as_json:
        for case in cases:
            typer.echo(json.dumps(case_json(case)))
        return
    from rich.console import Console

    from workers.cli.tables import print_cases

    console = Console(highlight=False)
    print_cases(console, cases)
    stakes = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(totals["at_stake"].items()))
    count = totals["count"]
    said = f"{count} {'case' if count == 1 else 'cases'}" if count else "Nothing waits."
    more = f", the first {len(cases)} shown" if len(cases) < count else ""
    console.print(said + more + (f", at stake: {stakes}" if stakes else ""))
