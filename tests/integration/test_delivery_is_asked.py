"""A complaint about a deliverable that nobody booked time on reaches the project that delivers it."""

from __future__ import annotations

from tests.house import House

INVOICE, SENDER = "RE/2026/00003", "info@polder-instruments.example"
PROJECT = "S00009 Calibration data platform"
MAIL = """From: Accounts Payable <{sender}>
To: clara.engel@marlowvoss.example
Subject: Invoice {invoice}: deliverable not accepted
Date: Mon, 16 Nov 2026 09:12:00 +0100
Message-ID: <delivery-{invoice}>
Content-Type: text/plain; charset="utf-8"
MIME-Version: 1.0

Hello,

we dispute invoice {invoice}. The deliverable does not meet the acceptance criteria we agreed and our team has not
accepted it: several functions fail in testing and the quality is not sufficient. Please correct the defects first. We
will not pay before the work is accepted.

Kind regards
Accounts Payable
"""


def test_the_project_of_a_fixed_fee_is_found_by_what_the_invoice_bills(house: House) -> None:
    mail = MAIL.format(sender=SENDER, invoice=INVOICE).encode()
    taken = house.take_in(mail, "complaint.eml")
    house.work()
    found = house.suggestions(taken.case_id)
    ticket = found["create_ticket"]
    assert ticket.target_name == PROJECT
    house.confirm(ticket, house.person("Clara", "reviewer"))
    house.write()
    project = next(p for p in house.odoo.books.all("project.project") if p["name"] == PROJECT)
    tasks = [t for t in house.odoo.books.all("project.task") if t["project_id"] == project["id"]]
    [task] = [t for t in tasks if t["name"] == "Was the deliverable accepted?"]
    assert task["user_ids"] == [project["user_id"]]
