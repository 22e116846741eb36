"""The command line on a whole house: every command, its --json, its exit codes, its words when something is wrong."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import config
from app.decisions.decide import REJECT_REASONS
from app.jobs import send_nudges_with
from tests.command_line import Run
from tests.house import SAMPLES, House
from workers import sweep
from workers.cli import COMMANDS
from workers.wiring import Parts

CLARA, TOM, PIA = "clara@firm.example", "tom@firm.example", "pia@firm.example"


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The house, as the command line finds it: the same parts, and nudges that go nowhere."""
    monkeypatch.setattr("workers.wiring.parts", lambda: house.parts)
    monkeypatch.setattr("workers.celery_app.send", lambda *_: None)
    monkeypatch.setattr("workers.deciding.send", lambda *_: None)
    for name, role in (("Clara", "reviewer"), ("Tom", "controller"), ("Pia", "project_manager")):
        house.person(name, role)
    yield house
    send_nudges_with(None)


def sample(name: str) -> str:
    return str(next(SAMPLES.glob(f"{name}*")))


@pytest.fixture
def contested(desk: House, run: Run) -> int:
    """A contested invoice, read and compared with Odoo; its number."""
    case_id = run("ingest", sample("01-hours"), "--json").lines[0]["case"]
    desk.work()
    return int(case_id)


# -- ingest -------------------------------------------------------------------------------------------------------


def test_ingest_twice_is_one_case_that_came_again(desk: House, run: Run) -> None:
    first = run("ingest", sample("01-hours"), "--json")
    second = run("ingest", sample("01-hours"), "--json")
    assert (first.code, second.code) == (0, 0)
    assert [line["came_again"] for line in (*first.lines, *second.lines)] == [False, True]
    assert first.lines[0]["case"] == second.lines[0]["case"]
    assert "Came again as 01-hours-contested.eml" in run("show", str(first.lines[0]["case"])).out


def test_ingest_says_how_many(desk: House, run: Run) -> None:
    assert run("ingest", sample("01-hours"), sample("16-")).out == "2 files taken in: 2 new, 0 came again.\n"
    assert run("ingest", sample("01-hours")).out == "1 file taken in: 0 new, 1 came again.\n"


def test_a_file_that_is_not_there_does_not_stop_the_others(desk: House, run: Run) -> None:
    done = run("ingest", "/no/such.eml", sample("01-hours"), "--json")
    assert done.code == 1
    assert [set(line) >= {"error"} for line in done.lines] == [True, False]
    said = run("ingest", "/no/such.eml", sample("16-"))
    assert said.code == 1
    assert "/no/such.eml: The file cannot be opened" in said.err
    assert "1 not taken in" in said.out


