"""`countersign model train` and `countersign model show`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="The offline model.")


@app.command()
def train(
    datasets: Annotated[
        Path, typer.Option(help="Folder with messages/ (mails and labels.jsonl).", exists=True, file_okay=False)
    ] = Path("evals/datasets"),
    into: Annotated[
        Path | None, typer.Option(help="Folder to write the model to; the packaged one in a checkout else.")
    ] = None,
    votes: Annotated[
        Path, typer.Option(help="What a language model said of the messages; none is weighed if it is missing.")
    ] = Path("evals/votes/qwen2.5-coder-1.5b-instruct.jsonl"),
    seed: Annotated[int, typer.Option(help="The same seed and texts give the same bytes.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Train the offline model from labelled messages and the phrasebook. Takes about a minute."""
    from rich.console import Console

    from classifiers.triage import training

    folder = into or Path(training.__file__).parent / "model"
    console = Console(stderr=True)
    with console.status(f"Reading {datasets} and training"):
        model = training.train(datasets, seed=seed, votes=votes if votes.exists() else None)
        model.save(folder)
    learned = model.settings["learned_from"]
    if as_json:
        typer.echo(json.dumps({"version": model.version, "folder": str(folder), "learned_from": learned}))
    else:
        counts = ", ".join(f"{count} {what}" for what, count in learned.items())
        typer.echo(f"Model {model.version} trained from {counts}, written to {folder}.")


@app.command()
def show(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Say which model is in force."""
    from classifiers.triage.artefact import packaged

    version = packaged().version
    typer.echo(json.dumps({"version": version}) if as_json else f"Offline model {version}")
