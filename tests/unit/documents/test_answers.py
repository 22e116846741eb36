"""Buyers' and platforms' structured answers to an invoice of ours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.documents.answers.meaning import requested_action, suggested_reasons
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.structured import Structured, parse
from app.vocabulary import RequestedAction

_PEPPOL = """<ApplicationResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:invoice_response:3</cbc:CustomizationID>
  <cbc:ID>R-1</cbc:ID><cbc:IssueDate>2026-03-04</cbc:IssueDate>
  <cac:SenderParty><cac:PartyLegalEntity><cbc:RegistrationName>Buyer AS</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:SenderParty>
  <cac:DocumentResponse><cac:Response>
    <cbc:ResponseCode>{status}</cbc:ResponseCode><cbc:EffectiveDate>2026-03-05</cbc:EffectiveDate>
    <cac:Status><cbc:StatusReasonCode listID="OPStatusReason">{reason}</cbc:StatusReasonCode>
      <cbc:StatusReason>Order 77 is closed</cbc:StatusReason>
      <cac:Condition><cbc:AttributeID>BT-13</cbc:AttributeID><cbc:Description>77</cbc:Description></cac:Condition></cac:Status>
    <cac:Status><cbc:StatusReasonCode listID="OPStatusAction">{action}</cbc:StatusReasonCode></cac:Status>
  </cac:Response>
  <cac:DocumentReference><cbc:ID>INV/1</cbc:ID><cbc:DocumentTypeCode>380</cbc:DocumentTypeCode></cac:DocumentReference>
  </cac:DocumentResponse>
