"""What is read from Odoo for a message, and whom a message speaks for. The sandbox answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.assessments import books
from app.assessments.results import Assessment, Classification
from app.documents.reading import Address, Mail, Reading
from app.firm import Firm
from app.odoo import queries
from app.odoo.json2 import Json2Odoo
from app.vocabulary import CertaintyWord
from fixtures.odoo.sandbox import API_KEY, DATABASE, Sandbox

US = Firm(("Marlow Voss",), ("marlowvoss.example",))


def assessed(reason: str, *secondary: str) -> Assessment:
    c = Classification(reason, 0.9, CertaintyWord.SURE, (reason,), secondary)
    return Assessment(c, {}, (), None, "offline", {})


def mail_from(address: str, text: str = "") -> Reading:
    to = (Address("Us", "billing@marlowvoss.example"),)
    mail = Mail(Address("Ann", address), None, to, (), "Hello", "<m@x>", "", (), None, ())
    return Reading("", "mail.eml", "message/rfc822", "mail", text, mail=mail)


@pytest.fixture
def sandbox() -> Iterator[tuple[Sandbox, Json2Odoo]]:
    server = Sandbox()
    with server.serve() as url:
        odoo = Json2Odoo(url, DATABASE, API_KEY, timeout=10)
        yield server, odoo
        odoo.close()


@pytest.mark.parametrize(
    ("sender", "said"),
    [
        ("ap@fjordline.example", ("fjordline.example", "ap@fjordline.example")),
        ("Ann@Gmail.com", ("", "ann@gmail.com")),
        ("clara@marlowvoss.example", ("", "")),
    ],
)
def test_who_a_mail_speaks_for(sender: str, said: tuple[str, str]) -> None:
    assert books.writer(assessed("question"), mail_from(sender), US) == said


def test_a_returned_mail_speaks_for_whom_it_did_not_reach() -> None:
    text = "Mail system at mx.marlowvoss.example. <ap@brine.example>: mailbox full"
    returned = mail_from("mailer-daemon@mx.marlowvoss.example", text)
    assert books.writer(assessed("delivery_failure"), returned, US) == ("brine.example", "ap@brine.example")


def test_an_order_of_a_contact_is_the_entitys(sandbox: tuple[Sandbox, Json2Odoo]) -> None:
    server, odoo = sandbox
    order = next(o for o in server.books.all("sale.order") if o["name"] == "S00002")
    entity = order["partner_id"]
    contact = next(
        p for p in server.books.all("res.partner") if p["commercial_partner_id"] == entity and p["id"] != entity
    )
    order["partner_id"] = contact["id"]
    (found,) = queries.sales_orders(odoo, [2, 3], names=["S00002"])
    assert (found.customer_id, found.partner_id) == (entity, contact["id"])
    assert found in queries.sales_orders(odoo, [2, 3], customer_id=entity)


def test_reads_ask_for_no_more_than_their_limit(sandbox: tuple[Sandbox, Json2Odoo]) -> None:
    _, odoo = sandbox
    assert len(queries.invoices(odoo, [2, 3], limit=3)) == 3
    assert len(queries.customers(odoo, [2, 3], limit=2)) == 2
    assert len(queries.sales_orders(odoo, [2, 3], limit=1)) == 1
    assert len(queries.products(odoo, [2, 3], limit=4)) == 4


def test_we_are_not_among_the_customers_of_a_message(sandbox: tuple[Sandbox, Json2Odoo]) -> None:
    server, odoo = sandbox
    ours = {c["partner_id"] for c in server.books.all("res.company")}
    text = "Unsere USt-IdNr.: DE284517306"
    found = books.read(odoo, assessed("question"), mail_from("someone@hafenwerk.example", text), US)
    assert found.customers
    assert not {c.id for c in found.customers} & ours
