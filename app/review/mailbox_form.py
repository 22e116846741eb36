"""The form of a mailbox: what is set or was entered, flat by the names of its fields, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.errors import Malformed, Misconfigured
from app.mailboxes import administration
from app.mailboxes.administration import Wanted
from app.mailboxes.credentials import credentials_of
from app.mailboxes.inbound import MAILGUN_SIGNING_KEY
from app.mailboxes.models import KINDS, Mailbox
from app.mailboxes.presets import PRESETS
from app.mailboxes.reached import CLIENT_SECRET, OUT_PASSWORD, PASSWORD, REFRESH_TOKEN, Reached
from app.review.forms import text_of
from app.review.languages import N_, Words, _
from app.review.wording import LANGUAGE_WORDS
from app.users import people
from app.vocabulary import LANGUAGES

SECRETS = (PASSWORD, OUT_PASSWORD, CLIENT_SECRET, REFRESH_TOKEN, MAILGUN_SIGNING_KEY)
"""Fields whose entries are never shown again."""
_PLAIN = (
    "address", "display_name", "company_id", "language", "team", "default_for_sending", "host", "port", "encryption",
    "user", "token_url", "client_id", "scope", "grant", "path", "inbox", "taken_in", "came_again", "refused",
    "since", "poll_seconds", "trusted_results", "out_host", "out_port", "out_encryption", "out_user", "sent_folder",
)  # fmt: skip
ENCRYPTION_WORDS = Words({
    "tls": N_("TLS from the first byte"), "starttls": N_("STARTTLS, required"),
    "none": N_("none (within this machine only)"),
})  # fmt: skip
GRANT_WORDS = Words({
    "refresh_token": N_("refresh token of the mailbox’s owner"),
    "client_credentials": N_("the application itself (client credentials)"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entered:
    """The form's entries. `values` by field, as text; `credentials` as they were entered, `kept` those there are."""

    name: str
    kind: str
    sign_in: str
    values: Mapping[str, str]
    credentials: Mapping[str, str] = field(repr=False)
    kept: tuple[str, ...] = ()

    def signing_in(self, how: str) -> Entered:
        """The same form for another way to sign in, if that is one."""
        return replace(self, sign_in=how) if self.kind == "imap" and how in ("password", "oauth") else self

    def wanted(self) -> Wanted:
        """What these entries say.

        Raises:
            Malformed: An entry cannot be used; the message names it.
        """
        v = self.values
        entries: dict[str, Any] = {
            "sign_in": self.sign_in, "trusted_results": v["trusted_results"],
            "folders": {name: v[name] for name in ("inbox", "taken_in", "came_again", "refused")},
        }  # fmt: skip
        if self.kind == "imap":
            entries |= {"port": _number(v["port"], _("Port")), "encryption": v["encryption"]}
        if self.kind == "maildir":
            entries["path"] = v["path"]
        else:
            entries |= {"host": v["host"], "user": v["user"]}
        if v["since"]:
            entries["since"] = v["since"]
        if v["poll_seconds"]:
            entries["poll_seconds"] = _number(
                v["poll_seconds"], _("Seconds between two looks, where the server cannot tell of new mail")
            )
        if self.sign_in == "oauth":
            entries["oauth"] = {name: v[name] for name in ("token_url", "client_id", "scope", "grant")}
        if v["out_host"]:
            entries["outgoing"] = {
                "host": v["out_host"], "port": _number(v["out_port"], _("Port for outgoing mail")),
                "encryption": v["out_encryption"], "user": v["out_user"], "sent_folder": v["sent_folder"],
            }  # fmt: skip
        company_id = _number(v["company_id"], _("Company, by its id in Odoo")) if v["company_id"] else None
        return Wanted(
            v["address"], administration.reached_from(entries), v["display_name"], company_id, v["language"],
            v["team"], v["default_for_sending"] == "yes",
        )  # fmt: skip


def of_preset(kind: str, preset: str) -> Entered:
    """An empty form of a kind, with what fits a well-known service."""
    found = PRESETS.get(preset)
    entries = dict(found.entries) if found is not None and found.kind == kind else {}
    reached = administration.reached_from(entries)
    sign_in = "oauth" if kind in ("graph", "gmail") else reached.sign_in
    return Entered("", kind, sign_in, _flat(reached), {})


def of_mailbox(mailbox: Mailbox, key: str) -> Entered:
    """The form of a mailbox as it is set."""
    reached = Reached.model_validate(mailbox.settings)
    try:
        kept = tuple(credentials_of(mailbox, key))
    except Misconfigured:
        kept = ()
    values = {
        **_flat(reached), "address": mailbox.address, "display_name": mailbox.display_name,
        "company_id": str(mailbox.company_id or ""), "language": mailbox.language, "team": mailbox.team,
        "default_for_sending": "yes" if mailbox.is_default_for_sending else "",
    }  # fmt: skip
    return Entered(mailbox.name, mailbox.kind, reached.sign_in, values, {}, kept)


def entered_from(form: FormData, *, before: Entered | None = None) -> Entered:
    """What a form sent. A mailbox that is changed (`before`) keeps its name and kind.

    Raises:
        Malformed: The form names no kind of mailbox.
    """
    kind = before.kind if before is not None else text_of(form, "kind")
    if kind not in KINDS:
        raise Malformed(_("This form cannot be read. Open the page again."))
    sign_in = text_of(form, "sign_in") if kind == "imap" else ("oauth" if kind in ("graph", "gmail") else "password")
    values = _flat(Reached.model_validate({})) | {name: text_of(form, name)[:2000] for name in _PLAIN if name in form}
    values["default_for_sending"] = text_of(form, "default_for_sending")
    return Entered(
        before.name if before is not None else text_of(form, "name"), kind,
        sign_in if sign_in in ("password", "oauth") else "password", values,
        {name: secret for name in SECRETS if (secret := _secret(form, name))},
        before.kept if before is not None else (),
    )  # fmt: skip


def page_of(session: Session, entered: Entered) -> dict[str, Any]:
    """What the form's page shows."""
    return {
        "entered": entered, "values": entered.values, "encryptions": ENCRYPTION_WORDS, "grants": GRANT_WORDS,
        "languages": [(code, str(LANGUAGE_WORDS[code])) for code in LANGUAGES], "teams": people.teams(session),
        "kept": entered.kept,
    }  # fmt: skip


def _flat(reached: Reached) -> dict[str, str]:
    out = reached.outgoing
    oauth = reached.oauth
    return {
        **dict.fromkeys(_PLAIN, ""),
        "host": reached.host, "port": str(reached.port), "encryption": reached.encryption, "user": reached.user,
        "path": reached.path, **reached.folders.model_dump(),
        "since": reached.since.isoformat() if reached.since else "", "poll_seconds": str(reached.poll_seconds),
        "trusted_results": reached.trusted_results,
        "token_url": oauth.token_url if oauth else "", "client_id": oauth.client_id if oauth else "",
        "scope": oauth.scope if oauth else "", "grant": oauth.grant if oauth else "refresh_token",
        "out_host": out.host if out else "", "out_port": str(out.port) if out else "465",
        "out_encryption": out.encryption if out else "tls", "out_user": out.user if out else "",
        "sent_folder": out.sent_folder if out else "",
    }  # fmt: skip


def _secret(form: FormData, name: str) -> str:
    """A password or token as it was entered: blanks at its ends may be part of it."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Malformed(_("The entry “%(what)s” is a whole number. Nothing was changed.", what=what))
    return int(text)
