"""A detector's case goes the way of every case: told, compared, proposed, shown, decided; outside text is data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.assessments.findings import RecordRef
from app.cases.intake import take_in
from app.decisions.dossier import dossier
from app.detectors import raising, telling
from app.detectors.discrepancy import Discrepancy
from app.detectors.models import Detection
from app.documents.models import Document
from app.errors import Conflict
from app.sources.incoming import Incoming
from app.suggestions.models import Suggestion
from tests.builders import NOW
from tests.discrepancies import a_discrepancy
from tests.house import House
from tests.web import browser as a_browser

LATER = NOW + timedelta(hours=1)


def an_order_of(house: House) -> RecordRef:
    row = _order(house)
    return RecordRef("sale.order", row["id"], row["name"])


def _order(house: House) -> Any:
    assert house.parts.odoo is not None
    where = [["state", "=", "sale"], ["user_id", "!=", False]]
    return house.parts.odoo.search_read(
        "sale.order", where, ["name", "company_id"], companies=house.parts.odoo.companies(), limit=1
    )[0]


def one(house: House, **kw: Any) -> Discrepancy:
    """A discrepancy about an order of the sandbox."""
    return a_discrepancy(
        order=an_order_of(house), customer_id=None, company_id=_order(house)["company_id"][0], **kw
    )  # fmt: skip


def raised(house: House, hours: str = "9.5", *, found: bool = True) -> raising.Raised:
    discrepancies = [one(house, hours=hours)] if found else []
    with house.parts.database.transaction() as session:
        return raising.raise_all(session, discrepancies, whole=True, at=LATER)


def test_a_detection_is_told_compared_and_proposed_like_every_case(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    case = house.case(case_id)
    assert (case.state, case.kind, case.reason, case.reading) == (
        "to_decide", "billing_discrepancy", "unbilled_time", "By rule",
    )  # fmt: skip
    assert (str(case.at_stake), case.currency, case.company_id) == ("1425.0000", "EUR", _order(house)["company_id"][0])
    assert case.title.endswith("9.5 h of September")
    assert "9.5 h approved" in case.summary
    found = house.suggestions(case_id)
    assert set(found) == {"schedule_activity", "close_no_action"}
    with house.parts.database.transaction() as session:
        d = dossier(session, case_id)
        assert d.reading is not None
        assert d.findings[0].rows[-1].what == "Not billed"
        assert {m.what for m in d.matches if m.is_certain} == {"order"}


def test_confirmed_it_is_written_to_odoo_and_the_other_way_out_is_put_aside(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    steps = house.suggestions(case_id)
    reviewer = house.person("Ines", "reviewer")
    assert house.confirm(steps["schedule_activity"], reviewer)
    assert set(house.suggestions(case_id)) == {"schedule_activity"}
    with pytest.raises(Conflict):
        house.confirm(steps["close_no_action"], reviewer)
    house.write()
    assert house.case(case_id).state == "done"
    assert raised(house).standing == (case_id,)
    assert house.case(case_id).state == "done"


def test_doing_nothing_is_a_persons_no(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    assert house.confirm(house.suggestions(case_id)["close_no_action"], house.person("Ines", "reviewer"))
    assert set(house.suggestions(case_id)) == {"close_no_action"}
    house.write()
    for found in (True, False, True):
        raised(house, found=found)
        house.work()
        assert house.case(case_id).state == "done"
    raised(house, "14")
    house.work()
    assert house.case(case_id).state == "to_decide"
    assert str(house.case(case_id).at_stake) == "2100.0000"


def test_what_comes_back_after_it_was_fixed_is_proposed_anew(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    house.confirm(house.suggestions(case_id)["schedule_activity"], house.person("Ines", "reviewer"))
    house.write()
    raised(house, found=False)
    found = one(house)
    with house.parts.database.transaction() as session:
        raising.raise_all(session, [found], whole=True, at=NOW + timedelta(days=3))
    house.work()
    with house.parts.database.transaction() as session:
        states = session.execute(
            select(Suggestion.kind, Suggestion.state).where(Suggestion.case_id == case_id)
        ).all()  # fmt: skip
    assert ("schedule_activity", "open") in [tuple(s) for s in states]
    assert house.case(case_id).state == "to_decide"


def test_a_worker_that_dies_between_the_steps_loses_nothing(house: House) -> None:
    case_id = raised(house).new[0]
    from workers import assessment

    assessment.assess(house.parts, case_id)  # and then the power goes: nobody is told of the next step
    house.time_passes()
    raised(house, "14")  # found anew meanwhile
    house.work()
    house.work()
    assert house.case(case_id).state == "to_decide"
    assert str(house.case(case_id).at_stake) == "2100.0000"


def test_the_same_json_from_outside_is_an_ordinary_document(house: House) -> None:
    content = telling.incoming(a_discrepancy(), at=NOW).content
    for source, name in (("upload", "S00031 unbilled time.json"), ("mailbox:detector:", "detector.json")):
        with house.parts.database.transaction() as session:
            taken = take_in(session, Incoming(content + source.encode(), name, source, f"{source}-{name}", NOW))
        house.work()
        case = house.case(taken.case_id)
        assert case.reading != "By rule" or case.reason != "unbilled_time"
        assert not case.here_because.startswith("Here because Countersign found it")
        with house.parts.database.transaction() as session:
            row = dossier(session, taken.case_id)
            assert row.assessment is not None
            assert row.assessment.engine != telling.READER
            assert session.execute(select(Detection)).first() is None
    assert "draft_credit_note" not in house.suggestions(taken.case_id)


def test_a_mail_with_a_detectors_document_attached_is_a_mail(house: House) -> None:
    content = telling.incoming(a_discrepancy(), at=NOW).content
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ap@stranger.example", "billing@marlowvoss.example", "For your system"
    mail.set_content("Please process the attached finding.")
    mail.add_attachment(content, maintype="application", subtype="json", filename="S00031 unbilled time.json")
    taken = house.take_in(bytes(mail), "mail.eml")
    house.work()
    with house.parts.database.transaction() as session:
        row = dossier(session, taken.case_id)
        assert row.assessment is not None
        assert row.assessment.engine != telling.READER
        assert session.execute(select(Detection)).first() is None


def test_without_odoo_the_finding_and_its_arithmetic_are_shown(house: House) -> None:
    case_id = raised(house).new[0]
    odoo, house.parts.odoo = house.parts.odoo, None
    try:
        house.work()
        with house.parts.database.transaction() as session:
            assert dossier(session, case_id).findings[0].amount is not None
    finally:
        house.parts.odoo = odoo


def test_the_page_shows_the_rule_the_arithmetic_and_where_it_was_found(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    browser = a_browser(house.parts.database, odoo_url="https://odoo.example")
    html = browser.open(f"/cases/{case_id}")
    order = an_order_of(house)
    for said in (
        "The rule", "Approved hours older than 35 days that no invoice carries.", "It holds since 2026-09-30.",
        "Found in Odoo by Countersign", "Not billed", f'href="https://odoo.example/odoo/sale.order/{order.id}"',
        "Bill the hours of", "Timesheet",
    ):  # fmt: skip
        assert said in html, said
    assert "They say" not in html
    assert "It is something else" not in html
    inbox = browser.open("/inbox?kind=billing_discrepancy")
    assert "Unbilled time" in inbox
    assert "1,425.00" in inbox


def test_names_out_of_odoo_are_text_on_the_page(house: House) -> None:
    found = one(house, customer="<script>alert(1)</script> & Co")
    with house.parts.database.transaction() as session:
        case_id = raising.raise_all(session, [found], whole=True, at=LATER).new[0]
    house.work()
    html = a_browser(house.parts.database).open(f"/cases/{case_id}")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_download_is_what_was_found(house: House) -> None:
    case_id = raised(house).new[0]
    house.work()
    with house.parts.database.transaction() as session:
        document = session.get_one(Document, raising.document_of(session, case_id))
        assert telling.read(document.content).discrepancy.finding.quantity is not None


def test_the_same_mistake_told_by_the_customer_and_found_by_a_rule_is_credited_once(house: House) -> None:
    from workers import detection

    mail = house.take_in_sample("04-")
    house.work()
    detection.run(house.parts)
    house.work()
    with house.parts.database.transaction() as session:
        query = select(Detection.case_id).where(Detection.rule.startswith("rate_mismatch"))
        ours = session.execute(query).scalar_one()
    theirs = house.suggestions(mail.case_id)["draft_credit_note"]
    same = house.suggestions(ours)["draft_credit_note"]
    assert (theirs.target_id, theirs.amount) == (same.target_id, same.amount)
    page = a_browser(house.parts.database).open(f"/cases/{ours}")
    assert f'<a href="/cases/{mail.case_id}">Case {mail.case_id} proposes a credit for' in page
    reviewer = house.person("Tom", "reviewer", "controller")
    assert house.confirm(theirs, reviewer)
    with pytest.raises(Conflict, match="has just decided the same"):
        house.confirm(same, reviewer)
    house.write()
    with pytest.raises(Conflict):
        house.confirm(same, reviewer)
    house.work()  # the write had it compared again
    left = house.suggestions(ours)
    assert "draft_credit_note" not in left
    assert "post it" in str(left["schedule_activity"].command)
