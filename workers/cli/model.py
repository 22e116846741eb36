"""`countersign model train`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="The offline model.")


@app.callback()
def model() -> None:
    """The offline model: train it from labelled messages, or see which one is in force."""


@app.command()
def show(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Say which model is in force."""
    from classifiers.triage.artefact import packaged

    version = packaged().version
    typer.echo(json.dumps({"version": version}) if as_json else f"Offline model {version}")
