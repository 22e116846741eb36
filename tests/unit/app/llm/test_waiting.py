"""Threads that wait for models share one event loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.llm.chat import Answer, Message, ModelMisconfigured
from app.llm.openai_chat import OpenAiChat
from app.llm.waiting import ModelLoop
from tests.llm_server import LlmServer, fails, says

ASKED = [Message("user", "Hello.")]


def test_threads_ask_at_once_through_one_client() -> None:
    with LlmServer(says("Good day."), gathers=16) as server, ModelLoop() as loop:
        chat = OpenAiChat("small", base_url=server.url, concurrency=16)

        def ask(_: int) -> Answer:
            return loop.run(chat.answer(ASKED, schema=None, max_tokens=9, deadline=30))

        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(ask, range(16)))
        loop.run(chat.aclose())
    assert [a.text for a in answers] == ["Good day."] * 16
    assert server.most_at_once == 16


def test_errors_reach_the_caller() -> None:
    with LlmServer(fails(401)) as server, ModelLoop() as loop:
        chat = OpenAiChat("small", base_url=server.url)
        with pytest.raises(ModelMisconfigured):
            loop.run(chat.answer(ASKED, schema=None, max_tokens=9, deadline=30))
        loop.run(chat.aclose())


def test_closing_ends_what_is_under_way_and_the_thread() -> None:
    loop = ModelLoop()
    begun, cancelled = threading.Event(), threading.Event()

    async def wait_long() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(loop.run, wait_long())
        assert begun.wait(60)
        loop.close()
        with pytest.raises(BaseException):  # noqa: B017, PT011 - however the thread is told
            waiting.result(timeout=60)
    assert cancelled.is_set()
    assert not any(t.name == "models" for t in threading.enumerate())
    loop.close()  # nothing to do is no error


def test_it_starts_anew_after_it_was_closed() -> None:
    async def three() -> int:
        return 3

    loop = ModelLoop()
    assert loop.run(three()) == 3
    loop.close()
    assert loop.run(three()) == 3
    loop.close()
