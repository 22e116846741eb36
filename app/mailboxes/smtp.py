"""Handing a mail to the server that sends it (SMTP submission): encrypted, signed in, and with what it answered.

What fails raises `MailboxFails`; beside the step its facts say `is_permanent` (trying again does not help) and
`may_have_left` (the server had the whole mail and did not answer: it may be on its way, so it is not sent again).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import OUT_PASSWORD, PASSWORD, Outgoing
from app.mailboxes.words import without

CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 120.0
"""How long the server may take for each answer; after the whole mail RFC 5321 grants ten minutes, few need two."""
_PIECE = 64 * 1024
_LONGEST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A recipient the server did not take, with its code and words."""

    address: str
    code: int
    answer: str

    @property
    def is_permanent(self) -> bool:
        return self.code >= 500


@dataclass(frozen=True, slots=True)
class Submitted:
    """Whom the server took the mail for, whom not, and its last words (often the number it gave the mail)."""

    taken_for: tuple[str, ...]
    refused: tuple[Refusal, ...]
    answer: str


def submit(
    outgoing: Outgoing, credentials: Mapping[str, str], message: bytes, *, sender: str, recipients: Sequence[str],
    user: str = "", token: str = "", context: ssl.SSLContext | None = None,
) -> Submitted:  # fmt: skip
    """Hand over one mail (RFC 5322, lines ended by CRLF) for these recipients; nothing is sent when all are refused.

    `user` is used where `outgoing` names none; `token` is an OAuth access token, used instead of the password.
    `context` replaces the system's trust in certificates.

    Raises:
        MailboxFails: Steps name, connection, encryption, sign_in or sending.
    """
    with _signed_in(outgoing, credentials, sender=sender, user=user, token=token, context=context) as server:
        limit = int(server.esmtp_features.get("size") or 0) if server.has_extn("size") else 0
        if limit and len(message) > limit:
            raise _fails(
                "sending",
                f"The mail is {_megabytes(len(message))} MB; {outgoing.host} takes at most {_megabytes(limit)} MB. "
                "Send it with fewer or smaller papers.",
                is_permanent=True,
            )
        _begin(server, outgoing, sender, len(message))
        taken, refused = _recipients(server, recipients)
        if not taken:
            return Submitted((), refused, "")
        return Submitted(taken, refused, _content(server, outgoing, message))


def check(
    outgoing: Outgoing, credentials: Mapping[str, str], *, sender: str, user: str = "", token: str = "",
    context: ssl.SSLContext | None = None,
) -> None:  # fmt: skip
    """Sign in and ask whether mail from this address would be taken; nothing is sent. Raises as `submit`."""
    with _signed_in(outgoing, credentials, sender=sender, user=user, token=token, context=context) as server:
        _begin(server, outgoing, sender, 0)


@contextmanager
def _signed_in(
    outgoing: Outgoing, credentials: Mapping[str, str], *, sender: str, user: str, token: str,
    context: ssl.SSLContext | None,
) -> Iterator[smtplib.SMTP]:  # fmt: skip
    server = _connected(outgoing, context or _trust(), _envelope(sender).rpartition("@")[2])
    try:
        _greeted(server, outgoing)
        if outgoing.encryption == "starttls":
            _encrypted(server, outgoing, context or _trust())
        _sign_in(server, outgoing, outgoing.user or user, credentials, token)
        yield server
    except smtplib.SMTPServerDisconnected as gone:
        raise _fails("connection", f"{outgoing.host} ended the connection. It is tried again.") from gone
    except (OSError, smtplib.SMTPException) as error:
        raise _fails(
            "connection", f"The connection to {outgoing.host} broke off ({_words(error)}). It is tried again."
        ) from error
    finally:
        _leave(server)


def _connected(outgoing: Outgoing, context: ssl.SSLContext, us: str) -> smtplib.SMTP:
    """The server, which hears the sender's domain as our name: not what this machine is called inside."""
    host, port = outgoing.host, outgoing.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _fails(
            "name",
            f"The name {host} of the server for outgoing mail is not known ({_words(error)}). Check its spelling.",
        ) from error
    if outgoing.encryption == "none" and not all(ip_address(str(a[4][0]).split("%")[0]).is_loopback for a in found):
        raise _fails(
            "encryption",
            f"{host} is another machine: mail goes there encrypted only. Choose TLS (port 465) or STARTTLS (port 587).",
            is_permanent=True,
        )
    try:
        if outgoing.encryption == "tls":
            return smtplib.SMTP_SSL(host, port, local_hostname=us, timeout=CONNECT_SECONDS, context=context)
        return smtplib.SMTP(host, port, local_hostname=us, timeout=CONNECT_SECONDS)
    except ssl.SSLError as error:
        raise _not_encrypted(outgoing, error) from error
    except smtplib.SMTPResponseException as answer:
        raise _fails(
            "connection", f"{host} does not take mail just now: {_said(answer.smtp_code, answer.smtp_error)}."
        ) from answer
    except (OSError, smtplib.SMTPException) as error:
        raise _fails(
            "connection",
            f"No connection to {host}, port {port} ({_words(error)}). Check the port, or a firewall is between.",
        ) from error


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _greeted(server: smtplib.SMTP, outgoing: Outgoing) -> None:
    assert server.sock is not None
    server.sock.settimeout(ANSWER_SECONDS)
    code, answer = server.ehlo()
    if code != 250:
        raise _fails("connection", f"{outgoing.host} did not greet back: {_said(code, answer)}.")


