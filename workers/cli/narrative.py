"""`countersign narrative draft` and `countersign narrative rules`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.narratives.drafting import Draft, LineDraft
    from app.narratives.profile import Profile
    from workers.narrating import Narrated, Ran

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True,
                  help="Texts of draft invoices.")  # fmt: skip
rules = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="How customers want these texts.")
app.add_typer(rules, name="rules")

FIRM_WORDS = ("firm", "default", "all")
_FIRM = "every customer"


@app.command()
def draft(
    invoice: Annotated[
        list[str] | None,
        typer.Option(
            help="This draft: its id in Odoo, its order's name or the customer's reference (may be repeated)."
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every draft invoice.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Draft only: no case is opened or changed.")] = False,
    without_model: Annotated[bool, typer.Option("--without-model", help="Let no model word anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Draft the text of draft invoices from what was worked, and propose each in a case."""
    from app.jobs import send_nudges_with
    from workers.celery_app import send
    from workers.cli.detect import progress
    from workers.narrating import run
    from workers.wiring import parts

    if bool(invoice) == every:
        typer.secho("Say which drafts: --invoice NAME (may be repeated), or --all.", err=True, fg="red")
        raise typer.Exit(2)
    send_nudges_with(send)
    with progress(quiet=as_json) as say:
        ran = run(parts(), tuple(invoice or ()), dry_run=dry_run, with_model=not without_model, say=say)
    if as_json:
        typer.echo(json.dumps(as_object(ran), ensure_ascii=False))
        return
    _print(ran)


def as_object(ran: Ran) -> dict[str, Any]:
    """What was drafted and what became of it: plain values, quantities as text."""
    from app.narratives.drafting import coverage

    covered = coverage(one.draft for one in ran.narrated)
    return {
        "drafts": [_draft(one) for one in ran.narrated],
        "coverage": f"{covered:.4f}" if covered is not None else None,
        "ended": list(ran.ended),
        "failed": list(ran.failed),
    }


def _draft(one: Narrated) -> dict[str, Any]:
    d = one.draft
    return {
        "invoice": d.invoice.name, "invoice_id": d.invoice.id, "company_id": d.invoice.company_id,
        "customer": d.invoice.customer, "customer_id": d.invoice.customer_id, "language": d.language,
        "outcome": one.kept.outcome if one.kept else None, "case_id": one.kept.case_id if one.kept else None,
        "lines": [_line(line) for line in d.lines], "foot": d.foot,
        "held_back": [
            {"record": list(h.record) if h.record else None, "text": h.text, "reason": h.reason} for h in d.held_back
        ],
        "notes": list(d.notes), "worded_by": dict(d.worded_by),
    }  # fmt: skip


def _line(line: LineDraft) -> dict[str, Any]:
    return {
        "line_id": line.line.id, "now": line.line.text, "text": line.text, "not_offered": line.not_offered,
        "hours_billed": f"{line.hours:f}", "hours_stated": f"{line.stated:f}",
        "sentences": [
            {
                "text": s.text, "what": s.what, "records": [{"model": m, "id": n} for m, n in s.records],
                "hours": f"{s.hours:f}" if s.hours is not None else None, "worded": s.worded,
            }
            for s in line.sentences
        ],
    }  # fmt: skip


def _print(ran: Ran) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    for one in ran.narrated:
        _print_draft(console, one.draft, one)
    for sentence in ran.failed:
        console.print(sentence)
    if ran.ended:
        console.print(f"Closed: {', '.join(f'case {n}' for n in ran.ended)}, no drafts any more.")
    if not (ran.narrated or ran.failed):
        console.print("There are no draft invoices in Odoo.")


_OUTCOMES = {
    "new": "proposed", "changed": "proposed anew", "standing": "proposed already", "written": "in Odoo already",
    "nothing": "nothing to propose",
}  # fmt: skip


def _print_draft(console: Any, d: Draft, one: Narrated) -> None:
    from workers.cli.outside import escaped

    what = _OUTCOMES[one.kept.outcome] if one.kept else "not kept"
    case = f", case {one.kept.case_id}" if one.kept and one.kept.case_id is not None else ""
    console.print(f"[bold]{escaped(d.invoice.name)}[/bold] {escaped(d.invoice.customer)} ({what}{case})")
    for line in d.lines:
        if line.not_offered:
            console.print(f"  Line {line.line.id}: {escaped(line.not_offered)}", style="dim")
        for sentence in line.sentences:
            console.print(f"  {escaped(sentence.text)}")
    for held in d.held_back:
        console.print(f"  Held back: “{escaped(held.text)}” {held.why}.", style="dim")
    for note in d.notes:
        console.print(f"  {escaped(note)}", style="dim")
    console.print()


