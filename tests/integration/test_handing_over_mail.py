"""Handing a mail to a real SMTP server: what is taken, what is refused, and what is said of it."""

from __future__ import annotations

import base64
import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.mailboxes import smtp
from app.mailboxes.port import MailboxFails
from app.mailboxes.reached import CLIENT_SECRET, OUT_PASSWORD, PASSWORD, Outgoing, Reached
from app.mailboxes.sending import Sending, submit
from tests import mail_servers
from tests.mail_servers import SmtpServer

MAIL = b"From: billing@firm.example\r\nTo: ap@customer.example\r\nSubject: Re: INV\r\n\r\nHello\r\n.hidden\r\n..\r\n"
SENDER, TO = "billing@firm.example", "ap@customer.example"


class Peer:
    """A server that keeps what it takes; `answers` are what it says at a step instead."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: dict[str, str] = {}

    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        if self.answers.get("DATA") == "drop":
            self.taken.append(envelope)
            server.transport.abort()
            return "250 never heard"
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append(envelope)
        return "250 taken as 4711"


class _OnAnyPort(Controller):
    """A controller on any free port: the library's own tries out the port it was given, which is none here."""

    def _trigger_server(self) -> None:
        socket.create_connection(self.server.sockets[0].getsockname()).close()  # type: ignore[union-attr]


@contextmanager
def serving(peer: Peer, **settings: Any) -> Iterator[int]:
    controller = _OnAnyPort(peer, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        yield controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    finally:
        controller.stop()


def plain(port: int) -> Outgoing:
    return Outgoing(host="127.0.0.1", port=port, encryption="none")


def test_a_mail_arrives_byte_by_byte_as_it_was_written() -> None:
    peer = Peer()
    with serving(peer) as port:
        done = smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=[TO, TO])
    assert done == smtp.Submitted((TO,), (), "taken as 4711")
    assert [e.content for e in peer.taken] == [MAIL]
    assert (peer.taken[0].mail_from, peer.taken[0].rcpt_tos) == (SENDER, [TO])


def test_a_refused_recipient_is_named_and_the_others_get_the_mail() -> None:
    peer = Peer()
    peer.answers["gone@customer.example"] = "550 5.1.1 no such\x07 user"
    with serving(peer) as port:
        done = smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=["gone@customer.example", TO])
    assert done.taken_for == (TO,)
    assert [(r.address, r.code, r.is_permanent) for r in done.refused] == [("gone@customer.example", 550, True)]
    assert "\x07" not in done.refused[0].answer


def test_nothing_is_sent_when_every_recipient_is_refused() -> None:
    peer = Peer()
    peer.answers[TO] = "450 mailbox busy"
    with serving(peer) as port:
        done = smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=[TO])
    assert (done.taken_for, done.refused[0].is_permanent, peer.taken) == ((), False, [])


@pytest.mark.parametrize(
    ("at", "answer", "permanent"),
    [
        ("MAIL", "553 not yours", True),
        ("MAIL", "451 later", False),
        ("DATA", "554 spam", True),
        ("DATA", "452 full", False),
    ],
)
def test_what_the_server_refuses_for_good_is_told_from_what_may_go_later(at: str, answer: str, permanent: bool) -> None:
    peer = Peer()
    peer.answers[at] = answer
    with serving(peer) as port, pytest.raises(MailboxFails) as failed:
        smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=[TO])
    assert (failed.value.facts["step"], failed.value.facts["is_permanent"]) == ("sending", permanent)
    assert failed.value.facts["may_have_left"] is False
    assert answer.split(" ", 1)[1] in failed.value.message


def test_a_server_that_falls_silent_after_the_whole_mail_may_have_sent_it() -> None:
    peer = Peer()
    peer.answers["DATA"] = "drop"
    with serving(peer) as port, pytest.raises(MailboxFails) as failed:
        smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=[TO])
    assert failed.value.facts["may_have_left"] is True
    assert len(peer.taken) == 1


def test_a_mail_above_the_servers_limit_is_refused_before_it_is_sent() -> None:
    with serving(Peer(), data_size_limit=1_000_000) as port, pytest.raises(MailboxFails) as failed:
        smtp.submit(plain(port), {}, MAIL + b"x" * 2_000_000, sender=SENDER, recipients=[TO])
    assert failed.value.facts["is_permanent"] is True
    assert "takes at most 1.0 MB" in failed.value.message


def test_an_address_with_a_line_break_never_reaches_the_server() -> None:
    peer = Peer()
    with serving(peer) as port:
        done = smtp.submit(plain(port), {}, MAIL, sender=SENDER, recipients=["a@b.example\r\nRCPT TO:<x@y.example>"])
    assert (done.taken_for, peer.taken) == ((), [])


