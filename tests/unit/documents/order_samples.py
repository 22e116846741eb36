"""Small invented orders, one a standard, and what all of them say."""

# ruff: noqa: E501 - markup reads better unbroken

from __future__ import annotations

from decimal import Decimal

from app.documents.order import Order
from app.documents.structured import Structured, parse

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>PO-7</cbc:ID><cbc:IssueDate>2026-03-04</cbc:IssueDate>
  <cbc:Note>Bitte bestätigen Sie den Auftrag innerhalb von drei Tagen.</cbc:Note>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:ValidityPeriod><cbc:StartDate>2026-04-01</cbc:StartDate><cbc:EndDate>2026-12-31</cbc:EndDate></cac:ValidityPeriod>
  <cac:QuotationDocumentReference><cbc:ID>Q-1</cbc:ID></cac:QuotationDocumentReference>
  <cac:Contract><cbc:ID>C-9</cbc:ID></cac:Contract>
  <cac:BuyerCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="0088">4000000000001</cbc:EndpointID>
    <cac:PartyName><cbc:Name>Buyer</cbc:Name></cac:PartyName>
    <cac:PartyTaxScheme><cbc:CompanyID>DE000000000</cbc:CompanyID></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>Buyer GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
  </cac:Party></cac:BuyerCustomerParty>
  <cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>Seller GmbH</cbc:Name></cac:PartyName></cac:Party></cac:SellerSupplierParty>
  <cac:PaymentTerms><cbc:Note>30 Tage netto</cbc:Note></cac:PaymentTerms>
  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">190.00</cbc:TaxAmount></cac:TaxTotal>
  <cac:AnticipatedMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">1000.00</cbc:TaxExclusiveAmount>
    <cbc:PayableAmount currencyID="EUR">1190.00</cbc:PayableAmount>
  </cac:AnticipatedMonetaryTotal>
  <cac:OrderLine><cac:LineItem>
    <cbc:ID>1</cbc:ID><cbc:Quantity unitCode="HUR">10</cbc:Quantity>
    <cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount>
    <cac:Price><cbc:PriceAmount currencyID="EUR">100.00</cbc:PriceAmount></cac:Price>
    <cac:Item><cbc:Description>Beratung vor Ort</cbc:Description><cbc:Name>Beratung</cbc:Name></cac:Item>
  </cac:LineItem></cac:OrderLine>
</Order>"""

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:SCRDMCCBDACIOMessageStructure xmlns:rsm="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:128"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:128">
  <rsm:ExchangedDocument>
    <ram:ID>PO-7</ram:ID><ram:TypeCode>220</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">20260304</udt:DateTimeString></ram:IssueDateTime>
    <ram:PurposeCode>9</ram:PurposeCode><ram:RequestedResponseTypeCode>AC</ram:RequestedResponseTypeCode>
    <ram:EffectiveSpecifiedPeriod>
      <ram:StartDateTime><udt:DateTimeString format="102">20260401</udt:DateTimeString></ram:StartDateTime>
      <ram:EndDateTime><udt:DateTimeString format="102">20261231</udt:DateTimeString></ram:EndDateTime>
    </ram:EffectiveSpecifiedPeriod>
  </rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:IncludedSupplyChainTradeLineItem>
      <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
      <ram:SpecifiedTradeProduct><ram:Name>Beratung</ram:Name></ram:SpecifiedTradeProduct>
      <ram:SpecifiedLineTradeAgreement>
        <ram:NetPriceProductTradePrice><ram:ChargeAmount>100.00</ram:ChargeAmount></ram:NetPriceProductTradePrice>
      </ram:SpecifiedLineTradeAgreement>
      <ram:SpecifiedLineTradeDelivery><ram:RequestedQuantity unitCode="HUR">10</ram:RequestedQuantity></ram:SpecifiedLineTradeDelivery>
      <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
        <ram:LineTotalAmount>1000.00</ram:LineTotalAmount>
      </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty><ram:Name>Seller GmbH</ram:Name></ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:Name>Buyer GmbH</ram:Name>
        <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE000000000</ram:ID></ram:SpecifiedTaxRegistration>
      </ram:BuyerTradeParty>
      <ram:QuotationReferencedDocument><ram:IssuerAssignedID>Q-1</ram:IssuerAssignedID></ram:QuotationReferencedDocument>
      <ram:ContractReferencedDocument><ram:IssuerAssignedID>C-9</ram:IssuerAssignedID></ram:ContractReferencedDocument>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeSettlement>
      <ram:OrderCurrencyCode>EUR</ram:OrderCurrencyCode>
      <ram:SpecifiedTradePaymentTerms><ram:Description>30 Tage netto</ram:Description></ram:SpecifiedTradePaymentTerms>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:LineTotalAmount>1000.00</ram:LineTotalAmount><ram:TaxTotalAmount currencyID="EUR">190.00</ram:TaxTotalAmount>
        <ram:GrandTotalAmount>1190.00</ram:GrandTotalAmount>
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:SCRDMCCBDACIOMessageStructure>"""

