"""Which numbers the message is about: our invoices, the customer's order, our own order, quote and contract numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.assessments.results import FieldValue
from classifiers.message_fields.references import Reference, reference_key, references, unclaimed
from classifiers.message_fields.source import Source

__all__ = ["named_documents", "reference_key"]

_IN_HAND = ("subject", "new", "forwarded", "invoice_copy", "answer", "document", "signature")
_NOTHING_QUOTED = frozenset({"marketing", "unrelated"})
_ORDER_REASONS = frozenset({"new_po", "po_change", "po_cancellation", "po_reference"})


def named_documents(source: Source) -> dict[str, FieldValue]:
    """`invoice_refs`, `po_number`, `order_refs`: from the text in hand, from history where the new text rests on it."""
    if source.reason in _NOTHING_QUOTED:
        return {}
    everything = references(source)
    fields: dict[str, FieldValue] = {}
    invoices = _invoices(source, everything)
    if invoices:
        fields["invoice_refs"] = _listed(invoices)
    contracts = {
        r.key for r in everything if r.role == "ours" and r.score >= 3 and r.passage.zone in ("subject", "new")
    }
    orders = _distinct([r for r in _in_hand(source, everything) if r.role == "order" and r.key not in contracts])
    if not orders and source.reason == "po_reference":
        taken = {r.key for r in everything}
        orders = _alike([r for r in unclaimed(source, "subject", "new", "forwarded") if r.key not in taken])
    if not orders and _may_reach_back(source):
        orders = _distinct(
            [r for r in everything if r.role == "order" and r.passage.zone in ("quoted", "attached_mail")]
        )[:1]
    chosen = _current(orders)
    if chosen:
        fields["po_number"] = chosen.passage.field(chosen.text, chosen.start, chosen.end)
    ours = _distinct([r for r in _in_hand(source, everything) if r.role == "ours"])
    if not ours and source.reason in _ORDER_REASONS:
        ours = _distinct([r for r in everything if r.role == "ours" and r.passage.zone == "quoted"])[:1]
    further = [r for r in orders if chosen and r.key != chosen.key and not _same_order(r, chosen)]
    keys = {r.key for r in invoices} | ({chosen.key} if chosen else set())
    others = [r for r in _distinct([*ours, *further]) if r.key not in keys]
    if others:
        fields["order_refs"] = _listed(others)
    return fields


def _in_hand(source: Source, found: Iterable[Reference]) -> list[Reference]:
    zones = set(_IN_HAND)
    if source.points_to_history:
        zones.add("quoted")
    return [r for r in found if r.passage.zone in zones]


def _may_reach_back(source: Source) -> bool:
    return source.points_to_history or source.reason in ("po_reference", "po_change", "new_po", "supporting_documents")


def _invoices(source: Source, found: list[Reference]) -> list[Reference]:
    invoices = [r for r in found if r.role == "invoice"]
    in_hand = _in_hand(source, invoices)
    if not in_hand:
        mail = [r for r in invoices if r.passage.zone == "attached_mail"] if source.reason == "delivery_failure" else []
        history = [r for r in invoices if r.passage.zone == "quoted"]
        in_hand = mail[:1] or _of_first_passage(history)
    if source.reason == "delivery_failure":
        in_hand = _undelivered(in_hand)
    return _distinct(_without_short_forms(in_hand))


_FAILED = re.compile(
    r"\b(?:fail\w*|error|rejected|refused|not delivered|undeliver\w*|not found|bounced|fehler\w*|abgelehnt|nicht "
    r"zugestellt|fehlgeschlagen"
    r"|echec|rejet\w*|non distribue\w*|erreur|error|rechazad\w|no entregad\w|fallid\w|mislukt|geweigerd|niet bezorgd"
    r"|fout|errore|respint\w"
    r"|non consegnat\w|scartat\w|erro|rejeitad\w|nao entregue|falhou|odrzucon\w+|nie dostarczon\w+|blad)\b"
)


def _undelivered(found: list[Reference]) -> list[Reference]:
    """Of a log's rows those that say that the invoice did not arrive; all if no row says so."""
    failed = []
    for reference in found:
        start, end = reference.passage.line_at(reference.start)
        if reference.passage.zone != "document" or _FAILED.search(reference.passage.folded[start:end]):
            failed.append(reference)
    return failed or found


def _of_first_passage(found: list[Reference]) -> list[Reference]:
    """History is read backwards in time: the newest quoted part that names an invoice is the one answered."""
    return [r for r in found if r.passage is found[0].passage]


def _alike(found: list[Reference]) -> list[Reference]:
    """The first number and those built like it."""
    distinct = _distinct(found)
    return [r for r in distinct if r.build == distinct[0].build]


def _without_short_forms(found: list[Reference]) -> list[Reference]:
    """0088 beside INV/2026/0088 says nothing new; 0090 alone stays as written."""
    full = [r for r in found if not r.text.isdigit() or len(r.text) > 6]
    return [r for r in found if r in full or not any(f.key.endswith(r.key) for f in full)]


def _distinct(found: list[Reference]) -> list[Reference]:
    """Each number once, where it stands first."""
    seen: dict[str, Reference] = {}
    for reference in found:
        seen.setdefault(reference.key, reference)
    return list(seen.values())


def _current(orders: list[Reference]) -> Reference | None:
    """The order the message is about: not one that is called old; one called new before others; then the first."""
    if not orders:
        return None
    usable = [r for r in orders if not r.is_old] or orders
    return max(usable, key=lambda r: (r.is_new, -orders.index(r)))


def _same_order(one: Reference, other: Reference) -> bool:
    """4512007745/A1 is the order 4512007745 with the number of its change."""
    return one.key.startswith(other.key) or other.key.startswith(one.key)


def _listed(found: list[Reference]) -> FieldValue:
    return FieldValue([r.text for r in found], tuple(r.passage.evidence(r.start, r.end) for r in found))
