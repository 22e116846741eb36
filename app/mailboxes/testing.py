"""The connection test of a mailbox: step by step what works, and at the first that does not, what to do.

Nothing is read, moved or sent. The steps of reading are name, connection, encryption, sign_in, folder and moving (the
right to move mail to its folders); those of sending are tried with the server for outgoing mail and told as one.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from app.db import Database
from app.errors import Misconfigured
from app.mailboxes.credentials import credentials_of, keep_refresh_token
from app.mailboxes.models import Mailbox
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import REFRESH_TOKEN, Reached
from app.mailboxes.sending import BY_ITSELF, takes_token
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.words import said

Keep = Callable[[str], None]

SECONDS = 10.0
"""How long a server may take for one step before the test says that it does not answer."""
READING = ("name", "connection", "encryption", "sign_in", "folder", "moving")
STEPS = (*READING, "key", "sending")
_FIRST = {"imap": 0, "graph": 3, "gmail": 3, "maildir": 4}
"""With which of `READING` the test of a kind begins: the others have no server of their own, or no sign-in."""
_LONGEST_GREETING = 4096
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, 62
_OWN_MAKE = (18, 19, 20, 21)
"""OpenSSL's numbers of what is wrong with a certificate; the last: nobody whom this machine trusts vouches for it."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of the test: `state` is works, fails, untried (one before it fails) or absent (not set up)."""

    step: str
    state: str
    says: str


def tried(mailbox: Mailbox, key: str, database: Database) -> tuple[Tried, ...]:
    """Test the mailbox as it is set up. `key` is the installation's secret key. Takes seconds; call it outside of a
    transaction. The database is written only when a token server gives a new refresh token. Never raises for what a
    server does."""

    def keep(token: str) -> None:
        credentials[REFRESH_TOKEN] = token
        with database.transaction() as session:
            keep_refresh_token(session, mailbox.id, token, key)

    try:
        credentials = credentials_of(mailbox, key)
    except Misconfigured as error:
        return (Tried("sign_in", "fails", error.message),)
    reached = Reached.model_validate(mailbox.settings)
    if mailbox.kind == "inbound":
        return (_inbound(mailbox, credentials), _sending(mailbox, reached, credentials, keep))
    return (*_reading(mailbox, reached, credentials, keep), _sending(mailbox, reached, credentials, keep))


def works(lines: tuple[Tried, ...]) -> bool:
    """Whether nothing failed."""
    return not any(line.state == "fails" for line in lines)


def _reading(mailbox: Mailbox, reached: Reached, credentials: Mapping[str, str], keep: Keep) -> Iterator[Tried]:
    steps = READING[_FIRST[mailbox.kind] :]
    found: list[Tried] = []
    try:
        for line in _server(reached) if mailbox.kind == "imap" else ():
            found.append(line)  # one by one: what was found before it fails is told too
        for line in _mailbox(mailbox, reached, credentials, keep):
            found.append(line)
    except MailboxFails as error:
        step = str(error.facts.get("step", ""))
        failed = step if step in steps else steps[min(len(found), len(steps) - 1)]
        for before in steps[: steps.index(failed)]:
            done = next((line for line in found if line.step == before), None)
            yield done or Tried(before, "works", "")
        yield Tried(failed, "fails", error.message)
        for after in steps[steps.index(failed) + 1 :]:
            yield Tried(after, "untried", "")
        return
    yield from found


# -- the server ---------------------------------------------------------------------------------------------------


def _server(reached: Reached) -> Iterator[Tried]:
    """Name, connection and encryption of an IMAP server, each on its own."""
    host, port = reached.host, reached.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise MailboxFails(
            f"There is no server of the name {host}. Check its spelling, and whether this machine can look names up.",
            step="name",
        ) from None
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    named = ", ".join(addresses[:3])
    yield Tried("name", "works", f"The name {host} stands for {named}.")
    try:
        connection = socket.create_connection((host, port), timeout=SECONDS)
    except TimeoutError:
        raise MailboxFails(
            f"{host} does not answer on port {port} within {SECONDS:.0f} seconds. A firewall may be between, or the "
            "port is another one: 993 for TLS, 143 for STARTTLS.",
            step="connection",
        ) from None
    except OSError as error:
        raise MailboxFails(
            f"{host} takes no connection on port {port} ({said(error)}). Check the port: 993 for TLS, 143 for "
            "STARTTLS.",
            step="connection",
        ) from None
    with connection:
        yield Tried("connection", "works", f"It answers on port {port}.")
        if reached.encryption == "none":
            if not all(ip_address(address.split("%")[0]).is_loopback for address in addresses):
                raise MailboxFails(
                    f"{host} is another machine: passwords go there encrypted only. Choose TLS or STARTTLS.",
                    step="encryption",
                )
            yield Tried("encryption", "absent", "None: the server is this machine itself.")
            return
        if reached.encryption == "starttls":
            _ask_for_encryption(connection, host, port)
        yield _encrypted(connection, host, port)


