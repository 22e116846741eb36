"""SAP IDoc orders as XML: ORDERS01 to ORDERS05 with message types ORDERS, ORDCHG and ORDRSP.

Source: segment documentation of ORDERS05 (E1EDK01 and below). A trailing minus is a sign; PEINH is the price's basis.
"""

from __future__ import annotations

from datetime import date

from lxml import etree

from app.documents.order import OrderFunction, Party
from app.documents.orders.draft import Draft, DraftLine
from app.documents.orders.values import day, number, tidy
from app.documents.orders.xml import first, value, values, within
from app.documents.orders.xml_map import TITLES

# E1EDK02 QUALF (EDI_QUALFR): whose document number it is.
_ORDER, _OURS, _QUOTATIONS, _CONTRACTS = "001", "002", ("003", "004"), ("005", "006", "044", "070")
_DOCUMENT_DATES = ("012", "022", "011", "029", "026")  # E1EDK03 IDDAT
_VALID_FROM, _VALID_UNTIL = ("019", "023"), ("020", "024")
_BUYERS, _SUPPLIERS = ("AG", "RE", "RG", "WE"), ("LF",)  # E1EDKA1 PARVW
_NET, _TAX, _GROSS = "002", "005", "011"  # E1EDS01 SUMID
_CANCELLED = "003"  # E1EDP01 ACTION: deleted


def documents(root: etree._Element) -> list[etree._Element]:
    """Order IDocs in a file."""
    return [found for found in within(root, ("IDOC",)) if found.find("E1EDK01") is not None and not _is_other(found)]


def _is_other(node: etree._Element) -> bool:
    kind = value(node, "EDI_DC40/MESTYP", "EDI_DC/MESTYP").upper()
    return kind.startswith(("INVOIC", "DESADV", "GSVERF", "REMADV", "QUOTES", "REQOTE"))


def read(root: etree._Element) -> Draft:
    """An order, change or response as a draft."""
    function = _function(root)
    draft = Draft("idoc", TITLES[function], function)
    head = first(root, "E1EDK01")
    draft.number = _document(root, _ORDER) or value(head, "BELNR") or _document(root, _OURS)
    issued = _dated(root, _DOCUMENT_DATES) or day(_document(root, _ORDER, "DATUM"))
    if function is OrderFunction.NEW:
        draft.issued_on = issued
    else:
        draft.changed_on = issued
    draft.valid_from, draft.valid_until = _dated(root, _VALID_FROM), _dated(root, _VALID_UNTIL)
    draft.currency = value(head, "CURCY") or value(root, "E1EDS01/SUNIT", "E1EDP01/CURCY")
    draft.total_net = number(_total(root, _NET))
    draft.total_tax, draft.total_gross = number(_total(root, _TAX)), number(_total(root, _GROSS))
    draft.payment_terms = "; ".join(values(root, "E1EDK18/ZTERM_TXT"))
    draft.detail("Payment terms", value(head, "ZTERM"))
    draft.refer("Our order number", _document(root, _OURS))
    for qualifier in _QUOTATIONS:
        draft.refer("Quotation", _document(root, qualifier))
    for qualifier in _CONTRACTS:
        draft.refer("Contract", _document(root, qualifier))
    draft.buyer, draft.supplier = _party(root, _BUYERS, vat_id=value(head, "EIGENUINR")), _party(root, _SUPPLIERS)
    draft.declared_language = _language(root)
    for text in _texts(root, "E1EDKT1", "E1EDKT2"):
        draft.note(text)
    draft.lines.extend(_line(node) for node in root.iterfind("E1EDP01"))
    return draft


def _function(root: etree._Element) -> OrderFunction | None:
    kind = value(root, "EDI_DC40/MESTYP", "EDI_DC/MESTYP").upper()
    if kind.startswith("ORDRSP"):
        return None
    if value(root, "E1EDK01/ACTION") == _CANCELLED:
        return OrderFunction.CANCELLATION
    return OrderFunction.CHANGE if kind.startswith("ORDCHG") else OrderFunction.NEW


