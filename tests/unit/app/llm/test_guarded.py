"""A model that is away is left alone, and the same question is asked once at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from app.llm.chat import Answer, AnswerMalformed, Message, ModelMisconfigured, ModelUnavailable, Schema, Usage
from app.llm.guarded import Guarded

HELLO = [Message("user", "hello")]


class Scripted:
    """A model that fails as told, and else answers once it is let go."""

    name = "small"

    def __init__(self, *problems: Exception | None) -> None:
        self.problems = list(problems)
        self.asked = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        self.asked += 1
        await self.go_on.wait()
        problem = self.problems.pop(0) if self.problems else None
        if problem is not None:
            raise problem
        return Answer(f"answer {self.asked}", None, "small-1", Usage(10, 2), 0.1, 1, "stop")


async def ask(model: Guarded, text: str = "hello", deadline: float = 5.0) -> Answer:
    return await model.answer([Message("user", text)], schema=None, max_tokens=10, deadline=deadline)


def away() -> ModelUnavailable:
    return ModelUnavailable("The model at x.example cannot be reached.", cause="connection")


def test_a_model_that_failed_often_in_a_row_is_left_alone_and_tried_again_after_a_pause() -> None:
    present = 0.0

    async def run() -> None:
        nonlocal present
        model = Scripted(away(), away(), ModelMisconfigured("no"), away())
        guarded = Guarded(model, opens_after=3, pause=15, tell=lambda: present)
        for _ in range(3):
            with pytest.raises((ModelUnavailable, ModelMisconfigured)):
                await ask(guarded)
        with pytest.raises(ModelUnavailable, match="left alone"):
            await ask(guarded)
        assert model.asked == 3, "nothing was sent"
        present = 16.0
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            await ask(guarded)
        present = 32.0
        with pytest.raises(ModelUnavailable, match="left alone"):
            await ask(guarded)
        present = 47.0
        assert (await ask(guarded)).text == "answer 5"
        assert (await ask(guarded)).text == "answer 6"

    asyncio.run(run())


def test_nonsense_is_no_outage() -> None:
    async def run() -> None:
        model = Scripted(*[AnswerMalformed("no JSON") for _ in range(9)])
        guarded = Guarded(model, opens_after=3)
        for _ in range(9):
            with pytest.raises(AnswerMalformed):
                await ask(guarded)
        assert model.asked == 9

    asyncio.run(run())


def test_the_same_question_under_way_is_asked_once_and_counted_once() -> None:
    async def run() -> None:
        model = Scripted()
        model.go_on.clear()
        guarded = Guarded(model)
        three = [asyncio.create_task(ask(guarded)) for _ in range(3)]
        other = asyncio.create_task(ask(guarded, "something else"))
        await asyncio.sleep(0)
        model.go_on.set()
        answers = await asyncio.gather(*three)
        await other
        assert model.asked == 2
        assert len({answer.text for answer in answers}) == 1
        assert sum((answer.usage for answer in answers), Usage()) == Usage(10, 2)
        assert [answer.is_from_cache for answer in answers] == [False, True, True]
        assert (await ask(guarded)).is_from_cache is False, "what is over is asked anew"

    asyncio.run(run())


def test_whoever_waits_along_learns_of_a_failure_and_one_who_gives_up_ends_it_for_nobody_else() -> None:
    async def run() -> None:
        model = Scripted(None, away())
        model.go_on.clear()
        guarded = Guarded(model)
        first, second = asyncio.create_task(ask(guarded)), asyncio.create_task(ask(guarded))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        model.go_on.set()
        assert (await second).text == "answer 1"
        model.go_on.clear()
        failing = [asyncio.create_task(ask(guarded)) for _ in range(2)]
        await asyncio.sleep(0)
        model.go_on.set()
        problems = await asyncio.gather(*failing, return_exceptions=True)
        assert [type(problem) for problem in problems] == [ModelUnavailable] * 2
        assert problems[0] is not problems[1]

    asyncio.run(run())


def test_waiting_along_has_its_own_deadline() -> None:
    async def run() -> None:
        model = Scripted()
        model.go_on.clear()
        guarded = Guarded(model)
        first = asyncio.create_task(ask(guarded))
        await asyncio.sleep(0)
        with pytest.raises(ModelUnavailable, match="within"):
            await ask(guarded, deadline=0.01)
        model.go_on.set()
        assert (await first).usage == Usage(10, 2)

    asyncio.run(run())