@rules.command("list")
def list_rules(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Show what holds for every customer, and what customers have differently."""
    from app.narratives.models import FIRM
    from app.narratives.profile import Profile
    from app.narratives.rules import every, profile_of, values_of
    from workers.wiring import parts

    with parts().database.transaction() as session:
        firm = profile_of(session, FIRM)
        own = [(row.customer_id, row.customer_name, values_of(row)) for row in every(session) if row.customer_id]
    if as_json:
        customers = [{"customer_id": i, "customer": n, "rules": v} for i, n, v in own]
        typer.echo(json.dumps({"firm": _values(firm), "defaults": _values(Profile()), "customers": customers},
                              ensure_ascii=False))  # fmt: skip
        return
    typer.echo(f"{_FIRM.capitalize()}:")
    for name, value in _values(firm).items():
        typer.echo(f"  {name:<16}{_said(value)}")
    for _, name, values in own:
        typer.echo(f"{name}:")
        for rule, value in values.items():
            typer.echo(f"  {rule:<16}{_said(value)}")


@rules.command("set")
def set_rules(
    customer: Annotated[str, typer.Argument(help="The customer's name or id in Odoo, or “firm” for every customer.")],
    po_number: Annotated[str | None, typer.Option(help="Where the order number stands: first, last or none.")] = None,
    staff_names: Annotated[
        bool | None, typer.Option("--staff-names/--no-staff-names", help="Whether our people may be named.")
    ] = None,
    group_by: Annotated[str | None, typer.Option(help="task, week, person or activity.")] = None,
    max_length: Annotated[int | None, typer.Option(help="Characters of one text, 80 to 2000.")] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="A word or phrase never to use (may be repeated).")] = None,
    tone: Annotated[str | None, typer.Option(help="plain or formal.")] = None,
    length: Annotated[str | None, typer.Option(help="short, normal or full.")] = None,
    per: Annotated[str | None, typer.Option(help="line (each its own text) or invoice (one at the foot).")] = None,
    language: Annotated[str | None, typer.Option(help="de, en, …; “customer” for the one in Odoo.")] = None,
) -> None:
    """Say how a customer (or every customer) wants the text of invoices. What is not named stays as it is."""
    from app.clock import now
    from app.errors import Refused
    from app.narratives import rules as kept
    from workers.wiring import parts

    wanted: dict[str, Any] = {
        "po_number": po_number, "staff_names": staff_names, "group_by": group_by, "max_length": max_length,
        "forbidden_words": forbid or None, "tone": tone, "length": length, "per": per,
        "language": "" if language == "customer" else language,
    }  # fmt: skip
    values = {name: value for name, value in wanted.items() if value is not None}
    if not values:
        raise Refused(
            "Say at least one rule, such as --group-by week. The list: countersign narrative rules set --help"
        )
    with parts().database.transaction() as session:
        customer_id, name = _meant(session, customer)
        profile = kept.put(session, customer_id, name, values, by="command line", at=now())
    typer.echo(f"For {name or _FIRM} this holds from now on:")
    for rule, value in _values(profile).items():
        typer.echo(f"  {rule:<16}{_said(value)}")


@rules.command("remove")
def remove_rules(
    customer: Annotated[str, typer.Argument(help="The customer's name or id in Odoo, or “firm”.")],
) -> None:
    """Forget what a customer has differently; the firm's rules hold again."""
    from app.clock import now
    from app.narratives import rules as kept
    from workers.wiring import parts

    with parts().database.transaction() as session:
        customer_id, name = _meant(session, customer)
        kept.remove(session, customer_id, by="command line", at=now())
    typer.echo(f"Forgotten for {name or _FIRM}.")


def _meant(session: Session, customer: str) -> tuple[int, str]:
    from app.narratives import rules as kept
    from app.narratives.models import FIRM

    if customer.strip().casefold() in FIRM_WORDS:
        return FIRM, ""
    found = kept.customer(session, customer)
    return found.id, found.name


def _values(profile: Profile) -> dict[str, Any]:
    from app.narratives.rules import NAMES

    return {name: list(v) if isinstance(v := getattr(profile, name), tuple) else v for name in NAMES}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) or "the customer's in Odoo"
