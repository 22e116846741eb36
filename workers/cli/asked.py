"""Checking what was asked for, before anything is started for it."""

from __future__ import annotations

from collections.abc import Iterable

import typer


def one_of(option: str, given: Iterable[str], known: Iterable[str]) -> None:
    """End with exit code 2 and the known values when one that was given is none of them."""
    names = [str(name) for name in known]
    for value in given:
        if value not in names:
            typer.secho(f"{option} “{value}” is not known. It is one of {', '.join(names)}.", err=True, fg="red")
            raise typer.Exit(2)
