"""The name service is asked over a real socket: a small server of our own that answers, refuses or stays silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.senders import name_service
from app.senders.name_service import NameService, NameServiceAway

KEY = "v=DKIM1; k=rsa; p=" + "A" * 400


class Names:
    """A name server on loopback. `silent` and `broken` names get no answer, or a server's failure.

    Whoever asks it has all the time in the world, but for what will get no answer.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text().rstrip(".")
            if name == "end.example":
                return
            self.asked.append(name)
            if self.is_silent or name.startswith("silent"):
                continue
            answer = dns.message.make_response(query)
            if name.startswith("key"):
                halves = f'"{KEY[:200]}" "{KEY[200:]}"'
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", halves))
            elif name.startswith("broken"):
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif not name.startswith("empty"):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), peer)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(dns.message.make_query("end.example", "TXT").to_wire(), ("127.0.0.1", self.port))
        self._thread.join(60)
        self._socket.close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    monkeypatch.setattr(name_service, "LONGEST", 60.0)
    found = Names()
    yield found
    found.close()


def service(names: Names) -> NameService:
    return NameService(servers=["127.0.0.1"], port=names.port)


@contextmanager
def soon_given_up() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(name_service, "LONGEST", 0.3)
        yield


def test_a_record_in_pieces_is_one_text_and_is_kept(names: Names) -> None:
    ask = service(names)
    assert ask("key.kunde.example") == KEY
    assert ask("KEY.kunde.example.") == KEY
    assert names.asked == ["key.kunde.example"]


def test_no_such_name_and_no_such_record_are_answers(names: Names) -> None:
    ask = service(names)
    assert ask("nobody.example") is None
    assert ask("empty.example") is None
    assert ask("nobody.example") is None
    assert len(names.asked) == 2


def test_a_silent_or_broken_server_is_away_and_its_silence_is_not_kept(names: Names) -> None:
    ask = service(names)
    with pytest.raises(NameServiceAway):
        ask("broken.example")
    with pytest.raises(NameServiceAway), soon_given_up():
        ask("silent.example")
    assert ask("key.kunde.example") == KEY


def test_after_three_in_a_row_nobody_asks_for_a_while(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = service(names)
    names.is_silent = True
    for number in range(3):
        with pytest.raises(NameServiceAway), soon_given_up():
            ask(f"a{number}.example")
    count = len(names.asked)
    names.is_silent = False
    with pytest.raises(NameServiceAway):
        ask("key.kunde.example")
    assert len(names.asked) == count
    later = name_service.time.monotonic() + name_service.PAUSE + 1
    monkeypatch.setattr(name_service.time, "monotonic", lambda: later)
    assert ask("key.kunde.example") == KEY


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    text=st.text(max_size=80).filter(lambda text: not text.casefold().startswith(("key", "silent", "broken", "end")))
)
def test_what_is_no_name_is_no_error(names: Names, text: str) -> None:
    assert service(names)(text) is None
