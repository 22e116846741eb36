"""Connecting to an IMAP server and signing in: encrypted, its certificate verified, by password or by token."""

from __future__ import annotations

import imaplib
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial

from app.mailboxes.imap_conversation import WITHIN, cause, hang_up
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import PASSWORD, Reached
from app.mailboxes.tokens import AccessTokens
from app.mailboxes.words import said, without


def connect(reached: Reached, where: str) -> imaplib.IMAP4:
    """A connection that is encrypted as the settings ask for; `where` names the server in what is told.

    Raises:
        MailboxFails: At the step name, connection or encryption.
    """
    trust = ssl.create_default_context()
    try:
        if reached.encryption == "tls":
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(reached.host, reached.port, ssl_context=trust, timeout=WITHIN)
        else:
            client = imaplib.IMAP4(reached.host, reached.port, timeout=WITHIN)
    except socket.gaierror as error:
        raise MailboxFails(
            f"The name {reached.host} is not known ({said(error)}). Check the server's name.", step="name"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(where, error) from None
    except ssl.SSLError as error:
        raise MailboxFails(
            f"{where} cannot be spoken to with encryption from the first byte ({said(error.reason or error)}). Check "
            "the port (993 for TLS, 143 for STARTTLS) and the encryption.",
            step="encryption",
        ) from None
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxFails(
            f"{where} does not answer as a mail server ({cause(error)}). Check server and port.", step="connection"
        ) from None
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    with suppress(AttributeError, OSError):
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 20)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    try:
        if reached.encryption == "starttls":
            client.starttls(trust)
    except ssl.SSLCertVerificationError as error:
        hang_up(client)
        raise _not_trusted(where, error) from None
    except (OSError, imaplib.IMAP4.error) as error:
        hang_up(client)
        raise MailboxFails(
            f"{where} offers no encryption in the open connection ({cause(error)}), so no password is sent. Use TLS "
            "on port 993.",
            step="encryption",
        ) from None
    if reached.encryption == "none" and not _is_this_machine(client.sock):
        hang_up(client)
        raise MailboxFails(
            f"{where} is another machine: without encryption a password would be sent in the open. Choose TLS or "
            "STARTTLS.",
            step="encryption",
        )
    return client


def _is_this_machine(connection: socket.socket) -> bool:
    """Whether the other end of a connection is on this machine."""
    return ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback


def _not_trusted(where: str, error: ssl.SSLCertVerificationError) -> MailboxFails:
    return MailboxFails(
        f"The certificate of {where} cannot be trusted: {said(error.verify_message)}. Check the server's name, or have "
        "its certificate renewed.",
        step="encryption",
    )


def sign_in(
    client: imaplib.IMAP4, reached: Reached, credentials: Mapping[str, str], tokens: AccessTokens | None, where: str
) -> None:
    """Sign in by password or by token. Neither stands in what is told of a refusal.

    Raises:
        MailboxFails: At the step sign_in.
    """
    try:
        if reached.sign_in == "oauth":
            if tokens is None:
                raise MailboxFails("Sign-in by token is set, and no token server. Enter its address.", step="sign_in")
            _sign_in_with_token(client, reached.user, tokens)
        elif "AUTH=PLAIN" in client.capabilities:
            secret = f"\0{reached.user}\0{credentials.get(PASSWORD, '')}".encode()
            client.authenticate("PLAIN", lambda _: secret)
        else:
            client.login(reached.user, credentials.get(PASSWORD, ""))
    except (imaplib.IMAP4.abort, OSError) as error:
        raise MailboxFails(
            f"{where} ended the connection at sign-in ({cause(error)}). It is tried again by itself.", step="sign_in"
        ) from None
    except UnicodeError:
        raise MailboxFails(
            f"{where} takes user and password only in plain letters (ASCII). Choose another password.", step="sign_in"
        ) from None
    except imaplib.IMAP4.error as error:
        if reached.sign_in == "oauth":
            raise MailboxFails(
                f"{where} does not let {reached.user} in with a token: {said(error)}. Check user and scope, and "
                "whether this account may use IMAP.",
                step="sign_in",
            ) from None
        why = said(without(_answered(error), reached.user, credentials.get(PASSWORD, "")))
        raise MailboxFails(
            f"{where} does not let {reached.user} in: {why}. Check user and password.", step="sign_in"
        ) from None


def _answered(error: imaplib.IMAP4.error) -> str:
    """What the server said, as it said it."""
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)


def _next_word(words: Iterator[bytes], challenge: bytes) -> bytes | None:
    """What is answered to a challenge of the server; None ends the sign-in."""
    return next(words, None)


def _sign_in_with_token(client: imaplib.IMAP4, user: str, tokens: AccessTokens) -> None:
    for is_second in (False, True):
        token = tokens.get(anew=is_second)
        # A refusal comes as a challenge with the reason, which is answered with nothing.
        words = iter((f"user={user}\x01auth=Bearer {token}\x01\x01".encode(), b""))
        try:
            client.authenticate("XOAUTH2", partial(_next_word, words))
            return
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if is_second:
                raise imaplib.IMAP4.error(without(_answered(error), user, token)) from None
