"""From timesheets to the text of a draft invoice: drafted, shown, decided, written, refused where it went stale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app.audit import checkpoints
from app.cases import queries
from app.cases.queries import Filter
from app.decisions import amendment
from app.errors import Refused
from app.jobs import send_nudges_with
from app.narratives.models import Narrative
from app.review.rewording import running
from tests.command_line import Run
from tests.house import House
from tests.web import browser
from workers import narrating

HAFENWERK, STERNECKER = 10, 11
"""Drafts of the sandbox: 30 hours on line 26, 28 hours on line 29."""
TEXT = [
    "Purchase order: 4500781120", "Yard planning rollout: consulting, time and materials",
    "6 Oct 2026 – 21 Oct 2026: 30 h in total", "Test of the nightly load: 16 h", "Performance analysis: 14 h",
]  # fmt: skip


def drafted(house: House, *names: str, **how: Any) -> dict[int, narrating.Narrated]:
    return {one.draft.invoice.id: one for one in narrating.run(house.parts, names, **how).narrated}


def case_of(house: House, invoice_id: int) -> int:
    with house.parts.database.transaction() as session:
        return session.execute(select(Narrative.case_id).where(Narrative.invoice_id == invoice_id)).scalar_one()


def lines_of(text: str) -> list[str]:
    return text.replace("\u00a0", " ").splitlines()


def name_of_line(house: House, line_id: int) -> list[str]:
    return lines_of(house.odoo.books.get("account.move.line", line_id)["name"])


def remark(house: House, timesheet_id: int, text: str) -> None:
    house.odoo.books.write("account.analytic.line", timesheet_id, {"name": text})


def test_a_text_is_drafted_decided_and_written_to_the_draft(house: House) -> None:
    remark(house, 15, "Performance analysis, fixed our own bug")
    first = drafted(house)
    assert {one.kept.outcome for one in first.values() if one.kept} == {"new", "nothing"}
    case_id = case_of(house, HAFENWERK)
    case = house.case(case_id)
    assert (case.state, case.kind, case.reason, case.at_stake) == ("to_decide", None, None, None)
    step = house.suggestions(case_id)["update_invoice_narrative"]
    assert [row["what"] for row in step.before] == ["Yard planning rollout: consulting, time and materials (line 26)"]
    assert step.before[0]["now"].startswith("[MV-TM] Consulting hours")
    assert "bug" not in str(step.command)
    assert step.command["odoo"]["expected"]["state"] == "draft"
    assert {(r["model"], r["id"]) for e in step.evidence for r in e["records"]} == {
        ("account.analytic.line", n) for n in (14, 15, 16, 17)
    }
    assert house.confirm(step, house.person("Clara", "reviewer"))
    before = house.odoo.books.get("account.move", HAFENWERK)["amount_total"]
    house.write()
    assert house.case(case_id).state == "done"
    assert name_of_line(house, 26) == [*TEXT[:4], "Performance analysis: 6 h", "Further work as ordered: 8 h"]
    assert house.odoo.books.get("account.move", HAFENWERK)["amount_total"] == before
    again = drafted(house)[HAFENWERK]
    assert again.kept is not None
    assert again.kept.outcome == "written"
    assert house.case(case_id).state == "done"
    with house.parts.database.snapshot() as session:
        assert checkpoints.verify(session, key=b"k" * 40).holds


def test_it_stands_in_the_queue_and_counts_as_no_dispute(house: House) -> None:
    drafted(house)
    with house.parts.database.transaction() as session:
        totals = queries.totals(session, Filter())
    assert totals["count"] == 3
    assert totals["by_kind"] == {"draft": 3}
    assert totals["at_stake"] == {}


def test_drafting_again_changes_nothing_until_something_changes(house: House) -> None:
    drafted(house)
    assert {one.kept.outcome for one in drafted(house).values() if one.kept} == {"standing", "nothing"}
    remark(house, 17, "Load profile of the yard")
    again = drafted(house, "S00001")
    assert [(n, one.kept.outcome) for n, one in again.items() if one.kept] == [(HAFENWERK, "changed")]
    step = house.suggestions(case_of(house, HAFENWERK))["update_invoice_narrative"]
    assert step.version == 2
    assert "Load profile of the yard: 6" in step.command["odoo"]["values"]["lines"][0]["name"]


def test_a_line_that_was_changed_meanwhile_is_not_written_and_drafted_anew(house: House) -> None:
    drafted(house)
    case_id = case_of(house, STERNECKER)
    step = house.suggestions(case_id)["update_invoice_narrative"]
    house.odoo.books.write("account.move.line", 29, {"name": "Worded by hand"})
    assert house.confirm(step, house.person("Clara", "reviewer"))
    house.write()
    assert house.case(case_id).state == "stale"
    assert house.odoo.books.get("account.move.line", 29)["name"] == "Worded by hand"
    house.work()
    anew = house.suggestions(case_id)["update_invoice_narrative"]
    assert (anew.state, anew.before[0]["now"]) == ("open", "Worded by hand")
    assert house.confirm(anew, house.person("Tom", "controller"))
    house.write()
    assert house.case(case_id).state == "done"
    assert lines_of(house.odoo.books.get("account.move.line", 29)["name"])[-1] == "Performance analysis: 12 h"


def test_a_posted_invoice_is_refused_and_its_case_ends(house: House) -> None:
    drafted(house)
    case_id = case_of(house, HAFENWERK)
    step = house.suggestions(case_id)["update_invoice_narrative"]
    house.odoo.books.write("account.move", HAFENWERK, {"state": "posted", "name": "RE/2026/00099"})
    assert house.confirm(step, house.person("Clara", "reviewer"))
    house.write()
    assert house.case(case_id).state == "stale"
    assert house.odoo.books.get("account.move.line", 26)["name"].startswith("[MV-TM]")
    house.work()
    assert house.case(case_id).state == "closed"


def test_an_invoice_that_is_no_draft_any_more_ends_its_case(house: House) -> None:
    drafted(house)
    house.odoo.books.write("account.move", HAFENWERK, {"state": "posted", "name": "RE/2026/00099"})
    assert narrating.run(house.parts).ended == (case_of(house, HAFENWERK),)
    assert house.case(case_of(house, HAFENWERK)).state == "closed"


def test_a_rejected_text_is_not_proposed_again(house: House) -> None:
    from app.clock import now
    from app.decisions import decide

    drafted(house)
    case_id = case_of(house, HAFENWERK)
    step = house.suggestions(case_id)["update_invoice_narrative"]
    with house.parts.database.transaction() as session:
        decide.reject(
            session, step.id, content_hash=step.content_hash, by=house.person("Clara", "reviewer"),
            policy=house.parts.policy, at=now(), reason_code="other", note="",
        )  # fmt: skip
    assert house.case(case_id).state == "closed"
    drafted(house)
    assert house.case(case_id).state == "closed"


def test_a_person_rewords_a_line(house: House) -> None:
    drafted(house)
    step = house.suggestions(case_of(house, HAFENWERK))["update_invoice_narrative"]
    assert list(amendment.editable_values(step)) == ["line_26"]
    edited = amendment.edited(step, {"line_26": "Yard planning: 30 h"})
    assert edited.command()["odoo"]["values"] == {"lines": [{"line_id": 26, "name": "Yard planning: 30 h"}]}
    assert edited.shown[0].after == "Yard planning: 30 h"
    with pytest.raises(Refused, match="cannot be edited"):
        amendment.edited(step, {"narration": "x"})
    with pytest.raises(Refused, match="cannot be empty"):
        amendment.edited(step, {"line_26": " "})


def test_with_odoo_away_the_step_waits(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cases import steps
    from app.cases.models import CaseStep
    from app.clock import now
    from workers import assessment

    drafted(house)
    case_id = case_of(house, HAFENWERK)
    with house.parts.database.transaction() as session:
        steps.schedule(session, case_id, "reconcile", at=now())
    odoo, house.parts.odoo = house.parts.odoo, None
    assessment.reconcile(house.parts, case_id)
    house.parts.odoo = odoo
    with house.parts.database.transaction() as session:
        waiting = session.get_one(CaseStep, (case_id, "reconcile"))
        assert (waiting.state, waiting.waits) == ("waiting", 1)
    assert house.case(case_id).state == "to_decide"


def test_the_page_tells_the_draft_what_was_held_back_and_the_running_text(house: House) -> None:
    remark(house, 15, "Client again did not understand the concept")
    drafted(house)
    desk = browser(house.parts.database, "Ines", "reviewer")
    page, inbox = desk.open(f"/cases/{case_of(house, HAFENWERK)}"), desk.open("/inbox")
    for words in ("Invoice text", "The draft", "Held back from the customer", "Client again did not understand",
                  "complains or passes judgement", "timesheet 15", "<del>[MV-TM]", "(line 26)"):  # fmt: skip
        assert words in page, words
    assert "Not read yet" not in page
    assert "Invoice text" in inbox


def test_words_that_stay_are_neither_struck_nor_new() -> None:
    pieces = running("Consulting hours\nYard planning", "Order 45\nYard planning\n30 h")
    assert "".join(p.text for p in pieces if p.what != "added") == "Consulting hours\nYard planning"
    assert "".join(p.text for p in pieces if p.what != "removed") == "Order 45\nYard planning\n30 h"


# -- rules ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("workers.wiring.parts", lambda: house.parts)
    monkeypatch.setattr("workers.celery_app.send", lambda *_: None)
    yield house
    send_nudges_with(None)


def test_a_customers_rules_change_its_text_and_nobody_elses(desk: House, run: Run) -> None:
    assert run("narrative", "draft", "--all", "--dry-run", "--json").code == 0
    said = run("narrative", "rules", "set", "Hafenwerk", "--language", "de", "--group-by", "week", "--tone", "formal",
               "--forbid", "nightly", "--po-number", "last", columns=200)  # fmt: skip
    assert said.code == 0
    assert "Hafenwerk Logistik AG" in said.out
    told = run("narrative", "draft", "--all", "--json").lines[0]
    texts = {d["invoice_id"]: lines_of(d["lines"][0]["text"]) for d in told["drafts"]}
    assert texts[HAFENWERK] == [
        TEXT[1], "Für die im Zeitraum 06.10.2026 – 21.10.2026 erbrachten Leistungen berechnen wir insgesamt 30 Std.:",
        "KW 41/2026: Performance analysis: 16 Std.", "KW 42/2026: 8 Std.", "KW 43/2026: Performance analysis: 6 Std.",
        "Bestellnummer: 4500781120",
    ]  # fmt: skip
    assert texts[STERNECKER][-1] == "Performance analysis: 12 h"
    held = next(d["held_back"] for d in told["drafts"] if d["invoice_id"] == HAFENWERK)
    assert {h["reason"] for h in held} == {"forbidden"}
    listed = run("narrative", "rules", "list", "--json").lines[0]
    assert listed["customers"][0]["rules"]["group_by"] == "week"
    assert run("narrative", "rules", "remove", "Hafenwerk").code == 0
    again = run("narrative", "draft", "--invoice", "S00001", "--json").lines[0]
    assert lines_of(again["drafts"][0]["lines"][0]["text"]) == TEXT


def test_one_text_at_the_foot_takes_the_place_of_the_one_before(desk: House, run: Run) -> None:
    assert run("narrative", "draft", "--all", "--dry-run").code == 0
    assert run("narrative", "rules", "set", "Hafenwerk", "--per", "invoice").code == 0
    clara = desk.person("Clara", "reviewer")
    for workshop in ("Load profile", "Load curve"):
        remark(desk, 17, workshop)
        assert run("narrative", "draft", "--invoice", "4500781120").code == 0
        desk.confirm(desk.suggestions(case_of(desk, HAFENWERK))["update_invoice_narrative"], clara)
        desk.write()
    foot = desk.odoo.books.get("account.move", HAFENWERK)["narration"]
    assert "Load curve" in foot
    assert "Load profile" not in foot
    assert foot.count("30") == 1
    assert "Time and materials, invoiced monthly from approved timesheets." in foot
    assert desk.odoo.books.get("account.move.line", 26)["name"].startswith("[MV-TM]")


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (("draft",), 2, "Say which drafts"),
        (("draft", "--invoice", "S99999"), 1, "No draft invoice in Odoo is called “S99999”"),
        (("draft", "--invoice", "RE/2026/00001"), 1, "a posted invoice keeps its text"),
        (("rules", "set", "firm", "--group-by", "person"), 1, "Grouping by person names people"),
        (("rules", "set", "firm", "--length", "endless"), 1, "length is “endless”, and can be short, normal, full"),
        (("rules", "set", "firm"), 1, "Say at least one rule"),
        (("rules", "set", "Nobody Ltd", "--tone", "plain"), 1, "No customer in the mirror"),
        (("rules", "remove", "Hafenwerk"), 1, "There are no rules of its own"),
    ],
)
def test_what_cannot_be_done_is_told(desk: House, run: Run, asked: tuple[str, ...], code: int, says: str) -> None:
    narrating.run(desk.parts, dry_run=True)
    said = run("narrative", *asked)
    assert said.code == code
    assert says in said.err


def test_odoos_panel_shows_the_text_on_the_draft(house: House) -> None:
    from tests.odoo_link import linked, odoo_server

    drafted(house)
    with house.parts.database.transaction() as session:
        linked(session, "Ines", 7)
    shown = odoo_server(house.parts.database).panel(("account.move", HAFENWERK), companies=[2])
    (step,) = shown["suggestions"]
    assert step["kind_words"] == "Change the text of the draft invoice"
    assert [v["name"] for v in step["editable"]] == ["line_26"]
    assert step["may"]["confirm"]
