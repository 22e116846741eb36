"""Who "we" are, as far as reading a customer's message needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firm:
    """The firm's own names, mail domains and invoice number prefixes.

    Everything is optional: without it a reader infers our side from the message (the recipient's domain, the supplier
    on an order). Domains are lower case without "@"; prefixes are as they stand before the running number ("INV/").
    """

    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    invoice_prefixes: tuple[str, ...] = ()
