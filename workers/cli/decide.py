"""`countersign decide CASE`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def decide(
    case_id: Annotated[int, typer.Argument(metavar="CASE", help="The case's number.")],
    by: Annotated[str, typer.Option("--as", help="Your e-mail address: decisions are made by named people.")],
    suggestion: Annotated[
        list[str] | None, typer.Option(help="Id (or kind) of the suggestion; all open ones of the case else.")
    ] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Say yes to what is proposed.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Say no; needs --reason.")] = False,
    reason: Annotated[
        str,
        typer.Option(
            help="Why you reject: wrong_reading, wrong_amount, wrong_record, already_handled, not_ours, other."
        ),
    ] = "",
    note: Annotated[str, typer.Option(help="A remark for the record.")] = "",
    edit: Annotated[
        list[str] | None,
        typer.Option(help="Change a value first, as name=value; an edited suggestion needs another person's yes."),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take a confirmation back while its write has not left.")
    ] = False,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Propose to take back what was written; confirm that step then.")
    ] = False,
    validate_delivery: Annotated[
        bool | None, typer.Option("--delivered/--not-delivered", help="Say whether the work was delivered.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per suggestion.")] = False,
) -> None:
    """Confirm, reject or edit the suggestions of a case, as a named person."""
    wishes = {"--confirm": confirm, "--reject": reject, "--undo": undo, "--take-back": take_back}
    chosen = [name for name, on in wishes.items() if on]
    if len(chosen) > 1 or not (chosen or edit or validate_delivery is not None):
        typer.secho("Say one of --confirm, --reject, --edit, --undo, --take-back or --delivered.", err=True, fg="red")
        raise typer.Exit(2)
    if edit and (reject or undo or take_back):
        typer.secho("An edit goes with --confirm or alone.", err=True, fg="red")
        raise typer.Exit(2)
    unnamed = [e for e in edit or () if not e.partition("=")[0].strip() or "=" not in e]
    if unnamed:
        typer.secho(f"“{unnamed[0]}” is no edit. Write it as name=value, such as amount=900.00.", err=True, fg="red")
        raise typer.Exit(2)
    from workers.deciding import Request, carry_out
    from workers.wiring import parts

    request = Request(
        case_id=case_id, by=by, suggestions=tuple(suggestion or ()), confirm=confirm, reject=reject, undo=undo,
        take_back=take_back, reason=reason, note=note, edits=tuple(edit or ()), was_delivered=validate_delivery,
    )  # fmt: skip
    for line in carry_out(parts(), request):
        typer.echo(json.dumps({"case": case_id, **line.as_json()}) if as_json else line.sentence)