</ApplicationResponse>"""

_CDAR = """<rsm:CrossDomainAcknowledgementAndResponse xmlns:udt="urn:u" xmlns:ram="urn:r"
  xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100">
  <rsm:ExchangedDocument><ram:ID>M-1</ram:ID>
    <ram:IssueDateTime><udt:DateTimeString format="204">20260304101500</udt:DateTimeString></ram:IssueDateTime>
    <ram:SenderTradeParty><ram:Name>Plateforme SAS</ram:Name><ram:RoleCode>WK</ram:RoleCode></ram:SenderTradeParty>
    <ram:IssuerTradeParty><ram:Name>Acheteur SA</ram:Name><ram:RoleCode>BY</ram:RoleCode></ram:IssuerTradeParty>
  </rsm:ExchangedDocument>
  <rsm:AcknowledgementDocument>
    <ram:IssueDateTime><udt:DateTimeString format="204">20260303101500</udt:DateTimeString></ram:IssueDateTime>
    <ram:ReferenceReferencedDocument>
      <ram:IssuerAssignedID>FAC/1</ram:IssuerAssignedID><ram:TypeCode>380</ram:TypeCode>
      <ram:ProcessConditionCode>{status}</ram:ProcessConditionCode>
      <ram:SpecifiedDocumentStatus><ram:ReasonCode>{reason}</ram:ReasonCode><ram:Reason>Motif</ram:Reason>
        <ram:RequestedActionCode>CNP</ram:RequestedActionCode>
        <ram:IncludedNote><ram:Content>Trop facturé.</ram:Content></ram:IncludedNote>
        <ram:SpecifiedDocumentCharacteristic><ram:TypeCode>MNA</ram:TypeCode>
          <ram:ValueAmount currencyID="EUR">270.00</ram:ValueAmount></ram:SpecifiedDocumentCharacteristic>
      </ram:SpecifiedDocumentStatus>
    </ram:ReferenceReferencedDocument>
    <ram:ReferenceReferencedDocument><ram:IssuerAssignedID>FAC/2</ram:IssuerAssignedID>
      <ram:ProcessConditionCode>205</ram:ProcessConditionCode></ram:ReferenceReferencedDocument>
  </rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>"""


def _read(text: str) -> Structured:
    found = parse(text.encode(), "answer.xml")
    assert found is not None
    return found


def _answer(text: str) -> InvoiceAnswer:
    answer = _read(text).answer
    assert answer is not None
    return answer


def _peppol(status: str = "RE", reason: str = "REF", action: str = "NIN") -> str:
    return _PEPPOL.format(status=status, reason=reason, action=action)


def _cdar(status: str = "207", reason: str = "CALCUL_ERR") -> str:
    return _CDAR.format(status=status, reason=reason)


def test_a_peppol_invoice_response_is_read_with_its_meaning_in_words() -> None:
    found = _read(_peppol())
    answer = found.answer
    assert answer is not None
    assert (answer.standard, answer.status, answer.invoice_number, answer.sender) == (
        "peppol",
        "RE",
        "INV/1",
        "Buyer AS",
    )
    assert (answer.issued_on, answer.effective_on) == (date(2026, 3, 4), date(2026, 3, 5))
    assert answer.reasons == (("REF", "Order 77 is closed"),)
    assert answer.actions == (("NIN", ""),)
    assert answer.notes == ("BT-13: 77",)
    assert "Status: RE (rejected)" in found.text
    assert "Reason: REF (references incorrect): Order 77 is closed" in found.text
    assert "Requested action: NIN (issue a new invoice)" in found.text
    assert not answer.is_platform_refusal


@pytest.mark.parametrize("text", [_peppol(), _cdar()])
def test_every_value_of_an_answer_stands_where_its_span_says(text: str) -> None:
    found = _read(text)
    assert found.answer is not None
    shown = {name: found.text[start:end] for name, start, end in found.answer.spans}
    assert shown["invoice_number"] == found.answer.invoice_number
    assert shown["sender"] == found.answer.sender
    assert shown["status"].startswith(found.answer.status)
    assert shown["reasons"].startswith(found.answer.reasons[0][0])


@pytest.mark.parametrize(
    ("status", "reason", "suggested"),
    [
        ("AB", "NON", ("acknowledgement",)),
        ("AP", "NON", ("acknowledgement",)),
        ("PD", "NON", ("remittance",)),
        ("PD", "PPD", ("short_payment", "remittance")),
        ("RE", "REF", ("missing_reference", "po_invalid")),
        ("UQ", "QTY", ("hours_quantity",)),
        ("CA", "PAY", ("payment_terms",)),
        ("RE", "OTH", ()),
    ],
)
def test_codes_of_an_invoice_response_suggest_reasons(status: str, reason: str, suggested: tuple[str, ...]) -> None:
    assert suggested_reasons(_answer(_peppol(status, reason))) == suggested


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("NIN", RequestedAction.REISSUE),
        ("CNF", RequestedAction.CREDIT_NOTE),
        ("PIN", RequestedAction.EXPLAIN),
        ("NOA", RequestedAction.NONE),
        ("OTH", None),
    ],
)
def test_the_action_asked_for_is_known_by_its_code(action: str, wanted: RequestedAction | None) -> None:
    assert requested_action(_answer(_peppol(action=action))) is wanted


def test_a_message_level_response_speaks_of_the_message_not_of_the_invoice() -> None:
    answer = _answer(_peppol("RE", "BV", "").replace("invoice_response:3", "mlr:3"))
    assert answer.standard == "message"
    assert answer.is_platform_refusal
    assert suggested_reasons(answer) == ("delivery_failure",)


def test_a_response_of_no_named_profile_is_told_by_its_codes() -> None:
    bare = _peppol().replace("urn:fdc:peppol.eu:poacc:trns:invoice_response:3", "urn:other")
    assert _answer(bare).standard == "peppol"
    assert _answer(bare.replace(">REF<", ">SV<")).standard == "message"
    assert _answer(bare.replace(">RE<", ">TechnicalReject<")).is_platform_refusal


def test_a_french_status_is_read_with_amounts_and_the_buyer_as_its_sender() -> None:
    found = _read(_cdar())
    answer = found.answer
    assert answer is not None
    assert (answer.standard, answer.status, answer.invoice_number, answer.sender) == (
        "cdar",
        "207",
        "FAC/1",
        "Acheteur SA",
    )
    assert (answer.issued_on, answer.effective_on) == (date(2026, 3, 4), date(2026, 3, 3))
    assert answer.reasons == (("CALCUL_ERR", "Motif"),)
    assert answer.notes == ("Trop facturé.",)
    assert answer.amounts == (("amount not approved without tax", Decimal("270.00"), "EUR"),)
    assert "Status: 207 (in dispute)" in found.text


def test_a_status_message_about_several_invoices_gives_one_answer_each() -> None:
    found = _read(_cdar())
    assert [further.answer and further.answer.invoice_number for further in found.further] == ["FAC/2"]


@pytest.mark.parametrize(
    ("status", "reason", "suggested"),
    [
        ("205", "", ("acknowledgement",)),
        ("207", "TX_TVA_ERR", ("tax",)),
        ("208", "JUSTIF_ABS", ("missing_backup",)),
        ("210", "DOUBLON", ("duplicate_invoice",)),
        ("210", "CMD_ERR", ("missing_reference", "po_invalid")),
        ("211", "", ("remittance",)),
        ("213", "DOUBLON", ("delivery_failure",)),
        ("200", "NON_TRANSMISE", ("acknowledgement", "delivery_failure")),
    ],
)
def test_french_codes_suggest_reasons(status: str, reason: str, suggested: tuple[str, ...]) -> None:
    assert suggested_reasons(_answer(_cdar(status, reason))) == suggested


def test_a_rejection_by_the_italian_exchange_system_is_a_platforms_refusal() -> None:
    answer = _answer(
        '<types:NotificaScarto xmlns:types="http://www.fatturapa.gov.it/sdi/messaggi/v1.0" versione="1.0">'
        "<IdentificativoSdI>111</IdentificativoSdI><NomeFile>IT01234567890_1.xml</NomeFile>"
        "<DataOraRicezione>2026-03-04T12:00:00Z</DataOraRicezione><ListaErrori><Errore><Codice>00404</Codice>"
        "<Descrizione>Fattura duplicata</Descrizione></Errore></ListaErrori></types:NotificaScarto>"
    )
    assert (answer.status, answer.issued_on) == ("NS", date(2026, 3, 4))
    assert answer.reasons == (("00404", "Fattura duplicata"),)
    assert suggested_reasons(answer) == ("delivery_failure",)


@pytest.mark.parametrize(("outcome", "suggested"), [("EC01", ("acknowledgement",)), ("EC02", ())])
def test_the_customers_outcome_is_read_from_the_italian_notice(outcome: str, suggested: tuple[str, ...]) -> None:
    answer = _answer(
        '<p:NotificaEsito xmlns:p="http://www.fatturapa.gov.it/sdi/messaggi/v1.0"><IdentificativoSdI>1</IdentificativoSdI>'
        "<NomeFile>a.xml</NomeFile><EsitoCommittente><IdentificativoSdI>1</IdentificativoSdI><RiferimentoFattura>"
        f"<NumeroFattura>FT/1</NumeroFattura><AnnoFattura>2026</AnnoFattura></RiferimentoFattura><Esito>{outcome}</Esito>"
        "<Descrizione>Importo errato</Descrizione></EsitoCommittente></p:NotificaEsito>"
    )
    assert (answer.status, answer.invoice_number, answer.notes) == (outcome, "FT/1", ("Importo errato",))
    assert not answer.is_platform_refusal
    assert suggested_reasons(answer) == suggested


def test_a_cxml_status_of_an_invoice_is_read() -> None:
    answer = _answer(
        '<cXML timestamp="2026-03-04T10:00:00Z"><Header><From><Credential><Identity>AN01</Identity>'
        "</Credential></From></Header>"
        '<Request><StatusUpdateRequest><Status code="423" text="Rejected">PO missing</Status>'
        '<InvoiceStatus type="rejected">'
        '<InvoiceIDInfo invoiceID="INV/1" invoiceDate="2026-03-01"/><Comments>No PO on it</Comments></InvoiceStatus>'
        "</StatusUpdateRequest></Request></cXML>"
    )
    assert (answer.standard, answer.status, answer.invoice_number) == ("cxml", "rejected", "INV/1")
    assert answer.reasons == (("423", "Rejected"),)
    assert answer.notes == ("No PO on it", "PO missing")


def test_a_commercial_dispute_names_invoice_reason_and_amount() -> None:
    answer = _answer(
        "UNH+1+COMDIS:D:01B:UN'BGM+467+D-1+9'DTM+137:20260304:102'RFF+IV:INV/1'NAD+BY+1++Buyer'AJT+5'"
        "FTX+AAI+++Rate above contract'MOA+165:250,00:EUR'UNT+9+1'"
    )
    assert (answer.standard, answer.invoice_number, answer.sender) == ("comdis", "INV/1", "Buyer")
    assert answer.amounts == (("Amount 165", Decimal("250.00"), "EUR"),)
    assert suggested_reasons(answer) == ("rate_price",)


def test_an_application_advice_that_rejects_an_invoice_is_a_platforms_refusal() -> None:
    answer = _answer("ST*824*1~BGN*00*1*20260304~N1*FR*Buyer~OTI*TR*IV*INV/1~TED*024*Duplicate~SE*5*1~")
    assert (answer.invoice_number, answer.sender, answer.reasons) == ("INV/1", "Buyer", (("024", "Duplicate"),))
    assert answer.is_platform_refusal
    other = parse(b"ST*824*1~OTI*TR*PO*7~SE*2*1~", "x")
    assert other is not None
    assert other.answer is None
