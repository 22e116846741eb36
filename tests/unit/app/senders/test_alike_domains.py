"""Domains made to look like one we know, and honest ones that merely resemble."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.senders.domains import alike, has_mixed_letters, house, is_ending, registered

REPOSITORY = Path(__file__).parents[4]
KNOWN = ["zellerhof.example", "northwind-traders.co.uk", "marlowvoss.example", "abc.example", "kunde.com"]


@pytest.mark.parametrize(
    ("domain", "known", "by"),
    [
        ("zellerh0f.example", "zellerhof.example", "letters"),
        ("zelerhof.example", "zellerhof.example", "letters"),
        ("zellehrof.example", "zellerhof.example", "letters"),
        ("zellеrhof.example", "zellerhof.example", "letters"),
        ("xn--zellrhof-f8g.example", "zellerhof.example", "letters"),
        ("rnarlowvoss.example", "marlowvoss.example", "letters"),
        ("mail.rnarlowvoss.example", "marlowvoss.example", "letters"),
        ("zellerhof.test", "zellerhof.example", "ending"),
        ("zellerhof-invoices.example", "zellerhof.example", "words"),
        ("secure-zellerhof.example", "zellerhof.example", "words"),
        ("zellerhofbilling.example", "zellerhof.example", "words"),
        ("zellerhof.example.attacker.test", "zellerhof.example", "inside"),
        ("kunde-com.example", "kunde.com", "inside"),
        ("northwindtraders.co.uk", "northwind-traders.co.uk", "letters"),
        ("abс.example", "abc.example", "letters"),
    ],
)
def test_look_alikes(domain: str, known: str, by: str) -> None:
    found = alike(domain, KNOWN)
    assert found is not None, domain
    assert found.known == known
    assert by in (found.by, "letters" if by == "words" else by)


@pytest.mark.parametrize(
    "domain",
    ["zellerhof.example", "mail.zellerhof.example", "gmail.com", "cellar.example", "abd.example", "hofmann.example",
     "south-traders.co.uk", "kundendienst.example", "abc-tools.example", "voss.example"],
)  # fmt: skip
def test_honest_domains(domain: str) -> None:
    assert alike(domain, KNOWN) is None


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("mail.acme.co.uk", "acme.co.uk"),
        ("a.b.acme.com", "acme.com"),
        ("A.Acme.DE", "acme.de"),
        ("mail.amt.gv.at", "amt.gv.at"),  # endings of two parts
        ("post.acme.com.de", "acme.com.de"),
        ("host.acme.kobe.jp", "host.acme.kobe.jp"),  # every name below this city is an ending
        ("mail.acme.co.de", "co.de"),  # a name like any other, whatever co.uk is
        ("mail.müller.co.at", "müller.co.at"),
        ("post.xn--mller-kva.co.at", "xn--mller-kva.co.at"),
        ("x.acme.github.io", "acme.github.io"),  # lent to others
        ("x.acme.s3.amazonaws.com", "acme.s3.amazonaws.com"),
        ("x.acme.amazonaws.com", "acme.amazonaws.com"),
        ("one.onmicrosoft.com", "one.onmicrosoft.com"),
        ("x.two.onmicrosoft.com", "two.onmicrosoft.com"),
        ("acme.example", "acme.example"),  # endings that the list does not know
        ("mail.acme.example", "acme.example"),
        ("mail.acme.internal", "acme.internal"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("ac me!.co.uk", "ac me!.co.uk"),
        ("", ""),
    ],
)
def test_what_was_registered(domain: str, expected: str) -> None:
    assert registered(domain) == expected
    assert registered(expected) == expected


@settings(deadline=None)  # the list of endings is read at first use
@given(st.text(max_size=80))
def test_what_was_registered_stays_so(domain: str) -> None:
    found = registered(domain)
    assert registered(found) == found


@pytest.mark.parametrize("domain", ["com", "co.uk", "github.io", "onmicrosoft.com", "gv.at", ""])
def test_endings_belong_to_nobody(domain: str) -> None:
    assert is_ending(domain)
    assert not is_ending(f"acme.{domain}" if domain else "acme.example")


def test_the_list_of_endings_is_the_packaged_one(tmp_path: Path) -> None:
    """Nothing is fetched for it, and nothing written."""
    script = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('asked the network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from app.senders.domains import registered\n"
        "print(registered('mail.acme.co.uk'))"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", script], env=home, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "acme.co.uk"
    assert list(tmp_path.iterdir()) == []


def test_two_tenants_of_one_service_are_two_houses() -> None:
    assert house("a@one.onmicrosoft.com") != house("a@two.onmicrosoft.com")
    assert house("a@gmail.com") == "a@gmail.com"
    assert house("A@Mail.Acme.CO.UK") == "acme.co.uk"


def test_letters_of_two_alphabets() -> None:
    assert has_mixed_letters("zellеrhof.example")  # a Cyrillic letter among Latin ones
    assert not has_mixed_letters("zellerhof.example")
    assert not has_mixed_letters("пример.example")
    assert not has_mixed_letters("müller-söhne.example")


@settings(deadline=None)  # the list of endings is read at first use
@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=5))
def test_no_domain_breaks_the_comparison(domain: str, known: list[str]) -> None:
    alike(domain, known)
    has_mixed_letters(domain)


@settings(deadline=None)  # the list of endings is read at first use
@given(st.sampled_from(KNOWN), st.sampled_from(["mail", "smtp.eu", "m"]))
def test_a_house_never_resembles_itself(known: str, below: str) -> None:
    assert alike(f"{below}.{known}", [known]) is None
