"""Domains made to look like one we know, and honest ones that merely resemble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.senders.domains import alike, has_mixed_letters, house, registered

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
    [("mail.acme.co.uk", "acme.co.uk"), ("a.b.acme.com", "acme.com"), ("acme.example", "acme.example"),
     ("one.onmicrosoft.com", "one.onmicrosoft.com"), ("x.two.onmicrosoft.com", "two.onmicrosoft.com"), ("", "")],
)  # fmt: skip
def test_what_was_registered(domain: str, expected: str) -> None:
    assert registered(domain) == expected


def test_two_tenants_of_one_service_are_two_houses() -> None:
    assert house("a@one.onmicrosoft.com") != house("a@two.onmicrosoft.com")
    assert house("a@gmail.com") == "a@gmail.com"
    assert house("A@Mail.Acme.CO.UK") == "acme.co.uk"


def test_letters_of_two_alphabets() -> None:
    assert has_mixed_letters("zellеrhof.example")  # a Cyrillic letter among Latin ones
    assert not has_mixed_letters("zellerhof.example")
    assert not has_mixed_letters("пример.example")
    assert not has_mixed_letters("müller-söhne.example")


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=5))
def test_no_domain_breaks_the_comparison(domain: str, known: list[str]) -> None:
    alike(domain, known)
    has_mixed_letters(domain)


@given(st.sampled_from(KNOWN), st.sampled_from(["mail", "smtp.eu", "m"]))
def test_a_house_never_resembles_itself(known: str, below: str) -> None:
    assert alike(f"{below}.{known}", [known]) is None