def test_without_encryption_mail_goes_to_this_machine_only() -> None:
    with pytest.raises(MailboxFails) as failed:
        smtp.submit(Outgoing(host="192.0.2.7", port=25, encryption="none"), {}, MAIL, sender=SENDER, recipients=[TO])
    assert failed.value.facts["step"] == "encryption"


def test_a_server_that_is_not_there_is_named_with_its_port() -> None:
    with serving(Peer()) as port:
        pass
    with pytest.raises(MailboxFails) as failed:
        smtp.check(plain(port), {}, sender=SENDER)
    assert failed.value.facts["step"] == "connection"
    assert str(port) in failed.value.message


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + dt.timedelta(9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def _serves(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _lets_in(server: Any, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (b"billing", b"right"), handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the library knows of STARTTLS alone
@pytest.mark.parametrize("encryption", ["tls", "starttls"])
def test_encrypted_and_signed_in_with_the_servers_certificate_checked(certificate: Path, encryption: str) -> None:
    peer, trusts = Peer(), ssl.create_default_context(cafile=str(certificate))
    server: dict[str, Any] = {"auth_required": True, "authenticator": _lets_in}
    if encryption == "tls":
        server |= {"ssl_context": _serves(certificate), "auth_require_tls": False}
    else:
        server |= {"tls_context": _serves(certificate), "require_starttls": True}
    with serving(peer, **server) as port:
        out = Outgoing(host="localhost", port=port, encryption=encryption)  # type: ignore[arg-type]
        given = {PASSWORD: "wrong", OUT_PASSWORD: "right"}
        done = smtp.submit(out, given, MAIL, sender=SENDER, recipients=[TO], user="billing", context=trusts)
        assert done.taken_for == (TO,)
        smtp.check(out, given, sender=SENDER, user="billing", context=trusts)
        with pytest.raises(MailboxFails) as failed:
            smtp.check(out, {PASSWORD: "secret-wrong"}, sender=SENDER, user="billing", context=trusts)
        assert failed.value.facts["step"] == "sign_in"
        assert "secret-wrong" not in str(failed.value)
        with pytest.raises(MailboxFails) as failed:
            smtp.check(out, given, sender=SENDER, user="billing")
        assert failed.value.facts["step"] == "encryption"
        assert "certificate" in failed.value.message
    assert len(peer.taken) == 1


def test_starttls_is_required_when_it_was_asked_for() -> None:
    with serving(Peer()) as port, pytest.raises(MailboxFails) as failed:
        smtp.check(Outgoing(host="127.0.0.1", port=port, encryption="starttls"), {}, sender=SENDER)
    assert failed.value.facts["step"] == "encryption"
    assert "STARTTLS" in failed.value.message


class Echoing(Peer):
    """A server that repeats what it did not like."""

    async def auth_PLAIN(self, server: Any, args: list[str]) -> AuthResult:
        await server.push(f"535 5.7.8 not so: {' '.join(args)} secret-wrong")
        return AuthResult(success=False, handled=True)


def test_a_server_that_repeats_the_sign_in_line_tells_nobody_the_password(certificate: Path) -> None:
    trusts = ssl.create_default_context(cafile=str(certificate))
    tls: dict[str, Any] = {"tls_context": _serves(certificate), "auth_exclude_mechanism": ["LOGIN"]}
    with serving(Echoing(), **tls) as port, pytest.raises(MailboxFails) as failed:
        out = Outgoing(host="localhost", port=port, encryption="starttls")
        smtp.check(out, {PASSWORD: "secret-wrong"}, sender=SENDER, user="billing", context=trusts)
    assert failed.value.facts["step"] == "sign_in"
    assert "not so" in failed.value.message
    assert "secret-wrong" not in failed.value.message
    assert base64.b64encode(b"\0billing\0secret-wrong").decode() not in failed.value.message


@pytest.mark.parametrize("kind", ["imap", "graph"])
def test_a_password_for_outgoing_mail_goes_before_a_token(kind: str) -> None:
    def no_token(_: Sending) -> str:
        raise AssertionError("no token is needed")

    with SmtpServer() as server:
        reached = Reached.model_validate({
            "user": "billing", "sign_in": "oauth",
            "oauth": {"token_url": "https://login.example/token", "client_id": "c"},
            "outgoing": {"host": "127.0.0.1", "port": server.port, "encryption": "none"},
        })  # fmt: skip
        secrets = {CLIENT_SECRET: "of the token server", OUT_PASSWORD: mail_servers.PASSWORD}
        sending = Sending(1, "billing", kind, SENDER, "", reached, secrets)
        assert submit(sending, MAIL, recipients=[TO], tokens=no_token).taken_for == (TO,)
        assert server.signed_in == ["billing"]
