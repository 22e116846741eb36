"""What the case shows after it was compared again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from app.assessments import present
from app.assessments.findings import Books, Match, Reconciliation, RecordRef
from app.clock import now
from app.db import Database
from tests.web import a_read_case, a_reading, an_assessment


def test_a_customer_that_is_no_longer_certain_leaves_the_case(database: Database) -> None:
    reading = a_reading()
    assessment = an_assessment(reading)
    sure = Match("customer", RecordRef("res.partner", 14, "Fehnwerder Logistik GmbH"), Decimal(1), True, ("named",))
    paper = Match("invoice", RecordRef("account.move", 76, "INV/1"), Decimal(1), True, ("named",), company_id=2)
    with database.transaction() as session:
        case = a_read_case(session, reading=reading)
        present.show_findings(session, case, assessment, Reconciliation((sure, paper), (), Books()), at=now())
        assert (case.customer_id, case.company_id) == (14, 2)
        open_again = Reconciliation((replace(sure, is_certain=False),), (), Books())
        present.show_findings(session, case, assessment, open_again, at=now())
        assert (case.customer_id, case.company_id) == (None, None)
        assert case.customer_name == str(assessment.value("customer_name") or "")
