"""How the system is: who reads which queue, told by the workers themselves; and what the pages make of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.clock import now
from app.db import Database
from app.decisions import simulating
from app.errors import Unavailable
from app.health import Check, Peer, Pulse, Queue
from app.llm.models import LlmCall
from app.llm.outages import out_since
from app.main import create_app
from app.suggestions.freeze import freeze
from app.users import access
from tests.builders import a_credit, a_person, the_policy
from tests.web import ORIGIN, SECRET, Browser, PaperRenderer, a_read_case, a_reading, settings
from workers.pulse import LivePulse, Word, note_sweep

WORKS = Peer("works")


class Odoo:
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.is_away = False
        self.hangs = threading.Event()
        self.hangs.set()
        self.asked = 0
        self.was_asked = threading.Event()

    def version(self) -> Any:
        self.asked += 1
        self.was_asked.set()
        self.hangs.wait(120)
        if self.is_away:
            raise Unavailable("Odoo does not answer.")
        return SimpleNamespace(server="19.0", addon="1.0")


def parts(url: str, odoo: Odoo | None = None) -> Any:
    return SimpleNamespace(settings=SimpleNamespace(redis_url=SecretStr(url)), odoo=odoo)


def test_a_worker_says_which_queue_it_reads_and_takes_its_word_back(redis_url: str) -> None:
    word = Word(redis_url, "models@test-one", ["models"])
    word.say()
    found = LivePulse(parts(redis_url)).look().queue("models")
    assert found is not None
    assert "models@test-one" in found.readers
    word.end()
    found = LivePulse(parts(redis_url)).look().queue("models")
    assert found is not None
    assert "models@test-one" not in found.readers


def test_the_last_sweep_is_known(redis_url: str) -> None:
    note_sweep(redis_url)
    swept_at = LivePulse(parts(redis_url)).look().swept_at
    assert swept_at is not None
    assert now() - swept_at < timedelta(minutes=5)


def test_a_broker_that_is_away_is_told_and_nobody_falls_over(redis_url: str) -> None:
    gone = redis_url.rpartition(":")[0] + ":1/0"
    found = LivePulse(parts(gone)).look()
    assert (found.broker.state, found.queues) == ("fails", ())
    note_sweep(gone)
    Word(gone, "celery@test", ["celery"]).say()


def test_since_when_odoo_is_silent_holds_until_it_answers(redis_url: str) -> None:
    odoo = Odoo()
    pulse = LivePulse(parts(redis_url, odoo))
    assert pulse.look().odoo.state == "works"
    odoo.is_away = True
    first, second = pulse.look().odoo, pulse.look().odoo
    assert (first.state, second.state) == ("fails", "fails")
    assert first.since == second.since
    odoo.is_away = False
    assert pulse.look().odoo.state == "works"


def test_an_odoo_that_hangs_keeps_nobody_waiting_and_is_not_asked_twice(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.pulse.LONGEST", 0.05)
    odoo = Odoo()
    pulse = LivePulse(parts(redis_url, odoo))
    odoo.hangs.clear()
    first = pulse.look().odoo
    assert odoo.was_asked.wait(60)
    second = pulse.look().odoo
    assert (first.state, second.state, odoo.asked) == ("fails", "fails", 1)
    assert first.since == second.since
    odoo.hangs.set()
    while pulse.look().odoo.state != "works":
        pass


def a_call(session: Any, outcome: str, at: datetime) -> None:
    session.add(
        LlmCall(
            at=at,
            case_id=None,
            purpose="triage",
            model="m",
            outcome=outcome,
            prompt_tokens=1,
            completion_tokens=1,
            unmetered=0,
            attempts=1,
            seconds=Decimal(1),
            cost=None,
            currency="USD",
        )
    )
    session.flush()


def test_the_model_is_out_since_the_first_question_of_the_unbroken_run(database: Database) -> None:
    at = now()
    with database.transaction() as session:
        assert out_since(session) is None
        for minutes, outcome in ((50, "unavailable"), (40, "answered"), (30, "unavailable"), (20, "from_cache"),
                                 (10, "misconfigured")):  # fmt: skip
            a_call(session, outcome, at - timedelta(minutes=minutes))
        assert out_since(session) == at - timedelta(minutes=30)
        a_call(session, "malformed", at)
        assert out_since(session) is None


class Told:
    """Says what the test wants said."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse

    def pulse(self) -> Pulse:
        return self._pulse

    def checks(self) -> Iterable[Check]:
        return (Check("model endpoint", "fails", "The model does not answer."),)


