"""The dashboards: page, lists behind the numbers, sheets, API, and who may see them."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.db import Database
from app.review.languages import speaking
from tests.builders import a_person
from tests.month_of_work import FIRST, LAST, a_dated_case, a_month, at
from tests.web import browser, client, with_key

ADDRESS = f"/dashboards?from={FIRST}&to={LAST}"


@pytest.fixture
def month(database: Database) -> Database:
    with database.transaction() as session:
        a_month(session, a_person(session, "Tom"), days=12)
    return database


def test_every_chart_has_a_sentence_and_a_table_and_needs_no_script(month: Database) -> None:
    page = browser(month, "Ines", "reviewer").open(ADDRESS)
    charts = re.findall(r'<article class="chart.*?</article>', page, re.S)
    assert len(charts) == 16
    for chart in charts:
        sentence = re.search(r'class="takeaway"[^>]*>([^<]+)<', chart)
        assert sentence, chart
        assert len(sentence.group(1)) > 15
        assert "<table" in chart
    for section in ("operations", "cycle", "receivables", "patterns"):
        assert f'href="#{section}"' in page
        assert f'id="{section}"' in page
    assert 'aria-current="page">Dashboards' in page
    assert not re.search(r"style=|<script(?! src=| type=.application/json)|onclick", page)
    identities = re.findall(r' id="([^"]+)"', page)
    assert len(identities) == len(set(identities))


def test_every_number_leads_to_what_it_counts(month: Database) -> None:
    person = browser(month, "Ines", "reviewer")
    links = {unescape(link) for link in re.findall(r'href="(/dashboards/behind[^"]+)"', person.open(ADDRESS))}
    first_of: dict[str, str] = {}
    for link in sorted(links):
        what = re.search(r"what=(\w+)", link)
        assert what
        first_of.setdefault(what.group(1), link)
    assert {"waiting", "inflow", "queue", "steps", "cycle_time", "unbilled", "open", "ageing", "revenue"} < set(
        first_of
    )
    for name, link in first_of.items():
        page = person.open(link)
        assert "There is nothing behind" not in page, name
        assert re.search(r'href="/cases/\d+"|<th scope="row">', page), name


def test_the_list_behind_a_number_is_as_long_as_the_number(month: Database) -> None:
    person = browser(month, "Ines", "reviewer")
    page = person.open(ADDRESS)
    for title, what in (("Waiting now", "waiting"), ("Needs attention", "attention")):
        number = re.search(rf"<dt>{title}</dt><dd>\s*<a[^>]*>(\d+)", page)
        assert number, title
        listed = person.open(f"/dashboards/behind?what={what}")
        assert f"{number.group(1)} case" in listed


def test_the_address_narrows_and_nonsense_is_told(month: Database) -> None:
    person = browser(month, "Ines", "reviewer")
    narrowed = person.open(f"{ADDRESS}&customer=Auenthal+Energie+AG&company=2")
    figures = re.sub(r"<select.*?</select>", "", narrowed, flags=re.S)
    assert "Pellworth" not in figures
    for wrong in ("from=yesterday", "from=2026-02-01&to=2026-01-01", "from=1800-01-01"):
        assert person.http.get(f"/dashboards?{wrong}").status_code == 422, wrong
    for wrong in ("what=password", "what=queue&key=x", "what=inflow&key=x", "what=", ""):
        assert person.http.get(f"/dashboards/behind?{wrong}").status_code == 404, wrong
    assert person.open("/dashboards?company=x&customer=%00&nonsense=1")
    assert "no day" in person.http.get("/dashboards/behind?what=waiting&from=x").text


def test_nothing_at_all_is_a_page_too(database: Database) -> None:
    page = browser(database, "Ines", "reviewer").open("/dashboards")
    assert "No case came in." in page
    assert "Odoo’s invoices are not mirrored yet" in page
    assert "Nothing to count in this time" in page


@pytest.mark.parametrize("role", ["project_manager", "automation", "administrator"])
def test_others_see_no_dashboards_and_no_way_to_them(database: Database, role: str) -> None:
    person = browser(database, "Paul", role)
    assert "/dashboards" not in person.open("/settings")
    for path in ("/dashboards", "/dashboards/behind?what=waiting", "/dashboards.csv", "/dashboards.xlsx"):
        assert person.http.get(path).status_code == 403, path
    assert with_key(database, "read", roles=(role,), name="Paul").get("/v1/dashboards").status_code == 403


def test_nobody_is_sent_to_sign_in(database: Database) -> None:
    for path in ("/dashboards", "/dashboards/behind?what=waiting", "/dashboards.csv"):
        assert client(database).get(path).headers["location"] == "/sign-in"


def test_the_api_gives_every_figure_as_decimal_text(month: Database) -> None:
    answer = with_key(month, "read").get(f"/v1/dashboards?from={FIRST}&to={LAST}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    assert [s["code"] for s in found["sections"]] == ["operations", "cycle", "receivables", "patterns"]
    figures = {f["code"]: f for s in found["sections"] for f in s["figures"]}
    assert len(figures) == 23
    assert re.fullmatch(r"\d+", figures["waiting"]["value"])
    assert re.fullmatch(r"\d+\.\d\d", figures["open"]["value"])
    assert figures["open"]["currency"] == "EUR"
    inflow = found["sections"][0]["tables"][0]
    assert sum(int(line["cells"][-1]) for line in inflow["lines"]) > 20
    assert with_key(month, "read", name="Ivo").get("/v1/dashboards?from=2026-02-01&to=2026-01-01").status_code == 422
    assert with_key(month, "intake", name="Ida").get("/v1/dashboards").status_code == 403


def test_the_sheets_hold_every_figure_and_table(month: Database) -> None:
    person = browser(month, "Ines", "controller")
    answer = person.http.get(f"/dashboards.csv?from={FIRST}&to={LAST}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f"countersign-{FIRST}-{LAST}.csv" in answer.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    waiting = next(line for line in lines if line[1:2] == ["Waiting now"])
    assert waiting[2].isdigit()
    answer = person.http.get(f"/dashboards.xlsx?from={FIRST}&to={LAST}")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[:4] == ["figures", "inflow", "queue", "calibration"]
    assert len(book.sheetnames) == 18
    assert book["figures"]["B4"].value == "Waiting now"
    assert str(book["figures"]["C4"].value) == waiting[2]
    assert isinstance(book["revenue"]["B4"].value, int | float)


def test_a_name_that_looks_like_a_formula_stays_text_in_sheets(database: Database) -> None:
    from tests.mirrored import Mirror

    evil = '=HYPERLINK("http://evil.example","x")'
    with database.transaction() as session:
        mirror = Mirror(session)
        mirror.invoice(customer=mirror.customer(name=evil), customer_name=f"{evil}\x07", invoiced_on=LAST)
        a_dated_case(session, "dispute", at(3))
    person = browser(database, "Ines", "reviewer")
    rows = csv.reader(io.StringIO(person.http.get(f"/dashboards.csv?to={LAST}").content.decode("utf-8-sig")))
    assert any(row[:1] == [f"'{evil}\x07"] for row in rows)
    book = load_workbook(io.BytesIO(person.http.get(f"/dashboards.xlsx?to={LAST}").content))
    cell = book["revenue"]["A4"]
    assert (cell.value, cell.data_type) == (evil, "s")
    assert evil not in person.open(f"/dashboards?to={LAST}")  # escaped


def test_every_figure_and_table_is_defined_in_the_documentation(month: Database) -> None:
    page = (Path(__file__).parents[2] / "docs" / "dashboards.md").read_text(encoding="utf-8")
    found: dict[str, Any] = with_key(month, "read").get("/v1/dashboards").json()
    codes = [f["code"] for s in found["sections"] for part in ("figures", "tables") for f in s[part]]
    assert len(codes) == 40
    assert [code for code in codes if f"`{code}`" not in page] == []


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_code_has_its_words_in_every_language(month: Database, language: str) -> None:
    from app.dashboards.board import board
    from app.patterns.asked import Asked
    from app.review import board_words
    from app.review.board_charts import charts
    from tests.builders import the_policy
    from tests.month_of_work import AT

    with month.snapshot() as session, speaking(language):
        found = board(session, Asked(FIRST, LAST), the_policy(), at=AT)
        for section in found.sections:
            assert all(board_words.shown(figure).title for figure in section.figures)
            assert all(chart.title and chart.sentence for chart in charts(section, lambda *_of: ""))


def test_the_days_are_those_of_utc_wherever_the_reader_is(month: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person = browser(month, "Ines", "reviewer")
    person.open("/settings")
    person.send("/settings", language="en", time_zone="Pacific/Kiritimati", theme="light", undo_seconds="20")
    monkeypatch.setattr("app.review.dashboards_page.now", lambda: datetime(2026, 11, 30, 12, tzinfo=UTC))
    page = person.open("/dashboards")
    assert re.search(r'name="from"[^>]*value="2026-11-01"', page)
    assert re.search(r'name="to"[^>]*value="2026-11-30"', page)
    assert "from=2026-11-01&amp;to=2026-11-30" in page
