"""UBL ApplicationResponse: Peppol Invoice Response, Message Level Response and Status, OIOUBL, UBL-TR, DIAN.

Source: Peppol BIS Invoice Response 3.1, Message Level Response 3.0; UBL 2.1 ApplicationResponse.
"""

from __future__ import annotations

import re

from lxml import etree

from app.documents.answers.found import FoundAnswer
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.values import day
from app.documents.orders.xml import attribute, first, value, values, within

_ACTIONS = "OPStatusAction"
_ACTION_CODES = frozenset({"NOA", "PIN", "NIN", "CNF", "CNP", "CNA"})
_INVOICE_RESPONSE = re.compile(r"invoice_response|trns111|\bT111\b|bis63", re.IGNORECASE)
_MESSAGE_RESPONSE = re.compile(r"\bml[rs]\b|trns071|bis36", re.IGNORECASE)
_BUSINESS_CODES = frozenset({"AB", "IP", "UQ", "CA", "RE", "AP", "PD"})  # UNCL 4343, the subset of Invoice Response
_TECHNICAL_REASONS = frozenset({"SV", "BV", "BW", "FD"})
_TECHNICAL = frozenset({"RE", "TECHNICALREJECT", "PROFILEREJECT", "04"})


def answers(root: etree._Element) -> list[FoundAnswer]:
    """The answers in a file: one for each document that an ApplicationResponse is about."""
    found: list[FoundAnswer] = []
    for document in within(root, ("ApplicationResponse",)):
        found.extend(_answer(document, node) for node in document.iterfind("DocumentResponse"))
    return found


def _answer(document: etree._Element, node: etree._Element) -> FoundAnswer:
    profile = " ".join((value(document, "CustomizationID"), value(document, "ProfileID")))
    code = value(node, "Response/ResponseCode").upper() or value(document, "ResponseCode").upper()
    is_business = _is_business(profile, code, node)
    standard = "peppol" if is_business else "message"
    reasons: list[tuple[str, str]] = []
    actions: list[tuple[str, str]] = []
    notes = values(document, "Note")
    for status in node.iterfind("Response/Status"):
        _read_status(status, reasons, actions, notes)
    notes.extend(values(node, "Response/Description"))
    for line in node.iterfind("LineResponse"):
        place = value(line, "LineReference/LineID")
        for response in line.iterfind("Response"):
            for status in response.iterfind("Status"):
                _read_status(status, reasons, actions, notes)
            notes.extend(f"{place}: {text}" if place else text for text in values(response, "Description"))
    reference = first(node, "DocumentReference")
    answer = InvoiceAnswer(
        standard=standard,
        status=code,
        invoice_number=value(reference, "ID"),
        sender=_name(document, "SenderParty"),
        issued_on=day(value(document, "IssueDate")),
        effective_on=day(value(node, "Response/EffectiveDate")),
        reasons=tuple(dict.fromkeys(reasons)),
        actions=tuple(dict.fromkeys(actions)),
        notes=tuple(dict.fromkeys(notes)),
        is_platform_refusal=not is_business and code in _TECHNICAL,
    )
    title = "Invoice response" if is_business else "Message level response"
    details = (
        ("Response number", value(document, "ID")),
        ("Invoice date", value(reference, "IssueDate")),
        ("To", _name(document, "ReceiverParty")),
        ("Contact", value(document, "SenderParty/Contact/ElectronicMail")),
        ("Invoice issued by", value(node, "IssuerParty/PartyName/Name")),
    )
    return FoundAnswer(answer, title, details)


def _is_business(profile: str, code: str, node: etree._Element) -> bool:
    """Whether a response speaks of the invoice (the buyer's business) or of the message (its technical form)."""
    if _INVOICE_RESPONSE.search(profile):
        return True
    if _MESSAGE_RESPONSE.search(profile) or code not in _BUSINESS_CODES:
        return False
    return _TECHNICAL_REASONS.isdisjoint(values(node, ".//StatusReasonCode"))


def _read_status(
    status: etree._Element, reasons: list[tuple[str, str]], actions: list[tuple[str, str]], notes: list[str]
) -> None:
    coded = first(status, "StatusReasonCode")
    code = value(coded, ".")
    text = value(status, "StatusReason")
    is_action = attribute(coded, "listID") == _ACTIONS or (not attribute(coded, "listID") and code in _ACTION_CODES)
    if code or text:
        (actions if is_action else reasons).append((code, text))
    notes.extend(values(status, "Text"))
    for condition in status.iterfind("Condition"):
        attribute_id, said = value(condition, "AttributeID"), value(condition, "Description")
        notes.append(f"{attribute_id}: {said}" if attribute_id and said else attribute_id or said)


def _name(document: etree._Element, role: str) -> str:
    return value(document, f"{role}/PartyLegalEntity/RegistrationName", f"{role}/PartyName/Name")
