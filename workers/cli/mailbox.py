"""`countersign mailbox …`: mailboxes that mail comes in by and replies go out from.

Passwords and tokens are asked for at the terminal, or read as JSON from a file or standard input (`--credentials -`):
as an argument they would stay in the shell's history and be seen in the list of processes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.cli.asked import one_of
from workers.cli.outside import harmless

if TYPE_CHECKING:
    from app.mailboxes.administration import Wanted
    from app.mailboxes.models import Backfill, Mailbox
    from app.mailboxes.standing import Standing
    from app.mailboxes.testing import Tried

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, help="Mailboxes: where mail comes in and replies go out."
)

_KINDS = ("imap", "maildir", "graph", "gmail", "inbound")
_ENCRYPTIONS = ("tls", "starttls", "none")
_GRANTS = ("refresh_token", "client_credentials")
_PRESETS = ("microsoft365", "google", "graph", "gmail")
_STEP_WORDS = {
    "name": "server's name", "connection": "connection", "encryption": "encryption", "sign_in": "signing in",
    "folder": "folder", "moving": "right to move", "key": "inbound key", "sending": "sending",
}  # fmt: skip
_ASKED_FOR = {
    "password": "Password", "out_password": "Password for outgoing mail (empty: the same)",
    "client_secret": "Client secret", "refresh_token": "Refresh token",
    "mailgun_signing_key": "Mailgun's HTTP webhook signing key (empty: none)",
}  # fmt: skip

Name = Annotated[str, typer.Argument(help="The mailbox's short name, such as billing.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object (per mailbox).")]
Address = Annotated[str | None, typer.Option(help="The address that customers write to.")]
DisplayName = Annotated[str | None, typer.Option(help="The sender's name on replies.")]
Host = Annotated[str | None, typer.Option(help="Name of the IMAP server.")]
Port = Annotated[int | None, typer.Option(help="Its port: 993 for TLS, 143 for STARTTLS.", min=1, max=65535)]
Encryption = Annotated[str | None, typer.Option(help="tls, starttls, or none (within this machine only)")]
User = Annotated[str | None, typer.Option(help="Who signs in; the address without it.")]
OAuth = Annotated[bool | None, typer.Option("--oauth/--no-oauth", help="Sign in by OAuth, or with a password.")]
TokenUrl = Annotated[str | None, typer.Option(help="OAuth: the address that tokens come from.")]
ClientId = Annotated[str | None, typer.Option(help="OAuth: the application's id.")]
Scope = Annotated[str | None, typer.Option(help="OAuth: the scope asked for.")]
Grant = Annotated[str | None, typer.Option(help="OAuth: refresh_token or client_credentials")]
Folder = Annotated[str | None, typer.Option(help="The folder that new mail is read from (INBOX).")]
TakenIn = Annotated[str | None, typer.Option(help="Where mail goes that was taken in; empty: it stays.")]
CameAgain = Annotated[str | None, typer.Option(help="Where mail goes that was here before; empty: it stays.")]
NotTaken = Annotated[str | None, typer.Option(help="Where mail goes that is too large; empty: it stays.")]
Where = Annotated[str | None, typer.Option("--path", help="Of a Maildir: its folder.")]
Poll = Annotated[int | None, typer.Option(help="Seconds between looks where the server cannot tell.", min=5, max=3600)]
Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="Take in mail from this day on; what is older stays."),
]
Trusted = Annotated[str | None, typer.Option(help="The name under which its server writes Authentication-Results.")]
Company = Annotated[int | None, typer.Option(help="Whose mail it is: a company's id in Odoo; 0: not said.", min=0)]
Language = Annotated[str | None, typer.Option(help="Language of replies where a message's own is not known.")]
Team = Annotated[str | None, typer.Option(help="The team whose cases they are.")]
OutHost = Annotated[str | None, typer.Option(help="The server for outgoing mail (SMTP); empty: none.")]
OutPort = Annotated[int | None, typer.Option(help="Its port: 465 for TLS, 587 for STARTTLS.", min=1, max=65535)]
OutEncryption = Annotated[str | None, typer.Option(help="tls, starttls, or none (within this machine only)")]
OutUser = Annotated[str | None, typer.Option(help="Who signs in there; as for reading without it.")]
SentFolder = Annotated[str | None, typer.Option(help="Where a copy of sent mail is put; empty: nowhere.")]
Default = Annotated[
    bool | None,
    typer.Option("--default-for-sending/--not-default", help="Replies on cases that came in another way go out here."),
]
Credentials = Annotated[
    Path | None, typer.Option(help="A file with passwords and tokens as a JSON object; - is standard input.")
]


@app.command()
def add(
    context: typer.Context, name: Name,
    kind: Annotated[str, typer.Option(help="imap, maildir, graph, gmail or inbound")] = "imap",
    preset: Annotated[str, typer.Option(help="Begin with what fits microsoft365, google, graph or gmail")] = "",
    address: Address = None, display_name: DisplayName = None, host: Host = None, port: Port = None,
    encryption: Encryption = None, user: User = None, oauth: OAuth = None, token_url: TokenUrl = None,
    client_id: ClientId = None, scope: Scope = None, grant: Grant = None, path: Where = None, folder: Folder = None,
    taken_in: TakenIn = None, came_again: CameAgain = None, not_taken: NotTaken = None, since: Since = None,
    poll_seconds: Poll = None, trusted_results: Trusted = None, company: Company = None, language: Language = None,
    team: Team = None, out_host: OutHost = None, out_port: OutPort = None, out_encryption: OutEncryption = None,
    out_user: OutUser = None, sent_folder: SentFolder = None, default_for_sending: Default = None,
    credentials: Credentials = None,
    test: Annotated[bool, typer.Option("--test/--no-test", help="Test the connection at once.")] = True,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Add a mailbox. Mail is read from it within seconds while `countersign up` runs."""
    from app.clock import now
    from app.mailboxes import administration
    from app.mailboxes.inbound import INBOUND_KEY, new_inbound_key
    from app.mailboxes.presets import PRESETS
    from workers.wiring import parts

    if preset:
        one_of("--preset", [preset], _PRESETS)
        kind = PRESETS[preset].kind
    one_of("--kind", [kind], _KINDS)
    if not address:
        typer.secho("Say with --address which address customers write to.", err=True, fg="red")
        raise typer.Exit(2)
    entries = _laid_over(
        dict(PRESETS[preset].entries) if preset else {},
        _entries(context.params),
    )  # fmt: skip
    reached = administration.reached_from(entries)
    wanted = administration.Wanted(
        address, reached, display_name or "", company or None, language or "", team or "", bool(default_for_sending)
    )
    given = _credentials(credentials, _needed(kind, wanted, out_user or ""))
    if kind == "inbound" and not given.get(INBOUND_KEY):
        given[INBOUND_KEY] = made = new_inbound_key()
    else:
        made = ""
    p = parts()
    with p.database.transaction() as session:
        mailbox = administration.add(
            session, name, kind, wanted, given, key=p.secret_key, by=administration.COMMAND_LINE, at=now()
        )
    lines = _tested(mailbox) if test else ()
    if as_json:
        told: dict[str, Any] = {"name": name, "kind": kind, "address": mailbox.address, "state": mailbox.state}
        if made:
            told["inbound_key"] = made
        typer.echo(json.dumps({**told, "tested": [_line(line) for line in lines]}))
        return
    typer.echo(f"The mailbox {name} was added. It is read while Countersign runs: countersign up")
    if made:
        typer.echo(f"Its inbound key, shown only now: {made}")
        typer.echo(
            f"The provider sends mail to: {p.settings.public_url}/v1/inbound/{name}/raw (or /mailgun, /postmark)"
        )
    _say(lines)


