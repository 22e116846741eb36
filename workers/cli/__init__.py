"""The command line. Each command's module is imported only when that command is called, so that help is instant."""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("workers.cli.up", "Start everything: engines, worker, scheduler and web app."),
    "demo": ("fixtures.demo", "Show the main job on sample mails and orders with a sandbox Odoo."),
    "ingest": ("workers.cli.ingest", "Take in files and folders as cases."),
    "triage": ("workers.cli.triage", "Read and assess files without server or database."),
    "queue": ("workers.cli.queue", "List the cases that wait."),
    "show": ("workers.cli.show", "Show one case: what they say, what we found, what to do."),
    "decide": ("workers.cli.decide", "Confirm, reject or edit a suggestion of a case."),
    "retry": ("workers.cli.retry", "Read and assess a case again."),
    "model": ("workers.cli.model", "Train the offline model from the labelled corpus."),
    "audit": ("workers.cli.audit", "Verify or export the audit trail."),
    "user": ("workers.cli.user", "Add people, API keys and sign-in links."),
    "doctor": ("workers.cli.doctor", "Check engines, Odoo, model endpoint and mail."),
}
"""Name: (module with an `app`, what it does). Modules above `workers` are named, not imported."""

_HELP = "Exception triage for professional services billing on Odoo: software proposes, a person countersigns."


def main() -> None:
    """Run the command that was asked for."""
    asked = next((a for a in sys.argv[1:] if not a.startswith("-")), "")
    if asked in COMMANDS:
        import typer

        from app.errors import CountersignError

        command = import_module(COMMANDS[asked][0]).app
        position = sys.argv.index(asked)
        try:
            command(args=sys.argv[position + 1 :], prog_name=f"countersign {asked}", standalone_mode=True)
        except CountersignError as error:
            typer.secho(error.message, err=True, fg="red")
            raise SystemExit(1) from None
        return
    if asked:
        print(f"countersign: there is no command “{asked}”. Commands are {', '.join(COMMANDS)}.", file=sys.stderr)
        raise SystemExit(2)
    if "--version" in sys.argv:
        from importlib.metadata import version

        print(f"countersign {version('countersign')}")
        return
    print(f"Usage: countersign COMMAND [OPTIONS]\n\n{_HELP}\n\nCommands:")
    for name, (_, what) in COMMANDS.items():
        print(f"  {name:<8} {what}")
    print("\ncountersign COMMAND --help says more about one of them.")
    raise SystemExit(0 if {"--help", "-h"} & set(sys.argv) or len(sys.argv) == 1 else 2)
