"""A `ChatModel` on any OpenAI-compatible endpoint, through LangChain. The only module that imports LangChain or openai.

Both are imported when the first call is made (1 to 2 s, 90 MB), so that whoever uses no model does not pay for them.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

import httpx2
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
from app.llm.checking import Unfit, content_of
from app.llm.likelihoods import likelihoods

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

LONGEST_BODY = 2 * 2**20
"""Bytes of an endpoint's answer; more is not read."""
_LONGEST_WAIT = 20.0
_LONGEST_QUOTE = 4_000
_MOST_TOKENS = 10**9
_ALTERNATIVES = 10
"""So many of the likeliest tokens are asked for in each place; more are refused by some endpoints."""
_TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
OPENAI = "https://api.openai.com/v1"


def preload() -> None:
    """Import what the first call would: for a process that forks others, so that they need not each."""
    import langchain_openai  # noqa: F401
    import langsmith  # noqa: F401
    import openai  # noqa: F401


class OpenAiChat:
    """One model at one endpoint; up to `concurrency` requests at once, in one event loop. Close it when done.

    `timeout` bounds one request in seconds, its whole body included; `attempts` bounds the requests for one answer
    that failed on the way (the first included), and `first_wait` the first pause between them: pauses are random up to
    a doubling bound (full jitter), and at least what Retry-After asks for. `temperature` None is not sent.
    """

    def __init__(
        self,
        model: str,
        api_key: SecretStr | str = "",
        *,
        base_url: str = "",
        timeout: float = 60.0,
        concurrency: int = 64,
        temperature: float | None = 0.0,
        attempts: int = 3,
        first_wait: float = 0.5,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._model = model
        self._key = api_key if isinstance(api_key, SecretStr) else SecretStr(api_key)
        self._address = httpx2.URL((base_url or OPENAI).rstrip("/"))
        self._timeout = timeout
        self._concurrency = concurrency
        self._temperature = temperature
        self._attempts = max(1, attempts)
        self._first_wait = first_wait
        self._sleep = sleep
        self._turns = asyncio.Semaphore(concurrency)
        self._tells_likelihoods = True
        self._llm: Any = None
        self._http: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"OpenAiChat({self._model!r} at {self._address.host!r})"

    @property
    def name(self) -> str:
        return self._model

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give the connections back."""
        if self._http is not None:
            await self._http.aclose()
        self._llm = self._http = None

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        """See `ChatModel.answer`."""
        asks_likelihoods = self._tells_likelihoods and schema is not None and bool(schema.weighs)
        call = _Call(schema, max_tokens, deadline, asks_likelihoods, is_weighed=asks_likelihoods)
        try:
            async with asyncio.timeout(deadline), self._turns:
                return await self._answer(call, [(m.role, m.text) for m in messages])
        except TimeoutError:
            call.give_up_request()
            problem: Unanswered = ModelUnavailable(
                f"The model at {self._address.host} gave no whole answer within {deadline:g} seconds.", cause="deadline"
            )
        except Unanswered as error:
            problem = error
        problem.usage, problem.attempts, problem.seconds = call.usage, call.attempts, call.seconds()
        raise problem from None

    async def _answer(self, call: _Call, messages: list[tuple[str, str]]) -> Answer:
        is_repaired = False
        while True:
            said = await self._send_until_answered(call, messages)
            text, finish_reason = _text_of(said), str(said.response_metadata.get("finish_reason") or "")[:40]
            if said.additional_kwargs.get("refusal") or finish_reason == "content_filter":
                raise Declined(f"The model {self._model} refused to answer.", finish_reason=finish_reason)
            try:
                content = content_of(text, finish_reason, call.schema)
            except Unfit as unfit:
                if is_repaired:
                    raise AnswerMalformed(
                        f"The answer of the model {self._model} could not be used, nor could its repair: {unfit.why}.",
                        why=unfit.why, finish_reason=finish_reason,
                    ) from None  # fmt: skip
                messages = [*messages, *_asking_for_repair(text, unfit)]
                is_repaired = True
                continue
            model = str(said.response_metadata.get("model_name") or self._model)[:200]
            return Answer(
                text, content, model, call.usage, call.seconds(), call.attempts, finish_reason, is_repaired=is_repaired,
                likelihoods=_likelihoods_of(said, call.schema),
            )  # fmt: skip

    async def _send_until_answered(self, call: _Call, messages: list[tuple[str, str]]) -> AIMessage:
        """Send, and send again after failures that pass, while tries and time are left."""
        wait = self._first_wait
        for left in range(self._attempts - 1, -1, -1):
            try:
                return await self._send(call, messages)
            except ModelMisconfigured as problem:
                if not (left and call.is_weighed and problem.facts.get("status") in (400, 422)):
                    raise
                call.is_weighed = False  # not every endpoint tells how likely a token is, and not for every model
            except ModelUnavailable as problem:
                asked = problem.facts.get("retry_after")
                pause = max(random.uniform(0, wait), asked if isinstance(asked, float) else 0.0)  # noqa: S311 - jitter
                if (
                    not left
                    or not problem.facts.get("passes")
                    or pause > min(_LONGEST_WAIT, call.deadline - call.seconds())
                ):
                    raise
                await self._sleep(pause)
                wait *= 2
        raise AssertionError("there is at least one try")

    async def _send(self, call: _Call, messages: list[tuple[str, str]]) -> AIMessage:
        """One request and what the model said.

        Raises:
            ModelUnavailable: With `passes` among its facts when the same request may be answered a little later.
            ModelMisconfigured, Declined: See there.
        """
        llm = self._connected()
        import openai
        from langsmith import tracing_context

        host = self._address.host
        options: dict[str, Any] = {"max_tokens": call.max_tokens}
        if call.schema is not None:
            options["extra_body"] = {"response_format": _response_format(call.schema)}
        if call.is_weighed:
            options |= {"logprobs": True, "top_logprobs": _ALTERNATIVES}
        call.begin_request()
        problem: Unanswered
        try:
            # whatever LangSmith finds in the environment: what customers wrote goes to the endpoint and nowhere else
            with tracing_context(enabled=False):
                async with asyncio.timeout(self._timeout):
                    said: AIMessage = await llm.ainvoke(messages, **options)
        except (TimeoutError, openai.APITimeoutError):
            call.give_up_request()
            problem = ModelUnavailable(
                f"The model at {host} gave no whole answer within {self._timeout:g} seconds.",
                cause="time-out", passes=True,
            )  # fmt: skip
        except _NotReadable as unread:
            call.give_up_request()
            problem = ModelUnavailable(f"What answers at {host} is no model: {unread}.", cause="body")
        except openai.APIStatusError as error:
            call.end_request()
            problem = _refused(error.status_code, error.code, error.response.headers, host, self._model)
        except openai.APIConnectionError:
            call.end_request()
            problem = ModelUnavailable(f"The model at {host} cannot be reached.", cause="connection", passes=True)
        except (
            openai.APIError,
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ) as error:
            call.give_up_request()  # LangChain's ways to say that a body is no chat completion
            problem = ModelUnavailable(
                f"What answers at {host} is no model: its answer is no chat completion.",
                cause="body", kind=type(error).__name__,
            )  # fmt: skip
        else:
            call.end_request(_usage_of(said))
            self._tells_likelihoods &= call.is_weighed or not call.asks_likelihoods
            return said
        raise problem from None

    def _connected(self) -> Any:
        if self._llm is None:
            from langchain_openai import ChatOpenAI

            for name in ("openai", "httpx2", "httpcore2"):  # they log addresses, and at DEBUG all that is sent
                logging.getLogger(name).setLevel(logging.WARNING)
            self._http = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._timeout, connect=min(self._timeout, 10.0)),
                limits=httpx2.Limits(max_connections=self._concurrency, max_keepalive_connections=self._concurrency),
                headers={"Accept-Encoding": "identity"},
                event_hooks={"response": [_bounded]},
                trust_env=self._address.host not in _LOOPBACK,
            )
            self._llm = ChatOpenAI(
                model=self._model,
                base_url=str(self._address),
                api_key=SecretStr(self._key.get_secret_value() or "none"),
                temperature=self._temperature,
                max_retries=0,
                timeout=self._timeout,
                use_responses_api=False,
                http_async_client=self._http,
                openai_proxy=None,
                http_socket_options=(),
                cache=False,
            )
        return self._llm


@dataclass
class _Call:
    """What one answer has cost so far."""

    schema: Schema | None
    max_tokens: int
    deadline: float
    asks_likelihoods: bool = False
    is_weighed: bool = False
    """Whether the next request asks for likelihoods: not after the endpoint refused to tell."""
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0
    began: float = field(default_factory=time.monotonic)
    _is_open: bool = False

    def begin_request(self) -> None:
        self.attempts += 1
        self._is_open = True

    def end_request(self, usage: Usage = Usage()) -> None:
        self.usage += usage
        self._is_open = False

    def give_up_request(self) -> None:
        """It was sent, and nobody told what it cost."""
        if self._is_open:
            self.end_request(Usage(unmetered=1))

    def seconds(self) -> float:
        return time.monotonic() - self.began


class _NotReadable(Exception):
    """A body that is not read (on). The message names the reason, never the body."""


async def _bounded(response: httpx2.Response) -> None:
    """Before a body is read: refuse what cannot be a model's answer, and stop reading one that does not end."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise _NotReadable("it sent a compressed body, which was not asked for")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.is_success and not (kind == "application/json" or kind.endswith("+json")):
        raise _NotReadable(
            f"it sent {kind if _CODE.fullmatch(kind.replace('/', '.')) else 'an unknown type'}, not JSON"
        )
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    """A body of at most `LONGEST_BODY` bytes."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LONGEST_BODY
        async for chunk in self._inner:
            left -= len(chunk)
            if left < 0:
                raise _NotReadable(f"its answer is longer than {LONGEST_BODY} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _refused(status: int, code: str | None, headers: Mapping[str, str], host: str, model: str) -> Unanswered:
    """An HTTP error as one of ours. Only the code of the body is used, and only if it looks like one."""
    facts: dict[str, object] = {"status": status}
    if code and _CODE.fullmatch(str(code)):
        facts["code"] = str(code)
    if code == "content_filter":
        return Declined(f"A filter at {host} refused the question.", **facts)
    if code == "insufficient_quota":
        return ModelUnavailable(f"The account at {host} has no quota left.", **facts)
    if status in _TRY_AGAIN or status >= 500:
        retry_after = _retry_after(headers)
        if retry_after is not None:
            facts["retry_after"] = retry_after
        why = "is asked too often" if status == 429 else f"failed with status {status}"
        return ModelUnavailable(f"The model at {host} {why}.", passes=True, **facts)
    if status in (401, 403):
        return ModelMisconfigured(f"{host} does not accept the key: check OPENAI_API_KEY.", **facts)
    if status == 404:
        return ModelMisconfigured(
            f"{host} knows no model {model}: check COUNTERSIGN_LLM_MODEL and OPENAI_BASE_URL.", **facts
        )
    return ModelMisconfigured(f"{host} did not accept the request (status {status}).", **facts)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks us to wait, from either form of Retry-After or OpenAI's own header."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / divisor
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        at = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now()).total_seconds())


def _response_format(schema: Schema) -> dict[str, Any]:
    definition = {"name": schema.name, "strict": True, "schema": dict(schema.definition)}
    return {"type": "json_schema", "json_schema": definition}


def _text_of(said: AIMessage) -> str:
    return said.content if isinstance(said.content, str) else str(said.text)


def _likelihoods_of(said: AIMessage, schema: Schema | None) -> dict[str, float]:
    told = said.response_metadata.get("logprobs")
    if schema is None or not schema.weighs or not isinstance(told, dict):
        return {}
    return likelihoods(told.get("content"), schema.weighs, schema.definition["properties"][schema.weighs]["enum"])


def _usage_of(said: AIMessage) -> Usage:
    told = said.usage_metadata
    if not told:
        return Usage(unmetered=1)
    sent, got = (min(_MOST_TOKENS, max(0, n)) for n in (told["input_tokens"], told["output_tokens"]))
    return Usage(sent, got)


def _asking_for_repair(text: str, unfit: Unfit) -> list[tuple[str, str]]:
    """The turns that follow an answer that cannot be used; a loop or a torso is not sent back."""
    request = f"Your answer cannot be used: {unfit.why}. Answer again: one whole JSON object that fits the schema."
    quoted = [("assistant", text)] if unfit.is_worth_quoting and len(text) <= _LONGEST_QUOTE else []
    return [*quoted, ("user", request)]