CXML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.050/cXML.dtd">
<cXML payloadID="1@buyer.example" timestamp="2026-03-04T09:00:00+01:00" xml:lang="de-DE"><Header/>
<Request><OrderRequest>
  <OrderRequestHeader orderID="PO-7" orderDate="2026-03-04T23:30:00-05:00" type="new"
    effectiveDate="2026-04-01" expirationDate="2026-12-31" agreementID="C-9">
    <Total><Money currency="EUR">1,000.00</Money></Total>
    <ShipTo><Address><Name>Werk Nord</Name></Address></ShipTo>
    <BillTo><Address><Name>Buyer GmbH</Name></Address></BillTo>
    <SupplierOrderInfo orderID="Q-1"/>
    <Extrinsic name="PaymentTerms">30 Tage netto</Extrinsic>
    <Comments>Bitte bestätigen Sie den Auftrag.</Comments>
  </OrderRequestHeader>
  <ItemOut quantity="10" lineNumber="1"><ItemID><SupplierPartID>A1</SupplierPartID></ItemID>
    <ItemDetail><UnitPrice><Money currency="EUR">100.00</Money></UnitPrice>
      <Description>Beratung</Description><UnitOfMeasure>HUR</UnitOfMeasure></ItemDetail></ItemOut>
</OrderRequest></Request></cXML>"""

EDIFACT = (
    "UNA:+.? '"
    "UNB+UNOC:3+4000000000001:14+4000000000002:14+260304:0900+1'"
    "UNH+1+ORDERS:D:96A:UN:EAN008'"
    "BGM+220+PO-7+9+AC'"
    "DTM+137:20260304:102'DTM+157:20260401:102'DTM+36:20261231:102'"
    "RFF+AAG:Q-1'RFF+CT:C-9'DTM+171:20250101:102'"
    "NAD+BY+4000000000001::9++Buyer GmbH+Strasse 1+Ort++00000+DE'RFF+VA:DE000000000'"
    "NAD+SU+4000000000002::9++Seller GmbH'"
    "CUX+2:EUR:9'PAT+1+:::30 Tage netto'"
    "LIN+1++A1:SA'IMD+F++:::Beratung'QTY+21:10:HUR'MOA+203:1000,00'PRI+AAA:100,00'"
    "UNS+S'MOA+79:1000,00'MOA+124:190,00'MOA+86:1190,00'CNT+2:1'UNT+20+1'UNZ+1+1'"
)

X12 = (
    "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260304*0900*U*00401*000000001*0*P*>~"
    "GS*PO*BUYER*SELLER*20260304*0900*1*X*004010~ST*850*0001~"
    "BEG*00*SA*PO-7**20260304*C-9*AC~CUR*BY*EUR~REF*PR*Q-1~PER*BD*ANNA*EM*anna@buyer.example~"
    "ITD*01*3*****30*****30 Tage netto~DTM*007*20260401~DTM*036*20261231~"
    "N1*BY*Buyer GmbH*92*B1~N3*Strasse 1~N4*Ort**00000*DE~N1*SE*Seller GmbH*92*S1~"
    "PO1*1*10*HUR*100.00**VP*A1~PID*F****Beratung~CTT*1~AMT*TT*1000.00~SE*15*0001~GE*1*1~IEA*1*000000001~"
)

IDOC = """<?xml version="1.0"?><ORDERS05><IDOC BEGIN="1"><EDI_DC40 SEGMENT="1"><MESTYP>ORDERS</MESTYP></EDI_DC40>
<E1EDK01 SEGMENT="1"><CURCY>EUR</CURCY><BELNR>PO-7</BELNR><EIGENUINR>DE000000000</EIGENUINR></E1EDK01>
<E1EDK03 SEGMENT="1"><IDDAT>012</IDDAT><DATUM>20260304</DATUM></E1EDK03>
<E1EDK03 SEGMENT="1"><IDDAT>019</IDDAT><DATUM>20260401</DATUM></E1EDK03>
<E1EDK03 SEGMENT="1"><IDDAT>020</IDDAT><DATUM>20261231</DATUM></E1EDK03>
<E1EDKA1 SEGMENT="1"><PARVW>AG</PARVW><PARTN>1</PARTN><NAME1>Buyer GmbH</NAME1></E1EDKA1>
<E1EDKA1 SEGMENT="1"><PARVW>LF</PARVW><PARTN>2</PARTN><NAME1>Seller GmbH</NAME1></E1EDKA1>
<E1EDK02 SEGMENT="1"><QUALF>001</QUALF><BELNR>PO-7</BELNR></E1EDK02>
<E1EDK02 SEGMENT="1"><QUALF>003</QUALF><BELNR>Q-1</BELNR></E1EDK02>
<E1EDK02 SEGMENT="1"><QUALF>005</QUALF><BELNR>C-9</BELNR></E1EDK02>
<E1EDK18 SEGMENT="1"><QUALF>001</QUALF><ZTERM_TXT>30 Tage netto</ZTERM_TXT></E1EDK18>
<E1EDP01 SEGMENT="1"><POSEX>1</POSEX><MENGE>10</MENGE><MENEE>HUR</MENEE><VPREI>100.00</VPREI><NETWR>1000.00</NETWR>
  <E1EDP19 SEGMENT="1"><QUALF>001</QUALF><IDTNR>A1</IDTNR><KTEXT>Beratung</KTEXT></E1EDP19></E1EDP01>
