"""A step's figures in the form are the reader's own, and a figure with two readings changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import Database
from app.decisions import amendment
from app.errors import Refused
from app.suggestions.models import Suggestion
from tests.builders import a_credit, a_suggestion
from tests.web import a_read_case, browser


def test_a_german_reader_edits_a_credit_in_german_figures(database: Database) -> None:
    with database.transaction() as session:
        a_suggestion(session, a_read_case(session), a_credit("1500.50"))
    ines = browser(database)
    ines.http.headers["accept-language"] = "de-DE,de"
    assert 'name="value-amount" value="1500,5"' in ines.open("/cases/1")
    page = ines.send("/cases/1/edit", status=422, value__amount="1,200")
    assert "„1,200“ kann 1,2000 oder 1200,00 sein." in page
    assert '<p class="plain-text">1,200</p>' in page
    ines.open("/cases/1")
    ines.send("/cases/1/edit", value__amount="1.200")
    with database.transaction() as session:
        steps = session.execute(select(Suggestion).order_by(Suggestion.version)).scalars()
        assert [str(s.amount.normalize().quantize(s.amount)) for s in steps if s.amount][-1].startswith("1200")


@pytest.mark.parametrize("text", ["1_200", "1e3", "١٢٠٠", "１２００", "+5", " 5", "5.", ".5", "NaN", "-5", "0"])
def test_a_step_takes_plain_digits_and_a_point_only(database: Database, text: str) -> None:
    with database.transaction() as session:
        step = a_suggestion(session, a_read_case(session), a_credit("1500.00"))
        with pytest.raises(Refused):
            amendment.edited(step, {"amount": text})