@app.command()
def change(
    context: typer.Context, name: Name,
    address: Address = None, display_name: DisplayName = None, host: Host = None, port: Port = None,
    encryption: Encryption = None, user: User = None, oauth: OAuth = None, token_url: TokenUrl = None,
    client_id: ClientId = None, scope: Scope = None, grant: Grant = None, path: Where = None, folder: Folder = None,
    taken_in: TakenIn = None, came_again: CameAgain = None, not_taken: NotTaken = None, since: Since = None,
    poll_seconds: Poll = None, trusted_results: Trusted = None, company: Company = None, language: Language = None,
    team: Team = None, out_host: OutHost = None, out_port: OutPort = None, out_encryption: OutEncryption = None,
    out_user: OutUser = None, sent_folder: SentFolder = None, default_for_sending: Default = None,
    credentials: Credentials = None,
    ask: Annotated[
        list[str] | None,
        typer.Option("--enter", help="Ask for this credential: password, out_password, client_secret, refresh_token, "
                                     "mailgun_signing_key (may be repeated)"),
    ] = None,
    new_key: Annotated[
        bool, typer.Option("--new-inbound-key", help="Make a new key for mail that is sent here.")
    ] = False,
    forget: Annotated[list[str] | None, typer.Option(help="Forget this credential (may be repeated)")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Change what is named of a mailbox; everything else stays. Its process starts anew."""
    from app.clock import now
    from app.mailboxes import administration
    from app.mailboxes.inbound import INBOUND_KEY, new_inbound_key
    from workers.wiring import parts

    one_of("--enter", ask or (), _ASKED_FOR)
    given = _credentials(credentials, tuple(ask or ()))
    made = new_inbound_key() if new_key else ""
    if made:
        given[INBOUND_KEY] = made
    p = parts()
    with p.database.transaction() as session:
        mailbox = administration.mailbox_named(session, name, for_change=True)
        entries = _laid_over(
            dict(mailbox.settings),
            _entries(context.params),
        )  # fmt: skip
        if out_host == "":
            entries["outgoing"] = None
        wanted = administration.Wanted(
            _or(address, mailbox.address), administration.reached_from(entries),
            _or(display_name, mailbox.display_name), (company or None) if company is not None else mailbox.company_id,
            _or(language, mailbox.language), _or(team, mailbox.team),
            mailbox.is_default_for_sending if default_for_sending is None else default_for_sending,
        )  # fmt: skip
        administration.change(
            session, name, wanted, given, key=p.secret_key, by=administration.COMMAND_LINE, at=now(),
            forget=tuple(forget or ()),
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps({"name": name, **({"inbound_key": made} if made else {})}))
        return
    typer.echo(f"The mailbox {name} was changed. Test it with: countersign mailbox test {name}")
    if made:
        typer.echo(f"Its new inbound key, shown only now: {made}")


@app.command(name="test")
def try_out(name: Name, as_json: AsJson = False) -> None:
    """Test a mailbox step by step: name, connection, encryption, sign-in, folder, right to move, sending. Exit code 1
    when something fails."""
    from app.mailboxes import administration
    from workers.wiring import parts

    with parts().database.transaction() as session:
        mailbox = administration.mailbox_named(session, name)
    lines = _tested(mailbox)
    if as_json:
        for line in lines:
            typer.echo(json.dumps(_line(line)))
    else:
        _say(lines)
    raise typer.Exit(1 if any(line.state == "fails" for line in lines) else 0)


@app.command(name="list")
def list_mailboxes(as_json: AsJson = False) -> None:
    """List all mailboxes: how it goes with each, its last message, lag, counts, errors, old mail under way."""
    from app.clock import now
    from app.mailboxes.standing import standings
    from workers.wiring import parts

    with parts().database.transaction() as session:
        found = standings(session, at=now())
    for standing in found:
        if as_json:
            typer.echo(json.dumps(_told(standing)))
        else:
            _show(standing)
    if not found and not as_json:
        typer.echo("There is no mailbox yet. Add one with: countersign mailbox add")


@app.command()
def pause(name: Name, as_json: AsJson = False) -> None:
    """Leave a mailbox alone until it is resumed: nothing is read, moved or sent."""
    _set(name, "pause", f"The mailbox {name} is paused. Go on with: countersign mailbox resume {name}", as_json)


@app.command()
def resume(name: Name, as_json: AsJson = False) -> None:
    """Read a paused mailbox again, from where it was left."""
    _set(name, "resume", f"The mailbox {name} is read again.", as_json)


@app.command()
def backfill(
    name: Name,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day, as 2026-10-31.")] = None,
    per_minute: Annotated[int, typer.Option(help="Messages a minute, at most.", min=1, max=6000)] = 60,
    folder: Annotated[str, typer.Option(help="The folder to read; without it the one of new mail.")] = "",
    stop: Annotated[int, typer.Option(help="Stop the one of this number instead.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Take in old mail beside the new, throttled; see how far it is with: countersign mailbox list"""
    from app.clock import now
    from app.mailboxes import administration
    from workers.wiring import parts

    if since is None and not stop:
        typer.secho("Say with --since from which day on old mail is taken in.", err=True, fg="red")
        raise typer.Exit(2)
    by = administration.COMMAND_LINE
    with parts().database.transaction() as session:
        if since is None:
            asked = administration.stop_backfill(session, name, stop, by=by, at=now())
        else:
            asked = administration.ask_for_backfill(
                session, name, since=since.date(), per_minute=per_minute, folder=folder, by=by, at=now()
            )
    if as_json:
        typer.echo(json.dumps({"name": name, **_backfill(asked)}))
    elif since is None:
        typer.echo(f"Old mail of “{asked.folder}” is not taken in any more; {asked.done} messages were.")
    else:
        typer.echo(
            f"Old mail of “{asked.folder}” since {asked.since.isoformat()} is taken in, {asked.per_minute} a minute at "
            f"most (number {asked.id}). See how far it is with: countersign mailbox list"
        )


# -- what is entered ----------------------------------------------------------------------------------------------


def _entries(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said on the command line, as `Reached` has it; None for what was not."""
    encryption, out_encryption, grant = said["encryption"], said["out_encryption"], said["grant"]
    one_of("--encryption", [encryption] if encryption else (), _ENCRYPTIONS)
    one_of("--out-encryption", [out_encryption] if out_encryption else (), _ENCRYPTIONS)
    one_of("--grant", [grant] if grant else (), _GRANTS)
    out_port = said["out_port"] or {"tls": 465, "starttls": 587}.get(out_encryption or "")
    if said["out_host"] and not out_encryption:
        out_port = out_port or 465
    sign_in = {None: None, True: "oauth", False: "password"}[said["oauth"]]
    return {
        "host": said["host"], "port": said["port"] or {"tls": 993, "starttls": 143}.get(encryption or ""),
        "encryption": encryption, "user": said["user"], "sign_in": sign_in, "path": said["path"],
        "since": said["since"].date().isoformat() if said["since"] else None,
        "poll_seconds": said["poll_seconds"], "trusted_results": said["trusted_results"],
        "oauth": {name: said[name] for name in ("token_url", "client_id", "scope", "grant")},
        "folders": {
            "inbox": said["folder"], "taken_in": said["taken_in"], "came_again": said["came_again"],
            "refused": said["not_taken"],
        },
        "outgoing": {
            "host": said["out_host"], "port": out_port, "encryption": out_encryption, "user": said["out_user"],
            "sent_folder": said["sent_folder"],
        },
    }  # fmt: skip


def _laid_over(before: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What there was, with what was said in its place; what was not said (None) stays."""
    after = dict(before)
    for label, value in said.items():
        if isinstance(value, Mapping):
            inner = _laid_over(dict(after.get(label) or {}), value)
            if inner:
                after[label] = inner
        elif value is not None:
            after[label] = value
    return after


def _or(said: str | None, before: str) -> str:
    return before if said is None else said


def _needed(kind: str, wanted: Wanted, out_user: str) -> tuple[str, ...]:
    """The credentials to ask for, so that this mailbox can be signed in to."""
    reached = wanted.reached
    needed: list[str] = []
    if kind == "inbound":
        needed.append("mailgun_signing_key")
    elif kind in ("graph", "gmail") or (kind == "imap" and reached.sign_in == "oauth"):
        needed.append("client_secret")
        if reached.oauth is not None and reached.oauth.grant == "refresh_token":
            needed.append("refresh_token")
    elif kind == "imap":
        needed.append("password")
    if reached.outgoing is not None and (out_user or kind in ("maildir", "inbound")):
        needed.append("out_password")
    return tuple(needed)


def _credentials(file: Path | None, needed: tuple[str, ...]) -> dict[str, str]:
    """Credentials from a file or standard input, else asked for at the terminal without showing them."""
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
            given = json.loads(text)
        except (OSError, ValueError):
            typer.secho(f"{file} holds no JSON object with passwords and tokens.", err=True, fg="red")
            raise typer.Exit(2) from None
        if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
            typer.secho('Credentials are a JSON object of texts, such as {"password": "…"}.', err=True, fg="red")
            raise typer.Exit(2)
        one_of("The credential", given, (*_ASKED_FOR, "inbound_key"))
        return given
    if not needed or not sys.stdin.isatty():
        return {}
    return {
        label: typer.prompt(_ASKED_FOR[label], hide_input=True, default="", show_default=False, err=True)
        for label in needed
    }


def _set(name: str, what: str, said: str, as_json: bool) -> None:
    from app.clock import now
    from app.mailboxes import administration
    from workers.wiring import parts

    carry_out = administration.pause if what == "pause" else administration.resume
    with parts().database.transaction() as session:
        mailbox = carry_out(session, name, by=administration.COMMAND_LINE, at=now())
    typer.echo(json.dumps({"name": name, "state": mailbox.state}) if as_json else said)


# -- what is told -------------------------------------------------------------------------------------------------


def _tested(mailbox: Mailbox) -> tuple[Tried, ...]:
    from app.mailboxes.testing import tried
    from workers.wiring import parts

    p = parts()
    return tried(mailbox, p.secret_key, p.database)


def _line(line: Tried) -> dict[str, str]:
    return {"step": line.step, "state": line.state, "says": line.says}


def _say(lines: tuple[Tried, ...]) -> None:
    for line in lines:
        colour = {"works": "green", "fails": "red"}.get(line.state, "yellow")
        says = f": {harmless(line.says)}" if line.says else ""
        typer.echo(f"{typer.style(f'{line.state:<8}', fg=colour)} {_STEP_WORDS.get(line.step, line.step)}{says}")


def _show(standing: Standing) -> None:
    mailbox = standing.mailbox
    colour = {"works": "green", "fails": "red", "unread": "red"}.get(standing.state, "yellow")
    typer.echo(
        f"{typer.style(f'{standing.state:<8}', fg=colour)} {mailbox.name} ({mailbox.kind}) {harmless(mailbox.address)}"
    )
    last = mailbox.last_message_at.isoformat(timespec="seconds") if mailbox.last_message_at else "none yet"
    lag = f", stored {mailbox.last_lag_seconds:.1f} s after it arrived" if mailbox.last_lag_seconds is not None else ""
    typer.echo(
        f"         last message {last}{lag}; {mailbox.taken_in} taken in, {mailbox.came_again} came again, "
        f"{mailbox.refused} not taken in, {standing.to_move} to move, {mailbox.failures} failures"
    )
    if standing.state == "unread":
        typer.echo("         no process reads it: start Countersign with: countersign up")
    if mailbox.failing_since is not None:
        since = mailbox.failing_since.isoformat(timespec="seconds")
        typer.secho(f"         since {since}: {harmless(mailbox.failure)}", fg="red")
    for asked in standing.backfills:
        total = "?" if asked.total is None else str(asked.total)
        ended = f"ended {asked.ended_at.isoformat(timespec='seconds')}" if asked.ended_at else "under way"
        typer.echo(
            f"         old mail of “{harmless(asked.folder)}” since {asked.since.isoformat()} (number {asked.id}): "
            f"{asked.done} of {total}, {ended}"
        )
        if asked.failure:
            typer.secho(f"         {harmless(asked.failure)}", fg="yellow")


def _told(standing: Standing) -> dict[str, Any]:
    mailbox = standing.mailbox
    return {
        "name": mailbox.name, "kind": mailbox.kind, "address": mailbox.address, "state": standing.state,
        "default_for_sending": mailbox.is_default_for_sending, "seen_at": _at(mailbox.seen_at),
        "last_message_at": _at(mailbox.last_message_at), "last_lag_seconds": mailbox.last_lag_seconds,
        "taken_in": mailbox.taken_in, "came_again": mailbox.came_again, "not_taken_in": mailbox.refused,
        "to_move": standing.to_move, "failures": mailbox.failures, "failing_since": _at(mailbox.failing_since),
        "failure": mailbox.failure, "backfills": [_backfill(asked) for asked in standing.backfills],
    }  # fmt: skip


def _backfill(asked: Backfill) -> dict[str, Any]:
    return {
        "id": asked.id, "folder": asked.folder, "since": asked.since.isoformat(), "per_minute": asked.per_minute,
        "done": asked.done, "total": asked.total, "ended_at": _at(asked.ended_at), "failure": asked.failure,
    }  # fmt: skip


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
