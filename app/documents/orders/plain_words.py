"""What order, line and party elements are called in XML of no published standard, in the languages we read.

Names are written without case, hyphens, dots and underscores; of several, the earlier is the better.
"""

from __future__ import annotations

ORDERS = frozenset({
    "bestellung", "commande", "createorder", "customerorder", "documentorder", "encomenda", "neworder", "order",
    "ordercreate", "orderdocument", "orderin", "orders", "ordine", "pedido", "po", "purchaseorder",
    "purchaseorderdocument", "salesorder", "salesorderheader", "zamowienie"
})  # fmt: skip

QUANTITY = (
    "quantityordered orderedquantity orderquantity orderqty qtyordered quantity qty menge bestellmenge quantite "
    "cantidad quantita quantidade ilosc aantal"
)

LINE = {
    "quantity": QUANTITY,
    "unit": (
        "unitofmeasure unitofmeasurement unitcode uom measureunit unitmeasure quantityunit orderunit unit einheit "
        "unite unidad unita unidade jednostka eenheid"
    ),
    "unit_price": (
        "unitprice netunitprice unitnetprice orderedunitnetprice netprice priceperunit unitcost itemprice "
        "purchaseprice usprice price cost einzelpreis preis prix prixunitaire precio preciounitario prezzo "
        "prezzounitario preco precounitario cena prijs"
    ),
    "amount": (
        "lineamount lineextensionamount linetotal linetotalamount extendedprice extendedamount itemtotal netamount "
        "orderednetamount subtotal totalprice totalamount amount total betrag gesamtpreis montant importe importo "
        "valor wartosc bedrag"
    ),
    "description": (
        "itemdescription productdescription description productname itemname articlename materialdescription "
        "shortdescription title name bezeichnung beschreibung designation descripcion descrizione descricao opis "
        "nazwa omschrijving comment"
    ),
    "line_number": "linenumber lineno linenum lineitemnumber lineid itemnumber itemno position positionnumber posnr "
    "pos line number",
    "item": (
        "partnumber sku itemnumber itemno productid itemid productcode itemcode articlenumber materialnumber material "
        "supplierpartid "
        "suppliercode supplieritemcode buyeritemcode ean gtin upc article product partnum code id"
    ),
    "starts_on": "startdate servicestart servicestartdate periodstart",
    "ends_on": "enddate serviceend serviceenddate periodend",
}

HEAD = {
    "number": (
        "purchaseordernumber purchaseorderreference purchaseorderno purchaseorderid customerordernumber "
        "buyerordernumber customerpo "
        "customerponumber ponumber pono poid ponum ordernumber orderno orderid orderref orderreference bestellnummer "
        "auftragsnummer numerocommande numeropedido numeroordine numeroencomenda numerzamowienia documentnumber "
        "number id"
    ),
    "issued_on": (
        "purchaseorderdate podate purchaseorderissueddate purchaseorderissuedate orderdate orderissuedate "
        "orderissueddate dateordered dateoforder issuedate issueddate documentdate bestelldatum datecommande "
        "fechapedido dataordine dataencomenda datazamowienia creationdate createddate createdate date"
    ),
    "currency": "currencycode currency currencyid ordercurrency primarycurrency waehrung devise moneda valuta moeda "
    "waluta",
    "total_net": ("totalnetamount nettotal netamount subtotal subtotalamount totalexcludingtax totalwithouttax"),
    "total_gross": (
        "grandtotal grandtotalamount totalgrossamount ordertotal ordertotalamount totalordervalue totalamount "
        "ordervalue total orderamount totalprice gesamtbetrag"
    ),
    "total_tax": "taxamount totaltax totaltaxamount tax vat vatamount",
    "payment_terms": (
        "paymenttermsdescription paymenttermdescription paymenttermstext paymentterms paymentterm terms "
        "zahlungsbedingungen zahlungsbedingung conditionspaiement condicionespago condizionipagamento"
    ),
    "valid_from": "validfrom effectivedate effectivefrom validitystartdate",
    "valid_until": "validuntil validto expirationdate expirydate validityenddate",
}

REFERENCES = {
    "Contract": (
        "contractnumber contractno contractid contractreference agreementnumber agreementid frameworknumber "
        "blanketordernumber vertragsnummer"
    ),
    "Quotation": (
        "quotenumber quoteno quoteid quotationnumber quotationno quotationid quotereference angebotsnummer offernumber"
    ),
    "Project": "projectnumber projectno projectid projectcode",
    "Our order number": "salesordernumber supplierordernumber sellerordernumber vendorordernumber",
}

NOTES = frozenset({
    "bemerkung", "comment", "comments", "instructions", "memo", "message", "note", "notes", "remark", "remarks",
    "specialinstructions"
})  # fmt: skip

PARTY_NAMES = (
    "legalname buyersname suppliersname companyname company organizationname organisationname "
    "businessname partnername partyname name name1 "
    "fullname customername buyername suppliername vendorname"
)

ACTIONS = frozenset({
    "action", "documentaction", "messagetype", "operation", "ordertype", "purpose", "transactiontype"
})  # fmt: skip

VAT_NUMBERS = frozenset({
    "taxid", "vatid", "vatnumber", "vatregistrationnumber"
})  # fmt: skip
