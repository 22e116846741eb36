"""Real mail servers on the loopback, started by the tests that need them: IMAP (Dovecot, pymap), SMTP (aiosmtpd), and
what gives out access tokens. What stands between us and them may be cut (`Line`).

All of them take a name and a password; every server here is for tests alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import imaplib
import json
import os
import pwd
import secrets
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qs

import pytest

from workers.engines import dies_with_us, free_port

PASSWORD = "correct-horse-staple"
"""Of every mailbox here."""
_MAILDIR = ("cur", "new", "tmp")
_READY_WITHIN = 60.0


def mail(
    subject: str = "Invoice INV/2026/00042", *, message_id: str = "", sender: str = "ap@northwind.example",
    to: str = "billing@marlowvoss.example", text: str = "Please send us the approved timesheets.", size: int = 0,
    name: str = "order.pdf", attached: bytes = b"", **headers: str,
) -> bytes:  # fmt: skip
    """A mail as bytes. `size`: with an attachment of so many bytes, made up; `attached`: with this one. Further headers
    by name: `in_reply_to="<…>"` becomes In-Reply-To."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = message_id or f"<{secrets.token_hex(12)}@northwind.example>"
    for header, value in headers.items():
        made[header.replace("_", "-")] = value
    made.set_content(text)
    if size or attached:
        content = attached or (secrets.token_bytes(4096) * (size // 4096 + 1))[:size]
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def large_mail(subject: str, size: int) -> bytes:
    """A mail of so many bytes on the wire, made quickly: its attachment is the same line over and over."""
    head = (
        f"From: ap@northwind.example\r\nTo: billing@marlowvoss.example\r\nSubject: {subject}\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\nMessage-ID: <{secrets.token_hex(12)}@northwind.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=here\r\n\r\n--here\r\n"
        "Content-Type: text/plain\r\n\r\nThe plans are attached.\r\n--here\r\n"
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=plans.bin\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode()
    line, end = b"QUJD" * 19 + b"\r\n", b"\r\n--here--\r\n"
    return head + line * max((size - len(head) - len(end)) // len(line), 0) + end


# What stands between us and a server.


class Line:
    """A line to a server that may be cut in the middle of a word, or be silent. Clients connect to `port`."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut_after: int | None = None
        self.is_down = False
        """New connections are closed at once."""
        self.accepted = 0
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join(5)  # then no connection is opened any more that nobody would close
        self._listening.close()
        self.cut()

    def cut(self) -> int:
        """End all connections at once, without a word; how many there were."""
        with self._lock:
            ended, self._open = self._open, []
        for one in ended:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        return len(ended) // 2

    def cut_after(self, size: int) -> None:
        """End all connections once the server has sent so many bytes more."""
        with self._lock:
            self._cut_after = size

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.accepted += 1
            try:
                if self.is_down:
                    raise OSError
                server = socket.create_connection(("127.0.0.1", self._to), 30)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open += [client, server]
            threading.Thread(target=self._carry, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, True), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, from_server: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
                if from_server and self._is_over(len(piece)):
                    self.cut()
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _is_over(self, size: int) -> bool:
        with self._lock:
            if self._cut_after is None:
                return False
            self._cut_after -= size
            if self._cut_after > 0:
                return False
            self._cut_after = None
            return True


# Certificates.


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate for localhost and 127.0.0.1, and the authority that signed it (PEM files)."""

    authority: Path
    chain: Path
    key: Path

    def trusting(self) -> dict[str, str]:
        """The environment in which a process trusts the authority."""
        return {"SSL_CERT_FILE": str(self.authority)}

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


def make_certificate(folder: Path, *, host: str = "localhost", valid: timedelta = timedelta(days=2)) -> Certificate:
    """An authority of our own and a certificate that it signed. `valid` below nought: it has run out."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    folder.mkdir(parents=True, exist_ok=True)
    begins = datetime.now(UTC) - timedelta(days=5)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of these tests")])
    no_use = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip

    def new(name: x509.Name, public: ec.EllipticCurvePublicKey, until: datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(root_name).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(until)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )  # fmt: skip

    root = (
        new(root_name, root_key.public_key(), datetime.now(UTC) + timedelta(days=5))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**no_use, "key_cert_sign": True, "crl_sign": True}), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        import ipaddress

        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    signed = (
        new(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key(), datetime.now(UTC) + valid)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    made = Certificate(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    pem = serialization.Encoding.PEM
    made.authority.write_bytes(root.public_bytes(pem))
    made.chain.write_bytes(signed.public_bytes(pem) + root.public_bytes(pem))
    made.key.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )  # fmt: skip
    made.key.chmod(0o600)
    return made


# IMAP.


class ImapServer:
    """What tests do with an IMAP server from the outside, as another client of it."""

    port: int
    process: subprocess.Popen[bytes]

    def client(self, user: str, password: str = PASSWORD) -> imaplib.IMAP4:
        """A signed-in connection of the test's own."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=120)
        connection.login(user, password)
        return connection

    def append(self, user: str, message: bytes, folder: str = "INBOX", *, received: datetime | None = None) -> None:
        """Put a message into a folder through IMAP."""
        self.append_all(user, [message], folder, received=received)

    def append_all(
        self, user: str, messages: Sequence[bytes], folder: str = "INBOX", *, received: datetime | None = None
    ) -> None:
        with self.client(user) as connection:
            for message in messages:
                when = imaplib.Time2Internaldate(received or datetime.now(UTC))
                said, answer = connection.append(_quoted(folder), "", when, message)
                assert said == "OK", answer

    def folders(self, user: str) -> list[str]:
        with self.client(user) as connection:
            _, listed = connection.list()
            return sorted(
                line.rpartition(b' "/" ')[2].strip(b'"').decode() for line in listed if isinstance(line, bytes)
            )

    def subjects(self, user: str, folder: str = "INBOX") -> list[str]:
        """Subjects of what lies in a folder, in its order; nothing where there is no such folder."""
        return [_header(head, "subject") for head in self.heads(user, folder)]

    def message_ids(self, user: str, folder: str = "INBOX") -> list[str]:
        return [_header(head, "message-id") for head in self.heads(user, folder)]

    def heads(self, user: str, folder: str = "INBOX") -> list[bytes]:
        with self.client(user) as connection:
            said, _ = connection.select(_quoted(folder), readonly=True)
            if said != "OK":
                return []
            _, found = connection.uid("fetch", "1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)])")
            return [part[1] for part in found if isinstance(part, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
        with self.client(user) as connection:
            connection.select(_quoted(folder), readonly=True)
            _, found = connection.uid("fetch", "1:*", "(FLAGS)")
            return [imaplib.ParseFlags(line) for line in found if isinstance(line, bytes)]

    def validity(self, user: str, folder: str = "INBOX") -> int:
        """The folder's UIDVALIDITY."""
        with self.client(user) as connection:
            connection.select(_quoted(folder), readonly=True)
            return int(connection.response("UIDVALIDITY")[1][0])

    def _wait_until_ready(self, said: Callable[[], str]) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as probe:
                    probe.settimeout(2)
                    if probe.recv(200).startswith(b"* OK"):
                        return
            except OSError:
                pass
            assert self.process.poll() is None, f"the server ended: {said()[-2000:]}"
            assert time.monotonic() < deadline, f"the server does not answer: {said()[-2000:]}"
            time.sleep(0.05)


class Dovecot(ImapServer):
    """Dovecot as an ordinary user, all in one folder; any user name signs in with `PASSWORD`.

    Root runs it as nobody: Dovecot refuses to be root. With `tokens`, XOAUTH2 asks that server about each token. With
    `certificate`, `tls_port` speaks TLS from the first byte and `port` offers STARTTLS.
    """

    def __init__(self, *, certificate: Certificate | None = None, tokens: TokenServer | None = None) -> None:
        binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if binary is None:
            pytest.skip("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")
        self._binary = binary
        self._who = pwd.getpwnam("nobody" if os.geteuid() == 0 else getpass.getuser())
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-dovecot-"))
        self.port, self.tls_port = free_port(), free_port()
        (self.folder / "mail").mkdir()
        if certificate is not None:
            for source in (certificate.chain, certificate.key):
                shutil.copy(source, self.folder / source.name)
        self._configure(certificate, tokens)
        self._give(self.folder, *self.folder.rglob("*"))
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        log = (self.folder / "out").open("ab")
        self.process = subprocess.Popen(
            [self._binary, "-F", "-c", str(self.folder / "dovecot.conf")], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log, preexec_fn=self._prepare,
        )  # fmt: skip
        log.close()
        self._wait_until_ready(self.log)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)

    def restart(self) -> None:
        """Stop and start it; all connections end, nothing else changes."""
        self.stop()
        self.start()

    def renumber(self, user: str) -> None:
        """Start it anew with all messages of a user numbered anew: another UIDVALIDITY, as after a restored backup."""
        before = self.validity(user)
        self.stop()
        for path in [p for p in self._home(user).rglob("dovecot*") if p.is_file()]:
            path.unlink()
        while int(time.time()) <= before:  # Dovecot numbers by the clock's seconds
            time.sleep(0.1)
        self.start()
        assert self.validity(user) != before

    def deliver(self, user: str, message: bytes, folder: str = "INBOX", *, received: datetime | None = None) -> None:
        """Put a message where a mail server would: as a file that appears whole. No connection is needed."""
        home = self._home(user)
        self._make(home)
        if folder != "INBOX":
            home /= f".{folder.replace('/', '.')}"
            self._make(home)
        name = f"{time.time():.6f}.{secrets.token_hex(8)}.test"
        begun = home / "tmp" / name
        begun.write_bytes(message)
        if received is not None:
            os.utime(begun, (received.timestamp(), received.timestamp()))
        self._give(begun)
        begun.rename(home / "new" / name)

    def _make(self, home: Path) -> None:
        """See to it that a Maildir is there. It appears whole and as its owner's, for Dovecot may want it just now."""
        if all((home / part).is_dir() for part in _MAILDIR):
            return
        made = self.folder / "mail" / f".{secrets.token_hex(8)}"
        for part in _MAILDIR:
            (made / part).mkdir(parents=True)
        self._give(made, *made.iterdir())
        try:
            made.rename(home)
        except OSError:  # Dovecot was first
            shutil.rmtree(made)
            for part in _MAILDIR:
                (home / part).mkdir(exist_ok=True)
            self._give(*(home / part for part in _MAILDIR))

    def sign_ins(self) -> int:
        """How often somebody signed in so far."""
        return self.log().count("Login: ")

    def wait_for_end_of_sessions(self, *, within: float = 30) -> None:
        """Wait until Dovecot has done what clients that are gone had asked for: a move goes on without them."""
        deadline = time.monotonic() + within
        while "imap" in self._processes() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _processes(self) -> list[str]:
        """Names of Dovecot's processes; the one of a session that signed in is "imap"."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                name, _, rest = entry.read_text().partition("(")[2].rpartition(")")
                state, parent = rest.split()[:2]
                if parent == str(self.process.pid) and state != "Z":
                    found.append(name)
        return found

    def wait_for_sign_ins(self, count: int, *, within: float = 120) -> None:
        deadline = time.monotonic() + within
        while self.sign_ins() < count:
            assert time.monotonic() < deadline, f"not within {within:g} s: {count} sign-ins. {self.log()[-2000:]}"
            time.sleep(0.005)

    def log(self) -> str:
        return "".join(p.read_text(errors="replace") for p in (self.folder / "out", self.folder / "log") if p.exists())

    def _home(self, user: str) -> Path:
        return self.folder / "mail" / user

    def _give(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, self._who.pw_uid, self._who.pw_gid)

    def _prepare(self) -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(self._who.pw_gid)
            os.setuid(self._who.pw_uid)
        dies_with_us(signal.SIGKILL)()

    def _configure(self, certificate: Certificate | None, tokens: TokenServer | None) -> None:
        import grp

        user, group, at = self._who.pw_name, grp.getgrgid(self._who.pw_gid).gr_name, self.folder
        mechanisms, more = "plain login", ""
        if tokens is not None:
            mechanisms += " xoauth2 oauthbearer"
            (at / "oauth2.conf").write_text(
                f"introspection_mode = post\nintrospection_url = {tokens.url}/introspect\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            )
            more += f"passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {at}/oauth2.conf\n}}\n"
        if certificate is not None:
            more += f"ssl_cert = <{at}/{certificate.chain.name}\nssl_key = <{at}/{certificate.key.name}\n"
        (at / "dovecot.conf").write_text(f"""\
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/log
protocols = imap
listen = 127.0.0.1
ssl = {"yes" if certificate else "no"}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
mail_location = maildir:{at}/mail/%u
namespace {{
 inbox = yes
 separator = /
}}
first_valid_uid = 1
first_valid_gid = 1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_uid = {user}
mail_gid = {group}
mail_max_userip_connections = 100
mailbox_idle_check_interval = 1s
maildir_very_dirty_syncs = no
default_vsz_limit = 1G
service imap-login {{
 chroot =
 inet_listener imap {{
  port = {self.port}
 }}
 inet_listener imaps {{
  port = {self.tls_port if certificate else 0}
 }}
}}
service anvil {{
 chroot =
}}
service stats {{
 chroot =
}}
{more}
passdb {{
 driver = static
 args = password={PASSWORD}
}}
userdb {{
 driver = static
 args = uid={user} gid={group} home={at}/mail/%u
}}
""")


class Pymap(ImapServer):
    """pymap with its mailbox in memory: quick to start, one user (`user`), no encryption. A restart empties it."""

    user = "demouser"

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from pymap.main import main; main()", "--host", "127.0.0.1",
             "--port", str(self.port), "--no-tls", "dict", "--demo-user", self.user, "--demo-password", PASSWORD],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )  # fmt: skip
        self._wait_until_ready(lambda: "pymap")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        """Stop and start it: empty, with another UIDVALIDITY."""
        self.stop()
        self.start()


# SMTP.


@dataclass(frozen=True, slots=True)
class Submitted:
    """A mail that the SMTP server took: who signed in (empty: nobody), envelope and bytes."""

    user: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    was_encrypted: bool

    def parsed(self) -> EmailMessage:
        import email.policy

        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class SmtpServer:
    """Takes mail on the loopback and keeps it, or behaves as told.

    Signs in with `PASSWORD` (PLAIN, LOGIN), or with a token that `tokens` gave out (XOAUTH2). `encryption` "tls" from
    the first byte, "starttls" offered and required before signing in.
    """

    encryption: Literal["none", "starttls", "tls"] = "none"
    certificate: Certificate | None = None
    tokens: TokenServer | None = None
    largest: int = 30_000_000
    refused: dict[str, str] = field(default_factory=dict)
    """Answers to RCPT by address: {"gone@x.example": "550 5.1.1 No such user"}."""
    answers: list[str] = field(default_factory=list)
    """Answers to the next messages, in order. "451 4.3.0 Try later", "550 5.7.1 Not wanted": not taken. "drop": the
    connection ends before the message was taken; "take and drop": after it was taken, without a word."""
    answers_about: dict[str, list[str]] = field(default_factory=dict)
    """The same for messages to one address."""
    pause: float = 0.0
    """Seconds from the end of a message to the answer."""
    taken: list[Submitted] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        from aiosmtpd.controller import Controller

        options: dict[str, Any] = {
            "authenticator": self._sign_in, "data_size_limit": self.largest, "ident": "Server of these tests",
            "auth_require_tls": self.encryption == "starttls",
        }  # fmt: skip
        context = self.certificate.server_context() if self.certificate else None
        if self.encryption == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        self._controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), ready_timeout=60,
            ssl_context=context if self.encryption == "tls" else None, **options,
        )  # fmt: skip
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def send(self, content: bytes, *, sender: str, to: str) -> None:
        """Hand a mail in as another server would."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as out:
            out.sendmail(sender, [to], content)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := self.refused.get(address.casefold()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        about = next((a for to in envelope.rcpt_tos if (a := self.answers_about.get(to))), self.answers)
        answer = about.pop(0) if about else "250 2.0.0 Taken"
        if answer.startswith(("250", "take")):
            content = envelope.content if isinstance(envelope.content, bytes) else envelope.content.encode()
            is_encrypted = server.transport.get_extra_info("sslcontext") is not None
            who = session.auth_data.decode() if isinstance(session.auth_data, bytes) else str(session.auth_data or "")
            self.taken.append(Submitted(who, envelope.mail_from, tuple(envelope.rcpt_tos), content, is_encrypted))
        if self.pause:
            await asyncio.sleep(self.pause)
        if answer.endswith("drop"):
            server.transport.abort()
        return answer

    def _sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, auth_data: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        user, password = auth_data.login.decode(), auth_data.password.decode()
        if password != PASSWORD:
            return AuthResult(success=False, handled=False)
        self.signed_in.append(user)
        return AuthResult(success=True, auth_data=user.encode())

    async def auth_XOAUTH2(self, server: Any, arguments: list[str]) -> Any:
        import base64

        from aiosmtpd.smtp import MISSING, AuthResult

        given = arguments[1].encode() if len(arguments) > 1 else await server.challenge_auth("")
        if given is MISSING:
            return AuthResult(success=False, handled=True)
        told = base64.b64decode(given) if len(arguments) > 1 else given
        parts = dict(part.split("=", 1) for part in told.decode().split("\x01") if "=" in part)
        token = parts.get("auth", "").removeprefix("Bearer ")
        if self.tokens is None or not self.tokens.is_good(token):
            return AuthResult(success=False, handled=False)
        self.signed_in.append(parts["user"])
        return AuthResult(success=True, auth_data=parts["user"].encode())


# Access tokens.


@dataclass
class TokenServer:
    """A token endpoint (RFC 6749: refresh_token and client_credentials) with introspection for Dovecot (RFC 7662).

    Good for `user` alone. `rotates`: each use of a refresh token brings the next one, and the used one is dead.
    """

    user: str = "billing@marlowvoss.example"
    client_id: str = "countersign"
    client_secret: str = "client-secret-of-tests"
    refresh_token: str = "refresh-token-of-tests"
    lifetime: int = 3600
    """Seconds."""
    rotates: bool = False
    failing: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """Answers (status and JSON) to the next requests for a token."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The forms of all requests for a token."""
    _given: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        ours = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                if basic := self.headers.get("Authorization", ""):
                    import base64

                    user, _, password = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
                    form |= {"client_id": user, "client_secret": password}
                status, answer = ours._token(form) if self.path == "/token" else ours._introspected(form)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    def is_good(self, token: str) -> bool:
        return self._given.get(token, 0) > time.monotonic()

    def revoke_all(self) -> None:
        """All access tokens given out so far end."""
        self._given.clear()

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        if self.failing:
            return self.failing.pop(0)
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client", "error_description": "The client's secret is wrong."}
        grant = form.get("grant_type")
        if grant == "refresh_token" and form.get("refresh_token") != self.refresh_token:
            return 400, {"error": "invalid_grant", "error_description": "The refresh token has expired."}
        if grant not in ("refresh_token", "client_credentials"):
            return 400, {"error": "unsupported_grant_type"}
        token = secrets.token_urlsafe(24)
        self._given[token] = time.monotonic() + self.lifetime
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        if grant == "refresh_token" and self.rotates:
            self.refresh_token = answer["refresh_token"] = secrets.token_urlsafe(24)
        return 200, answer

    def _introspected(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if not self.is_good(form.get("token", "")):
            return 200, {"active": False}
        return 200, {"active": True, "username": self.user, "email": self.user}


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _header(head: bytes, name: str) -> str:
    import email.policy

    return str(email.message_from_bytes(head, policy=email.policy.default)[name] or "")
