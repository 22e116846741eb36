"""`countersign eval annotate`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.documents.reading import Reading
    from evals.annotating import Annotator

_MOST_CHARACTERS = 12_000
_LEAVE = "q"


class _Back(Exception):
    """The one before once more."""


class _Skip(Exception):
    """Not this one now."""


class _Enough(Exception):
    """Stop here; what was given is kept."""


def annotate(
    folder: Annotated[Path, typer.Argument(help="Folder with the files to label.")],
    by: Annotated[
        list[str] | None, typer.Option(help="Who labels; with --agreement and --labels, both (may be repeated).")
    ] = None,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Compare two people's labels: Cohen's kappa and where they differ.")
    ] = False,
    labels: Annotated[
        bool, typer.Option("--labels", help="Write labels.jsonl from what two people say alike.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The comparison as one JSON object.")] = False,
) -> None:
    """Label a folder of files in the terminal: kind, reason, flags and fields by keyboard.

    Each label is kept as soon as it is given. Stop with q; the same command goes on with what is left.
    """
    from evals import annotating

    names = by or annotating.annotators(folder)
    if agreement or labels:
        if len(names) != 2:
            raise typer.BadParameter(f"two people are compared, not {len(names)}: name them", param_hint="--by")
        if labels:
            _write_labels(folder, names)
        if agreement:
            _compare(folder, names, as_json=as_json)
        return
    if not by or len(by) != 1:
        raise typer.BadParameter("say who labels, one name", param_hint="--by")
    _label_all(folder, annotating.Annotator(folder, by[0]))


def _label_all(folder: Path, annotator: Annotator) -> None:
    from app.documents.sandbox import Reader
    from evals import annotating

    every = annotating.files(folder)
    left = annotator.left()
    skipped = 0
    with Reader(1) as reader:
        while left:
            path = left[0]
            reading = reader.read(path.read_bytes(), path.name)
            done = len(every) - len(left) - skipped
            typer.secho(f"\n{path.name}  ({done} of {len(every)} done)", bold=True)
            typer.echo(shown(reading))
            try:
                annotator.give({"id": path.stem, "file": path.name, **_ask(reading)})
                left.pop(0)
            except _Skip:
                left.pop(0)
                skipped += 1
            except _Back:
                last = next(reversed(annotator.given), None)
                if last is None:
                    typer.echo("There is none before this one.")
                    continue
                annotator.take_back(last)
                left.insert(0, folder / last)
            except (_Enough, typer.Abort):
                break
    typer.echo(f"\n{len(annotator.given)} of {len(every)} files are labelled by {annotator.name} in {annotator.path}.")


def shown(reading: Reading) -> str:
    """A document as its labeller sees it: who writes to whom, text and attachments, without control characters."""
    from workers.cli.outside import harmless

    lines = []
    for part in reading.walk():
        if part.mail is not None:
            sender = f"{part.mail.sender.name} <{part.mail.sender.email}>".strip()
            lines += [f"From: {sender}", f"To: {', '.join(a.email for a in part.mail.to)}", ""]
        elif part.path:
            lines += ["", f"--- {part.name or 'attachment'} ({part.form}) ---"]
        lines += [part.text.strip(), *(f"! {problem.message}" for problem in part.problems)]
        if part.hidden_text.strip():
            lines += ["--- hidden text ---", part.hidden_text.strip()]
    text = harmless("\n".join(lines))
    if len(text) > _MOST_CHARACTERS:
        rest = len(text) - _MOST_CHARACTERS
        text = f"{text[:_MOST_CHARACTERS]}\n… {rest:,} more characters: open the file to see them."
    return text


def _ask(reading: Reading) -> dict[str, Any]:
    from app.vocabulary import KIND_OF, REASONS, Flag, Kind

    kind = list(Kind)[_one("Kind", [k.value for k in Kind], may_leave=True)]
    reasons = REASONS[kind]
    reason = reasons[_one("Reason", reasons)] if len(reasons) > 1 else reasons[0]
    others = _several("Other reasons, by name (enter for none)", list(KIND_OF), without=reason, by_name=True)
    flags = _several("Flags, by number (enter for none)", [flag.value for flag in Flag])
    fields = _fields(reading)
    note = _typed("Note (enter for none)")
    label: dict[str, Any] = {
        "kind": kind.value, "reason": reason, "secondary_reasons": others, "flags": flags, "fields": fields,
    }  # fmt: skip
    return label | ({"note": note} if note else {})


def _one(what: str, values: Sequence[str], *, may_leave: bool = False) -> int:
    typer.echo("  ".join(f"{number} {value}" for number, value in enumerate(values, 1)))
    leaving = " (s skip, b back, q stop)" if may_leave else ""
    while True:
        typed = _typed(f"{what}{leaving}")
        if may_leave and typed in ("s", "b", _LEAVE):
            raise {"s": _Skip, "b": _Back, _LEAVE: _Enough}[typed]
        if typed in values:
            return list(values).index(typed)
        if typed.isdigit() and 1 <= int(typed) <= len(values):
            return int(typed) - 1
        typer.echo(f"Type a number from 1 to {len(values)}, or the name.")


def _several(what: str, values: list[str], *, without: str = "", by_name: bool = False) -> list[str]:
    if not by_name:
        typer.echo("  ".join(f"{number} {value}" for number, value in enumerate(values, 1)))
    while True:
        typed = _typed(what).replace(",", " ").split()
        named = [
            values[int(one) - 1] if not by_name and one.isdigit() and 1 <= int(one) <= len(values) else one
            for one in typed
        ]
        unknown = [one for one in named if one not in values]
        if not unknown:
            return [one for one in dict.fromkeys(named) if one != without]
        typer.echo(f"Not known: {', '.join(unknown)}." + (f" Names are {', '.join(values)}." if by_name else ""))


def _fields(reading: Reading) -> dict[str, Any]:
    from app.errors import Malformed
    from app.vocabulary import FIELDS
    from evals.annotating import value_of

    names = [name for name in FIELDS if name != "lines"]
    everything = "\n".join(part.text for part in reading.walk())
    fields: dict[str, Any] = {}
    while typed := _typed("Field, as name=value (? lists them, enter ends)"):
        name, _, value = typed.partition("=")
        name = name.strip()
        if typed == "?":
            typer.echo(", ".join(names))
            continue
        if not value.strip():
            typer.echo(f"{name} is left out." if fields.pop(name, None) is not None else "Type name=value.")
            continue
        try:
            fields[name] = value_of(name, value)
        except Malformed as error:
            typer.echo(str(error))
            continue
        if name in ("customer_name", "po_number", "invoice_refs", "order_refs", "payment_terms"):
            given = fields[name] if isinstance(fields[name], list) else [fields[name]]
            for one in given:
                if " ".join(one.split()) not in " ".join(everything.split()):
                    typer.echo(f"“{one}” is not in the text as you typed it. Type {name}= to take it out.")
    return fields


def _typed(what: str) -> str:
    return str(typer.prompt(what, default="", show_default=False)).strip()


def _compare(folder: Path, names: Sequence[str], *, as_json: bool) -> None:
    from dataclasses import asdict

    from evals import annotating

    found = annotating.agreement(folder, names[0], names[1])
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    from workers.cli.outside import escaped

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Level")
    table.add_column("Alike", justify="right")
    table.add_column("Cohen's kappa", justify="right")
    for level in found.levels:
        said = "no variation" if level.kappa is None else f"{level.kappa:.2f}"
        table.add_row(level.name, f"{level.alike} of {level.cases}", said)
    console = Console(highlight=False)
    console.print(table)
    if found.disagreements:
        console.print()
        differing = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("File", "Level", found.first, found.second):
            differing.add_column(escaped(column))
        for one in found.disagreements:
            differing.add_row(*(escaped(cell) for cell in (one.file, one.level, one.first, one.second)))
        console.print(differing)


def _write_labels(folder: Path, names: Sequence[str]) -> None:
    from app.errors import Conflict
    from evals import annotating

    out = folder / annotating.LABELS
    if out.exists():
        raise Conflict(f"{out} is there already. Move it away first; it is not written over.")
    lines = annotating.joined(folder, names[0], names[1])
    out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    whole = sum("reason" in line for line in lines)
    typer.echo(f"{len(lines)} labels in {out}, {whole} with a kind and reason on which both agree.")
