"""How a mailbox is reached: the settings of each kind, without any secret. Checked when they are entered."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _one_line(given: str) -> str:
    if not given.isprintable():
        raise ValueError("it is one line without control characters")
    return given


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(_one_line)]
"""What stands here goes into commands to servers."""
Encryption = Literal["tls", "starttls", "none"]
"""tls: encrypted from the first byte; starttls: asked for in the open connection and required; none: loopback only."""


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Folders(_Given):
    """Where a message goes once it is stored, by what became of it. Empty: it stays, and is marked as seen."""

    inbox: Text = "INBOX"
    taken_in: Text = "Countersign/Taken in"
    came_again: Text = "Countersign/Came again"
    refused: Text = "Countersign/Not taken in"


class OAuth(_Given):
    """How access tokens are got (RFC 6749). The client's secret and the refresh token are credentials, not settings."""

    token_url: Text
    client_id: Text
    scope: Text = ""
    grant: Literal["refresh_token", "client_credentials"] = "refresh_token"


class Outgoing(_Given):
    """The server that takes mail from this mailbox (SMTP). `user` empty: as for reading."""

    host: Text
    port: int = Field(ge=1, le=65535)
    encryption: Encryption = "tls"
    user: Text = ""
    sent_folder: Text = ""
    """Where a copy of what was sent is put; empty: the server does it itself, or nobody wants it."""


class Reached(_Given):
    """How a mailbox is reached. `host` to `user` are of the IMAP server; a Maildir has `path`."""

    host: Text = ""
    port: int = Field(993, ge=1, le=65535)
    encryption: Encryption = "tls"
    user: Text = ""
    sign_in: Literal["password", "oauth"] = "password"
    oauth: OAuth | None = None
    path: Text = ""
    folders: Folders = Folders()
    since: date | None = None
    """Mail that the server received before this day is not new: it is left where it is, unless a backfill takes it
    in. None: all that waits in the inbox is taken in."""
    poll_seconds: int = Field(60, ge=5, le=3600)
    """How often to look where the server cannot tell of new mail (no IDLE)."""
    trusted_results: Text = ""
    """The name (authserv-id) under which this mailbox's own server writes Authentication-Results; others are not
    believed. Empty: none is believed."""
    outgoing: Outgoing | None = None


PASSWORD, OUT_PASSWORD, CLIENT_SECRET, REFRESH_TOKEN = "password", "out_password", "client_secret", "refresh_token"
"""Names of credentials, as they are sealed together. `out_password` absent: the same as for reading."""


def is_loopback(host: str) -> bool:
    """Whether a server is this machine itself: only there may mail, passwords and tokens go unencrypted."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