def a_browser(database: Database, pulse: Pulse, *roles: str, **more: Any) -> Browser:
    app = create_app(settings(**more), database, the_policy(), Odoo(), PaperRenderer(), health=Told(pulse))  # type: ignore[arg-type]
    http = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    with database.transaction() as session:
        person = a_person(session, "Nora", *roles)
    link = access.sign_in_link(ORIGIN, SECRET, person.user_id).removeprefix(ORIGIN)
    http.post(link, headers={"sec-fetch-site": "same-origin"})
    return Browser(http, person)


GOOD = Pulse(
    now(), WORKS, (Queue("celery", ("celery@one",), 0), Queue("models", ("models@one",), 0)), now(), WORKS
)  # fmt: skip
WITH_MODEL = {"countersign_llm_model": "m", "openai_base_url": "http://127.0.0.1:1/v1"}


@pytest.mark.parametrize(
    ("pulse", "more", "dot", "page"),
    [
        (GOOD, {}, "Odoo connected", "It sweeps the queues every few seconds."),
        (GOOD, WITH_MODEL, "Odoo and model connected", "0 questions today."),
        (replace(GOOD, queues=(Queue("celery", (), 7), GOOD.queues[1])), {}, "no worker runs", "Start a worker with"),
        (
            replace(GOOD, queues=(GOOD.queues[0], Queue("models", (), 3))), WITH_MODEL,
            "no worker reads its queue", "cases are read without the language model",
        ),
        (replace(GOOD, queues=(GOOD.queues[0], Queue("models", (), 0))), {}, "Odoo connected", "nothing is sent here"),
        (replace(GOOD, odoo=Peer("fails", now())), {}, "Odoo has not answered since", "You can go on deciding"),
        (
            replace(GOOD, broker=Peer("fails", now()), queues=()), {}, "the broker does not answer",
            "What comes in is stored",
        ),
        (replace(GOOD, swept_at=now() - timedelta(minutes=9)), {}, "scheduler does not run", "It last swept"),
        (
            replace(GOOD, swept_at=now() - timedelta(minutes=9), queues=(Queue("celery", ("celery@one",), 40),)), {},
            "All workers are busy", "All workers are busy, so",
        ),
    ],
)  # fmt: skip
def test_what_is_amiss_stands_in_the_dot_and_on_the_page(
    database: Database, pulse: Pulse, more: dict[str, Any], dot: str, page: str
) -> None:
    found = a_browser(database, pulse, "reviewer", **more).open("/system")
    assert dot in found.partition('class="health"')[2].partition("</a>")[0]
    assert page in found


@pytest.mark.parametrize(
    ("pulse", "says"),
    [
        (replace(GOOD, odoo=Peer("fails", now())), "You can go on deciding. Changes are written when it is back."),
        (replace(GOOD, broker=Peer("fails", now()), queues=()), "Nothing new is read now"),
        (GOOD, ""),
    ],
)
def test_who_decides_is_told_when_a_peer_is_away_and_nobody_else(database: Database, pulse: Pulse, says: str) -> None:
    ines = a_browser(database, pulse, "reviewer")
    page = ines.open("/inbox")
    assert ('class="banner' in page) is bool(says)
    assert says in page
    assert 'class="banner' not in ines.open("/settings")


def test_a_model_that_is_out_is_told_quietly(database: Database) -> None:
    with database.transaction() as session:
        a_call(session, "unavailable", now())
    page = a_browser(database, GOOD, "reviewer", **WITH_MODEL).open("/inbox")
    assert "The language model has not answered since" in page
    assert "banner-quiet" in page


def test_a_step_proposed_under_another_policy_says_so_where_more_is_asked_for_now(database: Database) -> None:
    old = simulating.changed(the_policy(), {"CN-1": {"below": "5000.00"}})
    with database.transaction() as session:
        case = a_read_case(session)
        freeze(session, case.id, a_credit("900.00"), old, at=now())
        same = a_read_case(session, reading=a_reading(subject="INV/2026/00012 again"))
        freeze(session, same.id, a_credit("90.00"), old, at=now())
        case_id, same_id = case.id, same.id
    ines = a_browser(database, GOOD, "reviewer")
    assert "The policy changed since this was proposed." in ines.open(f"/cases/{case_id}")
    assert "The policy changed since this was proposed." not in ines.open(f"/cases/{same_id}")


def test_only_some_have_everything_checked(database: Database) -> None:
    nora = a_browser(database, GOOD, "administrator")
    nora.open("/system")
    assert "The model does not answer." in nora.send("/system/check", status=200)
    ines = a_browser(database, GOOD, "reviewer")
    page = ines.open("/system")
    assert 'action="/system/check"' not in page
    token = ines.form("/sign-out")["token"]
    assert ines.http.post("/system/check", data={"token": token}, headers=ines.headers).status_code == 403
