"""A model that is away is left alone for a while, and a question that is under way already is not asked twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.llm.answers import key_of
from app.llm.chat import Answer, ChatModel, Message, ModelMisconfigured, ModelUnavailable, Schema, Unanswered, Usage


class Guarded:
    """Asks `model`, for callers in one event loop, and spares it what is of no use.

    After `opens_after` questions in a row to which it was unavailable or misconfigured nothing is sent for `pause`
    seconds; then one question may try, and the pause doubles up to `longest` while that fails too. Questions that
    differ in nothing and come while the first is under way share its answer; only the first one's is counted.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        opens_after: int = 5,
        pause: float = 15.0,
        longest: float = 300.0,
        tell: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._opens_after = opens_after
        self._first_pause = self._pause = pause
        self._longest = longest
        self._tell = tell
        self._failures = 0
        self._until = 0.0
        self._is_trying = False
        self._under_way: dict[str, asyncio.Task[Answer]] = {}
        self._waiting: dict[str, int] = {}

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        """See `ChatModel.answer`.

        Raises:
            ModelUnavailable: Also when it is left alone; nothing was sent.
        """
        key = f"{key_of(self.name, messages, schema)} {max_tokens}"
        is_first = key not in self._under_way
        if is_first:
            asking = self._ask(messages, schema=schema, max_tokens=max_tokens, deadline=deadline)
            self._under_way[key] = asyncio.ensure_future(asking)
        task = self._under_way[key]
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            async with asyncio.timeout(None if is_first else deadline):
                answer = await asyncio.shield(task)
        except TimeoutError:
            raise ModelUnavailable(
                f"The model gave no whole answer within {deadline:g} seconds.", cause="deadline"
            ) from None
        except Unanswered as problem:
            if is_first:
                raise
            raise _of_another(problem) from None
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                if self._under_way.get(key) is task:
                    del self._under_way[key]
                task.cancel()  # nobody waits for it any more; nothing happens where it has ended
        return answer if is_first else replace(answer, usage=Usage(), attempts=0, is_from_cache=True)

    async def _ask(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        self._enter()
        try:
            answer = await self._model.answer(messages, schema=schema, max_tokens=max_tokens, deadline=deadline)
        except (ModelUnavailable, ModelMisconfigured):
            self._failed()
            raise
        except Unanswered:
            self._answered()  # it is there, whatever it said
            raise
        except BaseException:
            self._is_trying = False
            raise
        self._answered()
        return answer

    def _enter(self) -> None:
        if self._failures < self._opens_after:
            return
        left = self._until - self._tell()
        if left <= 0 and not self._is_trying:
            self._is_trying = True
            return
        raise ModelUnavailable(
            f"The model has not answered {self._failures} times in a row, so it is left alone for a while.",
            cause="left alone", retry_after=max(left, 1.0),
        )  # fmt: skip

    def _answered(self) -> None:
        self._failures, self._pause, self._is_trying = 0, self._first_pause, False

    def _failed(self) -> None:
        self._failures += 1
        if self._is_trying:
            self._pause = min(self._longest, self._pause * 2)
        self._until = self._tell() + self._pause
        self._is_trying = False


def _of_another(problem: Unanswered) -> Unanswered:
    """The same failure for one who only waited along: what it cost is counted once."""
    return type(problem)(problem.message, **problem.facts)
