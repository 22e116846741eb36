"""The report on past disputes: page, list behind a bar, API, command, and who may see it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import Settings
from app.db import Database
from tests.command_line import Run
from tests.past_disputes import CUSTOMERS, FIRST, LAST, MANAGERS, a_year
from tests.web import browser, client, with_key
from workers.wiring import Parts

ADDRESS = f"/patterns?from={FIRST}&to={LAST}"


@pytest.fixture
def year(database: Database) -> Database:
    with database.transaction() as session:
        a_year(session)
    return database


def test_a_reviewer_sees_charts_with_a_sentence_and_a_table_each(year: Database) -> None:
    page = browser(year, "Ines", "reviewer").open(ADDRESS)
    charts = re.findall(r'<article class="chart.*?</article>', page, re.S)
    assert len(charts) == 7
    for chart in charts:
        sentence = re.search(r'class="takeaway"[^>]*>([^<]+)<', chart)
        assert sentence, chart
        assert len(sentence.group(1)) > 20
        assert "<table" in chart
    assert 'aria-current="page">Dashboards' in page
    assert not re.search(r"style=|<script(?! src=| type=.application/json)|onclick", page)


def test_a_bar_leads_to_its_disputes_and_they_to_their_cases(year: Database) -> None:
    person = browser(year, "Ines", "reviewer")
    links = {unescape(link) for link in re.findall(r'href="(/patterns/disputes[^"]+)"', person.open(ADDRESS))}
    assert {re.search(r"by=(\w+)", link).group(1) for link in links} == {  # type: ignore[union-attr]
        "month", "reason", "customer", "contract", "billing", "manager",
    }  # fmt: skip
    listed = person.open(next(link for link in sorted(links) if "by=manager&key=20" in link))
    assert f"Project manager: {MANAGERS[0]}" in listed
    case = re.search(r'href="(/cases/\d+)"', listed)
    assert case
    assert person.http.get("/patterns/disputes?by=password&key=1").status_code == 404
    assert "0 disputes" in person.open("/patterns/disputes?by=customer&key=nobody")


def test_the_address_narrows_the_report(year: Database) -> None:
    person = browser(year, "Ines", "reviewer")
    page = person.open(f"{ADDRESS}&customer=Pellworth+Retail+Ltd")
    assert CUSTOMERS[0] in page  # to choose from
    assert CUSTOMERS[0] not in re.sub(r"<select.*?</select>", "", page, flags=re.S)
    assert "No dispute was opened" in person.open("/patterns?from=2020-01-01&to=2020-02-01")
    for wrong in ("from=yesterday", "from=2026-02-01&to=2026-01-01", "from=1800-01-01"):
        assert person.http.get(f"/patterns?{wrong}").status_code == 422, wrong
    assert person.open("/patterns?company=x&customer=%00&nonsense=1")


@pytest.mark.parametrize("role", ["project_manager", "automation", "administrator"])
def test_others_see_no_report_and_no_way_to_it(database: Database, role: str) -> None:
    person = browser(database, "Paul", role)
    assert "/patterns" not in person.open("/inbox")
    for path in ("/patterns", "/patterns/disputes?by=manager&key=20"):
        assert person.http.get(path).status_code == 403
    assert with_key(database, "read", roles=(role,), name="Paul").get("/v1/patterns").status_code == 403


def test_nobody_is_sent_to_sign_in(database: Database) -> None:
    for path in ("/patterns", "/patterns/disputes?by=reason&key=tax"):
        assert client(database).get(path).headers["location"] == "/sign-in"


def test_the_api_gives_every_figure_and_amounts_as_text(year: Database) -> None:
    program = with_key(year, "read")
    report: dict[str, Any] = program.get(f"/v1/patterns?from={FIRST}&to={LAST}").json()
    assert report["whole"]["disputes"] == sum(g["disputes"] for g in report["groups"]["reason"])
    assert re.fullmatch(r"\d+\.\d\d", report["whole"]["amounts"][0]["contested"])
    assert {g["name"] for g in report["groups"]["manager"]} == set(MANAGERS)
    assert report["summary"]["worded_by"] is None
    assert program.get("/v1/patterns?from=2026-02-01&to=2026-01-01").status_code == 422
    assert with_key(year, "intake", name="Ivo").get("/v1/patterns").status_code == 403


@pytest.fixture
def command(year: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Run]:
    found = Parts(Settings(database_url=SecretStr(postgres_url), countersign_secret_key=SecretStr("k" * 40)))
    monkeypatch.setattr("workers.wiring.parts", lambda: found)
    yield lambda *a, **k: run("patterns", "--from", str(FIRST), "--to", str(LAST), *a, **k)
    found.close()


def test_the_command_says_it_in_eighty_columns_and_as_json(command: Run) -> None:
    said = command()
    assert (said.code, said.err) == (0, "")
    assert "disputes were opened from 1 December 2025" in " ".join(said.out.split())
    assert all(len(line) <= 80 for line in said.out.splitlines())
    for name in ("Reason", "Customer", "Contract type", "Billing model", "Project manager", *MANAGERS):
        assert name in said.out
    assert json.loads(command("--json").out)["whole"]["disputes"] > 30
    narrowed = json.loads(command("--json", "--customer", "pellworth retail ltd").out)
    assert [g["name"] for g in narrowed["groups"]["customer"] if g["disputes"]] == ["Pellworth Retail Ltd"]


def test_the_file_stands_alone(command: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert command("--html", str(path)).code == 0
    page = path.read_text(encoding="utf-8")
    assert page.count("<svg viewBox") >= 6
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!http://)[^"]*"', page)
    assert command("--html", str(tmp_path / "no" / "report.html")).code == 1


def test_the_command_says_when_there_is_nothing(command: Run, run: Run) -> None:
    assert "No dispute was opened from" in run("patterns", "--from", "2020-01-01", "--to", "2020-02-01").out
    assert run("patterns", "--from", "2021-01-01", "--to", "2020-02-01").code == 1
