"""SAP IDoc orders as a flat file: one record a line, fields of fixed width. Made into the tree that IDoc XML has.

Source: port version 4 (EDI_DD40: 63 characters of keys, then the segment) and ORDERS05's segment definitions.
"""

from __future__ import annotations

import re

from lxml import etree

_KEYS = 63  # SEGNAM 30, MANDT 3, DOCNUM 16, SEGNUM 6, PSGNUM 6, HLEVEL 2
_RECORDS_LIMIT = 200_000

# Fields in their order with their widths, as far as an order needs them.
_SEGMENTS: dict[str, tuple[tuple[str, int], ...]] = {
    "E1EDK01": (
        ("ACTION", 3), ("KZABS", 1), ("CURCY", 3), ("HWAER", 3), ("WKURS", 12), ("ZTERM", 17), ("KUNDEUINR", 20),
        ("EIGENUINR", 20), ("BSART", 4), ("BELNR", 35),
    ),
    "E1EDK02": (("QUALF", 3), ("BELNR", 35), ("POSNR", 6), ("DATUM", 8)),
    "E1EDK03": (("IDDAT", 3), ("DATUM", 8)),
    "E1EDK18": (("QUALF", 3), ("TAGE", 8), ("PRZNT", 8), ("ZTERM_TXT", 70)),
    "E1EDKA1": (
        ("PARVW", 3), ("PARTN", 17), ("LIFNR", 17), ("NAME1", 35), ("NAME2", 35), ("NAME3", 35), ("NAME4", 35),
        ("STRAS", 35), ("STRS2", 35), ("PFACH", 35), ("ORT01", 35), ("COUNC", 9), ("PSTLZ", 9), ("PSTL2", 9),
        ("LAND1", 3),
    ),
    "E1EDKT1": (("TDID", 4), ("TSSPRAS", 3), ("TSSPRAS_ISO", 2)),
    "E1EDKT2": (("TDLINE", 70), ("TDFORMAT", 2)),
    "E1EDP01": (
        ("POSEX", 6), ("ACTION", 3), ("PSTYP", 1), ("KZABS", 1), ("MENGE", 15), ("MENEE", 3), ("BMNG2", 15),
        ("PMENE", 3), ("ABFTZ", 7), ("VPREI", 15), ("PEINH", 9), ("NETWR", 18), ("ANETW", 18), ("SKFBP", 18),
        ("NTGEW", 18), ("GEWEI", 3), ("EINKZ", 1), ("CURCY", 3),
    ),
    "E1EDP19": (("QUALF", 3), ("IDTNR", 35), ("KTEXT", 70)),
    "E1EDP20": (("WMENG", 15), ("AMENG", 15), ("EDATU", 8)),
    "E1EDPT1": (("TDID", 4), ("TSSPRAS", 3), ("TSSPRAS_ISO", 2)),
    "E1EDPT2": (("TDLINE", 70), ("TDFORMAT", 2)),
    "E1EDS01": (("SUMID", 3), ("SUMME", 18), ("SUNIT", 3)),
}  # fmt: skip
_INSIDE = {"E1EDP19": "E1EDP01", "E1EDP20": "E1EDP01", "E1EDPT1": "E1EDP01", "E1EDPT2": "E1EDPT1", "E1EDKT2": "E1EDKT1"}
_NAME = re.compile(r"E[12](ED[KPS][A-Z0-9][0-9])\d{0,3} ")
_MESSAGE_TYPE = re.compile(r"\b(ORDERS|ORDCHG|ORDRSP)\b")


def is_flat_idoc(start: bytes) -> bool:
    """Whether these first bytes are an IDoc's control record."""
    return start.startswith(b"EDI_DC40 ")


def trees(content: bytes) -> list[etree._Element]:
    """The order IDocs of a flat file, each as the IDOC element that its XML form has."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    found: list[etree._Element] = []
    open_segments: dict[str, etree._Element] = {}
    for record in text.splitlines()[:_RECORDS_LIMIT]:
        if record.startswith("EDI_DC40"):
            open_segments = {"IDOC": etree.Element("IDOC")}
            found.append(open_segments["IDOC"])
            control = etree.SubElement(open_segments["IDOC"], "EDI_DC40")
            kind = _MESSAGE_TYPE.search(record[49:200])
            etree.SubElement(control, "MESTYP").text = kind[1] if kind else ""
        elif open_segments:
            _add(record, open_segments)
    return [idoc for idoc in found if idoc.find("E1EDK01") is not None]


def _add(record: str, open_segments: dict[str, etree._Element]) -> None:
    match = _NAME.match(record[:30].ljust(30))
    name = f"E1{match[1]}" if match else ""
    fields = _SEGMENTS.get(name)
    parent = open_segments.get(_INSIDE.get(name, "IDOC"))
    if fields is None or parent is None:
        return
    segment = open_segments[name] = etree.SubElement(parent, name)
    at = _KEYS
    for field, width in fields:
        etree.SubElement(segment, field).text = _clean(record[at : at + width])
        at += width


def _clean(text: str) -> str:
    """A field's text without what XML cannot hold."""
    return "".join(c for c in text.strip() if c.isprintable())