def _ask_for_encryption(connection: socket.socket, host: str, port: int) -> None:
    """STARTTLS, in the open connection (RFC 3501, 6.2.1)."""
    try:
        with connection.makefile("rb") as answers:
            answers.readline(_LONGEST_GREETING)
            connection.sendall(b"t1 STARTTLS\r\n")
            answer = answers.readline(_LONGEST_GREETING)
    except OSError as error:
        raise MailboxFails(
            f"{host} does not speak IMAP on port {port} ({said(error)}). Port 993 needs TLS, not STARTTLS.",
            step="encryption",
        ) from None
    if not answer.upper().startswith(b"T1 OK"):
        raise MailboxFails(
            f"{host} offers no STARTTLS on port {port}. Choose TLS and port 993, or ask who runs the server.",
            step="encryption",
        )


def _encrypted(connection: socket.socket, host: str, port: int) -> Tried:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            certificate = secured.getpeercert() or {}
            version = secured.version() or "TLS"
    except ssl.SSLCertVerificationError as error:
        raise MailboxFails(_why_not_trusted(error, host), step="encryption") from None
    except (ssl.SSLError, OSError) as error:
        raise MailboxFails(
            f"{host} does not begin an encrypted connection on port {port} ({said(error)}). Port 993 speaks TLS from "
            "the first byte; on port 143 choose STARTTLS.",
            step="encryption",
        ) from None
    until = str(certificate.get("notAfter", ""))
    if not until:
        return Tried("encryption", "works", f"{version}; the certificate is good.")
    day = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), tz=UTC).date()
    return Tried("encryption", "works", f"{version}; the certificate is good until {day.isoformat()}.")


def _why_not_trusted(error: ssl.SSLCertVerificationError, host: str) -> str:
    if error.verify_code == _EXPIRED:
        return f"The certificate of {host} has expired. Ask who runs the server to renew it."
    if error.verify_code == _NOT_YET:
        return f"The certificate of {host} is not valid yet. Check this machine's clock, and the server's certificate."
    if error.verify_code == _OTHER_NAME:
        return f"The certificate is for another name than {host}. Enter the server's name as its certificate has it."
    if error.verify_code in _OWN_MAKE:
        return (
            f"Nobody whom this machine trusts vouches for the certificate of {host}. Install the certificate of the "
            "authority that issued it on this machine (SSL_CERT_FILE), or have the server get a public one."
        )
    return f"The certificate of {host} is not good ({said(error.verify_message)}). Ask who runs the server."


# -- the mailbox --------------------------------------------------------------------------------------------------


def _mailbox(mailbox: Mailbox, reached: Reached, credentials: Mapping[str, str], keep: Keep) -> Iterator[Tried]:
    """Sign in, open the folder, and make sure of the folders that mail is moved to."""
    from app.mailboxes.opening import open_source

    source = open_source(mailbox, credentials, keep=keep)
    try:
        folders = reached.folders
        if mailbox.kind == "imap":
            yield Tried("sign_in", "works", f"{reached.user} is signed in.")
        place = source.place(folders.inbox)
        if mailbox.kind in ("graph", "gmail"):  # they sign in with the first question
            yield Tried("sign_in", "works", f"{reached.user} is signed in.")
        yield Tried("folder", "works", f"“{folders.inbox}” can be read.")
        targets = [t for t in dict.fromkeys((folders.taken_in, folders.came_again, folders.refused)) if t]
        if not targets:
            yield Tried("moving", "absent", "Mail is not moved: no folder is set.")
            return
        for target in targets:
            source.file_away(place, (), target)
        named = ", ".join(f"“{target}”" for target in targets)
        yield Tried("moving", "works", f"Mail can be moved to {named}.")
    finally:
        source.close()


def _inbound(mailbox: Mailbox, credentials: Mapping[str, str]) -> Tried:
    if credentials:
        return Tried("key", "works", "A key is set. Whether mail arrives shows when the provider sends some.")
    return Tried("key", "fails", f"No key is set, so nothing is taken in for “{mailbox.name}”. Make an inbound key.")


def _sending(mailbox: Mailbox, reached: Reached, credentials: Mapping[str, str], keep: Keep) -> Tried:
    """One line: what is sent from here, or why it would not be."""
    if mailbox.kind in BY_ITSELF and reached.outgoing is None:
        return Tried("sending", "untried", "Mail is sent by the service itself; whether it may shows when some is.")
    if reached.outgoing is None:
        return Tried("sending", "absent", "No server for outgoing mail is set: replies are not sent from here.")
    from app.mailboxes import smtp

    try:
        token = ""
        if reached.oauth is not None and takes_token(reached, credentials):
            token = AccessTokens(reached.oauth, credentials, keep).get()
        smtp.check(reached.outgoing, credentials, sender=mailbox.address, user=reached.user, token=token)
    except MailboxFails as error:
        return Tried("sending", "fails", error.message)
    return Tried("sending", "works", f"{reached.outgoing.host} takes mail from {mailbox.address}.")
