"""Odoo is not called too often, and left alone while it is down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refused, Unavailable
from app.odoo.pacing import Breaker, Bucket, LeftAlone
from tests.unit.odoo.wire import Wire, error

DEAD = httpx.ConnectError("refused")
OK = httpx.Response(200, json=[])


class Watch:
    """A clock that is put forward by hand, or by waiting."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += seconds


def breaker(watch: Watch, **how: Any) -> Breaker:
    return Breaker("Odoo at odoo.example", tell=watch, **({"opens_after": 3, "pause": 5.0, "longest": 15.0} | how))


def call(wire: Wire, gate: Breaker) -> Callable[[], Any]:
    gateway = wire.gateway(attempts=1, breaker=gate)
    return lambda: gateway.search_read("sale.order", [], ["name"], companies=[1])


def test_after_some_failures_in_a_row_nothing_is_sent_and_the_reader_is_told_until_when() -> None:
    watch, wire = Watch(), Wire(DEAD)
    ask = call(wire, breaker(watch))
    for _ in range(3):
        with pytest.raises(Unavailable):
            ask()
    with pytest.raises(LeftAlone, match=r"3 times in a row\. It is asked again at \d\d:\d\d:\d\d UTC"):
        ask()
    assert len(wire.requests) == 3


def test_when_the_pause_is_over_one_call_tries_and_an_answer_ends_it() -> None:
    watch, wire = Watch(), Wire(DEAD, DEAD, DEAD, OK)
    ask = call(wire, breaker(watch))
    for _ in range(3):
        with pytest.raises(Unavailable):
            ask()
    watch.wait(5.1)
    assert ask() == []
    assert ask() == []


def test_pauses_double_while_the_trials_fail_too() -> None:
    watch, wire = Watch(), Wire(DEAD)
    ask = call(wire, breaker(watch))
    for _ in range(3):
        with pytest.raises(Unavailable):
            ask()
    for pause in (5.0, 10.0, 15.0, 15.0):
        watch.wait(pause - 0.5)
        with pytest.raises(LeftAlone):
            ask()
        watch.wait(0.6)
        sent = len(wire.requests)
        with pytest.raises(Unavailable):
            ask()
        assert len(wire.requests) == sent + 1


def test_only_one_may_try_at_a_time() -> None:
    watch = Watch()
    gate = breaker(watch, opens_after=1)
    with pytest.raises(Unavailable), gate.attempt(lambda _: True):
        raise Unavailable("dead")
    watch.wait(6)
    with gate.attempt(lambda _: True), pytest.raises(LeftAlone), gate.attempt(lambda _: True):
        pytest.fail("two went in")
    with gate.attempt(lambda _: True):
        pass


def test_one_who_gives_up_while_trying_leaves_the_trial_to_the_next() -> None:
    watch = Watch()
    gate = breaker(watch, opens_after=1)
    with pytest.raises(Unavailable), gate.attempt(lambda _: True):
        raise Unavailable("dead")
    watch.wait(6)
    with pytest.raises(KeyboardInterrupt), gate.attempt(lambda _: True):
        raise KeyboardInterrupt
    with gate.attempt(lambda _: True):
        pass


@pytest.mark.parametrize(
    "answer", [error(409, "odoo.exceptions.LockError"), error(500, "psycopg2.errors.X"), error(403, "odoo.AccessError")]
)
def test_an_answer_is_no_outage_whatever_it_says(answer: httpx.Response) -> None:
    wire = Wire(answer)
    ask = call(wire, breaker(Watch()))
    for _ in range(10):
        with pytest.raises((Unavailable, Refused)):
            ask()
    assert len(wire.requests) == 10


def test_a_call_that_is_left_alone_is_not_repeated() -> None:
    wire = Wire(DEAD)
    gateway = wire.gateway(attempts=10, breaker=breaker(Watch()))
    with pytest.raises(LeftAlone):
        gateway.search_read("sale.order", [], ["name"], companies=[1])
    assert len(wire.requests) == 3


@given(gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=80))
def test_no_second_sees_more_calls_than_the_burst_and_the_rate(gaps: list[float]) -> None:
    watch = Watch()
    bucket = Bucket(10, burst=5, sleep=watch.wait, tell=watch)
    went = []
    for gap in gaps:
        watch.wait(gap)
        bucket.take()
        went.append(watch())
    for start in went:
        assert sum(start <= at < start + 1 for at in went) <= 5 + 10


def test_a_gateway_with_a_rate_waits_for_its_turn() -> None:
    wire = Wire(OK)
    gateway = wire.gateway(per_second=10)
    for _ in range(25):
        gateway.search_read("sale.order", [], ["name"], companies=[1])
    assert sum(wire.slept) > 0
