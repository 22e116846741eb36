"""Notices of the Italian exchange system (SdI) on an electronic invoice: rejected, delivered, not delivered, outcome.

Source: Agenzia delle Entrate, technical specifications of FatturaPA (messaggi v1.0) and of B2B invoices (v1.1).
"""

from __future__ import annotations

from lxml import etree

from app.documents.answers.found import FoundAnswer
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.orders.values import day
from app.documents.orders.xml import first, value, values, within

_NOTICES = {
    "NotificaScarto": ("NS", "Rejection notice"),
    "RicevutaScarto": ("NS", "Rejection receipt"),
    "RicevutaConsegna": ("RC", "Delivery receipt"),
    "NotificaMancataConsegna": ("MC", "Notice of failed delivery"),
    "RicevutaImpossibilitaRecapito": ("MC", "Receipt of failed delivery"),
    "NotificaEsito": ("NE", "Notice of the customer's answer"),
    "NotificaEsitoCommittente": ("EC", "Customer's answer"),
    "NotificaDecorrenzaTermini": ("DT", "Notice that the deadline passed"),
    "AttestazioneTrasmissioneFattura": ("AT", "Certificate of failed delivery"),
    "ScartoEsitoCommittente": ("SE", "Rejection of the customer's answer"),
}
_REFUSED = "NS"


def answers(root: etree._Element) -> list[FoundAnswer]:
    """The notices in a file."""
    return [_answer(node) for node in within(root, _NOTICES)]


def _answer(root: etree._Element) -> FoundAnswer:
    code, title = _NOTICES[root.tag]
    outcome = first(root, "EsitoCommittente") if code == "NE" else root
    status = value(outcome, "Esito") or code
    errors = [
        (value(error, "Codice"), ". ".join(t for t in (value(error, "Descrizione"), value(error, "Suggerimento")) if t))
        for error in root.iterfind("ListaErrori/Errore")
    ]
    notes = [text for path in ("Descrizione", "EsitoCommittente/Descrizione", "Note") for text in values(root, path)]
    answer = InvoiceAnswer(
        standard="sdi",
        status=status,
        invoice_number=value(root, ".//RiferimentoFattura/NumeroFattura"),
        sender=value(root, "Destinatario/Descrizione"),
        issued_on=day(value(root, "DataOraRicezione", "DataOraConsegna", "DataOraEmissione")),
        effective_on=day(value(root, "DataOraConsegna", "DataMessaADisposizione")),
        reasons=tuple(dict.fromkeys(errors)),
        notes=tuple(dict.fromkeys(notes)),
        is_platform_refusal=code == _REFUSED,
    )
    details = (
        ("SdI identifier", value(root, "IdentificativoSdI")),
        ("Invoice file", value(root, "NomeFile")),
        ("Invoice year", value(root, ".//RiferimentoFattura/AnnoFattura")),
    )
    return FoundAnswer(answer, title, details)