def _document(root: etree._Element, qualifier: str, what: str = "BELNR") -> str:
    return value(root, f"E1EDK02[QUALF='{qualifier}']/{what}")


def _dated(root: etree._Element, kinds: tuple[str, ...]) -> date | None:
    return next((when for kind in kinds if (when := day(value(root, f"E1EDK03[IDDAT='{kind}']/DATUM")))), None)


def _total(root: etree._Element, kind: str) -> str:
    return value(root, f"E1EDS01[SUMID='{kind}']/SUMME")


def _language(root: etree._Element) -> str:
    return value(root, "E1EDKA1[PARVW='AG']/SPRAS_ISO", "E1EDKA1/SPRAS_ISO", "E1EDKT1/TSSPRAS_ISO")


def _party(root: etree._Element, roles: tuple[str, ...], *, vat_id: str = "") -> Party:
    """The first of these partner functions that has a name; numbers of the first that is there."""
    nodes = [node for role in roles for node in root.iterfind(f"E1EDKA1[PARVW='{role}']")]
    if not nodes:
        return Party(vat_id=vat_id)
    named = next((node for name in ("NAME1", "ORGTX") for node in nodes if value(node, name)), nodes[0])
    identifier = value(nodes[0], "PARTN", "LIFNR")
    parts = ("STRAS", "PSTLZ", "ORT01", "LAND1")
    return Party(
        name=value(named, "NAME1", "ORGTX"),
        vat_id=vat_id,
        ids=(identifier,) if identifier else (),
        address=", ".join(part for name in parts if (part := value(named, name))),
        email=value(named, "SMTP_ADDR", "E1EDKA3[QUALP='005']/STDPN"),
    )


def _texts(node: etree._Element, block: str, line: str) -> list[str]:
    """Long texts: their lines are cut at 70 characters, "=" in TDFORMAT glues one to the line before."""
    found: list[str] = []
    for text in node.iterfind(block):
        written = ""
        for row in text.iterfind(line):
            words = row.findtext("TDLINE") or ""
            written += words if row.findtext("TDFORMAT") == "=" else f" {words}"
        if tidy(written):
            found.append(tidy(written))
    return found


def _line(node: etree._Element) -> DraftLine:
    line = DraftLine(
        number=value(node, "POSEX"),
        description=value(node, "E1EDP19[QUALF='001']/KTEXT", "E1EDP19[QUALF='002']/KTEXT", "E1EDP19/KTEXT", "ARKTX"),
        quantity=number(value(node, "MENGE", "E1EDP20/WMENG")),
        unit=value(node, "MENEE"),
        unit_price=number(value(node, "VPREI", "E1EDP05[KSCHL='PB00']/KRATE")),
        amount=number(value(node, "NETWR")),
        is_cancelled=value(node, "ACTION") == _CANCELLED,
    )
    texts = _texts(node, "E1EDPT1", "E1EDPT2")
    if not line.description and texts:
        line.description = texts.pop(0)
    line.tell("our item", value(node, "E1EDP19[QUALF='002']/IDTNR"))
    line.tell("buyer's item", value(node, "E1EDP19[QUALF='001']/IDTNR", "MATNR"))
    line.tell("item", value(node, "E1EDP19[QUALF='003']/IDTNR"))
    basis = value(node, "PEINH")
    line.tell("price per", basis if number(basis) not in (None, 1) else "")
    line.tell("delivery", value(node, "E1EDP20/EDATU"))
    for service in node.iterfind(".//E1EDC01"):
        parts = (
            value(service, "KTXT1", "LBNUM1"),
            value(service, "MENGE"),
            value(service, "MENEE"),
            value(service, "NETWR"),
        )
        line.tell("service", " ".join(part for part in parts if part))
    for text in texts:
        line.tell("note", text)
    return line
