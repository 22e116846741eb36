"""`countersign eval compare`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def compare(
    before: Annotated[
        Path, typer.Argument(help="Folder of a run, such as that of the prompt in force.", exists=True, file_okay=False)
    ],
    after: Annotated[
        Path, typer.Argument(help="Folder of the run that would replace it.", exists=True, file_okay=False)
    ],
    drawings: Annotated[int, typer.Option(help="How often the cases are drawn for the intervals.", min=100)] = 5_000,
    seed: Annotated[int, typer.Option(help="The same seed draws the same.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:  # fmt: skip
    """Compare two runs of the same cases: what changed, whether that can be chance, and which cases flipped.

    A change counts as better or worse when its 95% interval (paired bootstrap) leaves out zero. McNemar's exact test
    says how likely so uneven a split of the cases that only one run has right would be by chance.
    """
    from evals import measures
    from evals.cli.tables import print_comparison
    from evals.run_folder import open_run

    found = measures.compare(open_run(before), open_run(after), drawings=drawings, seed=seed)
    if as_json:
        typer.echo(json.dumps(found.as_plain(), ensure_ascii=False))
    else:
        print_comparison(found)
