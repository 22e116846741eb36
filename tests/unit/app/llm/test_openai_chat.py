"""The client against an endpoint that misbehaves in every way we know: a checked answer, or a typed reason."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr

from app.clock import now
from app.llm.chat import (
    Answer,
    AnswerMalformed,
    Declined,
    Message,
    ModelMisconfigured,
    ModelUnavailable,
    Schema,
    Unanswered,
    Usage,
)
from app.llm.openai_chat import LONGEST_BODY, OpenAiChat
from tests.llm_server import LlmServer, Reply, drips, fails, hangs_up, pours, says, sends

KEY = "sk-secret-0123456789"
REASON = Schema("triage", {
    "type": "object",
    "properties": {"reason": {"enum": ["rate", "hours"]}, "summary": {"type": "string", "maxLength": 4000}},
    "required": ["reason", "summary"],
    "additionalProperties": False,
})  # fmt: skip
ASKED = [Message("system", "Answer in JSON."), Message("user", "Sehr geehrte Damen, der Satz ist falsch.")]


def fitting(summary: str = "The rate is disputed.", reason: str = "rate") -> str:
    return json.dumps({"reason": reason, "summary": summary})


def ask(server: LlmServer, *, deadline: float = 20.0, schema: Schema | None = REASON, **options: Any) -> Answer:
    slept: list[float] = options.pop("slept", [])

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> Answer:
        async with OpenAiChat("small", KEY, base_url=server.url, sleep=sleep, **options) as chat:
            return await chat.answer(ASKED, schema=schema, max_tokens=400, deadline=deadline)

    return asyncio.run(run())


def failing(*replies: Reply, **options: Any) -> tuple[Unanswered, LlmServer]:
    with LlmServer(*replies) as server, pytest.raises(Unanswered) as caught:
        ask(server, **options)
    return caught.value, server


def test_a_good_answer_comes_with_what_it_cost() -> None:
    with LlmServer(says(fitting())) as server:
        answer = ask(server)
    assert answer.content == {"reason": "rate", "summary": "The rate is disputed."}
    assert (answer.model, answer.usage, answer.attempts, answer.finish_reason) == ("small-1", Usage(100, 20), 1, "stop")
    assert not answer.is_repaired
    assert 0 < answer.seconds < 20


def test_what_is_sent_is_strict_bounded_and_goes_to_the_one_path() -> None:
    with LlmServer(says(fitting())) as server:
        ask(server)
    sent = server.requests[0]
    assert sent["response_format"]["json_schema"] == {"name": "triage", "strict": True, "schema": REASON.definition}
    assert (sent["model"], sent["max_completion_tokens"], sent["temperature"]) == ("small", 400, 0.0)
    assert [m["role"] for m in sent["messages"]] == ["system", "user"]
    assert server.headers[0][":path"] == "/v1/chat/completions"
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_an_answer_in_a_fence_is_read() -> None:
    with LlmServer(says(f"```json\n{fitting()}\n```")) as server:
        assert ask(server).content is not None


def test_text_without_a_schema() -> None:
    with LlmServer(says("Plain words.")) as server:
        answer = ask(server, schema=None)
    assert (answer.text, answer.content) == ("Plain words.", None)
    assert "response_format" not in server.requests[0]


WRONG = {
    "repeats itself": '{"reason": "rate", "summary": "' + "the rate the rate " * 80,
    "repeats itself in valid JSON": fitting("and so on, " * 80),
    "cut off": '{"reason": "rate", "summ',
    "invented value": fitting(reason="rate_dispute_v2"),
    "more keys than asked for": json.dumps({"reason": "rate", "summary": "", "approve": True}),
    "no JSON": "Sure! Here is what I think.",
    "a list": "[1]",
    "empty": "",
    "nested without end": "[" * 100_000,
    "a number without end": '{"reason": ' + "9" * 10_000 + "}",
    "beyond every number": '{"reason": 1e999}',
    "not a number": '{"reason": NaN}',
    "a key twice": '{"reason": "rate", "reason": "hours", "summary": ""}',
    "half a character": '{"reason": "rate", "summary": "\\ud800"}',
    "a character that is none": '{"reason": "rate", "summary": "\\u0000"}',
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_repaired_once(wrong: str) -> None:
    with LlmServer(says(wrong), says(fitting())) as server:
        answer = ask(server)
    assert answer.is_repaired
    assert (answer.attempts, answer.usage) == (2, Usage(200, 40))
    assert "cannot be used" in server.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_twice_is_malformed_and_no_third_is_asked_for(wrong: str) -> None:
    error, server = failing(says(wrong))
    assert isinstance(error, AnswerMalformed)
    assert (len(server.requests), error.attempts, error.usage) == (2, 2, Usage(200, 40))
    assert "rate_dispute" not in str(error)
    assert "Sure" not in str(error)


def test_an_answer_cut_off_at_the_limit_is_not_used_even_if_it_fits() -> None:
    error, server = failing(says(fitting(), finish="length"))
    assert isinstance(error, AnswerMalformed)
    assert "cut off" in str(error)
    assert len(server.requests[1]["messages"]) == 3  # the torso is not sent back


def test_the_repair_names_the_rule_that_was_broken() -> None:
    with LlmServer(says(WRONG["invented value"]), says(fitting())) as server:
        ask(server)
    quoted, request = server.requests[1]["messages"][-2:]
    assert (quoted["role"], quoted["content"]) == ("assistant", WRONG["invented value"])
    assert 'enum: ["rate", "hours"]' in request["content"]


@pytest.mark.parametrize("repeated", ["----------", "· ", " "])
def test_lines_and_blanks_are_no_loop(repeated: str) -> None:
    with LlmServer(says(fitting(repeated * 100))) as server:
        assert not ask(server).is_repaired


@pytest.mark.parametrize("refusal", [
    says(None, refusal="I cannot help with that."),
    says("", finish="content_filter"),
    fails(400, "content_filter"),
])  # fmt: skip
def test_a_refusal_is_neither_repaired_nor_repeated(refusal: Reply) -> None:
    error, server = failing(refusal)
    assert isinstance(error, Declined)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_failures_that_pass_are_tried_again(status: int) -> None:
    slept: list[float] = []
    with LlmServer(fails(status), fails(status), says(fitting())) as server:
        answer = ask(server, slept=slept)
    assert answer.attempts == 3
    assert answer.usage == Usage(100, 20)  # what failed was not metered, and cost nothing
    assert len(slept) == 2
    assert slept[0] <= 0.5
    assert slept[1] <= 1.0


@pytest.mark.parametrize("status", [429, 500])
def test_tries_are_bounded(status: int) -> None:
    error, server = failing(fails(status))
    assert isinstance(error, ModelUnavailable)
    assert (error.facts["status"], len(server.requests)) == (status, 3)


def test_retry_after_is_honoured_in_every_form() -> None:
    at = format_datetime(now() + timedelta(seconds=19), usegmt=True)
    slept: list[float] = []
    with LlmServer(fails(429, retry_after="3"), fails(429, retry_after=at), says(fitting())) as server:
        ask(server, slept=slept, deadline=120)
    assert slept[0] == 3
    assert 3 < slept[1] <= 19
    with LlmServer(fails(429, retry_after_ms="1500"), fails(503, retry_after="soon"), says(fitting())) as server:
        ask(server, slept=slept)
    assert slept[2] == 1.5
    assert slept[3] <= 1


def test_no_wait_goes_beyond_the_deadline() -> None:
    error, server = failing(fails(429, retry_after="3600"))
    assert isinstance(error, ModelUnavailable)
    assert (error.facts["retry_after"], len(server.requests)) == (3600.0, 1)


def test_an_empty_account_is_not_asked_again() -> None:
    error, server = failing(fails(429, "insufficient_quota"))
    assert isinstance(error, ModelUnavailable)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [302, 307, 400, 401, 403, 404, 413, 422])
def test_what_repeating_does_not_mend_is_not_repeated(status: int) -> None:
    error, server = failing(fails(status, location="https://elsewhere.example/"))
    assert isinstance(error, ModelMisconfigured)
    assert len(server.requests) == 1
    assert "sk-" not in str(error)
    assert "Sehr" not in str(error)


def test_a_time_out_is_tried_again_and_counts_as_unmetered() -> None:
    with LlmServer(says(fitting(), after=60), says(fitting())) as server:
        answer = ask(server, timeout=3)
    assert (answer.attempts, answer.usage) == (2, Usage(100, 20, unmetered=1))


def test_a_slow_stream_ends_at_the_time_out_though_bytes_keep_coming() -> None:
    began = time.monotonic()
    error, _ = failing(drips("x" * 10_000, pause=0.05), timeout=2, attempts=1)
    assert isinstance(error, ModelUnavailable)
    assert time.monotonic() - began < 60, "all of it would take 500 s"
    assert error.usage == Usage(unmetered=1)


def test_the_deadline_bounds_all_tries_together() -> None:
    began = time.monotonic()
    error, server = failing(says(fitting(), after=90), timeout=80, deadline=2)
    assert isinstance(error, ModelUnavailable)
    assert (error.facts["cause"], len(server.requests), error.usage) == ("deadline", 1, Usage(unmetered=1))
    assert time.monotonic() - began < 60, "the answer would come after 90 s"


def test_the_deadline_bounds_the_wait_for_a_turn() -> None:
    async def run(url: str) -> list[Answer | BaseException]:
        async with OpenAiChat("small", base_url=url, concurrency=1) as chat:
            # the second has its turn for longer than the third has patience
            calls = [chat.answer(ASKED, schema=REASON, max_tokens=9, deadline=d) for d in (60.0, 5.0, 2.0)]
            return await asyncio.gather(*calls, return_exceptions=True)

    with LlmServer(says(fitting()), says(fitting(), after=60)) as server:
        results = asyncio.run(run(server.url))
    assert [isinstance(r, Answer) for r in results] == [True, False, False]
    assert isinstance(results[2], ModelUnavailable)
    assert results[2].attempts == 0
    assert server.most_at_once == 1


BODIES = {
    "HTML": sends(200, "<html>Please sign in</html>", kind="text/html; charset=utf-8"),
    "JSON called text": sends(200, json.dumps({"choices": []}), kind="text/plain"),
    "no type": sends(200, "{}", kind=""),
    "an event stream": sends(200, "data: {}\n\n", kind="text/event-stream"),
    "no JSON": sends(200, "<html>", kind="application/json"),
    "not a completion": sends(200, '{"hello": 1}'),
    "no choices": sends(200, '{"id": "1", "object": "chat.completion", "choices": []}'),
    "choices of nothing": sends(200, '{"id": "1", "object": "chat.completion", "choices": null}'),
    "choices of text": sends(200, '{"id": "1", "object": "chat.completion", "choices": ["x"]}'),
    "an error with 200": sends(200, '{"error": {"message": "Sehr geehrte sk-echoed"}}'),
    "a list": sends(200, "[]"),
    "null": sends(200, "null"),
    "nested without end": sends(200, "[" * 500_000),
    "no text": sends(200, b'{"id": "\xff\xfe"}'),
    "odd usage": says(fitting(), usage={"prompt_tokens": "many", "completion_tokens": [], "total_tokens": None}),
    "compressed": sends(200, b"\x1f\x8b" + b"0" * 100, content_encoding="gzip"),
    "without end": pours(),
}


@pytest.mark.parametrize("reply", BODIES.values(), ids=BODIES)
def test_what_is_no_completion_is_unavailable(reply: Reply) -> None:
    error, server = failing(reply)
    assert isinstance(error, ModelUnavailable)
    assert (error.facts["cause"], len(server.requests)) == ("body", 1)
    assert "Sehr" not in f"{error} {error.facts}"
    assert "sk-" not in f"{error} {error.facts}"


def test_an_endless_body_is_not_read_to_its_end() -> None:
    error, _ = failing(pours(), timeout=10)
    assert str(LONGEST_BODY) in str(error)


def test_an_endless_error_body_is_not_read_either() -> None:
    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 X\r\ncontent-type: text/html\r\ncontent-length: 900000000\r\n\r\n")
        for _ in range(2_000):
            writer.write(b" " * 65536)
            await writer.drain()

    error, _ = failing(reply, attempts=1)
    assert isinstance(error, ModelUnavailable)
    assert str(LONGEST_BODY) in str(error)


def test_an_answer_without_usage_is_unmetered() -> None:
    with LlmServer(says(fitting(), usage=None)) as server:
        assert ask(server).usage == Usage(unmetered=1)


def test_a_connection_that_is_closed_is_tried_again() -> None:
    with LlmServer(hangs_up, says(fitting())) as server:
        assert ask(server).attempts == 2


def test_a_refused_connection_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        chat = OpenAiChat("small", KEY, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", first_wait=0.01)

        async def run() -> None:
            async with chat:
                await chat.answer(ASKED, schema=REASON, max_tokens=9, deadline=20)

        with pytest.raises(ModelUnavailable, match="cannot be reached") as caught:
            asyncio.run(run())
    assert (caught.value.attempts, caught.value.usage) == (3, Usage())


def test_calls_go_out_at_once_up_to_the_bound() -> None:
    async def run(url: str) -> list[Answer]:
        async with OpenAiChat("small", base_url=url, concurrency=16) as chat:
            calls = [chat.answer(ASKED, schema=REASON, max_tokens=9, deadline=60) for _ in range(40)]
            return await asyncio.gather(*calls)

    with LlmServer(says(fitting(), after=0.3), gathers=16) as server:
        assert len(asyncio.run(run(server.url))) == 40
    assert server.most_at_once == 16


@pytest.mark.parametrize("reply", [says(fitting()), fails(401), fails(500), says("no"), pours(), hangs_up])
def test_neither_key_nor_text_is_logged_or_shown(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen = ""
    with LlmServer(reply) as server:
        chat = OpenAiChat("small", SecretStr(KEY), base_url=server.url, attempts=1)

        async def run() -> None:
            nonlocal seen
            async with chat:
                try:
                    seen += repr(await chat.answer(ASKED, schema=REASON, max_tokens=9, deadline=20))
                except Unanswered as error:
                    seen += f"{error!r} {error.facts} {error.__cause__!r}"
                seen += repr(chat) + repr(chat._llm)

        asyncio.run(run())
    seen += caplog.text + repr(ASKED) + repr(REASON)
    assert KEY not in seen
    assert "Sehr geehrte" not in seen
    assert "disputed" not in seen


def test_nothing_goes_to_a_tracing_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with LlmServer(sends(202, "{}")) as tracer, LlmServer(says(fitting())) as server:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "ls-key")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", tracer.url)
        ask(server)
        time.sleep(1.0)
        assert tracer.requests == []


def test_importing_the_client_does_not_import_langchain() -> None:
    code = (
        "import sys, app.llm.openai_chat as m; m.OpenAiChat('m', 'k'); "
        "print([n for n in sys.modules if n.split('.')[0] in ('langchain_core', 'langchain_openai', 'openai')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
