"""The pages of draft invoices waiting for text: read, accepted line by line or together, kept, edited, undone."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.audit.models import AuditEvent
from app.cases import lifecycle
from app.cases.models import Case
from app.clock import now
from app.narratives.models import Narrative
from app.suggestions.models import Suggestion
from app.suggestions.proposal import part_of
from tests.drafts import FIRST, HAFENWERK, STERNECKER, name_of_line, remark, with_two_lines
from tests.house import House
from tests.web import Browser, browser
from workers import narrating


def a_desk(house: House, name: str = "Ines", *roles: str, undo: int = 0) -> Browser:
    return browser(house.parts.database, name, *(roles or ("reviewer",)), countersign_undo_seconds=undo)


def steps_of(house: House, invoice_id: int) -> dict[tuple[int, ...], list[Suggestion]]:
    """The steps of a draft by line, older ones first."""
    with house.parts.database.transaction() as session:
        case_id = select(Narrative.case_id).where(Narrative.invoice_id == invoice_id).scalar_subquery()
        rows = session.execute(
            select(Suggestion).where(Suggestion.case_id == case_id).order_by(Suggestion.made_at, Suggestion.version)
        ).scalars()
        found: dict[tuple[int, ...], list[Suggestion]] = {}
        for row in rows:
            found.setdefault(part_of(row.kind, row.command), []).append(row)
        return found


def visible(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("&#39;", "'").replace("\u00a0", " ")


def form_of(desk: Browser, invoice_id: int, what: str, step: Suggestion) -> dict[str, list[str]]:
    """The values of the form for one line's step."""
    pattern = rf'<form[^>]*action="/narratives/{invoice_id}/{what}"[^>]*>(.*?)</form>'
    inside = next(f for f in re.findall(pattern, desk.page, re.S) if f'value="{step.id}:' in f)
    return {n: [v] for n, v in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', inside)}


def send(desk: Browser, invoice_id: int, what: str, step: Suggestion, status: int = 303, **more: str) -> str:
    values = form_of(desk, invoice_id, what, step) | {k.replace("__", "-"): [v] for k, v in more.items()}
    answer = desk.http.post(f"/narratives/{invoice_id}/{what}", data=values, headers=desk.headers)
    assert answer.status_code == status, answer.text
    return desk.open(answer.headers["location"]) if status == 303 else answer.text


def test_a_line_is_accepted_and_the_other_one_keeps_its_old_text(house: House) -> None:
    second = with_two_lines(house)
    narrating.run(house.parts)
    desk = a_desk(house)
    page = desk.open(f"/narratives/{HAFENWERK}")
    assert "Accept 2 clean lines" in visible(page)
    steps = steps_of(house, HAFENWERK)
    assert set(steps) == {(FIRST,), (second,)}
    send(desk, HAFENWERK, "accept", steps[second,][0])
    house.write()
    assert name_of_line(house, second)[-1].endswith("Performance analysis: 8 h")
    assert name_of_line(house, FIRST)[0].startswith("[MV-TM]")
    page = desk.open(f"/narratives/{HAFENWERK}")
    assert "Written to Odoo" in page
    told = visible(a_desk(house, "Alma", "auditor").open("/audit/change?record=S00001"))
    assert "Performance analysis: 8 h" in told
    assert "Ines (finance reviewer)" in told
    assert "Accept 1 clean line" in visible(page)
    send(desk, HAFENWERK, "keep", steps[FIRST,][0])
    house.write()
    assert name_of_line(house, FIRST)[0].startswith("[MV-TM]")
    assert "Old text kept" in desk.open(f"/narratives/{HAFENWERK}")
    narrating.run(house.parts)
    assert not [s for some in steps_of(house, HAFENWERK).values() for s in some if s.state == "open"]


def test_clean_lines_are_accepted_together_and_what_was_held_back_stays(house: House) -> None:
    second = with_two_lines(house)
    remark(house, 17, "Client again did not understand the concept")
    narrating.run(house.parts)
    desk = a_desk(house)
    page = desk.open(f"/narratives/{HAFENWERK}")
    said = visible(page)
    assert "Accept 1 clean line" in said
    assert "Held back from the customer: “Client again did not understand the concept”" in said
    assert "It complains or passes judgement. Its 6.00 h stay billed; only the remark is left out." in said
    assert f'data-evidence="l{FIRST}-t17"' in page
    assert f'<li id="l{FIRST}-t17" class="held">' in page
    told = visible(desk.open("/cases/1"))
    assert "A draft invoice in Odoo waits for its text." in told
    assert "A text was drafted for 2 lines. 1 remark held back" in told
    desk.open(f"/narratives/{HAFENWERK}")
    desk.send(f"/narratives/{HAFENWERK}/accept")
    states = {part: [s.state for s in some] for part, some in steps_of(house, HAFENWERK).items()}
    assert states == {(FIRST,): ["open"], (second,): ["confirmed"]}


def test_each_sentence_leads_to_its_entries_and_the_list_says_what_waits(house: House) -> None:
    narrating.run(house.parts)
    page = a_desk(house).open("/narratives")
    said = visible(page)
    assert "3 drafts" in said
    assert "Hafenwerk Logistik AG" in said
    assert "4,500.00EUR" in said
    claims = re.findall(r'<a class="claim" href="#([^"]+)" data-evidence="([^"]+)">([^<]+)</a>', page)
    assert claims
    for first, marks, _text in claims:
        assert first in marks.split()
        for mark in marks.split():
            assert f'<li id="{mark}"' in page, mark


def test_an_edit_is_a_new_version_that_somebody_else_confirms(house: House) -> None:
    narrating.run(house.parts)
    desk = a_desk(house)
    desk.open(f"/narratives/{HAFENWERK}")
    (step,) = steps_of(house, HAFENWERK)[FIRST,]
    page = send(desk, HAFENWERK, "edit", step, **{f"value-line_{FIRST}": "Yard planning: 30 h"})
    assert "edited by a person" in page
    assert "<ins>" in page
    edited = steps_of(house, HAFENWERK)[FIRST,][-1]
    assert (edited.version, edited.made_by, edited.state) == (2, desk.person.user_id, "open")
    assert "Accept 1 clean line" not in visible(page)
    send(desk, HAFENWERK, "accept", edited)
    assert steps_of(house, HAFENWERK)[FIRST,][-1].state == "open"
    other = a_desk(house, "Tom", "controller")
    other.open(f"/narratives/{HAFENWERK}")
    send(other, HAFENWERK, "accept", edited)
    house.write()
    assert name_of_line(house, FIRST) == ["Yard planning: 30 h"]


def test_the_second_of_two_reviewers_sees_that_somebody_was_first_and_keeps_their_words(house: House) -> None:
    narrating.run(house.parts)
    first, second = a_desk(house), a_desk(house, "Tom", "controller")
    first.open(f"/narratives/{HAFENWERK}")
    second.open(f"/narratives/{HAFENWERK}")
    (step,) = steps_of(house, HAFENWERK)[FIRST,]
    send(first, HAFENWERK, "accept", step)
    page = send(second, HAFENWERK, "edit", step, 409, **{f"value-line_{FIRST}": "My own words"})
    assert "Nothing of yours was sent" in page
    assert "Ines (confirm)" in page
    assert "My own words" in page


def test_what_is_left_leads_to_the_next_draft_and_undo_brings_it_back(house: House) -> None:
    narrating.run(house.parts)
    desk = a_desk(house, undo=30)
    desk.open(f"/narratives/{HAFENWERK}")
    (step,) = steps_of(house, HAFENWERK)[FIRST,]
    page = send(desk, HAFENWERK, "accept", step)
    assert f'href="/narratives/{HAFENWERK}"' in page or "Hafenwerk" in page
    current = re.findall(r'href="/narratives/(\d+)[^"]*" aria-current="true"', page)
    assert current
    assert current != [str(HAFENWERK)]
    values = {"token": desk.form(f"/narratives/{current[0]}/anew")["token"], "step": [f"{step.id}:"]}
    answer = desk.http.post("/narratives/undo", data=values, headers=desk.headers)
    assert answer.status_code == 303
    states = [s.state for s in steps_of(house, HAFENWERK)[FIRST,]]
    assert states == ["superseded", "open"]


def test_all_clean_lines_of_all_drafts_are_read_and_accepted_on_one_page(house: House) -> None:
    remark(house, 21, "our bug again")
    narrating.run(house.parts)
    desk = a_desk(house)
    page = desk.open("/narratives/clean")
    assert "Accept 2 clean lines on 2 drafts" in visible(page)
    assert "our bug" not in page
    house.odoo.books.write("account.move.line", FIRST, {"name": "Worded by hand"})
    values = desk.form("/narratives/clean")
    answer = desk.http.post("/narratives/clean", data=values, headers=desk.headers)
    assert answer.status_code == 200
    assert "Accepted 2 lines on 2 drafts" in visible(answer.text)
    again = desk.http.post("/narratives/clean", data=values, headers=desk.headers)
    assert "Accepted 0 lines" in visible(again.text)
    house.write()
    assert name_of_line(house, FIRST) == ["Worded by hand"]
    assert [s.state for s in steps_of(house, STERNECKER)[29,]] == ["open"]
    with house.parts.database.transaction() as session:
        who = session.execute(select(AuditEvent.actor).where(AuditEvent.action == "decision.confirm")).scalars().all()
    assert set(who) == {"ines@firm.example"}


def test_a_draft_that_was_snoozed_is_not_in_the_list_and_opens_by_its_address(house: House) -> None:
    narrating.run(house.parts)
    desk = a_desk(house)
    assert "3 drafts" in visible(desk.open("/narratives"))
    with house.parts.database.transaction() as session:
        row = session.get_one(Narrative, HAFENWERK)
        case = session.get_one(Case, row.case_id)
        lifecycle.move(session, case, "snoozed", actor="ines@firm.example", at=now(), because="Next week.")
    assert "2 drafts" in visible(desk.open("/narratives"))
    assert "Accept 2 clean lines on 2 drafts" in visible(desk.open("/narratives/clean"))
    assert "Hafenwerk" in desk.open(f"/narratives/{HAFENWERK}")


def test_only_finance_sees_the_drafts_and_only_from_its_own_forms(house: House) -> None:
    narrating.run(house.parts)
    assert a_desk(house, "Paul", "project_manager").open("/narratives", 403)
    desk = a_desk(house)
    desk.open(f"/narratives/{HAFENWERK}")
    (step,) = steps_of(house, HAFENWERK)[FIRST,]
    values = form_of(desk, HAFENWERK, "accept", step)
    foreign = desk.http.post(
        f"/narratives/{HAFENWERK}/accept", data=values, headers={"sec-fetch-site": "cross-site"}
    )  # fmt: skip
    assert foreign.status_code == 403
    no_token = desk.http.post(f"/narratives/{HAFENWERK}/accept", data=values | {"token": [""]}, headers=desk.headers)
    assert no_token.status_code == 403
    of_another = desk.http.post(f"/narratives/{STERNECKER}/accept", data=values, headers=desk.headers)
    assert of_another.status_code == 404
    assert desk.open("/narratives/999999", 404)
    assert desk.open("/narratives?after=nonsense", 422)
    assert steps_of(house, HAFENWERK)[FIRST,][0].state == "open"


def test_the_last_line_is_taken_back_after_the_first_was_written_too(house: House) -> None:
    from app.writebacks import undoing

    second = with_two_lines(house)
    narrating.run(house.parts)
    clara = house.person("Clara", "reviewer")
    steps = steps_of(house, HAFENWERK)
    for part in ((FIRST,), (second,)):
        assert house.confirm(steps[part][0], clara)
    house.write()
    with house.parts.database.transaction() as session:
        reverse = undoing.undo_written(
            session, steps[FIRST,][0].id, by=clara, policy=house.parts.policy, at=now()
        )  # fmt: skip
    assert house.confirm(reverse, clara)
    house.write()
    assert name_of_line(house, FIRST)[0].startswith("[MV-TM]")
    assert name_of_line(house, second)[-1].endswith("Performance analysis: 8 h")
