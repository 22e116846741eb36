"""TRADACOMS orders and IDocs in a flat file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from order_samples import read

_TRADACOMS = (
    "STX=ANA:1+5000000000001:SOME STORES LTD+5000000000002:SUPPLIER LTD+260304+1'MHD=1+ORDHDR:9'TYP=0430+NEW-ORDERS'"
    "SDT=5000000000002+SUPPLIER LTD'CDT=5000000000001+SOME STORES LTD+1 HIGH ST:LEEDS'FIL=1+1+260304'MTR=6'"
    "MHD=2+ORDERS:9'CLO=:12'ORD=PO-7:S-1:260304'DIN=260310+++RING FIRST'"
    "OLD=1+5010000000001+++1+10+125000+++ADVISORY:ON SITE'OTR=1'MTR=6'"
    "MHD=3+ORDERS:9'ORD=PO-8::260304'OLD=1+5010000000002+++1+2'OTR=1'MTR=4'END=3'"
)


def _record(name: str, *fields: tuple[str, int]) -> str:
    return name.ljust(63) + "".join(value.ljust(width) for value, width in fields)


def test_a_tradacoms_file_holds_several_orders_under_one_header() -> None:
    found = read(_TRADACOMS)
    assert found.order is not None
    order = found.order
    assert (order.number, order.issued_on, order.buyer.name) == ("PO-7", date(2026, 3, 4), "SOME STORES LTD")
    assert order.references == ("S-1",)
    line = order.lines[0]
    assert (line.description, line.quantity, line.unit_price) == ("ADVISORY ON SITE", 10, Decimal("12.5000"))
    assert [further.order and further.order.number for further in found.further] == ["PO-8"]


def test_a_flat_idoc_is_read_like_its_xml() -> None:
    text = "\n".join(
        (
            "EDI_DC40  100000000000000012370046 3012  ORDERS05                      ORDERS",
            _record("E2EDK01005", ("000", 3), ("", 1), ("EUR", 3), ("", 3), ("", 12), ("NT30", 17), ("", 20), ("", 20),
                    ("NB", 4), ("PO-7", 35)),
            _record("E2EDK02", ("001", 3), ("PO-7", 35), ("", 6), ("20260304", 8)),
            _record("E2EDK03", ("012", 3), ("20260304", 8)),
            _record("E2EDKA1003", ("AG", 3), ("1", 17), ("", 17), ("Buyer GmbH", 35)),
            _record("E2EDP01008", ("000010", 6), ("001", 3), ("0", 1), ("", 1), ("10.000", 15), ("HUR", 3),
                    ("", 15), ("", 3), ("", 7), ("100.00", 15), ("1", 9), ("1000.00", 18)),
            _record("E2EDP19001", ("001", 3), ("A1", 35), ("Beratung", 70)),
            _record("E2EDS01", ("002", 3), ("1000.00", 18), ("EUR", 3)),
        )
    )  # fmt: skip
    found = read(text)
    assert found.order is not None
    order = found.order
    assert (order.number, order.issued_on, order.buyer.name) == ("PO-7", date(2026, 3, 4), "Buyer GmbH")
    assert (order.currency, order.total_net) == ("EUR", Decimal("1000.00"))
    line = order.lines[0]
    assert (line.description, line.quantity, line.unit, line.amount) == (
        "Beratung",
        Decimal("10.000"),
        "HUR",
        Decimal("1000.00"),
    )
