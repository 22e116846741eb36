"""Whose a mail domain is: the owner's name in it, and whether two addresses are of one organisation."""

from __future__ import annotations

_PUBLIC_SUFFIXES = {"co", "com", "org", "net", "gov", "ac", "edu", "gob", "gouv"}
MAIL_HOSTS = {
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "yahoo",
    "gmx",
    "web",
    "icloud",
    "orange",
    "free",
    "aol",
    "proton",
    "live",
}


def name_key(domain: str) -> str:
    """The part of a domain that names its owner: acme of mail.acme.co.uk."""
    labels = [part for part in domain.split(".") if part]
    if len(labels) < 2:
        return domain
    return labels[-3] if len(labels) > 2 and labels[-2] in _PUBLIC_SUFFIXES else labels[-2]


def organisation_of(domain: str) -> str:
    """The owner's name in a domain, or nothing for a public mail host."""
    key = name_key(domain)
    return "" if key in MAIL_HOSTS else key


def same_organisation(first: str, second: str) -> bool:
    """The same registered domain: look-alikes with another ending or with words added are other people's."""
    if not first or not second or organisation_of(first) == "":
        return False
    return _registered(first) == _registered(second)


def _registered(domain: str) -> str:
    labels = domain.split(".")
    count = 3 if len(labels) > 2 and labels[-2] in _PUBLIC_SUFFIXES else 2
    return ".".join(labels[-count:])
