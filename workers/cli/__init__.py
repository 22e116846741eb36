"""The command line. Each command's module is imported only when that command is called, so that help is instant."""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("workers.cli.up", "Start everything: engines, worker, scheduler and web app."),
    "demo": ("fixtures.demo", "Show the main job on sample mails and orders with a sandbox Odoo."),
    "ingest": ("workers.cli.ingest", "Take in files and folders as cases."),
    "detect": ("workers.cli.detect", "Look through Odoo for billing discrepancies and raise each as a case."),
    "narrative": ("workers.cli.narrative", "Draft the texts of draft invoices, and how customers want them."),
    "mirror": ("workers.cli.mirror", "Copy from Odoo what is new for billing."),
    "triage": ("workers.cli.triage", "Read and assess files without server or database."),
    "queue": ("workers.cli.queue", "List the cases that wait."),
    "show": ("workers.cli.show", "Show one case: what they say, what we found, what to do."),
    "decide": ("workers.cli.decide", "Confirm, reject or edit a suggestion of a case."),
    "choose": ("workers.cli.choose", "Say what a case is about when the machine is unsure."),
    "close": ("workers.cli.close", "Close a case that needs nothing more."),
    "retry": ("workers.cli.retry", "Read and assess a case again."),
    "eval": ("evals.cli", "Measure engines, models and prompts on labelled cases."),
    "patterns": ("workers.cli.patterns", "Report what past disputes have in common."),
    "mailbox": ("workers.cli.mailbox", "Connect mailboxes: add, test, list, pause, resume, take in old mail."),
    "model": ("workers.cli.model", "Train the offline model from the labelled corpus."),
    "audit": ("workers.cli.audit", "Verify or export the audit trail."),
    "user": ("workers.cli.user", "Add people, API keys and sign-in links."),
    "doctor": ("workers.cli.doctor", "Check engines, Odoo, model endpoint and mail."),
}
"""Name: (module with an `app`, what it does). Modules above `workers` are named, not imported."""

_HELP = "Exception triage for professional services billing on Odoo: software proposes, a person countersigns."


def main() -> None:
    """Run the command that was asked for. Exit codes: 0 done, 1 not done (a sentence says why), 2 asked wrongly."""
    asked = next((a for a in sys.argv[1:] if not a.startswith("-")), "")
    if asked in COMMANDS:
        _run(asked, sys.argv[sys.argv.index(asked) + 1 :])
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


def _run(name: str, arguments: list[str]) -> None:
    import typer

    from workers.cli.failures import sentence_for

    command = import_module(COMMANDS[name][0]).app
    try:
        command(args=arguments, prog_name=f"countersign {name}", standalone_mode=True)
    except Exception as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        typer.secho(sentence, err=True, fg="red")
        raise SystemExit(1) from None