def _encrypted(server: smtplib.SMTP, outgoing: Outgoing, context: ssl.SSLContext) -> None:
    if not server.has_extn("starttls"):
        raise _fails(
            "encryption",
            f"{outgoing.host} offers no STARTTLS on port {outgoing.port}, and without encryption nothing is sent. "
            "Choose TLS and port 465, or ask who runs the server.",
        )
    try:
        code, answer = server.starttls(context=context)
    except ssl.SSLError as error:
        raise _not_encrypted(outgoing, error) from error
    if code != 220:
        raise _fails("encryption", f"{outgoing.host} refuses encryption just now: {_said(code, answer)}.")
    _greeted(server, outgoing)


def _not_encrypted(outgoing: Outgoing, error: ssl.SSLError) -> MailboxFails:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _fails(
            "encryption",
            f"The certificate of {outgoing.host} is not valid: {error.verify_message}. "
            "Use the name that the certificate is made out to, or have it renewed.",
        )
    return _fails(
        "encryption",
        f"No encrypted connection to {outgoing.host}, port {outgoing.port} ({_words(error)}). "
        "Port 465 speaks TLS at once, port 587 STARTTLS.",
    )


def _sign_in(server: smtplib.SMTP, outgoing: Outgoing, user: str, credentials: Mapping[str, str], token: str) -> None:
    password = credentials.get(OUT_PASSWORD) or credentials.get(PASSWORD, "")
    if not token and not (user and password):
        return  # a server that knows us by our address
    given = token or password
    if not server.has_extn("auth"):
        if outgoing.encryption == "none":
            return  # on this machine, and it asks nobody
        raise _fails("sign_in", f"{outgoing.host} offers no sign-in on port {outgoing.port}. Mostly it is 465 or 587.")
    try:
        if token:
            if "XOAUTH2" not in str(server.esmtp_features.get("auth", "")).upper().split():
                raise _fails("sign_in", f"{outgoing.host} takes no OAuth token for sending. Set a password instead.")
            bearer = f"user={user}\x01auth=Bearer {token}\x01\x01"
            server.auth("XOAUTH2", lambda challenge=None: bearer if not challenge else "")
        else:
            server.login(user, password)
    except smtplib.SMTPAuthenticationError as answer:
        words = answer.smtp_error
        words = without(words.decode("utf-8", "replace") if isinstance(words, bytes) else words, user, given)
        said = _said(answer.smtp_code, words)
        raise _fails(
            "sign_in",
            f"{outgoing.host} does not let {user} in: {said}. "
            "Check user and password, and whether this account may send by SMTP.",
            is_permanent=answer.smtp_code >= 500,
        ) from None  # the chain would hold what was sent
    except (smtplib.SMTPNotSupportedError, UnicodeError):
        raise _fails(
            "sign_in", f"{outgoing.host} offers no way to sign in that we know (PLAIN, LOGIN, CRAM-MD5)."
        ) from None


def _begin(server: smtplib.SMTP, outgoing: Outgoing, sender: str, size: int) -> None:
    options = [f"SIZE={size}"] if size and server.has_extn("size") else []
    code, answer = server.mail(_envelope(sender), options)
    if code != 250:
        raise _fails(
            "sending", f"{outgoing.host} takes no mail from {sender}: {_said(code, answer)}.", is_permanent=code >= 500
        )


def _recipients(server: smtplib.SMTP, recipients: Sequence[str]) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    taken, refused = [], []
    for recipient in dict.fromkeys(recipients):
        try:
            address = _envelope(recipient)
        except MailboxFails as error:
            refused.append(Refusal(recipient, 553, error.message))
            continue
        code, answer = server.rcpt(address)
        if code in (250, 251):
            taken.append(recipient)
        else:
            refused.append(Refusal(recipient, code, _text(answer)))
    return tuple(taken), tuple(refused)


def _content(server: smtplib.SMTP, outgoing: Outgoing, message: bytes) -> str:
    """Send the mail itself; the server's words. Before the last line it cannot have left, after it it may."""
    code, answer = server.docmd("DATA")
    if code != 354:
        raise _fails(
            "sending", f"{outgoing.host} does not take the mail: {_said(code, answer)}.", is_permanent=code >= 500
        )
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    for at in range(0, len(stuffed), _PIECE):
        server.send(stuffed[at : at + _PIECE])
    try:
        server.send(b".\r\n")
        code, answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise _fails(
            "sending",
            f"{outgoing.host} had the whole mail and then did not answer ({_words(error)}): it may have left.",
            may_have_left=True,
        ) from error
    if code != 250:
        raise _fails(
            "sending", f"{outgoing.host} does not take the mail: {_said(code, answer)}.", is_permanent=code >= 500
        )
    return _text(answer)


def _envelope(address: str) -> str:
    """The address as it goes over the wire: on one line, its domain in ASCII."""
    local, at, domain = address.rpartition("@")
    try:
        if not (local and at and domain and address.isprintable()) or set(address) & set(" <>,;"):
            raise ValueError
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except ValueError:
        raise _fails(
            "sending", f"{address[:254]!r} is no address that mail can be sent to.", is_permanent=True
        ) from None


def _leave(server: smtplib.SMTP) -> None:
    try:
        if server.sock is not None:
            server.sock.settimeout(2.0)
            server.quit()
    except (OSError, smtplib.SMTPException):
        pass  # what was to be said is said
    finally:
        server.close()


def _fails(step: str, message: str, *, is_permanent: bool = False, may_have_left: bool = False) -> MailboxFails:
    return MailboxFails(message, step=step, is_permanent=is_permanent, may_have_left=may_have_left)


def _said(code: int, answer: bytes | str) -> str:
    return f"{code} {_text(answer)}".strip().rstrip(".")


def _text(answer: bytes | str) -> str:
    """A server's words on one line: outside text."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST_ANSWER]


def _words(error: Exception) -> str:
    return _text(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"