def test_ingest_waits_until_the_cases_are_assessed(desk: House, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.taking_in.time.sleep", lambda _: desk.work())  # the workers, in our place
    done = run("ingest", sample("16-"), "--wait", "--json")
    assert done.code == 0
    assert desk.case(done.lines[0]["case"]).state == "to_decide"


def test_a_folder_is_walked_and_hidden_files_are_left(desk: House, run: Run, tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for n, place in enumerate(("a.eml", "deep/b.eml", "deep/er/c.eml", ".hidden.eml")):
        (tmp_path / place).write_bytes(b"Subject: %d\n\nhello" % n)
    names = [Path(line["file"]).name for line in run("ingest", str(tmp_path), "--json").lines]
    assert names == ["a.eml", "b.eml", "c.eml"]


# -- queue and show -----------------------------------------------------------------------------------------------


def test_an_empty_queue_says_so(desk: House, run: Run) -> None:
    assert run("queue").out == "Nothing waits.\n"
    assert run("queue", "--json").out == ""


def test_the_queue_fits_the_terminal(contested: int, run: Run) -> None:
    for columns in (60, 80, 100, 120, 200):
        done = run("queue", columns=columns)
        assert max(len(line) for line in done.out.splitlines()) <= columns
        for words in (str(contested), "Hours or quantity", "900.00 EUR", "2026-11-27", "to decide"):
            assert words in done.out, columns
        assert len(done.out.splitlines()) == 3, "a heading and a line, or two lines; then the sum"


def test_the_queue_is_filtered_sorted_and_cut(contested: int, desk: House, run: Run) -> None:
    run("ingest", sample("12-"), sample("16-"))
    desk.work()
    every = run("queue", "--json").lines
    assert len(every) == 3
    assert [c["id"] for c in run("queue", "--kind", "dispute", "--json").lines] == [contested]
    assert run("queue", "--state", "done", "--json").lines == []
    newest = [c["id"] for c in run("queue", "--sort", "newest", "--json").lines]
    assert newest == sorted(newest, reverse=True)
    assert len(run("queue", "--limit", "1", "--json").lines) == 1
    assert "3 cases, the first 1 shown" in run("queue", "--limit", "1").out


@pytest.mark.parametrize(("option", "value"), [("--kind", "disputes"), ("--state", "open"), ("--sort", "size")])
def test_a_filter_that_does_not_exist_is_said_with_those_that_do(
    desk: House, run: Run, option: str, value: str
) -> None:
    done = run("queue", option, value)
    assert done.code == 2
    assert f"“{value}” is not known. It is one of" in done.err


def test_a_case_is_shown_in_the_order_of_the_screen(contested: int, run: Run) -> None:
    shown = json.loads(run("show", str(contested), "--json").out)
    for columns in (60, 80, 120):
        done = run("show", str(contested), columns=columns)
        assert done.code == 0
        places = [done.out.index(words) for words in ("They say", "We found", "Without approval", "To do")]
        assert places == sorted(places)
        assert max(len(line) for line in done.out.splitlines()) <= columns
        assert "900.00 EUR" in done.out
        assert shown["suggestions"][0]["id"] in done.out


def test_text_from_outside_cannot_move_the_cursor(desk: House, run: Run) -> None:
    body = "Hello \x1b[2J\x1b[31mred\x1b]0;title\x07 \u202eesrever"
    mail = "From: Eve <e@evil.example>\nSubject: =?utf-8?b?{}?=\n\n" + body
    subject = base64.b64encode("\x1b[2Jgone [red]not markup[/red] \u202e".encode()).decode()
    taken = desk.take_in(mail.format(subject).encode(), "\x1b[1mname[/].eml")
    desk.work()
    for done in (run("show", str(taken.case_id)), run("queue")):
        assert done.code == 0
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.out)


def test_a_case_that_is_not_there(desk: House, run: Run) -> None:
    for command in (("show", "99"), ("decide", "99", "--as", CLARA, "--confirm"), ("retry", "99", "--as", CLARA)):
        done = run(*command)
        assert (done.code, done.out) == (1, "")
        assert "There is no case 99." in done.err


# -- decide -------------------------------------------------------------------------------------------------------


def test_confirming_undoing_and_confirming_again(contested: int, desk: House, run: Run) -> None:
    mark = ("decide", str(contested), "--as", CLARA, "--suggestion", "mark_disputed")
    done = run(*mark, "--confirm", "--json")
    assert (done.code, done.lines[0]["result"]) == (0, "confirmed")
    assert run(*mark, "--undo", "--json").lines[0]["result"] == "undone"
    assert "confirmed by Clara" in run(*mark, "--confirm").out
    desk.time_passes()
    desk.write()
    assert desk.suggestions(contested)["mark_disputed"].state == "written"
    late = run(*mark, "--undo")
    assert (late.code, late.out) == (1, "")
    assert "no confirmed suggestion" in late.err


def test_a_credit_waits_for_the_second_person(contested: int, desk: House, run: Run) -> None:
    credit = ("decide", str(contested), "--suggestion", "draft_credit_note", "--confirm", "--json")
    first = run(*credit, "--as", CLARA)
    assert (first.code, first.lines[0]["result"]) == (0, "waits")
    assert "controller" in first.lines[0]["says"]
    again = run(*credit, "--as", CLARA)
    assert again.code == 1
    assert "You confirmed this already" in again.err
    assert run(*credit, "--as", TOM).lines[0]["result"] == "confirmed"


def test_rejecting_every_step_closes_the_case(contested: int, desk: House, run: Run) -> None:
    kinds = list(desk.suggestions(contested))
    for n, kind in enumerate(kinds):
        reason = REJECT_REASONS[n % len(REJECT_REASONS)]
        rejecting = ("decide", str(contested), "--as", CLARA, "--suggestion", kind, "--reject", "--reason", reason)
        assert run(*rejecting, "--json").lines[0]["result"] == "rejected"
    assert len(kinds) > 1
    assert desk.case(contested).state == "closed"


def test_rejecting_without_a_reason_names_the_reasons(contested: int, run: Run) -> None:
    for reason in ((), ("--reason", "because")):
        done = run("decide", str(contested), "--as", CLARA, "--reject", *reason)
        assert done.code == 1
        assert all(name in done.err for name in REJECT_REASONS)


def test_an_edit_is_a_new_version_that_needs_another_person(contested: int, desk: House, run: Run) -> None:
    mark = ("decide", str(contested), "--suggestion", "mark_disputed", "--json")
    done = run(*mark, "--as", CLARA, "--edit", "reason=Six hours are contested")
    assert (done.code, done.lines[0]["result"]) == (0, "edited")
    assert desk.suggestions(contested)["mark_disputed"].version == 2
    assert run(*mark, "--as", CLARA, "--confirm").lines[0]["result"] == "waits"
    assert run(*mark, "--as", TOM, "--confirm").lines[0]["result"] == "confirmed"


WRONG = (
    ((), 2, "Say one of --confirm"),
    (("--confirm", "--reject"), 2, "Say one of"),
    (("--reject", "--edit", "a=b"), 2, "An edit goes with --confirm"),
    (("--edit", "reason"), 2, "Write it as name=value"),
    (("--edit", "reason=x"), 1, "Say with --suggestion which one to edit"),
    (("--edit", "amount=ten", "--suggestion", "draft_credit_note"), 1, "is no number"),
    (("--edit", "colour=red", "--suggestion", "mark_disputed"), 1, "You can change reason"),
    (("--confirm", "--suggestion", "create_ticket"), 1, "has no open suggestion like that"),
    (("--undo",), 1, "has no confirmed suggestion"),
)


def test_what_was_asked_wrongly_is_said(contested: int, run: Run) -> None:
    for asked, code, words in WRONG:
        done = run("decide", str(contested), "--as", CLARA, *asked)
        assert (done.code, done.out) == (code, ""), asked
        assert words in " ".join(done.err.split()), asked


def test_a_stranger_decides_nothing(contested: int, run: Run) -> None:
    done = run("decide", str(contested), "--as", "nobody@firm.example", "--confirm")
    assert done.code == 1
    assert "countersign user add" in done.err


def test_a_project_manager_says_whether_it_was_delivered_and_decides_nothing(
    contested: int, desk: House, run: Run
) -> None:
    done = run("decide", str(contested), "--as", PIA, "--not-delivered", "--note", "four days only", "--json")
    assert (done.code, done.lines[0]["result"]) == (0, "recorded")
    refused = run("decide", str(contested), "--as", PIA, "--suggestion", "draft_credit_note", "--confirm")
    assert refused.code == 1
    assert "may not decide" in refused.err


# -- retry, model, user -------------------------------------------------------------------------------------------


def test_a_case_is_read_again(contested: int, desk: House, run: Run) -> None:
    assert run("retry", str(contested), "--as", CLARA, "--json").lines == [
        {"case": contested, "says": f"Case {contested} is read and assessed again."}
    ]
    desk.work()
    assert desk.case(contested).state == "to_decide"


def test_the_model_in_force_is_told(run: Run) -> None:
    assert run("model", "show", "--json").lines[0]["version"]
    assert run("model", "show").out.startswith("Offline model")


def test_people_keys_and_links(desk: House, run: Run) -> None:
    assert run("user", "add", "Ada@Firm.example", "Ada", "--role", "auditor", "--json").lines == [
        {"email": "ada@firm.example", "name": "Ada", "roles": ["auditor"]}
    ]
    assert {"email": "ada@firm.example", "name": "Ada", "roles": ["auditor"], "teams": [], "is_active": True} in run(
        "user", "list", "--json"
    ).lines
    assert "Ada <ada@firm.example>: auditor" in run("user", "list").out
    made = run("user", "key", "ada@firm.example", "--name", "n8n", "--scope", "read", "--json").lines[0]
    assert made["key"].startswith("cs_")
    assert run("user", "key", "ada@firm.example", "--name", "n8n", "--scope", "read").out.startswith("cs_")
    assert "/sign-in/" in run("user", "link", "ada@firm.example", "--json").lines[0]["link"]
    assert "/sign-in/" in run("user", "link", "ada@firm.example").out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("add", "x@y.example", "X", "--role", "king"), "Unknown role: king. Roles are reviewer"),
        (("key", CLARA, "--name", "k", "--scope", "all"), "Unknown scope: all. Scopes are intake"),
        (("key", "nobody@y.example", "--name", "k", "--scope", "read"), "Nobody here has the address"),
        (("link", "nobody@y.example"), "Nobody here has the address"),
    ],
)
def test_unknown_roles_scopes_and_people_are_said(desk: House, run: Run, asked: tuple[str, ...], words: str) -> None:
    done = run("user", *asked)
    assert (done.code, done.out) == (1, "")
    assert words in done.err


