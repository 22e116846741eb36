"""The mails of a case on its page: in order with the newest open, what is new, and the question to a person."""

from __future__ import annotations

import re

from tests.house import House
from tests.integration.test_threads import MORE_HOURS, RATE, THANKS
from tests.threads import opened, questions, sent
from tests.web import Browser, browser, with_key


def at(house: House, name: str = "Rita", *roles: str) -> Browser:
    return browser(house.parts.database, name, *(roles or ("reviewer",)))


def mails_on(page: str) -> list[tuple[str, bool]]:
    """(document, whether it is open) of each mail, in the order of the page."""
    found = re.findall(r'<details class="thread-mail" id="mail-(\d+)"( open)?>', page)
    return [(number, bool(is_open)) for number, is_open in found]


def test_a_case_of_one_mail_is_shown_as_it_was(house: House) -> None:
    page = at(house).open(f"/cases/{opened(house)}")
    assert mails_on(page) == []
    assert "What is new" not in page


def test_the_mails_stand_in_order_with_the_newest_open(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE)
    sent(house, THANKS, n="thanks")
    page = at(house).open(f"/cases/{case_id}")
    assert [is_open for _, is_open in mails_on(page)] == [False, False, True]
    assert page.index("42 Stunden berechnet") < page.index("150,00 statt") < page.index("Schönes Wochenende")


def test_every_evidence_link_leads_to_a_place_on_the_page(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE)
    page = at(house).open(f"/cases/{case_id}")
    wanted = {one for value in re.findall(r'data-evidence="([^"]+)"', page) for one in value.split()}
    there = set(re.findall(r' id="(e-[^"]+)"', page))
    assert wanted
    assert wanted <= there
    assert any(one.startswith("e-d") for one in wanted), "something rests on the earlier mail"
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]


def test_what_is_new_is_told_until_somebody_says_they_saw_it(house: House) -> None:
    case_id = opened(house)
    sent(house, MORE_HOURS)
    rita = at(house)
    page = rita.open(f"/cases/{case_id}")
    assert "What is new" in page
    assert "1,200.00" in page
    assert "New mail" in rita.open("/inbox")
    rita.open(f"/cases/{case_id}")
    page = rita.send(f"/cases/{case_id}/news-seen")
    assert 'id="news"' not in page
    assert "has seen what is new" in page
    assert "New mail" not in rita.open("/inbox")


def test_a_new_sender_is_asked_about_on_both_cases_and_in_the_list(house: House) -> None:
    case_id = opened(house)
    stranger = sent(house, RATE, sender="Kanzlei Probe <post@kanzlei-probe.example>")
    rita, (asked,) = at(house), questions(house)
    assert "A new sender answers on this case: same customer?" in rita.open(f"/cases/{case_id}")
    assert "is it the same customer?" in rita.open(f"/cases/{stranger}")
    assert rita.open("/inbox").count("Same customer?") == 2
    rita.open(f"/cases/{stranger}")
    page = rita.send(f"/cases/{stranger}/belongs/{asked.id}", belongs="yes")
    assert f"Case {case_id}" in page
    assert "What is new" in page
    assert 'id="asked-' not in page


def test_a_no_keeps_them_apart_and_says_so(house: House) -> None:
    case_id = opened(house)
    stranger = sent(house, RATE, sender="post@kanzlei-probe.example")
    rita, (asked,) = at(house), questions(house)
    rita.open(f"/cases/{case_id}")
    page = rita.send(f"/cases/{case_id}/belongs/{asked.id}", belongs="no")
    assert "same customer?" not in page.replace("Same customer", "same customer").split("History")[0]
    assert "does not belong" in page
    assert house.case(stranger).merged_into is None


def test_neither_yes_nor_no_changes_nothing_and_asks_again(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE, sender="post@kanzlei-probe.example")
    rita, (asked,) = at(house), questions(house)
    rita.open(f"/cases/{case_id}")
    page = rita.send(f"/cases/{case_id}/belongs/{asked.id}", status=422, belongs="perhaps")
    assert "Say yes or no" in page
    assert questions(house)[0].answered_at is None


def test_a_get_answers_nothing(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE, sender="post@kanzlei-probe.example")
    rita, (asked,) = at(house), questions(house)
    rita.open(f"/cases/{case_id}/belongs/{asked.id}?belongs=yes")
    rita.open(f"/cases/{case_id}/belongs/999", status=404)
    assert questions(house)[0].answered_at is None


def test_a_word_is_found_in_every_mail_of_the_case(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE)
    page = at(house).open(f"/cases/{case_id}?find=Gutschrift")
    hits = set(re.findall(r'href="#(h-[^"]+)"', page))
    assert hits
    assert hits <= set(re.findall(r' id="(h-[^"]+)"', page))
    assert any(one.startswith("h-d") for one in hits)


def test_who_sees_no_amounts_sees_none_in_earlier_mails(house: House) -> None:
    from tests.web import asked as asks

    case_id = opened(house)
    sent(house, MORE_HOURS)
    asks(house.parts.database, case_id)
    page = at(house, "Paul", "project_manager").open(f"/cases/{case_id}")
    assert "900,00" not in page
    assert "1.200,00" not in page
    assert "What is new" not in page


def test_the_api_tells_the_thread_and_takes_the_answer(house: House) -> None:
    case_id = opened(house)
    sent(house, MORE_HOURS)
    stranger = sent(house, RATE, n="x", sender="post@kanzlei-probe.example")
    program = with_key(house.parts.database, "read", "decide")
    found = program.get(f"/v1/cases/{case_id}/thread").json()
    assert [m["sender"] for m in found["mails"]] == ["kreditoren@hafenwerk.example"] * 2
    assert found["news"][0]["fields"]["amount_disputed"] == {"was": "900.00", "is": "1200.00"}
    (asked,) = found["questions"]
    assert (asked["case_id"], asked["belongs"]) == (stranger, None)
    door = f"/v1/cases/{case_id}/thread/questions/{asked['id']}"
    assert program.post(door, json={"version": 1, "belongs": True}).status_code == 409
    version = program.get(f"/v1/cases/{case_id}").json()["version"]
    answer = program.post(door, json={"version": version, "belongs": True})
    assert answer.json()["id"] == case_id
    assert house.case(stranger).merged_into == case_id
    places = program.get(f"/v1/cases/{case_id}/evidence").json()
    assert {p["document_id"] for f in places["fields"] for p in f["places"]} > {places["document_id"]}
    seen = program.post(f"/v1/cases/{case_id}/news-seen", json={"version": house.case(case_id).version})
    assert seen.status_code == 200
    assert program.get(f"/v1/cases/{case_id}/thread").json()["news"] == []


def test_who_may_only_read_answers_nothing(house: House) -> None:
    case_id = opened(house)
    sent(house, RATE, sender="post@kanzlei-probe.example")
    program, (asked,) = with_key(house.parts.database, "read"), questions(house)
    body = {"version": house.case(case_id).version, "belongs": False}
    assert program.post(f"/v1/cases/{case_id}/thread/questions/{asked.id}", json=body).status_code == 403
    assert program.post(f"/v1/cases/{case_id}/news-seen", json=body).status_code in (403, 422)
