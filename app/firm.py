"""Who "we" are, as far as reading a customer's message needs it."""

from __future__ import annotations

from dataclasses import dataclass

FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    "gmx.de", "gmx.net", "gmx.at", "web.de", "t-online.de", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr",
    "libero.it", "aol.com", "proton.me", "protonmail.com", "wp.pl", "onet.pl", "sapo.pt", "msn.com", "mail.com",
    "outlook.de", "outlook.fr", "hotmail.de", "hotmail.fr", "hotmail.es", "hotmail.it", "yahoo.de", "yahoo.fr",
    "yahoo.es", "yahoo.it", "freenet.de", "sfr.fr", "virgilio.it", "tiscali.it", "alice.it", "ziggo.nl", "kpnmail.nl",
    "btinternet.com", "interia.pl", "o2.pl", "op.pl", "gazeta.pl", "telefonica.net", "bluewin.ch",
})  # fmt: skip
"""Domains that say nothing about who writes."""


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm's own names, mail domains and invoice number prefixes.

    Everything is optional: without it a reader infers our side from the message (the recipient's domain, the supplier
    on an order). Domains are lower case without "@"; prefixes are as they stand before the running number ("INV/").
    """

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    invoice_prefixes: tuple[str, ...] = ()
