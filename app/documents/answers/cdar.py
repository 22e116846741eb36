"""French invoice life cycle: UN/CEFACT Cross Domain Acknowledgement and Response (CDAR).

Source: AFNOR XP Z12-012 and Z12-014; status 200 to 213, reason codes BR-FR-CDV-CL-09, characteristics MDT-207.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from app.documents.answers.found import FoundAnswer
from app.documents.answers.meaning import CDAR_CHARACTERISTIC
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.values import coded_day, number
from app.documents.orders.xml import attribute, first, value, values, within

_PLATFORM_REFUSALS = frozenset({"213", "501"})
_BUYERS = frozenset({"BY", "AB", "PR", "IV"})


def answers(root: etree._Element) -> list[FoundAnswer]:
    """The answers in a file: one for each invoice that a status message is about."""
    return [
        _answer(document, acknowledgement, reference)
        for document in within(root, ("CrossDomainAcknowledgementAndResponse",))
        for acknowledgement in document.iterfind("AcknowledgementDocument")
        for reference in acknowledgement.iterfind("ReferenceReferencedDocument")
    ]


def _answer(document: etree._Element, acknowledgement: etree._Element, reference: etree._Element) -> FoundAnswer:
    head = first(document, "ExchangedDocument")
    reasons: list[tuple[str, str]] = []
    actions: list[tuple[str, str]] = []
    notes = values(head, "IncludedNote/Content")
    amounts: list[tuple[str, Decimal, str]] = []
    for status in reference.iterfind("SpecifiedDocumentStatus"):
        reason = (value(status, "ReasonCode"), value(status, "Reason"))
        action = (value(status, "RequestedActionCode"), value(status, "RequestedAction"))
        reasons.extend([reason] if any(reason) else [])
        actions.extend([action] if any(action) else [])
        notes.extend(values(status, "IncludedNote/Content"))
        for trait in status.iterfind("SpecifiedDocumentCharacteristic"):
            _read_characteristic(trait, amounts, notes)
    code = value(reference, "ProcessConditionCode") or value(reference, "StatusCode")
    answer = InvoiceAnswer(
        standard="cdar",
        status=code,
        invoice_number=value(reference, "IssuerAssignedID"),
        sender=_sender(head),
        issued_on=_day(head, "IssueDateTime"),
        effective_on=_day(acknowledgement, "IssueDateTime"),
        reasons=tuple(dict.fromkeys(reasons)),
        actions=tuple(dict.fromkeys(actions)),
        notes=tuple(dict.fromkeys(notes)),
        amounts=tuple(amounts),
        is_platform_refusal=code in _PLATFORM_REFUSALS,
    )
    on = _day(reference, "FormattedIssueDateTime")
    details = (
        ("Message number", value(head, "ID")),
        ("Status in words", value(reference, "ProcessCondition")),
        ("Invoice date", on.isoformat() if on else ""),
        ("To", value(head, "RecipientTradeParty/Name")),
    )
    return FoundAnswer(answer, "Invoice life-cycle status", details)


def _day(node: etree._Element | None, path: str) -> date | None:
    found = first(node, f"{path}/DateTimeString", path)
    return coded_day(value(found, "."), attribute(found, "format"))


def _sender(head: etree._Element | None) -> str:
    """Who says it: the issuer where it is named (the buyer, through its platform), else who sent the message."""
    parties = [node for path in ("IssuerTradeParty", "SenderTradeParty") for node in _all(head, path)]
    buyers = [node for node in parties if value(node, "RoleCode") in _BUYERS]
    return next((name for node in (*buyers, *parties) if (name := value(node, "Name"))), "")


def _all(node: etree._Element | None, path: str) -> list[etree._Element]:
    return [] if node is None else list(node.iterfind(path))


def _read_characteristic(trait: etree._Element, amounts: list[tuple[str, Decimal, str]], notes: list[str]) -> None:
    code = value(trait, "TypeCode")
    what = value(trait, "Name") or CDAR_CHARACTERISTIC.get(code, "") or code or value(trait, "ID")
    node = first(trait, "ValueAmount")
    amount = number(value(node, "."))
    if amount is not None:
        amounts.append((what, amount, attribute(node, "currencyID")))
        return
    said = value(trait, "ValueText", "Value", "ValueCode", "ValueIndicator/Indicator", "ValuePercent", "ValueQuantity")
    if said:
        notes.append(f"{what}: {said}" if what else said)