<E1EDS01 SEGMENT="1"><SUMID>002</SUMID><SUMME>1000.00</SUMME></E1EDS01>
</IDOC></ORDERS05>"""

OPENTRANS = """<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1" xmlns:b="http://www.bmecat.org/bmecat/2005" version="2.1">
<ORDER_HEADER><SOURCING_INFO><QUOTATION_ID>Q-1</QUOTATION_ID><AGREEMENT><b:AGREEMENT_ID>C-9</b:AGREEMENT_ID></AGREEMENT></SOURCING_INFO>
<ORDER_INFO><ORDER_ID>PO-7</ORDER_ID><ORDER_DATE>2026-03-04T10:00:00+01:00</ORDER_DATE><b:LANGUAGE>deu</b:LANGUAGE>
<PARTIES><PARTY><b:PARTY_ID>1</b:PARTY_ID><PARTY_ROLE>buyer</PARTY_ROLE><ADDRESS><b:NAME>Buyer GmbH</b:NAME></ADDRESS></PARTY>
<PARTY><PARTY_ROLE>supplier</PARTY_ROLE><ADDRESS><b:NAME>Seller GmbH</b:NAME></ADDRESS></PARTY></PARTIES>
<b:CURRENCY>EUR</b:CURRENCY><PAYMENT><PAYMENT_TERMS><PAYMENT_TERM type="other">30 Tage netto</PAYMENT_TERM></PAYMENT_TERMS></PAYMENT>
</ORDER_INFO></ORDER_HEADER>
<ORDER_ITEM_LIST><ORDER_ITEM><LINE_ITEM_ID>1</LINE_ITEM_ID><PRODUCT_ID><b:SUPPLIER_PID>A1</b:SUPPLIER_PID>
<b:DESCRIPTION_SHORT>Beratung</b:DESCRIPTION_SHORT></PRODUCT_ID><QUANTITY>10</QUANTITY><b:ORDER_UNIT>HUR</b:ORDER_UNIT>
<PRODUCT_PRICE_FIX><b:PRICE_AMOUNT>100.00</b:PRICE_AMOUNT></PRODUCT_PRICE_FIX><PRICE_LINE_AMOUNT>1000.00</PRICE_LINE_AMOUNT></ORDER_ITEM></ORDER_ITEM_LIST>
<ORDER_SUMMARY><TOTAL_ITEM_NUM>1</TOTAL_ITEM_NUM><TOTAL_AMOUNT>1000.00</TOTAL_AMOUNT></ORDER_SUMMARY></ORDER>"""

XCBL = """<Order xmlns="rrn:org.xcbl:schemas/xcbl/v4_0/ordermanagement/v1_0/ordermanagement.xsd"><OrderHeader>
<OrderNumber><BuyerOrderNumber>PO-7</BuyerOrderNumber></OrderNumber><OrderIssueDate>20260304T10:00:00</OrderIssueDate>
<OrderReferences><ContractReferences><Contract><ContractID><Ident>C-9</Ident></ContractID></Contract></ContractReferences>
<QuoteReference><Reference><RefNum>Q-1</RefNum></Reference></QuoteReference></OrderReferences>
<OrderDates><ValidityDates><StartDate>20260401T00:00:00</StartDate><EndDate>20261231T00:00:00</EndDate></ValidityDates></OrderDates>
<Purpose><PurposeCoded>Original</PurposeCoded></Purpose><OrderCurrency><Currency><CurrencyCoded>EUR</CurrencyCoded></Currency></OrderCurrency>
<OrderParty><BuyerParty><Party><NameAddress><Name1>Buyer GmbH</Name1></NameAddress></Party></BuyerParty>
<SellerParty><Party><NameAddress><Name1>Seller GmbH</Name1></NameAddress></Party></SellerParty></OrderParty>
<OrderPaymentInstructions><PaymentTerms><PaymentTerm><PaymentTermDescription>30 Tage netto</PaymentTermDescription></PaymentTerm></PaymentTerms></OrderPaymentInstructions>
</OrderHeader><OrderDetail><ListOfItemDetail><ItemDetail><BaseItemDetail><LineItemNum><BuyerLineItemNum>1</BuyerLineItemNum></LineItemNum>
<ItemIdentifiers><ItemDescription>Beratung</ItemDescription></ItemIdentifiers><TotalQuantity><Quantity><QuantityValue>10</QuantityValue>
<UnitOfMeasurement><UOMCoded>HUR</UOMCoded></UnitOfMeasurement></Quantity></TotalQuantity></BaseItemDetail>
<PricingDetail><ListOfPrice><Price><UnitPrice><UnitPriceValue>100.00</UnitPriceValue></UnitPrice></Price></ListOfPrice>
<LineItemSubTotal><MonetaryAmount>1000.00</MonetaryAmount></LineItemSubTotal></PricingDetail></ItemDetail></ListOfItemDetail></OrderDetail>
<OrderSummary><OrderSubTotal><MonetaryValue><MonetaryAmount>1000.00</MonetaryAmount></MonetaryValue></OrderSubTotal></OrderSummary></Order>"""

OAGIS = """<ProcessPurchaseOrder xmlns="http://www.openapplications.org/oagis/9" releaseID="9.0"><ApplicationArea/>
<DataArea><Process acknowledgeCode="Always"/><PurchaseOrder><PurchaseOrderHeader>
<DocumentID><ID>PO-7</ID></DocumentID><DocumentDateTime>2026-03-04T10:00:00Z</DocumentDateTime>
<CustomerParty><Name>Buyer GmbH</Name></CustomerParty><SupplierParty><Name>Seller GmbH</Name></SupplierParty>
<ContractReference><DocumentID><ID>C-9</ID></DocumentID></ContractReference><QuoteReference><DocumentID><ID>Q-1</ID></DocumentID></QuoteReference>
<ExtendedAmount currencyID="EUR">1000.00</ExtendedAmount><PaymentTerm><Description>30 Tage netto</Description></PaymentTerm>
</PurchaseOrderHeader><PurchaseOrderLine><LineNumber>1</LineNumber><Item><Description>Beratung</Description></Item>
<Quantity unitCode="HUR">10</Quantity><UnitPrice><Amount currencyID="EUR">100.00</Amount></UnitPrice>
<ExtendedAmount currencyID="EUR">1000.00</ExtendedAmount></PurchaseOrderLine></PurchaseOrder></DataArea></ProcessPurchaseOrder>"""

GS1 = """<o:orderMessage xmlns:o="urn:gs1:ecom:order:xsd:3"><order><creationDateTime>2026-03-04T10:00:00</creationDateTime>
<documentStatusCode>ORIGINAL</documentStatusCode><orderIdentification><entityIdentification>PO-7</entityIdentification></orderIdentification>
<totalMonetaryAmountExcludingTaxes currencyCode="EUR">1000.00</totalMonetaryAmountExcludingTaxes>
<buyer><gln>4000000000001</gln><organisationDetails><organisationName>Buyer GmbH</organisationName></organisationDetails></buyer>
<seller><gln>4000000000002</gln><organisationDetails><organisationName>Seller GmbH</organisationName></organisationDetails></seller>
<paymentTerms><description>30 Tage netto</description></paymentTerms>
<contract><entityIdentification>C-9</entityIdentification></contract><quoteNumber><entityIdentification>Q-1</entityIdentification></quoteNumber>
<orderLineItem><lineItemNumber>1</lineItemNumber><requestedQuantity measurementUnitCode="HUR">10</requestedQuantity>
<netAmount currencyCode="EUR">1000.00</netAmount><netPrice currencyCode="EUR">100.00</netPrice>
<transactionalTradeItem><gtin>04000000000009</gtin><tradeItemDescription languageCode="de">Beratung</tradeItemDescription></transactionalTradeItem>
</orderLineItem></order></o:orderMessage>"""

ROSETTANET = """<!DOCTYPE Pip3A4PurchaseOrderRequest SYSTEM "3A4_MS_V02_02_PurchaseOrderRequest.dtd">
<Pip3A4PurchaseOrderRequest><fromRole><PartnerRoleDescription><PartnerDescription><BusinessDescription>
<businessName><FreeFormText>Buyer GmbH</FreeFormText></businessName></BusinessDescription></PartnerDescription></PartnerRoleDescription></fromRole>
<PurchaseOrder><contractIdentifier><ProprietaryDocumentIdentifier>C-9</ProprietaryDocumentIdentifier></contractIdentifier>
<quoteIdentifier><ProprietaryDocumentIdentifier>Q-1</ProprietaryDocumentIdentifier></quoteIdentifier>
<FinancingTerms><PaymentTerms><description><FreeFormText>30 Tage netto</FreeFormText></description></PaymentTerms></FinancingTerms>
<ProductLineItem><LineNumber>1</LineNumber><GlobalProductUnitOfMeasureCode>HUR</GlobalProductUnitOfMeasureCode>
<productDescription><FreeFormText>Beratung</FreeFormText></productDescription>
<OrderQuantity><requestedQuantity><ProductQuantity>10</ProductQuantity></requestedQuantity></OrderQuantity>
<requestedUnitPrice><FinancialAmount><GlobalCurrencyCode>EUR</GlobalCurrencyCode><MonetaryAmount>100.00</MonetaryAmount></FinancialAmount></requestedUnitPrice>
<totalLineItemAmount><FinancialAmount><GlobalCurrencyCode>EUR</GlobalCurrencyCode><MonetaryAmount>1000.00</MonetaryAmount></FinancialAmount></totalLineItemAmount>
</ProductLineItem>
<totalAmount><FinancialAmount><GlobalCurrencyCode>EUR</GlobalCurrencyCode><MonetaryAmount>1000.00</MonetaryAmount></FinancialAmount></totalAmount></PurchaseOrder>
<thisDocumentGenerationDateTime><DateTimeStamp>20260304T100000.000Z</DateTimeStamp></thisDocumentGenerationDateTime>
<thisDocumentIdentifier><ProprietaryDocumentIdentifier>PO-7</ProprietaryDocumentIdentifier></thisDocumentIdentifier>
<toRole><PartnerRoleDescription><PartnerDescription><BusinessDescription><businessName><FreeFormText>Seller GmbH</FreeFormText></businessName>
</BusinessDescription></PartnerDescription></PartnerRoleDescription></toRole></Pip3A4PurchaseOrderRequest>"""

PLAIN = """<Document-Order><Order-Header><OrderNumber>PO-7</OrderNumber><OrderDate>04.03.2026</OrderDate>
<ContractNumber>C-9</ContractNumber><QuotationNumber>Q-1</QuotationNumber><OrderCurrency>EUR</OrderCurrency>
<PaymentTerms>30 Tage netto</PaymentTerms></Order-Header>
<Order-Parties><Buyer><ILN>1</ILN><Name>Buyer GmbH</Name></Buyer><Seller><Name>Seller GmbH</Name></Seller></Order-Parties>
<Order-Lines><Line><Line-Item><LineNumber>1</LineNumber><ItemDescription>Beratung</ItemDescription><OrderedQuantity>10</OrderedQuantity>
<UnitOfMeasure>HUR</UnitOfMeasure><OrderedUnitNetPrice>100.00</OrderedUnitNetPrice><OrderedNetAmount>1000.00</OrderedNetAmount></Line-Item></Line>
<Line><Line-Item><LineNumber>2</LineNumber><ItemDescription>Reise</ItemDescription><OrderedQuantity>1</OrderedQuantity></Line-Item></Line></Order-Lines>
<Order-Summary><TotalLines>2</TotalLines><TotalNetAmount>1000.00</TotalNetAmount></Order-Summary></Document-Order>"""

XML_ORDERS = {
    "ubl": UBL, "cii": CII, "cxml": CXML, "idoc": IDOC, "opentrans": OPENTRANS, "xcbl": XCBL, "oagis": OAGIS, "gs1": GS1,
    "rosettanet": ROSETTANET, "xml": PLAIN,
}  # fmt: skip
ORDERS = {**XML_ORDERS, "edifact": EDIFACT, "x12": X12}
WITHOUT_LINE_AMOUNTS = frozenset({"cxml", "x12"})

TEN, HUNDRED, THOUSAND = Decimal(10), Decimal("100.00"), Decimal("1000.00")


def read(text: str | bytes, name: str = "order") -> Structured:
    """A sample, parsed; it must be recognised."""
    found = parse(text.encode() if isinstance(text, str) else text, name)
    assert found is not None
    return found


def order_of(text: str | bytes) -> Order:
    """The order in a sample; there must be one."""
    order = read(text).order
    assert order is not None
    return order


def shown(found: Structured, name: str) -> list[str]:
    """What the text shows where the spans of this name point."""
    assert found.order is not None
    return [found.text[start:end] for field, start, end in found.order.spans if field == name]
