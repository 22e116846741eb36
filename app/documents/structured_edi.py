"""EDI files: EDIFACT, X12, TRADACOMS and flat IDocs, told apart and read."""

from __future__ import annotations

from app.documents.answers import edi
from app.documents.orders import edifact, edifact_syntax, idoc, idoc_flat, tradacoms, x12, x12_syntax
from app.documents.orders.draft import Transcript
from app.documents.orders.edifact_syntax import Message
from app.documents.orders.values import tidy
from app.documents.orders.x12_syntax import TransactionSet
from app.documents.orders.xml import SIZE_LIMIT
from app.documents.reading import Problem
from app.documents.structured import Structured, answered, ordered, together

_MESSAGES_LIMIT = 50  # messages read of one interchange
_SEGMENTS_SHOWN = 5000  # of a message that is no order
_CUT_OFF = Problem("corrupt", "The message ends early; what stands in it was read. Ask for it again.", False)
_TITLES = {
    "INVOIC": "Invoice", "REMADV": "Remittance advice", "PAYORD": "Payment order", "PAYMUL": "Payment order",
    "APERAK": "Application error and acknowledgement", "DESADV": "Despatch advice",
    "RECADV": "Receiving advice", "CONTRL": "Syntax and service report", "PRICAT": "Price catalogue",
    "STATAC": "Statement of account", "DEBADV": "Debit advice", "CREADV": "Credit advice", "GENRAL": "General message",
    "PARTIN": "Party information", "SLSRPT": "Sales report", "INVRPT": "Inventory report",
}  # fmt: skip
_SETS = {
    "810": "Invoice", "812": "Credit or debit adjustment", "820": "Payment order and remittance advice",
    "823": "Lockbox", "824": "Application advice", "832": "Price catalogue", "840": "Request for quotation",
    "843": "Quotation", "846": "Inventory inquiry", "852": "Product activity", "856": "Ship notice",
    "861": "Receiving advice", "864": "Text message", "869": "Order status inquiry", "870": "Order status report",
    "997": "Functional acknowledgement", "999": "Implementation acknowledgement",
}  # fmt: skip
_SEGMENTS = {
    "BGM": "Document", "DTM": "Date", "RFF": "Reference", "NAD": "Party", "CUX": "Currency", "DOC": "Document",
    "MOA": "Amount", "AJT": "Reason for adjustment", "PAT": "Payment terms", "FTX": "Note", "LIN": "Line",
    "QTY": "Quantity", "PRI": "Price", "IMD": "Description", "TAX": "Tax", "CTA": "Contact", "COM": "Contact",
    "ERC": "Error",
    "FII": "Bank account", "PAI": "Payment",
    "BIG": "Invoice", "BPR": "Payment", "RMR": "Invoice paid", "ADX": "Adjustment", "TRN": "Payment reference",
    "N1": "Party", "N3": "Address", "N4": "Address", "REF": "Reference", "N9": "Reference", "MSG": "Note",
    "NTE": "Note", "AMT": "Amount", "TDS": "Total in cents", "IT1": "Line", "PID": "Description", "TED": "Error",
    "ITD": "Payment terms", "ENT": "Part", "PER": "Contact", "CUR": "Currency",
}  # fmt: skip
"""Segments of both syntaxes in words, for messages that are written down only."""


def parse_edi(content: bytes, start: bytes) -> Structured | None:
    """Read bytes as an interchange; None if they are none."""
    if edifact_syntax.is_edifact(start):
        return _too_large(content) or _edifact(content)
    if x12_syntax.is_x12(start):
        return _too_large(content) or _x12(content)
    if idoc_flat.is_flat_idoc(start):
        return _too_large(content) or _flat_idoc(content)
    if tradacoms.is_tradacoms(start):
        return _too_large(content) or _tradacoms(content)
    return None


def _too_large(content: bytes) -> Structured | None:
    if len(content) <= SIZE_LIMIT:
        return None
    return Structured("edi", "", problems=(Problem("too_large", "This EDI file is too large to read."),))


def _edifact(content: bytes) -> Structured | None:
    found = edifact_syntax.interchange(content)
    if not found.messages:
        return None
    messages = [_message(message) for message in found.messages[:_MESSAGES_LIMIT]]
    return together(messages, () if found.is_whole else (_CUT_OFF,))


def _x12(content: bytes) -> Structured | None:
    found = x12_syntax.interchange(content)
    if not found.sets:
        return None
    sets = [_set(one) for one in found.sets[:_MESSAGES_LIMIT]]
    return together(sets, () if found.is_whole else (_CUT_OFF,))


def _flat_idoc(content: bytes) -> Structured | None:
    found = [ordered("edi", idoc.read(tree)) for tree in idoc_flat.trees(content)[:_MESSAGES_LIMIT]]
    return together(found) if found else None


def _tradacoms(content: bytes) -> Structured:
    found = [ordered("edi", draft) for draft in tradacoms.read(content)[:_MESSAGES_LIMIT]]
    if found:
        return together(found)
    text = tidy(edifact_syntax.decoded(content)[:_SEGMENTS_SHOWN])
    return Structured("edi", f"TRADACOMS file\n{text}\n", title="TRADACOMS file", standard="tradacoms")


def _set(found: TransactionSet) -> Structured:
    if found.type in x12.SETS:
        return ordered("edi", x12.read(found))
    if found.type == edi.APPLICATION_ADVICE and (told := edi.application_advice(found)) is not None:
        return answered("edi", told)
    title = _SETS.get(found.type, "X12 transaction set")
    page = Transcript()
    page.write(f"{title} ({found.type})\n")
    for segment in found.segments[:_SEGMENTS_SHOWN]:
        page.say(_SEGMENTS.get(segment.tag, segment.tag), tidy(" ".join(segment.elements)))
    return Structured("edi", page.text, title=title, standard="x12")


def _message(message: Message) -> Structured:
    if message.type in edifact.MESSAGES:
        return ordered("edi", edifact.read(message))
    if message.type == edi.COMDIS:
        return answered("edi", edi.commercial_dispute(message))
    title = _TITLES.get(message.type, "EDIFACT message")
    page = Transcript()
    page.write(f"{title} ({message.type})\n")
    for segment in message.segments[:_SEGMENTS_SHOWN]:
        said = " ".join(part for element in segment.elements for part in element)
        page.say(_SEGMENTS.get(segment.tag, segment.tag), tidy(said))
    return Structured("edi", page.text, title=title, standard="edifact")