# -- audit --------------------------------------------------------------------------------------------------------


def test_the_trail_holds_and_is_exported_with_its_hashes(contested: int, desk: House, run: Run) -> None:
    sweep.seal(desk.parts)
    done = run("audit", "verify")
    assert (done.code, done.out.startswith("The trail holds: ")) == (0, True)
    told = run("audit", "verify", "--json").lines[0]
    assert (told["holds"], told["broken"], told["checkpoints"]) == (True, [], 1)
    events = run("audit", "export").lines
    assert len(events) == told["events"]
    for before, after in pairwise(events):
        assert after["case"] != before["case"] or after["previous_hash"] == before["hash"]
    assert {e["case"] for e in run("audit", "export", "--case", str(contested), "--json").lines} == {contested}
    [checkpoint] = run("audit", "export", "--checkpoints").lines
    assert checkpoint["signature"]
    assert run("audit", "export", "--case", "99").code == 1


def test_a_tampered_trail_is_exit_code_1_and_names_the_link(contested: int, desk: House, run: Run) -> None:
    with desk.parts.database.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text("update audit_events set content = '{}' where case_id = :c and seq = 2"), {"c": contested})
    done = run("audit", "verify")
    assert done.code == 1
    assert done.out.startswith(f"The trail is broken: event 2 of case {contested} (case.")
    told = run("audit", "verify", "--json")
    assert told.code == 1
    assert (told.lines[0]["broken"][0]["case"], told.lines[0]["broken"][0]["seq"]) == (contested, 2)


# -- triage -------------------------------------------------------------------------------------------------------


def test_triage_walks_a_folder_and_goes_on_past_what_it_cannot_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a-good.eml").write_bytes(Path(sample("01-hours")).read_bytes())
    (tmp_path / "b-broken.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    (tmp_path / "c-empty.eml").write_bytes(b"")
    (tmp_path / "d-binary.bin").write_bytes(bytes(range(256)) * 50)
    done = run("triage", str(tmp_path), str(tmp_path / "missing.eml"), "--jsonl", "--processes", "1")
    assert done.code == 1, "one was not there"
    by_name = {Path(line["file"]).name: line for line in done.lines}
    assert set(by_name) == {"a-good.eml", "b-broken.pdf", "c-empty.eml", "d-binary.bin", "missing.eml"}
    good = by_name["a-good.eml"]
    assert (good["kind"], good["reason"]) == ("dispute", "hours_quantity")
    assert set(good) >= {
        "file", "kind", "reason", "secondary_reasons", "flags", "fields", "confidence", "reading", "prediction_set",
        "summary", "evidence", "order", "engine", "elapsed_ms",
    }  # fmt: skip
    assert "error" not in good
    for name in ("b-broken.pdf", "missing.eml"):
        assert by_name[name]["error"]
    assert run("triage", str(tmp_path), "--jsonl", "--processes", "1").code == 0


def test_triage_fits_the_terminal_and_needs_no_database(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path / "none"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    done = run("triage", sample("01-hours"), sample("16-"), "--processes", "1")
    assert done.code == 0
    assert "dispute/hours_quantity" in done.out
    assert max(len(line) for line in done.out.splitlines()) <= 80
    assert not (tmp_path / "none").exists()


# -- when something is down ---------------------------------------------------------------------------------------

NEED_A_DATABASE = (
    ("ingest", str(SAMPLES)), ("queue",), ("show", "1"), ("decide", "1", "--as", CLARA, "--confirm"),
    ("retry", "1", "--as", CLARA), ("audit", "verify"), ("audit", "export"), ("user", "list"), ("user", "link", CLARA),
    ("user", "add", CLARA, "Clara", "--role", "reviewer"), ("user", "key", CLARA, "--name", "k", "--scope", "read"),
)  # fmt: skip


@pytest.mark.parametrize("asked", NEED_A_DATABASE, ids=lambda asked: "-".join(asked[:2]))
@pytest.mark.parametrize("state", ["never started", "down", "without tables"])
def test_without_a_database_every_command_says_so_in_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgres_url: str, asked: tuple[str, ...], state: str
) -> None:
    url = {"never started": "", "down": "postgresql://countersign:secret@127.0.0.1:9/countersign"}.get(state)
    if url is None:
        url = f"{postgres_url.rpartition('/')[0]}/postgres"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_SECRET_KEY", "k" * 40)
    parts = Parts(config.load())
    monkeypatch.setattr("workers.wiring.parts", lambda: parts)
    monkeypatch.setattr("workers.celery_app.send", lambda *_: None)
    done = run(*asked)
    parts.close()
    assert (done.code, done.out) == (1, "")
    words = {"never started": "There is no database", "down": "PostgreSQL does not answer at 127.0.0.1:9"}
    assert words.get(state, "no tables yet") in " ".join(done.err.split())
    assert "countersign up" in done.err
    assert "Traceback" not in done.err
    assert "secret" not in done.err


def test_doctor_says_what_is_down_and_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://countersign:secret@127.0.0.1:9/countersign")
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:9/0")
    monkeypatch.setenv("COUNTERSIGN_DATA", str(tmp_path))
    parts = Parts(config.load())
    monkeypatch.setattr("workers.wiring.parts", lambda: parts)
    done = run("doctor")
    parts.close()
    assert done.code == 1
    assert re.search(r"fails +database: PostgreSQL does not answer; start the engines with: countersign up", done.out)
    assert re.search(r"fails +broker: Valkey does not answer", done.out)
    assert re.search(r"absent +Odoo: not connected; set ODOO_URL", done.out)
    assert "secret" not in done.out
    states = {line["what"]: line["state"] for line in run("doctor", "--json").lines}
    assert (states["database"], states["policy"], states["Odoo"]) == ("fails", "works", "absent")


def test_doctor_is_content_with_a_whole_house(desk: House, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.health._broker", lambda _: "answers, 0 nudges waiting")
    done = run("doctor")
    assert done.code == 0, done.out
    assert "Odoo 19.0, addon" in done.out


def test_an_error_that_nobody_foresaw_keeps_its_traceback(
    desk: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cases.queries.page", lambda *_, **__: {}["missing"])
    with pytest.raises(KeyError):
        run("queue")


def test_a_lost_connection_in_the_middle_is_a_sentence(desk: House, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OperationalError("select 1", {}, psycopg.OperationalError("server closed the connection unexpectedly"))

    monkeypatch.setattr("app.cases.queries.page", lost)
    done = run("queue")
    assert (done.code, done.out) == (1, "")
    assert "PostgreSQL does not answer" in done.err


def test_every_command_that_prints_a_result_takes_json(run: Run) -> None:
    below = {
        "audit": ("verify", "export"), "user": ("add", "list", "key", "link"), "model": ("show", "train"),
        "narrative": ("draft", "rules list"),
        "mailbox": ("add", "change", "test", "list", "pause", "resume", "backfill"),
        "eval": ("run", "report", "compare", "gate", "export-decisions", "annotate"),
    }  # fmt: skip
    for name in COMMANDS:
        for asked in [(name, more) for more in below.get(name, ())] or [(name,)]:
            assert "--json" in run(*" ".join(asked).split(), "--help").out, asked
